"""Texts with people's labels, and what classifiers say of them: what an evaluation is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Gold:
    """The texts. targets: (texts, values), 1 where people say that the text expresses the value; rows: of the file;
    clusters: a number per text, equal for texts that are no independent draws (near-copies, texts of one source)."""

    texts: tuple[str, ...]
    values: tuple[str, ...]
    targets: NDArray[np.int8]
    rows: tuple[int, ...]
    clusters: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def support(self) -> NDArray[np.int64]:
        """Texts that express each value."""
        return np.asarray((self.targets == 1).sum(axis=0), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Judged:
    """One classifier on these texts. probabilities: (texts, values), columns as in `Gold`; thresholds: in that order;
    seen: texts that it was fitted on or chosen by (None: nobody knows); about: what its card says, JSON values."""

    name: str
    probabilities: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    seen: NDArray[np.bool_] | None
    about: Mapping[str, object]

    @property
    def expressed(self) -> NDArray[np.bool_]:
        """(texts, values): where the probability reaches the value's threshold."""
        return np.asarray(self.probabilities >= self.thresholds, dtype=np.bool_)
