"""Where heavy work runs: in processes of this machine, or on a Ray cluster. Engines differ only in how tasks start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

from axiometer.errors import InputError

Task = TypeVar("Task")
Result = TypeVar("Result")

RUNNERS = ("local", "ray")


class Runner(AbstractContextManager["Runner"], Protocol):
    """Runs a function of one argument over many tasks. The function lives at the top of a module, its tasks and results
    can be pickled; it writes what is large to files that every worker sees, and gives back little."""

    @property
    def name(self) -> str: ...

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """The results in the order of the tasks, which are taken a few ahead of what is done, never all at once.

        Nothing begins before the first result is asked for. An `AxiometerError` that the function raises is raised
        here, an `OSError` as `InputError`, any other as an `AxiometerError` that names it; `Stopped` says that a worker
        died. Left early, tasks that have not begun never do.
        """
        ...

    def close(self) -> None: ...


def open_runner(
    name: str, *, address: str | None = None, processes: int | None = None, folder: Path | None = None
) -> Runner:
    """The runner `local` or `ray`. `address`: a cluster that runs already (ray); `processes`: how many at most
    (default: one per core); `folder`: what the tasks read and write, which every node of a cluster must see (default:
    the working folder). Raises `InputError` for another name, or where Ray is not installed or not reached."""
    if name == "local":
        from axiometer.runtime.runners.local import LocalRunner

        return LocalRunner(processes)
    if name == "ray":
        from axiometer.runtime.runners.ray import RayRunner

        return RayRunner(address, processes, folder)
    raise InputError("there is no runner {name!r}", mend="one of {known}", name=name, known=", ".join(RUNNERS))
