"""The request of a step about a row: templates by language, the row as delimited material, one repair."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from axiometer.measure.asking.answers import CUT_OFF, WRONG_FORM, printable
from axiometer.measure.asking.languages import PROMPT_LANGUAGES, language_name, prompt_language
from axiometer.measure.parsing.thinking import without_thinking
from axiometer.models.protocols import Message, Reply, Request
from axiometer.prompts import Template, load_template
from axiometer.runtime.stages.rows import Rejected

WORDING = 1
_MARK_DIGITS = 8
_LONGEST_REPEATED = 2_000  # of an answer that could not be used, as much as a model needs to see what it did
_NOTHING = "…"  # services refuse an empty message
# A letter or a label that some models put before what was asked for; letters are given when a respondent is asked.
_LABEL = re.compile(
    r"\s*(?:[(（【\[]?[A-Ca-c][)）】\]]|[A-C]\s*[.:：、．](?=\s|[^\x00-\x7f])|"
    r"(?:option|side|scene|选项|做法|情境)\s*[A-Ca-c1-3]?\s*[:：])\s*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class MaterialPrompting:
    """How one step asks. `step` names its templates and stands in `Request.meta`, `form` shows the answer's form to the
    model, `schema` to the service."""

    step: str
    schema: Mapping[str, object]
    form: str
    max_tokens: int

    @property
    def fingerprint(self) -> dict[str, object]:
        """All that decides a request beside the row. JSON values."""
        used = {lang: (self._template(lang), repair_template(lang)) for lang in PROMPT_LANGUAGES}
        return {
            "prompts": {lang: [[each.id, each.hash] for each in templates] for lang, templates in used.items()},
            "schema": self.schema,
            "form": self.form,
            "max_tokens": self.max_tokens,
        }

    def request(self, lang: str, meta: Mapping[str, object], **fields: str | tuple[str, ...]) -> Request:
        """The request; `fields` are material (texts, or several of one kind), shown between marks that none of them
        holds."""
        words = prompt_language(lang)
        texts = [text for field in fields.values() for text in ((field,) if isinstance(field, str) else field)]
        content = self._template(words).render(
            form=self.form, language=language_name(lang, words), mark=mark_of("\n".join(texts)), **fields
        )
        meta = {"step": self.step, "lang": lang, "attempt": 0, **meta}
        return Request((Message("user", content),), schema=self.schema, max_tokens=self.max_tokens, meta=meta)

    def repair(self, lang: str, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return repair_request(lang, asked, reply, rejected, self.form)

    def _template(self, lang: str) -> Template:
        return load_template(self.step, lang, WORDING)


def plain(said: str) -> str:
    """What was said on one line, without a label or a letter before it and without white space too many."""
    line = " ".join(printable(said).split())
    label = _LABEL.match(line)
    return line if label is None else line[label.end() :]


def repair_request(lang: str, asked: Request, reply: Reply, rejected: Rejected, form: str) -> Request:
    """The request that asks once more: what was said so far, and what is wrong with the answer."""
    answer = printable(without_thinking(reply.text).answer).strip()[:_LONGEST_REPEATED] or _NOTHING
    words = repair_template(prompt_language(lang)).render(
        problem=rejected.problem.partition(": ")[0],
        field=rejected.problem.removeprefix(WRONG_FORM) if rejected.problem.startswith(WRONG_FORM) else "",
        detail=rejected.note or "",
        shorter=rejected.problem == CUT_OFF,
        form=form,
    )
    messages = (*asked.messages, Message("assistant", answer), Message("user", words))
    return replace(asked, messages=messages, meta=None if asked.meta is None else {**asked.meta, "attempt": 1})


def mark_of(text: str, digits: int = _MARK_DIGITS) -> str:
    """Hex digits that do not occur in `text`: the beginning of its hash, or of that hash's hash, and so on."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    folded = text.lower()
    while digest[:digits] in folded:
        digest = hashlib.sha256(digest.encode()).hexdigest()
    return digest[:digits]


def repair_template(lang: str) -> Template:
    return load_template("corpus-repair", lang, WORDING)
