"""What is wrong in a framework's file, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Located:
    """A text of the file and where it stands (`line` and `column` count from 1)."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem in a file; `str(finding)` is the line to print: `file:line: message (mend)`.

    `code` is stable and meant for programs: bad-yaml, not-utf-8, wrong-type, unknown-key, missing-key, duplicate-key,
    empty, bad-id, bad-language, duplicate-id, unknown-level, unknown-parent, no-parent, wrong-level, cycle,
    missing-language, label-clash, bad-circle. `line` and `column` count from 1.
    """

    line: int
    column: int
    code: str
    message: str
    mend: str | None
    file: str

    def __str__(self) -> str:
        line = f"{self.file}:{self.line}: {self.message}"
        return f"{line} ({self.mend})" if self.mend else line


def in_order(findings: list[Finding]) -> list[Finding]:
    """`findings` from the top of the file to its end."""
    return sorted(findings, key=lambda finding: (finding.line, finding.column, finding.code, finding.message))
