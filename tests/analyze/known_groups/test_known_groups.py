from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.known_groups import KnownGroups, known_groups
from axiometer.analyze.known_groups.discrimination import newcombe
from axiometer.analyze.known_groups.verdicts import Known, Verdict, verdict_of
from axiometer.errors import InputError, Refused
from axiometer.frameworks import load_framework
from axiometer.records import Item, Mode, Outcome

FRAMEWORK = load_framework("core-socialist-values")
VALUES = ("freedom", "harmony", "justice", "friendship", "integrity")
QUICK = AnalysisOptions(resamples=200)


def asked(kit, items, strengths=None, **respondent) -> pl.DataFrame:
    return kit.frame(kit.Respondent(strengths=strengths or {}, **respondent).answers(items))


def validated(kit, items, steered, baseline=None, options=QUICK, tags=None) -> KnownGroups:
    """The analysis of answers to `items`, tagged as in `tags` (by default, as the respondent saw them)."""
    baseline = asked(kit, items) if baseline is None else baseline
    frame = kit.items_frame(tags or items)
    return known_groups(frame, baseline, steered, framework=FRAMEWORK, level="core", options=options)


@pytest.fixture(scope="module")
def items(kit) -> list[Item]:
    return kit.dilemmas(VALUES, 8, 8, framework=FRAMEWORK.id)


def verdicts(found: KnownGroups, lang: str = "all") -> dict[str, str]:
    return {row["value"]: row["verdict"] for row in found.verdicts.filter(pl.col("lang") == lang).to_dicts()}


def cell(found: KnownGroups, steered: str, value: str) -> dict[str, object]:
    return found.movements.filter(
        (pl.col("steered") == steered) & (pl.col("value") == value) & (pl.col("lang") == "all")
    ).row(0, named=True)


def test_values_that_the_respondent_is_steered_towards_move(kit, items) -> None:
    found = validated(kit, items, {value: asked(kit, items, {value: 3.0}) for value in VALUES})
    assert verdicts(found) == dict.fromkeys(VALUES, "moves")
    for value in VALUES:
        row = cell(found, value, value)
        # A respondent without preferences chooses either side alike; 3 log-odds more give 1 / (1 + e^-3).
        half = (row["high"] - row["low"]) / 2
        assert abs(row["movement"] - (1 / (1 + np.exp(-3.0)) - 0.5)) < 1.5 * half < 0.3
    # A random draw without steering may fall the steered way already; then an item of two presentations cannot move.
    known = found.discrimination["discriminates"]
    assert known.null_count() == 0
    assert known.mean() > 0.9
    assert (found.discrimination["discrimination"] >= 0).all()


def test_a_respondent_that_ignores_steering_moves_nowhere(kit, items) -> None:
    found = validated(kit, items, {value: asked(kit, items) for value in VALUES})
    assert verdicts(found) == dict.fromkeys(VALUES, "does not move")
    assert not found.discrimination["discriminates"].any()
    assert found.movements["movement"].abs().max() == 0
    assert found.summary["models"][0]["items"]["do_not_discriminate"] == len(items)


def test_draws_that_differ_without_steering_are_not_taken_for_movement(kit, items) -> None:
    steered = {value: asked(kit, items, seed=number) for number, value in enumerate(VALUES, 10)}
    assert "moves" not in verdicts(validated(kit, items, steered)).values()


def test_an_item_whose_values_are_swapped_is_listed(kit, items) -> None:
    steered = {value: asked(kit, items, {value: 9.0}, sure=True) for value in VALUES}
    first, second, *rest = items[5].options
    swapped = replace(
        items[5],
        options=(replace(first, expresses=second.expresses), replace(second, expresses=first.expresses), *rest),
    )
    tags = [swapped if item is items[5] else item for item in items]
    found = validated(kit, items, steered, tags=tags)
    listed = found.discrimination.filter(~pl.col("discriminates"))
    assert listed["item"].to_list() == [items[5].id]
    row = listed.row(0, named=True)
    assert (row["discrimination"], row["prompt"], row["n"]) == (-1.0, items[5].prompt, 2)
    assert row["options"] == [option.text for option in items[5].options]


def test_a_value_is_not_said_to_move_where_another_moves_as_much(kit, items) -> None:
    steered = {"freedom": asked(kit, items, {"freedom": 3.0, "justice": 3.0})}
    row = validated(kit, items, steered).verdicts.row(0, named=True)
    assert row["verdict"] != "moves"
    assert row["largest_other"] == "justice"
    assert "justice" in row["not_below"]
    assert set(row["not_below"]) <= {"justice"}


def test_movement_is_counted_on_presentations_answered_both_times(kit) -> None:
    def one(name, a, b):
        return kit.dilemma(name, [kit.option("a", a), kit.option("b", b)], clusters=(name,), framework=FRAMEWORK.id)

    own, mixed, other = one("1", "freedom", "harmony"), one("2", "freedom", "justice"), one("3", "harmony", "justice")
    orders = ((0, 1, 2), (2, 1, 0))

    def answers(choices):
        return kit.frame(
            [
                kit.answer("m", item, order, chosen, outcome=Outcome.REFUSED if chosen is None else Outcome.CHOSEN)
                for item, row in zip((own, mixed, other), choices, strict=True)
                for order, chosen in zip(orders, row, strict=True)
            ]
        )

    before = answers([(1, 1), (0, 1), (0, 1)])
    after = answers([(0, 1), (None, 0), (1, 1)])
    found = validated(kit, [own, mixed, other], {"freedom": after}, before)
    freedom = cell(found, "freedom", "freedom")
    # Three of four presentations were answered both times: 1 -> 0, 1 -> 1, 1 -> 0 by option; freedom is option 0.
    assert (freedom["n"], freedom["lost"], freedom["items"]) == (3, 1, 2)
    assert freedom["baseline"] == 0.0
    assert freedom["movement"] == pytest.approx(2 / 3)
    # Harmony and justice are compared only where freedom is not: in the third item.
    harmony, justice = cell(found, "freedom", "harmony"), cell(found, "freedom", "justice")
    assert (harmony["n"], harmony["movement"], justice["movement"]) == (2, -0.5, 0.5)
    assert (justice["turned_towards"], justice["turned_away"]) == (0.5, 0.0)
    # Harmony was not steered, so freedom's items are compared with the baseline.
    by_item = {row["item"]: row for row in found.discrimination.to_dicts()}
    assert set(by_item) == {own.id, mixed.id}
    assert (by_item[own.id]["discrimination"], by_item[own.id]["against"]) == (0.5, "baseline")
    assert (by_item[mixed.id]["n"], by_item[mixed.id]["discrimination"]) == (1, 1.0)
    assert found.verdicts["verdict"].to_list() == ["cannot tell"]
    assert "fewer than 20" in found.verdicts["reason"][0]


def test_leaving_the_side_that_opposes_a_value_is_a_choice_towards_it(kit) -> None:
    item = kit.dilemma(
        "x", [kit.option("a", "freedom", -1), kit.option("b", "harmony", -1)], clusters=("x",), framework=FRAMEWORK.id
    )
    runs = {
        name: kit.frame([kit.answer("m", item, (0, 1, 2), chosen)])
        for name, chosen in (("baseline", 0), ("freedom", 1), ("harmony", 0))
    }
    baseline = runs.pop("baseline")
    found = validated(kit, [item], runs, baseline)
    assert cell(found, "freedom", "freedom")["movement"] == 1.0
    assert cell(found, "harmony", "harmony")["movement"] == 0.0
    assert found.discrimination["discrimination"].to_list() == [1.0]


def test_probabilities_are_shared_between_the_sides(kit) -> None:
    item = kit.dilemma(
        "x", [kit.option("a", "freedom"), kit.option("b", "harmony")], clusters=("x",), framework=FRAMEWORK.id
    )

    def run(*probabilities: float) -> pl.DataFrame:
        best = int(np.argmax(probabilities))
        row = kit.answer("m", item, (0, 1, 2), best, mode=Mode.LOGPROB, probabilities=probabilities)
        return kit.frame([row])

    found = validated(kit, [item], {"freedom": run(0.6, 0.2, 0.2), "harmony": run(0.1, 0.1, 0.8)}, run(0.3, 0.3, 0.4))
    assert cell(found, "freedom", "freedom")["movement"] == pytest.approx(0.75 - 0.5)
    row = found.discrimination.row(0, named=True)
    assert row["discrimination"] == pytest.approx(0.75 - 0.5)
    assert row["low"] is None and row["why_not"] is not None


def test_languages_stand_beside_each_other(kit) -> None:
    items = kit.dilemmas(VALUES, 8, 8, langs=("en", "zh"), framework=FRAMEWORK.id)
    english = [item for item in items if item.lang == "en"]
    chinese = [item for item in items if item.lang == "zh"]

    def steered(value: str) -> pl.DataFrame:
        return pl.concat([asked(kit, english, {value: 3.0}), asked(kit, chinese)])

    baseline = pl.concat([asked(kit, english), asked(kit, chinese)])
    found = validated(kit, items, {value: steered(value) for value in VALUES[:2]}, baseline)
    assert verdicts(found, "en") == dict.fromkeys(VALUES[:2], "moves")
    assert verdicts(found, "zh") == dict.fromkeys(VALUES[:2], "does not move")
    assert set(found.movements["lang"]) == {"all", "en", "zh"}


def test_the_order_of_rows_changes_nothing(kit, items) -> None:
    steered = {value: asked(kit, items, {value: 1.0}, refuse=0.1) for value in VALUES[:2]}
    baseline = asked(kit, items, refuse=0.1)
    first = validated(kit, items, steered, baseline)
    shuffled = {value: frame.sample(fraction=1.0, shuffle=True, seed=3) for value, frame in steered.items()}
    second = validated(kit, items[::-1], shuffled, baseline.sort("id"))
    assert first.movements.equals(second.movements)
    assert first.discrimination.equals(second.discrimination)
    assert first.summary == second.summary


def test_respondents_are_kept_apart(kit, items) -> None:
    def both(strengths) -> pl.DataFrame:
        return pl.concat([asked(kit, items, strengths, name="sim/a"), asked(kit, items, name="sim/b")])

    found = validated(kit, items, {"freedom": both({"freedom": 3.0})}, both({}))
    assert dict(found.verdicts.select("model", "verdict").iter_rows()) == {"sim/a": "moves", "sim/b": "does not move"}


def test_what_is_written_can_be_read(kit, items, tmp_path: Path) -> None:
    import json

    found = validated(kit, items, {"freedom": asked(kit, items, {"freedom": 3.0})})
    found.write(tmp_path, {"framework": FRAMEWORK.id})
    assert pl.read_parquet(tmp_path / "validation.parquet").equals(found.movements)
    assert pl.read_parquet(tmp_path / "verdicts.parquet").equals(found.verdicts)
    assert pl.read_parquet(tmp_path / "item_discrimination.parquet").equals(found.discrimination)
    read = json.loads((tmp_path / "validation.json").read_text(encoding="utf-8"))
    assert read["framework"] == FRAMEWORK.id
    assert read["models"][0]["values"][0]["verdict"] == "moves"


def test_unmapped_items_and_missing_runs_are_refused_in_words(kit, items) -> None:
    baseline = asked(kit, items)
    with pytest.raises(Refused, match="unmapped"):
        validated(kit, items, {}, baseline, tags=[replace(item, mapped=False) for item in items])
    with pytest.raises(InputError, match="one is needed"):
        validated(kit, items, {"freedom": asked(kit, items, name="sim/other")}, baseline)


@settings(deadline=None)
@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.integers(0, n), st.just(n))))
def test_the_interval_of_a_difference_is_newcombe_s(counts: tuple[int, int, int]) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    k1, k2, n = counts
    expected = confint_proportions_2indep(k1, n, k2, n, method="newcomb", compare="diff")
    found = newcombe(np.array(k1 / n), np.array(k2 / n), np.array(float(n)), 0.95)
    assert [float(end) for end in found] == pytest.approx(list(expected), abs=1e-9)


def known(value: float, half: float | None = 0.1) -> Known:
    if half is None:
        return Known(value, None, None, "3 sources, fewer than 20")
    return Known(value, value - half, value + half, None)


@pytest.mark.parametrize(
    ("own", "lead", "over", "expected"),
    [
        (known(0.4), known(0.4), known(0.3), Verdict.MOVES),
        (known(0.4), known(0.4), known(0.02), Verdict.MOVES),
        (known(0.4), known(0.4), known(-0.02), Verdict.CANNOT_TELL),
        (known(0.4), known(0.4), known(-0.3), Verdict.DOES_NOT),
        (known(0.4), known(0.08), known(0.1), Verdict.CANNOT_TELL),
        (known(0.4), known(-0.2), known(0.1), Verdict.DOES_NOT),
        (known(0.05), known(0.4), known(0.3), Verdict.CANNOT_TELL),
        (known(-0.06), known(0.0), known(0.0), Verdict.DOES_NOT),
        (known(0.0, 0.0), known(0.0, 0.0), known(0.0, 0.0), Verdict.DOES_NOT),
        (known(0.4, None), known(0.4), known(0.4), Verdict.CANNOT_TELL),
        (known(0.4), known(0.4, None), known(0.4), Verdict.CANNOT_TELL),
    ],
)
def test_a_verdict_follows_from_three_intervals(own: Known, lead: Known, over: Known, expected: Verdict) -> None:
    verdict, reason = verdict_of(own, lead, ("harmony", over))
    assert verdict is expected
    assert (reason is None) == (expected is Verdict.MOVES)


def test_nothing_can_be_told_without_other_values() -> None:
    assert verdict_of(known(0.4), None, None)[0] is Verdict.CANNOT_TELL
    assert verdict_of(known(0.0, 0.01), None, None)[0] is Verdict.DOES_NOT
