"""Scenes before they are made: everything that can be wrong is checked, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from axiometer.build.conflicts.rules import digest_of, read_rules, values_on
from axiometer.build.corpus.dedup_rules import language
from axiometer.build.scenes.options import FILE, WRITE, SceneOptions, ScenesFolder
from axiometer.build.scenes.rows import SceneList, ShownRule, ShownValue, scene_lists
from axiometer.build.scenes.writing import WriteScenes
from axiometer.build.work.folders import check_writes, settle
from axiometer.build.work.specifications import Asking, has_steps, noted, steps_asked
from axiometer.errors import InputError
from axiometer.frameworks import Framework, Value, load_framework
from axiometer.frameworks.labels import normalise
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.specification import Specification, specification_in
from axiometer.models.draws import uniform
from axiometer.runtime.respondent import Respondent

FORMAT = 1
MOST_VALUES = 16
"""A level with more values than this is not taken unless it is named: each value takes 200 scenes by default."""
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class ScenePlan:
    """What `run_scenes` does. named: how the framework was given (id or path); values: in the framework's order; rules:
    those that are shown, by value (a value that has none has no scenes with rules), None where none are wanted."""

    named: str
    framework: Framework
    level: str
    values: tuple[Value, ...]
    rules: Mapping[str, tuple[ShownRule, ...]] | None
    options: SceneOptions
    lang: str
    writer: Respondent
    specification: Specification

    @property
    def unruled(self) -> tuple[str, ...]:
        """Ids of the values that have no rules, where rules are wanted."""
        return () if self.rules is None else tuple(value.id for value in self.values if not self.rules[value.id])

    def lists(self) -> Iterator[tuple[str, list[SceneList]]]:
        """(name of a part, its lists): one part for each value and condition. The name goes by the value's place in the
        framework, so that it stays where other values are asked for."""
        places = {value.id: place for place, value in enumerate(self.framework.values)}
        for value in self.values:
            shown = _shown(self.framework, value, prompt_language(self.lang))
            rules = () if self.rules is None else self.rules[value.id]
            yield f"{places[value.id]:04d}-0-without", self._lists_of(shown, None)
            if rules:
                yield f"{places[value.id]:04d}-1-with", self._lists_of(shown, rules[: self.options.per_value])

    def _lists_of(self, shown: ShownValue, rules: Sequence[ShownRule] | None) -> list[SceneList]:
        options = self.options
        return list(scene_lists(shown, rules, options.per_value, options.batch, self.lang, options.seed))


def plan_scenes(named: str, rules: Path | None, options: SceneOptions, writer: Respondent) -> ScenePlan:
    """Checks framework, rules and model. rules: a corpus or a table of rules. Raises an `AxiometerError` for anything
    that is wrong."""
    check_writes(writer)
    framework = load_framework(named)
    values = _values(framework, options)
    level = values[0].level
    table = None if rules is None else read_rules(rules, least=1)
    lang = options.lang or _language_of(table)
    shown = None
    if table is not None:
        shown = _rules(table, framework, values, lang, options)
        if not any(shown.values()):
            raise InputError(
                "no rules in {lang} for these values of {framework}",
                file=rules,
                mend="its rules name another framework, other values or another language (--lang)",
                lang=lang,
                framework=framework.id,
            )
    specification = _specify(framework, level, rules, table, options, lang, writer)
    return ScenePlan(named, framework, level, values, shown, options, lang, writer, specification)


def _values(framework: Framework, options: SceneOptions) -> tuple[Value, ...]:
    """The values that scenes are written for, in the framework's order, all of one level."""
    if not options.values:
        return framework.values_at(options.level or usual_level(framework))
    wanted = {framework.resolve(label, level=options.level) for label in options.values}
    found = tuple(value for value in framework.values if value.id in wanted)
    other = next((value for value in found if value.level != found[0].level), None)
    if other is not None:
        raise InputError(
            "{one} and {other} stand on different levels",
            mend="give values of one level, or name it with --level",
            one=found[0].id,
            other=other.id,
        )
    return found


def usual_level(framework: Framework) -> str:
    """The finest level with at most 16 values; where every level has more, the one with the fewest."""
    sizes = {level.id: len(framework.values_at(level.id)) for level in framework.levels}
    there = {level: size for level, size in sizes.items() if size}
    fitting = [level for level, size in there.items() if size <= MOST_VALUES]
    return fitting[-1] if fitting else min(there, key=there.__getitem__)


def _language_of(table: pl.DataFrame | None) -> str:
    """The language of the rules where it is one, else English."""
    langs = [] if table is None else table["lang"].unique().to_list()
    return langs[0] if len(langs) == 1 else ENGLISH


def _rules(
    table: pl.DataFrame, framework: Framework, values: Sequence[Value], lang: str, options: SceneOptions
) -> dict[str, tuple[ShownRule, ...]]:
    """Value id -> the rules drawn for it: of those of the language that count for it, no two with equal words, in the
    order of a hash, so that asking for more rules keeps those that are there."""
    counting: dict[str, list[ShownRule]] = {value.id: [] for value in values}
    level = values[0].level
    known = table.filter((pl.col("framework") == framework.id) & (pl.col("language") == language(lang)))
    for rule, text, named in known.select("id", "text", "values").iter_rows():
        for value in values_on(named or (), level, framework):
            if value in counting:
                counting[value].append(ShownRule(rule, text))
    drawn: dict[str, tuple[ShownRule, ...]] = {}
    for value_id, those in counting.items():
        in_order = sorted((uniform(options.seed, "rule", value_id, rule.id), rule.id, rule) for rule in those)
        first: dict[str, ShownRule] = {}
        for _, _, rule in in_order:
            first.setdefault(normalise(rule.text), rule)
        drawn[value_id] = tuple(first.values())[: options.rules_per_value]
    return drawn


def _shown(framework: Framework, value: Value, lang: str) -> ShownValue:
    definitions = value.definitions
    definition = definitions.get(lang) or definitions.get(ENGLISH) or next(iter(definitions.values()), "")
    return ShownValue(value.id, framework.id, framework.name(value.id, lang), " ".join(definition.split()))


def _specify(
    framework: Framework,
    level: str,
    rules: Path | None,
    table: pl.DataFrame | None,
    options: SceneOptions,
    lang: str,
    writer: Respondent,
) -> Specification:
    """How many scenes, and for which values of the level, can be asked anew in the same folder: answers stay."""
    stages: Asking = {WRITE: (WriteScenes(), writer)}
    asked: dict[str, Any] = {
        "framework": {"name": framework.id, "digest": framework.fingerprint},
        "level": level,
        "rules": None if table is None else {"digest": digest_of(table), "count": table.height},
        "rules_per_value": None if table is None else options.rules_per_value,
        "batch": options.batch,
        "steps": steps_asked(stages),
        "lang": lang,
        "seed": options.seed,
    }
    return Specification(asked, noted(stages, rules_from=None if rules is None else str(rules)))


def read_scenes(folder: ScenesFolder) -> Specification:
    """The specification of what is made in `folder`. Raises `InputError` when there is none or it is damaged."""
    return specification_in(folder.path, FILE, "axiometer build scenes", has_steps, format_=FORMAT)


def settle_specification(plan: ScenePlan, folder: ScenesFolder) -> None:
    """Writes `scenes.yaml`, or checks that the folder holds the same work. Raises `SpecificationChanged`."""
    settle(folder.path, FILE, plan.specification, lambda path: read_scenes(ScenesFolder(path)))
