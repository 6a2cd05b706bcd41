"""The starter set: rules, dilemmas and planted injections written for this project, zh and en, as package data.

`axiometer.records.importers.starter` turns rules and dilemmas into items; `load_probes` reads the injections.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from axiometer.starter.injections import Probe, load_probes


def data() -> Traversable:
    """The folder that holds `rules.yaml`, `injections.yaml`, `themes.yaml` and `dilemmas/*.yaml`."""
    return files("axiometer.starter") / "data"


__all__ = ["Probe", "data", "load_probes"]
