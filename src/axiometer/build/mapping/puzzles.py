"""Items whose map is looked for: three options and the words of two rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from axiometer.build.mapping.assignments import WAYS
from axiometer.records.ids import content_id
from axiometer.records.importers.starter import starter_items, starter_rules
from axiometer.records.rows import Item

RULES: Final = ("rule_1", "rule_2")
VALUES: Final = ("values_1", "values_2")
MAPPED: Final = "the map is known already"
NOT_THREE: Final = "not three options"
NO_RULES: Final = "the words of its rules are not in meta"
SAME_RULES: Final = "both rules are the same"
BLANK: Final = "an empty text"

KNOWN_WAY: Final = WAYS.index((0, 1, 2))
"""Of the starter dilemmas: the first side is the first rule's."""


@dataclass(frozen=True, slots=True)
class Puzzle:
    """One item to map. `rules`: ids of its sources, by which folds are made; `truth`: its way where that is known."""

    id: str
    lang: str
    scene: str
    options: tuple[str, str, str]
    first: str
    second: str
    rules: tuple[str, str]
    truth: int | None = None


def problem_of(item: Item) -> str | None:
    """Why an item cannot be mapped, None where it can."""
    if item.mapped:
        return MAPPED
    if len(item.options) != len(WAYS[0]):
        return NOT_THREE
    rules = [item.meta.get(name, "").strip() for name in RULES]
    if not all(rules):
        return NO_RULES
    if rules[0] == rules[1]:
        return SAME_RULES
    if not item.prompt.strip() or not all(option.text.strip() for option in item.options):
        return BLANK
    return None


def puzzle_of(item: Item) -> Puzzle:
    """The puzzle of an item without a problem."""
    first, second = (item.meta[name].strip() for name in RULES)
    texts = tuple(option.text for option in item.options)
    return Puzzle(
        id=item.id,
        lang=item.lang,
        scene=item.prompt,
        options=(texts[0], texts[1], texts[2]),
        first=first,
        second=second,
        rules=rule_ids(item),
    )


def rule_ids(item: Item) -> tuple[str, str]:
    """The ids of the first and the second rule: the item's clusters where it has one for each, else from the words."""
    if len(item.clusters) == len(RULES):
        return item.clusters[0], item.clusters[1]
    first, second = (f"rule:{content_id('rule', item.meta[name].strip())[:16]}" for name in RULES)
    return first, second


def starter_puzzles(langs: Sequence[str] | None = None) -> list[Puzzle]:
    """The dilemmas that ship with Axiometer, whose maps are known, in the languages named (default: all)."""
    rules = starter_rules()
    found = []
    for item in starter_items():
        if langs is not None and item.lang not in langs:
            continue
        first, second = item.clusters
        texts = tuple(option.text for option in item.options)
        found.append(
            Puzzle(
                id=item.id,
                lang=item.lang,
                scene=item.prompt,
                options=(texts[0], texts[1], texts[2]),
                first=rules[first].texts[item.lang],
                second=rules[second].texts[item.lang],
                rules=(first, second),
                truth=KNOWN_WAY,
            )
        )
    return found
