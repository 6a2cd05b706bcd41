"""Errors come out of a worker as they went in, in both languages."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.errors import AxiometerError, InputError, Refused, Stopped, english
from axiometer.runtime.runners.outcome import answered, packed, unpacked

TEXT = st.text(max_size=20)


def raising(error: BaseException) -> None:
    raise error


def same(value: object) -> object:
    return value


def german(text: str, /, **fields: object) -> str:
    return "auf Deutsch: " + english(text, **fields)


@given(TEXT, st.none() | TEXT, st.none() | st.integers(), st.none() | TEXT, st.sampled_from([None, "do {this}"]))
def test_a_user_s_mistake_survives_the_way_with_all_its_fields(
    this: str, file: str | None, row: int | None, column: str | None, mend: str | None
) -> None:
    error = InputError("no {this} here", file=file, row=row, column=column, mend=mend, this=this)
    with pytest.raises(InputError) as raised:
        unpacked(answered(packed(raising, error)))
    back = raised.value
    assert str(back) == str(error) and back.told(german) == error.told(german)
    assert (back.what, back.mend, back.file, back.row, back.column) == (
        error.what,
        error.mend,
        error.file,
        error.row,
        error.column,
    )


@pytest.mark.parametrize("family", [AxiometerError, Refused, Stopped])
def test_every_family_of_errors_keeps_its_exit_code_and_fields(family: type[AxiometerError]) -> None:
    error = family("{n} of {braces}", n=3, braces="{x}")
    with pytest.raises(family) as raised:
        unpacked(answered(packed(raising, error)))
    assert type(raised.value) is family and raised.value.exit_code == family.exit_code
    assert raised.value.told(german) == "auf Deutsch: 3 of {x}"


@given(st.recursive(st.none() | st.integers() | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)))
def test_a_value_comes_back_equal(value: object) -> None:
    assert unpacked(answered(packed(same, value))) == value


def test_a_mistake_of_ours_is_named_and_says_where(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AxiometerError, match="please report it: KeyError: 'x'") as raised:
        unpacked(answered(packed(raising, KeyError("x"))))
    assert "raise error" in raised.value.__notes__[0]
    assert capsys.readouterr().err == ""


def test_the_place_of_a_mistake_is_shown_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AXIOMETER_TRACEBACK", "1")
    with pytest.raises(AxiometerError):
        unpacked(answered(packed(raising, KeyError("x"))))
    assert "in raising" in capsys.readouterr().err


def test_a_function_that_has_no_name_in_a_module_is_refused_at_once() -> None:
    with pytest.raises((pickle.PicklingError, AttributeError)):
        packed(lambda task: task, 1)
