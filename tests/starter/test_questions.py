"""The starter questions: as many for each value, in both languages, none naming what it is about."""

from __future__ import annotations

from collections import Counter

from axiometer.frameworks import load_framework
from axiometer.starter.questions import FRAMEWORK, GENERAL, load_questions


def test_every_core_value_has_seven_questions_and_sixteen_are_about_none() -> None:
    questions = load_questions()
    counts = Counter(question.about for question in questions)
    core = {value.id for value in load_framework(FRAMEWORK).values if value.level == "core"}
    assert len(questions) == 100 and counts.pop(GENERAL) == 16
    assert counts == dict.fromkeys(core, 7)
    assert [question.id.rpartition("-")[0] for question in questions] == [question.about for question in questions]


def test_no_question_names_a_value_of_its_framework() -> None:
    names = {
        lang: [value.names[lang].lower() for value in load_framework(FRAMEWORK).values if value.level == "core"]
        for lang in ("zh", "en")
    }
    for question in load_questions():
        for lang in ("zh", "en"):
            named = [name for name in names[lang] if name in question.text(lang).lower()]
            assert not named, f"{question.id} in {lang} names {named}"


def test_chinese_questions_are_chinese_and_each_asks_or_tells_one_to_do_something() -> None:
    for question in load_questions():
        assert not any("a" <= letter.lower() <= "z" for letter in question.zh), question.zh
        assert question.zh[-1] in "？。" and question.en[-1] in "?.", question
        assert not any("\u3400" <= letter <= "\u9fff" for letter in question.en)
