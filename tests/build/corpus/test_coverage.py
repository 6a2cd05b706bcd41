"""How many machine-labelled rules have a rule labelled by people near them, by language and by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from axiometer.build.corpus import coverage as module
from axiometer.build.corpus.card import share_of
from axiometer.build.corpus.coverage import Coverage, coverage
from axiometer.build.corpus.dedup import DedupOptions
from axiometer.build.corpus.steps.examples import Example
from axiometer.frameworks import load_framework
from axiometer.records import Rule, make_rule, to_frame
from axiometer.runtime.runners import Runner
from axiometer.similarity.embedders import DEFAULT_EMBEDDER

FRAMEWORK = load_framework("core-socialist-values")
OPTIONS = DedupOptions(DEFAULT_EMBEDDER, 0.75)
TAXES = Example("One should pay taxes on time.", "en", ("keeping-promises",), 1)


def rule(text: str, *values: str, lang: str = "en", label: int | None = 1) -> Rule:
    return make_rule(lang=lang, text=text, origin="write@m", label=label, values=values, framework=FRAMEWORK.id)


def found(
    rules: Sequence[Rule], people: Sequence[Example], cache: Path, runner: Runner, options: DedupOptions = OPTIONS
) -> Coverage:
    frames = [to_frame([each], Rule) for each in rules]
    return coverage(frames, people, FRAMEWORK, options, cache, runner)


def test_a_rule_is_reached_by_a_near_one_or_by_equal_words(cache: Path, runner: Runner) -> None:
    rules = [
        rule("Taxes should be paid on time.", "sincerity"),
        rule("one should pay  taxes on time", "sincerity", "tolerance"),
        rule("You should help your neighbours.", "tolerance"),
    ]
    near = found(rules, [TAXES], cache, runner)
    assert near.all.rules == share_of(2, 3) and near.all.people == 1
    assert (near.embedder, near.threshold) == (DEFAULT_EMBEDDER, 0.75)
    equal = found(rules, [TAXES], cache, runner, replace(OPTIONS, threshold=0.9999))
    assert equal.all.rules == share_of(1, 3)


def test_values_are_counted_on_every_level_whatever_value_people_gave(cache: Path, runner: Runner) -> None:
    rules = [rule("Taxes should be paid on time.", "sincerity"), rule("You should help your neighbours.", "tolerance")]
    by_value = found(rules, [TAXES], cache, runner).by_value
    assert list(by_value) == ["sphere", "core", "derived"]
    assert by_value["derived"]["sincerity"].rules == share_of(1, 1)
    assert by_value["derived"]["sincerity"].people == 0
    assert by_value["derived"]["keeping-promises"].rules == share_of(0, 0)
    assert by_value["derived"]["keeping-promises"].people == 1
    assert by_value["core"]["integrity"].rules == share_of(1, 1) and by_value["core"]["integrity"].people == 1
    assert by_value["core"]["friendship"].rules == share_of(0, 1)
    assert by_value["sphere"]["personal"].rules == share_of(1, 2)
    assert "national" not in by_value["sphere"]


def test_languages_are_apart(cache: Path, runner: Runner) -> None:
    rules = [rule("应当按时纳税", lang="zh-Hant"), rule("Taxes should be paid on time.")]
    people = [TAXES, replace(TAXES, text="要诚实", lang="zh")]
    languages = found(rules, people, cache, runner).by_language
    assert list(languages) == ["en", "zh"]
    assert languages["zh"].rules == share_of(0, 1) and languages["zh"].people == 1
    assert languages["en"].rules == share_of(1, 1) and languages["en"].people == 1


def test_only_what_a_model_labelled_is_asked_about(cache: Path, runner: Runner) -> None:
    imported = rule("Taxes should be paid on time.", label=None)
    by_people = replace(rule("You should help your neighbours."), meta={"labelled_by": "people"})
    turned = rule("It is wrong to lie to friends.", label=-1)
    assert found([imported, by_people, turned], [TAXES], cache, runner).all.rules == share_of(0, 1)


def test_without_rules_or_people_there_is_nothing_to_reach(cache: Path, runner: Runner) -> None:
    nothing = found([], [TAXES], cache, runner)
    assert nothing.all.rules.share is None and nothing.all.people == 1
    nobody = found([rule("Taxes should be paid on time.")], [], cache, runner)
    assert nobody.all.rules == share_of(0, 1) and nobody.all.people == 0


def test_lots_change_nothing(cache: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [
        rule(text) for text in ("Taxes should be paid on time.", "You should help.", "Never lie.", "Pay your taxes.")
    ]
    whole = found(rules, [TAXES], cache, runner)
    monkeypatch.setattr(module, "_AT_ONCE", 1)
    assert found(rules, [TAXES], cache, runner) == whole
