"""A second reading of a scene, as a stage: another request, which may go to another model, and is not told the map.

The model sees both rules and both sides, each in an order of its own, and says which rule each side fits. So an option
that was written for the wrong rule is found by what it says, not taken on trust.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import pydantic

from axiometer.build.dilemmas.options import CHECK
from axiometer.build.dilemmas.rows import Scene
from axiometer.measure.asking.answers import Said, Truth, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting
from axiometer.models.protocols import Reply, Request
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

NOT_REALISTIC: Final = "not realistic"
NOT_POSSIBLE: Final = "a side is not possible"
NOT_EXCLUSIVE: Final = "both sides can be done"
NO_FIT: Final = "a side does not fit one rule alone"
TURNED_ROUND: Final = "the sides fit each other's rule"
UNEVEN: Final = "sides of unequal tone"
NAMED_RIGHT: Final = "a side is named as right"
NOT_IRRELEVANT: Final = "the third option is not irrelevant"

_VERSION: Final = 1
_MOST_TOKENS: Final = 300
_FITS: Final = ("1", "2", "both", "neither")
_FORM: Final = (
    '{"reason": "...", "realistic": true/false, "possible": true/false, "exclusive": true/false, '
    '"side_1_fits": "1"/"2"/"both"/"neither", "side_2_fits": "1"/"2"/"both"/"neither", "even": true/false, '
    '"none_named_right": true/false, "irrelevant": true/false}'
)
_BOOL: Final = {"type": "boolean"}
_FIT: Final = {"type": "string", "enum": list(_FITS)}
_SCHEMA: Final = object_schema(
    reason={"type": "string"},
    realistic=_BOOL,
    possible=_BOOL,
    exclusive=_BOOL,
    side_1_fits=_FIT,
    side_2_fits=_FIT,
    even=_BOOL,
    none_named_right=_BOOL,
    irrelevant=_BOOL,
)
_PROMPTING: Final = MaterialPrompting(f"dilemma-{CHECK}", _SCHEMA, _FORM, _MOST_TOKENS)
_RULE_WORDS: Final = ("rule", "准则")


def _fit(said: object) -> object:
    if isinstance(said, bool):
        return said
    word = str(said).strip().strip(".。\"'").lower()
    for prefix in _RULE_WORDS:
        word = word.removeprefix(prefix).strip()
    return word


Fits = Annotated[Literal["1", "2", "both", "neither"], pydantic.BeforeValidator(_fit)]


class CheckAnswer(pydantic.BaseModel):
    """The form that is asked for; a reason that is missing does not make an answer useless."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    realistic: Truth
    possible: Truth
    exclusive: Truth
    side_1_fits: Fits
    side_2_fits: Fits
    even: Truth
    none_named_right: Truth
    irrelevant: Truth
    reason: Said = ""


def problems(answer: CheckAnswer, *, crossed: bool) -> list[str]:
    """What an answer finds wrong, the gravest first. crossed: side 1 was written for rule 2, as they were shown."""
    own = ("2", "1") if crossed else ("1", "2")
    said = (answer.side_1_fits, answer.side_2_fits)
    found = {
        TURNED_ROUND: said == own[::-1],
        NO_FIT: said not in (own, own[::-1]),
        NOT_EXCLUSIVE: not answer.exclusive,
        NOT_POSSIBLE: not answer.possible,
        NOT_REALISTIC: not answer.realistic,
        NAMED_RIGHT: not answer.none_named_right,
        UNEVEN: not answer.even,
        NOT_IRRELEVANT: not answer.irrelevant,
    }
    return [problem for problem, there in found.items() if there]


@dataclass(frozen=True, slots=True)
class CheckScenes:
    """The stage: scenes in, those without a problem out. A dropped one is counted under its gravest problem; its note
    names them all."""

    name: str = CHECK
    output: type[Scene] = Scene

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **_PROMPTING.fingerprint}

    def render(self, row: Scene) -> Request | Kept[Scene] | Dropped:
        first, second = row.asked.shown
        sides = (row.side_b, row.side_a) if row.reversed_sides else (row.side_a, row.side_b)
        meta = {
            "id": row.id,
            "source": row.asked.id,
            "first": first,
            "second": second,
            "setting": row.asked.setting,
            "crossed": crossed(row),
        }
        return _PROMPTING.request(
            row.lang,
            meta,
            first=first,
            second=second,
            scene=row.text,
            side_1=sides[0],
            side_2=sides[1],
            irrelevant=row.irrelevant,
        )

    def read(self, row: Scene, reply: Reply) -> Kept[Scene] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), CheckAnswer)
        if not isinstance(answer, CheckAnswer):
            return answer
        found, reason = problems(answer, crossed=crossed(row)), shortened(answer.reason)
        if not found:
            return Kept((row,), reason or None)
        return Dropped(found[0], shortened(f"{'; '.join(found)}: {reason}" if reason else "; ".join(found)))

    def repair(self, row: Scene, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return _PROMPTING.repair(row.lang, asked, reply, rejected)


def crossed(row: Scene) -> bool:
    """Whether side 1 was written for rule 2, as both are shown."""
    return row.reversed_sides != row.asked.turned
