"""Matching two sides: optimal, within the calipers, each rule once, a reason for every rule that is left."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.build.themes.assignment import NOT_ALIKE, NOT_NEAR, TAKEN, Calipers, Side, assign
from axiometer.build.themes.style import Form, Style

_NUMBERS = itertools.count()
WIDE = Calipers(-1.0, 1.0, 100.0)


def side(
    angles: list[float],
    lengths: list[int] | None = None,
    forms: list[Form] | None = None,
    opposed: list[bool] | None = None,
    words: list[str] | None = None,
) -> Side:
    """Vectors in the plane by their angle in degrees, so that the cosine of two is that of the difference."""
    n = len(angles)
    turns = np.radians(angles)
    vectors = np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32).reshape(n, 2)
    styles = [
        Style((lengths or [50] * n)[k], (forms or [Form.OTHER] * n)[k], (opposed or [False] * n)[k]) for k in range(n)
    ]
    return Side(vectors, styles, words or [f"rule {next(_NUMBERS)}" for _ in range(n)])


def test_the_nearest_go_together_where_all_can() -> None:
    found = assign(side([0, 40, 80]), side([82, 1, 43]), WIDE)
    assert sorted(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(0, 1), (1, 2), (2, 0)]
    assert found.distances.tolist() == sorted(found.distances.tolist())
    assert found.cosines[0] == pytest.approx(math.cos(math.radians(1)), abs=1e-5)
    assert found.distances[0] == pytest.approx(1 - math.cos(math.radians(1)), abs=1e-5)


def test_the_distance_is_the_formula_of_the_documentation() -> None:
    one = side([0], [100], [Form.OBLIGATION], [False])
    other = side([60], [125], [Form.PROHIBITION], [True])
    found = assign(one, other, Calipers(0.2, 0.9, 1.6))
    assert found.distances.tolist() == pytest.approx(
        [0.5 + 0.5 * math.log(1.25) / math.log(1.6) + 1.0 + 0.25], abs=1e-5
    )


def test_one_form_goes_with_its_like_although_another_is_nearer_in_topic() -> None:
    forms = [Form.OBLIGATION, Form.PROHIBITION]
    found = assign(side([0, 60], forms=forms), side([0, 60], forms=forms[::-1]), WIDE)
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == {(0, 1), (1, 0)}


def test_no_pair_is_given_up_for_a_smaller_sum() -> None:
    # 0-0 is the nearest pair by far, but then rule 1 would have none.
    found = assign(side([0, 30]), side([0, -65]), Calipers(0.4, 1.0, 100.0))
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == {(0, 1), (1, 0)}


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (side([0]), side([89]), NOT_NEAR),
        (side([0], words=["same"]), side([30], words=["same"]), NOT_NEAR),
        (side([0]), side([1]), NOT_NEAR),
        (side([0], [100]), side([30], [161]), NOT_ALIKE),
        (side([0, 65]), side([31]), TAKEN),
    ],
)
def test_a_rule_without_a_partner_has_a_reason(one: Side, other: Side, reason: str) -> None:
    found = assign(one, other, Calipers(0.2, 0.9, 1.6))
    assert reason in found.first_reasons
    assert [each is None for each in found.first_reasons].count(True) == len(found.first)
    assert [each is None for each in found.second_reasons].count(True) == len(found.second)


def test_near_duplicates_that_say_yes_and_no_may_go_together() -> None:
    one, other = side([0]), side([1], opposed=[True])
    assert len(assign(one, other, Calipers(0.2, 0.9, 1.6)).first) == 1


def test_an_empty_side_leaves_all_of_the_other() -> None:
    found = assign(side([]), side([0, 1]), WIDE)
    assert len(found.first) == 0 and found.first_reasons == [] and found.second_reasons == [NOT_NEAR] * 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 359), st.integers(20, 90), st.sampled_from(Form)), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 359), st.integers(20, 90), st.sampled_from(Form)), min_size=1, max_size=4),
)
def test_as_many_pairs_as_can_be_at_the_smallest_sum(
    left: list[tuple[int, int, Form]], right: list[tuple[int, int, Form]]
) -> None:
    calipers = Calipers(0.2, 1.0, 1.6)
    one, other = (
        side([angle for angle, _, _ in rows], [size for _, size, _ in rows], [form for _, _, form in rows], words=names)
        for rows, names in ((left, list("abcd")[: len(left)]), (right, list("wxyz")[: len(right)]))
    )
    found = assign(one, other, calipers)
    assert len(set(found.first.tolist())) == len(found.first) == len(set(found.second.tolist()))
    singles = {}
    for i, j in itertools.product(range(len(left)), range(len(right))):
        alone = assign(_only(one, i), _only(other, j), calipers)
        if len(alone.first):
            singles[i, j] = float(alone.distances[0])
    best = _by_trying_all(singles, len(left), len(right))
    assert (len(found.first), pytest.approx(float(found.distances.sum()), abs=1e-6)) == best


def _only(one: Side, row: int) -> Side:
    return Side(one.vectors[row : row + 1], [one.styles[row]], [one.words[row]])


def _by_trying_all(singles: dict[tuple[int, int], float], n: int, m: int) -> tuple[int, float]:
    """(pairs, sum of distances) of the best of all assignments."""
    best = (0, 0.0)
    for columns in itertools.permutations([*range(m), *([None] * n)], n):
        pairs = [singles[i, j] for i, j in enumerate(columns) if j is not None and (i, j) in singles]
        best = min(best, (-len(pairs), sum(pairs)))
    return -best[0], best[1]
