"""What a judge is asked about a free answer, and what it says: rows of both of its stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from axiometer.frameworks import Framework
from axiometer.measure.design import Design, judge_orders, sides_of
from axiometer.records.ids import content_id
from axiometer.records.rows import ExpressionKind, FreeAnswer, Item, Mode, Outcome


@dataclass(frozen=True, slots=True)
class JudgeQuestion:
    """A free answer as a judge sees it once. `order[place]` is the index in the item of the option at that place.

    `shown`: the texts before the judge: those options in mode `judged`; in mode `open` values with their meanings, and
    `sides` is then, for each of them, the index of the option that endorses it (-1: more than one does).
    `options`: the texts of the options in that order, for simulated judges alone.
    """

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    question: str
    answer: str
    order: tuple[int, ...]
    shown: tuple[str, ...]
    options: tuple[str, ...]
    sides: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says: CHOSEN with an option (its index in the item), BOTH, or EVASIVE (none). `letter` is the option
    or value that it named."""

    id: str
    parent_ids: tuple[str, ...]
    outcome: Outcome
    option: int | None
    letter: str | None
    reason: str | None


def questions(item: Item, free: FreeAnswer, design: Design, frameworks: Mapping[str, Framework]) -> list[JudgeQuestion]:
    """The questions about one free answer: one for each order in which it is judged."""
    return questions_about(item, free.text, (free.id, item.id), design, frameworks)


def questions_about(
    item: Item, answer: str, parents: tuple[str, str], design: Design, frameworks: Mapping[str, Framework]
) -> list[JudgeQuestion]:
    """The questions about what was said to `item`; `parents` are the ids of the answer and of the item."""
    return [_question(item, answer, parents, order, design, frameworks) for order in judge_orders(item, design)]


def _question(
    item: Item,
    answer: str,
    parents: tuple[str, str],
    order: tuple[int, ...],
    design: Design,
    frameworks: Mapping[str, Framework],
) -> JudgeQuestion:
    options = tuple(item.options[index].text for index in order)
    shown: tuple[str, ...] = options
    sides: tuple[int, ...] = ()
    if design.mode is Mode.OPEN:
        framework = frameworks.get(item.framework or "")
        values = values_at_stake(item, order)
        shown = tuple(_described(value, framework, item) for value in values)
        sides = tuple(values.values())
    return JudgeQuestion(
        id=content_id("judge", parents[0], order),
        parent_ids=parents,
        lang=item.lang,
        question=item.prompt,
        answer=answer,
        order=order,
        shown=shown,
        options=options,
        sides=sides,
    )


def values_at_stake(item: Item, order: Sequence[int] | None = None) -> dict[str, int]:
    """The values that the sides of `item` endorse, in the order of the sides, each with the index of the option that
    endorses it; -1 where more than one does, so that acting on it says nothing about the side."""
    found: dict[str, int] = {}
    for index in sides_of(item) if order is None else order:
        for expression in item.options[index].expresses:
            if expression.kind is ExpressionKind.VALUE and expression.polarity > 0:
                known = found.setdefault(expression.target, index)
                found[expression.target] = index if known == index else -1
    return found


def _described(value: str, framework: Framework | None, item: Item) -> str:
    """A value's name and meaning in the language of the item, or else in English; without a framework, the item's own
    words for it."""
    if framework is None or value not in framework:
        return meaning_of(item, value)
    known = framework.value(value)
    name = known.names.get(item.lang) or known.names.get("en") or next(iter(known.names.values()), value)
    meaning = known.definitions.get(item.lang) or known.definitions.get("en") or ""
    return f"{name}: {meaning}" if meaning else name


def meaning_of(item: Item, value: str) -> str:
    """What `meta` of an open item says of a value: `value_1` and `meaning_1`, `value_2` and so on."""
    for name, said in item.meta.items():
        if said == value and name.startswith("value_"):
            meaning = item.meta.get(f"meaning_{name.removeprefix('value_')}")
            return f"{value}: {meaning}" if meaning else value
    return value
