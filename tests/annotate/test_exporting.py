"""Labels leave a project as a table, as answers of people, and into the run that they are about."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from axiometer import analyze
from axiometer.annotate.exporting import export_answers, export_into, export_labels, export_project
from axiometer.annotate.project import Project
from axiometer.annotate.starting import Wanted, numbered, start_project
from axiometer.annotate.tasks import load_task
from axiometer.errors import InputError, Refused
from axiometer.measure.labels import read_run_labels
from axiometer.measure.reading import open_run
from axiometer.records.corpus_rows import Label
from axiometer.records.rows import Outcome
from axiometer.records.schemas import schema_of

from .conftest import choose, dilemmas


def test_labels_are_a_table_with_all_that_estimates_need(choosing: Project) -> None:
    choose(choosing)
    labels = export_labels(choosing)
    assert labels.height == 14 and labels.columns[:7] == list(schema_of(Label))
    assert set(labels["task"]) == {"choose"} and set(labels["inclusion"]) == {1.0}
    regular = labels.filter(~pl.col("check"))
    assert set(regular["subject"]) == {item.id for item in dilemmas(6)} and regular["expected"].null_count() == 12
    assert Counter(labels.filter("check")["rater"]) == {"R01": 1, "R02": 1}
    assert set(regular["clusters"].explode()) >= {"rule-0", "rule-6"}
    assert labels["id"].n_unique() == 14 and labels.filter(rater="R01")["seconds"].sum() == 7 * 1.5


def test_what_was_decided_stands_beside_each_label_of_the_unit(choosing: Project) -> None:
    choose(choosing)
    unit = choosing.assignments["R01"][0].unit
    with choosing.store() as store:
        store.settle(unit, "1", "admin")
    labels = export_labels(choosing)
    assert labels.filter(pl.col("settled") == "1")["unit"].unique().to_list() == [unit]


def test_answers_of_people_know_which_option_stood_where(choosing: Project) -> None:
    choose(choosing)
    answers = export_answers(choosing, "town")
    assert {answer.model for answer in answers} == {"people/town"} and len(answers) == 12
    first = [answer for answer in answers if answer.repeat == 0]
    assert {answer.option for answer in first} == {0}
    assert {answer.letter for answer in first} == {"ABC"[answer.order.index(0)] for answer in first} == {"A", "B", "C"}
    outcomes = Counter(answer.outcome for answer in answers if answer.repeat == 1)
    regular = [row for row in choosing.assignments["R02"] if not choosing.units[row.unit].is_check]
    asked = {row.unit: number for number, row in enumerate(choosing.assignments["R02"])}
    expected = Counter({0: Outcome.REFUSED, 1: Outcome.EVASIVE}.get(asked[row.unit], Outcome.CHOSEN) for row in regular)
    assert outcomes == expected


def test_choices_become_a_run_that_is_analysed_like_any_other(choosing: Project, tmp_path: Path) -> None:
    choose(choosing)
    assert export_project(choosing, tmp_path / "people") == 14
    run = open_run(tmp_path / "people")
    assert run.answers.height == 12 and run.items.height == 6
    shares = analyze(run.items, run.answers, frameworks=run.frameworks).shares
    freedom = shares.filter(pl.col("value") == "freedom", pl.col("lang") == "all").row(0, named=True)
    assert freedom["model"] == "people" and 0.5 < freedom["share"] < 0.65
    assert pl.read_parquet(tmp_path / "people" / "labels.parquet").height == 14
    assert "R01" in (tmp_path / "people" / "people.csv").read_text(encoding="utf-8-sig")


def test_files_for_people_are_free_of_formulas(ruling: Project, tmp_path: Path) -> None:
    with ruling.store() as store:
        for row in ruling.assignments["R01"]:
            store.record("R01", row.unit, "-1", rewrite="=cmd|' /C calc'!A0", client=row.id)
    assert export_project(ruling, tmp_path / "labels.csv") == 7
    assert ",'=cmd|" in (tmp_path / "labels.csv").read_text(encoding="utf-8-sig")
    with pytest.raises(InputError, match="must end in"):
        export_project(ruling, tmp_path / "labels.txt")
    with pytest.raises(Refused, match="in task rule nobody answers items"):
        export_answers(ruling)


def test_nothing_is_exported_of_raters_who_withdrew(choosing: Project, tmp_path: Path) -> None:
    choose(choosing)
    with choosing.store() as store:
        store.withdraw("R02")
    assert set(export_labels(choosing)["rater"]) == {"R01"}
    assert {answer.repeat for answer in export_answers(choosing)} == {0}
    with choosing.store() as store:
        store.withdraw("R01")
    with pytest.raises(InputError, match="no labels yet"):
        export_project(choosing, tmp_path / "labels.parquet")


def test_labels_of_free_answers_go_into_their_run_and_correct_it(judged: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(judged, run)
    wanted = Wanted(numbered(2), per_rater=12, overlap=0.5, attention=2)
    started = start_project(load_task("judge"), run, tmp_path / "project", wanted)
    project = started.project
    assert (
        started.units == 18
        and started.of == 40
        and {unit.stratum for unit in project.units.values()} == {"en/sim/balanced", "en/sim/shy", "check"}
    )
    with project.store() as store:
        for rater, rows in project.assignments.items():
            for row in rows:
                store.record(rater, row.unit, str(row.order[0]), client=row.id)
    assert export_into(project, run) == 24
    labels = read_run_labels(run)
    assert labels.height == 24 and labels["subject"].n_unique() == 18 and set(labels["value"]) == {"0", "1"}
    drawn = {unit.subject: unit.inclusion for unit in project.units.values() if not unit.is_check}
    assert dict(labels.select("subject", "inclusion").iter_rows()) == pytest.approx(drawn)
    assert export_into(project, run) == 24 and read_run_labels(run).height == 24
    other_wave = start_project(load_task("judge"), run, tmp_path / "wave", replace(wanted, attention=0)).project
    with other_wave.store() as store:
        for row in other_wave.assignments["R01"]:
            store.record("R01", row.unit, "refused", client=row.id)
    assert export_into(other_wave, run) == 12  # R01 of another project is another person: no label is replaced
    assert read_run_labels(run).height == 36
    with other_wave.store() as store:
        store.withdraw("R01")
    assert export_into(other_wave, run) == 0 and read_run_labels(run).height == 24
    other = tmp_path / "other"
    shutil.copytree(judged, other)
    for part in (other / "free").glob("*.parquet"):
        pl.read_parquet(part).with_columns(id=pl.lit("x") + pl.col("id")).write_parquet(part)
    with pytest.raises(InputError, match="not of this run"):
        export_into(project, other)


def test_labels_of_expressed_values_say_which_values_were_asked_about(judged: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(judged, run)
    wanted = Wanted(numbered(2), per_rater=5, overlap=0, attention=1, framework="core-socialist-values", level="core")
    project = start_project(load_task("expressed"), run, tmp_path / "project", wanted).project
    with project.store() as store:
        for rater, rows in project.assignments.items():
            for number, row in enumerate(rows):
                store.record(rater, row.unit, "none" if number % 2 else "equality,freedom", client=row.id)
    assert export_into(project, run) == 10
    (file,) = (run / "labels").glob("annotation-*.parquet")
    labels = pl.read_parquet(file)
    assert set(labels["task"]) == {"expressed"} and set(labels["value"]) == {"none", "freedom,equality"}
    (sheet,) = (run / "sheets").glob("*.json")
    assert set(labels["parent_ids"].list.get(1)) == {sheet.stem}
    assert len(json.loads(sheet.read_text(encoding="utf-8"))) == 12
    assert read_run_labels(run).is_empty()  # those are of the task `judged`
