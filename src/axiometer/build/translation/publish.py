"""What is left of translations: originals and translations as one table, what was lost, the account."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from axiometer.build.translation.choosing import complete
from axiometer.build.translation.options import CHOOSE, DISTINCT, STEPS, TranslationFolder
from axiometer.build.translation.plan import TranslationPlan
from axiometer.build.translation.rows import CheckedTranslation, make_parallel, paired
from axiometer.build.translation.status import status
from axiometer.build.work.accounts import StepAccount
from axiometer.build.work.large_tables import csv_for_people, write_frames
from axiometer.build.work.rejects import REJECTS, PassedStep, rejects
from axiometer.records.rows import Item
from axiometer.records.schemas import schema_of, to_frame, to_rows
from axiometer.records.tables import write_text
from axiometer.runtime.progress import Tally
from axiometer.runtime.stages.parts import StageFolder


@dataclass(frozen=True, slots=True)
class LanguageSummary:
    """One language: translations that were wanted and that are there, and the lowest cosine of a text with what came
    back of it, for the worst item, the worst of 20, and the middle one (None where there are no translations)."""

    lang: str
    wanted: int
    translated: int
    lowest: float | None
    low: float | None
    median: float | None


@dataclass(frozen=True, slots=True)
class TranslationSummary:
    """What there is in the end: originals that came in and that are in the table, translations, items in all, the
    account of every step, why translations were lost, and calls made now and before. unmeasured: languages that
    were compared by the way back alone."""

    folder: Path
    originals: int
    kept_originals: int
    translations: int
    items: int
    languages: tuple[LanguageSummary, ...]
    unmeasured: tuple[str, ...]
    lost: Mapping[str, int]
    steps: tuple[StepAccount, ...]
    calls: int
    hits: int
    retry: int


def publish(
    plan: TranslationPlan, folder: TranslationFolder, part: int, tallies: Sequence[Tally]
) -> TranslationSummary:
    """Writes items, rejects and summary. part: how many items go into a part. Raises `AssertionError` where a
    translation is unaccounted for."""
    passed = _passed(folder.stage(DISTINCT))
    families = complete(plan.items, plan.langs, passed, plan.options.to) if plan.options.complete_only else None
    write_frames(_items(plan, folder, part, families), schema_of(Item), folder.items)
    _write_rejects(folder)
    summary = _summary(plan, folder, len(passed), tallies)
    said = {key: value for key, value in asdict(summary).items() if key not in ("calls", "hits")}
    write_text(json.dumps(said, ensure_ascii=False, indent=2, default=str) + "\n", folder.summary)
    return summary


def _passed(stage: StageFolder) -> list[tuple[str, str]]:
    """(item, language) of every translation that passed."""
    item = pl.col("returned").struct.field("there").struct.field("asked").struct.field("item")
    return [
        (found, lang)
        for part in stage.parts()
        for found, lang in stage.rows_of(part.name, ["lang", "returned"]).select(item, "lang").iter_rows()
    ]


def _items(
    plan: TranslationPlan, folder: TranslationFolder, part: int, families: set[str] | None
) -> Iterator[pl.DataFrame]:
    """Each original, then its translations in the order of the languages; with `families`, only those."""
    stage = folder.stage(DISTINCT)
    translator, returner = plan.translator.model.name, plan.returner.model.name
    for start in range(0, plan.items.height, part):
        found: dict[tuple[str, str], CheckedTranslation] = {}
        for lang in plan.options.to:
            for row in to_rows(stage.rows_of(f"{lang}-{start // part:06d}"), CheckedTranslation):
                found[row.returned.there.asked.item, lang] = row
        rows: list[Item] = []
        for item in to_rows(plan.items.slice(start, part), Item):
            if families is not None and (item.parallel_id or item.id) not in families:
                continue
            versions = [found[item.id, lang] for lang in plan.options.to if (item.id, lang) in found]
            rows.append(paired(item) if versions else item)
            rows += [make_parallel(item, version, translator, returner) for version in versions]
        yield to_frame(rows, Item)


def _write_rejects(folder: TranslationFolder) -> None:
    with csv_for_people(folder.rejects, REJECTS.names()) as append:
        for before, name in pairwise(STEPS):
            inputs = folder.stage(before)
            step = PassedStep(name, folder.stage(name), dict.fromkeys(inputs.names(), inputs))
            for frame in rejects(step):
                append(frame)


def _summary(
    plan: TranslationPlan, folder: TranslationFolder, translations: int, tallies: Sequence[Tally]
) -> TranslationSummary:
    accounts = tuple(status(folder.path))
    lost: dict[str, int] = {}
    for each in accounts:
        if each.step != CHOOSE:
            for reason, count in (*each.account.dropped.items(), *each.account.failed.items()):
                lost[reason] = lost.get(reason, 0) + count
    all_lost = sum(lost.values())
    assert translations + all_lost == plan.wanted, f"{plan.wanted} wanted, {translations} there, {all_lost} lost"
    items = pl.scan_parquet(folder.items, glob=False)
    total = int(items.select(pl.len()).collect().item())
    originals = int(items.select(pl.col("id").is_in(plan.items["id"].implode()).sum()).collect().item())
    return TranslationSummary(
        folder=folder.path,
        originals=plan.items.height,
        kept_originals=originals,
        translations=total - originals,
        items=total,
        languages=tuple(_language(plan, folder, lang) for lang in plan.options.to),
        unmeasured=plan.unmeasured,
        lost=dict(sorted(lost.items(), key=lambda pair: (-pair[1], pair[0]))),
        steps=accounts,
        calls=sum(tally.calls for tally in tallies),
        hits=sum(tally.hits for tally in tallies),
        retry=sum(account.retry for account in accounts),
    )


def _language(plan: TranslationPlan, folder: TranslationFolder, lang: str) -> LanguageSummary:
    stage = folder.stage(DISTINCT)
    least = [
        stage.rows_of(part.name, ["similarity"])["similarity"].list.min()
        for part in stage.parts()
        if part.name.startswith(f"{lang}-")
    ]
    cosines = pl.concat(least) if least else pl.Series([], dtype=pl.Float64())
    wanted = sum(reason is None for reason in plan.left_out[lang])
    quantiles = (None if (found := cosines.quantile(q)) is None else round(float(found), 4) for q in (0.0, 0.05, 0.5))
    return LanguageSummary(lang, wanted, cosines.len(), *quantiles)
