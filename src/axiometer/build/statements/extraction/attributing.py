"""The stage `attribute`: whose view a statement is. Word lists say it first, then a model that is not shown what they
say; where both differ, `doubt` has both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

import pydantic

from axiometer.build.statements.extraction.lexicon import digest
from axiometer.build.statements.extraction.patterns import Attributed, attribution_by_patterns
from axiometer.build.statements.extraction.spans import find_span
from axiometer.build.statements.extraction.speakers import names_body
from axiometer.measure.asking.answers import Said, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting, plain
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Attribution, Statement
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

ATTRIBUTE: Final = "attribute"
NOT_THERE: Final = "a speaker who is not in the passage"

_VERSION: Final = 1
_MOST_TOKENS: Final = 300
_FORM: Final = '{"reason": "...", "whose": "government"/"outlet"/"quoted"/"unknown", "speaker": "...", "role": "..."}'
_STRING: Final = {"type": "string"}
_SCHEMA: Final = object_schema(
    reason=_STRING,
    whose={"type": "string", "enum": [str(each) for each in Attribution]},
    speaker=_STRING,
    role=_STRING,
)
_PROMPTING: Final = MaterialPrompting(f"statement-{ATTRIBUTE}", _SCHEMA, _FORM, _MOST_TOKENS)
_SAME: Final[Mapping[str, str]] = {
    **dict.fromkeys(("government", "official", "政府", "官方"), "government"),
    **dict.fromkeys(("outlet", "newspaper", "editorial", "own voice", "媒体", "报纸", "本报"), "outlet"),
    **dict.fromkeys(("quoted", "speaker", "person", "引述", "引用", "他人"), "quoted"),
    **dict.fromkeys(("unknown", "unclear", "none", "未知", "不明", "不清楚"), "unknown"),
}
_NOBODY: Final = frozenset(("", "none", "null", "unknown", "n/a", "-", "...", "无", "未知", "不明"))


def _whose(said: object) -> object:
    word = str(said).strip().strip(".。\"'").lower()
    return _SAME.get(word, word)


class AttributionAnswer(pydantic.BaseModel):
    """The form that is asked for; a speaker or a role that is missing does not make an answer useless."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    whose: Annotated[Literal["government", "outlet", "quoted", "unknown"], pydantic.BeforeValidator(_whose)]
    speaker: Said = ""
    role: Said = ""
    reason: Said = ""


@dataclass(frozen=True, slots=True)
class AttributeStatements:
    """The stage: statements in, the same with whose view they are. Only what the model refuses, or a filter stops, is
    dropped."""

    name: str = ATTRIBUTE
    output: type[Statement] = Statement

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, "lists": digest(), **_PROMPTING.fingerprint}

    def render(self, row: Statement) -> Request | Kept[Statement] | Dropped:
        meta = {"id": row.id, "source": row.id, "text": row.text, "context": row.context}
        outlet = row.outlet or ""
        return _PROMPTING.request(row.lang, meta, statement=row.text, context=row.context, outlet=outlet)

    def read(self, row: Statement, reply: Reply) -> Kept[Statement] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), AttributionAnswer)
        if not isinstance(answer, AttributionAnswer):
            return answer
        return Kept((settled(row, answer),), shortened(answer.reason) or None)

    def repair(self, row: Statement, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return _PROMPTING.repair(row.lang, asked, reply, rejected)


def settled(row: Statement, answer: AttributionAnswer) -> Statement:
    """A statement with whose view it is, by the model's answer and the word lists.

    The model's verdict holds, unless it rests on a speaker that does not stand in the context: then that of the lists
    holds, or, where they say nothing, nobody is known. A public body that is given as a speaker is a government.
    `doubt` says both where they differ.
    """
    listed = attribution_by_patterns(row.text, row.context, row.outlet, row.lang)
    attribution = Attribution(answer.whose)
    speaker = _in_context(answer.speaker, row.context)
    role = _role(answer.role, row)
    named = _said(answer.speaker)
    if attribution is Attribution.QUOTED and speaker is not None and names_body(speaker, row.lang):
        attribution, speaker, role = Attribution.GOVERNMENT, None, role or speaker
    if attribution is Attribution.QUOTED and speaker is None:
        missing = f"{NOT_THERE}: {shortened(named)}" if named else f"{attribution}, and nobody is named"
        if listed is None:
            return replace(row, attribution=Attribution.UNKNOWN, speaker=None, role=role, doubt=missing)
        if listed.attribution is not Attribution.QUOTED:
            return _by_lists(row, listed, f"{missing}; {_shown(listed)}")
        return _by_lists(row, listed, missing if named else None)
    if attribution is not Attribution.QUOTED and attribution is not Attribution.GOVERNMENT:
        speaker, role = None, None
    doubt: str | None = None
    if listed is not None and _differ(listed, attribution, speaker):
        doubt = f"model: {_verdict(attribution, speaker)}; {_shown(listed)}"
    return replace(row, attribution=attribution, speaker=speaker, role=role, doubt=doubt)


def _by_lists(row: Statement, listed: Attributed, doubt: str | None) -> Statement:
    return replace(row, attribution=listed.attribution, speaker=listed.speaker, role=listed.role, doubt=doubt)


def _differ(listed: Attributed, attribution: Attribution, speaker: str | None) -> bool:
    """Whether the lists say another kind of voice, or another speaker. One may give a name in full."""
    if listed.attribution is not attribution:
        return True
    if attribution is not Attribution.QUOTED or listed.speaker is None or speaker is None:
        return False
    return find_span(listed.speaker, speaker) is None and find_span(speaker, listed.speaker) is None


def _shown(listed: Attributed) -> str:
    return f"word lists: {_verdict(listed.attribution, listed.speaker)} ({shortened(listed.evidence)})"


def _verdict(attribution: Attribution, speaker: str | None) -> str:
    return str(attribution) if speaker is None else f"{attribution}, {speaker}"


def _said(words: str) -> str:
    line = plain(words)
    return "" if line.lower() in _NOBODY else line


def _in_context(speaker: str, context: str) -> str | None:
    """The speaker's name as it stands in the context, None where it does not."""
    place = find_span(_said(speaker), context) if _said(speaker) else None
    return None if place is None else context[slice(*place)].rstrip(".。!！?？…")


def _role(role: str, row: Statement) -> str | None:
    """What a speaker is, where the context or the outlet's name says so."""
    said = _said(role)
    if not said:
        return None
    there = find_span(said, row.context)
    if there is not None:
        return row.context[slice(*there)].rstrip(".。!！?？…")
    return row.outlet if row.outlet is not None and find_span(said, row.outlet) is not None else None
