"""Sentences written for this project that endorse a value, oppose it, or only mention it, zh and en."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

STANCES: Final = ("endorse", "oppose", "mention")
LANGS: Final = ("zh", "en")


@dataclass(frozen=True, slots=True)
class StanceSentence:
    """A sentence and how it stands to what it is about. `topic`: a value of the framework, or, where `held_out`, a
    matter outside of it; nothing is fitted to held-out sentences."""

    topic: str
    lang: str
    stance: str
    text: str
    held_out: bool

    @property
    def group(self) -> str:
        """Sentences of one topic and language stand together when chance is reckoned."""
        return f"{self.topic}/{self.lang}"


@cache
def load_stance_sentences() -> tuple[StanceSentence, ...]:
    """All sentences, in the file's order. Raises `ValueError` where the file breaks its own format."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = (files("axiometer.starter") / "data" / "polarity.yaml").read_text(encoding="utf-8")
    data = yaml.load(content, Loader=loader)
    found = tuple(_sentences(data["sentences"], held_out=False)) + tuple(_sentences(data["held_out"], held_out=True))
    texts = [each.text for each in found]
    twice = {text for text in texts if texts.count(text) > 1}
    if twice or not all(text.strip() == text and text for text in texts):
        raise ValueError(f"polarity.yaml: sentences stand twice or are empty: {sorted(twice)[:3]}")
    return found


def _sentences(topics: dict[str, dict[str, dict[str, list[str]]]], *, held_out: bool) -> Iterator[StanceSentence]:
    for topic, langs in topics.items():
        if set(langs) != set(LANGS) or any(set(stances) != set(STANCES) for stances in langs.values()):
            raise ValueError(f"polarity.yaml: {topic} needs {LANGS}, each with {STANCES}")
        for lang, stances in langs.items():
            for stance, sentences in stances.items():
                for text in sentences:
                    yield StanceSentence(topic, lang, stance, text, held_out)
