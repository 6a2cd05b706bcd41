"""How often the word lists alone say whose view a statement of the starter news is.

The truth is in the texts; all of them were looked at while the lists were mended, so these numbers flatter. Those of
the lists as they were first written, and of texts that were held out, are in docs/methodology.md.
"""

from __future__ import annotations

from collections import Counter

from axiometer.build.statements.extraction.patterns import attribution_by_patterns
from axiometer.build.statements.extraction.spans import context_of, find_span
from axiometer.records.corpus_rows import Attribution
from axiometer.starter.news import NATIONS, load_news


def attribution() -> None:
    print("whose view a statement is, by word lists alone: precision / recall, and speakers named rightly")
    for nation in NATIONS:
        counts, speakers = _counted(nation)
        right = sum(number for (truth, said), number in counts.items() if truth == said)
        shares = [f"{each} {_of(counts, each)}" for each in Attribution]
        named = f"speakers {speakers[True]}/{speakers.total()}"
        print(f"{nation}: right {right}/{counts.total()}; {'; '.join(shares)}; {named}")


def _counted(nation: str) -> tuple[Counter[tuple[str, str]], Counter[bool]]:
    news = load_news(nation)
    counts, speakers = Counter[tuple[str, str]](), Counter[bool]()
    for text in news.texts:
        for planted in text.statements:
            span = find_span(planted.text, text.text)
            assert span is not None
            found = attribution_by_patterns(planted.text, context_of(text.text, span), text.outlet, news.lang)
            said = "nothing" if found is None else str(found.attribution)
            counts[planted.attribution, said] += 1
            if found is not None and planted.attribution == said == Attribution.QUOTED:
                speakers[found.speaker == planted.speaker] += 1
    return counts, speakers


def _of(counts: Counter[tuple[str, str]], kind: str) -> str:
    found = sum(number for (_, said), number in counts.items() if said == kind)
    planted = sum(number for (truth, _), number in counts.items() if truth == kind)
    right = counts[kind, kind]
    return f"{right}/{found}, {right}/{planted}"
