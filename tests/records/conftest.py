from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def published() -> Callable[[str], Path]:
    """The path of a published file that is not part of the repository; the test skips where it is absent."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"published data set {name} is not on this machine")
        return path

    return find
