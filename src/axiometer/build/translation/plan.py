"""Translations before they are made: everything that can be wrong is checked, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from axiometer.build.corpus.ingest.languages import declared
from axiometer.build.translation.asking import TranslateBack, TranslateItems
from axiometer.build.translation.choosing import left_out, sampled
from axiometer.build.translation.likeness import knows, measured_across
from axiometer.build.translation.options import BACK, FILE, TRANSLATE, TranslationFolder, TranslationOptions
from axiometer.build.work.folders import check_writes, settle
from axiometer.build.work.specifications import Asking, has_steps, noted, steps_asked
from axiometer.errors import InputError
from axiometer.measure.specification import Specification, specification_in
from axiometer.records.ids import content_id
from axiometer.records.rows import Item
from axiometer.records.tables import read_table
from axiometer.runtime.respondent import Respondent

FORMAT = 1


@dataclass(frozen=True, slots=True)
class TranslationPlan:
    """What `run_translation` does. items: frame of `Item`; langs: their languages as plain codes; left_out: for each
    language why an item is not translated into it, None where it is."""

    path: Path
    options: TranslationOptions
    items: pl.DataFrame
    langs: pl.Series
    left_out: Mapping[str, list[str | None]]
    translator: Respondent
    returner: Respondent
    specification: Specification

    @property
    def wanted(self) -> int:
        """How many translations are wanted."""
        return sum(reason is None for reasons in self.left_out.values() for reason in reasons)

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """Languages whose translations are not compared with the originals themselves, only by what comes back."""
        sources = set(self.langs.to_list())
        embedder = self.options.embedder
        return tuple(
            lang
            for lang in self.options.to
            if not all(measured_across(embedder, source, lang) for source in sources - {lang})
        )


def plan_translation(
    path: Path, options: TranslationOptions, translator: Respondent, returner: Respondent | None = None
) -> TranslationPlan:
    """Checks items, languages and models. path: a table of items; returner: who translates back, default the
    translator. Raises an `AxiometerError` for anything that is wrong."""
    back = returner or translator
    for respondent in (translator, back):
        check_writes(respondent)
    table = read_table(path, Item)
    _check_items(table, path)
    items = sampled(table, options.limit, options.seed)
    langs = pl.Series("lang", [declared(lang) or lang for lang in items["lang"].to_list()], dtype=pl.String())
    reasons = {lang: left_out(items, langs, lang, options.origin) for lang in options.to}
    plan = TranslationPlan(
        path, options, items, langs, reasons, translator, back, _specify(path, table, options, translator, back)
    )
    _check_languages(plan)
    return plan


def _check_items(items: pl.DataFrame, path: Path) -> None:
    if not items.height:
        raise InputError("the table holds no items", file=path)
    twice = items.filter(pl.col("id").is_duplicated())
    if twice.height:
        raise InputError("{n} items stand in the table twice", file=path, n=twice.height - twice["id"].n_unique())


def _check_languages(plan: TranslationPlan) -> None:
    options = plan.options
    if not plan.wanted:
        present = ", ".join(sorted(set(plan.langs.to_list())))
        raise InputError(
            "nothing to translate to {to}",
            file=plan.path,
            mend="it holds: {present}",
            to=", ".join(options.to),
            present=present,
        )
    for lang in sorted({lang for lang, asked in zip(plan.langs.to_list(), _asked(plan), strict=True) if asked}):
        if not knows(options.embedder, lang):
            raise InputError(
                "the embedder {embedder} does not know the language {lang!r} and cannot compare what comes back",
                mend="name another one with --embedder",
                embedder=options.embedder,
                lang=lang,
            )


def _asked(plan: TranslationPlan) -> list[bool]:
    """Whether each item is translated at all."""
    return [any(reason is None for reason in of_item) for of_item in zip(*plan.left_out.values(), strict=True)]


def _specify(
    path: Path, table: pl.DataFrame, options: TranslationOptions, translator: Respondent, returner: Respondent
) -> Specification:
    """Languages, which items, and the checks can be asked anew in the same folder: answers stay."""
    stages: Asking = {
        TRANSLATE: (TranslateItems(), translator),
        BACK: (TranslateBack(), returner),
    }
    asked: dict[str, Any] = {
        "items": {"digest": _digest(table), "count": table.height},
        "steps": steps_asked(stages),
        "seed": options.seed,
    }
    return Specification(asked, noted(stages, items_from=str(path), to=list(options.to)))


def _digest(items: pl.DataFrame) -> str:
    """Of all items: an item's id stands for its words and what they express; 32 hex digits."""
    return content_id("items", [list(row) for row in items.select("id", "parallel_id").iter_rows()])


def read_translation(folder: TranslationFolder) -> Specification:
    """The specification of what is made in `folder`. Raises `InputError` when there is none or it is damaged."""
    return specification_in(folder.path, FILE, "axiometer build translate", has_steps, format_=FORMAT)


def settle_specification(plan: TranslationPlan, folder: TranslationFolder) -> None:
    """Writes `translation.yaml`, or checks that the folder holds the same work. Raises `SpecificationChanged`."""
    settle(folder.path, FILE, plan.specification, lambda path: read_translation(TranslationFolder(path)))
