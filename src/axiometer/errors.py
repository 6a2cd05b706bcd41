"""What can go wrong, in words for a person: what, where, and how to mend it."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Protocol


class Wording(Protocol):
    """Says a text in some language, with its fields put in (`axiometer.messages.t`)."""

    def __call__(self, text: str, /, **fields: object) -> str: ...


def english(text: str, /, **fields: object) -> str:
    """The text as the code has it. Without fields it is taken as it stands, braces included."""
    return text.format(**fields) if fields else text


class AxiometerError(Exception):
    """A message that the command line prints as one line before it leaves with `exit_code`.

    `what` may name fields in braces, which `fields` fill: such a message can be said in the reader's language (`told`).
    """

    exit_code = 1

    def __init__(self, what: str = "", /, **fields: object) -> None:
        super().__init__(english(what, **fields))
        self._what, self._fields = what, fields

    def told(self, wording: Wording) -> str:
        """The message in the words of `wording`."""
        return wording(self._what, **self._fields)


class InputError(AxiometerError):
    """Something in a user's input is wrong; says where (file, row, column) and how to mend it.

    `fields` fill the braces of `what` and of `mend`.
    """

    def __init__(
        self,
        what: str,
        *,
        file: str | Path | None = None,
        row: int | None = None,
        column: str | None = None,
        mend: str | None = None,
        **fields: object,
    ) -> None:
        super().__init__(what, **fields)
        self._mend = mend
        self.what = english(what, **fields)
        self.mend = None if mend is None else english(mend, **fields)
        self.file, self.row, self.column = file, row, column
        self.args = (self.told(english),)

    def at(self, file: str | Path | None, row: int | None = None, column: str | None = None) -> InputError:
        """The same mistake with the place where it was made."""
        return InputError(self._what, file=file, row=row, column=column, mend=self._mend, **self._fields)

    def told(self, wording: Wording) -> str:
        parts = [
            str(self.file) if self.file is not None else "",
            wording("line {row}", row=self.row) if self.row is not None else "",
            wording("column {column!r}", column=self.column) if self.column is not None else "",
        ]
        where = ", ".join(part for part in parts if part)
        line = wording(self._what, **self._fields)
        if where:
            line = wording("{where}: {what}", where=where, what=line)
        if self._mend is None:
            return line
        return wording("{what} ({mend})", what=line, mend=wording(self._mend, **self._fields))


class SpecificationChanged(AxiometerError):
    """A run directory was made by another specification."""


class Refused(AxiometerError):
    """The request is understood and cannot be honoured (no log-probabilities, unmapped items, ...)."""


class Stopped(AxiometerError):
    """Work stopped before its end (limit, breaker, Ctrl-C) and can be resumed by the same command."""

    exit_code = 3


_REASONS = {
    errno.ENOENT: "no such file or folder",
    errno.EEXIST: "a file stands where a folder is needed",
    errno.ENOTDIR: "a file stands where a folder is needed",
    errno.EISDIR: "a folder, not a file",
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.EROFS: "no permission: nothing can be written there",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.ENAMETOOLONG: "the name is too long",
}
_KINDS = {FileNotFoundError: errno.ENOENT, PermissionError: errno.EACCES}  # some libraries raise them without a number
_TEMPORARY = re.compile(r"^\.(.+)\.\d+\.tmp$")


def file_error(error: OSError, file: str | Path | None = None) -> InputError:
    """What the operating system would not do, in our words; `file` where the error does not name it."""
    named = file or error.filename2 or error.filename
    if isinstance(named, str):
        path = Path(named)
        own = _TEMPORARY.match(path.name)
        named = path.with_name(own[1]) if own else path
    reason = _REASONS.get(error.errno or _KINDS.get(type(error), 0))
    if reason is not None:
        return InputError(reason, file=named)
    return InputError("{why}", file=named, why=error.strerror or error)
