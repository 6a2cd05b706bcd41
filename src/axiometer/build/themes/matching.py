"""Rules of two sets matched theme by theme: the pairs, and what became of every rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from axiometer.build.corpus.dedup_rules import comparable
from axiometer.build.themes.assignment import Assigned, Side, assign
from axiometer.build.themes.fates import MatchedPair, RuleFate, fates_of
from axiometer.build.themes.options import ThemeOptions
from axiometer.build.themes.rule_sets import RuleSet
from axiometer.build.themes.style import style_of
from axiometer.models.draws import uniform
from axiometer.records.corpus_rows import RulePair
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame
from axiometer.similarity.vectors import Vectors

NOT_DRAWN: Final = "not drawn: more rules than --sample"
NO_PARTNERS: Final = "no rule of the other set is under the theme in its language"

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Matching:
    """pairs: frame of `RulePair`, by theme, within it in an order drawn by the seed; rules: frame of `RuleFate`."""

    pairs: pl.DataFrame
    rules: pl.DataFrame

    def chosen(self, per_theme: int | None) -> pl.DataFrame:
        """The pairs that scenes are written for: of each theme a sample, for the nearest ones are no likeness of all. A
        larger sample holds a smaller one."""
        if per_theme is None:
            return self.pairs
        return self.pairs.filter(pl.int_range(pl.len()).over("theme") < per_theme)


@dataclass(frozen=True, slots=True)
class _Block:
    """Rules under one theme that may be matched with each other, by their rows in their sets."""

    theme: str
    one: list[int]
    other: list[int]


def match(one: RuleSet, other: RuleSet, themes: Sequence[str], options: ThemeOptions, embed: Embed) -> Matching:
    """The matching of the rules under each of `themes`. embed: words to unit vectors."""
    blocks = [block for theme in themes for block in _blocks(one, other, theme, options)]
    drawn = [_drawn(block, one, other, options) for block in blocks]
    sides = _Sides(one, other, embed, drawn)
    pairs: dict[str, list[MatchedPair]] = defaultdict(list)
    reasons: dict[tuple[str, str, int], str] = {}
    for block, taken in zip(blocks, drawn, strict=True):
        for rule_set, all_rows, rows in ((one, block.one, taken.one), (other, block.other, taken.other)):
            for row in set(all_rows) - set(rows):
                reasons[rule_set.name, block.theme, row] = NOT_DRAWN
        found = assign(*sides.of(taken), options.calipers)
        pairs[block.theme] += _pairs(taken, found)
        for rule_set, rows, why, partners in (
            (one, taken.one, found.first_reasons, taken.other),
            (other, taken.other, found.second_reasons, taken.one),
        ):
            for row, reason in zip(rows, why, strict=True):
                if reason is not None:
                    reasons[rule_set.name, block.theme, row] = reason if partners else NO_PARTNERS
    rows_of_pairs = [
        (theme, pair, row)
        for theme in themes
        for pair, row in _in_drawn_order(theme, pairs[theme], one, other, options.dilemmas.seed)
    ]
    fates = [*fates_of(one, 0, rows_of_pairs, reasons), *fates_of(other, 1, rows_of_pairs, reasons)]
    return Matching(to_frame([row for _, _, row in rows_of_pairs], RulePair), to_frame(fates, RuleFate))


def crosses_languages(one: RuleSet, other: RuleSet, options: ThemeOptions) -> bool:
    """Whether rules of different languages are matched: where that is wanted, or where no language is in both sets."""
    return options.any_language or not (one.languages() & other.languages())


# -- blocks -----------------------------------------------------------------------------------------------------------


def _blocks(one: RuleSet, other: RuleSet, theme: str, options: ThemeOptions) -> list[_Block]:
    rows = (list(one.under(theme)), list(other.under(theme)))
    if crosses_languages(one, other, options):
        return [_Block(theme, *rows)]
    by_language: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for place, (rule_set, listed) in enumerate(zip((one, other), rows, strict=True)):
        langs = rule_set.rules["language"].gather(listed).to_list()
        for row, lang in zip(listed, langs, strict=True):
            by_language[lang][place].append(row)
    return [_Block(theme, *by_language[lang]) for lang in sorted(by_language)]


def _drawn(block: _Block, one: RuleSet, other: RuleSet, options: ThemeOptions) -> _Block:
    """The block with a seeded sample of each side that is larger than wanted. A larger sample holds a smaller one."""

    def some(rule_set: RuleSet, rows: list[int]) -> list[int]:
        if len(rows) <= options.sample:
            return rows
        ids = rule_set.rules["id"].gather(rows).to_list()
        seed = options.dilemmas.seed
        draws = [(uniform(seed, "theme", block.theme, rule), row) for rule, row in zip(ids, rows, strict=True)]
        return sorted(row for _, row in sorted(draws)[: options.sample])

    return replace(block, one=some(one, block.one), other=some(other, block.other))


class _Sides:
    """What matching needs of rules: vectors and styles, of each rule once however many themes it is under."""

    def __init__(self, one: RuleSet, other: RuleSet, embed: Embed, blocks: Sequence[_Block]) -> None:
        self._sets = (one, other)
        rows = (
            sorted({row for block in blocks for row in block.one}),
            sorted({row for block in blocks for row in block.other}),
        )
        self._texts = [
            each.rules["text"].gather(found).to_list() for each, found in zip((one, other), rows, strict=True)
        ]
        vectors = embed([*self._texts[0], *self._texts[1]])
        self._places = [{row: place for place, row in enumerate(found)} for found in rows]
        self._vectors = (vectors[: len(rows[0])], vectors[len(rows[0]) :])

    def of(self, block: _Block) -> tuple[Side, Side]:
        return self._side(0, block.one), self._side(1, block.other)

    def _side(self, which: int, rows: list[int]) -> Side:
        places = [self._places[which][row] for row in rows]
        langs = self._sets[which].rules["language"].gather(rows).to_list()
        texts = [self._texts[which][place] for place in places]
        styles = [style_of(text, lang) for text, lang in zip(texts, langs, strict=True)]
        return Side(self._vectors[which][places], styles, [comparable(text) for text in texts])


# -- rows -------------------------------------------------------------------------------------------------------------


def _pairs(block: _Block, found: Assigned) -> list[MatchedPair]:
    rows = zip(found.first.tolist(), found.second.tolist(), found.cosines, found.distances, strict=True)
    return [
        MatchedPair(block.one[i], block.other[j], float(cosine), float(distance)) for i, j, cosine, distance in rows
    ]


def _in_drawn_order(
    theme: str, pairs: Sequence[MatchedPair], one: RuleSet, other: RuleSet, seed: int
) -> list[tuple[MatchedPair, RulePair]]:
    both = [(pair, _rule_pair(theme, pair, one, other)) for pair in pairs]
    return sorted(both, key=lambda each: (uniform(seed, "place", each[1].id), each[1].id))


def _rule_pair(theme: str, pair: MatchedPair, one: RuleSet, other: RuleSet) -> RulePair:
    """The row of a pair: rule A is that of the smaller id, whichever set it is of."""
    first = {**one.rules.row(pair.one, named=True), "position": one.name}
    second = {**other.rules.row(pair.other, named=True), "position": other.name}
    a, b = (first, second) if first["id"] <= second["id"] else (second, first)
    frameworks = {rule["framework"] for rule in (a, b) if rule["framework"] is not None}
    framework = frameworks.pop() if len(frameworks) == 1 else None
    ids = (a["id"], b["id"])
    return RulePair(
        id=content_id("theme-pair", theme, *ids, a["position"], b["position"]),
        parent_ids=ids,
        lang=a["lang"],
        rule_a=a["id"],
        rule_b=b["id"],
        text_a=a["text"],
        text_b=b["text"],
        values_a=_values(a, framework),
        values_b=_values(b, framework),
        framework=framework,
        similarity=pair.cosine,
        theme=theme,
        position_a=a["position"],
        position_b=b["position"],
        lang_b=b["lang"] if b["lang"] != a["lang"] else None,
    )


def _values(rule: Mapping[str, Any], framework: str | None) -> tuple[str, ...]:
    """A rule's values, where they are of the pair's framework: of another, or of none, they mean nothing beside it."""
    return tuple(rule["values"] or ()) if framework is not None and rule["framework"] == framework else ()
