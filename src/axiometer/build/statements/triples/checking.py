"""A second reading of a triple, as a stage: another request, which may go to another model, and is not told who is who.

Both sides come in a drawn order, then the sentences of the other forms in an order of their own. What words alone show
to be wrong ends a triple before anybody is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

import pydantic

from axiometer.build.statements.triples import filters
from axiometer.build.statements.triples.rows import CHECK, Form, sides
from axiometer.build.statements.triples.words import digest
from axiometer.measure.asking.answers import WRONG_FORM, Said, Truth, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting
from axiometer.models.draws import uniform
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Triple
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

STEP: Final = "triple-check"
TURNED: Final = "the sides answer the question the other way round"
NO_ANSWERS: Final = "the sides do not answer the question with yes and no"
NOT_EXCLUSIVE: Final = "one can agree with both sides"
LEANS: Final = "the question leans, by a reader's word"
MORE_CHANGED: Final = "more than the stance differs"
UNEVEN: Final = "a side sounds better by its wording"
PERSON: Final = "a person is named, by a reader's word"

_VERSION: Final = 1
_MOST_TOKENS: Final = 400
_ANSWERS: Final = ("yes", "no", "neither")
_FORM: Final = (
    '{"reason": "...", "answer_a": "yes"/"no"/"neither", "answer_b": "yes"/"no"/"neither", "contradict": true/false, '
    '"leaning": true/false, "only_stance": true/false, "even": true/false, "person": true/false, '
    '"others": ["yes"/"no"/"neither", ...]}'
)
_BOOL: Final = {"type": "boolean"}
_ANSWER: Final = {"type": "string", "enum": list(_ANSWERS)}
_SCHEMA: Final = object_schema(
    reason={"type": "string"},
    answer_a=_ANSWER,
    answer_b=_ANSWER,
    contradict=_BOOL,
    leaning=_BOOL,
    only_stance=_BOOL,
    even=_BOOL,
    person=_BOOL,
    others={"type": "array", "items": _ANSWER},
)
_PROMPTING: Final = MaterialPrompting(STEP, _SCHEMA, _FORM, _MOST_TOKENS)
_YES: Final = frozenset(("yes", "y", "true", "是", "是的", "肯定", "赞成"))
_NO: Final = frozenset(("no", "n", "false", "否", "不是", "否定", "反对"))
_OTHERS: Final = (Form.PARAPHRASE, Form.TWINS)


def _answer(said: object) -> object:
    if said is None:
        return "neither"
    word = str(said).strip().strip(".。\"'“”").lower()
    return "yes" if word in _YES else "no" if word in _NO else "neither" if word in ("都不是", "none") else word


Answered = Annotated[Literal["yes", "no", "neither"], pydantic.BeforeValidator(_answer)]


class TripleVerdict(pydantic.BaseModel):
    """The form that is asked for; a reason that is missing does not make an answer useless."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    answer_a: Answered
    answer_b: Answered
    contradict: Truth
    leaning: Truth
    only_stance: Truth
    even: Truth
    person: Truth
    others: tuple[Answered, ...] = ()
    reason: Said = ""


@dataclass(frozen=True, slots=True)
class CheckTriples:
    """The stage: triples in, those without a problem out. A dropped one is counted under its gravest problem; its note
    names them all. A form whose sentences do not take the sides that they are for is taken off its triple."""

    name: str = CHECK
    output: type[Triple] = Triple

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, "filters": filters.VERSION, "words": digest(), **_PROMPTING.fingerprint}

    def render(self, row: Triple) -> Request | Kept[Triple] | Dropped:
        grave = filters.gravest(row)
        if grave is not None:
            return Dropped(grave[0], shortened(grave[1]))
        row = filters.without_bad_forms(row)
        pair = (row.shown, row.reversed_text)
        others = other_sentences(row)
        meta = {
            "id": row.id,
            "source": row.statement,
            "stance": row.stance,
            "turned": turned(row),
            "others": [[str(form), side] for _, form, side in others],
        }
        first, second = pair[::-1] if turned(row) else pair
        return _PROMPTING.request(
            row.lang,
            meta,
            question=row.question,
            side_a=first,
            side_b=second,
            others=tuple(text for text, _, _ in others),
        )

    def read(self, row: Triple, reply: Reply) -> Kept[Triple] | Dropped | Rejected:
        verdict = read_reply(reply, prompt_language(row.lang), TripleVerdict)
        if not isinstance(verdict, TripleVerdict):
            return verdict
        row = filters.without_bad_forms(row)
        others = other_sentences(row)
        found, reason = problems(verdict, row), shortened(verdict.reason)
        if found:
            return Dropped(found[0], shortened(f"{'; '.join(found)}: {reason}" if reason else "; ".join(found)))
        if len(verdict.others) != len(others):  # the sides are sound, the other forms are not known to be
            return Rejected(WRONG_FORM + "others", usable=Kept((without(row, set(_OTHERS)),), reason or None))
        bad = {
            form
            for (_, form, side), said in zip(others, verdict.others, strict=True)
            if said != ("yes" if side * (row.stance or 1) > 0 else "no")
        }
        note = "; ".join([*(f"{form}: sides not clear" for form in sorted(bad)), *([reason] if reason else [])])
        return Kept((without(row, bad),), shortened(note) or None)

    def repair(self, row: Triple, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return _PROMPTING.repair(row.lang, asked, reply, rejected)


def turned(row: Triple) -> bool:
    """Whether the reader sees the reverse first."""
    return uniform("sides", row.id) < 0.5


def other_sentences(row: Triple) -> list[tuple[str, Form, int]]:
    """The sentences of the other forms in the order in which they are shown: (text, form, +1 for the statement's
    side, -1 for the reverse's)."""
    found = [
        (text, form, side)
        for form in _OTHERS
        if (pair := sides(row, form)) is not None
        for text, side in zip(pair, (1, -1), strict=True)
    ]
    return sorted(found, key=lambda each: uniform("place", row.id, each[1], each[2]))


def problems(verdict: TripleVerdict, row: Triple) -> list[str]:
    """What a reader finds wrong, the gravest first."""
    answers = (verdict.answer_a, verdict.answer_b)
    own = ("yes", "no") if (row.stance or 1) > 0 else ("no", "yes")
    expected = own[::-1] if turned(row) else own
    found = {
        TURNED: answers == expected[::-1],
        NO_ANSWERS: answers not in (expected, expected[::-1]),
        NOT_EXCLUSIVE: not verdict.contradict,
        LEANS: verdict.leaning,
        MORE_CHANGED: not verdict.only_stance,
        UNEVEN: not verdict.even,
        PERSON: verdict.person,
    }
    return [problem for problem, there in found.items() if there]


def without(row: Triple, forms: set[Form]) -> Triple:
    if Form.PARAPHRASE in forms:
        row = replace(row, paraphrase=None, reversed_paraphrase=None)
    return replace(row, affirmed=None, negated=None) if Form.TWINS in forms else row
