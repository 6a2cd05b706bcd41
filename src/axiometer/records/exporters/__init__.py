"""Exporters: items to published formats, with every item accounted for."""

from __future__ import annotations

from axiometer.records.exporters.accounting import Exported, Exporter

__all__ = ["Exported", "Exporter", "exporters"]


def exporters() -> dict[str, Exporter]:
    """All exporters by the name of their format, in alphabetical order."""
    from axiometer.records.exporters.navab import navab

    formats: list[Exporter] = [navab]
    return {exporter.name: exporter for exporter in formats}
