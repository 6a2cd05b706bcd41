"""Small designs and respondents with known behaviour; answers are rows as `measure` writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from axiometer.analyze import AnalysisOptions
from axiometer.records import (
    Answer,
    Expression,
    ExpressionKind,
    Item,
    ItemKind,
    Mode,
    Option,
    Outcome,
    Role,
    content_id,
    make_item,
    to_frame,
)


def option(
    text: str, value: str | None = None, polarity: int = 1, rule: str | None = None, position: str | None = None
):
    expresses = []
    if value is not None:
        expresses.append(Expression(ExpressionKind.VALUE, value, polarity))
    if rule is not None:
        expresses.append(Expression(ExpressionKind.RULE, rule, 1))
    if position is not None:
        expresses.append(Expression(ExpressionKind.POSITION, position, 1))
    return Option(text, Role.SIDE, tuple(expresses))


def dilemma(
    name: str, sides: Sequence[Option], *, clusters=(), lang="en", parallel=None, framework=None, distractor=True
):
    extra = (Option(f"{name} neither", Role.DISTRACTOR),) if distractor else ()
    return make_item(
        kind=ItemKind.DILEMMA,
        lang=lang,
        prompt=f"{name} {lang}",
        options=(*sides, *extra),
        clusters=tuple(clusters),
        source="test",
        framework=framework,
        parallel_id=parallel,
    )


def dilemmas(
    values: Sequence[str], each: int, rules: int, *, langs: Sequence[str] = ("en",), seed: int = 0, framework=None
) -> list[Item]:
    """`each` dilemmas for every pair of values; every value has `rules` rules, shared by its dilemmas in turn."""
    generator = np.random.default_rng(seed)
    used = dict.fromkeys(values, 0)
    items = []
    for a, b in combinations(values, 2):
        for number in range(each):
            pair = [a, b] if generator.random() < 0.5 else [b, a]
            chosen = []
            for value in pair:
                chosen.append(f"{value}-{used[value] % rules}")
                used[value] += 1
            for lang in langs:
                name = f"{a}/{b}/{number}"
                sides = [option(f"{name} {v} {lang}", v, rule=r) for v, r in zip(pair, chosen, strict=True)]
                items.append(
                    dilemma(
                        name,
                        sides,
                        clusters=chosen,
                        lang=lang,
                        parallel=name if len(langs) > 1 else None,
                        framework=framework,
                    )
                )
    return items


@dataclass(frozen=True)
class Respondent:
    """Chooses by the strengths of the values that sides express, with a bias per slot, random rules and items."""

    name: str = "sim/test"
    strengths: Mapping[str, float] | None = None
    slot: tuple[float, ...] = (0.0, 0.0, 0.0)
    rule_sd: float = 0.0
    item_sd: float = 0.0
    refuse: float = 0.0
    distract: float = 0.0
    sure: bool = False
    seed: int = 1

    def answers(self, items: Sequence[Item], *, repeats: int = 1, wordings: int = 1, orders: int = 2) -> list[Answer]:
        generator = np.random.default_rng(self.seed)
        effects: dict[str, float] = {}
        rows = []
        for item in sorted(items, key=lambda one: (one.parallel_id or "", one.id)):
            sides = [i for i, o in enumerate(item.options) if o.role is Role.SIDE]
            liking = {}
            for i in sides:
                liking[i] = 0.0
                for e in item.options[i].expresses:
                    if e.kind is ExpressionKind.VALUE:
                        liking[i] += e.polarity * (self.strengths or {}).get(e.target, 0.0)
                    if e.kind is ExpressionKind.RULE:
                        liking[i] += effects.setdefault(e.target, generator.normal(0, self.rule_sd))
            own = effects.setdefault(f"item {item.parallel_id or item.id}", generator.normal(0, self.item_sd))
            liking[sides[0]] += own
            order = list(generator.permutation(len(item.options)))
            for shown in (order, order[::-1])[:orders]:
                for wording in range(wordings):
                    for repeat in range(repeats):
                        rows.append(self._answer(item, sides, liking, shown, wording, repeat, len(rows), generator))
        return rows

    def _answer(self, item, sides, liking, shown, wording, repeat, seq, generator) -> Answer:
        pull = np.array([liking[i] + self.slot[shown.index(i)] for i in sides])
        chances = np.exp(pull - pull.max())
        chosen = int(sides[int(pull.argmax())] if self.sure else generator.choice(sides, p=chances / chances.sum()))
        outcome = Outcome.CHOSEN
        draw = generator.random()
        if draw < self.refuse:
            outcome = Outcome.REFUSED
        elif draw < self.refuse + self.distract:
            chosen = next(i for i, o in enumerate(item.options) if o.role is Role.DISTRACTOR)
        return answer(
            self.name,
            item,
            shown,
            chosen if outcome is Outcome.CHOSEN else None,
            outcome=outcome,
            wording=str(wording),
            repeat=repeat,
            seq=seq,
        )


def answer(
    model,
    item,
    order,
    chosen,
    *,
    outcome=Outcome.CHOSEN,
    wording="1",
    repeat=0,
    seq=0,
    mode=Mode.CHOICE,
    shown=None,
    negated=False,
    stance=None,
    probabilities=None,
) -> Answer:
    order = tuple(int(i) for i in order)
    return Answer(
        id=content_id("answer", model, item.id, mode, order, wording, repeat, shown, negated), parent_ids=(item.id,),
        run="test", model=model, item=item.id, lang=item.lang, mode=mode, seq=seq, order=order, wording=wording,
        repeat=repeat, shown=shown, negated=negated, outcome=outcome, option=chosen,
        letter=None if chosen is None else chr(65 + order.index(chosen)), stance=stance, probabilities=probabilities,
        reason=None, raw="", reasoning=None, tokens_in=0, tokens_out=0, served_model=None, prompt_hash="", call="",
    )  # fmt: skip


@dataclass(frozen=True)
class Kit:
    """What tests build with."""

    option: Callable = option
    dilemma: Callable = dilemma
    dilemmas: Callable = dilemmas
    answer: Callable = answer
    Respondent: type = Respondent

    @staticmethod
    def frame(rows, row_type=Answer) -> pl.DataFrame:
        return to_frame(rows, row_type)

    @staticmethod
    def items_frame(items) -> pl.DataFrame:
        return to_frame(items, Item)


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit()


@pytest.fixture(scope="session")
def quick() -> AnalysisOptions:
    return AnalysisOptions(resamples=200)


@pytest.fixture(scope="session")
def eight() -> tuple[str, ...]:
    return tuple("abcdefgh")
