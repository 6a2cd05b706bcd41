from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.records import Item, to_frame, to_rows
from axiometer.records.importers import ImportOptions, importer
from axiometer.records.importers.starter import starter_items, starter_rules

Write = Callable[..., Path]
RULES = """
framework: core-socialist-values
rules:
  - {id: r1, value: tolerance, zh: 应当宽待新手, en: Beginners deserve patience.}
  - {id: r2, value: professionalism, zh: 应当一次做好, en: Work should be done well at once.}
"""
DILEMMA = """
dilemmas:
  - id: d1
    rules: [r1, r2]
    zh: {prompt: 新来的裱画师傅把一幅画裱歪了。, sides: [让他慢慢练手, 叫他当天重裱], distractor: 给店里换一盏灯}
    en: {prompt: A new framer mounted a print askew., sides: [Let him practise, Have him redo it], distractor: Mop up}
"""


def test_the_importer_gives_the_shipped_items() -> None:
    imported = importer("starter").read(None, ImportOptions())
    assert imported.items == starter_items()
    assert imported.kept_rows == imported.source_rows == len(imported.items)
    english = importer("starter").read(None, ImportOptions(lang="en"))
    assert english.items == starter_items(("en",))
    assert {item.lang for item in english.items} == {"en"}
    assert list(to_rows(to_frame(english.items, Item), Item)) == english.items


def test_a_folder_of_the_same_layout_is_read(write: Write, tmp_path: Path) -> None:
    write("rules.yaml", RULES)
    write("dilemmas/all.yaml", DILEMMA)
    zh, en = importer("starter").read(tmp_path, ImportOptions()).items
    assert zh.parallel_id == en.parallel_id
    assert zh.clusters == en.clusters == ("r1", "r2")
    assert [[(e.kind, e.target, e.polarity) for e in option.expresses] for option in en.options] == [
        [("rule", "r1", 1), ("value", "tolerance", 1)],
        [("rule", "r2", 1), ("value", "professionalism", 1)],
        [],
    ]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("rules: [r1, r2]", "rules: [r1, r9]", "rules must be two"),
        ("distractor: Mop up", "distractor: ''", "needs prompt, two sides and distractor"),
        ("    zh:", "    fr:", "has no zh"),
        ("dilemmas:", "dilemma:", "not a file of dilemmas"),
    ],
)
def test_a_mistake_in_a_folder_is_one_clear_line(old: str, new: str, what: str, write: Write, tmp_path: Path) -> None:
    write("rules.yaml", RULES)
    write("dilemmas/all.yaml", DILEMMA.replace(old, new))
    with pytest.raises(InputError, match=what):
        importer("starter").read(tmp_path, ImportOptions())


def test_unknown_languages_and_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no language fr"):
        starter_items(("fr",))
    with pytest.raises(InputError, match="no language fr"):
        importer("starter").read(None, ImportOptions(lang="fr"))
    with pytest.raises(InputError, match="not a folder"):
        importer("starter").read(tmp_path / "x.yaml", ImportOptions())


def test_rules_carry_their_texts_in_both_languages() -> None:
    assert {frozenset(rule.texts) for rule in starter_rules().values()} == {frozenset({"zh", "en"})}
