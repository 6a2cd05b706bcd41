"""The same search on torch: blocks are screened in bfloat16, what may reach the threshold is computed in float64.

bfloat16 keeps 8 bits, so a rounded coordinate errs by at most 2^-9 of itself, and the dot product of two rounded unit
rows by at most 2 * 2^-9 + 2^-18. Its sum is taken in float32 and may be truncated instead of rounded (tensor cores), so
by at most d 2^-23, and the result is rounded to bfloat16 again, by at most 2^-9. All together: under 0.0061 at 512
dimensions. Candidates are all that come within that of the threshold, so nothing is missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from axiometer.errors import InputError
from axiometer.similarity.pairs import TIE, Pairs
from axiometer.similarity.vectors import Vectors

if TYPE_CHECKING:
    import torch

BLOCK = 8_192
_CHECKED_AT_ONCE = 262_144


def bfloat16_margin(dimensions: int) -> float:
    """How far below the cosine the screen's value may lie, for rows of unit length within 1e-5."""
    unit, length = 2.0**-9, 1e-5
    rounded = (1 + unit) ** 2 * (1 + length) ** 2 - 1
    return (rounded + dimensions * 2.0**-23) * (1 + unit) + unit + 2 * length


def torch_pairs(
    rows: Vectors, columns: Vectors, threshold: float, device: str | None = None, *, same: bool
) -> Iterator[Pairs]:
    """Pairs that reach the threshold, block by block. device: default cuda where it is, else cpu.

    Raises `InputError` where torch is missing or has no such device.
    """
    try:
        import torch
    except ImportError as error:
        raise InputError("the torch backend needs PyTorch", mend="pip install torch, or use numpy") from error
    where = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        place = torch.device(where)
        torch.empty(1, device=place)
    except (RuntimeError, AssertionError) as error:
        raise InputError("torch has no device {device!r} here", device=where) from error
    with torch.inference_mode(), _sums_in_float32():
        for start in range(0, len(rows), BLOCK):
            left = torch.from_numpy(np.array(rows[start : start + BLOCK])).to(place)
            for other in range(start if same else 0, len(columns), BLOCK):
                right = torch.from_numpy(np.array(columns[other : other + BLOCK])).to(place)
                yield from _block(left, right, threshold, start, other, same=same)


def _block(
    left: torch.Tensor, right: torch.Tensor, threshold: float, row: int, column: int, *, same: bool
) -> Iterator[Pairs]:
    import torch

    bar = threshold - TIE - bfloat16_margin(left.shape[1])
    screened = left.to(torch.bfloat16) @ right.to(torch.bfloat16).T
    # Compared in float32: in bfloat16 the bar itself would be rounded, perhaps upwards.
    near = torch.nonzero(screened.float() >= bar)
    del screened
    if same and row == column:
        near = near[near[:, 0] < near[:, 1]]
    for part in range(0, len(near), _CHECKED_AT_ONCE):
        i, j = near[part : part + _CHECKED_AT_ONCE].unbind(1)
        cosine = (left[i].double() * right[j].double()).sum(1)
        true = cosine >= threshold - TIE
        yield Pairs(
            (i[true] + row).to(torch.int32).cpu().numpy(),
            (j[true] + column).to(torch.int32).cpu().numpy(),
            cosine[true].clamp(max=1.0).float().cpu().numpy(),
        )


@contextmanager
def _sums_in_float32() -> Iterator[None]:
    """cuBLAS may otherwise add parts of a sum in bfloat16, which the margin does not cover."""
    import torch

    matmul = torch.backends.cuda.matmul
    before = matmul.allow_bf16_reduced_precision_reduction
    matmul.allow_bf16_reduced_precision_reduction = False
    try:
        yield
    finally:
        matmul.allow_bf16_reduced_precision_reduction = before
