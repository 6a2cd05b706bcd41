"""Axiometer measures which values language models express.

    from axiometer import Framework, Item, measure, analyze, report
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "Framework": "axiometer.frameworks",
    "load_framework": "axiometer.frameworks",
    "Item": "axiometer.records",
    "Option": "axiometer.records",
    "measure": "axiometer.measure",
    "analyze": "axiometer.analyze",
    "report": "axiometer.report",
}
__all__ = ["Framework", "Item", "Option", "__version__", "analyze", "load_framework", "measure", "report"]

if TYPE_CHECKING:
    from axiometer.analyze import analyze
    from axiometer.frameworks import Framework, load_framework
    from axiometer.measure import measure
    from axiometer.records import Item, Option
    from axiometer.report import report


def __getattr__(name: str) -> Any:
    """Public names are looked up when they are used, so that `import axiometer` costs nothing."""
    if name in _WHERE:
        import importlib

        return getattr(importlib.import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'axiometer' has no attribute {name!r}")
