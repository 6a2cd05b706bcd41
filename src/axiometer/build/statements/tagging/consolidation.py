"""Tags that mean the same made one: first by their form, then by their vectors."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from axiometer.build.work.search import Search

_BETWEEN = re.compile(r"[\s\-_/–—·・]+")
_EDGE: Final = " .,;:!?#\"'()[]«»“”‘’。，、；：！？（）《》「」"
_LONG_ENOUGH: Final = 4  # shorter words end in s by themselves: bus, gas, news is four


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a tag: `name` is the tag or topic that it was merged into (itself, if into none), `cosine` with it
    (1 where the form alone decided)."""

    name: str
    cosine: float


def fold(tag: str, lang: str) -> str:
    """The form by which tags are compared: case, width, hyphens and, in English and French, the plural do not count."""
    words = [word for word in _BETWEEN.split(unicodedata.normalize("NFKC", tag).casefold().strip(_EDGE)) if word]
    base = lang.lower().split("-")[0]
    if base == "zh":
        return "".join(words)
    return " ".join(_singular(word, base) for word in words)


def consolidate(
    counts: Mapping[str, int], topics: Sequence[str], lang: str, alike: float, search: Search
) -> dict[str, Merged]:
    """What each tag is merged into. counts: texts by tag as it was given; topics: names that stay and come first.

    Tags of one folded form are one; its name is the form that most texts have. Those are then compared by the cosine of
    their vectors, topics first, then by how many texts have them: a tag goes into the first one before it that it is
    alike (never through a chain, see `similarity.duplicates.keep_best`).
    """
    named = dict(_names(counts, lang))
    for topic in reversed(topics):
        named[fold(topic, lang)] = topic
    sizes = Counter[str]()
    for tag, count in counts.items():
        sizes[fold(tag, lang)] += count
    fixed = list(dict.fromkeys(fold(topic, lang) for topic in topics))
    others = sorted((form for form in named if form not in set(fixed)), key=lambda form: (-sizes[form], form))
    forms = [form for form in (*fixed, *others) if form]
    into = _merged([named[form] for form in forms], len(fixed), alike, search)
    of_form = {form: Merged(named[forms[other]], cosine) for form, (other, cosine) in zip(forms, into, strict=True)}
    return {tag: of_form[fold(tag, lang)] for tag in counts if fold(tag, lang)}


def _names(counts: Mapping[str, int], lang: str) -> list[tuple[str, str]]:
    """Folded form and the tag of that form that most texts have."""
    best = sorted(counts, key=lambda tag: (counts[tag], [-ord(letter) for letter in tag]))
    return [(fold(tag, lang), tag) for tag in best]  # the last of a form stays


def _merged(names: Sequence[str], fixed: int, alike: float, search: Search) -> list[tuple[int, float]]:
    """For every name the place of the one that it goes into, and the cosine with it."""
    import numpy as np

    from axiometer.similarity.duplicates import keep_best
    from axiometer.similarity.kernel import pairs_above

    if len(names) < 2:
        return [(place, 1.0) for place in range(len(names))]
    pairs = pairs_above(search.vectors(names), alike)
    order = np.arange(len(names))
    kept = keep_best(len(names), pairs, order, order < fixed)
    return [
        (place, 1.0) if by < 0 else (int(by), round(float(cosine), 4))
        for place, (by, cosine) in enumerate(zip(kept.kept_by.tolist(), kept.similarity.tolist(), strict=True))
    ]


def _singular(word: str, lang: str) -> str:
    """The word without an ending that is a plural's as a rule. Wrong ones do no harm: both forms become one."""
    if len(word) <= _LONG_ENOUGH or lang not in ("en", "fr"):
        return word
    if lang == "en" and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ss", "us", "is")):
        return word
    if lang == "fr" and word.endswith("aux"):
        return word[:-3] + "al"
    return word[:-1] if word.endswith("s") or (lang == "fr" and word.endswith("x")) else word
