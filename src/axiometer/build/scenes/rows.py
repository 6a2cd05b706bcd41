"""The rows that travel between the steps: a list of scenes that is asked for, and the scenes of its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from axiometer.records.corpus_rows import GeneratedScene, SceneCondition
from axiometer.records.ids import content_id


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value as it is shown: its id, the framework's, its name and its definition (empty where it has none)."""

    value: str
    framework: str
    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A rule that is shown."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class SceneList:
    """One call: `count` scenes for a value, with a rule or without. `number` counts the lists of the same value and
    rule from 1; the scenes are numbered from `first` within value and condition.

    `text` holds the value's name and the rule, for people who read rejects.
    """

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    value: str
    framework: str
    name: str
    definition: str
    condition: str
    rule: str | None
    rule_text: str
    number: int
    first: int
    count: int

    def wanted(self, place: int) -> str:
        """The id of the scene that is wanted at a place (from 1) of the list."""
        return content_id("scene-wanted", self.id, place)


@dataclass(frozen=True, slots=True)
class WrittenScene:
    """What stands at a `place` (from 1) of an answer; places beyond those that were asked for are there too."""

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    place: int


def scene_lists(
    shown: ShownValue, rules: Sequence[ShownRule] | None, scenes: int, batch: int, lang: str, seed: int
) -> Iterator[SceneList]:
    """The lists of a value and condition (rules: None is without rules), `scenes` scenes together: spread evenly over
    the rules, at most `batch` in a list.

    Lists with one number come one after another for all rules, so that more scenes add lists and change no full one.
    """
    condition = SceneCondition.WITHOUT_RULES if rules is None else SceneCondition.WITH_RULES
    sources: Sequence[ShownRule | None] = (None,) if rules is None else rules
    left = {place: _share(scenes, len(sources), place) for place in range(len(sources))}
    first = number = 1
    while any(left.values()):
        for place, rule in enumerate(sources):
            count = min(batch, left[place])
            if count:
                yield _scene_list(shown, rule, condition, (number, first, count), lang, seed)
                first, left[place] = first + count, left[place] - count
        number += 1


def _share(scenes: int, sources: int, place: int) -> int:
    whole, rest = divmod(scenes, sources)
    return whole + (place < rest)


def _scene_list(
    shown: ShownValue,
    rule: ShownRule | None,
    condition: SceneCondition,
    numbers: tuple[int, int, int],
    lang: str,
    seed: int,
) -> SceneList:
    number, first, count = numbers
    about = (shown.framework, shown.value, str(condition), None if rule is None else rule.id)
    return SceneList(
        id=content_id("scene-list", *about, number, first, count, lang, seed),
        parent_ids=() if rule is None else (rule.id,),
        lang=lang,
        text=shown.name if rule is None else f"{shown.name}: {rule.text}",
        value=shown.value,
        framework=shown.framework,
        name=shown.name,
        definition=shown.definition,
        condition=str(condition),
        rule=None if rule is None else rule.id,
        rule_text="" if rule is None else rule.text,
        number=number,
        first=first,
        count=count,
    )


def written_scene(asked: SceneList, place: int, text: str) -> WrittenScene:
    """What stands at a place of the answer."""
    return WrittenScene(content_id("written-scene", asked.id, place, text), (asked.id,), asked.lang, text, place)


def make_generated(
    asked: SceneList, written: WrittenScene, model: str, *, quotes: str | None, names_value: bool
) -> GeneratedScene:
    """The row of the table. Parents: the request (whose calls stand in the fates of the step `write`), and the rule."""
    return GeneratedScene(
        id=content_id("generated-scene", asked.id, written.place, written.text, model),
        parent_ids=(asked.id, *asked.parent_ids),
        lang=asked.lang,
        text=written.text,
        value=asked.value,
        framework=asked.framework,
        condition=asked.condition,
        number=asked.first + written.place - 1,
        rule=asked.rule,
        model=model,
        quotes=quotes,
        names_value=names_value,
    )


def by_place(written: Sequence[WrittenScene]) -> Mapping[str, Mapping[int, WrittenScene]]:
    """Request id -> place -> what stands there."""
    found: dict[str, dict[int, WrittenScene]] = {}
    for each in written:
        found.setdefault(each.parent_ids[0], {})[each.place] = each
    return found
