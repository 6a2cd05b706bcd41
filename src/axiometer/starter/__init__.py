"""The starter set: rules and dilemmas written for this project, zh and en in parallel, as package data.

Only files live here; `axiometer.records.importers.starter` turns them into items.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable


def data() -> Traversable:
    """The folder that holds `rules.yaml` and `dilemmas/*.yaml`."""
    return files("axiometer.starter") / "data"


__all__ = ["data"]
