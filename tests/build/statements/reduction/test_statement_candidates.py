"""Pairs of statements that may be on one issue: against all pairs, whatever the blocks, the order and the copies."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.build.statements.reduction.conftest import Work, starter_statements, write_statements
from tests.build.statements.reduction.graphs import wording

from axiometer.build.statements.reduction.candidates import (
    OF_QUESTIONS,
    candidates,
    find_pairs,
    marks_of,
    read_found,
    together,
)
from axiometer.build.statements.reduction.options import ReductionOptions
from axiometer.build.statements.reduction.search import Nearness, find, search_block
from axiometer.build.statements.reduction.wordings import (
    Wording,
    nearly_same,
    roots_of,
    source_id,
    wordings_of,
)
from axiometer.records.corpus_rows import RulePair, Statement
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime.stages.parts import StageFolder
from axiometer.similarity.blocks import blocks
from axiometer.similarity.mapping import in_this_process
from axiometer.similarity.vectors import Vectors, unit_vectors


def statement(number: int, text: str, **fields: object) -> Statement:
    given = {
        "nation": "uk",
        "date": "2023-01-01",
        "question": "Should it be?",
        "stance": 1,
        "outlet": "A",
        "document": f"d{number}",
        **fields,
    }
    words = {"start": 0, "end": len(text), "verbatim": True, "context": text}
    return Statement(f"s{number}", (), "en", text, f"t{number}", **words, **given)  # type: ignore[arg-type]


def of(rows: Sequence[Statement], copies: dict[str, str] | None = None) -> list[Wording]:
    return wordings_of([to_frame(rows, Statement)], copies or {})


def drawn_vectors(n: int, seed: int, issues: int = 12) -> Vectors:
    draw = np.random.default_rng(seed)
    centres = draw.normal(size=(issues, 24))
    return unit_vectors((centres[draw.integers(0, issues, n)] + 0.45 * draw.normal(size=(n, 24))).astype(np.float32))


def pairs_of(vectors: Vectors, wordings: Sequence[Wording], nearness: Nearness) -> set[tuple[str, str]]:
    found = find(vectors, marks_of(wordings), nearness, in_this_process)
    ids = [each.id for each in wordings]
    return {(ids[i], ids[j]) if ids[i] < ids[j] else (ids[j], ids[i]) for i, j in zip(found.i, found.j, strict=True)}


NEARNESS = Nearness(near=0.3, sure=0.7, k=3, drawn=2, within=None, seed=0)


def test_each_statement_has_its_nearest_pairs_as_all_pairs_would_give_them() -> None:
    vectors = drawn_vectors(300, 1)
    wordings = [wording(n) for n in range(300)]
    cosine = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    np.fill_diagonal(cosine, -1)
    wanted = set()
    for row in range(300):
        for other in np.argsort(-cosine[row])[: NEARNESS.k].tolist():
            if cosine[row, other] >= NEARNESS.near:
                wanted.add((min(row, other), max(row, other)))
    found = find(vectors, marks_of(wordings), replace(NEARNESS, drawn=0), in_this_process)
    assert set(zip(found.i.tolist(), found.j.tolist(), strict=True)) == wanted
    assert np.allclose(found.similarity, cosine[found.i, found.j], atol=1e-6)


def test_the_drawn_pairs_are_sure_ones_and_their_number_is_bounded() -> None:
    vectors, wordings = drawn_vectors(400, 2, issues=3), [wording(n) for n in range(400)]
    found = find(vectors, marks_of(wordings), replace(NEARNESS, k=1, drawn=4), in_this_process)
    nearest = pairs_of(vectors, wordings, replace(NEARNESS, k=1, drawn=0))
    assert len(found.i) <= 400 * 5 and len(found.i) > 400 * 2
    ids = [each.id for each in wordings]
    drawn = [(i, j) for i, j in zip(found.i, found.j, strict=True) if (ids[i], ids[j]) not in nearest]
    assert all(vectors[i] @ vectors[j] >= NEARNESS.sure - 1e-6 for i, j in drawn)


def test_pairs_do_not_depend_on_the_order_of_statements_nor_on_blocks() -> None:
    vectors, wordings = drawn_vectors(700, 3), [wording(n, date=f"20{20 + n % 4}-05-01") for n in range(700)]
    nearness = replace(NEARNESS, within=400)
    first = pairs_of(vectors, wordings, nearness)
    order = list(range(700))
    random.Random(1).shuffle(order)
    assert pairs_of(vectors[order], [wordings[old] for old in order], nearness) == first
    assert len(list(blocks(700, 512))) > 1
    assert search_block.__doc__ is not None and first


def test_far_times_and_other_topics_keep_pairs_apart() -> None:
    vectors = unit_vectors(np.array([[1, 0.1], [1, 0.2], [1, 1.2], [1, 0.15]], np.float32))
    near, far = "2023-01-01", "2013-01-01"
    dated = [wording(0, date=near), wording(1, date=near), wording(2, date=near), wording(3, date=far)]
    wanted = replace(NEARNESS, sure=0.9, k=9, drawn=9, within=365)
    assert pairs_of(vectors, dated, wanted) == {("w00000", "w00001"), ("w00000", "w00002"), ("w00001", "w00002")}
    undated = [*dated[:3], replace(dated[3], date=None)]
    assert ("w00000", "w00003") in pairs_of(vectors, undated, wanted)
    about = [replace(each, topic=topic) for each, topic in zip(dated, "aabb", strict=True)]
    assert pairs_of(vectors, about, wanted) == {("w00000", "w00001")}  # 2 is near, and of another topic
    sure = [replace(each, topic=topic) for each, topic in zip(dated, "abbb", strict=True)]
    assert ("w00000", "w00001") in pairs_of(vectors, sure, wanted)  # so alike that topics do not matter


def test_likeness_is_mostly_that_of_the_questions() -> None:
    questions, said = drawn_vectors(20, 4), drawn_vectors(20, 5)
    both = together(questions, said)
    expected = OF_QUESTIONS * (questions[0] @ questions[1]) + (1 - OF_QUESTIONS) * (said[0] @ said[1])
    assert both[0] @ both[1] == pytest.approx(float(expected), abs=1e-5)


def test_the_same_words_are_one_wording_that_the_first_to_say_them_stands_for() -> None:
    rows = [
        statement(1, "Fares should fall.", date="2023-02-01", outlet="B"),
        statement(2, "“Fares should fall”", date="2023-01-01", outlet="A"),
        statement(3, "Fares should fall!", nation="us"),
    ]
    found = of(rows)
    assert Counter(each.members for each in found) == Counter([("s1", "s2"), ("s3",)])
    both = next(each for each in found if len(each.members) == 2)
    assert (both.id, both.outlet, both.source) == ("s2", "A", source_id("d2"))


def test_a_copy_counts_for_its_original_and_is_said_where_that_said_it() -> None:
    rows = [
        statement(1, "Fares should fall.", date="2023-02-01", outlet="B"),
        statement(2, "Fares really should fall.", date="2023-01-01", outlet="A"),
        statement(3, "Trams are better.", outlet="C"),
    ]
    found = {each.id: each for each in of(rows, {"t2": "t1", "d3": "d2"})}
    assert {each.source for each in found.values()} == {source_id("d1")}
    assert found["s2"].outlet == "B" and found["s2"].date == "2023-02-01"
    assert roots_of({"a": "b", "b": "c", "x": "y", "y": "x"}) == {"a": "c", "b": "c", "y": "x"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The council should build more homes by 2030.", "The council should build more homes by 2030, it said.", True),
        ("The council should build more homes by 2030.", "The council should build more homes by 2031.", False),
        ("The council should build more homes.", "Pupils should wear no badges at school.", False),
        ("地方政府应当为老人建更多的住房和公园", "地方政府应当为老人建更多的住房和公园。", True),
    ],
)
def test_nearly_the_same_words(one: str, other: str, same: bool) -> None:
    assert nearly_same(one, other) is nearly_same(other, one) is same


def test_nearly_equal_statements_of_one_stance_are_one_and_of_two_stances_are_not() -> None:
    text = "The council should at last build many more homes for the young families of the old town"
    rows = [statement(1, text), statement(2, f"{text} now"), statement(3, f"{text} here", stance=-1)]

    def embed(texts: Sequence[str]) -> Vectors:
        return unit_vectors(np.array([[1, 0.001 * len(each)] for each in texts], np.float32))

    found, i, _, _ = candidates(of(rows), embed, ReductionOptions.of(), in_this_process)
    assert Counter(each.members for each in found) == Counter([("s1", "s2"), ("s3",)])
    assert len(i) == 1


def test_parts_of_pairs_are_made_again_only_where_something_changed(tmp_path: Path) -> None:
    rows = starter_statements("uk")[:40]
    work = Work(tmp_path / "work", rows)
    statements, found = write_statements(rows, StageFolder(work.path / "in")), StageFolder(work.path / "pairs")
    names = find_pairs(statements, found, work.options, work.search, {})
    written = {name: found.rows_file(name).stat().st_mtime_ns for name in names}
    assert find_pairs(statements, found, work.options, work.search, {}) == names
    assert {name: found.rows_file(name).stat().st_mtime_ns for name in names} == written
    pairs = [pair for name in names for pair in to_rows(found.rows_of(name), RulePair)]
    wordings, _ = read_found(found)
    assert all(pair.rule_a < pair.rule_b and pair.similarity is not None for pair in pairs)
    assert {pair.rule_a for pair in pairs} <= {each.id for each in wordings}
    fewer = find_pairs(statements, found, ReductionOptions.of(k=1, drawn=0), work.search, {})
    assert sum(found.rows_of(name).height for name in fewer) < len(pairs)


def test_statements_without_pairs_and_no_statements_at_all_are_no_mistake(tmp_path: Path) -> None:
    for number, rows in enumerate(([], starter_statements("de")[:1])):
        work = Work(tmp_path / f"work-{number}", rows)
        summary = work.run()
        assert (summary.statements, summary.kept, summary.pairs) == (len(rows), len(rows), 0)
        assert isinstance(work.issues, pl.DataFrame) and work.issues.height == len(rows)
