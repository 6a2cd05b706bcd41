"""The words and number formats of a report, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from axiometer.errors import InputError

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
FOLDER = Path(__file__).parent / "texts"


@cache
def catalogue(lang: Language) -> Mapping[str, object]:
    """The nested texts of one language, as written in `texts/<lang>.yaml`."""
    loaded: Mapping[str, object] = yaml.safe_load((FOLDER / f"{lang}.yaml").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True, slots=True)
class Texts:
    """`texts("profile.title")` gives a text; fields in braces are filled; `one`/`other` follow the field `n`."""

    lang: Language

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            raise InputError(f"no report texts in language {self.lang!r}", mend=f"one of {', '.join(LANGUAGES)}")

    def __call__(self, key: str, /, **fields: object) -> str:
        entry = self._find(key)
        if isinstance(entry, Mapping) and set(entry) == {"one", "other"}:
            entry = entry["one" if fields.get("n") == 1 else "other"]
        if not isinstance(entry, str):
            raise KeyError(key)
        written = {name: self.count(value) if isinstance(value, int) else value for name, value in fields.items()}
        return entry.format(**written) if fields else entry

    def pattern(self, key: str) -> str:
        """A text with its braces left in."""
        return self(key)

    def block(self, key: str) -> object:
        """A list or mapping of texts, as it stands in the catalogue."""
        entry = self._find(key)
        if entry is None:
            raise KeyError(key)
        return entry

    def named(self, group: str, name: str) -> str:
        """The text `group.name`, or the name itself where the catalogue does not know it (new codes, user's names)."""
        entries = self._find(group)
        found = entries.get(name) if isinstance(entries, Mapping) else None
        return str(found) if found is not None else name

    def _find(self, key: str) -> object:
        entry: object = catalogue(self.lang)
        for part in key.split("."):
            entry = entry.get(part) if isinstance(entry, Mapping) else None
        return entry

    def reason(self, why_not: str | None) -> str:
        """A `why_not` of the analysis in the reader's language; numbers inside it are kept."""
        if not why_not:
            return self("reasons.none")
        known = self._find("reasons.known")
        return _translated(why_not, known if isinstance(known, Mapping) else {})

    def general_reason(self, why_not: str | None) -> str:
        """As `reason`, without the numbers of the single case: for notes on many cases together."""
        general = self._find("reasons.general")
        said = _translated(why_not or "", general if isinstance(general, Mapping) else {})
        return said if said != (why_not or "") else self.reason(why_not)

    def count(self, value: int) -> str:
        return f"{value:,}"

    def percent(self, share: float | None, digits: int = 0) -> str:
        """`0.624` as `62%`; shares that would round to 0 or 100 but are not keep a digit."""
        if share is None:
            return "–"
        whole = 100 * share
        if digits == 0 and (0 < whole < 1 or 99 < whole < 100):
            digits = 1
        return f"{whole:.{digits}f}%".replace("-", "−")

    def points(self, difference: float | None) -> str:
        """`-0.12` as `−12`, for differences in percentage points."""
        if difference is None:
            return "–"
        return f"{100 * difference:+.0f}".replace("-", "−").replace("+0", "0").replace("−0", "0")

    def interval(self, low: float | None, high: float | None) -> str:
        """`55–69%`, or empty where there is no interval."""
        if low is None or high is None:
            return ""
        return f"{100 * low:.0f}–{100 * high:.0f}%".replace("-", "−")

    def point_interval(self, low: float | None, high: float | None) -> str:
        if low is None or high is None:
            return ""
        return self("number.from_to", low=self.points(low), high=self.points(high))

    def decimal(self, value: float | None, digits: int = 2) -> str:
        if value is None:
            return "–"
        return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")

    def probability(self, p: float | None) -> str:
        if p is None:
            return "–"
        return "< 0.001" if p < 0.001 else f"{p:.3f}"

    def listing(self, parts: Sequence[str]) -> str:
        """`a, b and c`."""
        if len(parts) < 2:
            return "".join(parts)
        return self("number.comma").join(parts[:-1]) + self("number.and") + parts[-1]


def _translated(reason: str, known: Mapping[str, str]) -> str:
    """`reason` by the first pattern that fits: keys are regular expressions, values their translation with groups."""
    for pattern, translation in known.items():
        found = re.fullmatch(pattern, reason)
        if found:
            return found.expand(translation)
    return reason
