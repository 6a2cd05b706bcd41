"""Every scene that the machine checked, as items for people to check, and what the machine found, as labels like
theirs: so that people see what it let through and what it threw away, and are not told which is which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from axiometer.annotate.tasks import NOTHING
from axiometer.build.dilemmas import checking
from axiometer.build.dilemmas.options import CHECK, WRITE, DilemmasFolder
from axiometer.build.dilemmas.rows import Scene, make_dilemma
from axiometer.build.work.large_tables import csv_for_people, write_frames
from axiometer.records.rows import Item
from axiometer.records.schemas import schema_of, to_frame, to_rows
from axiometer.runtime.stages.rows import Status

LABELS: Final[Mapping[str, str]] = {
    checking.NOT_REALISTIC: "unrealistic",
    checking.NOT_POSSIBLE: "impossible",
    checking.NOT_EXCLUSIVE: "compatible",
    checking.NO_FIT: "no-fit",
    checking.TURNED_ROUND: "turned-round",
    checking.UNEVEN: "uneven",
    checking.NAMED_RIGHT: "named-right",
    checking.NOT_IRRELEVANT: "related-third",
}
"""Problems of the check as labels of the task `check`, in its order."""

COLUMNS: Final = ["subject", "value", "lang"]


def write_checked(folder: DilemmasFolder, writer: str, checker: str) -> None:
    """Writes `checked/items.parquet` (scenes whose check could be read, dropped ones too, as the items that they are or
    would have become) and `checked/labels.csv` (subject, value: what was found, as the task `check` has it)."""
    with csv_for_people(folder.checked_labels, COLUMNS) as append:

        def frames() -> Iterator[pl.DataFrame]:
            stage, written = folder.stage(CHECK), folder.stage(WRITE)
            for part in stage.parts():
                found = found_by_scene(stage.fates_of(part.name, ["id", "status", "reason", "note"]))
                scenes = [row for row in to_rows(written.rows_of(part.name), Scene) if row.id in found]
                items = [make_dilemma(scene, writer, checker) for scene in scenes]
                labels = [(item.id, found[scene.id], item.lang) for item, scene in zip(items, scenes, strict=True)]
                append(pl.DataFrame(labels, dict.fromkeys(COLUMNS, pl.String), orient="row"))
                yield to_frame(items, Item)

        write_frames(frames(), schema_of(Item), folder.checked_items)


def found_by_scene(fates: pl.DataFrame) -> dict[str, str]:
    """What the check found of each scene: labels with commas between them, or `none`. Scenes without an answer that
    could be read are left out."""
    wanted = fates.select("id", "status", "reason", "note").filter(pl.col("status") != Status.FAILED.value)
    return {
        scene: NOTHING if status == Status.KEPT.value else _labels(str(reason or ""), str(note or ""))
        for scene, status, reason, note in wanted.iter_rows()
        if status == Status.KEPT.value or reason in LABELS
    }


def _labels(gravest: str, note: str) -> str:
    """The note of a dropped scene names all that was found, then the model's reason (`checking.CheckScenes.read`)."""
    named = {gravest, *note.split(": ", 1)[0].split("; ")}
    return ",".join(label for problem, label in LABELS.items() if problem in named)
