"""What became of every rule of both sets, theme by theme."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from axiometer.build.themes.rule_sets import RuleSet
from axiometer.build.themes.style import Style, style_of
from axiometer.records.corpus_rows import RulePair

MATCHED: Final = "matched"
NOT_MATCHED: Final = "not matched"
NO_THEME: Final = "no theme"


@dataclass(frozen=True, slots=True)
class RuleFate:
    """What became of a rule in one theme; a rule without a theme has one row, with `theme` None.

    fate: matched, not matched (`reason` says why) or no theme. partner: the other rule; place: of the pair in the
    drawn order of its theme, from 1; form, length and opposed: its style (`style.Style`), None without a theme.
    """

    position: str
    id: str
    lang: str
    text: str
    theme: str | None
    fate: str
    reason: str | None
    partner: str | None
    pair: str | None
    place: int | None
    similarity: float | None
    distance: float | None
    length: int | None
    form: str | None
    opposed: bool | None


@dataclass(frozen=True, slots=True)
class MatchedPair:
    """A matched pair by the rows of its rules in their sets."""

    one: int
    other: int
    cosine: float
    distance: float


def fates_of(
    rule_set: RuleSet,
    which: int,
    pairs: Sequence[tuple[str, MatchedPair, RulePair]],
    reasons: Mapping[tuple[str, str, int], str],
) -> list[RuleFate]:
    """One row for every rule and theme, one for every rule without."""
    matched: dict[tuple[str, int], tuple[int, MatchedPair, RulePair]] = {}
    places: dict[str, int] = defaultdict(int)
    for theme, pair, row in pairs:
        places[theme] += 1
        matched[theme, (pair.one, pair.other)[which]] = (places[theme], pair, row)
    fates = []
    listed = rule_set.rules.select("id", "lang", "text", "language").iter_rows()
    for number, ((rule, lang, text, language), themes) in enumerate(zip(listed, rule_set.themes, strict=True)):
        if not themes:
            fates.append(_fate(rule_set.name, (rule, lang, text), None, NO_THEME))
            continue
        style = style_of(text, language)
        for theme in themes:
            there = matched.get((theme, number))
            if there is None:
                why = reasons[rule_set.name, theme, number]
                fates.append(_fate(rule_set.name, (rule, lang, text), theme, NOT_MATCHED, style, why))
            else:
                fate = _fate(rule_set.name, (rule, lang, text), theme, MATCHED, style)
                fates.append(_with_partner(fate, *there))
    return fates


def _fate(
    position: str,
    rule: tuple[str, str, str],
    theme: str | None,
    fate: str,
    style: Style | None = None,
    reason: str | None = None,
) -> RuleFate:
    return RuleFate(
        position,
        *rule,
        theme,
        fate,
        reason,
        partner=None,
        pair=None,
        place=None,
        similarity=None,
        distance=None,
        length=None if style is None else style.length,
        form=None if style is None else str(style.form),
        opposed=None if style is None else style.opposed,
    )


def _with_partner(fate: RuleFate, place: int, pair: MatchedPair, row: RulePair) -> RuleFate:
    partner = row.rule_b if row.rule_a == fate.id else row.rule_a
    return replace(
        fate, partner=partner, pair=row.id, place=place, similarity=pair.cosine, distance=round(pair.distance, 6)
    )
