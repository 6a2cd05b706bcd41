"""What every exporter takes and gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from axiometer.records.importers.accounting import Rejected
from axiometer.records.rows import Item


@dataclass(frozen=True, slots=True)
class Exported:
    """How many items were written, those for which the format has no place (`row`: their place in the table from 1),
    and what a person should know (as it stands in the file, too)."""

    written: int
    left_out: list[Rejected]
    notes: tuple[str, ...] = ()

    def reasons(self) -> dict[str, int]:
        """How many items were left out for each reason, most frequent first."""
        return dict(Counter(row.reason for row in self.left_out).most_common())


class Exporter(Protocol):
    """A published format that items can be written in. `describe` has one line in zh and in en."""

    @property
    def name(self) -> str: ...
    @property
    def describe(self) -> Mapping[str, str]: ...
    @property
    def suffix(self) -> str: ...
    def write(self, items: Sequence[Item], table: Path, output: Path) -> Exported:
        """Writes the items of `table` to `output`, whole or not at all; nothing where none has a place."""
        ...


@dataclass(frozen=True, slots=True)
class FileExporter:
    """An `Exporter`, made of a function."""

    name: str
    describe: Mapping[str, str]
    suffix: str
    writer: Callable[[Sequence[Item], Path, Path], Exported]

    def write(self, items: Sequence[Item], table: Path, output: Path) -> Exported:
        return self.writer(items, table, output)
