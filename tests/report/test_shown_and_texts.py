"""Texts: both languages say the same things, numbers are written as people read them, controls are spelt out."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import axiometer.report
from axiometer.errors import InputError
from axiometer.report import RunView
from axiometer.report.page import script_of
from axiometer.report.shown import shown
from axiometer.report.texts import Texts, catalogue

ROOM = Path(axiometer.report.__file__).parent
FREE = ("reasons.known",)  # English reasons need no translation into English


def flat(texts: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, entry in texts.items():
        if isinstance(entry, Mapping):
            yield from flat(entry, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", entry


def fields(text: object) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(str(text)) if name}


def test_both_languages_have_the_same_texts() -> None:
    english, chinese = ({key for key, _ in flat(catalogue(lang)) if not key.startswith(FREE)} for lang in ("en", "zh"))
    assert english == chinese


def test_both_languages_fill_the_same_fields() -> None:
    chinese = dict(flat(catalogue("zh")))
    for key, entry in flat(catalogue("en")):
        if isinstance(entry, str) and not key.startswith("reasons."):
            fields = [
                {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (entry, chinese[key])
            ]
            missing = fields[0] ^ fields[1]
            assert missing <= {"n"}, key  # "one item" need not say the number


def test_every_text_asked_for_in_the_code_exists() -> None:
    asked = set()
    for file in [*ROOM.rglob("*.py"), *ROOM.rglob("*.j2")]:
        asked |= set(
            re.findall(
                r"""\b(?:texts|t)(?:\.pattern|\.block)?\(\s*["']([a-z_]+\.[a-z_]+)["']""", file.read_text("utf-8")
            )
        )
    assert len(asked) > 60
    for lang in ("en", "zh"):
        for key in asked:
            Texts(lang).block(key)


def test_every_word_the_script_asks_for_exists() -> None:
    asked = set(re.findall(r"\bui\.(\w+)", script_of("items.js")))
    given_by_code = {"outcomes", "modes", "languages", "comma"}
    words = Texts("zh").block("items.script")
    assert isinstance(words, Mapping)
    assert asked - given_by_code == set(words)


def test_every_reason_of_an_analysis_is_said_in_chinese(run: RunView) -> None:
    texts = Texts("zh")
    reasons = {
        reason
        for table in run.analysis.tables().values()
        if "why_not" in table.columns
        for reason in table["why_not"].drop_nulls().unique()
    }
    assert len(reasons) > 3
    assert [reason for reason in reasons if not re.search("[\u4e00-\u9fff]", texts.reason(reason))] == []


def test_an_unknown_reason_is_said_as_it_is() -> None:
    assert Texts("zh").reason("something new") == "something new"


def test_notes_on_many_cases_leave_out_the_number_of_the_single_case() -> None:
    assert Texts("en").general_reason("7 sources, fewer than 20") == "fewer than 20 sources"


@pytest.mark.parametrize(
    ("share", "written"), [(0.624, "62%"), (0.0, "0%"), (1.0, "100%"), (0.997, "99.7%"), (0.004, "0.4%"), (None, "–")]
)
def test_a_share_that_rounds_to_an_end_keeps_a_digit(share: float | None, written: str) -> None:
    assert Texts("en").percent(share) == written


@pytest.mark.parametrize(
    ("difference", "written"), [(-0.12, "−12"), (0.31, "+31"), (0.001, "0"), (-0.004, "0"), (0.09, "+9")]
)
def test_differences_are_written_in_points_with_their_sign(difference: float, written: str) -> None:
    assert Texts("en").points(difference) == written


def test_one_thing_is_not_called_many() -> None:
    texts = Texts("en")
    assert [texts("profile.items", n=n) for n in (1, 2)] == ["one item", "2 items"]


def test_a_language_without_texts_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match="'fr'"):
        Texts("fr")  # type: ignore[arg-type]


@given(st.text())
def test_what_is_shown_holds_no_control_character(text: str) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown(text))


@given(st.text(st.characters(exclude_categories=("Cc", "Zl", "Zp", "Cn", "Cs"))))
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


def test_an_escape_sequence_is_spelt_out() -> None:
    assert shown("\x1b[31m\x00") == "\\x1b[31m\\x00"
