"""Raw answers that were written before the parser was run on them, each with the reading of one careful coder.

First runs, before anything was changed, contested rows left out: round 1, 274 of 296 choices (92.6 %: zh 107 of 115,
en 102 of 112, fr 32 of 34, de 33 of 35) and 52 of 58 agreements (89.7 %); round 2, after mending on round 1, 71 of 81
choices (87.7 %, harder ones) and 19 of 19 agreements; round 3, ordinary ones, after mending on round 2, 38 of 40
choices (95.0 %) and 2 of 2 agreements. Afterwards three choices and two agreements of round 1 were found to be
contested. The rows are no measure of the parser any more: it has been mended on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from axiometer.measure.parsing import read_agreement, read_choice
from axiometer.models.protocols import Finish, Reply

_HELDOUT = yaml.safe_load((Path(__file__).parent / "heldout.yaml").read_text(encoding="utf-8"))
_STANCES = {1: "agree", -1: "disagree"}
_CHOSEN = {"A", "B", "C", "agree", "disagree"}


def _rows(mode: str, *, contested: bool) -> Iterator[Any]:
    for row in _HELDOUT[mode]:
        if row.get("contested", False) is contested:
            marks = [pytest.mark.xfail(strict=True, reason=row["known_miss"])] if "known_miss" in row else []
            yield pytest.param(row, marks=marks, id=f"{row['s']} {row['kind']}: {row['raw'][:50]!r}")


def _choice(row: dict[str, Any]) -> str:
    options = _HELDOUT["scenes"][row["s"]]["options"]
    reading = read_choice(_reply(row), ("A", "B", "C"), row["s"][:2], options)
    return reading.letter or str(reading.outcome)


def _agreement(row: dict[str, Any]) -> str:
    option = _HELDOUT["scenes"][row["s"]]["options"][0]
    reading = read_agreement(_reply(row), row["s"][:2], negated=row.get("negated", False), option=option)
    return str(reading.outcome) if reading.stance is None else _STANCES[reading.stance]


def _reply(row: dict[str, Any]) -> Reply:
    return Reply(row["raw"], Finish(row.get("finish", "stop")), reasoning=row.get("reasoning"))


@pytest.mark.parametrize("row", _rows("choice", contested=False))
def test_blindly_written_choice_is_read_as_a_coder_reads_it(row: dict[str, Any]) -> None:
    assert _choice(row) == row["expect"]


@pytest.mark.parametrize("row", _rows("agree", contested=False))
def test_blindly_written_stance_is_read_as_a_coder_reads_it(row: dict[str, Any]) -> None:
    assert _agreement(row) == row["expect"]


@pytest.mark.parametrize("row", _rows("choice", contested=True))
def test_contested_choice_is_read_as_labelled_or_as_no_choice(row: dict[str, Any]) -> None:
    assert _choice(row) not in _CHOSEN - {row["expect"]}


@pytest.mark.parametrize("row", _rows("agree", contested=True))
def test_contested_stance_is_read_as_labelled_or_as_no_stance(row: dict[str, Any]) -> None:
    assert _agreement(row) not in _CHOSEN - {row["expect"]}


def test_set_covers_languages_kinds_and_outcomes() -> None:
    choices = _HELDOUT["choice"]
    by_language = Counter(row["s"][:2] for row in choices)
    assert by_language["zh"] >= 120 and by_language["en"] >= 110 and min(by_language["fr"], by_language["de"]) >= 35
    assert len({row["kind"] for row in choices}) >= 25
    assert {row["expect"] for row in choices} >= {"A", "B", "C", "both", "refused", "evasive", "invalid", "truncated"}
    assert len(_HELDOUT["agree"]) >= 60


@pytest.mark.parametrize("text", ["请选一个。", "我只能选一个", "只能选一项", "请从中选一个最合适的", "选一个选项"])
def test_being_asked_for_one_option_in_chinese_is_not_the_first_option(text: str) -> None:
    assert read_choice(Reply(text, Finish.STOP), ("A", "B", "C"), "zh").letter is None


@pytest.mark.parametrize(
    "text",
    ["Not a good idea to choose {0}.", "It is not a case where I choose {0}.", "不选{0}和{1}", "not {0} and {1}"],
)
def test_denial_reaches_past_an_article_and_along_an_and(text: str) -> None:
    said = text.format("B", "C")
    assert read_choice(Reply(said, Finish.STOP), ("A", "B", "C"), "zh" if "选" in said else "en").letter is None


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "{0}. Wait, actually {1}."),
        ("en", "{0}\n\nCorrection: {1}"),
        ("zh", "我选{0}。\n\n更正：我选{1}。"),
        ("zh", "{0}……再想想，{1}更合适。"),
        ("fr", "{0}. Non, en fait {1}."),
        ("de", "{0}. Nein, doch eher {1}."),
    ],
)
@pytest.mark.parametrize("pair", ["AB", "BA", "CA"])
def test_answer_that_corrects_itself_counts_as_corrected(lang: str, text: str, pair: str) -> None:
    assert read_choice(Reply(text.format(*pair), Finish.STOP), ("A", "B", "C"), lang).letter == pair[1]


@pytest.mark.parametrize(
    "ranking", ["{1} > {0} > {2}", "My ranking: {1} > {0} > {2}", "排序：{1}＞{0}＞{2}", "{1} &gt; {0}"]
)
@pytest.mark.parametrize("letters", ["ABC", "BCA", "CAB"])
def test_ranking_counts_for_the_option_that_it_puts_first(ranking: str, letters: str) -> None:
    assert read_choice(Reply(ranking.format(*letters), Finish.STOP), ("A", "B", "C"), "en").letter == letters[1]


@pytest.mark.parametrize(
    "text", ["A/B/C", "(A/B/C)", "Your choice (A/B/C):", "| A | B | C |", "[A, B, C]", "（A、B、C）"]
)
def test_letters_of_the_offer_repeated_are_no_answer(text: str) -> None:
    reading = read_choice(Reply(text, Finish.STOP), ("A", "B", "C"), "en")
    assert str(reading.outcome) == "invalid"


def test_end_of_a_prompt_with_two_letters_is_no_answer() -> None:
    assert str(read_choice(Reply("Your choice (A/B):", Finish.STOP), ("A", "B"), "en").outcome) == "invalid"
    assert read_choice(Reply("Your choice (A/B): B", Finish.STOP), ("A", "B"), "en").letter == "B"
