"""Counts of the words that people judge, demand, forbid, belittle and report with, by kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANGS: Final = ("zh", "en")
_CHINESE: Final = re.compile("[\u3400-\u9fff]")
_LATIN: Final = re.compile("[A-Za-z]")
_ENGLISH: Final = re.compile(
    r"\b(?:the|a|an|is|are|was|were|be|to|of|and|in|that|it|not|no|for|on|with|as|at|by|who|which|this|have|has|we|you|"
    r"they|i|should|will|can|if|do|does|what|all|there|their|our|my)\b",
    re.IGNORECASE,
)


@cache
def load_cues() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    """The pattern of each kind, by language; the kinds are the same, in the same order, in both."""
    import yaml

    content = (files("axiometer.expression.polarity") / "cues.yaml").read_text(encoding="utf-8")
    said: dict[str, dict[str, str]] = yaml.safe_load(content)
    found = {lang: {kind: re.compile(each, re.IGNORECASE) for kind, each in said[lang].items()} for lang in LANGS}
    if list(found["zh"]) != list(found["en"]):
        raise ValueError("cues.yaml: the kinds of both languages differ")
    return found


def kinds() -> tuple[str, ...]:
    """The kinds of words, in the order of their columns."""
    return tuple(load_cues()[LANGS[0]])


def language_of(text: str) -> str | None:
    """`zh` or `en` by a sentence's letters and its commonest words; None for any other, which the rules do not know."""
    chinese = len(_CHINESE.findall(text))
    latin = len(_LATIN.findall(text))
    if chinese * 3 >= latin and chinese:
        return "zh"
    return "en" if latin and _ENGLISH.search(text) else None


def cue_counts(texts: Sequence[str], langs: Sequence[str]) -> NDArray[np.float64]:
    """For each text ln(1 + n) of the words of each kind, and behind them whether there are any: (texts, 2 kinds)."""
    cues = load_cues()
    counted = [
        [len(pattern.findall(text)) for pattern in cues[lang].values()] for text, lang in zip(texts, langs, strict=True)
    ]
    counts = np.array(counted, dtype=np.float64).reshape(len(texts), len(kinds()))
    return np.hstack([np.log1p(counts), counts > 0])
