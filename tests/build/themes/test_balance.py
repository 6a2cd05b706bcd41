"""Style and its balance: forms as words say them, standardized differences against known answers."""

from __future__ import annotations

import math
import statistics

import pytest

from axiometer.build.themes.balance import LENGTH, SAYS_NO, BalanceRow, Stage, balance
from axiometer.build.themes.style import Form, Style, style_of


@pytest.mark.parametrize(
    ("words", "lang", "form", "opposed"),
    [
        ("You should help your neighbours.", "en", Form.OBLIGATION, False),
        ("You must not lie.", "en", Form.PROHIBITION, True),
        ("Never lie to friends.", "en", Form.PROHIBITION, True),
        ("It is okay to keep a secret.", "en", Form.PERMISSION, False),
        ("People may change their minds.", "en", Form.PERMISSION, False),
        ("It is good to help.", "en", Form.JUDGEMENT, False),
        ("It's rude to shout.", "en", Form.JUDGEMENT, True),
        ("Honesty matters.", "en", Form.OTHER, False),
        ("应当帮助他人", "zh", Form.OBLIGATION, False),
        ("不应当吸毒", "zh", Form.PROHIBITION, True),
        ("禁止吸烟", "zh", Form.PROHIBITION, True),
        ("可以养狗", "zh", Form.PERMISSION, False),
        ("吸毒是不对的", "zh", Form.JUDGEMENT, True),
        ("尊老爱幼", "zh", Form.OTHER, False),
        ("Il faut aider.", "fr", Form.OTHER, False),
    ],
)
def test_a_rule_s_form_is_read_from_its_words(words: str, lang: str, form: Form, opposed: bool) -> None:
    style = style_of(words, lang)
    assert (style.form, style.opposed) == (form, opposed)


def test_lengths_of_both_scripts_are_in_one_unit() -> None:
    assert style_of("应当", "zh").length == 6 and style_of("should", "en").length == 6


def of(lengths: list[int], forms: list[Form], opposed: list[bool]) -> list[Style]:
    return [Style(*row) for row in zip(lengths, forms, opposed, strict=True)]


A = of([10, 20, 30, 40], [Form.OBLIGATION] * 3 + [Form.OTHER], [False] * 4)
B = of([10, 12, 14], [Form.OBLIGATION, Form.PROHIBITION, Form.PROHIBITION], [False, True, True])


def row(rows: list[BalanceRow], stage: str, quantity: str) -> BalanceRow:
    (found,) = [each for each in rows if (each.stage, each.quantity) == (stage, quantity)]
    return found


def test_standardized_differences_are_those_of_austin() -> None:
    rows = balance("t", [Stage("before", A, B), Stage("after", A[:1], B[:1])])
    spread = math.sqrt((statistics.variance([10, 20, 30, 40]) + statistics.variance([10, 12, 14])) / 2)
    length = row(rows, "before", LENGTH)
    assert (length.a, length.b, length.n_a, length.n_b) == (25.0, 12.0, 4, 3)
    assert length.difference == pytest.approx(13 / spread)
    share = math.sqrt((0.75 * 0.25 + (1 / 3) * (2 / 3)) / 2)
    assert row(rows, "before", "obligation").difference == pytest.approx((0.75 - 1 / 3) / share)
    assert row(rows, "before", SAYS_NO).difference == pytest.approx((0 - 2 / 3) / math.sqrt((0 + 2 / 9) / 2))
    assert row(rows, "before", "permission").difference is None
    assert row(rows, "after", LENGTH).difference == 0.0


def test_the_denominator_is_that_before_matching() -> None:
    rows = balance("t", [Stage("before", A, B), Stage("after", A[:2], B[:2])])
    spread = math.sqrt((statistics.variance([10, 20, 30, 40]) + statistics.variance([10, 12, 14])) / 2)
    assert row(rows, "after", LENGTH).difference == pytest.approx((15 - 11) / spread)


def test_sets_that_differ_entirely_and_do_not_vary_are_told_to_differ() -> None:
    one, other = of([9, 9], [Form.OBLIGATION] * 2, [False] * 2), of([9, 9], [Form.PROHIBITION] * 2, [True] * 2)
    rows = balance("t", [Stage("before", one, other)])
    found = {each.quantity: each.difference for each in rows if each.difference is not None}
    assert found == {"obligation": 2.0, "prohibition": -2.0, SAYS_NO: -2.0}


def test_nothing_is_said_where_a_side_is_empty_or_nothing_varies() -> None:
    rows = balance("t", [Stage("before", A, [])])
    assert row(rows, "before", LENGTH).b is None and {each.difference for each in rows} == {None}
    same = of([9, 9], [Form.OTHER] * 2, [False] * 2)
    assert {each.difference for each in balance("t", [Stage("before", same, same)])} == {None}
