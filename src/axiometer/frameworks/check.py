"""Whether the parts of a framework's file fit together; every problem with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

from axiometer.frameworks.findings import Finding, Located, in_order
from axiometer.frameworks.labels import did_you_mean, normalise
from axiometer.frameworks.reading import Draft, DraftLevel, DraftValue, Texts, read_draft

Edge = tuple[str, str]


def check_file(path: str | Path) -> list[Finding]:
    """What is wrong with a framework's file, from top to bottom; empty exactly where `load_framework` accepts it.

    Raises `InputError` where the file cannot be opened.
    """
    return read_and_check(Path(path))[1]


def read_and_check(path: Path) -> tuple[Draft | None, list[Finding]]:
    """The file as a draft and everything that is wrong with it."""
    draft, findings = read_draft(path)
    if draft is not None:
        findings = findings + list(_problems(draft, str(path)))
    return draft, in_order(findings)


@dataclass(frozen=True, slots=True)
class _Report:
    """Makes findings for one file."""

    file: str

    def at(self, place: Located, code: str, message: str, mend: str | None = None) -> Finding:
        return Finding(place.line, place.column, code, message, mend, self.file)


def _problems(draft: Draft, file: str) -> Iterator[Finding]:
    report = _Report(file)
    yield from _duplicate_ids(draft.levels, "level", report)
    yield from _duplicate_ids(draft.values, "value", report)
    yield from _level_problems(draft, report)
    yield from _parent_problems(draft, report)
    yield from _missing_languages(draft, report)
    yield from _label_problems(draft, report)
    yield from _circle_problems(draft, report)


def _duplicate_ids(things: Iterable[DraftLevel | DraftValue], what: str, report: _Report) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for thing in things:
        if thing.id.text in first:
            message = f"the {what} id {thing.id.text!r} is already used on line {first[thing.id.text]}"
            yield report.at(thing.id, "duplicate-id", message, "give each its own id")
        else:
            first[thing.id.text] = thing.id.line


def _level_problems(draft: Draft, report: _Report) -> Iterator[Finding]:
    """In a framework without several levels, `level` may be left out."""
    levels = [level.id.text for level in draft.levels]
    for value in draft.values:
        if value.level is None:
            if len(levels) > 1:
                mend = f"one of: {', '.join(levels)}"
                yield report.at(value.id, "missing-key", f"value {value.id.text!r} lacks the key 'level'", mend)
        elif value.level.text not in levels:
            mend = did_you_mean(value.level.text, levels) or (
                f"the levels of this file: {', '.join(levels)}" if levels else "list it under `levels`"
            )
            yield report.at(value.level, "unknown-level", f"there is no level {value.level.text!r}", mend)


def depths_of(draft: Draft) -> dict[str, int]:
    """Value id -> how many levels lie above it (0 at the top); values of unknown level are left out."""
    order = {level.id.text: depth for depth, level in enumerate(draft.levels)}
    depths: dict[str, int] = {}
    for value in draft.values:
        if value.level is None and len(order) < 2:
            depths[value.id.text] = 0
        elif value.level is not None and value.level.text in order:
            depths[value.id.text] = order[value.level.text]
    return depths


def _parent_problems(draft: Draft, report: _Report) -> Iterator[Finding]:
    depths = depths_of(draft)
    known = {value.id.text: value for value in draft.values}
    circular: set[Edge] = set()
    for cycle in _cycles(draft.values):
        circular.update(pairwise(cycle))
        start = next((parent for parent in known[cycle[0]].parents if parent.text == cycle[1]), known[cycle[0]].id)
        path = " > ".join(cycle)
        yield report.at(start, "cycle", f"parents go round in a circle: {path}", "take one of these parents away")
    for value in draft.values:
        unknown = [parent for parent in value.parents if parent.text not in known]
        for parent in unknown:
            message = f"the parent {parent.text!r} of {value.id.text!r} is not a value of this file"
            yield report.at(parent, "unknown-parent", message, did_you_mean(parent.text, known))
        if value.id.text in depths:
            sound = [parent for parent in value.parents if parent.text in depths]
            yield from _misplaced(value, sound, depths, draft, report, circular, bool(unknown))


def _misplaced(
    value: DraftValue,
    parents: list[Located],
    depths: Mapping[str, int],
    draft: Draft,
    report: _Report,
    circular: set[Edge],
    some_unknown: bool,
) -> Iterator[Finding]:
    """Parents must stand above the value, one of them directly above."""
    name, depth = value.id.text, depths[value.id.text]
    wrong = [parent for parent in parents if depths[parent.text] >= depth]
    for parent in wrong:
        if (name, parent.text) not in circular:
            message = f"the parent {parent.text!r} of {name!r} is not on a higher level"
            yield report.at(parent, "wrong-level", message, "name a parent on a level above")
    if depth == 0 or some_unknown or wrong:
        return
    above = draft.levels[depth - 1].id.text
    if not value.parents:
        mend = f"write parents: [...] with at least one value of level {above!r}"
        yield report.at(value.id, "no-parent", f"value {name!r} has no parent", mend)
    elif parents and all(depths[parent.text] != depth - 1 for parent in parents):
        message = f"none of the parents of {name!r} is on the level directly above, {above!r}"
        yield report.at(parents[0], "wrong-level", message, f"add a parent of level {above!r}")


def _cycles(values: Iterable[DraftValue]) -> Iterator[list[str]]:
    """Each cycle as child, parent, its parent, ..., child, starting at the value that comes first in the file."""
    parents = {value.id.text: [parent.text for parent in value.parents] for value in values}
    position = {value: place for place, value in enumerate(parents)}
    while True:
        try:
            TopologicalSorter(parents).prepare()
        except CycleError as error:
            ring: list[str] = list(reversed(error.args[1]))[:-1]
            start = ring.index(min(ring, key=position.__getitem__))
            cycle = [*ring[start:], *ring[:start], ring[start]]
            yield cycle
            # The sorter reports one cycle at a time: cut this one and look for the next.
            parents[cycle[0]] = [parent for parent in parents[cycle[0]] if parent != cycle[1]]
        else:
            return


def _missing_languages(draft: Draft, report: _Report) -> Iterator[Finding]:
    for lang in draft.languages:
        yield from _missing(draft.names, lang, draft.id, "the framework", "name", report)
        for level in draft.levels:
            yield from _missing(level.names, lang, level.id, f"level {level.id.text!r}", "name", report)
        for value in draft.values:
            what = f"value {value.id.text!r}"
            yield from _missing(value.names, lang, value.id, what, "name", report)
            yield from _missing(value.definitions, lang, value.id, what, "definition", report)
            if value.contested:
                yield from _missing(value.contested, lang, value.id, what, "note of contested senses", report)


def _missing(texts: Texts, lang: str, place: Located, what: str, kind: str, report: _Report) -> Iterator[Finding]:
    if lang not in texts:
        mend = "write it, or take the language out of `languages`"
        yield report.at(place, "missing-language", f"{what} has no {kind} in {lang!r}", mend)


def _labels_of(values: Iterable[DraftValue]) -> Iterator[tuple[DraftValue, Located]]:
    """What the values answer to: all ids, then all names, then all aliases, so that a clash is laid to the alias."""
    for value in values:
        yield value, value.id
    for value in values:
        for name in value.names.values():
            yield value, name
    for value in values:
        for aliases in value.aliases.values():
            for alias in aliases:
                yield value, alias


def _label_problems(draft: Draft, report: _Report) -> Iterator[Finding]:
    """Two values of one level must not answer to one label; on different levels they may (see Framework.resolve)."""
    taken: dict[tuple[str, str], tuple[str, Located]] = {}
    reported: set[tuple[str, str]] = set()
    for value, label in _labels_of(draft.values):
        normal = normalise(label.text)
        if not normal:
            yield report.at(label, "empty", f"{label.text!r} has no letters to tell it by")
            continue
        level = value.level.text if value.level is not None else ""
        owner, first = taken.setdefault((level, normal), (value.id.text, label))
        if owner != value.id.text and (value.id.text, normal) not in reported:
            reported.add((value.id.text, normal))
            message = f"{label.text!r} stands for {value.id.text!r} and, on line {first.line}, for {owner!r}"
            yield report.at(label, "label-clash", message, "a label means one value of a level")


def _circle_problems(draft: Draft, report: _Report) -> Iterator[Finding]:
    """The circle names every value of one level once."""
    if not draft.circular:
        return
    levels = {value.id.text: value.level.text if value.level is not None else "" for value in draft.values}
    ring, seen = levels.get(draft.circular[0].text), set[str]()
    for member in draft.circular:
        if member.text not in levels:
            mend = did_you_mean(member.text, levels)
            yield report.at(member, "bad-circle", f"{member.text!r} in `circular` is not a value of this file", mend)
        elif member.text in seen:
            yield report.at(member, "bad-circle", f"{member.text!r} stands twice in `circular`")
        elif levels[member.text] != ring and ring is not None:
            yield report.at(member, "bad-circle", f"{member.text!r} is not on level {ring!r} like the first one")
        seen.add(member.text)
    left_out = [value for value, level in levels.items() if level == ring and value not in seen]
    if left_out:
        message = f"`circular` leaves out {', '.join(map(repr, left_out))}"
        yield report.at(draft.circular[0], "bad-circle", message, "it names every value of its level once")
