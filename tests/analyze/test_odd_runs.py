"""Runs at the edge of what can be estimated: every number that is missing has a reason, and none is NaN."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from axiometer.analyze import Analysis, AnalysisOptions, analyze, compare
from axiometer.errors import InputError
from axiometer.records import Expression, ExpressionKind, Mode, Option, Outcome, Role

FEW = AnalysisOptions(resamples=40)


def side(text: str, *values: tuple[str, int], position: str | None = None) -> Option:
    own = [Expression(ExpressionKind.VALUE, value, polarity) for value, polarity in values]
    if position is not None:
        own.append(Expression(ExpressionKind.POSITION, position, 1))
    return Option(text, Role.SIDE, tuple(own))


def opposed_only(kit):
    items = [
        kit.dilemma(f"o{i}", [side("l", ("abc"[i % 3], -1)), side("r", ("abc"[(i + 1) % 3], -1))]) for i in range(30)
    ]
    return items, kit.Respondent("m").answers(items)


def two_values_each(kit):
    items = [
        kit.dilemma(
            f"t{i}",
            [side("l", ("a", 1), ("b", -1)), side("r", ("c", 1), ("abd"[i % 3], 1))],
            clusters=[f"s{i % 7}", f"s{i % 5}"],
        )
        for i in range(40)
    ]
    return items, kit.Respondent("m", {"a": 1.0}).answers(items, repeats=2, wordings=3)


def all_orders(kit):
    from itertools import permutations

    items = kit.dilemmas("abc", 3, 3)
    return items, [kit.answer("m", item, order, order[0]) for item in items for order in permutations(range(3))]


def disjoint(kit):
    items = kit.dilemmas("abcd", 6, 4)
    half = len(items) // 2
    a, b = kit.Respondent("sim/a").answers(items[:half]), kit.Respondent("sim/b").answers(items[half:])
    return items, a + b


def one_item(kit):
    item = kit.dilemma("x", [kit.option("l", "a", rule="r"), kit.option("r", "b", rule="r")], clusters=["r"])
    return [item], [kit.answer("m", item, (0, 1, 2), 0)]


def one_position(kit):
    items = [kit.dilemma(f"p{i}", [side("l", position="S"), side("r", position="S")]) for i in range(25)]
    return items, kit.Respondent("sim/a").answers(items) + kit.Respondent("sim/b", seed=3).answers(items)


def positions(kit):
    items = [kit.dilemma(f"q{i}", [side("l", position="S"), side("r", position="RS")]) for i in range(25)]
    sure = [kit.answer("sim/b", item, (0, 1, 2), 0) for item in items]
    return items, kit.Respondent("sim/a", seed=2).answers(items) + sure


def agree(kit):
    items = kit.dilemmas("abc", 9, 4, langs=("zh", "en"))
    rows = []
    for model in ("m", "n"):
        for number, item in enumerate(items):
            for shown in range(2):
                for negated in (False, True):
                    outcome = Outcome.EVASIVE if number % 7 == 0 else Outcome.CHOSEN
                    stance = None if outcome is Outcome.EVASIVE else 1
                    asked = {"mode": Mode.AGREE, "shown": shown, "negated": negated, "stance": stance}
                    rows.append(kit.answer(model, item, (shown,), None, outcome=outcome, **asked))
    return items, rows


def logprob(kit):
    items = kit.dilemmas("abc", 9, 4)
    spreads = [(0.2, 0.7, 0.1), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    rows = []
    for number, item in enumerate(items):
        spread = spreads[number % 3]
        best = spread.index(max(spread))
        rows.append(kit.answer("m", item, (2, 0, 1), best, mode=Mode.LOGPROB, probabilities=spread))
    failed = [replace(row, model="n", outcome=Outcome.INVALID, option=None, probabilities=None) for row in rows]
    return items, rows + failed


def unmapped(kit):
    items = [replace(item, mapped=False) for item in kit.dilemmas("abc", 9, 4)]
    return items, kit.Respondent("m").answers(items) + kit.Respondent("n").answers(items)


def ended(outcome: Outcome) -> Callable:
    def run(kit):
        items = kit.dilemmas("abcd", 5, 4)
        return items, [kit.answer("m", item, (0, 1, 2), None, outcome=outcome) for item in items]

    return run


RUNS = {
    "values that sides only oppose": opposed_only,
    "two values on a side": two_values_each,
    "all six orders": all_orders,
    "respondents asked different items": disjoint,
    "one item, one answer": one_item,
    "one position": one_position,
    "positions, one respondent always the same": positions,
    "agree mode, always yes": agree,
    "logprob mode, sure and failed": logprob,
    "unmapped items": unmapped,
    "all refused": ended(Outcome.REFUSED),
    "every answer an error": ended(Outcome.ERROR),
}


@pytest.fixture(params=list(RUNS))
def found(request, kit) -> Analysis:
    items, answers = RUNS[request.param](kit)
    options = replace(FEW, values=all(item.mapped for item in items))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return analyze(kit.items_frame(items), kit.frame(answers), frameworks={}, options=options)


def test_no_number_is_nan_or_infinite(found, tmp_path):
    for name, table in found.tables().items():
        for column in table.select(pl.selectors.float()):
            assert all(value is None or math.isfinite(value) for value in column), (name, column.name)
    found.write(tmp_path)
    text = (tmp_path / "summary.json").read_text(encoding="utf-8")
    assert "NaN" not in text and "Infinity" not in text
    assert json.loads(text) == found.summary


def test_what_is_missing_has_a_reason_and_what_is_there_has_both_ends(found):
    for name, table in found.tables().items():
        if "why_not" not in table.columns:
            continue
        if {"low", "high"} <= set(table.columns):
            assert table.filter(pl.col("low").is_null() != pl.col("high").is_null()).is_empty(), name
            assert table.filter(pl.col("low").is_null() & pl.col("why_not").is_null()).is_empty(), name
            assert table.filter(pl.col("low").is_not_null() & pl.col("why_not").is_not_null()).is_empty(), name
        if "interval" in table.columns:
            assert table.filter(pl.col("low").is_not_null() & pl.col("interval").is_null()).is_empty(), name
            assert table.filter(pl.col("low").is_null() & pl.col("interval").is_not_null()).is_empty(), name
        estimates = [name for name in ("estimate", "share", "difference", "strength") if name in table.columns]
        for column in estimates:
            assert table.filter(pl.col(column).is_null() & pl.col("why_not").is_null()).is_empty(), (name, column)


def test_respondents_without_a_common_item_are_not_compared(kit):
    items, answers = disjoint(kit)
    found = compare(kit.items_frame(items), kit.frame(answers), frameworks={}, options=FEW)
    assert found.differences.is_empty() and found.contested.is_empty()
    assert set(found.agreement["measure"]) == {"raw", "rescaled"}
    assert found.agreement["n_items"].to_list() == [0, 0]
    assert found.agreement["estimate"].null_count() == 2


def test_answers_that_cannot_be_are_one_line(kit):
    items = kit.dilemmas("ab", 2, 2)
    fine = kit.Respondent("m").answers(items)
    broken = {
        "called chosen": replace(fine[0], option=None),
        "fewer options": replace(fine[0], option=7),
        "not in the items table": replace(fine[0], item="item-0"),
    }
    for message, row in broken.items():
        with pytest.raises(InputError, match=message):
            analyze(kit.items_frame(items), kit.frame([row, *fine[1:]]), frameworks={}, options=FEW)
    odd = kit.frame(fine).with_columns(outcome=pl.lit("guessed"))
    with pytest.raises(InputError, match="guessed"):
        analyze(kit.items_frame(items), odd, frameworks={}, options=FEW)
