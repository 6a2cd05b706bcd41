"""What can go wrong, in words for a person: what, where, and how to mend it."""

from __future__ import annotations

from pathlib import Path


class AxiometerError(Exception):
    """A message that the command line prints as one line before it leaves with `exit_code`."""

    exit_code = 1


class InputError(AxiometerError):
    """Something in a user's input is wrong; says where (file, row, column) and how to mend it."""

    def __init__(
        self,
        what: str,
        *,
        file: str | Path | None = None,
        row: int | None = None,
        column: str | None = None,
        mend: str | None = None,
    ) -> None:
        where = ", ".join(
            part
            for part in (
                str(file) if file is not None else "",
                f"line {row}" if row is not None else "",
                f"column {column!r}" if column is not None else "",
            )
            if part
        )
        line = f"{where}: {what}" if where else what
        super().__init__(f"{line} ({mend})" if mend else line)
        self.what, self.file, self.row, self.column, self.mend = what, file, row, column, mend


class SpecificationChanged(AxiometerError):
    """A run directory was made by another specification."""


class Refused(AxiometerError):
    """The request is understood and cannot be honoured (no log-probabilities, unmapped items, ...)."""


class Stopped(AxiometerError):
    """Work stopped before its end (limit, breaker, Ctrl-C) and can be resumed by the same command."""

    exit_code = 3
