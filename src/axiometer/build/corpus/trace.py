"""A rule's whole history: from its source text through every call to its labels, or to where it ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from axiometer.build.corpus.options import DEDUP, IMPORTED, INGEST, CorpusFolder
from axiometer.build.corpus.plan import read_corpus
from axiometer.errors import InputError
from axiometer.runtime.journal import JournalEntry, read_entries_of
from axiometer.runtime.stages.parts import StageFolder

_SHORTEST = 6


class NotFound(InputError):
    """No row of the corpus has the id."""


@dataclass(frozen=True, slots=True)
class TracedCall:
    """One call: who was asked when, with what prompt, and the raw answer as the service gave it."""

    key: str
    model: str
    at: float
    seconds: float
    tokens_in: int
    tokens_out: int
    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class Event:
    """What one step did with one row. `rows` are the rows that it became, as plain mappings."""

    step: str
    id: str
    status: str
    reason: str | None
    note: str | None
    raw: str | None
    rows: tuple[dict[str, object], ...]
    calls: tuple[TracedCall, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """The events of one row in the order of the steps, with the source text where there is one."""

    id: str
    kind: str
    text: dict[str, object] | None
    events: tuple[Event, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an id was found: the step and part whose rows (or else fates) hold it."""

    id: str
    step: str
    part: str


def trace(folder: Path, wanted: str) -> History:
    """The history of the rule or text whose id begins with `wanted` (at least 6 characters) in the corpus at `folder`.

    Of a rule: the way back to its text, and what became of it afterwards. Of a text: all that became of it. Raises
    `NotFound` where no row, `InputError` where more than one has such an id.
    """
    wanted = wanted.lower()
    if len(wanted) < _SHORTEST or not set(wanted) <= set("0123456789abcdef"):
        raise InputError("{id!r} is no id", mend="give at least {n} of its hexadecimal digits", id=wanted, n=_SHORTEST)
    specification = read_corpus(folder)
    corpus = CorpusFolder(folder)
    steps = [INGEST, *specification.asked["steps"], DEDUP]
    stages = {step: corpus.stage(step) for step in steps}
    place = _find(stages, corpus.imported, wanted, folder)
    in_part = _Part(place.part, stages, corpus.imported)
    back = in_part.back(place)
    events = [*back, *in_part.forward(place)]
    text = in_part.text(place.id, events)
    keys = {(event.step, event.id): in_part.keys[event.step, event.id] for event in events}
    found = read_entries_of(corpus.journal, [key for several in keys.values() for key in several])
    whole = tuple(_with_calls(event, keys[event.step, event.id], found) for event in events)
    return History(place.id, "text" if text is not None and text["id"] == place.id else "rule", text, whole)


def _find(stages: dict[str, StageFolder], imported: StageFolder, wanted: str, folder: Path) -> _Place:
    """Where the row was made. What goes into a step is what another made, so that fates are looked at only where rows
    come from outside."""
    found: dict[str, _Place] = {}
    for step, stage in [*stages.items(), (IMPORTED, imported)]:
        names = stage.names()
        files_of = (stage.rows_file, stage.fates_file) if step in (INGEST, IMPORTED) else (stage.rows_file,)
        for file_of in files_of:
            for match, part in _beginning_with(wanted, [file_of(name) for name in names]):
                found.setdefault(match, _Place(match, step, part))
        if wanted in found:  # a whole id
            break
    if not found:
        raise NotFound("there is no row {id}... in this corpus", file=folder, id=wanted)
    if len(found) > 1:
        raise InputError(
            "{n} rows have an id that begins with {id}",
            file=folder,
            mend="give more of it: {first}",
            n=len(found),
            id=wanted,
            first=", ".join(sorted(found)[:3]),
        )
    return next(iter(found.values()))


def _beginning_with(wanted: str, files: list[Path]) -> list[tuple[str, str]]:
    """The ids in these files that begin so, each with the name of its file's part. Only the ids are read."""
    if not files:
        return []
    rows = pl.scan_parquet(files, glob=False, include_file_paths="file").select("id", "file")
    try:
        found = rows.filter(pl.col("id").str.starts_with(wanted)).collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        why = str(error).splitlines()[0]
        raise InputError("cannot be read: {why}", file=files[0].parent, why=why) from error
    return sorted({(str(row), Path(file).stem) for row, file in found.iter_rows()}, key=lambda pair: pair[::-1])


class _Part:
    """One part through all steps: rows keep their part's name, so nothing else needs to be read."""

    def __init__(self, name: str, stages: dict[str, StageFolder], imported: StageFolder) -> None:
        self.fates: dict[str, list[dict[str, object]]] = {}
        self.rows: dict[str, dict[str, dict[str, object]]] = {}
        self.keys: dict[tuple[str, str], tuple[str, ...]] = {}
        for step, stage in [(IMPORTED, imported), *stages.items()]:
            if stage.part(name) is None:
                continue
            self.fates[step] = stage.fates_of(name).to_dicts()
            self.rows[step] = {str(row["id"]): row for row in stage.rows_of(name).to_dicts()}
            for fate in self.fates[step]:
                known = self.keys.get((step, str(fate["id"])), ())  # two rules of a text may have become one
                self.keys[step, str(fate["id"])] = (*known, *_texts(fate["calls"]))

    def back(self, place: _Place) -> list[Event]:
        """The events that led to the row, oldest first."""
        events: list[Event] = []
        current = place.id
        steps = list(self.fates)
        reached = steps.index(place.step) if place.step in steps else -1
        for step in reversed(steps[: reached + 1]):
            fate = next((fate for fate in self.fates[step] if current in _texts(fate["outputs"])), None)
            if fate is not None:
                events.append(self._event(step, fate))
                current = str(fate["id"])
        return events[::-1]

    def forward(self, place: _Place) -> list[Event]:
        """What became of the row afterwards."""
        events: list[Event] = []
        steps = list(self.fates)
        start = steps.index(place.step)
        current = {place.id}
        for number, step in enumerate(steps):
            if number < start or (number == start and place.id in self.rows[step]):
                continue
            for fate in self.fates[step]:
                if str(fate["id"]) in current:
                    events.append(self._event(step, fate))
                    current.update(_texts(fate["outputs"]))
        return events

    def text(self, wanted: str, events: Sequence[Event]) -> dict[str, object] | None:
        """The source text that the history begins with."""
        texts = self.rows.get(INGEST, {})
        named = [wanted, *(event.id for event in events), *(str(row["id"]) for event in events for row in event.rows)]
        return next((texts[name] for name in named if name in texts), None)

    def _event(self, step: str, fate: dict[str, object]) -> Event:
        rows = [self.rows[step][name] for name in _texts(fate["outputs"]) if name in self.rows[step]]
        return Event(
            step=step,
            id=str(fate["id"]),
            status=str(fate["status"]),
            reason=_said(fate["reason"]) or _said(fate["error"]),
            note=_said(fate["note"]),
            raw=_said(fate["raw"]),
            rows=tuple(rows),
        )


def _said(value: object) -> str | None:
    return None if value is None else str(value)


def _texts(value: object) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else []


def _with_calls(event: Event, keys: Sequence[str], found: dict[str, JournalEntry]) -> Event:
    calls = tuple(_traced(found[key]) for key in keys if key in found)
    return Event(event.step, event.id, event.status, event.reason, event.note, event.raw, event.rows, calls)


def _traced(entry: JournalEntry) -> TracedCall:
    return TracedCall(
        key=entry.key,
        model=entry.model,
        at=entry.at,
        seconds=entry.seconds,
        tokens_in=entry.tokens_in,
        tokens_out=entry.tokens_out,
        prompt="\n\n".join(f"[{role}]\n{content}" for role, content in json.loads(entry.request)["messages"]),
        answer=_answer(entry.raw),
    )


def _answer(raw: bytes) -> str:
    """The text of a stored answer where its form is known, else all of it."""
    try:
        body = json.loads(raw)
        if isinstance(body.get("text"), str):
            return str(body["text"])
        return str(body["choices"][0]["message"]["content"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return raw.decode("utf-8", "replace")
