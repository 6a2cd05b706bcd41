"""What a model answers in each step, and how it is read: an answer, an end without one, or a rejection.

Pure functions of the reply. Nothing that a model says is executed or believed beyond the form that was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, TypeVar

import pydantic

from axiometer.measure.asking.clumsy_json import Found, find_objects
from axiometer.measure.parsing.opening import Opened, lexicons, opened, without_answer
from axiometer.measure.parsing.thinking import without_thinking
from axiometer.models.protocols import Finish, Reply
from axiometer.records.rows import Outcome
from axiometer.runtime.stages.rows import Dropped, Rejected

NOT_JSON: Final = "not JSON"
CUT_OFF: Final = "cut off"
EMPTY: Final = "empty"
WRONG_FORM: Final = "wrong form: "
REFUSED: Final = "refused"
CONTENT_FILTER: Final = "content filter"

_LONGEST_NOTE = 300
_HEAD = 400  # a refusal stands at the beginning
# Marks of reasoning with the underscores that they have outside folded text.
_MARK = re.compile(
    r"</?(?:reasoning_content|inner_monologue)>|<\|(?:START|END)_THINKING\|>|<\|(?:begin|end)_of_thought\|>", re.I
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
_MINUS = str.maketrans("−－﹣–＋０１", "----+01")
_HOLDERS = ("rule", "scene", "id", "value", "text", "name")  # fields of an object that was answered in place of a text
_YES = frozenset({"true", "yes", "y", "1", "是", "对", "是的", "有", "真"})
_NO = frozenset({"false", "no", "n", "0", "否", "不", "不是", "没有", "无", "假", "不对"})

Model = TypeVar("Model", bound=pydantic.BaseModel)


def printable(said: str) -> str:
    """`said` without control characters, marks that nobody sees and halves of characters; lines and tabs stay."""
    whole = said.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _UNSEEN.sub("", whole)


def shortened(said: str) -> str:
    """What is kept of an answer as a note."""
    whole = printable(said).strip()
    return whole if len(whole) <= _LONGEST_NOTE else whole[: _LONGEST_NOTE - 1] + "…"


# -- the forms --------------------------------------------------------------------------------------------------------


def _truth(said: object) -> object:
    if isinstance(said, str):
        word = said.strip().strip(".。!！\"'").lower()
        if word in _YES or word in _NO:
            return word in _YES
    return said


def _text(said: object) -> object:
    if said is None:
        return ""
    return printable(str(said)) if isinstance(said, str | int | float) and not isinstance(said, bool) else said


def _sign(said: object) -> object:
    if isinstance(said, bool):
        return None  # true is neither 1 nor -1
    return said.strip().translate(_MINUS) if isinstance(said, str) else said


def _texts(said: object) -> object:
    """A single text for a list of one; for an object around a text, the text."""
    if isinstance(said, str | dict):
        said = [said]
    if isinstance(said, list):
        return [_inner(each) if isinstance(each, dict) else each for each in said]
    return [] if said is None else said


def _inner(said: Mapping[str, object]) -> object:
    """What an object holds: its only field, or the one that a rule or a value stands in."""
    if len(said) == 1:
        return next(iter(said.values()))
    return next((said[name] for name in _HOLDERS if isinstance(said.get(name), str)), said)


Truth = Annotated[bool, pydantic.BeforeValidator(_truth)]
Said = Annotated[str, pydantic.BeforeValidator(_text)]
Sayings = Annotated[tuple[Said, ...], pydantic.BeforeValidator(_texts)]
Sign = Annotated[int, pydantic.BeforeValidator(_sign), pydantic.Field(ge=-1, le=1)]


class Answer(pydantic.BaseModel):
    """What was asked for decides; a reason that is missing or a field too many does not make an answer useless."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)


def object_schema(**properties: Mapping[str, object]) -> dict[str, object]:
    """The JSON schema of an object with exactly these properties, in this order, as strict services ask for it."""
    return {
        "type": "object",
        "properties": {name: dict(schema) for name, schema in properties.items()},
        "required": list(properties),
        "additionalProperties": False,
    }


# -- reading ----------------------------------------------------------------------------------------------------------


def read_reply(reply: Reply, lang: str, model: type[Model]) -> Model | Dropped | Rejected:
    """The answer in a reply to a prompt in `lang` (`zh` or `en`); filtered and refused replies end the row."""
    if reply.finish is Finish.FILTER or reply.filter_code:
        return Dropped(CONTENT_FILTER, shortened(reply.text or reply.filter_code or "") or None)
    if reply.refusal and reply.refusal.strip():
        return Dropped(REFUSED, shortened(reply.refusal))
    answer = read_answer(reply.text, model)
    if not isinstance(answer, Rejected):
        return answer
    if answer.problem == NOT_JSON and declines(reply, lang):
        return Dropped(REFUSED, shortened(reply.text))
    if answer.problem in (NOT_JSON, EMPTY) and reply.finish is Finish.LENGTH:
        return Rejected(CUT_OFF)
    return answer


def read_answer(text: str, model: type[Model]) -> Model | Rejected:
    """The last object in `text` that has the form of `model`, outside reasoning blocks.

    Code fences, prose, lists of one, yes and no for booleans, numbers as texts, commas too many and full-width
    punctuation are forgiven. Never raises.
    """
    if not text.strip():
        return Rejected(EMPTY)
    whole = find_objects(text) if text.lstrip()[0] in "{[" else Found((), False)
    fitting, _ = _fitting(whole, model)
    if fitting is not None:
        return fitting
    thought = without_thinking(_MARK.sub(lambda mark: mark.group().replace("_", " "), text))
    if thought.open:
        return Rejected(CUT_OFF)
    found = find_objects(thought.answer)
    fitting, field = _fitting(found, model)
    if fitting is not None:
        return fitting
    if found.cut:
        return Rejected(CUT_OFF)
    return Rejected(WRONG_FORM + field) if found.objects else Rejected(NOT_JSON if thought.answer.strip() else EMPTY)


def declines(reply: Reply, lang: str) -> bool:
    """Whether a reply that is no JSON begins by declining to answer."""
    answer = opened(reply)
    if not isinstance(answer, Opened):
        return answer.outcome is Outcome.REFUSED
    return refuses(answer.head, lang)


def refuses(said: str, lang: str) -> bool:
    """Whether `said` begins by declining, in the phrases by which refusals are known everywhere in Axiometer."""
    head = said[:_HEAD].lower()
    for words in lexicons(lang, head):
        avoided = without_answer(words, head)
        if avoided is not None and avoided.outcome is Outcome.REFUSED:
            return True
    return False


def _fitting(found: Found, model: type[Model]) -> tuple[Model | None, str]:
    """The last object that fits, or else the field that is wrong in the one which comes nearest."""
    wrong, most_known = next(iter(model.model_fields)), 0
    for candidate in _candidates(found):
        try:
            return model.model_validate(candidate), ""
        except (pydantic.ValidationError, ValueError, RecursionError) as error:
            known = sum(name in model.model_fields for name in candidate)
            if known > most_known and isinstance(error, pydantic.ValidationError):
                wrong, most_known = str(error.errors(include_url=False, include_input=False)[0]["loc"][0]), known
    return None, wrong


def _candidates(found: Found) -> Iterator[dict[str, object]]:
    """The objects, last one first, each before the one that it does nothing but wrap."""
    for candidate in reversed(found.objects):
        yield _plain_keys(candidate)
        if len(candidate) == 1:
            (inner,) = candidate.values()
            if isinstance(inner, list) and len(inner) == 1:
                (inner,) = inner
            if isinstance(inner, dict):
                yield _plain_keys(inner)


def _plain_keys(candidate: Mapping[str, object]) -> dict[str, object]:
    return {key.strip().lower().replace(" ", "_"): value for key, value in candidate.items()}
