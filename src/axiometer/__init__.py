"""Axiometer measures which values language models express: `from axiometer import measure, analyze, report`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "Framework": "axiometer.frameworks",
    "load_framework": "axiometer.frameworks",
    "Item": "axiometer.records",
    "Option": "axiometer.records",
    "open_run": "axiometer.measure",
}
_ROOMS = ("measure", "analyze", "report")  # modules that can be called: see `axiometer.rooms`
__all__ = ["Framework", "Item", "Option", "__version__", "load_framework", "open_run"]

if TYPE_CHECKING:
    from axiometer.frameworks import Framework, load_framework
    from axiometer.measure import open_run
    from axiometer.records import Item, Option


def __getattr__(name: str) -> Any:
    """Public names are looked up when they are used, so that `import axiometer` costs nothing."""
    import importlib

    if name in _ROOMS:
        return importlib.import_module(f"axiometer.{name}")
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'axiometer' has no attribute {name!r}")
