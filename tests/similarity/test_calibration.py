"""Thresholds come from labelled pairs, bands from counting, and both say what they rest on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from axiometer.errors import InputError
from axiometer.similarity.bands import EDGES, banded
from axiometer.similarity.blocks import blocks
from axiometer.similarity.calibration import (
    CurvePoint,
    LabelledPair,
    Rate,
    calibrate,
    curve_point,
    recommended,
)
from axiometer.similarity.embedders import DEFAULT_EMBEDDER, open_embedder
from axiometer.similarity.histogram import counted, histogram, histogram_on
from axiometer.similarity.labelled import OPPOSITE, read_labelled, shipped_pairs
from axiometer.similarity.mapping import in_this_process
from axiometer.similarity.thresholds import default_threshold, measured_thresholds

from .sets import all_cosines, sentence_like


def test_the_shipped_pairs_cover_both_languages_and_every_kind() -> None:
    pairs = shipped_pairs()
    assert len(pairs) >= 160
    counts = Counter((pair.lang, pair.kind) for pair in pairs)
    kinds = {"paraphrase", "reworded", OPPOSITE, "other action", "narrower or broader", "unrelated"}
    assert set(counts) == {(lang, kind) for lang in ("zh", "en") for kind in kinds} and min(counts.values()) >= 5
    assert all(pair.same == (pair.kind in {"paraphrase", "reworded"}) for pair in pairs)
    assert len({frozenset((pair.first, pair.second)) for pair in pairs}) == len(pairs)
    assert all(pair.first != pair.second for pair in pairs)
    assert all(("\u4e00" <= pair.first[0] <= "\u9fff") == (pair.lang == "zh") for pair in pairs)


def test_the_default_threshold_is_what_the_default_embedder_measures() -> None:
    found = calibrate(shipped_pairs(), open_embedder())
    assert found.threshold == default_threshold(DEFAULT_EMBEDDER)
    point = found.at(default_threshold(DEFAULT_EMBEDDER))
    said = measured_thresholds()[DEFAULT_EMBEDDER]
    assert f"({point.precision.count} of {point.precision.n}; recall {point.recall.count} of" in said.rule
    assert f"{len(shipped_pairs())} pairs" in said.measured_on
    # An embedding cannot see a judgement turned round; if a newer one can, the texts that say so are out of date.
    assert found.opposites.share > 0.9


def test_an_embedder_that_was_never_measured_has_no_threshold() -> None:
    with pytest.raises(InputError, match=r"'openai/x' has no measured threshold .*--calibrate"):
        default_threshold("openai/x")


@pytest.mark.parametrize(("count", "n"), [(0, 10), (3, 10), (10, 10), (470, 500)])
def test_intervals_are_wilson_s(count: int, n: int) -> None:
    assert Rate(count, n).interval == pytest.approx(proportion_confint(count, n, method="wilson"), abs=1e-9)


def test_nothing_seen_says_nothing() -> None:
    assert Rate(0, 0).interval == (0.0, 1.0) and np.isnan(Rate(0, 0).share)


def points(*rows: tuple[float, int, int]) -> list[CurvePoint]:
    return [CurvePoint(threshold, Rate(same, above), Rate(same, 100)) for threshold, same, above in rows]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([(0.5, 80, 100), (0.6, 58, 60), (0.7, 40, 40)], 0.6),
        ([(0.5, 99, 100), (0.6, 50, 60), (0.7, 40, 40)], 0.7),  # a lucky low threshold is not taken
        ([(0.5, 80, 100), (0.6, 50, 60), (0.9, 2, 9)], None),  # nine pairs say nothing
        ([(0.5, 50, 100)], None),
    ],
)
def test_the_lowest_threshold_that_is_precise_from_there_on_is_recommended(
    rows: list[tuple[float, int, int]], wanted: float | None
) -> None:
    assert recommended(points(*rows), 0.95) == wanted


class Planted:
    """Texts are angles in degrees."""

    name = "test/planted"
    dimensions = 2

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        angles = np.radians([float(text) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_a_planted_boundary_is_found_and_opposites_are_counted_apart() -> None:
    same = [LabelledPair("0", str(angle), True, "same", "") for angle in range(1, 31)]
    other = [LabelledPair("0", str(angle), False, "other", "") for angle in range(31, 90)]
    opposite = [LabelledPair("0", str(angle), False, OPPOSITE, "") for angle in (1, 2, 3, 80)]
    found = calibrate(same + other + opposite, Planted(), target=1.0)
    assert found.threshold == pytest.approx(np.ceil(100 * np.cos(np.radians(31))) / 100)
    assert found.at(0.86).precision == Rate(30, 30) and found.opposites == Rate(3, 4)
    assert {kind.kind: kind.above.count for kind in found.kinds} == {"same": 30, "other": 0, OPPOSITE: 3}


def test_no_threshold_is_recommended_where_none_is_precise() -> None:
    mixed = [LabelledPair("0", str(angle), angle % 2 == 0, "", "") for angle in range(1, 60)]
    assert calibrate(mixed, Planted()).threshold is None


def test_pairs_of_one_sort_cannot_calibrate() -> None:
    with pytest.raises(InputError, match="mean the same and some that do not"):
        calibrate([LabelledPair("0", "1", True, "", ""), LabelledPair("0", "1", False, OPPOSITE, "")], Planted())


def test_a_curve_counts_pairs_at_the_threshold_as_above() -> None:
    point = curve_point(np.array([0.8, 0.79, 0.9]), np.array([True, True, False]), 0.8)
    assert point == CurvePoint(0.8, Rate(1, 2), Rate(1, 2))


def test_a_file_of_pairs_is_checked(tmp_path: Path) -> None:
    (tmp_path / "pairs.yaml").write_text("pairs:\n- {a: x, b: '', same: yes}\n", encoding="utf-8")
    with pytest.raises(InputError, match="pairs > 0 > b"):
        read_labelled(tmp_path / "pairs.yaml")
    (tmp_path / "pairs.yaml").write_text("pairs:\n- {a: x, b: y, same: yes}\n", encoding="utf-8")
    assert read_labelled(tmp_path / "pairs.yaml") == [LabelledPair("x", "y", True, "", "")]


def test_a_histogram_counts_every_pair_once(tmp_path: Path) -> None:
    vectors = sentence_like(2_500)
    cosines = all_cosines(vectors, vectors)[np.triu_indices(2_500, 1)].astype(np.float32)
    found = histogram(vectors, EDGES)
    # float32 products may fall on the other side of an edge than float64 ones
    assert np.abs(np.array(found.counts) - np.histogram(cosines, [*EDGES[:-1], 2.0])[0]).max() <= 3
    assert sum(found.counts) == found.pairs == 2_500 * 2_499 // 2
    assert found.share_above(0.8) == pytest.approx((cosines >= 0.8).mean(), abs=1e-5)
    np.save(tmp_path / "vectors.npy", vectors)
    by_tasks = histogram_on(in_this_process, str(tmp_path / "vectors.npy"), EDGES, rows=300, columns=700)
    assert np.abs(np.subtract(by_tasks.counts, found.counts)).max() <= 3 and sum(by_tasks.counts) == found.pairs
    assert sum(counted(vectors, block, EDGES).sum() for block in blocks(2_500, 111, 999)) == found.pairs


def test_bands_show_examples_that_lie_in_them_and_say_what_was_counted() -> None:
    vectors = sentence_like(1_500)
    report = banded(vectors, examples=4, seed=1)
    assert report.exact and report.vectors == report.n == 1_500
    cosines = all_cosines(vectors, vectors)
    shown = [(shown.band, example) for shown in report.bands for example in shown.examples]
    assert len(shown) >= 20
    for band, example in shown:
        assert band.low >= 0.6 and example.i < example.j
        assert band.low - 1e-6 <= cosines[example.i, example.j] and example.similarity < band.high + (band.high == 1)
    assert banded(vectors, examples=4, seed=1) == report != banded(vectors, examples=4, seed=2)


def test_a_large_set_is_counted_on_a_drawn_part_with_the_numbers_of_the_whole() -> None:
    vectors = sentence_like(1_500)
    report = banded(vectors, most=200)
    assert not report.exact and (report.vectors, report.n) == (200, 1_500)
    assert sum(shown.pairs for shown in report.bands) == 200 * 199 // 2
    cosines = all_cosines(vectors, vectors)
    examples = [example for shown in report.bands for example in shown.examples]
    assert examples and all(abs(cosines[e.i, e.j] - e.similarity) < 1e-6 for e in examples)
