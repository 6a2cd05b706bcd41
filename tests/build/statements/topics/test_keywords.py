"""Class-based TF-IDF, against weights computed by hand."""

from __future__ import annotations

import math

from axiometer.build.statements.topics.keywords import keywords

BUSES = ["bus fare bus driver", "fare driver public", "bus fare public"]
COURTS = ["judge jury public", "judge trial public", "jury trial judge"]


def test_words_rank_by_the_published_weight() -> None:
    counts = {"bus": 3, "fare": 3, "driver": 2, "public": 2}
    overall = {"bus": 3, "fare": 3, "driver": 2, "public": 4}
    average = (10 + 9) / 2  # words in the two classes
    weights = {word: counts[word] * math.log(1 + average / overall[word]) for word in counts}
    wanted = tuple(sorted(weights, key=lambda word: (-weights[word], word)))
    assert keywords([BUSES, COURTS], "en")[0] == wanted == ("bus", "fare", "driver", "public")


def test_a_word_that_all_classes_share_comes_last_and_a_word_of_one_text_is_left_out() -> None:
    found = keywords([[*BUSES, "fare Wexcombe"], COURTS], "en")
    assert [each[-1] for each in found] == ["public", "public"]
    assert "wexcombe" not in found[0]


def test_a_class_of_one_text_has_all_its_words_and_one_of_stop_words_none() -> None:
    assert keywords([["turbine noise"], ["the and of"]], "en") == [("noise", "turbine"), ()]


def test_no_class_has_no_keywords() -> None:
    assert keywords([], "en") == []


def test_at_most_as_many_are_given_as_wanted() -> None:
    assert [len(each) for each in keywords([BUSES, COURTS], "en", most=2)] == [2, 2]
