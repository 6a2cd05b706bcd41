"""Majority and Dawid-Skene against a count by hand, the EM written out, and planted error matrices."""

from __future__ import annotations

import importlib.util

import numpy as np
import polars as pl
import pytest

from axiometer.analyze.people import ConsensusOptions, LabelScale, Ratings, attention, consensus
from axiometer.errors import InputError

HAND = [
    ("u1", "ann", "a"), ("u1", "bob", "a"), ("u1", "cas", "b"),
    ("u2", "ann", "b"), ("u2", "bob", "a"),
    ("u3", "ann", "c"),
]  # fmt: skip


def frame(rows) -> pl.DataFrame:
    return pl.DataFrame([{"subject": s, "rater": r, "value": v} for s, r, v in rows])


def planted(seed: int, *, raters: int = 6, units: int = 300, share: float = 0.6) -> tuple[np.ndarray, Ratings]:
    """Three categories; rater r is right with 0.95, 0.85, ..., the last two always say `0` or draw lots."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 3, units)
    rows = []
    for rater in range(raters):
        right = 0.95 - 0.1 * rater
        for unit in np.flatnonzero(generator.random(units) < share):
            if rater == raters - 1:
                said = generator.integers(0, 3)
            elif rater == raters - 2:
                said = 0
            else:
                said = truth[unit] if generator.random() < right else (truth[unit] + 1) % 3
            rows.append((f"{unit:03d}", f"r{rater}", str(said)))
    return truth, Ratings.of(frame(rows), categories=["0", "1", "2"])


def test_the_majority_is_counted_and_ties_stay_ties() -> None:
    found = consensus(Ratings.of(frame(HAND)), ConsensusOptions(dawid_skene=False))
    assert found.units.select("subject", "labels", "majority", "share", "tied").rows() == [
        ("u1", 3, "a", 2 / 3, []),
        ("u2", 2, None, None, ["a", "b"]),
        ("u3", 1, "c", 1.0, []),
    ]
    own = {row["rater"]: row for row in found.raters.iter_rows(named=True)}
    # ann: of u1 the others tie (a, b), of u2 bob says a against her b, of u3 there is nobody else.
    assert (own["ann"]["compared"], own["ann"]["with_majority"]) == (1, 0.0)
    # cas: of u1 the others say a.
    assert (own["cas"]["compared"], own["cas"]["with_majority"]) == (1, 0.0)
    assert own["bob"]["labels"] == 2
    assert found.errors.is_empty()


def test_a_set_has_what_more_than_half_name_and_halves_are_tied() -> None:
    rows = [("u", "ann", "a|b"), ("u", "bob", "a|c"), ("v", "ann", ""), ("v", "bob", "a"), ("v", "cas", "")]
    found = consensus(Ratings.of(frame(rows), LabelScale.SETS), ConsensusOptions(dawid_skene=False)).units
    assert found["tied"].to_list() == [["b", "c"], []]
    assert found["majority"].to_list() == [None, ""]
    assert found["share"].to_list() == [None, 2 / 3]


def em(ratings: Ratings, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Dawid and Skene 1979, eq. 2.3 to 2.5, written out."""
    units, raters, kinds = len(ratings.units), len(ratings.raters), len(ratings.kinds)
    said = np.zeros((units, raters, kinds))
    said[ratings.unit, ratings.rater, ratings.kind] = 1
    chance = said.sum(axis=1) / said.sum(axis=(1, 2))[:, None]
    for _ in range(steps):
        prior = chance.mean(axis=0)
        joint = np.einsum("ij,irl->rlj", chance, said)
        error = np.maximum(joint, 1e-10) / np.maximum(joint, 1e-10).sum(axis=1, keepdims=True)
        log = np.log(prior)[None, :] + np.einsum("irl,rlj->ij", said, np.log(error))
        chance = np.exp(log - log.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
    return chance, error


def test_dawid_skene_is_the_em_of_the_paper_and_beats_the_majority() -> None:
    truth, ratings = planted(5)
    found = consensus(ratings, ConsensusOptions(steps=30, tolerance=-1.0))
    chance, error = em(ratings, 30)
    labelled = np.array([int(unit) for unit in ratings.units])
    assert found.units["dawid_skene"].to_list() == [str(k) for k in chance.argmax(axis=1)]
    assert found.units["probability"].to_numpy() == pytest.approx(chance.max(axis=1), abs=1e-7)
    right = (found.units["dawid_skene"].cast(pl.Int64).to_numpy() == truth[labelled]).mean()
    by_majority = (found.units["majority"].cast(pl.Int64).fill_null(-1).to_numpy() == truth[labelled]).mean()
    assert right > by_majority + 0.05
    first = found.errors.filter((pl.col("rater") == "r0") & (pl.col("truth") == "1"))
    assert first["probability"].to_numpy() == pytest.approx(error[0, :, 1], abs=1e-3)
    assert first.filter(pl.col("said") == "1")["probability"].item() == pytest.approx(0.95, abs=0.06)
    accuracy = dict(found.raters.select("rater", "accuracy").iter_rows())
    assert accuracy["r0"] > 0.9 > 0.75 > accuracy["r3"] > accuracy["r5"]
    zero = found.errors.filter((pl.col("rater") == "r4") & (pl.col("said") == "0"))
    assert zero["probability"].min() > 0.99


def test_dawid_skene_of_sets_takes_each_category_by_itself() -> None:
    generator = np.random.default_rng(2)
    truth = generator.random((120, 2)) < 0.5
    rows = []
    for rater, right in enumerate((0.95, 0.9, 0.85, 0.6)):
        for unit in range(120):
            own = truth[unit] ^ (generator.random(2) > right)
            rows.append((f"{unit:03d}", f"r{rater}", "|".join(n for n, kept in zip("ab", own, strict=True) if kept)))
    found = consensus(Ratings.of(frame(rows), LabelScale.SETS))
    expected = [",".join(n for n, kept in zip("ab", own, strict=True) if kept) for own in truth]
    assert np.mean([a == b for a, b in zip(found.units["dawid_skene"], expected, strict=True)]) > 0.85
    assert sorted(found.errors["category"].unique().to_list()) == ["a", "b"]
    assert set(found.errors["truth"]) == {"no", "yes"}


def test_without_crowd_kit_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "crowdkit" else real(name))
    with pytest.raises(InputError, match=r"Dawid-Skene needs crowd-kit \(pip install 'axiometer\[people\]'\)"):
        consensus(Ratings.of(frame(HAND)))


def test_raters_that_miss_checks_are_listed_by_pseudonym() -> None:
    rows = [
        ("c1", "p1", "x"), ("c2", "p1", "x"), ("c1", "p2", "y"), ("c2", "p2", "z"), ("u1", "p3", "x"),
        ("c1", "p4", "x"), ("c2", "p4", "y"), ("c2", "p5", None),
    ]  # fmt: skip
    found = attention(frame(rows), {"c1": ["x"], "c2": {"x", "z"}})
    assert found.failing == ("p2", "p4")
    assert found.raters.select("rater", "checks", "passed", "failed").rows() == [
        ("p1", 2, 2, False),
        ("p2", 2, 1, True),
        ("p3", 0, 0, None),
        ("p4", 2, 1, True),
        ("p5", 0, 0, None),
    ]
    assert attention(frame(rows), {"c1": ["x"], "c2": ["x", "z"]}, least_passed=0.5).failing == ()


def test_two_labels_of_one_rater_and_strange_values_are_refused() -> None:
    with pytest.raises(InputError, match="'ann' has two labels of 'u1'"):
        Ratings.of(frame([("u1", "ann", "a"), ("u1", "ann", "b")]))
    with pytest.raises(InputError, match="'b' is not one of the labels: a"):
        Ratings.of(frame([("u1", "ann", "b")]), categories=["a"])
    with pytest.raises(InputError, match="the order of these labels is not known"):
        Ratings.of(frame([("u1", "ann", "low"), ("u1", "bob", "high")]), LabelScale.ORDINAL)
    with pytest.raises(InputError, match="columns missing: rater"):
        Ratings.of(pl.DataFrame({"subject": ["u"], "value": ["a"]}))


@pytest.mark.parametrize("scale", [LabelScale.NOMINAL, LabelScale.SETS])
def test_a_rater_whom_nobody_can_be_compared_with_is_not_taken_at_its_word(scale: LabelScale) -> None:
    shared = [(f"u{n:02d}", rater, "a" if n % 2 else "b") for n in range(20) for rater in ("ann", "bo", "cy")]
    alone = [(f"v{n}", "dee", "a") for n in range(5)]
    found = consensus(Ratings.of(frame([*shared, *alone]), scale))
    assert dict(found.raters.select("rater", "accuracy").iter_rows())["dee"] is None
    of_alone = found.units.filter(pl.col("subject").str.starts_with("v"))
    assert of_alone["dawid_skene"].null_count() == of_alone["probability"].null_count() == 5
    assert of_alone["majority"].to_list() == ["a"] * 5
    assert found.units.filter(pl.col("subject").str.starts_with("u"))["probability"].min() > 0.9
    assert "dee" not in found.errors["rater"].to_list()
    single = consensus(Ratings.of(frame(alone), scale))
    assert single.units["probability"].null_count() == 5
    assert single.raters["accuracy"].to_list() == [None]
