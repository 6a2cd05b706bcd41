"""The style of a side, apart from what it is about: how long it is, how often it denies, hedges, stresses, pauses.

What a classifier can tell a statement from its reverse by, if it sees nothing else (`blind`).
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from axiometer.build.statements.triples.filters import units
from axiometer.build.statements.triples.words import KINDS, base_language, words_of
from axiometer.build.translation.wording import spoken

_COMMA = re.compile("[,，、]")
_PAUSE = re.compile("[;:；：—–-]|（|[(]")
_QUOTE = re.compile('["“”„«»「」『』]')
_LOUD = re.compile("[!?！？]")
_DIGIT = re.compile(r"\d")
_CAPITAL = re.compile(r"(?<=\s)[^\W\d_a-zà-ÿ]\w*")
_HALF: Final = 0.5

FEATURES: Final = (
    *(
        "letters",
        "words",
        "letters per word",
        "commas",
        "pauses",
        "quotation marks",
        "loud marks",
        "digits",
        "capitals",
    ),
    *KINDS,
    "denials in the first half",
    "begins with a denial",
)
"""What is counted, in this order."""


def features(text: str, lang: str) -> NDArray[np.float64]:
    """The counts of `FEATURES` in a text; those of words are 0 where the language has no lists."""
    words = units(text)
    letters = float(spoken(text))
    counts = [letters, len(words), letters / max(1, len(words))]
    counts += [len(pattern.findall(text)) for pattern in (_COMMA, _PAUSE, _QUOTE, _LOUD, _DIGIT)]
    counts.append(0 if base_language(lang) == "de" else len(_CAPITAL.findall(text)))
    known = words_of(lang)
    if known is None:
        counts += [0.0] * (len(KINDS) + 2)
    else:
        counts += [known.count(kind, text) for kind in KINDS]
        first = known.kinds["denials"].search(text)
        counts.append(known.count("denials", text[: int(len(text) * _HALF)]))
        counts.append(float(first is not None and first.start() == 0))
    return np.asarray(counts, dtype=np.float64)
