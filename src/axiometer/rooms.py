"""Rooms named after what they do can be called: `axiometer.measure(...)` is `axiometer.measure.measure(...)`."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _CallableRoom(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return getattr(self, self.__name__.rpartition(".")[2])(*arguments, **options)


def make_callable(name: str) -> None:
    """Lets the module `name` be called like the function in it that has the module's name.

    `from axiometer import measure` gives the module, whatever was imported before it; so the module has to do.
    """
    sys.modules[name].__class__ = _CallableRoom
