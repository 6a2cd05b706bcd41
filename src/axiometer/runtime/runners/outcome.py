"""What became of one task, as bytes that travel between processes: a value, or an error that a person can read."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from axiometer.errors import AxiometerError, Stopped, file_error

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Done:
    """The function gave this back."""

    value: object


@dataclass(frozen=True, slots=True)
class Failed:
    """The function raised. `origin`: where, as Python tells it; empty where the error is meant for a person."""

    error: AxiometerError
    origin: str = ""


def packed(function: Callable[[Task], Result], task: Task) -> bytes:
    """The task as bytes. Functions travel by name: those of a module can, lambdas and inner functions raise here."""
    return pickle.dumps((function, task), pickle.HIGHEST_PROTOCOL)


def answered(blob: bytes, prepare: Callable[[], None] | None = None) -> bytes:
    """Prepares, runs a packed task; the bytes of its `Done` or `Failed`. Nothing that a task does is raised."""
    try:
        if prepare is not None:
            prepare()
        function, task = pickle.loads(blob)
        return pickle.dumps(Done(function(task)), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # an exit or a failure of the task is no end of the worker
        return pickle.dumps(_failed(error), pickle.HIGHEST_PROTOCOL)


def unpacked(blob: bytes) -> object:
    """What the function gave back, from the bytes of `answered`; raises the error that it raised."""
    outcome: Done | Failed = pickle.loads(blob)
    if isinstance(outcome, Done):
        return outcome.value
    if outcome.origin:
        outcome.error.add_note(outcome.origin)
        if os.environ.get("AXIOMETER_TRACEBACK"):  # the command line says one line and drops the note
            sys.stderr.write(outcome.origin)
    raise outcome.error


def _failed(error: BaseException) -> Failed:
    if isinstance(error, AxiometerError):
        return Failed(_travelling(error))
    if isinstance(error, MemoryError):
        return Failed(Stopped("a task ran out of memory; fewer processes need less"))
    if isinstance(error, OSError) and error.errno is not None:
        return Failed(_travelling(file_error(error)))
    ours = AxiometerError(
        "a mistake in Axiometer, please report it: {kind}: {error} (AXIOMETER_TRACEBACK=1 shows where)",
        kind=type(error).__name__,
        error=str(error),
    )
    return Failed(ours, "".join(traceback.format_exception(error)))


def _travelling(error: AxiometerError) -> AxiometerError:
    """The error itself where it survives the way, else one of its family with the same line."""
    try:
        copy = pickle.loads(pickle.dumps(error))
        if type(copy) is type(error) and str(copy) == str(error):
            return error
    except Exception:  # fields that cannot be pickled, a constructor that wants more than one text
        pass
    family = Stopped if isinstance(error, Stopped) else AxiometerError
    return family("{why}", why=str(error))
