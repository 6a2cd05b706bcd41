"""A framework in a prompt: its own words, in its order, no longer than needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiometer.build.corpus.steps.framework_text import chosen, framework_name, most_specific, outline, overview, tree
from axiometer.frameworks import Framework, load_framework, shipped


@pytest.mark.parametrize(
    ("framework_id", "level"),
    [
        ("core-socialist-values", "core"),
        ("schwartz", "refined"),
        ("moral-foundations", "foundation"),
        ("moralchoice-rules", "rule"),
    ],
)
def test_an_overview_shows_the_most_specific_level_of_at_most_twenty_values(framework_id: str, level: str) -> None:
    framework = load_framework(framework_id)
    values = framework.values_at(level)
    for lang in ("zh", "en"):
        lines = overview(framework, lang).splitlines()
        assert len(lines) == len(values) <= 20
        for line, value in zip(lines, values, strict=True):
            assert line.startswith(f"- {value.names[lang]}") and line.endswith(value.definitions[lang])


@pytest.mark.parametrize("framework_id", shipped())
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_trees_name_every_id_once(framework_id: str, lang: str) -> None:
    framework = load_framework(framework_id)
    heads = [line.strip().removeprefix("- ").split(" ")[0].rstrip(":：") for line in tree(framework, lang).splitlines()]
    ids = [head.partition("：")[0] for head in heads]
    assert sorted(ids) == sorted(value.id for value in framework.values)
    short = outline(framework, lang)
    assert all(value.id in short for value in framework.values)
    assert len(short) <= len(tree(framework, lang)) + len(framework.values)


def test_a_tree_is_indented_by_level_and_defines_what_has_nothing_below(core: Framework) -> None:
    lines = tree(core, "zh").splitlines()
    assert lines[0] == "- national 国家" and lines[1] == "  - prosperity 富强"
    definition = core.value("high-quality-development").definitions["zh"]
    assert lines[2] == f"    - high-quality-development 高质量发展：{definition}"
    assert core.value("prosperity").definitions["zh"] not in tree(core, "zh")


def test_an_english_name_that_is_the_id_is_not_said_twice(core: Framework) -> None:
    assert tree(core, "en").splitlines()[:2] == ["- national", "  - prosperity"]
    assert "equal-dignity Equality of dignity: " in tree(core, "en")


def test_an_outline_defines_the_level_of_the_overview_and_lists_what_is_below(core: Framework) -> None:
    lines = outline(core, "en").splitlines()
    assert lines[1] == f"  - prosperity: {core.value('prosperity').definitions['en']}"
    assert lines[2].split("- ")[1].split(", ") == list(core.children("prosperity"))
    assert len(lines) == 3 + 12 + 12


def test_chosen_values_come_with_what_is_above_them_broadest_first(core: Framework) -> None:
    lines = chosen(core, ("tolerance",), "en").splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "- Personal (sphere)",
        "- Friendship (core value)",
        "- Tolerance (derived value)",
    ]
    assert len(chosen(core, ("tolerance", "friendship", "sincerity"), "zh").splitlines()) == 5


def test_values_above_a_given_one_are_left_out(core: Framework) -> None:
    assert most_specific(core, ["friendship", "tolerance", "personal", "equality", "tolerance"]) == (
        "equality",
        "tolerance",
    )


def test_a_name_falls_back_to_english(flat: Framework) -> None:
    assert framework_name(flat, "zh") == "Flat values"
    assert overview(flat, "zh").splitlines()[1] == "- Valour：Facing danger for others."


def test_long_definitions_are_cut_and_large_levels_still_shown(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    values = "\n".join(
        f"  - {{id: v{n}, names: {{zh: 价值{n}, en: Value {n}}}, "
        f"definitions: {{zh: {'很长的定义' * 20}, en: {'many words ' * 30}}}}}"
        for n in range(30)
    )
    file.write_text(
        f"id: large\nversion: 1\nlanguages: [zh, en]\nnames: {{zh: 大, en: Large}}\nvalues:\n{values}\n",
        encoding="utf-8",
    )
    framework = load_framework(file)
    for lang, most in (("zh", 60), ("en", 200)):
        lines = overview(framework, lang).splitlines()
        assert len(lines) == 30 and max(map(len, lines)) < most and all(line.endswith("…") for line in lines)
