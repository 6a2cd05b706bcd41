"""How work is handed to runners: a function of this package and tasks, results in the order of the tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class MapTasks(Protocol):
    """Applies a picklable function of a module to picklable tasks, somewhere, and gives the results in order."""

    def __call__(self, function: Callable[[Task], Result], tasks: Iterable[Task], /) -> Iterator[Result]: ...


def in_this_process(function: Callable[[Task], Result], tasks: Iterable[Task], /) -> Iterator[Result]:
    """The plainest way: one after another, here."""
    return map(function, tasks)
