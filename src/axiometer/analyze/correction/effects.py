"""An estimate with the first-order effects that its variance comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Floats, counted
from axiometer.analyze.correction.samples import Labels, Verdicts
from axiometer.analyze.inference.sources import Sources


@dataclass(frozen=True, slots=True)
class Effects:
    """`influence`, `leverage`, `hat`: per group, as in inference/sources.py. `unseen`: variance added for errors that
    the labels may have missed by chance. `elsewhere`, `elsewhere_df`: variance of labels that are no part of the run.
    `tuning`: the weight of the machine's verdicts (powered.py). `labels`: the effective number of labels behind it."""

    estimate: float
    influence: Floats
    leverage: Floats
    hat: Floats
    unseen: float
    labels: float
    elsewhere: float = 0.0
    elsewhere_df: float = np.inf
    tuning: float | None = None

    def minus(self, other: Effects) -> Effects:
        """The difference, paired on groups."""
        spread = self.elsewhere + other.elsewhere
        return Effects(
            estimate=self.estimate - other.estimate,
            influence=self.influence - other.influence,
            leverage=0.5 * (self.leverage + other.leverage),
            hat=0.5 * (self.hat + other.hat),
            unseen=self.unseen + other.unseen,
            labels=min(self.labels, other.labels),
            elsewhere=spread,
            elsewhere_df=min(self.elsewhere_df, other.elsewhere_df),
        )

    def error(self, sources: Sources) -> tuple[float, float]:
        """The standard error and its degrees of freedom (Satterthwaite 1946 over both parts)."""
        columns = (self.influence[:, None], self.leverage[:, None], self.hat[:, None])
        spread = sources.spread(*columns)
        own, df = float(spread.once[0]), float(spread.df[0])
        seen = own + self.elsewhere
        if seen <= 1e-12:  # nothing varies, so that nothing says how well a variance is known
            df = self.labels - 1
        elif self.elsewhere > 0:
            df = seen**2 / (own**2 / df + self.elsewhere**2 / self.elsewhere_df)
        return float(np.sqrt(seen + self.unseen)), df


def grouped(verdicts: Verdicts, per_unit: Floats) -> Floats:
    """Sums over the units of each group."""
    return counted(verdicts.group, verdicts.sources.groups, per_unit)


def labels_grouped(verdicts: Verdicts, labels: Labels, per_unit: Floats) -> Floats:
    """The same for labelled units of the run."""
    return counted(labels.group, verdicts.sources.groups, per_unit)


def mixed_hat(parts: tuple[Floats, Floats], weights: tuple[Floats, Floats]) -> Floats:
    """Each group's part of the information: that of the labels and that of the run, by the variance of each."""
    sizes = [float((part**2).sum()) for part in parts]
    total = sum(sizes)
    shares = [0.5, 0.5] if total <= 0 else [size / total for size in sizes]
    return np.asarray(sum(share * weight for share, weight in zip(shares, weights, strict=True)), dtype=np.float64)
