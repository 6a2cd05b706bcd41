"""`sim/rulewriter`: a simulated model that plays the model of every step of a corpus, with what it does planted.

What is planted for a text or a rule is said by the pure functions of `writer_planted` (`planted`, `planted_rule`), what
must come out of each step by `writer_account.expected`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from axiometer.models import writer_answers as answers
from axiometer.models import writer_conflicts as conflicts
from axiometer.models import writer_dilemmas as dilemmas
from axiometer.models import writer_extraction as extraction
from axiometer.models import writer_maps as maps
from axiometer.models import writer_relations as relations
from axiometer.models import writer_scenes as scenes
from axiometer.models import writer_topics as topics
from axiometer.models import writer_translation as translation
from axiometer.models import writer_triples as triples
from axiometer.models import writer_words as words_of
from axiometer.models.draws import uniform
from axiometer.models.protocols import BadRequest, Finish, Reply, Request
from axiometer.models.simulated import read_plain
from axiometer.models.writer_account import Expected, expected
from axiometer.models.writer_planted import (
    Form,
    PlantedCall,
    PlantedRule,
    PlantedText,
    obeys_at,
    planted,
    planted_call,
    planted_rule,
    touches_value,
    wordings,
)
from axiometer.models.writer_profile import Labels, Malformed, Step, WriterProfile, load_writer

__all__ = [
    "Expected",
    "Form",
    "Labels",
    "Malformed",
    "PlantedCall",
    "PlantedRule",
    "PlantedText",
    "SimulatedWriter",
    "Step",
    "WriterProfile",
    "expected",
    "load_writer",
    "planted",
    "planted_call",
    "planted_rule",
]

VERSION = 1  # of words and draws: part of the identity, so that a journal never mixes two
_STEPS = {str(step): step for step in Step}
_IN_COMPACT = frozenset((Step.SCREEN, Step.WRITE, Step.CLASSIFY, Step.COMPACT))
_FINISHES = {Form.CUT: Finish.LENGTH, Form.FILTERED: Finish.FILTER}
_IN_FIELD = 0.5  # of the refusals; the others are told in words


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request's meta says."""

    step: Step
    source: str
    text: str
    lang: str
    framework: str
    canary: str | None
    attempt: int


@dataclass(slots=True)
class SimulatedWriter:
    """A `ChatModel` without a model."""

    profile: WriterProfile
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
        return {"provider": "sim", "writer": VERSION, "profile": self._planted}

    async def send(self, request: Request) -> bytes:
        """Answers what `request.meta` describes: `step`, `id` and `source` of the row, its `lang` and `text`, the
        `framework`, a `canary` where the text holds one, `compact` and `attempt` (1 where an answer is asked again).
        In the step `conflict` it is asked about two rules (`writer_conflicts.answer`), in the steps of a dilemma about
        a scene for them (`writer_dilemmas.answer`), in `scene-write` for scenes (`writer_scenes.answer`), in those of
        `writer_translation.answer` for an item in another language, in `map-options` which option fits which rule
        (`writer_maps.answer`)."""
        said = self._beyond_corpus(request)
        if said is not None:
            return _raw(request, said, {})
        asked = self._asked(request.meta)
        if asked.step in (Step.SCREEN, Step.WRITE, Step.COMPACT):
            text, call = self._about_text(asked, request)
        else:
            text, call = self._about_rule(asked, request)
        reply: dict[str, object] = {}
        if call.form in _FINISHES:
            reply["finish"] = str(_FINISHES[call.form])
        if call.form is Form.FILTERED:
            reply["filter_code"] = "simulated"
        if call.form is Form.REFUSED and _in_field(self.profile, asked):
            reply["refusal"], reply["text"] = text, ""
        return _raw(request, text, reply)

    def _beyond_corpus(self, request: Request) -> str | None:
        """The answer in a step that is none of a corpus."""
        step, profile = None if request.meta is None else request.meta.get("step"), self.profile
        if step == conflicts.STEP:
            return conflicts.answer(profile.conflicts, profile.seed, request)
        if step in dilemmas.STEPS:
            return dilemmas.answer(profile.dilemmas, profile.seed, request)
        if step == scenes.STEP:
            return scenes.answer(profile.scenes, profile.seed, request)
        if step in translation.STEPS:
            return translation.answer(profile.translations, profile.seed, request)
        if step == maps.STEP:
            return maps.answer(profile.maps, profile.seed, request)
        if step in triples.STEPS:
            return triples.answer(profile.triples, profile.seed, request)
        if step in topics.STEPS:
            return topics.answer(profile.subjects, profile.seed, request)
        if step == relations.STEP:
            return relations.answer(profile.relations, profile.seed, request)
        if step in extraction.STEPS:
            return extraction.answer(profile.extraction, profile.seed, request)
        return None

    def read(self, raw: bytes) -> Reply:
        return read_plain(raw, self.name)

    async def close(self) -> None:
        return

    def _asked(self, meta: Mapping[str, object] | None) -> _Asked:
        step = None if meta is None else _STEPS.get(str(meta.get("step")))
        if meta is None or step is None:
            raise BadRequest(f"{self.name} answers only the steps of a corpus")
        canary = meta.get("canary")
        return _Asked(
            step=Step.COMPACT if meta.get("compact") and step in _IN_COMPACT else step,
            source=str(meta.get("source") or meta.get("id")),
            text=str(meta.get("text", "")),
            lang=str(meta.get("lang") or "en"),
            framework=str(meta.get("framework") or words_of.HOME),
            canary=None if canary is None else str(canary),
            attempt=int(str(meta.get("attempt") or 0)),
        )

    def _about_text(self, asked: _Asked, request: Request) -> tuple[str, PlantedCall]:
        profile, step, source, canary = self.profile, asked.step, asked.source, asked.canary
        obeys = obeys_at(profile, source, canary)
        touches = touches_value(profile, source, canary=canary)
        call = _now(planted_call(profile, step, source, obeys=obeys), asked.attempt)
        answer = answers.screened(touches, source, lang=asked.lang, obeyed=canary if obeys else None)
        wording = {"lang": asked.lang, "framework": asked.framework}
        if step is Step.WRITE:
            answer = answers.written(wordings(profile, source, canary=canary, **wording))
        elif step is Step.COMPACT:
            rules = wordings(profile, source, canary=canary, **wording) if touches else ()
            allowed = answers.allowed_values(request.schema)
            answer = answers.compact(profile, source, answer, rules, allowed=allowed, form=call.form, **wording)
        return answers.dressed(answer, step, call.form, asked.lang), call

    def _about_rule(self, asked: _Asked, request: Request) -> tuple[str, PlantedCall]:
        words = words_of.shortened(asked.text, words_of.language(asked.lang)) or asked.text
        call = _now(planted_call(self.profile, asked.step, asked.source, words), asked.attempt)
        answer = answers.about_rule(
            self.profile,
            asked.step,
            asked.source,
            asked.text,
            lang=asked.lang,
            framework=asked.framework,
            allowed=answers.allowed_values(request.schema),
            form=call.form,
        )
        return answers.dressed(answer, asked.step, call.form, asked.lang), call


def _raw(request: Request, text: str, more: Mapping[str, object]) -> bytes:
    length = sum(len(message.content) for message in request.messages)
    reply = {"text": text, "tokens_in": length // 3, "tokens_out": max(1, len(text) // 3), **more}
    return json.dumps(reply, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _now(call: PlantedCall, attempt: int) -> PlantedCall:
    """The call at this attempt: a malformed answer that is mended is plain when asked again."""
    return PlantedCall(call.step, Form.PLAIN) if attempt and call.mended else call


def _in_field(profile: WriterProfile, asked: _Asked) -> bool:
    """Whether a refusal stands in the reply's own field instead of the text: half of them do."""
    return uniform(profile.seed, "refusal", str(asked.step), asked.source, asked.text) < _IN_FIELD
