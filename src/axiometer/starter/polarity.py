"""Sentences written for this project that endorse a value, oppose it, or only mention it, zh and en."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

STANCES: Final = ("endorse", "oppose", "mention")
LANGS: Final = ("zh", "en")
_Topics = dict[str, dict[str, dict[str, list[str]]]]


@dataclass(frozen=True, slots=True)
class StanceSentence:
    """A sentence and how it stands to what it is about. `topic`: a value of the framework, or a matter outside of it
    (where `held_out`, and in `load_further_sentences`); nothing is fitted to held-out sentences."""

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
    """Those about values and those held out, in the file's order. Raises `ValueError` where the file breaks its own
    format."""
    data = _read("polarity.yaml")
    found = tuple(_sentences(data["sentences"], held_out=False)) + tuple(_sentences(data["held_out"], held_out=True))
    return _checked(found, "polarity.yaml")


@cache
def load_further_sentences() -> tuple[StanceSentence, ...]:
    """Those about matters outside of the framework that the stance layer is fitted to as well."""
    return _checked(tuple(_sentences(_read("stances.yaml")["topics"], held_out=False)), "stances.yaml")


def _read(name: str) -> dict[str, _Topics]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, _Topics] = yaml.load(
        (files("axiometer.starter") / "data" / name).read_text(encoding="utf-8"), Loader=loader
    )
    return found


def _checked(found: tuple[StanceSentence, ...], name: str) -> tuple[StanceSentence, ...]:
    texts = [each.text for each in found]
    twice = {text for text, count in Counter(texts).items() if count > 1}
    if twice or not all(text.strip() == text and text for text in texts):
        raise ValueError(f"{name}: sentences stand twice or are empty: {sorted(twice)[:3]}")
    return found


def _sentences(topics: _Topics, *, held_out: bool) -> Iterator[StanceSentence]:
    for topic, langs in topics.items():
        if set(langs) != set(LANGS) or any(set(stances) != set(STANCES) for stances in langs.values()):
            raise ValueError(f"{topic} needs {LANGS}, each with {STANCES}")
        for lang, stances in langs.items():
            for stance, sentences in stances.items():
                for text in sentences:
                    yield StanceSentence(topic, lang, stance, text, held_out)
