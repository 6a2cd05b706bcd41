from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.frameworks import Framework, Level, Value, load_framework

CORE = load_framework("core-socialist-values")
SCHWARTZ = load_framework("schwartz")
EVERY_LABEL = [
    (value.id, value.level, label)
    for value in SCHWARTZ.values + CORE.values
    for label in (value.id, *value.names.values(), *(alias for aliases in value.aliases.values() for alias in aliases))
]


@given(st.sampled_from(EVERY_LABEL), st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from(" -_\u3000–"))
def test_every_label_resolves_to_its_value_however_it_is_written(
    known: tuple[str, str, str], case: Callable[[str], str], separator: str
) -> None:
    value_id, level, label = known
    framework = CORE if value_id in CORE else SCHWARTZ
    written = separator + case(label).replace(" ", separator).replace("-", separator)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in written)
    assert framework.resolve(written, level=level) == value_id
    assert framework.resolve(wide, level=level) == value_id


@given(st.text(max_size=12))
def test_any_label_resolves_to_a_known_value_or_says_that_there_is_none(label: str) -> None:
    try:
        assert CORE.resolve(label) in CORE
    except InputError as error:
        assert "no value called" in str(error)
        assert repr(label) in str(error)


def test_an_unknown_label_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(InputError, match=r"no value called 'Civilty' \(did you mean 'Civility'"):
        CORE.resolve("Civilty")
    with pytest.raises(InputError, match=r"no value called '和协' .*'和谐'"):
        CORE.resolve("和协")


def test_each_value_is_suggested_once() -> None:
    with pytest.raises(InputError) as caught:
        CORE.resolve("Civilty")
    assert "Civility_scr" not in str(caught.value)


def test_a_language_restricts_names_and_aliases_but_not_ids() -> None:
    assert CORE.resolve("文明", "zh") == CORE.resolve("Civilization", "en") == "civility"
    assert CORE.resolve("誠信", "zh") == "integrity"
    assert CORE.resolve("civility", "zh") == "civility"
    with pytest.raises(InputError, match="in language 'zh'"):
        CORE.resolve("Civilization", "zh")


def test_a_label_of_two_levels_means_the_upper_one_unless_a_level_is_named() -> None:
    assert SCHWARTZ.resolve("Stimulation") == "stimulation"
    assert SCHWARTZ.resolve("刺激") == "stimulation"
    assert SCHWARTZ.resolve("Stimulation", level="refined") == "stimulation-refined"
    assert SCHWARTZ.resolve("stimulation", level="refined") == "stimulation-refined"
    assert SCHWARTZ.shared_labels()["stimulation"] == ("stimulation", "stimulation-refined")
    with pytest.raises(InputError, match="on level 'basic'"):
        SCHWARTZ.resolve("Face", level="basic")


def test_a_name_on_a_lower_level_goes_before_an_alias_on_an_upper_one(write: Callable[..., Path]) -> None:
    path = write(("en: Shade}", "en: Shade}\n    aliases: {en: [Fern, Moss]}"))
    garden = load_framework(path)
    assert garden.resolve("fern") == "fern"
    assert garden.resolve("Fern") == "fern"
    assert garden.resolve("Fern", level="bed") == "shade"


def test_ancestors_follow_every_parent() -> None:
    assert SCHWARTZ.ancestors("face") == {
        "higher-order": frozenset({"self-enhancement", "conservation"}),
        "basic": frozenset({"power", "security"}),
    }
    assert SCHWARTZ.ancestors("conservation") == {}


def test_a_value_counts_for_itself_and_its_ancestors_and_for_nothing_below() -> None:
    assert CORE.ancestors_at("etiquette", "derived") == ("etiquette",)
    assert CORE.ancestors_at("etiquette", "core") == ("civility",)
    assert CORE.ancestors_at("etiquette", "sphere") == ("national",)
    assert CORE.ancestors_at("civility", "derived") == ()
    assert SCHWARTZ.ancestors_at("humility", "higher-order") == ("conservation", "self-transcendence")


def test_levels_of_are_those_on_which_values_count() -> None:
    assert CORE.levels_of(["civility"]) == ("sphere", "core")
    assert CORE.levels_of(["national", "etiquette"]) == ("sphere", "core", "derived")
    assert CORE.levels_of([]) == ()


def test_children_and_values_at_keep_the_order_of_the_file() -> None:
    assert CORE.children("national") == ("prosperity", "democracy", "civility", "harmony")
    assert [value.id for value in CORE.values_at("sphere")] == ["national", "social", "personal"]
    assert CORE.children("etiquette") == ()


def test_unknown_ids_and_levels_are_named_with_what_there_is() -> None:
    with pytest.raises(InputError, match=r"no value with id 'harmny' .*'harmony'"):
        CORE.value("harmny")
    with pytest.raises(InputError, match=r"no level 'cor' .*sphere, core, derived"):
        CORE.values_at("cor")
    assert "harmony" in CORE
    assert "harmny" not in CORE


def test_a_name_in_a_missing_language_falls_back_to_english_then_to_any_then_to_the_id() -> None:
    def flat(names: dict[str, str]) -> Framework:
        value = Value("x", "value", (), names, {}, {})
        return Framework("f", "1", {"en": "F"}, (Level("value", {}),), (value,), None, (), {})

    assert CORE.name("harmony", "zh") == "和谐"
    assert CORE.name("harmony", "fr") == "Harmony"
    assert flat({"zh": "甲"}).name("x", "fr") == "甲"
    assert flat({}).name("x", "fr") == "x"


def test_the_fingerprint_follows_every_part_of_the_content() -> None:
    values = (dataclasses.replace(CORE.values[0], definitions={"en": "Other."}), *CORE.values[1:])
    changed = [
        dataclasses.replace(CORE, version="2"),
        dataclasses.replace(CORE, values=values),
        dataclasses.replace(CORE, values=CORE.values[::-1]),
        dataclasses.replace(CORE, sources=()),
    ]
    assert len({CORE.fingerprint, *(framework.fingerprint for framework in changed)}) == 5
    assert dataclasses.replace(CORE).fingerprint == CORE.fingerprint


def test_a_framework_travels_to_another_process_unchanged() -> None:
    copy = pickle.loads(pickle.dumps(CORE))
    assert copy == CORE
    assert hash(copy) == hash(CORE)
    assert copy.resolve("法制教育") == "legal-education"
