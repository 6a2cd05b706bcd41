"""Before anything is asked: whose values, which rules, how many lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.build.scenes.options import SceneOptions
from axiometer.build.scenes.plan import ScenePlan, plan_scenes, usual_level
from axiometer.build.scenes.rows import ShownRule, ShownValue, scene_lists
from axiometer.build.scenes.status import estimate
from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.models.simulated_writer import SimulatedWriter
from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.records.tables import read_rows, write_rows
from axiometer.runtime.respondent import Respondent

from .conftest import HOME, PROFILE

SHOWN = ShownValue("freedom", HOME, "Freedom", "")
RULES = [ShownRule(f"r{number}", f"Rule {number}.") for number in range(7)]


def plan(rules: Path | None = None, framework: str = HOME, **options: object) -> ScenePlan:
    wanted = SceneOptions.of(**options)  # type: ignore[arg-type]
    return plan_scenes(framework, rules, wanted, Respondent(SimulatedWriter(PROFILE)))


def rules_of(folder: Path, *rules: tuple[str, str, str]) -> Path:
    """A table of rules: (value, language, words)."""
    made = [make_rule(lang=lang, text=text, origin="s", values=(value,), framework=HOME) for value, lang, text in rules]
    write_rows(made, Rule, folder / "some.parquet")
    return folder / "some.parquet"


@given(st.integers(1, 300), st.integers(0, 7), st.integers(1, 100))
def test_scenes_are_spread_evenly_over_rules_in_lists_of_at_most_a_batch(scenes: int, rules: int, batch: int) -> None:
    shown = RULES[:rules][:scenes] if rules else None
    lists = list(scene_lists(SHOWN, shown, scenes, batch, "en", 0))
    assert [each.first for each in lists] == [1 + sum(one.count for one in lists[:at]) for at in range(len(lists))]
    assert sum(each.count for each in lists) == scenes and max(each.count for each in lists) <= batch
    of_rule: dict[str | None, int] = {}
    for each in lists:
        of_rule[each.rule] = of_rule.get(each.rule, 0) + each.count
    assert max(of_rule.values()) - min(of_rule.values()) <= 1 and len(of_rule) == max(1, len(shown or ()))
    assert len({each.id for each in lists}) == len(lists) == len({(each.rule, each.number) for each in lists})


@given(st.integers(1, 20), st.integers(1, 5))
def test_more_scenes_change_no_list_that_is_full(lists: int, rules: int) -> None:
    few = list(scene_lists(SHOWN, RULES[:rules], lists * rules * 10, 10, "en", 0))
    more = list(scene_lists(SHOWN, RULES[:rules], 2 * lists * rules * 10, 10, "en", 0))
    assert more[: len(few)] == few and len(more) == 2 * len(few)


@pytest.mark.parametrize(
    ("framework", "level"), [(HOME, "core"), ("schwartz", "basic"), ("moral-foundations", "foundation")]
)
def test_the_finest_level_with_few_values_is_taken(framework: str, level: str) -> None:
    assert usual_level(load_framework(framework)) == level
    assert {value.level for value in plan(framework=framework).values} == {level}


def test_the_published_lists_are_one_of_a_hundred_and_five_of_twenty(rules: Path) -> None:
    parts = dict(plan(rules, batch=100, lang="en").lists())
    assert len(parts) == 24
    for name, lists in parts.items():
        assert [each.count for each in lists] == ([100] if name.endswith("-without") else [20] * 5)


def test_rules_of_derived_values_count_for_the_value_above_them(rules: Path) -> None:
    found = plan(rules, lang="zh")
    assert found.rules is not None and not found.unruled
    texts = {rule.id: rule for rule in read_rows(rules, Rule)}
    for value, shown in found.rules.items():
        assert len(shown) == 5
        for rule in shown:
            given = texts[rule.id]
            assert given.lang == "zh" and given.text == rule.text
            assert value in found.framework.ancestors_at(given.values[0], "core")
    few, other = plan(rules, lang="zh", rules_per_value=2), plan(rules, lang="zh", seed=1)
    assert few.rules == {value: shown[:2] for value, shown in found.rules.items()}
    assert other.rules != found.rules


def test_a_value_without_rules_has_scenes_without_rules_alone(tmp_path: Path) -> None:
    table = rules_of(
        tmp_path,
        ("freedom", "en", "One may say what one thinks."),
        ("freedom", "en", "One may say what one thinks!"),
        ("freedom", "zh", "人可以说出自己的想法"),
        ("harmony", "en", "One should talk before one quarrels."),
    )
    found = plan(table, values="freedom,harmony,justice", per_value=10)
    assert found.unruled == ("justice",) and found.lang == "en"
    assert found.rules is not None and [len(found.rules[value.id]) for value in found.values] == [1, 1, 0]
    assert [name[5:] for name, _ in found.lists()].count("1-with") == 2 and len(list(found.lists())) == 5


def test_the_language_is_that_of_the_rules_where_they_have_one(tmp_path: Path, rules: Path) -> None:
    table = rules_of(tmp_path, ("freedom", "zh", "人可以说出自己的想法"))
    assert (plan(table).lang, plan(rules).lang, plan().lang, plan(lang="zh").lang) == ("zh", "en", "en", "zh")


def test_what_it_would_take_is_said_before(rules: Path) -> None:
    (row,) = estimate(plan(rules, lang="en"))
    assert row.calls == 12 * (10 + 10) and row.calls_at_most == 2 * row.calls
    assert row.tokens_out == row.calls * 10 * 70 and row.tokens_in > row.calls * 200
    (one,) = estimate(plan(rules, lang="en", batch=100))
    assert one.calls == 12 * 6 and one.tokens_out == pytest.approx(row.tokens_out, rel=0.01)


def test_values_of_two_levels_are_no_classes() -> None:
    derived = load_framework(HOME).values_at("derived")[0].id
    with pytest.raises(InputError, match="stand on different levels"):
        plan(values=f"freedom,{derived}")
    with pytest.raises(InputError, match="below 1"):
        SceneOptions.of(batch=0)
    assert plan(values="Freedom, 和谐").values == plan(values="harmony,freedom").values
