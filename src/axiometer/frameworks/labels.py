"""How labels are compared: published data write the same value in many ways."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_IGNORED = {"Cc", "Cf"}  # control and format characters: line ends, zero-width spaces, byte order marks


def normalise(label: str) -> str:
    """`label` without what people vary: case, width (NFKC), white space, hyphens and other punctuation.

    `Rule of Law`, `rule-of-law` and `ＲＵＬＥ＿ＯＦ＿ＬＡＷ` become `ruleoflaw`. A normalised label is left as it is.
    """
    folded = _fold(label)
    # Folding once is enough for all but a handful of characters whose lower case decomposes further.
    while (again := _fold(folded)) != folded:
        folded = again
    return folded


def _fold(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(character for character in lowered if not _is_ignored(unicodedata.category(character)))
    return unicodedata.normalize("NFKC", kept)


def _is_ignored(category: str) -> bool:
    return category[0] in "ZP" or category in _IGNORED


def nearest(label: str, candidates: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """Up to `n` of `candidates` that look most like `label`, best first (compared as normalised labels)."""
    by_label: dict[str, str] = {}
    for candidate in candidates:
        by_label.setdefault(normalise(candidate), candidate)
    # Chinese names have two to four characters: one shared of two is a near miss, hence the low cutoff.
    matches = get_close_matches(normalise(label), list(by_label), n=n, cutoff=0.5)
    return tuple(by_label[match] for match in matches)


def did_you_mean(label: str, candidates: Iterable[str]) -> str | None:
    """`did you mean 'a' or 'b'?`, or None where nothing is near."""
    found = nearest(label, candidates)
    if not found:
        return None
    return "did you mean " + " or ".join(repr(candidate) for candidate in found) + "?"
