"""Recovered maps: what an analysis says of them, what it leaves alone and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.analyze.recovered_world import (
    FRAMEWORKS,
    TRUE,
    analysed,
    answers_to,
    recovered,
    without_confidence,
)

from axiometer.analyze import TABLES
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.map_ends import widened
from axiometer.analyze.coded.recovered import NOT_CORRECTED
from axiometer.errors import InputError
from axiometer.records import Item
from axiometer.records.rows import make_item


def test_maps_that_are_certain_change_nothing_but_the_note():
    sure = [recovered(item, False, map_confidence=0.9995) for item in TRUE]
    known = without_confidence(sure)
    first, second = analysed(sure, answers_to(sure, 1)), analysed(known, answers_to(known, 1))
    for name in TABLES:
        assert_frame_equal(getattr(first, name), getattr(second, name))
    assert "maps" not in second.summary
    assert first.summary["maps"]["recovered"] == len(TRUE) and first.summary["maps"]["corrected"] == 0
    assert second.summary == {
        **{key: value for key, value in first.summary.items() if key != "maps"},
        "notes": first.summary["notes"][1:],
    }


def test_the_summary_says_by_what_maps_were_recovered_and_how_sure_they_are():
    items = [recovered(item, False, map_confidence=0.9) for item in TRUE[:60]] + TRUE[60:]
    summary = analysed(items, answers_to(items, 2)).summary
    assert summary["maps"] == {
        "recovered": 60,
        "of": len(TRUE),
        "corrected": 60,
        "methods": {"embedder": 60},
        "calibrated": {"starter": 60},
        "confidence_mean": 0.9,
        "confidence_least": 0.9,
        "range": False,
    }
    assert "recovered for 60 of 198 items by embedder" in summary["notes"][0]


def test_intervals_of_the_probability_widen_those_of_shares_and_ranks():
    point = [recovered(item, False, map_confidence=0.85) for item in TRUE]
    ranged = [recovered(item, False, map_confidence=0.85, map_low=0.75, map_high=0.95) for item in TRUE]
    one, wide = (analysed(items, answers_to(items, 3)) for items in (point, ranged))
    assert_frame_equal(one.shares.select("value", "share", "n"), wide.shares.select("value", "share", "n"))
    ends = one.shares.join(wide.shares, on=("model", "mode", "lang", "level", "value"), suffix="_wide").filter(
        pl.col("low").is_not_null() & pl.col("low_wide").is_not_null()
    )
    assert ends.height > 10
    assert (ends["low_wide"] <= ends["low"]).all() and (ends["high_wide"] >= ends["high"]).all()
    assert ((ends["high_wide"] - ends["low_wide"]) > (ends["high"] - ends["low"]) + 0.01).any()
    assert (wide.ranking["rank_low"] <= one.ranking["rank_low"]).all()
    assert wide.summary["maps"]["range"] is True


def test_what_knows_nothing_of_maps_is_not_touched():
    items = [recovered(item, False, map_confidence=0.8) for item in TRUE]
    known = without_confidence(items)
    corrected, plain = analysed(items, answers_to(items, 4)), analysed(known, answers_to(known, 4))
    for name in ("slots", "consistency", "outcomes", "contested"):
        assert_frame_equal(getattr(corrected, name), getattr(plain, name))
    assert not corrected.shares.equals(plain.shares)
    assert corrected.shares["share"].is_between(0, 1).all()


def test_agreement_on_positions_says_that_it_is_not_corrected():
    from axiometer.records.rows import Expression, ExpressionKind, ItemKind

    def themed(item: Item, p: float) -> Item:
        sides = [
            replace(option, expresses=(Expression(ExpressionKind.POSITION, name, 1),))
            for option, name in zip(item.options[:2], ("S", "R"), strict=True)
        ]
        return make_item(
            kind=ItemKind.THEME,
            lang=item.lang,
            prompt=item.prompt,
            options=(*sides, item.options[2]),
            clusters=item.clusters,
            source=item.source,
            meta={"theme": "one", "map_confidence": str(p)},
        )

    found = {}
    for p in (0.8, 1.0):
        items = [themed(item, p) for item in TRUE[:40]]
        answers = pl.concat([answers_to(items, 1, "a"), answers_to(items, 2, "b")])
        found[p] = analysed(items, answers)
    kappa = found[0.8].agreement.filter(pl.col("measure") == "kappa")
    assert kappa["estimate"].to_list() == [None] and kappa["why_not"].to_list() == [NOT_CORRECTED]
    assert found[1.0].agreement.filter(pl.col("measure") == "kappa")["estimate"].is_not_null().all()
    raw = [found[p].theme_agreement.filter(pl.col("measure") == "raw")["estimate"].to_list() for p in (0.8, 1.0)]
    assert raw[0] == raw[1] and raw[0]
    shown = found[0.8].themes.filter((pl.col("lang") == "all") & (pl.col("theme") == "one") & (pl.col("model") == "a"))
    plain = found[1.0].themes.filter((pl.col("lang") == "all") & (pl.col("theme") == "one") & (pl.col("model") == "a"))
    pulled = dict(zip(plain["position"], 0.5 + (plain["share"] - 0.5) / 0.6, strict=True))
    assert dict(zip(shown["position"], shown["share"], strict=True)) == pytest.approx(pulled)


def test_a_p_value_that_is_not_known_at_one_end_is_not_known():
    point = pl.DataFrame({"p": [0.01, 0.2, None]})
    ends = [pl.DataFrame({"p": [None, 0.1, 0.3]}), pl.DataFrame({"p": [0.02, 0.4, 0.3]})]
    assert widened(point, ends)["p"].to_list() == [None, 0.4, None]


@pytest.mark.parametrize("said", ["0.5", "1.2", "much"])
def test_a_probability_that_says_nothing_is_one_line(said):
    items = [recovered(item, False, map_confidence=0.9) for item in TRUE[:5]]
    items[2] = replace(items[2], meta={"map_confidence": said})
    with pytest.raises(InputError, match="no probability above one half"):
        analysed(items, answers_to(items, 0))


def test_an_uncertain_map_of_an_item_with_one_side_is_one_line():
    item = recovered(TRUE[0], False, map_confidence=0.9)
    lone = replace(item, options=item.options[:1])
    with pytest.raises(InputError, match="needs two"):
        catalogue_of([lone], FRAMEWORKS)
