"""What each step recovered, of what came to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from axiometer.build.statements.options import PREPARE, REDUCE
from axiometer.build.statements.preparing.prepare import COPIES_FILE
from axiometer.build.statements.recovery.table import Recovered
from axiometer.build.statements.recovery.truth import Matched, Truth, rows_of
from axiometer.build.statements.starter_texts import starter_text_of
from axiometer.records.corpus_rows import Attribution, Text, Triple
from axiometer.records.tables import read_part
from axiometer.starter.news import News, NewsText


def copies(truth: Truth, news: News) -> Iterator[Recovered]:
    """Copies of other texts: right where the text that is said to be copied belongs to the same story."""
    by_id = {text.id: text for text in news.texts}
    planted = {text.id: text.copy_of for text in news.texts if text.copy_of is not None}
    table = read_part(truth.folder.tables / COPIES_FILE)
    found = right = 0
    for url, of in table.select("url", "of").iter_rows():
        known = starter_text_of(url)
        if known is None or known[0].nation != news.nation:
            continue
        found += 1
        original = truth.texts.get(of)
        right += original is not None and _story(by_id, known[1].id) == _story(by_id, original[2].id)
    yield Recovered(news.nation, PREPARE, "copies", len(planted), found, right)


def _story(by_id: Mapping[str, NewsText], text: str) -> str:
    return by_id[text].copy_of or text


def extraction(truth: Truth, news: News, before: str, step: str) -> Iterator[Recovered]:
    """Planted statements that were found in the texts that the step was shown, and what else was taken for one."""
    shown = [known for known in _texts_at(truth, before) if known[1] is news]
    planted = {statement.id for _, _, text in shown for statement in text.statements}
    matched = [each for each in truth.matched(step) if each.news is news]
    right = {each.planted.id for each in matched if each.planted is not None}
    facts = sum(each.fact is not None for each in matched)
    yield Recovered(news.nation, step, "statements", len(planted), len(matched) - facts, len(right))
    yield Recovered(news.nation, step, "word for word", len(right), len(right), _verbatim(matched))
    yield Recovered(news.nation, step, "facts taken for statements", None, facts, None)
    beside = [each for each in matched if each.planted is None and each.fact is None]
    yield Recovered(news.nation, step, "of words where nothing is planted", None, len(beside), None)


def _texts_at(truth: Truth, step: str) -> list[tuple[Text, News, NewsText]]:
    """The starter texts that a step kept."""
    return [truth.texts[row.id] for row in rows_of(truth.folder.stage(step), Text) if row.id in truth.texts]


def _verbatim(matched: list[Matched]) -> int:
    return len({each.planted.id for each in matched if each.planted is not None and each.statement.verbatim})


def positions(truth: Truth, news: News, before: str, step: str) -> Iterator[Recovered]:
    """Positions that were kept, and reports of fact that were dropped."""
    came = [each for each in truth.matched(before) if each.news is news]
    kept = {each.statement.id for each in truth.matched(step)}
    for what, wanted, stays in (("positions kept", True, True), ("facts dropped", False, False)):
        planted = [each for each in came if (each.planted is not None) is wanted]
        found = [each for each in came if (each.statement.id in kept) is stays]
        right = [each for each in found if (each.planted is not None) is wanted]
        yield Recovered(news.nation, step, what, len(planted), len(found), len(right))


def attributions(truth: Truth, news: News, step: str) -> Iterator[Recovered]:
    """Each class of attribution, the speakers' names, and how many are in doubt."""
    matched = [each for each in truth.matched(step) if each.news is news and each.planted is not None]
    said = Counter(str(each.statement.attribution) for each in matched)
    planted = Counter(each.planted.attribution for each in matched if each.planted is not None)
    right = Counter(
        each.planted.attribution
        for each in matched
        if each.planted is not None and str(each.statement.attribution) == each.planted.attribution
    )
    for each in Attribution:
        name = str(each)
        yield Recovered(news.nation, step, name, planted[name], said[name], right[name])
    doubted = [each for each in matched if each.statement.doubt is not None]
    wrong = [each for each in matched if each.planted is not None and _differs(each)]
    both = [each for each in wrong if each.statement.doubt is not None]
    yield Recovered(news.nation, step, "wrong and flagged", len(wrong), len(doubted), len(both))


def _differs(each: Matched) -> bool:
    return each.planted is not None and str(each.statement.attribution) != each.planted.attribution


def overall(truth: Truth, news: News, step: str) -> Recovered:
    """Planted statements of all texts that copy none, and those of them that became items."""
    planted = {each.id for text in news.texts if text.copy_of is None for each in text.statements}
    statements = {row.statement for row in rows_of(truth.folder.stage(step), Triple)}
    made = [each for each in truth.matched(REDUCE) if each.news is news and each.statement.id in statements]
    right = {each.planted.id for each in made if each.planted is not None} & planted
    return Recovered(news.nation, "all steps", "statements that became items", len(planted), len(made), len(right))
