"""The request of a step about a row: what never changes first, then the row's text as delimited data, a reminder last.

Providers keep the beginning of prompts that they have seen, so what is the same for all rows stands first. The text
stands between two lines whose mark is a hash of the text, so no text can close it, and is never read as a template.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from axiometer.build.corpus.steps.answers import CUT_OFF, WRONG_FORM, printable
from axiometer.build.corpus.steps.framework_text import framework_name
from axiometer.build.corpus.steps.languages import PROMPT_LANGUAGES, language_name, prompt_language
from axiometer.frameworks import Framework
from axiometer.frameworks.labels import normalise
from axiometer.measure.parsing.thinking import without_thinking
from axiometer.models.protocols import Message, Reply, Request
from axiometer.prompts import Template, load_template
from axiometer.records.corpus_rows import Rule, Text
from axiometer.runtime.stages.rows import Rejected

_WORDING = 1
_MARK_DIGITS = 8
_LONGEST_REPEATED = 2_000  # of an answer that could not be used, as much as a model needs to see what it did
_NOTHING = "…"  # services refuse an empty message


@dataclass(frozen=True, slots=True)
class Prompting:
    """How one step asks. `step` names its templates (`corpus-<step>`) and stands in `Request.meta`; `form` shows the
    answer's form to the model, `schema` to the service; `max_tokens` is what an answer may take."""

    step: str
    framework: Framework
    schema: Mapping[str, object]
    form: str
    max_tokens: int

    @property
    def fingerprint(self) -> dict[str, object]:
        """All that decides a request beside the row. JSON values."""
        used = {lang: (self._template(lang), _repair_template(lang)) for lang in PROMPT_LANGUAGES}
        return {
            "prompts": {lang: [[each.id, each.hash] for each in templates] for lang, templates in used.items()},
            "framework": [self.framework.id, self.framework.fingerprint],
            "schema": self.schema,
            "form": self.form,
            "max_tokens": self.max_tokens,
        }

    def own_words(self, lang: str) -> str:
        """The instructions for rows in `lang`, normalised: a rule that stands among them was not thought of.

        Definitions are none of them: a rule may well say what a value means.
        """
        return _normalised(self._template(prompt_language(lang)).source)

    def request(self, row: Text | Rule, **fields: object) -> Request:
        """The request about `row`; `fields` are those that this step's templates ask for beside the common ones."""
        lang = prompt_language(row.lang)
        content = self._template(lang).render(
            framework=framework_name(self.framework, lang),
            form=self.form,
            language=language_name(row.lang, lang),
            mark=mark_of(row.text),
            text=row.text,
            **fields,
        )
        return Request(
            messages=(Message("user", content),),
            schema=self.schema,
            max_tokens=self.max_tokens,
            meta=self._meta(row),
        )

    def repair(self, row: Text | Rule, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        """What was said so far, and what is wrong with the answer."""
        answer = printable(without_thinking(reply.text).answer).strip()[:_LONGEST_REPEATED] or _NOTHING
        words = _repair_template(prompt_language(row.lang)).render(
            problem=rejected.problem.partition(": ")[0],
            field=rejected.problem.removeprefix(WRONG_FORM) if rejected.problem.startswith(WRONG_FORM) else "",
            detail=rejected.note or "",
            shorter=rejected.problem == CUT_OFF,
            form=self.form,
        )
        messages = (*asked.messages, Message("assistant", answer), Message("user", words))
        meta = None if asked.meta is None else {**asked.meta, "attempt": 1}
        return replace(asked, messages=messages, meta=meta)

    def _template(self, lang: str) -> Template:
        return load_template(f"corpus-{self.step}", lang, _WORDING)

    def _meta(self, row: Text | Rule) -> dict[str, object]:
        """For simulated models alone."""
        return {
            "step": self.step,
            "id": row.id,
            "source": (row.text_id or row.id) if isinstance(row, Rule) else row.id,
            "text": row.text,
            "lang": row.lang,
            "framework": self.framework.id,
            "values": list(row.values) if isinstance(row, Rule) else [],
            "canary": row.meta.get("canary"),
            "compact": self.step == "compact",
            "attempt": 0,
        }


def mark_of(text: str, digits: int = _MARK_DIGITS) -> str:
    """Hex digits that do not occur in `text`: the beginning of its hash, or of that hash's hash, and so on."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    folded = text.lower()
    while digest[:digits] in folded:
        digest = hashlib.sha256(digest.encode()).hexdigest()
    return digest[:digits]


@lru_cache(maxsize=64)
def _normalised(source: str) -> str:
    return normalise(source)


def _repair_template(lang: str) -> Template:
    return load_template("corpus-repair", lang, _WORDING)
