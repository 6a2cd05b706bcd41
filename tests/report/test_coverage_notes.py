"""A page names the values whose place in a ranking rests on too little."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from axiometer.analyze import AnalysisOptions, analyze
from axiometer.frameworks import load_framework
from axiometer.records import Answer, Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item, to_frame
from axiometer.report import RunView, report
from axiometer.report.sections.coverage import coverage
from axiometer.report.texts import LANGUAGES, Texts
from axiometer.report.views import study

from .conftest import FRAMEWORK, Respondent, answer

VALUES = tuple(value.id for value in load_framework(FRAMEWORK).values_at("core"))
RULES = 24


def item_of(one: str, other: str, number: int) -> Item:
    sides = tuple(
        Option(
            f"Do what {value} asks for",
            Role.SIDE,
            (
                Expression(ExpressionKind.VALUE, value, 1),
                Expression(ExpressionKind.RULE, f"{value}-{number % RULES}", 1),
            ),
        )
        for value in (one, other)
    )
    return make_item(
        kind=ItemKind.DILEMMA,
        lang="en",
        prompt=f"{one} or {other}, {number}",
        options=(*sides, Option("Do nothing of the kind", Role.DISTRACTOR)),
        clusters=tuple(f"{value}-{number % RULES}" for value in (one, other)),
        source="test",
        framework=FRAMEWORK,
    )


def run_with(met: Mapping[tuple[str, str], int]) -> RunView:
    """A run of items in which two values meet so often."""
    pairs = [pair for pair, count in met.items() for _ in range(count)]
    items = [item_of(*pair, number) for number, pair in enumerate(pairs)]
    who = Respondent("m/one")
    answers = [answer(item, who, seq, (0, 1, 2)) for seq, item in enumerate(items)]
    tables = to_frame(items, Item), to_frame(answers, Answer)
    frameworks = {FRAMEWORK: load_framework(FRAMEWORK)}
    analysis = analyze(*tables, frameworks=frameworks, options=AnalysisOptions(resamples=60))
    return RunView("run", {"asked": {"models": [{"name": "m/one"}]}}, tables[0], tables[1].lazy(), analysis, frameworks)


def often(pairs: Iterable[tuple[str, str]], times: int, thin: str = "") -> dict[tuple[str, str], int]:
    return {pair: 1 if thin in pair else times for pair in pairs}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_thin_value_is_named_and_the_others_are_not(lang: str) -> None:
    run = run_with(often(itertools.combinations(VALUES, 2), 12, "freedom"))
    found = coverage(study([run], Texts(lang)))  # type: ignore[arg-type]
    assert found is not None
    level, name = {"en": ("core value", "Freedom"), "zh": ("核心价值", "自由")}[lang]
    said = [note for note in found.intro if note.startswith(level)]
    assert len(said) == 2 and re.search(rf"{name} ?[(（]\d+[)）]", said[0])
    assert re.search(rf"{name} ?[(（]11[)）]", said[1])
    others = {value.names[lang] for value in load_framework(FRAMEWORK).values_at("core")} - {name}
    assert not any(other in note for other in others for note in said)


def test_nothing_is_said_of_values_that_all_meet_often() -> None:
    run = run_with(often(itertools.combinations(VALUES, 2), 12))
    found = coverage(study([run], Texts("en")))
    assert found is not None and len(found.intro) == 2


def test_values_that_never_met_the_others_are_told_on_the_page(tmp_path: Path) -> None:
    parts = VALUES[:5], VALUES[5:]
    run = run_with({pair: 30 for part in parts for pair in itertools.combinations(part, 2)})
    page = report([run], tmp_path / "page.html").read_text("utf-8")
    (said,) = re.findall(r"core value: ([^<]*) never met the other values", page)
    names = {value.id: value.names["en"] for value in load_framework(FRAMEWORK).values_at("core")}
    assert all((names[value] in said) == (value in parts[0]) for value in VALUES)
