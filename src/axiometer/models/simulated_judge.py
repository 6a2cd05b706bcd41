"""`sim/judge`: a simulated judge of free answers that reads their words and errs at planted rates.

It never knows what a respondent meant: it reads which option's words stand in the answer (`judge_words`), and then says
what a multinomial of its profile draws for that truth. Every draw is a hash of seed, answer and, for the share of
answers that is not `shared`, order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import pydantic

from axiometer.models.draws import uniform, weighted
from axiometer.models.judge_words import stands_for
from axiometer.models.protocols import BadRequest, Reply, Request
from axiometer.models.simulated import profile_path, read_plain
from axiometer.records.yaml_files import checked, read_yaml

VERSION = 1  # of words and draws: part of the identity, so that a journal never mixes two
OPTIONS: Final = "judge-options"
VALUES: Final = "judge-values"
_LETTERS: Final = "ABCDEFGH"
_REFUSED = ("I'm sorry, but I can't help with that.", "抱歉，我无法协助完成这个请求。")
_PROSE = ("The answer could be read in more than one way.", "这段回答可以有多种读法。")

Share = pydantic.Field(0.0, ge=0, le=1)


class Slips(pydantic.BaseModel):
    """What is said instead of the truth, in shares: another option, both, neither; the rest is said as it is."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    other: float = Share
    both: float = Share
    neither: float = Share

    @pydantic.model_validator(mode="after")
    def _at_most_all(self) -> Slips:
        if self.other + self.both + self.neither > 1.0 + 1e-9:
            raise ValueError("other, both and neither must be shares of at most 1 together")
        return self


class JudgeProfile(pydantic.BaseModel):
    """What is planted in a simulated judge.

    `option`: of answers that stand for one option; `by_option` the same for the option with that index in its item
    (statements: 0 is S, 1 is RS). `both`, `neither`: of answers that stand for several or none (`other` is then any one
    of the options). `shared`: answers of which the same is said in every order. `first`: calls in which the option
    shown first is named, whatever the answer says. Of the calls: `refused`; `prose`, answered in words and in the form
    asked for when asked again; `lost`, in words both times.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    kind: Literal["judge"]
    name: str
    about: str = ""
    option: Slips = Slips()
    by_option: dict[int, Slips] = {}
    both: Slips = Slips()
    neither: Slips = Slips()
    shared: float = pydantic.Field(1.0, ge=0, le=1)
    first: float = Share
    refused: float = Share
    prose: float = Share
    lost: float = Share
    seed: int = 0

    def without_faults(self) -> JudgeProfile:
        """The same errors of reading, and every call answered in the form asked for."""
        return self.model_copy(update={"refused": 0.0, "prose": 0.0, "lost": 0.0})


def load_judge(name: str) -> JudgeProfile:
    """A judge's profile that ships (`judge`), or one from a YAML file with `kind: judge`. Raises `InputError` for an
    unknown name or a wrong file."""
    path: Path = profile_path(name)
    return checked(JudgeProfile, read_yaml(path), path)


def said_of(profile: JudgeProfile, answer: str, truth: frozenset[int], order: Sequence[int]) -> frozenset[int]:
    """What the judge says of an answer with the id `answer` that stands for the options `truth` (indices in the item),
    shown in this order: the options that it names."""
    at: tuple[object, ...] = (profile.seed, answer)
    if uniform(*at, "shared") >= profile.shared:
        at = (*at, tuple(order))
    if uniform(profile.seed, answer, tuple(order), "first") < profile.first:
        return frozenset({order[0]})
    if len(truth) == 1:
        (own,) = truth
        slips = profile.by_option.get(own, profile.option)
    else:
        own, slips = None, profile.both if truth else profile.neither
    weights = {"other": slips.other, "both": slips.both, "neither": slips.neither}
    kind = weighted({**weights, "truth": 1.0 - sum(weights.values())}, *at, "slip")
    if kind == "other":
        others = sorted(index for index in order if index != own)
        return frozenset({others[int(uniform(*at, "other") * len(others))]})
    return {"truth": truth, "both": frozenset(order), "neither": frozenset[int]()}[kind]


@dataclass(slots=True)
class SimulatedJudge:
    """A `ChatModel` without a model."""

    profile: JudgeProfile
    wants_meta: bool = True
    continues: bool = False
    concurrency: int | None = 512
    _planted: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self._planted = self.profile.model_dump(mode="json", exclude={"about"})

    @property
    def name(self) -> str:
        return f"sim/{self.profile.name}"

    @property
    def identity(self) -> Mapping[str, object]:
        return {"provider": "sim", "judge": VERSION, "profile": self._planted}

    async def send(self, request: Request) -> bytes:
        """Answers what `request.meta` describes: `step`, `free` (id of the answer), `answer`, `options` (texts) in
        their `order` (indices in the item), `sides` (whose value stands at which letter, in the step `judge-values`),
        `lang`, and `attempt` (1 where it is asked again)."""
        meta = request.meta
        if meta is None or meta.get("step") not in (OPTIONS, VALUES):
            raise BadRequest(f"{self.name} only judges free answers")
        text = self._answer(meta)
        length = sum(len(message.content) for message in request.messages)
        reply = {"text": text, "tokens_in": length // 3, "tokens_out": max(1, len(text) // 3)}
        return json.dumps(reply, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def read(self, raw: bytes) -> Reply:
        return read_plain(raw, self.name)

    async def close(self) -> None:
        return

    def _answer(self, meta: Mapping[str, object]) -> str:
        profile, answer = self.profile, str(meta["free"])
        order, options = _listed(meta, "order"), _listed(meta, "options")
        indices = [int(str(index)) for index in order]
        chinese = str(meta.get("lang") or "en").startswith("zh")
        draw = uniform(profile.seed, "call", answer, tuple(indices))
        if draw < profile.refused:
            return _REFUSED[chinese]
        again = bool(meta.get("attempt"))
        if draw < profile.refused + profile.lost + (0.0 if again else profile.prose):
            return _PROSE[chinese]
        truth = frozenset(indices[place] for place in stands_for(str(meta["answer"]), [str(text) for text in options]))
        named = said_of(profile, answer, truth, indices)
        sides = [int(str(side)) for side in _listed(meta, "sides")]
        return in_form(named, indices, sides, chinese=chinese)


def in_form(named: frozenset[int], order: Sequence[int], sides: Sequence[int], *, chinese: bool) -> str:
    """The options named, as the answer that is asked for: which option is closer, or, with `sides`, on which values the
    answer acts (those of the sides named) and against which (those of the others, where one side is named)."""
    reason = "看回答里的用词。" if chinese else "By the words that it uses."
    if sides:
        acts = [_LETTERS[place] for place, side in enumerate(sides) if side in named or (side < 0 and named)]
        against = [_LETTERS[place] for place, side in enumerate(sides) if side >= 0 and side not in named]
        said = {"reason": reason, "acts_on": acts, "acts_against": against if len(named) == 1 else []}
        return json.dumps(said, ensure_ascii=False)
    letters = [_LETTERS[order.index(index)] for index in sorted(named, key=order.index)]
    closer = "neither" if not letters else letters[0] if len(letters) == 1 else "both"
    return json.dumps({"reason": reason, "closer": closer}, ensure_ascii=False)


def _listed(meta: Mapping[str, object], name: str) -> Sequence[object]:
    found = meta.get(name)
    assert isinstance(found, Sequence), f"the request's meta has no {name}"
    return found
