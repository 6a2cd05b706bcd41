"""The sentences with stances: as many of each, in both languages, and none twice."""

from __future__ import annotations

from collections import Counter

from axiometer.frameworks import load_framework
from axiometer.starter.polarity import LANGS, STANCES, load_further_sentences, load_stance_sentences


def test_every_value_has_as_many_sentences_of_each_stance_and_language() -> None:
    sentences = [each for each in load_stance_sentences() if not each.held_out]
    counts = Counter((each.topic, each.lang, each.stance) for each in sentences)
    assert len(sentences) == 360 and set(counts.values()) == {5}
    framework = load_framework("core-socialist-values")
    assert {each.topic for each in sentences} == {value.id for value in framework.values if value.level == "core"}


def test_held_out_sentences_are_about_other_matters() -> None:
    held = [each for each in load_stance_sentences() if each.held_out]
    assert Counter((each.lang, each.stance) for each in held) == {
        (lang, stance): 20 for lang in LANGS for stance in STANCES
    }
    assert not {each.topic for each in held} & {each.topic for each in load_stance_sentences() if not each.held_out}


def test_further_sentences_are_about_none_of_these_and_none_stands_twice() -> None:
    further, others = load_further_sentences(), load_stance_sentences()
    counts = Counter((each.topic, each.lang, each.stance) for each in further)
    assert len(further) == 384
    assert {count for (_, _, stance), count in counts.items() if stance == "mention"} == {2}
    assert {count for (_, _, stance), count in counts.items() if stance != "mention"} == {5}
    assert not {each.topic for each in further} & {each.topic for each in others}
    assert not {each.text for each in further} & {each.text for each in others}
