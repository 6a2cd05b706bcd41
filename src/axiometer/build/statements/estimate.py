"""What statements would take before anything is asked: calls, tokens and price of each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Any, Final

from axiometer.build.corpus.ingest import estimate_rows, first_texts
from axiometer.build.statements.extraction.extracting import make_statement
from axiometer.build.statements.options import ATTRIBUTE, EXTRACT, POSITIONS, RELATE
from axiometer.build.statements.plan import StatementPlan
from axiometer.build.statements.reduction.relating import RelationQuestion
from axiometer.build.statements.screening import SCREEN
from axiometer.build.statements.topics.labelling import LABEL
from axiometer.build.statements.topics.rows import Subject, SubjectKind, Topic
from axiometer.build.statements.triples.rows import CHECK, REVERSE
from axiometer.build.work.accounts import StepEstimate, estimate_step
from axiometer.records.corpus_rows import Statement, Text, Triple, make_text
from axiometer.records.texts.sentences import sentence_ends
from axiometer.records.texts.sources import check_sources
from axiometer.starter.news import load_news

SAMPLE: Final = 100
RATES: Final = {
    "subjects": 0.1,
    "tagged": 0.2,
    "read": 0.9,
    "stated": 2.5,
    "positions": 0.85,
    "related": 4.0,
    "kept": 0.9,
}
"""What is assumed, near to what the starter news give: subjects and texts to tag for each text, the share of texts that
are read, statements of each, the share that are positions, questions about pairs for each, the share that stays."""
MOST_SUBJECTS: Final = 600
ANSWER_TOKENS: Final = {
    LABEL: 12,
    SCREEN: 40,
    EXTRACT: 220,
    POSITIONS: 60,
    ATTRIBUTE: 50,
    RELATE: 30,
    REVERSE: 280,
    CHECK: 90,
}
_TAG_TOKENS: Final = 15
_KEYWORDS: Final = 10
_EXCERPT: Final = 300
_TURNED: Final = {"zh": "不"}
"""What makes the words of a statement other ones, for a reverse of the same length."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows as long as those that a step is asked about, and how many calls there would be."""

    sample: Sequence[Any]
    calls: int


def estimate(plan: StatementPlan) -> list[StepEstimate]:
    """One row per step that asks. Tokens are those of prompts about the first texts, estimated; how many rows come to a
    step is assumed (`RATES`). At most: every call is repaired. Writes nothing."""
    texts, count = _texts(plan)
    rows = _rows(texts, count)
    found = []
    for name, (stage, respondent) in plan.asking.items():
        wanted = rows.get(name, rows["tag"])
        tokens = ANSWER_TOKENS.get(name, _TAG_TOKENS)
        found.append(estimate_step(stage, wanted.sample, respondent, wanted.calls, tokens))
    return found


def _texts(plan: StatementPlan) -> tuple[list[Text], int]:
    """Some texts, and about how many there are."""
    options = plan.options
    sample, count = list[Text](), 0
    if plan.paths:
        sources = check_sources(list(plan.paths), options.ingest)
        sample, count = list(first_texts(sources, options.ingest, SAMPLE)), estimate_rows(sources, options.ingest)
    for news in map(load_news, options.starter):
        own = (make_text(lang=news.lang, text=text.text, source=text.id, nation=news.nation) for text in news.texts)
        sample += islice(own, SAMPLE)
        count += len(news.texts)
    return sample, min(count, options.ingest.limit or count)


def _rows(texts: Sequence[Text], count: int) -> dict[str, _Rows]:
    subjects = min(MOST_SUBJECTS, max(1, round(count * RATES["subjects"])))
    read = count * RATES["read"]
    statements = [_statement(text) for text in texts]
    positions = read * RATES["stated"] * RATES["positions"]
    triples = positions * RATES["kept"]
    return {
        LABEL: _Rows([_topic(text) for text in texts], subjects),
        "tag": _Rows(texts, round(count * RATES["tagged"])),
        SCREEN: _Rows([_subject(text) for text in texts], subjects),
        EXTRACT: _Rows(texts, round(read)),
        POSITIONS: _Rows(statements, round(read * RATES["stated"])),
        ATTRIBUTE: _Rows(statements, round(positions)),
        RELATE: _Rows([_question(row) for row in statements], round(positions * RATES["related"])),
        REVERSE: _Rows(statements, round(triples)),
        CHECK: _Rows([_triple(row) for row in statements], round(triples)),
    }


def _statement(text: Text) -> Statement:
    """A statement of the text's longest sentence, whose words stand for its question, too."""
    ends = [0, *sentence_ends(text.text)]
    begin, end = max(pairwise(ends), key=lambda span: span[1] - span[0])
    row = make_statement(text, (begin, end))
    return replace(row, question=row.text, stance=1)


def _topic(text: Text) -> Topic:
    words = tuple(text.text.split()[:_KEYWORDS])
    return Topic(text.id, (), text.lang, text.nation, words, 1, 1.0, (text.text[:_EXCERPT],) * 4)


def _subject(text: Text) -> Subject:
    topic = _topic(text)
    label = topic.keywords[0][:20]
    return Subject(text.id, (), text.lang, text.nation, SubjectKind.TOPIC, label, topic.keywords, 1, topic.examples)


def _question(row: Statement) -> RelationQuestion:
    return RelationQuestion(
        row.id, (), row.id, "ab", row.lang, row.text, row.text, row.question or "", row.question or ""
    )


def _triple(row: Statement) -> Triple:
    words, reverse = row.text, f"{row.text} {_TURNED.get(row.lang, 'not')}"
    question = f"{words}?"
    return Triple(row.id, (), row.id, row.lang, question, words, reverse, words, reverse, words, reverse, words, 1)
