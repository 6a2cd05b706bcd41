"""Rows of files as numbered stretches, each of which becomes a part; resumed behind the last that is still right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from axiometer.records.ids import content_id
from axiometer.records.texts.readers import SourceRow
from axiometer.records.texts.sources import Sources
from axiometer.runtime.stages.parts import Part, StageFolder


@dataclass(frozen=True, slots=True)
class End:
    """Where a part ends: at record `record` of file number `file`, `total` rows from the beginning of all; `final`:
    nothing comes after it. `more`: what the stage itself notes of the part, which its signature holds, too."""

    number: int
    file: int
    record: int
    total: int
    final: bool
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.number:06d}"

    @property
    def extra(self) -> dict[str, str]:
        return {
            "file": str(self.file),
            "record": str(self.record),
            "total": str(self.total),
            "final": str(int(self.final)),
            **self.more,
        }


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that become one part, and where they end."""

    end: End
    rows: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class Stretches:
    """What a stage reads. A part holds `rows` rows, or fewer that hold `characters` characters; at most `limit` rows
    are read. `settings`: all else that decides a part. The parts do not depend on interruptions."""

    name: str
    sources: Sources
    settings: Mapping[str, object]
    rows: int
    characters: int
    limit: int | None = None
    _prefixes: list[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_prefixes", list(self.sources.fingerprints()))

    def signature(self, end: End) -> str:
        """Holds all that decided the part: settings and the files up to its end; if nothing comes after it, all files
        and the limit. Empty where there is no such file any more."""
        if end.file >= len(self._prefixes):
            return ""
        whole = [self._prefixes[-1], self.limit] if end.final else None
        return content_id(self.name, self.settings, end.extra, self._prefixes[end.file], whole)

    def still_right(self, folder: StageFolder) -> list[End]:
        """The ends of the parts that need not be made again. The others are taken away, from the last."""
        parts = [part for part in folder.parts() if part.name.isdecimal()]
        right: list[End] = []
        for number, part in enumerate(parts):
            end = _end_of(part)
            beyond = self.limit is not None and end.total > self.limit
            if end.number != number or beyond or part.signature != self.signature(end):
                break
            right.append(end)
            if self.limit is not None and end.total == self.limit:
                break
        for part in reversed(parts[len(right) :]):
            folder.remove(part.name)
        return right

    def after(self, last: End | None) -> Iterator[Stretch]:
        """The rows behind `last` (None: all), a part at a time, in flat memory."""
        number, total = (last.number + 1, last.total) if last else (0, 0)
        held: list[SourceRow] = []
        size = file = record = 0
        if total == self.limit:
            return
        for file, record, row in self._rows_after(last):
            held.append(row)
            size += len(row.text or "")
            total += 1
            if len(held) == self.rows or size >= self.characters:
                yield Stretch(End(number, file, record, total, final=False), tuple(held))
                number, held, size = number + 1, [], 0
            if total == self.limit:
                break
        if held:
            yield Stretch(End(number, file, record, total, final=True), tuple(held))

    def _rows_after(self, last: End | None) -> Iterator[tuple[int, int, SourceRow]]:
        """Number of the file, number of the record within it from 1, and the row."""
        first, skip = (last.file, last.record) if last else (0, 0)
        for number in range(first, len(self.sources.files)):
            file = self.sources.files[number]
            for record, row in enumerate(file.rows(skip), skip + 1):
                yield number, record, row
            skip = 0


def _end_of(part: Part) -> End:
    said = dict(part.extra)
    file, record, total, final = (int(said.pop(name)) for name in ("file", "record", "total", "final"))
    return End(int(part.name), file, record, total, bool(final), said)
