"""Numbers and names of a card in its reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from axiometer.build.corpus.card.shares import Share
from axiometer.messages.catalogue import chinese


@cache
def _texts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    loaded: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.safe_load(
        Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    )
    return loaded


@dataclass(frozen=True, slots=True)
class Words:
    """`lang` is `en` or `zh`."""

    lang: str

    def __call__(self, group: str, key: str | None) -> str:
        """The word for `key`; the key itself where it is not a word of ours (a user's name, a new reason)."""
        found = _texts()[self.lang].get(group, {}).get("none" if key is None else key)
        if found is not None:
            return found
        said = str(key)
        return chinese().get(said, said) if self.lang == "zh" else said

    def count(self, n: int) -> str:
        return f"{n:,}"

    def percent(self, share: float) -> str:
        """`0.624` as `62.4%`; what is neither 0 nor 1 is not shown as 0 or 100."""
        shown = f"{100 * share:.1f}"
        if shown == "0.0" and share > 0:
            return "<0.1%"
        return ">99.9%" if shown == "100.0" and share < 1 else f"{shown}%"

    def share(self, share: Share) -> str:
        """`12.4% (95% interval 7.2–20.4%; 12 of 97)`."""
        if share.share is None or share.low is None or share.high is None:
            return self("said", "nothing to count")
        return self("said", "share").format(
            share=self.percent(share.share),
            low=self.percent(share.low).rstrip("%"),
            high=self.percent(share.high),
            k=self.count(share.k),
            n=self.count(share.n),
        )

    def money(self, usd: float | None) -> str:
        return self("said", "price not known") if usd is None else f"{usd:.2f} USD"
