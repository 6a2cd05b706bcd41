"""The main estimates of an analysis as plain JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import polars as pl

from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import OUTCOMES, Presentations
from axiometer.analyze.coded.recovered import note_of, said_of
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.correction.uncorrected import uncorrected
from axiometer.analyze.options import AnalysisOptions

DEFINITIONS = {
    "share": "presentations in which the side endorsing the value was chosen, over those in which exactly one side "
    "endorses it and a side was chosen (agree mode: stances that support an option endorsing it, over stances on such "
    "options)",
    "interval": "multiway bootstrap over sources, shared sources counted once, Student's t on the log-odds scale",
    "bounds": "all of the respondent's non-answers (distractor, both, refused, evasive, invalid) given to the other "
    "side, then to the endorsing side; interval of Imbens and Manski (2004)",
    "strength": "population-averaged log-odds of a penalised Bradley-Terry model with slot effects, centred",
    "rank": "rank_low to rank_high hold for all values of a level at once",
    "corpora": "answers that side with the corpus's statements over those that take a side (agree mode: supporting the "
    "statement or opposing its reverse); levels of different corpora are not comparable, because their items differ",
    "corrected": "the same share by people's labels of some answers and the judge's verdicts on all",
    "uncorrected": "tables with estimates that count free answers as a judge read them, and whose they are",
    "gap": "share siding with the corpus in mode_a minus mode_b on the same items, each item weighing the same",
    "difference": "share of model_a minus share of model_b on the items that both chose on",
}

_RANGE = ("low", "high", "why_not")

MAIN: dict[str, tuple[str, ...]] = {
    "shares": ("model", "mode", "level", "value", "n", "share", *_RANGE, "bound_low", "bound_high"),
    "ranking": ("model", "mode", "level", "value", "n", "strength", *_RANGE, "rank", "rank_low", "rank_high", "tier"),
    "slots": ("model", "mode", "slot", "n", "share", "excess", *_RANGE),
    "consistency": ("model", "mode", "quantity", "n", "estimate", *_RANGE),
    "outcomes": ("model", "mode", "outcome", "n", "total", "share", *_RANGE),
    "agreement": ("model_a", "model_b", "mode", "level", "measure", "n_items", "estimate", *_RANGE, "ceiling"),
    "themes": ("model", "mode", "theme", "position", "n", "share", *_RANGE, "bound_low", "bound_high"),
    "corpora": (
        *("model", "mode", "attribution", "corpus", "n", "share", *_RANGE, "bound_low", "bound_high"),
        *("corrected", "corrected_low", "corrected_high", "correction", "corrected_why_not", "labels", "transported"),
    ),
    "support": ("model", "corpus", "quantity", "n", "estimate", *_RANGE),
    "mode_gaps": ("model_a", "model_b", "mode_a", "mode_b", "corpus", "n_items", "share_a", "share_b", "gap", *_RANGE),
    "judge": ("model", "mode", "truth", "said", "labels", "share", "low", "high"),
    "raters": ("model", "mode", "answers", "labelled", "raters", "units", "agreed", "alpha", "alpha_low", "alpha_high"),
    "theme_agreement": ("model_a", "model_b", "mode", "theme", "measure", "n_items", "estimate", *_RANGE, "ceiling"),
}


def summary_of(
    tables: Mapping[str, pl.DataFrame],
    everyone: list[Presentations],
    catalogue: Catalogue,
    options: AnalysisOptions,
) -> dict[str, object]:
    """Counts, options, definitions, the main estimates (all languages together) and notes. JSON values only."""
    maps = catalogue.maps
    return {
        **({} if maps is None else {"maps": note_of(maps)}),
        "options": {key: getattr(value, "value", value) for key, value in asdict(options).items()},
        "items": catalogue.size,
        "groups": catalogue.groups,
        "sources": catalogue.sources.count,
        "languages": [str(lang) for lang in np.unique(catalogue.lang)],
        "levels": [_level(level) for level in catalogue.levels],
        "respondents": [_respondent(each) for each in everyone],
        "estimates": {name: _main(name, tables[name]) for name in MAIN if name in tables},
        "uncorrected": uncorrected(tables),
        "definitions": DEFINITIONS,
        "why_not": _reasons(tables),
        "notes": _notes(tables, everyone, catalogue, options),
    }


def _level(level: Level) -> dict[str, object]:
    return {"level": level.name, "kind": level.kind.value, "targets": len(level.targets)}


def _respondent(each: Presentations) -> dict[str, object]:
    return {
        "model": each.model,
        "mode": each.mode.value,
        "presentations": len(each),
        "items": len(np.unique(each.item)),
        "orders": len(np.unique(each.order_code)),
        "wordings": len(np.unique(each.wording)),
        "repeats": len(np.unique(each.repeat)),
        "outcomes": _outcomes(each),
    }


def _outcomes(each: Presentations) -> dict[str, int]:
    counts = np.bincount(each.outcome, minlength=len(OUTCOMES))
    return {str(name): int(count) for name, count in zip(OUTCOMES, counts, strict=True)}


def _main(name: str, table: pl.DataFrame) -> list[dict[str, object]]:
    if "lang" in table.columns:
        table = table.filter(pl.col("lang") == "all")
    if "by" in table.columns:
        table = table.filter(pl.col("by") == "all")
    if "level" in table.columns:
        table = table.filter(pl.col("level").is_null() | (pl.col("level") != "rule"))
    return table.select(MAIN[name]).to_dicts()


def _reasons(tables: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, int]]:
    """Per table, how many rows have no interval and why."""
    found = {}
    for name, table in tables.items():
        if "why_not" in table.columns:
            counts = Counter(reason for reason in table["why_not"].to_list() if reason is not None)
            if counts:
                found[name] = dict(sorted(counts.items()))
    return found


def _notes(
    tables: Mapping[str, pl.DataFrame],
    everyone: list[Presentations],
    catalogue: Catalogue,
    options: AnalysisOptions,
) -> list[str]:
    notes = [] if catalogue.maps is None else [said_of(catalogue.maps)]
    for level in catalogue.levels:
        if len(level.targets) > options.max_targets:
            notes.append(
                f"level {level.name} has {len(level.targets)} targets, more than {options.max_targets}: not tabulated"
            )
    fit = tables.get("ranking_fit")
    if fit is not None:
        split = fit.filter((pl.col("quantity") == "connected_components") & (pl.col("estimate") > 1))
        for row in split.iter_rows(named=True):
            notes.append(
                f"{row['model']}, {row['mode']}, {row['level']}: values fall into {row['estimate']:.0f} parts that "
                "were never set against each other; strengths across parts are not comparable"
            )
    statements = int((catalogue.attribution >= 0).sum())
    if statements:
        notes.append(
            f"{statements} items hold a statement against its reverse (RS), which is constructed: nobody said it; "
            "levels are not compared between corpora, whose items differ"
        )
    if solved := int(catalogue.solved.sum()):
        notes.append(f"{solved} of {statements} statements can be told from their reverse by style alone")
    raters = tables.get("raters")
    for row in () if raters is None else raters.iter_rows(named=True):
        if not row["labelled"]:
            notes.append(f"{row['model']}, {row['mode']}: uncorrected, people labelled none of its answers")
    for each in everyone:
        if each.persons:
            notes.append(
                f"{each.model}: {len(np.unique(each.repeat))} persons, each a repeat; intervals of shares, differences "
                "and themes, and of averaged agreement rest on persons and sources, all others on sources alone"
            )
        counts = _outcomes(each)
        service = sum(counts[name] for name in ("filtered", "error", "truncated"))
        if service:
            notes.append(
                f"{each.model}, {each.mode.value}: {service} of {len(each)} presentations were filtered by the "
                "service, failed or were cut off; they are in no share and no bound"
            )
    return notes
