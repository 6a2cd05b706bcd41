"""The stage `value-or-fact`: is a statement a position or a report, what question does it answer, and how?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Annotated, Final, Literal

import pydantic

from axiometer.build.statements.extraction import repairing
from axiometer.build.statements.extraction.lexicon import even
from axiometer.build.statements.extraction.repairing import prints, said_why
from axiometer.build.statements.extraction.spans import same_words
from axiometer.measure.asking.answers import WRONG_FORM, Said, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting, plain
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Statement
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

POSITIONS: Final = "value-or-fact"
FACT: Final = "report of fact"
QUESTION: Final = "a question"
OTHER: Final = "neither position nor report"

_VERSION: Final = 2
_MOST_TOKENS: Final = 400
_KINDS: Final = ("position", "fact", "question", "other")
_STANCES: Final = ("yes", "no", "none")
_DROPPED: Final[Mapping[str, str]] = {"fact": FACT, "question": QUESTION, "other": OTHER}
_FORM: Final = (
    '{"reason": "...", "kind": "position"/"fact"/"question"/"other", "question": "...?", "answer": "yes"/"no"}'
)
_SCHEMA: Final = object_schema(
    reason={"type": "string"},
    kind={"type": "string", "enum": list(_KINDS)},
    question={"type": "string"},
    answer={"type": "string", "enum": list(_STANCES)},
)
_PROMPTING: Final = MaterialPrompting(f"statement-{POSITIONS}", _SCHEMA, _FORM, _MOST_TOKENS)
_NO_QUESTION: Final = WRONG_FORM + "question"
_SHORTEST, _LONGEST = 4, 300  # characters of a question
_SAME_KIND: Final = {
    **dict.fromkeys(("position", "opinion", "value", "view", "judgement", "judgment"), "position"),
    **dict.fromkeys(("立场", "主张", "观点"), "position"),
    **dict.fromkeys(("fact", "report", "report of fact", "事实", "陈述", "报道"), "fact"),
    **dict.fromkeys(("question", "问题", "疑问", "提问"), "question"),
    **dict.fromkeys(("other", "none", "advert", "advertisement", "其他", "广告"), "other"),
}
_SAME_STANCE: Final = {
    **dict.fromkeys(("yes", "1", "+1", "true", "oui", "ja", "是", "赞成", "肯定", "应当", "会", "能"), 1),
    **dict.fromkeys(
        ("no", "-1", "false", "non", "nein", "否", "不", "不是", "反对", "否定", "不应当", "不会", "不能"), -1
    ),
}
# A question that begins so expects its answer, or is answered by more than yes or no.
_LEANS = re.compile(
    r"(?:shouldn't|isn't|aren't|don't|doesn't|wouldn't|mustn't|can't|won't|surely|is it not|should not|why|how|what|"
    r"who|when|where|which|pourquoi|comment|qui|quel(?:le)?s?|que|n'est-il|n'est-ce|ne faut-il|ne doit|ne devrait|"
    r"warum|wie|wer|wen|wann|wo|welche[rsnm]?|was|wieso|sollte nicht|ist es nicht|muss nicht)(?!\w)"
)
_LEANS_ZH = re.compile("难道|岂不|何不|不是吗|对吗|对不对|不应该?吗|为什么|为何|如何|怎么|怎样|谁|哪[些个种里]|什么")
# How a question that is answered by yes or no begins (en), or what it holds (zh, fr).
_ASKS: Final = {
    "en": re.compile(
        r"(?:.*[,:]\s*)?(?:should|is|are|was|were|do|does|did|may|might|must|can|could|would|will|shall|has|have|had|"
        r"ought|need)(?!\w)"
    ),
    "zh": re.compile(r".*(?:吗|是否|能否|应否|可否|会否|有无|还是|呢|(\w)不\1|有没有)"),
    "fr": re.compile(r".*(?:est-ce que?|-(?:t-)?(?:il|elle|on|ils|elles|ce|nous|vous)(?!\w))"),
}
_REPEATS: Final = 0.85  # likeness from which a question is the statement with another mark behind it
_TAG = re.compile(r"(?:,|，)\s*(?:isn't it|right|don't you think|n'est-ce pas|non|nicht wahr|oder)\s*\?$")


def _kind(said: object) -> object:
    return _SAME_KIND.get(str(said).strip().strip(".。\"'").lower(), said)


def _stance(said: object) -> object:
    if isinstance(said, bool):
        return 1 if said else -1
    word = str(said).strip().strip(".。\"'!！").lower().replace("−", "-")
    return _SAME_STANCE.get(word, 0)


class PositionAnswer(pydantic.BaseModel):
    """The form that is asked for; the question and the answer to it belong to positions alone. answer: 0 for none."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    kind: Annotated[Literal["position", "fact", "question", "other"], pydantic.BeforeValidator(_kind)]
    question: Said = ""
    answer: Annotated[int, pydantic.BeforeValidator(_stance)] = 0
    reason: Said = ""


@dataclass(frozen=True, slots=True)
class TellPositions:
    """The stage: statements in, positions out with the question that they answer."""

    name: str = POSITIONS
    output: type[Statement] = Statement

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, "repairs": prints(), **_PROMPTING.fingerprint}

    def render(self, row: Statement) -> Request | Kept[Statement] | Dropped:
        meta = {"id": row.id, "source": row.id, "text": row.text, "context": row.context}
        return _PROMPTING.request(row.lang, meta, statement=row.text, context=row.context)

    def read(self, row: Statement, reply: Reply) -> Kept[Statement] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), PositionAnswer)
        if not isinstance(answer, PositionAnswer):
            return answer
        reason = shortened(answer.reason) or None
        if answer.kind in _DROPPED:
            return Dropped(_DROPPED[answer.kind], reason)
        question = plain(answer.question)
        if not is_neutral(question, row.lang) or _repeats(question, row.text, row.lang):
            return Rejected(_NO_QUESTION, shortened(question))
        if answer.answer == 0:
            return Rejected(WRONG_FORM + "answer")
        return Kept((replace(row, question=question, stance=answer.answer),), reason)

    def repair(self, row: Statement, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        request = _PROMPTING.repair(row.lang, asked, reply, rejected)
        return said_why(request, row.lang, repairing.QUESTION, _FORM) if rejected.problem == _NO_QUESTION else request


def _repeats(question: str, statement: str, lang: str) -> bool:
    """Whether a question is the statement itself, in a language where its form does not tell."""
    if same_words(question, statement):
        return True
    if lang.partition("-")[0] in _ASKS:
        return False
    return SequenceMatcher(None, even(question), even(statement), autojunk=False).ratio() >= _REPEATS


def is_neutral(question: str, lang: str) -> bool:
    """Whether a question can be answered by yes or no and does not begin or end as one that expects its answer.

    By its form alone: whether its words lean is checked where items are made of it (`triples`).
    """
    words = even(question).strip()
    if not _SHORTEST <= len(words) <= _LONGEST or words[-1] not in "?？؟":
        return False
    asks = _ASKS.get(lang.partition("-")[0])
    if asks is not None and asks.match(words) is None:
        return False
    if lang.startswith("zh"):
        return _LEANS_ZH.search(words) is None
    return _LEANS.match(words) is None and _TAG.search(words) is None
