"""The starter news: complete, in its own format, and with what the pipeline is to find planted often enough."""

from __future__ import annotations

from collections import Counter

import pytest

from axiometer.starter.news import NATIONS, News, load_news, planted_conflicts


@pytest.fixture(params=NATIONS)
def news(request: pytest.FixtureRequest) -> News:
    return load_news(request.param)


def test_each_nation_has_texts_enough_over_several_topics_and_years(news: News) -> None:
    assert len(news.texts) >= 40
    assert len({text.topic for text in news.texts}) >= 7
    assert len({text.date.year for text in news.texts}) >= 3
    assert len(news.outlets) >= 3 and "government" in news.outlets.values()


def test_statements_come_from_every_kind_of_source_and_facts_stand_beside_them(news: News) -> None:
    said = Counter(statement.attribution for text in news.texts for statement in text.statements)
    assert min(said[kind] for kind in ("government", "outlet", "quoted")) >= 10
    assert said["unknown"] >= 3
    assert sum(len(text.facts) for text in news.texts) >= 60
    assert sum(not text.statements for text in news.texts) >= 6


def test_outlets_contradict_each_other_at_one_time_and_over_time(news: News) -> None:
    found = planted_conflicts(news)
    assert len({each.issue for each in found if not each.over_time}) >= 4
    assert len({each.issue for each in found if each.over_time}) >= 4
    assert len(news.issues.keys() - {each.issue for each in found}) >= 6
    assert sum(issue.like is not None for issue in news.issues.values()) >= 2


def test_copies_would_outvote_the_independent_texts_of_an_issue(news: News) -> None:
    copied = [text for text in news.texts if text.copy_of is not None]
    assert len(copied) >= 5
    with_copies: Counter[str] = Counter()
    for text in news.texts:
        for stance, issue in {(said.stance, said.issue) for said in text.statements}:
            with_copies[issue] += stance
    turned = [
        name
        for name, issue in news.issues.items()
        if issue.dominant * with_copies[name] < 0 or (issue.dominant == 0 and with_copies[name] != 0)
    ]
    assert turned


def test_a_letter_holds_an_instruction_to_a_machine(news: News) -> None:
    assert any(text.injection for text in news.texts)
