"""A share with its interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """`k` of `n`. `low` and `high` are the 95 % interval; all three are None where `n` is 0."""

    k: int
    n: int
    share: float | None
    low: float | None
    high: float | None


def share_of(k: int, n: int) -> Share:
    """`k` of `n` with Wilson's score interval (Wilson 1927, eq. 1), which takes the `n` as independent."""
    import numpy as np

    from axiometer.analyze.inference.intervals import wilson

    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    if n == 0:
        return Share(k, n, None, None, None)
    low, high = wilson(np.array([k / n]), np.array([float(n)]), 0.95)
    return Share(k, n, k / n, float(low[0]), float(high[0]))
