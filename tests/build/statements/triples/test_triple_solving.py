"""Runs over items without their question: what they tell, what chance would, and which items are marked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests.build.statements.triples.planted import statements

from axiometer import measure
from axiometer.build.statements.triples.items import triple_items
from axiometer.build.statements.triples.rows import Form, make_triple
from axiometer.build.statements.triples.solving import BlindRun, blind_run, marked
from axiometer.errors import InputError
from axiometer.measure import open_run
from axiometer.models.draws import uniform
from axiometer.records.rows import Item
from axiometer.records.tables import write_rows

ROWS = statements("uk")[:60]
ITEMS = [
    item
    for row in ROWS
    for item in triple_items(
        make_triple(row, question=row.question or "", shown=row.text, reversed_text=f"Not so: {row.text}"),
        row,
        (Form.ORIGINAL, Form.ORIGIN, Form.BLIND),
    )
]


def answers(chosen: Callable[[str, int], int | None], *, models: tuple[str, ...] = ("m",)) -> pl.DataFrame:
    """Choices in both orders: `chosen` gives the option by item and order, or None for a refusal."""
    return pl.DataFrame(
        [
            {
                "model": model,
                "item": item.id,
                "mode": "choice",
                "outcome": "refused" if (option := chosen(model + item.id, order)) is None else "chosen",
                "option": option,
                "probabilities": None,
            }
            for model in models
            for item in ITEMS
            for order in (0, 1)
        ],
        schema_overrides={"probabilities": pl.List(pl.Float64()), "option": pl.Int64()},
    )


def of(found: BlindRun, form: Form, model: str = "m") -> float:
    return next(each.share for each in found.shares if (each.form, each.lang, each.model) == (form, "all", model))


def test_a_respondent_that_knows_the_published_side_solves_every_statement() -> None:
    found = blind_run(ITEMS, answers(lambda item, order: 0))
    assert of(found, Form.ORIGIN) == of(found, Form.BLIND) == 1.0 and found.asked == len(ROWS)
    assert found.solved == {row.id for row in ROWS} and not found.mistaken
    after = marked(ITEMS, found.solved)
    assert {item.meta.get("style") for item in after} == {"solved"}
    assert [item.id for item in after] == [item.id for item in ITEMS]


def test_a_respondent_that_guesses_solves_no_more_than_it_mistakes_and_its_interval_covers_one_half() -> None:
    covered, solved, mistaken = 0, 0, 0
    for seed in range(60):

        def guess(item: str, order: int, seed: int = seed) -> int:
            return int(uniform(seed, item, order) < 0.5)

        found = blind_run(ITEMS, answers(guess))
        share = next(each for each in found.shares if each.form == Form.ORIGIN and each.lang == "all")
        assert share.low is not None and share.high is not None and share.items == 60 and share.groups == 14
        covered += share.low <= 0.5 <= share.high
        solved, mistaken = solved + len(found.solved), mistaken + len(found.mistaken)
    assert 52 <= covered <= 60
    assert abs(solved - mistaken) < 120 and 700 < solved < 1_100  # a quarter of 3,600 each


def test_a_statement_is_solved_where_all_respondents_tell_it_in_both_orders() -> None:
    second = answers(lambda item, order: order if item.startswith("second") else 0, models=("m", "second"))
    found = blind_run(ITEMS, second)
    assert of(found, Form.ORIGIN) == 1.0 and of(found, Form.ORIGIN, "second") == 0.5
    assert found.solved == frozenset() and found.asked == len(ROWS)


def test_one_answer_alone_solves_nothing_and_refusals_are_no_answers() -> None:
    found = blind_run(ITEMS, answers(lambda item, order: 0 if order == 0 else None))
    assert of(found, Form.ORIGIN) == 1.0 and found.solved == frozenset() == found.mistaken


def test_probabilities_must_be_high_in_every_order() -> None:
    frame = answers(lambda item, order: 0).with_columns(mode=pl.lit("logprob"), option=pl.lit(None, pl.Int64()))
    sure = frame.with_columns(probabilities=pl.lit([0.9, 0.1], pl.List(pl.Float64())))
    assert len(blind_run(ITEMS, sure).solved) == len(ROWS)
    unsure = frame.with_columns(probabilities=pl.lit([0.7, 0.3], pl.List(pl.Float64())))
    found = blind_run(ITEMS, unsure)
    assert not found.solved and of(found, Form.ORIGIN) == pytest.approx(0.7)


def test_the_view_of_a_respondent_is_told_apart_from_its_knowledge_of_style(tmp_path: Path) -> None:
    """One that holds the position takes the statement's side unasked, and cannot say which side was published."""
    write_rows(ITEMS, Item, tmp_path / "items.parquet")
    (tmp_path / "holds.yaml").write_text("name: holds\nvalues: {uk 2023: 4.0}\n", encoding="utf-8")
    measure(tmp_path / "items.parquet", [f"sim/{tmp_path / 'holds.yaml'}"], tmp_path / "run")
    found = blind_run(ITEMS, open_run(tmp_path / "run").answers)
    assert of(found, Form.BLIND, "sim/holds") > 0.9 and 0.3 < of(found, Form.ORIGIN, "sim/holds") < 0.7


def test_a_run_whose_items_show_their_question_is_no_blind_run() -> None:
    with pytest.raises(InputError, match="no item hides its question"):
        blind_run([item for item in ITEMS if item.meta["form"] == "original"], answers(lambda item, order: 0))
