"""The request of a step about a row: what never changes first, then the row's text as delimited data, a reminder last.

Providers keep the beginning of prompts that they have seen, so what is the same for all rows stands first. The text
stands between two lines whose mark is a hash of the text, so no text can close it, and is never read as a template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from axiometer.build.corpus.steps.framework_text import framework_name
from axiometer.frameworks import Framework
from axiometer.frameworks.labels import normalise
from axiometer.measure.asking.languages import PROMPT_LANGUAGES, language_name, prompt_language
from axiometer.measure.asking.prompting import WORDING, mark_of, repair_request, repair_template
from axiometer.models.protocols import Message, Reply, Request
from axiometer.prompts import Template, load_template
from axiometer.records.corpus_rows import Rule, Text
from axiometer.runtime.stages.rows import Rejected


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
        used = {lang: (self._template(lang), repair_template(lang)) for lang in PROMPT_LANGUAGES}
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
        """Asks once more: what was said so far, and what is wrong with the answer."""
        return repair_request(row.lang, asked, reply, rejected, self.form)

    def _template(self, lang: str) -> Template:
        return load_template(f"corpus-{self.step}", lang, WORDING)

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


@lru_cache(maxsize=64)
def _normalised(source: str) -> str:
    return normalise(source)
