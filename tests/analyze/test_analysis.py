from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from axiometer.analyze import TABLES, Analysis, AnalysisOptions, analyze
from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.records import ItemKind, Outcome, make_item
from axiometer.records.importers.starter import starter_items

FEW = AnalysisOptions(resamples=40)
SIDED = ("option", "share_a", "share_b", "difference")


@pytest.fixture(scope="module")
def asked(kit):
    items = kit.dilemmas("abcdef", 3, 4, langs=("zh", "en"))
    first = kit.Respondent("sim/a", {"a": 1.0, "f": -1.0}, (0.5, 0, 0), rule_sd=0.5, refuse=0.1, distract=0.1)
    second = kit.Respondent("sim/b", {"b": 1.0}, item_sd=1.0, seed=5)
    return items, first.answers(items, repeats=2) + second.answers(items, wordings=2)


@pytest.fixture(scope="module")
def found(kit, asked):
    return analyzed(kit, *asked)


def analyzed(kit, items, answers) -> Analysis:
    return analyze(kit.items_frame(items), kit.frame(answers), frameworks={}, options=FEW)


def relabelled(items, answers, flipped):
    """The same questions with the two sides of some items written down the other way round."""
    renamed, turned = {}, {}
    for item, flip in zip(items, flipped, strict=True):
        a, b, *rest = item.options
        options = (b, a, *rest) if flip else item.options
        made = make_item(
            kind=item.kind, lang=item.lang, prompt=item.prompt, options=options, clusters=item.clusters,
            source=item.source, parallel_id=item.parallel_id,
        )  # fmt: skip
        # ids stay, so that nothing but the sides' order differs
        renamed[item.id] = replace(made, id=item.id)
        turned[item.id] = {0: 1, 1: 0} if flip else {}
    rows = []
    for row in answers:
        move = turned[row.item]
        option = None if row.option is None else move.get(row.option, row.option)
        rows.append(replace(row, order=tuple(move.get(i, i) for i in row.order), option=option))
    return list(renamed.values()), rows


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000))
def test_numbering_the_sides_at_random_changes_nothing(kit, asked, found, seed):
    items, answers = asked
    flipped = np.random.default_rng(seed).random(len(items)) < 0.5
    again = analyzed(kit, *relabelled(items, answers, flipped))
    for name in TABLES:
        if name == "contested":
            distance = pl.col("difference").abs().round(9)
            for table in (found, again):
                assert table.contested.height > 0
            assert_frame_equal(
                found.contested.drop(SIDED).with_columns(found.contested.select(distance)),
                again.contested.drop(SIDED).with_columns(again.contested.select(distance)),
            )
        else:
            assert_frame_equal(getattr(found, name), getattr(again, name), check_exact=False, abs_tol=1e-5)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_the_order_of_items_answers_and_models_changes_nothing(kit, asked, found, random):
    items, answers = list(asked[0]), list(asked[1])
    random.shuffle(items)
    random.shuffle(answers)
    again = analyzed(kit, items, answers)
    for name in TABLES:
        assert_frame_equal(getattr(found, name), getattr(again, name), check_exact=False, abs_tol=1e-9)


def test_the_same_input_gives_equal_bytes(kit, asked, found, tmp_path):
    for place in ("one", "two"):
        analyzed(kit, *asked).write(tmp_path / place)
    for name in [*(f"{table}.parquet" for table in TABLES), "summary.json"]:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_what_is_written_is_read_back(found, tmp_path):
    found.write(tmp_path)
    again = Analysis.read(tmp_path)
    assert again.summary == found.summary
    for name in TABLES:
        assert_frame_equal(getattr(again, name), getattr(found, name))
    (tmp_path / "slots.parquet").unlink()
    with pytest.raises(InputError, match="slots"):
        Analysis.read(tmp_path)


def test_the_summary_says_what_was_asked_and_what_is_uncertain(found):
    assert found.models() == ("sim/a", "sim/b")
    assert found.levels()[0] == "value"
    respondent = found.summary["respondents"][0]
    assert respondent["model"] == "sim/a"
    assert respondent["presentations"] == sum(respondent["outcomes"].values())
    assert found.summary["sources"] == 24
    assert {"share", "interval", "bounds"} <= set(found.summary["definitions"])
    assert found.share("sim/a", "value", "a")["share"] == found.summary["estimates"]["shares"][0]["share"]


def test_the_starter_set_is_analysed_at_its_three_levels(kit):
    items = starter_items()
    framework = load_framework("core-socialist-values")
    answers = kit.Respondent("sim/m", {"etiquette": 1.0}, rule_sd=0.3).answers(items)
    found = analyze(kit.items_frame(items), kit.frame(answers), frameworks={framework.id: framework}, options=FEW)
    level = framework.levels[1].id
    core = found.shares.filter((pl.col("level") == level) & (pl.col("lang") == "all"))
    assert core.height == 12
    assert core["why_not"].is_null().all()
    assert core["n"].sum() == 2 * len(answers)
    ranking = found.ranking.filter(pl.col("level") == level)
    assert set(ranking["identified"]) == {"data"}
    fit = found.ranking_fit.filter((pl.col("level") == level) & (pl.col("quantity") == "connected_components"))
    assert fit["estimate"].to_list() == [1.0]


def test_odd_runs_are_analysed_without_a_warning(kit):
    """Nothing chosen, nothing mapped, nothing offered, items of several sizes: tables with reasons, no error."""
    items = kit.dilemmas("abcd", 2, 3)
    lone = kit.dilemma("x", [kit.option("one"), kit.option("two")])
    offered = make_item(kind=ItemKind.OPEN, lang="en", prompt="q", options=(), clusters=(), source="t")
    sizes = [kit.dilemma(f"k{i}", [kit.option(v, v) for v in "abc"[: 2 + i % 2]], distractor=i > 2) for i in range(6)]
    runs = {
        "refused": (items, [kit.answer("m", i, (0, 1, 2), None, outcome=Outcome.REFUSED) for i in items]),
        "failed": (items, [kit.answer("m", i, (0, 1, 2), None, outcome=Outcome.ERROR) for i in items]),
        "distractor": (items, [kit.answer("m", i, (0, 1, 2), 2) for i in items]),
        "unvalued": ([lone], [kit.answer("m", lone, (0, 1, 2), 0), kit.answer("n", lone, (0, 1, 2), 1)]),
        "open": ([offered], [kit.answer("m", offered, (), None, outcome=Outcome.INVALID)]),
        "sure": (items, kit.Respondent("m", {"a": 3, "b": 2, "c": 1}, sure=True).answers(items)),
        "sizes": (sizes, [kit.answer("m", i, range(len(i.options))[::-1], 1) for i in sizes]),
    }
    for name, (asked, answers) in runs.items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = analyzed(kit, asked, answers)
        outcomes = found.outcomes.filter((pl.col("by") == "all") & (pl.col("model") == "m"))
        assert outcomes["n"].sum() == sum(1 for row in answers if row.model == "m"), name
        assert found.ranking.is_empty() == (name not in {"sure", "sizes"}), name
