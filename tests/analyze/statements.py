"""Statements of corpora, and respondents that side with them to a planted degree in every mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

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
)


def statement(
    number: int,
    corpus: str,
    *,
    lang: str = "en",
    attribution: str | None = "outlet",
    issue: int | None = None,
    **meta: str,
) -> Item:
    """A statement (option 0) and its reverse (option 1)."""
    options = tuple(
        Option(f"{text} {number} {corpus}", Role.SIDE, (Expression(ExpressionKind.POSITION, corpus, polarity),))
        for text, polarity in (("Yes, it should", 1), ("No, it should not", -1))
    )
    told = {**meta, **({} if attribution is None else {"attribution": attribution})}
    return make_item(
        kind=ItemKind.STATEMENT, lang=lang, prompt=f"Should it? {number} {corpus} {lang}", options=options,
        clusters=(f"{corpus} issue {number if issue is None else issue}",), source="test", meta=told,
    )  # fmt: skip


@dataclass(frozen=True)
class Sider:
    """Sides with each corpus's statements with a planted probability. `says_yes`: the chance of supporting whatever is
    put forward in agree mode. `errors`: what a judge says of an answer with and against: (wrong, neither)."""

    name: str
    agrees: Mapping[str, float]
    says_yes: float = 0.0
    errors: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0))
    repeats: int = 1
    seed: int = 1

    def chance(self, item: Item) -> float:
        return self.agrees[item.options[0].expresses[0].target]

    def answers(self, items: Sequence[Item], mode: Mode, answer) -> list[Answer]:
        generator = np.random.default_rng([self.seed, len(mode.value)])
        put = {Mode.AGREE: self._agree, Mode.LOGPROB: self._logprob}.get(mode, self._choice)
        return [row for item in items for row in put(item, generator, answer)]

    def _agree(self, item, generator, answer):
        for shown in (0, 1):
            sides = generator.random() < self.chance(item)
            yes = (sides if shown == 0 else not sides) or generator.random() < self.says_yes
            yield answer(self.name, item, (0, 1), None, mode=Mode.AGREE, shown=shown, stance=1 if yes else -1)

    def _logprob(self, item, generator, answer):
        p = self.chance(item)
        for order in ((0, 1), (1, 0)):
            yield answer(self.name, item, order, 0, mode=Mode.LOGPROB, probabilities=(p, 1 - p))

    def _choice(self, item, generator, answer):
        for order in ((0, 1), (1, 0)):
            yield answer(self.name, item, order, int(generator.random() >= self.chance(item)))

    def judged(self, items: Sequence[Item], answer, labelled: float = 0.0) -> tuple[list[Answer], pl.DataFrame]:
        """Verdicts in both orders on free answers, and one person's labels of a random part, which are the truth."""
        generator = np.random.default_rng([self.seed, 99])
        rows, labels = [], []
        for item in items:
            for repeat in range(self.repeats):
                truth = int(generator.random() >= self.chance(item))
                free = content_id("free", self.name, item.id, repeat)
                for order in ((0, 1), (1, 0)):
                    rows.append(self._verdict(item, truth, order, repeat, free, generator, answer))
                if generator.random() < labelled:
                    labels.append((free, "person", str(truth), labelled))
        return rows, labels_frame(labels)

    def _verdict(self, item, truth, order, repeat, free, generator, answer):
        wrong, neither = self.errors[truth]
        draw = generator.random()
        said: int | None = truth
        outcome = Outcome.CHOSEN
        if draw < wrong:
            said = 1 - truth
        elif draw < wrong + neither:
            said, outcome = None, Outcome.EVASIVE
        row = answer(self.name, item, order, said, outcome=outcome, mode=Mode.JUDGED, repeat=repeat)
        return replace(row, parent_ids=(item.id, free))


def labels_frame(rows: Sequence[tuple[str, str, str, float]]) -> pl.DataFrame:
    schema = {"subject": pl.String, "rater": pl.String, "value": pl.String, "inclusion": pl.Float64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")
