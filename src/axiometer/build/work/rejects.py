"""Every row that did not become part of the corpus: at which step it ended, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from axiometer.records.tables import read_part, schema_in
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Status

REJECTS = pl.Schema(
    {name: pl.String() for name in ("step", "id", "status", "reason", "lang", "text", "note", "raw", "part")}
)
_FATES = ["id", "status", "reason", "error", "note", "raw"]
_TEXTS = ["id", "lang", "text"]
EXCERPT = 500


@dataclass(frozen=True, slots=True)
class PassedStep:
    """A step that rows went through. `inputs` maps the name of a part to the folder whose part of that name went in;
    a step without inputs (ingest) took rows of files, whose words are not at hand."""

    name: str
    output: StageFolder
    inputs: Mapping[str, StageFolder] = field(default_factory=dict)


def rejects(step: PassedStep) -> Iterator[pl.DataFrame]:
    """The rows that a step dropped or failed on, part by part, with the columns of `REJECTS`.

    `reason` is why a row was dropped, or the error with which it failed; `raw` the answer that could not be used. Words
    are cut after 500 characters: the whole text is in the step's parts.
    """
    for part in step.output.parts():
        fates = step.output.fates_of(part.name, _FATES)
        if fates["status"].is_in([Status.KEPT.value]).all():
            continue
        source = step.inputs.get(part.name)
        yield _rejected(step.name, part.name, fates, None if source is None else _texts(source, part.name))


def _texts(folder: StageFolder, name: str) -> pl.DataFrame | None:
    file = folder.rows_file(name)
    if not file.exists() or not set(_TEXTS) <= set(schema_in(file)):
        return None
    return read_part(file, _TEXTS)


def _rejected(step: str, part: str, fates: pl.DataFrame, texts: pl.DataFrame | None) -> pl.DataFrame:
    """Fates are in the order of the input rows, one each, so words are put beside them by place."""
    nothing = pl.lit(None, pl.String())
    if texts is not None and texts["id"].equals(fates["id"]):
        fates = fates.with_columns(lang=texts["lang"], text=texts["text"])
    elif texts is not None:
        fates = fates.join(
            texts.unique("id", keep="first", maintain_order=True), on="id", how="left", maintain_order="left"
        )
    else:
        fates = fates.with_columns(lang=nothing, text=nothing)
    return (
        fates.filter(pl.col("status") != Status.KEPT.value)
        .with_columns(
            step=pl.lit(step),
            part=pl.lit(part),
            reason=pl.coalesce("reason", "error", pl.lit("not said")),
            text=pl.when(pl.col("text").str.len_chars() > EXCERPT)
            .then(pl.col("text").str.slice(0, EXCERPT) + " … [cut]")
            .otherwise("text"),
        )
        .select(list(REJECTS))
    )
