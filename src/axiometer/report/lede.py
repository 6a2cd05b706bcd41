"""The first thing on the page: a few sentences per respondent, made from the numbers and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from axiometer.analyze.correction.uncorrected import MACHINE_READ, uncorrected_in
from axiometer.report.parts import number_of, text_of, whole_of
from axiometer.report.sections.profile import opposing
from axiometer.report.views import Respondent, Study

Row = Mapping[str, object]

# A respondent that always takes one slot changes its choice between reversed orders almost always, one that draws lots
# about half the time: from here on content explains less than position or chance does.
_LIKE_CHANCE = 0.45
_LIKE_POSITION = 0.65
_SLOT_EXCESS = 0.15
_FEW_SIDES = 0.8


@dataclass(frozen=True, slots=True)
class ValueList:
    """Values with their shares and intervals, under a heading."""

    heading: str
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is said of one respondent: how often it chose, which values it expressed most and least, then cautions."""

    label: str
    mark: int
    chose: str
    lists: tuple[ValueList, ...]
    sentences: tuple[str, ...]
    cautions: tuple[str, ...]


def headline(study: Study, items: int) -> str:
    """The page's title: who was asked how much."""
    names = [_unbroken(entry.label) for entry in study.respondents]
    if len(names) <= 3:
        return study.texts("lede.headline", models=study.texts.listing(names), n=items)
    return study.texts("lede.headline_many", models=len(names), n=items)


def _unbroken(name: str) -> str:
    """A model's name that does not break at its hyphens and slashes (word joiners after them)."""
    return re.sub(r"([-/])", "\\1\u2060", name)


def standfirst(study: Study, items: int, presentations: int) -> str:
    """One sentence under the title: items, presentations, languages, and presentations that are missing."""
    texts = study.texts
    spoken = texts.listing([texts.named("language", lang) for lang in study.languages])
    said = texts("lede.study", n=items, presentations=presentations, languages=spoken)
    missing = sum(int(run.manifest.get("missing") or 0) for run in study.runs)  # type: ignore[call-overload]
    return said + (texts("lede.missing", n=missing) if missing else "")


def portraits(study: Study) -> tuple[Portrait, ...]:
    """One portrait per respondent, in their order."""
    found = []
    for entry in study.respondents:
        flips, caution = _flips(study, entry)
        sentences = (_tiers(study, entry), "" if caution else flips)
        cautions = (_as_read(study, entry), flips if caution else "", _slot(study, entry), _few(study, entry))
        found.append(
            Portrait(
                entry.label,
                entry.mark,
                _chose(study, entry),
                _values(study, entry),
                tuple(said for said in sentences if said),
                tuple(said for said in cautions if said),
            )
        )
    return tuple(found)


def chosen_share(study: Study, respondent: Respondent) -> tuple[float, int] | None:
    """Share of presentations in which a side was chosen, and the number of presentations."""
    rows = study.table("outcomes").filter(
        (pl.col("by") == "all") & (pl.col("lang") == "all") & (pl.col("model") == respondent.label)
    )
    chosen = rows.filter(pl.col("outcome") == "chosen")
    if rows.is_empty():
        return None
    total = int(rows["total"].max() or 0)  # type: ignore[arg-type]
    row: Row = next(chosen.iter_rows(named=True), {})
    return (number_of(row, "share") or 0.0), total


def _chose(study: Study, respondent: Respondent) -> str:
    found = chosen_share(study, respondent)
    if found is None:
        return ""
    return study.texts("lede.chose", share=study.texts.percent(found[0]), n=found[1])


def _values(study: Study, respondent: Respondent, most: int = 3) -> tuple[ValueList, ...]:
    """The values most and least often expressed on the main level (opposed, where no option expresses one)."""
    texts, main = study.texts, study.main_level
    if main is None:
        return _corpora(study, respondent)
    shares = study.table("shares").filter(
        (pl.col("lang") == "all") & (pl.col("model") == respondent.label) & (pl.col("level") == main.id)
    )
    known, suffix = shares.filter(pl.col("share").is_not_null()), ""
    if known.is_empty():
        known, suffix = opposing(shares), "_opposed"
    if known.is_empty():
        return ()
    first = known.filter(pl.col("mode") == known["mode"].sort()[0])
    ordered = first.sort("share", "value", descending=[True, False])
    rows = tuple(
        (
            study.value_name(text_of(row, "value")),
            texts.percent(number_of(row, "share")),
            texts.interval(number_of(row, "low"), number_of(row, "high")),
        )
        for row in ordered.iter_rows(named=True)
    )
    if len(rows) < 2 * most:
        return (ValueList(texts("lede.opposed" if suffix else "lede.expressed", level=main.name), rows),)
    return (
        ValueList(texts(f"lede.most{suffix}", level=main.name), rows[:most]),
        ValueList(texts(f"lede.least{suffix}"), rows[-most:]),
    )


def _corpora(study: Study, respondent: Respondent, most: int = 8) -> tuple[ValueList, ...]:
    """The corpora in alphabetical order, with the share that sides with each, corrected where it could be: nothing is
    said of more or less, for their items differ."""
    texts = study.texts
    found = study.table("corpora").filter(
        (pl.col("model") == respondent.label) & (pl.col("lang") == "all") & (pl.col("attribution") == "all")
    )
    if found.is_empty():
        return ()
    rows, mode = [], str(found["mode"][0])
    for row in found.filter(pl.col("mode") == mode).sort("corpus").head(most).iter_rows(named=True):
        name = "share" if row["corrected"] is None else "corrected"
        low, high = ("low", "high") if name == "share" else ("corrected_low", "corrected_high")
        interval = texts.interval(number_of(row, low), number_of(row, high))
        rows.append((text_of(row, "corpus"), texts.percent(number_of(row, name)), interval))
    return (ValueList(texts("lede.corpora", mode=texts.named("mode_short", mode)), tuple(rows)),)


def _tiers(study: Study, respondent: Respondent) -> str:
    texts, main = study.texts, study.main_level
    if main is None:
        return ""
    rows = study.table("ranking").filter((pl.col("model") == respondent.label) & (pl.col("level") == main.id))
    numbers = rows["tier"].drop_nulls().n_unique() if len(rows) else 0
    if not numbers:
        return ""
    return texts("lede.one_tier") if numbers == 1 else texts("lede.tiers", n=numbers)


def _consistency(study: Study, respondent: Respondent, quantity: str) -> float | None:
    rows = study.table("consistency").filter(
        (pl.col("lang") == "all")
        & (pl.col("model") == respondent.label)
        & (pl.col("quantity") == quantity)
        & ~pl.col("mode").is_in(MACHINE_READ)  # there it is the judge's
    )
    return number_of(next(rows.iter_rows(named=True), {}), "estimate")


def _flips(study: Study, respondent: Respondent) -> tuple[str, bool]:
    """What is said on changes with the order (of people: between persons), and whether it is a caution."""
    texts, flips = study.texts, _consistency(study, respondent, "order_flip")
    if respondent.people:
        apart = flips if flips is not None else _consistency(study, respondent, "retest_flip")
        return ("", False) if apart is None else (texts("lede.people_apart", share=texts.percent(apart)), False)
    if flips is None:
        return "", False
    said = texts("lede.flips", share=texts.percent(flips))
    if flips >= _LIKE_POSITION:
        return said + texts("lede.flips_position"), True
    if flips >= _LIKE_CHANCE:
        return said + texts("lede.flips_chance"), True
    return said, False


def _slot(study: Study, respondent: Respondent) -> str:
    """The slot that is chosen most beyond its even share, where that is much."""
    texts = study.texts
    rows = study.table("slots").filter(
        (pl.col("lang") == "all")
        & (pl.col("model") == respondent.label)
        & (pl.col("excess") > _SLOT_EXCESS)
        & ~pl.col("mode").is_in(MACHINE_READ)
    )
    if rows.is_empty():
        return ""
    row = next(rows.sort("excess", descending=True).iter_rows(named=True))
    letter = text_of(row, "letter") or str(whole_of(row, "slot") + 1)
    return texts("lede.slot", letter=letter, share=texts.percent(number_of(row, "share")))


def _as_read(study: Study, respondent: Respondent) -> str:
    """That what is said of free answers is the judge's word, where nothing corrects it."""
    label = respondent.label
    if label not in uncorrected_in("outcomes", study.table("outcomes")):
        return ""
    shown = study.table("corpora").filter(
        (pl.col("model") == label) & (pl.col("lang") == "all") & (pl.col("attribution") == "all")
    )
    if study.main_level is None and not shown.is_empty() and label not in uncorrected_in("corpora", shown):
        return study.texts("lede.as_read_in_part")
    return study.texts("lede.as_read")


def _few(study: Study, respondent: Respondent) -> str:
    found = chosen_share(study, respondent)
    if found is None or found[0] >= _FEW_SIDES:
        return ""
    return study.texts("lede.few", share=study.texts.percent(1 - found[0]))
