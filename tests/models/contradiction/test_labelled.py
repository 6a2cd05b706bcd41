"""Labelled pairs: the package's own, and a user's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.models.contradiction.labelled import (
    LabelledPair,
    PairRelation,
    read_conflict_pairs,
    shipped_conflict_pairs,
)


def test_the_package_has_thirty_pairs_of_each_relation_in_each_language() -> None:
    pairs = shipped_conflict_pairs()
    counts = Counter((pair.relation, pair.lang) for pair in pairs)
    assert len(pairs) >= 240
    assert set(counts) == {(relation, lang) for relation in PairRelation for lang in ("zh", "en")}
    assert min(counts.values()) >= 30


def test_every_rule_of_the_package_stands_in_one_pair() -> None:
    rules = Counter(text for pair in shipped_conflict_pairs() for text in (pair.a, pair.b))
    assert rules.most_common(1)[0][1] == 1
    assert all(5 <= len(rule) <= 100 for rule in rules)


def test_a_tension_has_its_situation_and_nothing_else_has() -> None:
    assert all(bool(pair.when) == (pair.relation is PairRelation.TENSION) for pair in shipped_conflict_pairs())


def test_a_table_of_one_s_own_is_read(tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("a,b,relation,lang,when\nDo it.,Do not.,Contradiction,EN,\nGo.,Stay.,tension,en,rain\n", "utf-8")
    assert read_conflict_pairs(file) == [
        LabelledPair("Do it.", "Do not.", PairRelation.CONTRADICTION, "en"),
        LabelledPair("Go.", "Stay.", PairRelation.TENSION, "en", "rain"),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a,b,lang\nx,y,en\n", "columns missing: relation"),
        (
            "a,b,relation,lang\nx,y,opposite,en\n",
            r"line 2, column 'relation': no relation is called 'opposite'",
        ),
        ("a,b,relation,lang\nx,,tension,en\n", "line 2, column 'b': empty"),
        ("a,b,relation,lang\nx,y,tension,\n", "line 2, column 'lang': empty"),
    ],
)
def test_a_wrong_table_is_told_with_its_row(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_conflict_pairs(file)


def test_a_wrong_yaml_file_is_told_with_its_key(tmp_path: Path) -> None:
    file = tmp_path / "pairs.yaml"
    file.write_text("pairs:\n- {a: x, b: y, relation: odd, lang: en}\n", encoding="utf-8")
    with pytest.raises(InputError, match="pairs > 0 > relation"):
        read_conflict_pairs(file)
