"""Free answers written for this project with our label of each, to screen judges: package data, four languages.

A file `data/judged/<lang>.yaml` holds questions, each with a statement (`s`), its reverse (`rs`) and answers of a kind.
They are easier than what models say and no sample of anything: an error rate measured on them is not a run's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

LANGUAGES: Final = ("zh", "en", "fr", "de")
KINDS: Final = ("clear", "hedged", "negated", "ironic", "both", "undecided", "refused", "off-topic")
LABELS: Final = ("s", "rs", "both", "neither", "refused")


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """A free answer, what kind it is of, and which of `LABELS` it deserves."""

    text: str
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question with a statement, its reverse, and free answers."""

    id: str
    lang: str
    question: str
    s: str
    rs: str
    answers: tuple[LabelledAnswer, ...]


@cache
def load_judged(lang: str) -> tuple[JudgedQuestion, ...]:
    """The questions in one of `LANGUAGES`."""
    import yaml

    source = files("axiometer.starter") / "data" / "judged" / f"{lang}.yaml"
    content: Mapping[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return tuple(_question(entry, lang) for entry in content["questions"])


def _question(entry: Mapping[str, Any], lang: str) -> JudgedQuestion:
    answers = tuple(
        LabelledAnswer(str(text).strip(), kind, label)
        for kind, label, text in (tuple(each) for each in entry["answers"])
    )
    for answer in answers:
        assert answer.kind in KINDS and answer.label in LABELS, f"{entry['id']}: {answer}"
    return JudgedQuestion(entry["id"], lang, entry["question"], entry["s"], entry["rs"], answers)
