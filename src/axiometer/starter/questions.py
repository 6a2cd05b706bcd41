"""Open questions written for this project, zh and en side by side: what is measured is which values answers express."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

GENERAL: Final = "general"
FRAMEWORK: Final = "core-socialist-values"


@dataclass(frozen=True, slots=True)
class StarterQuestion:
    """One question in both languages. `about`: the value that it gives room to (not one that an answer should express),
    or `GENERAL`."""

    id: str
    about: str
    zh: str
    en: str

    def text(self, lang: str) -> str:
        """The question in `zh` or `en`."""
        return {"zh": self.zh, "en": self.en}[lang]


@cache
def load_questions() -> tuple[StarterQuestion, ...]:
    """All questions, in the file's order. Raises `ValueError` where the file breaks its own format."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = (files("axiometer.starter") / "data" / "questions.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(content, Loader=loader)
    if data["framework"] != FRAMEWORK:
        raise ValueError(f"questions.yaml: the framework is {data['framework']!r}, not {FRAMEWORK!r}")
    found = tuple(StarterQuestion(**entry) for entry in data["questions"])
    texts = [text for each in found for text in (each.id, each.zh, each.en)]
    if len(set(texts)) != len(texts) or not all(text.strip() == text and text for text in texts):
        raise ValueError("questions.yaml: something stands twice or is empty")
    return found
