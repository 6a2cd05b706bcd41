"""Options that cannot be, and judges that compute instead of being asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.build.statements.reduction.conftest import Work, write_statements

from axiometer.build.conflicts.scoring import score
from axiometer.build.statements.reduction.candidates import find_pairs
from axiometer.build.statements.reduction.options import ReductionOptions
from axiometer.build.statements.reduction.pipeline import Scored, reduce_statements
from axiometer.build.statements.reduction.publish import OPPOSED
from axiometer.errors import InputError
from axiometer.models.contradiction.registry import open_contradiction_model
from axiometer.models.protocols import ContradictionModel
from axiometer.records.corpus_rows import Statement
from axiometer.runtime.stages.parts import StageFolder
from axiometer.similarity.mapping import in_this_process


@pytest.mark.parametrize(
    "wrong",
    [
        {"policy": "vote"},
        {"period": "week"},
        {"near": 0.9, "sure": 0.5},
        {"k": 0},
        {"within_days": 0},
        {"support": 0.0},
        {"same_question": 1.5},
    ],
)
def test_options_that_cannot_be_are_refused_in_one_line(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError) as refused:
        ReductionOptions.of(**wrong)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


def said(number: int, text: str, question: str, stance: int, outlet: str, lang: str = "en") -> Statement:
    return Statement(
        f"s{number}",
        (),
        lang,
        text,
        f"t{number}",
        f"t{number}",
        0,
        len(text),
        True,
        text,
        outlet=outlet,
        nation="uk",
        date="2023-05-01",
        question=question,
        stance=stance,
    )


def lexical(folder: Path, rows: list[Statement]) -> Work:
    work = Work(folder / "work", rows)
    statements = write_statements(rows, StageFolder(work.path / "attribute"))
    found, scored = StageFolder(work.path / "pairs"), StageFolder(work.path / "scored")
    find_pairs(statements, found, work.options, work.search, {})
    model = open_contradiction_model("lexical")
    assert isinstance(model, ContradictionModel)
    score(found, scored, model, in_this_process, both=True)
    reduce_statements(
        statements,
        found,
        Scored(scored, "lexical"),
        work.output,
        work.path / "tables",
        work.options,
        work.search,
    )
    return work


def test_word_lists_find_a_plain_conflict_without_any_call(tmp_path: Path) -> None:
    asked = "Should people tell the truth at work?"
    rows = [
        said(0, "People should tell the truth at work.", asked, 1, "A"),
        said(1, "People should never tell the truth at work.", asked, -1, "B"),
        said(2, "Everyone should tell the truth at work.", asked, 1, "C"),
        said(3, "Trams should run at night.", "Should trams run at night?", 1, "A"),
    ]
    work = lexical(tmp_path, rows)
    position = {row.id: row.position for row in work.kept()}
    assert position == {"s0": "uk A", "s1": "uk B", "s2": "uk C", "s3": "uk news 2023"}
    row = work.table(OPPOSED).filter(pl.col("state") == "conflict").row(0, named=True)
    assert row["method"] == "lexical" and float(row["ab"]) >= 0.5 and row["polarity"] == -1


def test_of_a_language_without_word_lists_stances_alone_speak_and_in_doubt(tmp_path: Path) -> None:
    asked = "Faut-il dire la vérité au travail ?"
    rows = [
        said(0, "Il faut dire la vérité au travail.", asked, 1, "A", "fr"),
        said(1, "On ne doit jamais dire la vérité au travail.", asked, -1, "B", "fr"),
    ]
    work = lexical(tmp_path, [replace(row, nation="fr") for row in rows])
    assert {row.position for row in work.kept()} == {"fr A", "fr B"}
    (row,) = work.opposed.iter_rows(named=True)
    assert row["doubtful"] and row["weight"] == 0.5 and row["ab"] is None and row["state"] == "conflict"
