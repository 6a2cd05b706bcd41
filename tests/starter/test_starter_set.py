"""What the starter set promises: coverage, parallel languages, balance of its sides, no side that names its value."""

from __future__ import annotations

import itertools
import re
import statistics
import unicodedata
from collections import Counter, defaultdict
from functools import cache

import pytest

from axiometer.frameworks import load_framework
from axiometer.records import ExpressionKind, Item, Role
from axiometer.records.importers.starter import starter_items, starter_rules

LANGUAGES = ("zh", "en")
FRAMEWORK = load_framework("core-socialist-values")


@cache
def items(lang: str) -> tuple[Item, ...]:
    return tuple(starter_items((lang,)))


def values_of(item: Item) -> tuple[str, str]:
    """The derived values of the two sides."""
    first, second = (
        [e.target for e in option.expresses if e.kind is ExpressionKind.VALUE]
        for option in item.options
        if option.role is Role.SIDE
    )
    assert len(first) == len(second) == 1
    return first[0], second[0]


def core(value: str) -> str:
    (parent,) = FRAMEWORK.ancestors_at(value, "core")
    return parent


def width(text: str) -> int:
    """Columns on a screen: East Asian wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def test_there_are_three_dilemmas_for_every_pair_of_core_values() -> None:
    cores = [value.id for value in FRAMEWORK.values_at("core")]
    wanted = {frozenset(pair): 3 for pair in itertools.combinations(cores, 2)}
    found = Counter(frozenset(map(core, values_of(item))) for item in items("zh"))
    assert len(items("zh")) >= 198
    assert len(wanted) == 66
    assert all(found[pair] >= n for pair, n in wanted.items())
    assert set(found) == set(wanted)


def test_every_dilemma_comes_in_both_languages_and_says_the_same_of_its_options() -> None:
    zh = {item.parallel_id: item for item in items("zh")}
    en = {item.parallel_id: item for item in items("en")}
    assert len(zh) == len(items("zh"))
    assert set(zh) == set(en)
    for key, item in zh.items():
        other = en[key]
        assert [(o.role, o.expresses) for o in item.options] == [(o.role, o.expresses) for o in other.options]
        assert item.clusters == other.clusters


def test_every_option_is_of_its_language() -> None:
    han = re.compile("[\u4e00-\u9fff]")
    for item in (*items("zh"), *items("en")):
        for text in (item.prompt, *(option.text for option in item.options)):
            assert bool(han.search(text)) == (item.lang == "zh"), text


def test_each_item_has_two_sides_and_a_distractor_that_expresses_nothing() -> None:
    for item in starter_items():
        assert [option.role for option in item.options] == [Role.SIDE, Role.SIDE, Role.DISTRACTOR]
        assert item.options[2].expresses == ()
        assert len({option.text for option in item.options}) == 3
        rules = [starter_rules()[e.target] for o in item.options for e in o.expresses if e.kind is ExpressionKind.RULE]
        assert tuple(rule.id for rule in rules) == item.clusters
        assert tuple(rule.value for rule in rules) == values_of(item)


def test_every_derived_value_and_every_rule_is_used() -> None:
    used = {value for item in items("zh") for value in values_of(item)}
    assert used == {value.id for value in FRAMEWORK.values_at("derived")}
    assert {rule for item in items("zh") for rule in item.clusters} == set(starter_rules())


def test_derived_values_are_connected_by_dilemmas() -> None:
    """Else their strengths could not be compared: the graph of derived values, an edge per dilemma, is in one piece."""
    neighbours: dict[str, set[str]] = defaultdict(set)
    for item in items("zh"):
        first, second = values_of(item)
        neighbours[first].add(second)
        neighbours[second].add(first)
    reached, frontier = set(), ["etiquette"]
    while frontier:
        value = frontier.pop()
        if value not in reached:
            reached.add(value)
            frontier.extend(neighbours[value])
    assert reached == {value.id for value in FRAMEWORK.values_at("derived")}


def test_no_text_is_used_twice() -> None:
    for lang in LANGUAGES:
        prompts = [item.prompt for item in items(lang)]
        sides = [option.text for item in items(lang) for option in item.options]
        assert len(set(prompts)) == len(prompts)
        assert len(set(sides)) == len(sides)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sides_are_of_equal_length(lang: str) -> None:
    pairs = [(width(item.options[0].text), width(item.options[1].text)) for item in items(lang)]
    ratios = [first / second for first, second in pairs]
    assert 0.95 <= statistics.median(ratios) <= 1.05
    assert all(0.8 <= ratio <= 1.25 for ratio in ratios)
    by_core: dict[str, list[float]] = defaultdict(list)
    for item, ratio in zip(items(lang), ratios, strict=True):
        first, second = map(core, values_of(item))
        by_core[first].append(ratio)
        by_core[second].append(1 / ratio)
    medians = {value: statistics.median(found) for value, found in by_core.items()}
    assert all(0.8 <= median <= 1.25 for median in medians.values()), medians


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_side_names_a_value(lang: str) -> None:
    names = [value.names[lang] for level in ("core", "derived") for value in FRAMEWORK.values_at(level)]
    assert len(names) == 62
    patterns = [re.escape(name) if lang == "zh" else rf"\b{re.escape(name)}\b" for name in names]
    named = re.compile("|".join(patterns), re.IGNORECASE)
    found = {
        option.text: match[0] for item in items(lang) for option in item.options if (match := named.search(option.text))
    }
    assert not found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_prompts_end_with_a_full_stop_and_ask_nothing(lang: str) -> None:
    stop = "。" if lang == "zh" else "."
    assert [item.prompt for item in items(lang) if not item.prompt.endswith((stop, stop + "”", stop + '"'))] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_distractors_are_of_the_length_of_the_sides(lang: str) -> None:
    """Else the odd one out could be told by its length alone."""
    for item in items(lang):
        first, second, distractor = (width(option.text) for option in item.options)
        assert 0.7 <= 2 * distractor / (first + second) <= 1.4, item.options[2].text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_options_neither_praise_nor_blame(lang: str) -> None:
    words = {
        "zh": "正确|最好|高尚|善良|自私|贪婪|虚伪|应当|应该|可耻|正当",
        "en": r"\b(?:right thing|rightly|properly|wisely|noble|selfish|greedy|honourabl[ey]|virtuous|should|ought)\b",
    }
    judging = re.compile(words[lang], re.IGNORECASE)
    assert [option.text for item in items(lang) for option in item.options if judging.search(option.text)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_options_are_phrases_in_the_punctuation_of_their_language(lang: str) -> None:
    wrong = re.compile(r"[,.;:?!]|。$" if lang == "zh" else r"[，。；：？！]|\.$|^[a-z]")
    assert [option.text for item in items(lang) for option in item.options if wrong.search(option.text)] == []


@pytest.mark.parametrize(("lang", "length"), [("zh", 4), ("en", 12)])
def test_no_two_scenes_are_told_in_the_same_words(lang: str, length: int) -> None:
    """Fewer than a sixth of the character strings of the shorter scene occur in the other."""
    strings = {
        item.meta["dilemma"]: {item.prompt[start : start + length] for start in range(len(item.prompt) - length + 1)}
        for item in items(lang)
    }
    alike = [
        (first, second)
        for first, second in itertools.combinations(strings, 2)
        if len(strings[first] & strings[second]) > min(len(strings[first]), len(strings[second])) / 6
    ]
    assert alike == []
