"""The stage `extract`: a text in, its value statements out, each with the words that it rests on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import pydantic

from axiometer.build.statements.extraction.lexicon import digest
from axiometer.build.statements.extraction.peeling import peeled
from axiometer.build.statements.extraction.repairing import STATEMENTS, prints, said_why
from axiometer.build.statements.extraction.spans import QUOTES, Span, context_of, find_span
from axiometer.build.statements.extraction.support import NO_WORDS, REASONS, unsupported
from axiometer.measure.asking.answers import EMPTY, Said, printable, read_reply
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Statement, Text
from axiometer.records.ids import content_id
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

EXTRACT: Final = "extract"
NO_STATEMENT: Final = "no value statement"
UNSUPPORTED: Final = "statements that the text does not support"
MOST: Final = 12
"""Statements of one text at most; a model that lists more repeats itself."""

_VERSION: Final = 1
_MOST_TOKENS: Final = 1_500
_NOTED: Final = 120  # characters of an unsupported statement that are kept
_SAME: Final = 0.5  # of the shorter span: two statements on the same words are one
_FORM: Final = '{"statements": [{"words": "...", "statement": "..."}]}'
_STRING: Final = {"type": "string"}
_ENTRY: Final = {
    "type": "object",
    "properties": {"words": _STRING, "statement": _STRING},
    "required": ["words", "statement"],
    "additionalProperties": False,
}
_SCHEMA: Final = {
    "type": "object",
    "properties": {"statements": {"type": "array", "items": _ENTRY}},
    "required": ["statements"],
    "additionalProperties": False,
}
_PROMPTING: Final = MaterialPrompting(f"statement-{EXTRACT}", _SCHEMA, _FORM, _MOST_TOKENS)
_LABEL = re.compile(r"\s*(?:\d{1,2}[.)、]|[-•*])\s+")


class Stated(pydantic.BaseModel):
    """One statement of an answer; where a model leaves one of the two out, the other one is both."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    words: Said = ""
    statement: Said = ""


def _entries(said: object) -> object:
    """A list of texts, or one text, for a list of statements that are their own words; null for none."""
    if said is None:
        return []
    found = said if isinstance(said, list) else [said]
    return [{"words": each, "statement": each} if isinstance(each, str) else each for each in found if each]


class ExtractAnswer(pydantic.BaseModel):
    """The form that is asked for."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    statements: Annotated[tuple[Stated, ...], pydantic.BeforeValidator(_entries)]


@dataclass(frozen=True, slots=True)
class ExtractStatements:
    """The stage. A text without statements is dropped; statements that it does not support are asked for once more, and
    then left out, each with its reason in the fate's note (`unsupported_counts` counts them)."""

    name: str = EXTRACT
    output: type[Statement] = Statement

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, "lists": digest(), "repairs": prints(), **_PROMPTING.fingerprint}

    def render(self, row: Text) -> Request | Kept[Statement] | Dropped:
        if not row.text.strip():
            return Dropped(EMPTY)
        return _PROMPTING.request(row.lang, {"id": row.id, "source": row.id, "text": row.text}, text=row.text)

    def read(self, row: Text, reply: Reply) -> Kept[Statement] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), ExtractAnswer)
        if not isinstance(answer, ExtractAnswer):
            return answer
        if not answer.statements:
            return Dropped(NO_STATEMENT)
        rows, problems = statements_of(row, answer)
        if not problems:
            return Kept(rows) if rows else Rejected(EMPTY)
        note = "\n".join(f"{problem}: {shown}" for problem, shown in problems)
        return Rejected(UNSUPPORTED, note, Kept(rows, note) if rows else None)

    def repair(self, row: Text, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        request = _PROMPTING.repair(row.lang, asked, reply, rejected)
        return said_why(request, row.lang, STATEMENTS, _FORM) if rejected.problem == UNSUPPORTED else request


def statements_of(row: Text, answer: ExtractAnswer) -> tuple[tuple[Statement, ...], list[tuple[str, str]]]:
    """The statements of an answer that `row` supports, and (reason, statement) of the others. One that rests on the
    words of an earlier one is that one, and no problem; those beyond `MOST` are not looked at."""
    found: list[Statement] = []
    problems: list[tuple[str, str]] = []
    for stated in answer.statements[:MOST]:
        said = _cleaned(stated.statement or stated.words)
        if not said:
            continue
        located = _located(said, _cleaned(stated.words), row)
        if isinstance(located, str):
            problems.append((located, said[:_NOTED]))
        elif not any(_overlaps((each.start, each.end), (located.start, located.end)) for each in found):
            found.append(located)
    return tuple(found), problems


def unsupported_counts(folder: StageFolder) -> Counter[str]:
    """How many statements were left out for which reason, over the finished parts of the stage `extract`."""
    counts: Counter[str] = Counter()
    for name in folder.names():
        for note in folder.fates_of(name)["note"].drop_nulls():
            for line in str(note).splitlines():
                reason = next((reason for reason in REASONS if line.startswith(f"{reason}: ")), None)
                if reason is not None:
                    counts[reason] += 1
    return counts


def make_statement(row: Text, span: Span, words: str | None = None) -> Statement:
    """The statement that rests on the words of a text in `span`; `words` where they are others (it is faithful then).
    Its id is the hash of its text, span and words."""
    text = row.text[slice(*span)] if words is None else words
    return Statement(
        id=content_id("statement", row.id, span[0], span[1], text),
        parent_ids=(row.id,),
        lang=row.lang,
        text=text,
        text_id=row.id,
        document=row.parent_ids[0] if row.parent_ids else row.id,
        start=span[0],
        end=span[1],
        verbatim=words is None,
        context=context_of(row.text, span),
        topic=row.meta.get("topic"),
        outlet=row.outlet,
        nation=row.nation,
        date=row.date,
        source=row.source,
    )


def _located(said: str, words: str, row: Text) -> Statement | str:
    """The statement in its place, or why it has none."""
    span = find_span(said, row.text)
    if span is not None:
        span = peeled(row.text, span, row.lang)
        reason = unsupported(row.text[slice(*span)], span, row.text, row.lang)
        return reason or make_statement(row, span)
    span = find_span(words, row.text)
    if span is None:
        return NO_WORDS
    return unsupported(said, span, row.text, row.lang) or make_statement(row, span, said)


def _overlaps(one: Span, other: Span) -> bool:
    common = min(one[1], other[1]) - max(one[0], other[0])
    return common > _SAME * min(one[1] - one[0], other[1] - other[0])


def _cleaned(said: str) -> str:
    """On one line, without the number of a list before it and the quotation marks around all of it."""
    line = " ".join(printable(said).split())
    label = _LABEL.match(line)
    line = line if label is None else line[label.end() :]
    if len(line) > 1 and line[0] in QUOTES and line[-1] in QUOTES:
        line = line[1:-1].strip()
    return line
