"""Statements as nodes of the graph: one for all statements with the same words, with the source that it counts for.

Who reprints says nothing of its own. So statements with the same words (letters and digits, in lower case) in a nation
and language are one wording, and so are those that nearly have (`nearly_same`); it stands for all of them with the
words, question, outlet and date of the first: of no copied text if there is one, then the earliest, then the smallest
id. Its source is the document that the first stands in, or the one that that document copies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from axiometer.records.ids import content_id
from axiometer.runtime.stages.parts import StageFolder

SAME_SHINGLES: Final = 0.8
SAME_COSINE: Final = 0.9
_SHINGLE: Final = 5
_NUMBER: Final = re.compile(r"\d+")
_READ: Final = (
    "id", "lang", "nation", "text", "question", "stance", "topic", "outlet", "date", "text_id", "document"
)  # fmt: skip
_LATE: Final = "9999"


@dataclass(frozen=True, slots=True)
class Wording:
    """A node: the first of its statements. `stance` is 0 where it has none; `source`: id of the source it counts for;
    `members`: ids of all its statements."""

    id: str
    lang: str
    nation: str
    text: str
    question: str
    stance: int
    topic: str | None
    outlet: str | None
    date: str | None
    source: str
    members: tuple[str, ...]

    @property
    def population(self) -> tuple[str, str]:
        """What is compared with each other: a nation in a language."""
        return self.nation, self.lang


@dataclass(frozen=True, slots=True)
class _Said:
    """A statement as it is read. `root`: the document that its document copies, or its own; `copied`: it does."""

    id: str
    lang: str
    nation: str
    text: str
    question: str
    stance: int
    topic: str | None
    outlet: str | None
    date: str | None
    root: str
    copied: bool

    @property
    def rank(self) -> tuple[bool, str, str]:
        return self.copied, self.date or _LATE, self.id


@dataclass(frozen=True, slots=True)
class _Document:
    id: str
    outlet: str | None
    date: str | None


def read_wordings(statements: StageFolder, copies: Mapping[str, str]) -> list[Wording]:
    """All wordings of the parts, by id. `copies`: id of a text or document -> id of the one that it copies."""
    return wordings_of((statements.rows_of(name, _READ) for name in statements.names()), copies)


def wordings_of(frames: Iterable[pl.DataFrame], copies: Mapping[str, str]) -> list[Wording]:
    """All wordings of frames of `Statement`, by id."""
    listed = list(frames)
    documents: dict[str, _Document] = {}
    for frame in listed if copies else ():
        for text, whole, outlet, date in frame.select("text_id", "document", "outlet", "date").iter_rows():
            documents.setdefault(whole or text, _Document(whole or text, outlet, date))
            documents.setdefault(text, documents[whole or text])

    def known(ident: str) -> _Document:
        return documents.get(ident) or _Document(ident, None, None)

    roots = {
        copy: known(root) for copy, root in roots_of({known(a).id: known(b).id for a, b in copies.items()}).items()
    }
    found: dict[tuple[str, str, str], list[_Said]] = {}
    for frame in listed:
        for each in _said(frame, roots):
            found.setdefault((each.nation, each.lang, folded(each.text) or each.text), []).append(each)
    return sorted((_wording(members) for members in found.values()), key=lambda wording: wording.id)


def roots_of(copies: Mapping[str, str]) -> dict[str, str]:
    """The text at the end of each chain of copies; in a ring the smallest id."""
    found: dict[str, str] = {}
    for start in copies:
        chain = [start]
        while (following := copies.get(chain[-1])) is not None and following not in chain:
            chain.append(following)
        ring = chain[chain.index(following) :] if following is not None else chain[-1:]
        root = min(ring)
        if root != start:
            found[start] = root
    return found


def folded(text: str) -> str:
    """What is compared of words: letters and digits alone, in lower case."""
    return "".join(character for character in text.casefold() if character.isalnum())


def nearly_same(one: str, other: str) -> bool:
    """Whether two statements are one in hardly changed words: of their pieces of five characters `SAME_SHINGLES`
    stand in both (Jaccard), and their numbers are equal. Says nothing of stances, which must be equal, too."""
    first, second = folded(one), folded(other)
    if min(len(first), len(second)) < SAME_SHINGLES * max(len(first), len(second)):
        return False
    if _NUMBER.findall(one) != _NUMBER.findall(other):
        return False
    left, right = _shingles(first), _shingles(second)
    return len(left & right) >= SAME_SHINGLES * len(left | right)


def joined(wordings: list[Wording], keeper: Mapping[int, int]) -> list[Wording]:
    """The wordings without those that are nearly another (place -> place of that one), whose members move there."""
    members = {place: list(wording.members) for place, wording in enumerate(wordings) if place not in keeper}
    for place, other in sorted(keeper.items()):
        members[other] += wordings[place].members
    return [_with(wordings[place], tuple(sorted(each))) for place, each in members.items()]


def rank(wording: Wording) -> tuple[str, str]:
    """Who stands for wordings that are nearly the same: the earliest."""
    return wording.date or _LATE, wording.id


def source_id(root: str) -> str:
    """The id of the source that is a document and all its copies."""
    return content_id("source", root)


def _with(wording: Wording, members: tuple[str, ...]) -> Wording:
    return Wording(
        wording.id,
        wording.lang,
        wording.nation,
        wording.text,
        wording.question,
        wording.stance,
        wording.topic,
        wording.outlet,
        wording.date,
        wording.source,
        members,
    )


def _wording(members: list[_Said]) -> Wording:
    first = min(members, key=lambda each: each.rank)
    return Wording(
        first.id,
        first.lang,
        first.nation,
        first.text,
        first.question,
        first.stance,
        first.topic,
        first.outlet,
        first.date,
        source_id(first.root),
        tuple(sorted(each.id for each in members)),
    )


def _shingles(text: str) -> set[str]:
    return {text[start : start + _SHINGLE] for start in range(max(1, len(text) - _SHINGLE + 1))}


def _said(frame: pl.DataFrame, roots: Mapping[str, _Document]) -> Iterator[_Said]:
    """The statements of a frame. What stands in a copy is said where and when its original said it."""
    for row in frame.select(_READ).iter_rows():
        (ident, lang, nation, text, question, stance, topic, outlet, date, text_id, document) = row
        root = roots.get(document or text_id)
        if root is not None:
            outlet, date = root.outlet or outlet, root.date or date
        yield _Said(
            ident,
            lang.partition("-")[0],
            nation or "",
            text,
            question or text,
            stance or 0,
            topic,
            outlet,
            date,
            document or text_id if root is None else root.id,
            root is not None,
        )
