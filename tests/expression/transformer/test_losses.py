"""Losses against their formulas, written out decision by decision from the papers."""

from __future__ import annotations

import math
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.expression.transformer.backbone import LIBRARIES
from axiometer.expression.transformer.options import Loss

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in LIBRARIES), reason="the extra `train` is not installed"
)

decisions = st.tuples(st.floats(-12, 12), st.booleans(), st.floats(1, 10))


def computed(kind: Loss, logit: float, told: bool, weight: float) -> tuple[float, float]:
    """(loss, its slope) of a decision."""
    import torch

    from axiometer.expression.transformer.losses import losses

    at = torch.tensor([[logit]], dtype=torch.float32, requires_grad=True)
    found = losses(kind, at, torch.tensor([[float(told)]]), torch.tensor([weight]))
    found.sum().backward()
    assert at.grad is not None
    return float(found.detach()), float(at.grad)


def written_out(kind: Loss, logit: float, told: bool, weight: float) -> float:
    p = 1 / (1 + math.exp(-logit))
    alpha = weight if told else 1.0
    if kind is Loss.WEIGHTED:  # cross-entropy, positives counted `weight` times
        return -alpha * math.log(p if told else 1 - p)
    if kind is Loss.FOCAL:  # Lin et al. 2017, equation 5: -alpha_t (1 - p_t)^gamma log(p_t), gamma 2
        p_t = p if told else 1 - p
        return -alpha * (1 - p_t) ** 2 * math.log(p_t)
    if told:  # Ridnik et al. 2021, equation 7: L+ = (1 - p)^gamma+ log p, gamma+ 0
        return -math.log(p)
    p_m = max(p - 0.05, 0.0)  # equation 5; L- = p_m^gamma- log(1 - p_m), gamma- 4
    return -(p_m**4) * math.log(1 - p_m)


@pytest.mark.parametrize("kind", list(Loss))
@given(decision=decisions)
def test_a_decision_costs_what_the_paper_says(kind: Loss, decision: tuple[float, bool, float]) -> None:
    expected = written_out(kind, *decision)
    found, slope = computed(kind, *decision)
    assert found == pytest.approx(expected, rel=2e-4, abs=1e-6)
    logit, told, weight = decision
    around = [written_out(kind, logit + step, told, weight) for step in (-1e-4, 1e-4)]
    assert slope == pytest.approx((around[1] - around[0]) / 2e-4, rel=2e-2, abs=1e-4)


@pytest.mark.parametrize("kind", list(Loss))
@pytest.mark.parametrize("logit", [-200.0, -90.0, 90.0, 200.0])
@pytest.mark.parametrize("told", [False, True])
def test_no_logit_is_too_large(kind: Loss, logit: float, told: bool) -> None:
    loss, slope = computed(kind, logit, told, 10.0)
    assert math.isfinite(loss) and math.isfinite(slope) and loss >= 0.0
    if (logit > 0) == told:
        assert loss < 1e-6 and abs(slope) < 1e-6


def test_a_value_that_few_texts_express_counts_more_up_to_tenfold() -> None:
    from axiometer.expression.transformer.losses import positive_weights

    columns = [np.arange(200) < expressing for expressing in (50, 150, 100, 2, 20, 0)]
    targets = np.stack(columns, axis=1).astype(np.int8)
    assert positive_weights(targets).tolist() == [3.0, 1.0, 1.0, 10.0, 9.0, 10.0]
