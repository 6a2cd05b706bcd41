"""Agreement of a project is that of its labels; attention checks are counted apart and never in it."""

from __future__ import annotations

import itertools
from pathlib import Path

import polars as pl
import pytest

from axiometer.analyze.people import LabelScale, Ratings, agreement
from axiometer.annotate.agreeing import ARBITRARY, compare_labels, said_at, said_in
from axiometer.annotate.exporting import export_labels, export_project
from axiometer.annotate.project import Project
from axiometer.annotate.starting import Wanted, numbered, start_project
from axiometer.annotate.tasks import load_task
from axiometer.errors import InputError
from axiometer.records.corpus_rows import Rule
from axiometer.records.tables import write_rows

from .conftest import choose, rules


def test_agreement_is_that_of_the_labels_without_attention_checks(choosing: Project) -> None:
    choose(choosing)
    found = compare_labels(said_in(choosing))
    labels = export_labels(choosing)
    plain = labels.filter(~pl.col("check")).select("rater", "value", subject=pl.col("unit"))
    clusters = {unit.id: unit.clusters for unit in choosing.units.values()}
    alone = agreement(Ratings.of(plain, categories=("0", "1", "2", "undecided", "refused"), clusters=clusters))
    assert found.agreement.overall.equals(alone.overall) and found.agreement.units == 6
    assert found.agreement.estimate("raw") == 0.0 and ARBITRARY in found.notes
    checked = {
        row.rater: choosing.units[row.unit]
        for rows in choosing.assignments.values()
        for row in rows
        if choosing.units[row.unit].is_check
    }
    passed = {
        row["rater"]: row["passed"]
        for row in labels.filter("check")
        .with_columns(passed=(pl.col("value") == pl.col("expected")).cast(int))
        .iter_rows(named=True)
    }
    assert found.attention is not None and set(checked) == {"R01", "R02"}
    assert dict(found.attention.raters.select("rater", "passed").iter_rows()) == passed
    assert found.attention.failing == tuple(rater for rater, n in sorted(passed.items()) if n == 0)


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".xlsx"])
def test_an_exported_table_says_the_same_as_its_project(ruling: Project, tmp_path: Path, ending: str) -> None:
    with ruling.store() as store:
        for rater, rows in ruling.assignments.items():
            for row in rows:
                store.record(rater, row.unit, "0" if rater == "R02" else "-1", client=row.id)
    export_project(ruling, tmp_path / f"labels{ending}")
    own, table = (
        compare_labels(said_at(place, LabelScale.ORDINAL)) for place in (ruling.folder, tmp_path / f"labels{ending}")
    )
    assert own.agreement.labels == table.agreement.labels == 15
    assert own.agreement.overall.filter(measure="raw").equals(table.agreement.overall.filter(measure="raw"))
    assert own.attention is not None and table.attention is not None
    assert own.attention.raters.equals(table.attention.raters)


def test_sets_of_labels_are_compared_as_sets_and_none_is_the_empty_one(tmp_path: Path) -> None:
    write_rows(rules(12), Rule, tmp_path / "rules.parquet")
    wanted = Wanted(numbered(2), per_rater=12, overlap=1, attention=0, framework="core-socialist-values", level="core")
    project = start_project(load_task("classify"), tmp_path / "rules.parquet", tmp_path / "p", wanted).project
    said = itertools.cycle(["freedom,equality", "none", "freedom"])
    with project.store() as store:
        for unit in project.units:
            label = next(said)
            store.record("R01", unit, label, client=unit)
            store.record("R02", unit, "freedom" if "," in label else label, client=unit)
    found = compare_labels(said_in(project))
    # MASI of {a, b} and {a}: 1 - 1/2 * 2/3; four of twelve units have it, the others are the same.
    assert found.agreement.scale is LabelScale.SETS
    assert found.agreement.estimate("raw") == pytest.approx(8 / 12)
    assert found.agreement.estimate("similarity") == pytest.approx((8 + 4 / 3) / 12)
    assert "none" not in set(found.agreement.by_value["value"]) and found.attention is None
    units = dict(found.consensus.units.select("subject", "majority").iter_rows())
    assert sorted(str(value) for value in units.values()) == [""] * 4 + ["None"] * 4 + ["freedom"] * 4


def test_a_table_of_ones_own_needs_three_columns(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("subject,rater,value\n1,a,x\n1,b,x\n2,a,y\n2,b,x\n", encoding="utf-8")
    found = compare_labels(said_at(tmp_path / "labels.csv"))
    assert found.agreement.estimate("raw") == 0.5 and found.attention is None
    (tmp_path / "other.csv").write_text("subject,value\n1,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="columns missing: rater"):
        said_at(tmp_path / "other.csv")
    with pytest.raises(InputError):
        said_at(tmp_path)
