"""The one place that turns a presentation into a request."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from axiometer.errors import Refused
from axiometer.measure.design import BARE_TOKENS, FREE_TOKENS, LETTERS, Design, Presentation, sides_of
from axiometer.models.protocols import ChatModel, Message, Request
from axiometer.prompts import Template, load_template, wordings
from axiometer.records.rows import ItemKind, Mode

TOP_LOGPROBS = 20
_WORDLESS = "en"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A request with what the answers table keeps about its prompt."""

    request: Request
    letters: tuple[str, ...]
    wording: str
    prompt_hash: str


@dataclass(frozen=True, slots=True)
class Steering:
    """A system prompt per language of the items, and the ids of the values that it asks to hold dear (the one it names
    and all below it). Used by `axiometer validate`; it comes after the respondent's own system prompt."""

    values: tuple[str, ...]
    prompts: Mapping[str, str]


@dataclass(slots=True)
class Renderer:
    """Renders presentations for one respondent."""

    design: Design
    model: ChatModel
    occasion: str | None = None
    steering: Steering | None = None
    _templates: dict[tuple[str, str, int], Template] = field(default_factory=dict)

    def render(self, presentation: Presentation) -> Rendered:
        item = presentation.item
        step = self._step(presentation)
        template = self._template(step, item.lang, presentation.wording)
        letters = tuple(LETTERS[: len(presentation.order)])
        texts = [item.options[index].text for index in presentation.order]
        if self._asks_freely:
            prompt = template.render(prompt=item.prompt)
        elif self.design.mode is Mode.AGREE:
            prompt = template.render(prompt=item.prompt, option=texts[0])
        else:
            prompt = template.render(prompt=item.prompt, options=list(zip(letters, texts, strict=True)))
        messages: tuple[Message, ...] = (Message("user", prompt),)
        if self.steering is not None:
            messages = (Message("system", self.steering.prompts[item.lang]), *messages)
        logprob, likelihood = self.design.mode is Mode.LOGPROB, self.design.mode is Mode.LIKELIHOOD
        request = Request(
            messages=messages,
            top_logprobs=TOP_LOGPROBS if logprob else None,
            max_tokens=1 if logprob else self._free_tokens(),
            repeat=presentation.repeat,
            occasion=self.occasion,
            meta=self._meta(presentation, template, letters) if self.model.wants_meta else None,
            continuations=tuple(texts) if likelihood else None,
        )
        shown = "\n\n".join(message.content for message in messages)
        digest = hashlib.sha256(shown.encode()).hexdigest()[:32]
        return Rendered(request, letters, template.id, digest)

    def templates(self, langs: Sequence[str], kinds: Iterable[str] = ()) -> list[Template]:
        """Every template that a run with items of these languages and kinds uses. Raises `Refused` where a language or
        a wording is missing."""
        steps = [self._choice_step()]
        if self.design.mode is Mode.AGREE:
            steps = ["agree", "agree-negated"]
        elif self._asks_freely:
            steps = sorted({self._free_step(kind) for kind in kinds})
        return [
            self._template(step, lang, number)
            for step in steps
            for lang in langs
            for number in range(1, self.design.wordings + 1)
        ]

    @property
    def _asks_freely(self) -> bool:
        """Whether the prompt is the question without its options."""
        return self.design.is_free or self.design.mode is Mode.LIKELIHOOD

    def _step(self, presentation: Presentation) -> str:
        if self._asks_freely:
            return self._free_step(presentation.item.kind)
        if self.design.mode is Mode.AGREE:
            return "agree-negated" if presentation.negated else "agree"
        return self._choice_step()

    def _choice_step(self) -> str:
        return "continuation" if self.model.continues else "choice"

    def _free_step(self, kind: str) -> str:
        """A question asks for a view and a dilemma for what should be done; an open prompt is put as it stands, and so
        is every prompt in mode `free`."""
        if self.model.continues:
            return "free-continuation"
        if self.design.mode is Mode.FREE:
            return "free-bare"
        return {ItemKind.STATEMENT: "free-answer", ItemKind.OPEN: "free-bare"}.get(ItemKind(kind), "free-open")

    def _free_tokens(self) -> int | None:
        """What a free answer may have; None in other modes (the respondent's own)."""
        if not self.design.is_free or self.design.free_tokens is not None:
            return self.design.free_tokens if self.design.is_free else None
        sampling = self.model.identity.get("sampling")
        allowed = int(sampling.get("max_tokens") or 0) if isinstance(sampling, Mapping) else 0
        return max(BARE_TOKENS if self.design.mode is Mode.FREE else FREE_TOKENS, allowed)

    def _template(self, step: str, lang: str, number: int) -> Template:
        asked = (step, lang, number)
        template = self._templates.get(asked)
        if template is None:
            known = wordings(step, lang)
            if not known and step == "free-bare":  # it has no words of its own
                lang, known = _WORDLESS, wordings(step, _WORDLESS)
            if not known:
                raise Refused("there are no prompts in language {lang!r} (have zh, en, fr, de)", lang=lang)
            if number > len(known):
                raise Refused(
                    "--wordings {wanted}: there are {n} wordings of {step!r} in {lang!r}",
                    wanted=self.design.wordings,
                    n=len(known),
                    step=step,
                    lang=lang,
                )
            template = load_template(step, lang, number)
            self._templates[asked] = template
        return template

    def _meta(self, presentation: Presentation, template: Template, letters: Sequence[str]) -> Mapping[str, object]:
        """What a simulated respondent answers from. A free answer is drawn from the sides, in the item's own order."""
        item = presentation.item
        order = sides_of(item) if self.design.is_judged else list(presentation.order)
        texts = [item.options[index].text for index in order]
        meta: dict[str, object] = {
            "mode": str(self.design.mode),
            "lang": item.lang,
            "item": item.id,
            "parallel": item.parallel_id,
            "wording": template.id,
            "order": order,
            "letters": list(letters),
            "texts": texts,
            "clusters": list(item.clusters),
            "negated": presentation.negated,
            "options": [
                {
                    "role": str(item.options[index].role),
                    "expresses": [[str(e.kind), e.target, e.polarity] for e in item.options[index].expresses],
                }
                for index in order
            ],
        }
        if self.steering is not None:
            meta["steered"] = list(self.steering.values)
        return meta
