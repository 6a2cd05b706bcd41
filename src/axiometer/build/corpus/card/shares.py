"""A share with its interval."""

from __future__ import annotations

from dataclasses import dataclass

FEWEST = 20


@dataclass(frozen=True, slots=True)
class Share:
    """`k` of `n`. `low` and `high` are the 95 % interval; all three are None where `n` is 0."""

    k: int
    n: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Clusters:
    """What the variance of a share needs where rows come in clusters: how many there are, and the sums over clusters
    of k^2, k n and n^2 (k of the n rows of a cluster count)."""

    count: int = 0
    kk: float = 0.0
    kn: float = 0.0
    nn: float = 0.0

    def plus(self, other: Clusters) -> Clusters:
        return Clusters(self.count + other.count, self.kk + other.kk, self.kn + other.kn, self.nn + other.nn)

    def effective(self, k: int, n: int) -> float:
        """How many independent rows say as much: p (1 - p) over the variance of a ratio from clusters (Cochran 1977,
        Sampling Techniques, eq. 9.14). The number of clusters where these are too few to tell, and at 0 and 1."""
        share = k / n
        if self.count < FEWEST or not 0 < share < 1:
            return float(max(self.count, 1))
        spread = self.kk - 2 * share * self.kn + share**2 * self.nn
        variance = self.count / (self.count - 1) * spread / n**2
        return float(n) if variance <= 0 else min(float(n), share * (1 - share) / variance)


def share_of(k: int, n: int, clusters: Clusters | None = None) -> Share:
    """`k` of `n` with Wilson's score interval (Wilson 1927, eq. 1): on the effective n where rows come in clusters,
    else as if all were independent."""
    import numpy as np

    from axiometer.analyze.inference.intervals import wilson

    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    if n == 0:
        return Share(k, n, None, None, None)
    size = float(n) if clusters is None else clusters.effective(k, n)
    low, high = wilson(np.array([k / n]), np.array([size]), 0.95)
    return Share(k, n, k / n, float(low[0]), float(high[0]))
