"""What a machine says of the rows that people labelled, in their terms."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from axiometer.annotate.judging import PROFILED, judge_labels, of_units
from axiometer.annotate.starting import Wanted, numbered, start_project
from axiometer.annotate.tasks import load_task
from axiometer.errors import InputError
from axiometer.records.rows import Item
from axiometer.records.tables import write_rows

from .conftest import dilemmas


def test_none_of_a_machine_is_the_empty_set_as_it_is_of_people(tmp_path: Path) -> None:
    write_rows(dilemmas(8), Item, tmp_path / "items.parquet")
    wanted = Wanted(numbered(2), per_rater=6, overlap=1.0, attention=1)
    project = start_project(load_task("check"), tmp_path / "items.parquet", tmp_path / "p", wanted).project
    units = [unit for unit in project.units.values() if not unit.is_check]
    rows = "".join(f"{unit.subject},{('none', 'uneven')[n % 2]}\n" for n, unit in enumerate(units))
    (tmp_path / "machine.csv").write_text(f"subject,value\n{rows}", encoding="utf-8")
    machine = judge_labels(tmp_path / "machine.csv")
    said = of_units(machine, project.folder, [unit.id for unit in units], sets=True)
    assert said == {unit.id: ("", "uneven")[n % 2] for n, unit in enumerate(units)}
    alone = of_units(machine, project.folder, [unit.id for unit in units])
    assert set(alone.values()) == {"none", "uneven"}  # of single labels `none` is a label like any other
    (tmp_path / "other.csv").write_text("subject,value\nx,none\n", encoding="utf-8")
    with pytest.raises(InputError, match="labelled none of the rows"):
        of_units(judge_labels(tmp_path / "other.csv"), project.folder, [unit.id for unit in units], sets=True)


def test_a_classifier_s_labels_are_those_of_its_profile(tmp_path: Path) -> None:
    (tmp_path / "profile").mkdir()
    rows = [("a", "chosen", ["freedom", "harmony"]), ("b", "chosen", []), ("c", "refused", None)]
    table = pl.DataFrame(rows, schema=["id", "outcome", "expressed"], orient="row")
    table.write_parquet(tmp_path / PROFILED)
    assert judge_labels(tmp_path).values == {"a": "freedom,harmony", "b": "none"}
    (tmp_path / PROFILED).write_bytes(b"no table")
    with pytest.raises(InputError, match=r"answers\.parquet"):
        judge_labels(tmp_path)
