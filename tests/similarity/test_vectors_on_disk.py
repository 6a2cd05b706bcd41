"""Rows that are mapped from a file cost memory only while they are looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from axiometer.similarity.vectors import let_go, open_vectors, unit_vectors

ROLLUP = Path("/proc/self/smaps_rollup")


def resident() -> float:
    """MiB of mapped memory of this process."""
    return sum(int(line.split()[1]) for line in ROLLUP.read_text().splitlines() if line.startswith("Rss:")) / 1024


@pytest.mark.skipif(not ROLLUP.exists(), reason="memory is read from Linux's /proc")
def test_rows_that_are_let_go_take_no_memory_and_can_be_read_again(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(30_000, 512)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    np.save(tmp_path / "rows.npy", rows)
    wanted = rows[::5_000].copy()
    del rows
    mapped = unit_vectors(open_vectors(tmp_path / "rows.npy"))
    held = resident()
    let_go(mapped)
    assert held - resident() > 50
    assert np.array_equal(mapped[::5_000], wanted)


def test_rows_in_memory_stay_as_they_are() -> None:
    rows = np.eye(4, dtype=np.float32)
    let_go(rows)
    assert np.array_equal(rows, np.eye(4))
