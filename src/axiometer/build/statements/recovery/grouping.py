"""What the steps recovered that look at many rows at once: topics, the screen, issues, triples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

from axiometer.build.statements.recovery.table import Recovered
from axiometer.build.statements.recovery.truth import Matched, Truth, rows_of
from axiometer.build.statements.topics.options import TOPIC
from axiometer.models.writer_news import folded
from axiometer.records.corpus_rows import Text, Triple
from axiometer.starter.news import News, NewsText

Labelled: TypeAlias = Sequence[tuple[str, str | None]]
"""Planted and found label of each of some things; None where none was found."""


def topics(truth: Truth, news: News, step: str) -> Iterator[Recovered]:
    """Whether texts of one planted topic lie together. Right: texts of the planted topic that most texts of theirs
    have, so that precision is purity; pairs: of texts, of one planted topic and of one found."""
    texts = [(row, text) for row, text in _texts(truth, step) if text[0] is news]
    labelled = [(text.topic, row.meta.get(TOPIC)) for row, (_, text) in texts]
    most = Counter[str]()
    by_found: dict[str, Counter[str]] = {}
    for planted, found in labelled:
        if found is not None:
            by_found.setdefault(found, Counter())[planted] += 1
    most.update({found: max(counts.values()) for found, counts in by_found.items()})
    placed = sum(found is not None for _, found in labelled)
    yield Recovered(news.nation, step, "texts by topic", len(labelled), placed, most.total())
    yield _pairs(news.nation, step, "pairs of texts", labelled)


def screened(truth: Truth, news: News, before: str, step: str) -> Iterator[Recovered]:
    """Texts with planted statements that were kept, and texts without any that were dropped."""
    came = [(row.id, bool(text.statements)) for row, (own, text) in _texts(truth, before) if own is news]
    kept = {row.id for row, _ in _texts(truth, step)}
    for what, wanted, stays in (("texts with values kept", True, True), ("texts without dropped", False, False)):
        planted = [has for _, has in came if has is wanted]
        found = [has for name, has in came if (name in kept) is stays]
        yield Recovered(news.nation, step, what, len(planted), len(found), sum(has is wanted for has in found))


def issues(matched: Sequence[Matched], news: News, step: str) -> Iterator[Recovered]:
    """Whether statements on one planted issue, and they alone, are of one issue group. Look-alike issues: pairs of
    issues in similar words of which statements came; found: those that lie in one group, which are all wrong."""
    planted = [(each.planted.issue, each.statement.issue_group) for each in matched if each.planted is not None]
    yield _pairs(news.nation, step, "pairs on one issue", planted)
    groups: dict[str, set[str]] = {}
    for issue, group in planted:
        if group is not None:
            groups.setdefault(issue, set()).add(group)
    alike = {tuple(sorted((issue.id, issue.like))) for issue in news.issues.values() if issue.like is not None}
    there = [(one, other) for one, other in sorted(alike) if one in groups and other in groups]
    joined = sum(bool(groups[one] & groups[other]) for one, other in there)
    yield Recovered(news.nation, step, "look-alike issues joined", None, joined, None)


def triples(truth: Truth, news: News, step: str) -> Iterator[Recovered]:
    """Reverses that are the planted ones, by a model that knows them; and reverses that still say what was said."""
    said = {each.text: each for text in news.texts for each in text.statements}
    by_words = {folded(words): each for words, each in said.items()}
    found = [
        (row, by_words[key])
        for row in rows_of(truth.folder.stage(step), Triple)
        if (key := folded(row.said)) in by_words
    ]
    right = sum(folded(row.reversed_text) == folded(planted.reversed_text) for row, planted in found)
    unturned = sum(folded(row.reversed_text) == folded(row.shown) for row, _ in found)
    yield Recovered(news.nation, step, "reverses as planted", len(found), len(found), right)
    yield Recovered(news.nation, step, "reverses that say the same", None, unturned, None)


def _texts(truth: Truth, step: str) -> list[tuple[Text, tuple[News, NewsText]]]:
    return [(row, truth.texts[row.id][1:]) for row in rows_of(truth.folder.stage(step), Text) if row.id in truth.texts]


def _pairs(nation: str, step: str, what: str, labelled: Labelled) -> Recovered:
    planted = found = right = 0
    for (one, first), (other, second) in combinations(labelled, 2):
        together = first is not None and first == second
        planted += one == other
        found += together
        right += one == other and together
    return Recovered(nation, step, what, planted, found, right)
