"""Several integer keys as one."""

from __future__ import annotations

import numpy as np

from axiometer.analyze.sources import Integers


def joined(*keys: Integers) -> Integers:
    """One code per row, 0 up to the number of distinct rows minus one, equal exactly where all keys are equal."""
    code = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        shifted = key - key.min(initial=0)
        code = np.unique(code * (int(shifted.max(initial=0)) + 1) + shifted, return_inverse=True)[1]
    return code
