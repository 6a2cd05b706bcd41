from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.frameworks import load_framework, shipped


def test_the_shipped_frameworks_are_listed() -> None:
    assert shipped() == (
        "core-socialist-values",
        "moral-foundations",
        "moral-foundations-classic",
        "moralchoice-rules",
        "schwartz",
    )


def test_an_unknown_id_is_answered_in_one_line_with_the_shipped_ids() -> None:
    with pytest.raises(InputError) as caught:
        load_framework("shwartz")
    message = str(caught.value)
    assert "\n" not in message
    assert "did you mean 'schwartz'?" in message
    assert all(known in message for known in shipped())


@pytest.mark.parametrize("form", [str, Path])
def test_a_user_s_path_works_where_an_id_works(write: Callable[..., Path], form: type[str] | type[Path]) -> None:
    garden = load_framework(form(write()))
    assert garden.id == "garden"
    assert garden.resolve("ＢＲＡＣＫＥＮ") == "fern"
    assert garden.ancestors_at("poppy", "bed") == ("shade", "sun")
    assert garden.version == "1"


def test_a_path_without_suffix_works_where_the_file_exists(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(name="garden").parent)
    assert load_framework("garden").id == "garden"


@pytest.mark.parametrize("missing", ["nowhere.yaml", "some/where", Path("nowhere")])
def test_a_path_to_nothing_says_that_there_is_no_such_file(missing: str | Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_framework(missing)


def test_a_flat_framework_needs_no_levels(tmp_path: Path) -> None:
    path = tmp_path / "flat.yaml"
    path.write_text("id: flat\nnames: {en: Flat}\nvalues:\n  - {id: a, names: {en: A}, definitions: {en: The a.}}\n")
    flat = load_framework(path)
    assert [level.id for level in flat.levels] == ["value"]
    assert [value.id for value in flat.values_at("value")] == ["a"]
    assert flat.ancestors("a") == {}
    assert flat.circular is None


def test_a_file_is_read_again_only_when_it_has_changed(write: Callable[..., Path]) -> None:
    path = write()
    first = load_framework(path)
    assert load_framework(path) is first
    path.write_text(path.read_text(encoding="utf-8").replace("Poppy", "Rose!"), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert load_framework(path).name("poppy", "en") == "Rose!"


def test_a_broken_file_is_refused_with_its_first_problem_and_the_number_of_others(write: Callable[..., Path]) -> None:
    path = write(("parents: [shade]", "parents: [shadow]"), ("en: Poppy", "en: 7"))
    with pytest.raises(InputError) as caught:
        load_framework(path)
    assert str(caught.value).startswith(f"{path}, line 18: the parent 'shadow'")
    assert f"2 more: axiometer framework check {path}" in str(caught.value)
