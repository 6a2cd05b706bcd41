"""What was asked of whom and how, in plain words and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from axiometer.records.recovered import CALIBRATED, CONFIDENCE, METHOD, recovered_in
from axiometer.records.rows import PEOPLE
from axiometer.report.parts import Table
from axiometer.report.texts import Texts
from axiometer.report.views import RunView, Study, listed_models


@dataclass(frozen=True, slots=True)
class Example:
    """An item as it was asked; options with what they express."""

    prompt: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Facts for the top of the page: short statements, respondents with their parameters, one item as an example."""

    facts: tuple[tuple[str, str], ...]
    respondents: Table
    example: Example | None
    items: int
    presentations: int
    people: bool = False


def asked(study: Study) -> Asked:
    """Counts come from the tables, parameters and dates from the manifests."""
    texts = study.texts
    counts = _counts(study)
    presentations = int(counts["n"].sum())
    facts = [
        (texts("asked.items"), _items_said(study)),
        (texts("asked.maps"), _maps_said(study)),
        (texts("asked.presentations"), _presentations_said(study, counts, presentations)),
        (texts("asked.modes"), texts.listing([texts.named("mode", mode) for mode in _distinct(counts, "mode")])),
        (
            texts("asked.languages"),
            texts.listing([texts.named("language", lang) for lang in _distinct(counts, "lang")]),
        ),
        (texts("asked.frameworks"), texts.listing(_frameworks(study))),
        (texts("asked.dates"), texts.listing(_dates(study))),
    ]
    return Asked(
        tuple((name, said) for name, said in facts if said),
        _respondents(study, counts),
        _example(study),
        len(study.items),
        presentations,
        any(entry.people for entry in study.respondents),
    )


def _counts(study: Study) -> pl.DataFrame:
    """Per respondent, language and mode: presentations, items, orders per item, wordings, repeats, served models."""
    order = pl.col("order").cast(pl.List(pl.String)).list.join(" ")
    return (
        study.answers.group_by("model", "lang", "mode")
        .agg(
            n=pl.len(),
            items=pl.col("item").n_unique(),
            orders=pl.struct(pl.col("item"), order).n_unique(),
            wordings=pl.col("wording").n_unique(),
            repeats=pl.col("repeat").max() + 1,
            persons=pl.when(pl.col("wording") == PEOPLE).then(pl.col("repeat")).drop_nulls().n_unique(),
            served=pl.col("served_model").drop_nulls().unique().sort(),
            tokens_in=pl.col("tokens_in").sum(),
            tokens_out=pl.col("tokens_out").sum(),
        )
        .sort("model", "lang", "mode")
        .collect()
    )


def _distinct(counts: pl.DataFrame, column: str) -> list[str]:
    return [str(entry) for entry in counts[column].unique().sort()]


def _items_said(study: Study) -> str:
    texts = study.texts
    kinds = [
        texts("asked.kind", kind=texts.named("kind", str(kind)), n=int(n))
        for kind, n in study.items.group_by("kind").len().sort("kind").iter_rows()
    ]
    said = texts.listing(kinds)
    parallel = (
        study.items.filter(pl.col("parallel_id").is_not_null()).group_by("parallel_id").agg(pl.col("lang").n_unique())
    )
    both = parallel.filter(pl.col("lang") > 1).height
    if both:
        said += texts("asked.parallel", n=both)
    unmapped = study.items.filter(~pl.col("mapped")).height
    return said + (texts("asked.unmapped", n=unmapped) if unmapped else "")


def _maps_said(study: Study) -> str:
    """How it is known which side of an item expresses which rule, where that was recovered; else nothing."""
    found = study.items.select(recovered_in(study.items).struct.unnest()).filter(pl.col(CONFIDENCE).is_not_null())
    if found.is_empty():
        return ""
    texts = study.texts
    known = [texts(f"asked.calibrated.{name}") for name in sorted(found[CALIBRATED].drop_nulls().unique())]
    return texts(
        "asked.maps_said",
        n=found.height,
        methods=texts.listing(sorted(found[METHOD].drop_nulls().unique())),
        share=texts.percent(found[CONFIDENCE].cast(pl.Float64).mean()),  # type: ignore[arg-type]
        calibrated=texts.listing(known),
    )


def _presentations_said(study: Study, counts: pl.DataFrame, total: int) -> str:
    texts = study.texts
    asked_by_us = counts.filter(pl.col("persons") == 0)  # people's orders and repeats are those of persons
    rows = list((counts if asked_by_us.is_empty() else asked_by_us).iter_rows(named=True))
    if asked_by_us.is_empty():
        return texts("asked.presentations_to_people", n=total, persons=max(int(row["persons"]) for row in rows))
    return texts(
        "asked.presentations_said",
        n=total,
        orders=texts("asked.orders", n=max(round(row["orders"] / row["items"]) for row in rows)),
        wordings=texts("asked.wordings", n=max(row["wordings"] for row in rows)),
        repeats=texts("asked.repeats", n=max(row["repeats"] for row in rows)),
    )


def _frameworks(study: Study) -> list[str]:
    lang = study.texts.lang
    named = {
        framework.id: framework.names.get(lang) or framework.names.get("en") or framework.id
        for run in study.runs
        for framework in run.frameworks.values()
    }
    return list(named.values())


def _dates(study: Study) -> list[str]:
    found = []
    for run in study.runs:
        said = str(noted(run).get("created") or "")[:16].replace("T", " ")
        if said:
            found.append(said if len(study.runs) == 1 else f"{run.name}: {said}")
    return found


def noted(run: RunView) -> Mapping[str, object]:
    """What the manifest only records: versions, dates, seed."""
    entry = run.manifest.get("noted")
    return entry if isinstance(entry, Mapping) else run.manifest


def _example(study: Study) -> Example | None:
    """The first item with options, in the reader's language where there is one."""
    texts = study.texts
    known = study.items.filter(pl.col("options").list.len() > 0)
    own = known.filter(pl.col("lang") == texts.lang)
    row = next((own if len(own) else known).head(1).iter_rows(named=True), None)
    if row is None:
        return None
    options = []
    for option in row["options"]:
        said = []
        for verb, sign in (("asked.endorses", 1), ("asked.opposes", -1)):
            targets = [e["target"] for e in option["expresses"] if e["polarity"] == sign and e["kind"] != "rule"]
            if targets:
                said.append(texts(verb, value=texts.listing([study.value_name(target) for target in targets])))
        if option["role"] != "side":
            said.append(texts("asked.distractor"))
        options.append((option["text"], texts("number.semicolon").join(said)))
    return Example(row["prompt"], tuple(options))


def _respondents(study: Study, counts: pl.DataFrame) -> Table:
    texts = study.texts
    rows = []
    for respondent in study.respondents:
        mine = counts.filter(pl.col("model") == respondent.label)
        run = next(run for run in study.runs if run.name == respondent.run)
        served = sorted({name for names in mine["served"] for name in names})
        rows.append(
            (
                respondent.label,
                texts("asked.people", n=max(mine["persons"].to_list(), default=0))
                if respondent.people
                else parameters(texts, run, respondent.model),
                ", ".join(served) if served else "–",
                texts.count(int(mine["n"].sum())),
                texts("asked.tokens", tokens_in=int(mine["tokens_in"].sum()), tokens_out=int(mine["tokens_out"].sum())),
            )
        )
    names = ("respondent", "parameters", "served", "presentations", "tokens")
    return Table(tuple(texts(f"column.{name}") for name in names), tuple(rows), words=3)


def parameters(texts: Texts, run: RunView, model: str) -> str:
    """What identifies a respondent beside its name (sampling parameters, endpoint), as the manifest states it."""
    entry = next((each for each in listed_models(run) if each.get("name") == model), {})
    flat = dict(_flat(entry))
    if flat.get("provider") == "sim":
        return texts("asked.simulated")
    if model.startswith("recorded/"):
        return texts("asked.recorded")
    known = texts.block("parameter")
    names = [name for name in known if flat.get(name) not in (None, "")] if isinstance(known, Mapping) else []
    said = [f"{texts.named('parameter', name)} {flat[name]}" for name in names]
    return texts("number.semicolon").join(said) if said else texts("asked.defaults")


def _flat(entry: Mapping[Any, object]) -> list[tuple[str, object]]:
    """Leaves of nested mappings, by their own key."""
    found: list[tuple[str, object]] = []
    for key, value in entry.items():
        if isinstance(value, Mapping):
            found += _flat(value)
        elif isinstance(value, list):
            found.append((str(key), ", ".join(str(part) for part in value)))
        else:
            found.append((str(key), value))
    return found
