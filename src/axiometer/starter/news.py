"""News-like texts written for this project, in five languages, with what they state planted as truth.

Each nation has a file `data/news/<nation>.yaml`: outlets, issues (a claim that can be affirmed or denied) and texts. A
text says which of its words are statements, who makes them and how they stand to their issue, which are mere facts, and
of which text it is a copy. Outlets, places and persons are invented.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Any, Final

NATIONS: Final = ("cn", "us", "uk", "fr", "de")
ATTRIBUTIONS: Final = frozenset({"government", "outlet", "quoted", "unknown"})
KINDS: Final = frozenset({"government", "press"})
LANGS: Final = frozenset({"zh", "en", "fr", "de"})
_BETWEEN_CHINESE = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef“”‘’—…]) (?=[\u3000-\u9fff\uff00-\uffef“”‘’—…])")
TOGETHER: Final = datetime.timedelta(days=60)
"""Statements of different outlets within this time conflict at the same time; further apart, over time."""


@dataclass(frozen=True, slots=True)
class NewsIssue:
    """A question on which views differ or might. `claim`: what a stance of +1 affirms; `like`: another issue in similar
    words that is not the same; `dominant`: the stance of most independent sources (0: none)."""

    id: str
    topic: str
    question: str
    claim: str
    like: str | None
    dominant: int


@dataclass(frozen=True, slots=True)
class PlantedStatement:
    """A view taken in a text: `text` stands in it word for word; `reversed_text` takes the other stance."""

    id: str
    text: str
    reversed_text: str
    issue: str
    stance: int
    attribution: str
    speaker: str | None
    role: str | None


@dataclass(frozen=True, slots=True)
class NewsText:
    """A text with its truth. `facts`: spans that report and take no position; `copy_of`: the text that it reprints."""

    id: str
    outlet: str
    date: datetime.date
    topic: str
    title: str
    text: str
    statements: tuple[PlantedStatement, ...]
    facts: tuple[str, ...]
    copy_of: str | None
    injection: bool


@dataclass(frozen=True, slots=True)
class News:
    """The texts of a nation. `outlets`: kind (government, press) by name."""

    nation: str
    lang: str
    outlets: Mapping[str, str]
    issues: Mapping[str, NewsIssue]
    texts: tuple[NewsText, ...]


@dataclass(frozen=True, slots=True)
class PlantedConflict:
    """Two statements of opposite stance on one issue, in texts that are no copies of each other. `over_time`: they are
    further apart than `TOGETHER`."""

    issue: str
    one: str
    other: str
    over_time: bool


@cache
def load_news(nation: str) -> News:
    """The texts of a nation (one of `NATIONS`). Raises `ValueError` where the file breaks its own format."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = (files("axiometer.starter") / "data" / "news" / f"{nation}.yaml").read_text(encoding="utf-8")
    data = yaml.load(content, Loader=loader)
    issues = {entry["id"]: _issue(entry) for entry in data["issues"]}
    texts = tuple(_text(entry) for entry in data["texts"])
    news = News(data["nation"], data["lang"], dict(data["outlets"]), issues, texts)
    problems = list(_problems(news))
    if problems:
        raise ValueError(f"{nation}.yaml: " + "; ".join(problems[:10]))
    return news


def planted_conflicts(news: News) -> list[PlantedConflict]:
    """Every pair of statements that contradict each other, copies left out."""
    placed: dict[str, list[tuple[NewsText, PlantedStatement]]] = {}
    for text in news.texts:
        if text.copy_of is None:
            for statement in text.statements:
                placed.setdefault(statement.issue, []).append((text, statement))
    return [
        PlantedConflict(issue, one.id, other.id, abs(first.date - second.date) > TOGETHER)
        for issue, said in placed.items()
        for (first, one), (second, other) in combinations(said, 2)
        if one.stance != other.stance
    ]


def _issue(entry: dict[str, Any]) -> NewsIssue:
    return NewsIssue(
        entry["id"], entry["topic"], entry["question"], entry["claim"], entry.get("like"), int(entry["dominant"])
    )


def _text(entry: dict[str, Any]) -> NewsText:
    date = entry["date"]
    return NewsText(
        id=entry["id"],
        outlet=entry["outlet"],
        date=date if isinstance(date, datetime.date) else datetime.date.fromisoformat(str(date)),
        topic=entry["topic"],
        title=entry["title"],
        text=_one_line(entry["text"]),
        statements=tuple(
            PlantedStatement(
                id=f"{entry['id']}-{number}",
                text=said["text"],
                reversed_text=said["reversed"],
                issue=said["issue"],
                stance=int(said["stance"]),
                attribution=said["attribution"],
                speaker=said.get("speaker"),
                role=said.get("role"),
            )
            for number, said in enumerate(entry.get("statements") or (), 1)
        ),
        facts=tuple(entry.get("facts") or ()),
        copy_of=entry.get("copy_of"),
        injection=bool(entry.get("injection", False)),
    )


def _one_line(text: str) -> str:
    """Lines joined: by a blank, or by nothing between Chinese characters."""
    return _BETWEEN_CHINESE.sub("", " ".join(text.split()))


def _problems(news: News) -> Iterator[str]:
    ids = [text.id for text in news.texts]
    if news.nation not in NATIONS or news.lang not in LANGS:
        yield f"unknown nation {news.nation!r} or language {news.lang!r}"
    if not set(news.outlets.values()) <= KINDS:
        yield "an outlet is neither government nor press"
    for twice in {each for each in ids if ids.count(each) > 1}:
        yield f"the id {twice} stands twice"
    for issue in news.issues.values():
        if issue.like is not None and issue.like not in news.issues:
            yield f"issue {issue.id}: like names no issue"
        if issue.dominant not in (-1, 0, 1):
            yield f"issue {issue.id}: dominant is not -1, 0 or 1"
    for text in news.texts:
        for problem in _problems_of(text, news, set(ids)):
            yield f"{text.id}: {problem}"
    for name, dominant in _dominant(news).items():
        if news.issues[name].dominant != dominant:
            yield f"issue {name}: dominant is {dominant} by independent texts, not {news.issues[name].dominant}"


def _problems_of(text: NewsText, news: News, ids: set[str]) -> Iterator[str]:
    if text.outlet not in news.outlets:
        yield f"no outlet {text.outlet!r}"
    if text.copy_of is not None and text.copy_of not in ids:
        yield f"a copy of {text.copy_of!r}, which is not there"
    for fact in text.facts:
        if fact not in text.text:
            yield f"the fact is not in the text: {fact[:60]!r}"
    for said in text.statements:
        if said.text not in text.text:
            yield f"the statement is not in the text: {said.text[:60]!r}"
        if said.text in text.facts:
            yield f"a statement and a fact: {said.text[:60]!r}"
        if said.issue not in news.issues:
            yield f"no issue {said.issue!r}"
        if said.stance not in (-1, 1):
            yield f"stance {said.stance}"
        if said.attribution not in ATTRIBUTIONS:
            yield f"attribution {said.attribution!r}"
        if (said.speaker is not None) != (said.attribution == "quoted"):
            yield f"a speaker belongs to quoted statements, and to them alone: {said.text[:60]!r}"
        if said.attribution == "government" and said.speaker is None and said.role is None:
            yield f"a government statement needs the role (which office): {said.text[:60]!r}"
        if said.speaker is not None and (said.speaker in said.text or said.speaker in said.reversed_text):
            yield f"the speaker's name stands in the statement: {said.text[:60]!r}"
        if said.reversed_text == said.text or not 0.6 <= len(said.reversed_text) / len(said.text) <= 1.67:
            yield f"the reversal is equal or of another length: {said.reversed_text[:60]!r}"


def _dominant(news: News) -> dict[str, int]:
    """The stance of most independent texts on each issue that has statements; 0 at a tie."""
    sums: dict[str, int] = {}
    for text in news.texts:
        if text.copy_of is None:
            for stance, issue in sorted({(said.stance, said.issue) for said in text.statements}):
                sums[issue] = sums.get(issue, 0) + stance
    return {issue: (total > 0) - (total < 0) for issue, total in sums.items()}
