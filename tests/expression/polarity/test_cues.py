"""The rules see what a sentence judges, demands or reports with."""

from __future__ import annotations

import numpy as np
import pytest

from axiometer.expression.polarity.cues import cue_counts, kinds, language_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("多读书总不会错。", "zh"),
        ("WTO 成员大会昨天通过了 TRIPS 决议", "zh"),
        ("A contract is a contract.", "en"),
        ("Il faut que chacun puisse choisir.", None),
        ("Мы должны помогать друг другу.", None),
        ("1984", None),
    ],
)
def test_the_language_is_told_by_letters_and_common_words(text: str, expected: str | None) -> None:
    assert language_of(text) == expected


@pytest.mark.parametrize(
    ("text", "lang", "kind"),
    [
        ("谁也不该这样做。", "zh", "forbid"),
        ("这不过是个借口。", "zh", "dismiss"),
        ("报告显示，去年增长了百分之四。", "zh", "report"),
        ("我宁愿穷一点。", "zh", "rather"),
        ("Nobody should be left out.", "en", "forbid"),
        ("There is no point in asking.", "en", "dismiss"),
        ("The survey was published on Monday.", "en", "figures"),
        ("What a waste.", "en", "blame"),
        ("全村的人都为她鼓掌。", "zh", "glad"),
        ("到头来一无所有。", "zh", "grim"),
        ("The whole class cheered.", "en", "glad"),
        ("They end up as slaves.", "en", "grim"),
    ],
)
def test_each_kind_of_word_is_counted(text: str, lang: str, kind: str) -> None:
    counts = cue_counts([text], [lang])
    place = kinds().index(kind)
    assert counts.shape == (1, 2 * len(kinds()))
    assert counts[0, place] >= np.log(2) and counts[0, len(kinds()) + place] == 1


def test_school_and_country_are_no_demand() -> None:
    place = kinds().index("demand")
    assert cue_counts(["该校男女生比例为六比四。", "该片票房达到三亿元。"], ["zh", "zh"])[:, place].tolist() == [0, 0]
