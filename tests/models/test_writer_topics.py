"""The simulated model that names topics, tags texts and screens subjects says what is planted, at planted shares."""

from __future__ import annotations

import json

import pytest

from axiometer.models.protocols import Message, Request
from axiometer.models.writer_profile_topics import Subjects
from axiometer.models.writer_topics import LABEL, SCREEN, TAG, answer, names_of, planted_topic
from axiometer.starter.news import NATIONS, load_news

PLAIN = Subjects(**dict.fromkeys(Subjects.model_fields, 0.0))


def asked(step: str, source: str = "s", lang: str = "en", **meta: object) -> Request:
    return Request((Message("user", "?"),), meta={"step": step, "source": source, "lang": lang, "attempt": 0, **meta})


def said(shares: Subjects, request: Request) -> dict[str, object]:
    read = json.loads(answer(shares, 3, request))
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize("nation", NATIONS)
def test_every_planted_topic_has_names_in_the_language_of_its_texts(nation: str) -> None:
    news = load_news(nation)
    for text in news.texts:
        topic = planted_topic(text.text)
        assert topic is not None
        assert len(set(names_of(topic, news.lang))) >= 1
        found = said(PLAIN, asked(LABEL, lang=news.lang, keywords=[], examples=[text.text[:200]]))
        assert found == {"label": names_of(topic, news.lang)[0]}


def test_tags_are_the_planted_topic_in_one_of_its_forms_or_one_that_is_in_use() -> None:
    text = next(text for text in load_news("uk").texts if text.topic == "schools")
    assert said(PLAIN, asked(TAG, text=text.text)) == {"tags": ["schools"]}
    assert said(PLAIN, asked(TAG, text=text.text, known=["health", "school policy"])) == {"tags": ["school policy"]}
    varied = PLAIN.model_copy(update={"varied": 1.0})
    assert said(varied, asked(TAG, text=text.text)) == {"tags": ["SCHOOL POLICY"]}


def test_subjects_with_planted_statements_touch_values() -> None:
    news = load_news("de")
    with_views = [text.text for text in news.texts if text.statements]
    without = [text.text for text in news.texts if not text.statements]
    assert said(PLAIN, asked(SCREEN, lang="de", examples=[without[0], with_views[0]]))["touches"] is True
    assert said(PLAIN, asked(SCREEN, lang="de", examples=without[:2]))["touches"] is False


def test_of_other_texts_it_says_their_words_and_whether_they_say_what_ought_to_be() -> None:
    assert said(PLAIN, asked(TAG, text="Rents, rents and bridges."))["tags"] == ["rents", "bridges"]
    assert said(PLAIN, asked(LABEL, keywords=["rent", "tenant", "law"], examples=["x"])) == {"label": "rent, tenant"}
    assert said(PLAIN, asked(SCREEN, examples=["Rents should fall."]))["touches"] is True
    assert said(PLAIN, asked(SCREEN, examples=["It rained."]))["touches"] is False


@pytest.mark.parametrize(
    ("share", "step", "wrong"),
    [("mislabelled", LABEL, "label"), ("mistagged", TAG, "tags"), ("missed", SCREEN, "touches")],
)
def test_errors_come_at_their_planted_share(share: str, step: str, wrong: str) -> None:
    text = next(text for text in load_news("us").texts if text.statements).text
    meta = {"keywords": [], "examples": [text], "text": text}
    shares = PLAIN.model_copy(update={share: 0.2})
    truth = said(PLAIN, asked(step, **meta))[wrong]
    errors = sum(said(shares, asked(step, str(n), **meta))[wrong] != truth for n in range(500))
    assert 70 <= errors <= 130  # 100 expected, 9 is their standard deviation


def test_faults_of_form_come_at_their_share_and_prose_is_mended_when_asked_again() -> None:
    shares = Subjects(refused=0.1, lost=0.1, prose=0.2)
    first = [answer(shares, 3, asked(SCREEN, str(n), examples=[])) for n in range(500)]
    again = [answer(shares, 3, asked(SCREEN, str(n), examples=[], attempt=1)) for n in range(500)]
    assert 165 <= sum(not each.startswith("{") for each in first) <= 235
    assert 70 <= sum(not each.startswith("{") for each in again) <= 130
    clean = shares.without_faults()
    assert all(answer(clean, 3, asked(SCREEN, str(n), examples=[])).startswith("{") for n in range(100))
