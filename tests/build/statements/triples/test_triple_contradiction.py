"""A contradiction model's word on triples: both directions, languages that it knows, and parts that are done once."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tests.build.statements.triples.planted import STATEMENTS, run, sound, statements, triples_of

from axiometer.build.statements.triples.contradiction import CONTRADICTS, contradictions_in, weigh_triples
from axiometer.build.statements.triples.making import TRIPLES, make_items
from axiometer.build.statements.triples.rows import CHECK
from axiometer.models.contradiction.lexical import LexicalModel
from axiometer.records.tables import read_items
from axiometer.runtime.stages.parts import StageFolder


def in_turn(task: object, tasks: object) -> list[object]:
    return [task(each) for each in tasks]  # type: ignore[operator, attr-defined]


def test_word_lists_confirm_most_english_reverses_and_say_nothing_in_french(tmp_path: Path) -> None:
    rows = [*statements("uk")[:50], *statements("fr")[:10]]
    stages = run(tmp_path, rows, sound())
    pairs, scored = StageFolder(tmp_path / "pairs"), StageFolder(tmp_path / "scored")
    weigh_triples(stages[CHECK], pairs, scored, LexicalModel(), in_turn)
    found = contradictions_in(scored)
    english = {triple.id for triple in triples_of(stages[CHECK]) if triple.lang == "en"}
    assert found.keys() == english and all(0 <= said <= 1 for said in found.values())
    assert sum(said >= CONTRADICTS for said in found.values()) > 0.6 * len(english)

    summary = make_items(stages[CHECK], stages[STATEMENTS], tmp_path / "i.parquet", tmp_path / "t", scored=scored)
    assert summary.weighed == len(english) and 0.6 * len(english) < summary.confirmed < len(english)
    table = pl.read_parquet(tmp_path / "t" / TRIPLES)
    assert table["contradiction"].null_count() == table.height - len(english) > 0
    said = {item.lang: "contradiction" in item.meta for item in read_items(tmp_path / "i.parquet")}
    assert said == {"en": True, "fr": False}


def test_both_directions_count_and_scored_parts_stay(tmp_path: Path) -> None:
    stages = run(tmp_path, statements("uk")[:12], sound())
    pairs, scored = StageFolder(tmp_path / "pairs"), StageFolder(tmp_path / "scored")
    weigh_triples(stages[CHECK], pairs, scored, LexicalModel(), in_turn)
    model, found = LexicalModel(), contradictions_in(scored)
    for triple in triples_of(stages[CHECK]):
        (word,) = model.contradictions([(triple.shown, triple.reversed_text, "en")])
        assert found[triple.id] == word.both
    done = [scored.rows_file("part"), scored.fates_file("part"), pairs.rows_file("part")]
    before = [file.stat().st_mtime_ns for file in done]
    weigh_triples(stages[CHECK], pairs, scored, LexicalModel(), in_turn)
    assert [file.stat().st_mtime_ns for file in done] == before
