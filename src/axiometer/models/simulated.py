"""Simulated respondents: planted values, slot bias, noise and refusals, answering in text like any other model.

A presentation reaches them through `Request.meta` (see `SimulatedRespondent.send`). The planted utility of an option is

    u = sum over what it endorses (+) or opposes (-) of strength(value or its ancestors)
        + item effect + sum of rule effects + sum of cluster effects

and a side is chosen by a softmax of (u / temperature + slot bias + wording noise): a random utility model (McFadden
1974) whose two-option case is Bradley-Terry. Every draw is a hash of the profile's seed and the presentation, so the
same presentation is answered the same way on every machine; another `repeat` is another draw of the same probabilities.
A question without options (mode `free`) is answered with a sentence on a value (`free_values`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pydantic

from axiometer.errors import InputError
from axiometer.models.draws import uniform
from axiometer.models.free_phrasing import free_phrase
from axiometer.models.free_values import drawn_stance, drawn_value, free_candidates, topic_of, value_sentence
from axiometer.models.phrasing import phrase
from axiometer.models.protocols import BadAnswer, BadRequest, Finish, Reply, Request, Usage
from axiometer.records.yaml_files import checked, read_yaml

NOTHING = -30.0
_PROFILES = Path(__file__).parent / "profiles"


class Refusals(pydantic.BaseModel):
    """Probability of declining: `default`, raised by the largest `by_value` among what the presentation expresses; with
    `by_choice`, only where the option that would have been chosen endorses that value."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    default: float = pydantic.Field(0.0, ge=0, le=1)
    by_value: dict[str, float] = {}
    by_choice: dict[str, float] = {}


class Effects(pydantic.BaseModel):
    """Standard deviations, on the utility scale, of what items, rules and clusters share."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    item: float = pydantic.Field(0.0, ge=0)
    rule: float = pydantic.Field(0.0, ge=0)
    cluster: float = pydantic.Field(0.0, ge=0)


class Free(pydantic.BaseModel):
    """Shares of free answers, beside those that refuse, evade or speak of something else: `both`, which stand for two
    options at once."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    both: float = pydantic.Field(0.0, ge=0, le=1)


class Profile(pydantic.BaseModel):
    """What is planted in a simulated respondent. Strengths are logits; unnamed values have strength 0."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    name: str
    about: str = ""
    framework: str | None = None
    values: dict[str, float] = {}
    languages: dict[str, dict[str, float]] = {}
    slot_bias: list[float] = []
    temperature: float = pydantic.Field(1.0, gt=0)
    wording_noise: float = pydantic.Field(0.0, ge=0)
    steerable: float = 1.0
    refusals: Refusals = Refusals()
    evasive: float = pydantic.Field(0.0, ge=0, le=1)
    invalid: float = pydantic.Field(0.0, ge=0, le=1)
    distractor: float = pydantic.Field(0.0, ge=0, le=1)
    chatty: float = pydantic.Field(0.3, ge=0, le=1)
    effects: Effects = Effects()
    free: Free = Free()
    seed: int = 0


@cache
def _kinds() -> Mapping[str, str]:
    """Name of each profile in the package -> its kind: `respondent`, `writer` (a simulated rule writer) or `judge`."""
    return {path.stem: _kind_of(path) for path in sorted(_PROFILES.glob("*.yaml"))}


def shipped_profiles() -> tuple[str, ...]:
    """Names of the respondents' profiles in the package, usable as `sim/<name>`."""
    return tuple(name for name, kind in _kinds().items() if kind == "respondent")


def shipped_writers() -> tuple[str, ...]:
    """Names of the rule writers' profiles in the package, usable as `sim/<name>`."""
    return tuple(name for name, kind in _kinds().items() if kind == "writer")


def shipped_judges() -> tuple[str, ...]:
    """Names of the judges' profiles in the package, usable as `sim/<name>`."""
    return tuple(name for name, kind in _kinds().items() if kind == "judge")


def is_judge(name: str) -> bool:
    """Whether a profile, named or in a YAML file, is a judge's. Raises `InputError` as `load_profile` does."""
    return _kind_of(profile_path(name)) == "judge"


def is_writer(name: str) -> bool:
    """Whether a profile, named or in a YAML file, is a rule writer's. Raises `InputError` as `load_profile` does."""
    return _kind_of(profile_path(name)) == "writer"


def profile_path(name: str) -> Path:
    """The file of a profile. Raises `InputError` for an unknown name."""
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    if name not in _kinds():
        known = ", ".join((*shipped_profiles(), *shipped_writers(), *shipped_judges()))
        raise InputError("unknown simulated respondent 'sim/{name}'", mend="known: {known}", name=name, known=known)
    return _PROFILES / f"{name}.yaml"


def load_profile(name: str) -> Profile:
    """A named profile, or one from a YAML file. Raises `InputError` for an unknown name or a wrong file."""
    path = profile_path(name)
    profile = checked(Profile, read_yaml(path), path)
    _ancestors(profile.framework)  # a framework that is not there shall be noticed before anything is written
    return profile


def _kind_of(path: Path) -> str:
    content = read_yaml(path)
    return str(content.get("kind", "respondent")) if isinstance(content, dict) else "respondent"


@dataclass(frozen=True, slots=True)
class _Shown:
    """One option as a simulated respondent sees it."""

    expresses: tuple[tuple[str, str, int], ...]
    role: str


@dataclass(slots=True)
class SimulatedRespondent:
    """A `ChatModel` without a model."""

    profile: Profile
    wants_meta: bool = True
    continues: bool = False
    concurrency: int | None = 512
    scores: bool = True
    _planted: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self._planted = self.profile.model_dump(exclude={"about"})
        if self.profile.free == Free():  # what was asked before there were free answers keeps its key
            del self._planted["free"]

    @property
    def name(self) -> str:
        return f"sim/{self.profile.name}"

    @property
    def identity(self) -> Mapping[str, object]:
        return {"provider": "sim", "profile": self._planted}

    async def send(self, request: Request) -> bytes:
        """Answers what `request.meta` describes: `mode`, `lang`, `item`, `wording`, `order`, `letters`, `clusters`,
        `options` (per slot: role and [kind, target, polarity] triples), `texts`, `negated` (agree mode), and `steered`:
        the values that a system prompt asks to hold dear: what is one of them, or below one, is worth
        `Profile.steerable` more, once."""
        meta = request.meta
        if meta is None or "options" not in meta:
            raise BadRequest(f"{self.name} answers only presentations of items")
        text, first_token = self._answer(meta, request.repeat)
        length = sum(len(message.content) for message in request.messages)
        reply: dict[str, object] = {"text": text, "tokens_in": length // 3, "tokens_out": max(1, len(text) // 3)}
        if request.top_logprobs is not None:
            reply["first_token"] = first_token
        if request.continuations is not None:
            reply["continuations"] = [logprob for _, logprob in first_token]
        return json.dumps(reply, ensure_ascii=False).encode()

    def read(self, raw: bytes) -> Reply:
        return read_plain(raw, self.name)

    async def close(self) -> None:
        return

    def _answer(self, meta: Mapping[str, Any], repeat: int) -> tuple[str, list[tuple[str, float]]]:
        profile = self.profile
        options = [_Shown(tuple((k, t, p) for k, t, p in o["expresses"]), o["role"]) for o in meta["options"]]
        lang, item, wording = str(meta["lang"]), str(meta["item"]), str(meta["wording"])
        letters: Sequence[str] = meta["letters"]
        strengths, steered = self._strengths(lang), frozenset(meta.get("steered", ()))
        shared = str(meta.get("parallel") or item)
        if meta["mode"] == "free":
            return self._answer_question(meta, strengths, steered, shared, repeat), []
        utilities = [self._utility(option, strengths, steered, shared, meta["clusters"]) for option in options]
        free = meta["mode"] in ("judged", "open")
        unseen = free or meta["mode"] == "likelihood"
        scene = (profile.seed, item, wording, str(meta["mode"]), tuple(meta["order"]), bool(meta["negated"]), repeat)
        if meta["mode"] == "agree":
            return self._agree(utilities[0], options[0], meta, scene)
        logits = [
            NOTHING
            if option.role == "distractor"
            else utility / profile.temperature
            + (profile.slot_bias[slot] if slot < len(profile.slot_bias) and not unseen else 0.0)
            + profile.wording_noise * _normal(profile.seed, "wording", item, wording, slot)
            for slot, (option, utility) in enumerate(zip(options, utilities, strict=True))
        ]
        probabilities = _with_distractor(_softmax(logits), options, profile.distractor)
        choice = _draw(probabilities, uniform("choice", *scene))
        kind = self._kind(options, options[choice], scene)
        texts: Sequence[str] = meta["texts"]
        if free:
            return self._freely(kind, choice, lang, texts, scene), []
        first_token = [(letter, math.log(max(p, 1e-12))) for letter, p in zip(letters, probabilities, strict=True)]
        words = phrase(kind, lang, letters[choice], texts[choice], uniform("phrase", *scene), profile.chatty)
        return words, first_token

    def _freely(self, kind: str, choice: int, lang: str, texts: Sequence[str], scene: tuple[object, ...]) -> str:
        """Words that stand for the option chosen, now and then for another one, too."""
        others = [text for slot, text in enumerate(texts) if slot != choice] or [""]
        other = others[int(uniform("other", *scene) * len(others))]
        if kind == "choose" and uniform("both", *scene) < self.profile.free.both:
            kind = "both"
        return free_phrase(kind, lang, texts[choice], other, *scene)

    def _answer_question(
        self, meta: Mapping[str, Any], strengths: Mapping[str, float], steered: frozenset[str], shared: str, repeat: int
    ) -> str:
        """Words on one value, which comes up the more often the more it is worth, and is endorsed or opposed with the
        probability with which an option that endorses it would be (see `free_values`)."""
        profile, lang = self.profile, str(meta["lang"])
        scene = (profile.seed, str(meta["item"]), str(meta["wording"]), "free", repeat)
        shown = {
            value: _Shown((("value", value, 1),), "side")
            for value in free_candidates(list(strengths), profile.framework)
        }
        utilities = {
            value: self._utility(option, strengths, steered, shared, meta["clusters"])
            for value, option in shown.items()
        }
        value = drawn_value(utilities, profile.temperature, *scene)
        chosen = _Shown((), "side") if value is None else shown[value]
        kind = self._kind([chosen], chosen, scene)
        if kind != "choose":
            return free_phrase(kind, lang, "", "", *scene)
        topic = None if value is None else topic_of(_ancestors(profile.framework)(value))
        stance = "mention" if value is None else drawn_stance(utilities[value], profile.temperature, *scene)
        return value_sentence(topic, stance, lang, *scene)

    def _agree(
        self, utility: float, option: _Shown, meta: Mapping[str, Any], scene: tuple[object, ...]
    ) -> tuple[str, list[tuple[str, float]]]:
        logit = utility / self.profile.temperature
        supports = uniform("choice", *scene) < 1 / (1 + math.exp(-logit))
        agrees = supports != bool(meta["negated"])
        kind = self._kind([option], option, scene)
        kind = ("agree" if agrees else "disagree") if kind == "choose" else kind
        return phrase(kind, str(meta["lang"]), "", "", uniform("phrase", *scene), self.profile.chatty), []

    def _kind(self, options: Sequence[_Shown], chosen: _Shown, scene: tuple[object, ...]) -> str:
        """Whether the respondent answers at all: refuse, evade, rubbish or choose."""
        profile = self.profile
        ancestors = _ancestors(profile.framework)
        present = {name for option in options for _, target, _ in option.expresses for name in ancestors(target)}
        endorsed = {name for _, target, sign in chosen.expresses if sign > 0 for name in ancestors(target)}
        refusal = max(
            profile.refusals.default,
            *(rate for value, rate in profile.refusals.by_value.items() if value in present),
            *(rate for value, rate in profile.refusals.by_choice.items() if value in endorsed),
            0.0,
        )
        draw = uniform("kind", *scene)
        for kind, rate in (("refuse", refusal), ("evade", profile.evasive), ("rubbish", profile.invalid)):
            if draw < rate:
                return kind
            draw -= rate
        return "choose"

    def _strengths(self, lang: str) -> dict[str, float]:
        strengths = dict(self.profile.values)
        for value, shift in self.profile.languages.get(lang, {}).items():
            strengths[value] = strengths.get(value, 0.0) + shift
        return strengths

    def _utility(
        self,
        option: _Shown,
        strengths: Mapping[str, float],
        steered: frozenset[str],
        item: str,
        clusters: Sequence[str],
    ) -> float:
        profile, effects = self.profile, self.profile.effects
        ancestors = _ancestors(profile.framework)
        total = 0.0
        for kind, target, polarity in option.expresses:
            if kind == "rule":
                total += polarity * effects.rule * _normal(profile.seed, "rule", target)
            else:
                names = ancestors(target)
                total += polarity * sum(strengths.get(name, 0.0) for name in names)
                total += 0.0 if steered.isdisjoint(names) else polarity * profile.steerable
        mark = "|".join(f"{kind}:{target}:{polarity}" for kind, target, polarity in option.expresses)
        if effects.item:
            total += effects.item * _normal(profile.seed, "item", item, mark)
        if effects.cluster:
            total += effects.cluster * sum(_normal(profile.seed, "cluster", cluster, mark) for cluster in clusters)
        return total


def read_plain(raw: bytes, name: str) -> Reply:
    """Reads the small JSON that simulated and recorded respondents answer with."""
    try:
        data = json.loads(raw)
        first, scored = data.get("first_token"), data.get("continuations")
        return Reply(
            text=data["text"],
            finish=Finish(data.get("finish", "stop")),
            refusal=data.get("refusal"),
            filter_code=data.get("filter_code"),
            first_token=None if first is None else tuple((str(token), float(p)) for token, p in first),
            usage=Usage(int(data.get("tokens_in", 0)), int(data.get("tokens_out", 0))),
            served_model=data.get("served_model"),
            continuations=None if scored is None else tuple(float(p) for p in scored),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadAnswer(f"{name}: not an answer: {raw[:80]!r}") from error


@cache
def _ancestors(framework: str | None) -> Any:
    """A function from a value id to itself and everything above it (itself alone without a framework)."""
    if framework is None:
        return lambda target: (target,)
    from axiometer.frameworks import load_framework

    known = load_framework(framework)
    ids = {value.id for value in known.values}

    @cache
    def names(target: str) -> tuple[str, ...]:
        if target not in ids:
            return (target,)
        above: list[str] = []
        for parent in known.value(target).parents:
            above.extend(names(parent))
        return (target, *dict.fromkeys(above))

    return names


def _softmax(logits: Sequence[float]) -> list[float]:
    top = max(logits)
    weights = [math.exp(logit - top) for logit in logits]
    return [weight / sum(weights) for weight in weights]


def _with_distractor(probabilities: Sequence[float], options: Sequence[_Shown], rate: float) -> list[float]:
    """Gives the distractors together `rate`, the sides the rest."""
    distractors = [slot for slot, option in enumerate(options) if option.role == "distractor"]
    if not distractors or len(distractors) == len(options):
        return list(probabilities)
    sides = sum(p for slot, p in enumerate(probabilities) if slot not in distractors)
    return [
        rate / len(distractors) if slot in distractors else p / sides * (1 - rate)
        for slot, p in enumerate(probabilities)
    ]


def _draw(probabilities: Sequence[float], uniform: float) -> int:
    for slot, probability in enumerate(probabilities):
        if uniform < probability:
            return slot
        uniform -= probability
    return max(range(len(probabilities)), key=lambda slot: probabilities[slot])


def _normal(*parts: object) -> float:
    """A standard normal number that is a hash of `parts` (Box-Muller)."""
    first, second = uniform("a", *parts), uniform("b", *parts)
    return math.sqrt(-2 * math.log(1 - first)) * math.cos(2 * math.pi * second)
