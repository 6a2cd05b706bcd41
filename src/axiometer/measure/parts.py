"""The tables of a run, in parts of about 2,000 presentations: a part that exists is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from axiometer.records.rows import Outcome
from axiometer.records.schemas import to_frame
from axiometer.records.tables import read_part, write_parquet

PART_SIZE = 2_000
_MEND = "delete it and give the same command again: its answers are in the journal"


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one respondent's answers in `folder`, named by the respondent's number and the part's."""

    folder: Path
    model_number: int

    def path(self, part: int) -> Path:
        return self.folder / f"m{self.model_number:02d}-{part:06d}.parquet"

    def finished(self, again: frozenset[Outcome]) -> dict[int, Counter[str]]:
        """Part number to how often each outcome is in it, for every part that is there and has no outcome that shall be
        asked again. Raises `InputError` for a damaged part: its answers are in the journal."""
        found = {}
        for path in sorted(self.folder.glob(f"m{self.model_number:02d}-*.parquet")):
            outcomes = Counter[str](read_part(path, ["outcome"], _MEND)["outcome"].to_list())
            if not any(outcomes[str(outcome)] for outcome in again):
                found[int(path.stem.split("-")[1])] = outcomes
        return found


class Numbered(Protocol):
    """A row with its place in the order of the plan."""

    @property
    def seq(self) -> int: ...


Row = TypeVar("Row", bound=Numbered)


@dataclass(slots=True)
class _Open(Generic[Row]):
    rows: list[Row] = field(default_factory=list)
    expected: int = 0
    complete: bool = False


@dataclass(slots=True)
class PartWriter(Generic[Row]):
    """Collects rows in any order and writes each part, of `size` numbers, when its last row has come.

    `expect` is called for every presentation as it is handed out, `receive` for every row, `end` when no more
    presentations come. `made_from`: the parts that are made from these; one is taken away before its source changes.
    """

    parts: Parts
    row_type: type[Row]
    size: int = PART_SIZE
    made_from: Parts | None = None
    _open: dict[int, _Open[Row]] = field(default_factory=dict)
    _current: int | None = None

    def expect(self, seq: int) -> None:
        part = seq // self.size
        if part != self._current:
            self._close(self._current)
            self._current = part
            self._open.setdefault(part, _Open())
        self._open[part].expected += 1

    def receive(self, row: Row) -> None:
        part = row.seq // self.size
        waiting = self._open[part]
        waiting.rows.append(row)
        self._write_if_whole(part)

    def end(self) -> None:
        self._close(self._current)
        self._current = None

    def _close(self, part: int | None) -> None:
        if part is not None:
            self._open[part].complete = True
            self._write_if_whole(part)

    def _write_if_whole(self, part: int) -> None:
        waiting = self._open[part]
        if not waiting.complete or len(waiting.rows) < waiting.expected:
            return
        rows = sorted(waiting.rows, key=lambda row: row.seq)
        if self.made_from is not None:
            self.made_from.path(part).unlink(missing_ok=True)
        write_parquet(to_frame(rows, self.row_type), self.parts.path(part))
        del self._open[part]
