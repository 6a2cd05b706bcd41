"""What pages say, in the reader's language; the English text is the key, as in `axiometer.messages`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import yaml

from axiometer.messages.catalogue import chinese
from axiometer.report.texts import Texts

LANGUAGES: Final = ("en", "zh")
_DATA = files("axiometer.web").joinpath("words")


@dataclass(frozen=True, slots=True)
class Words:
    """Says a text in `lang`, with its fields put in. A text without a translation stays English."""

    lang: str

    def __call__(self, text: str, /, **fields: object) -> str:
        wording = catalogue().get(text, text) if self.lang == "zh" else text
        return wording.format(**fields) if fields else wording

    def reason(self, why_not: str) -> str:
        """Why an analysis gives no number; its reasons hold counts, so they are no keys."""
        return Texts("zh" if self.lang == "zh" else "en").reason(why_not)


@lru_cache(maxsize=1)
def catalogue() -> dict[str, str]:
    """English text to Chinese text: that of the pages, then that of the command line."""
    return {**chinese(), **own_words()}


def own_words() -> dict[str, str]:
    """The entries of the pages alone, of all files in `words/`."""
    found: dict[str, str] = {}
    for entry in sorted(_DATA.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".yaml"):
            found |= yaml.safe_load(entry.read_text(encoding="utf-8")) or {}
    return found


def preferred(accepted: str) -> str:
    """The language of an `Accept-Language` header: zh where Chinese comes before English, else en."""
    weighed: list[tuple[float, str]] = []
    for part in accepted[:200].split(","):
        name, _, weight = part.partition(";q=")
        try:
            weighed.append((float(weight or 1), name.strip().lower()))
        except ValueError:
            continue
    for _, name in sorted(weighed, key=lambda pair: -pair[0]):
        for lang in LANGUAGES:
            if name.startswith(lang):
                return lang
    return "en"
