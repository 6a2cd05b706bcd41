"""What labelled pairs say of a contradiction model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from statsmodels.stats.proportion import proportion_confint

from axiometer.build.conflicts.calibrate import calibrate, calibrate_model, labelled_pairs
from axiometer.errors import InputError
from axiometer.models.contradiction.labelled import LabelledPair, PairRelation
from axiometer.models.contradiction.lexical import LexicalModel
from axiometer.models.protocols import Confidence, ConflictKind, Contradiction

CONTRADICTION, TENSION = ConflictKind.CONTRADICTION, ConflictKind.TENSION


def pairs(*relations: str, lang: str = "en") -> list[LabelledPair]:
    return [LabelledPair(f"a{n}", f"b{n}", PairRelation(each), lang) for n, each in enumerate(relations)]


def said(*scores: float | None, kinds: Sequence[ConflictKind | None] | None = None) -> list[Contradiction]:
    """The first direction is sure; the second scores as given."""
    given = kinds or [None] * len(scores)
    return [Contradiction(1.0, score, kind, Confidence.NORMAL) for score, kind in zip(scores, given, strict=True)]


def test_precision_and_recall_are_counted_by_hand() -> None:
    known = pairs("contradiction", "contradiction", "contradiction", "tension", "paraphrase", "unrelated")
    found = calibrate(known, said(0.9, 0.6, 0.2, 0.7, 0.1, None), model="m", measured_on="here")
    point = found.point(0.5)
    assert (point.precision.count, point.precision.n) == (2, 3)
    assert (point.recall.count, point.recall.n) == (2, 3)
    low, high = proportion_confint(2, 3, method="wilson")
    assert point.precision.interval == pytest.approx((low, high))
    assert found.point(0.8).precision.share == 1.0
    assert found.threshold is None  # ten pairs at least must reach a threshold before it is recommended


def test_the_lower_direction_decides_and_one_that_was_not_asked_counts_as_none() -> None:
    found = calibrate(pairs("contradiction", "unrelated"), said(None, 0.3), model="m", measured_on="here")
    assert found.point(0.05).recall.count == 0
    assert found.point(0.3).precision.n == 1


def test_the_recommended_threshold_is_the_lowest_that_keeps_the_precision() -> None:
    known = pairs(*["contradiction"] * 20, *["unrelated"] * 20)
    scores = [0.9] * 10 + [0.6] * 10 + [0.4] * 10 + [0.0] * 10
    found = calibrate(known, said(*scores), model="m", measured_on="here", target=0.9)
    assert found.threshold == 0.45
    assert found.at == 0.45
    by_relation = {each.relation: each for each in found.relations}
    assert by_relation[PairRelation.CONTRADICTION].above.share == 1.0
    assert by_relation[PairRelation.UNRELATED].above.share == 0.0
    assert by_relation[PairRelation.CONTRADICTION].median == 0.75


def test_each_language_has_its_own_curve() -> None:
    known = pairs("contradiction", "unrelated") + pairs("contradiction", "unrelated", lang="zh")
    found = calibrate(known, said(0.9, 0.0, 0.0, 0.9), model="m", measured_on="here")
    assert [curve.lang for curve in found.languages] == ["all", "en", "zh"]
    assert found.point(0.5, "en").recall.share == 1.0
    assert found.point(0.5, "zh").recall.share == 0.0
    assert found.point(0.5).recall.share == 0.5


def test_kinds_are_counted_apart_from_thresholds() -> None:
    known = pairs("contradiction", "tension", "tension", "paraphrase")
    kinds = [CONTRADICTION, TENSION, CONTRADICTION, None]
    found = calibrate(known, said(1.0, 0.0, 1.0, 0.0, kinds=kinds), model="m", measured_on="here")
    assert (found.precision_of(CONTRADICTION).count, found.precision_of(CONTRADICTION).n) == (1, 2)
    assert (found.recall_of(TENSION).count, found.recall_of(TENSION).n) == (1, 2)
    assert math.isnan(found.precision_of(ConflictKind.NEITHER).share)
    counts = {each.kind: each.said.count for each in found.kinds if each.relation is PairRelation.TENSION}
    assert counts == {CONTRADICTION: 1, TENSION: 1, ConflictKind.NEITHER: 0, None: 0}


def test_rare_contradictions_lower_the_precision() -> None:
    known = pairs(*["contradiction"] * 10, *["unrelated"] * 10)
    scores = [0.9] * 9 + [0.0] + [0.9] + [0.0] * 9
    found = calibrate(known, said(*scores), model="m", measured_on="here")
    balanced = {PairRelation.CONTRADICTION: 1.0, PairRelation.UNRELATED: 1.0}
    assert found.precision_among(balanced) == pytest.approx(0.9)
    rare = {PairRelation.CONTRADICTION: 0.01, PairRelation.UNRELATED: 0.99}
    assert found.precision_among(rare) == pytest.approx(0.01 * 0.9 / (0.01 * 0.9 + 0.99 * 0.1))
    assert found.precision_among({PairRelation.TENSION: 1.0}) is None


@pytest.mark.parametrize("relations", [("contradiction",), ("tension", "unrelated")])
def test_pairs_of_one_sort_alone_are_refused(relations: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="some that contradict each other and some that do not"):
        calibrate(pairs(*relations), said(*[0.5] * len(relations)), model="m", measured_on="here")


def test_the_offline_model_is_measured_on_the_package_s_pairs() -> None:
    found = calibrate_model(LexicalModel())
    assert (found.model, found.measured_on) == ("lexical", "conflict_pairs.yaml")
    assert found.pairs == len(labelled_pairs()[1]) >= 240
    # Its first run, before anything was tuned: 0.93 and 0.65. A change of its lists should not take it far below.
    assert found.precision_of(CONTRADICTION).share >= 0.85
    assert found.recall_of(CONTRADICTION).share >= 0.55
    assert found.recall_of(TENSION).count == 0


def test_a_user_s_table_is_measured_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    rows = ["One should pay.,One should not pay.,contradiction,en", "One should pay.,One should sing.,unrelated,en"]
    file.write_text("\n".join(["a,b,relation,lang", *rows]), encoding="utf-8")
    found = calibrate_model(LexicalModel(), file)
    assert (found.measured_on, found.pairs) == ("mine.csv", 2)
    assert found.point(0.5).precision.share == found.point(0.5).recall.share == 1.0
