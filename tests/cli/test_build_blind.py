"""`axiometer build blind` as a user has it: a run over items without their question, told and marked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.build.statements.triples.planted import statements

from axiometer.build.statements.triples.items import triple_items
from axiometer.build.statements.triples.rows import Form, make_triple
from axiometer.records.rows import Item
from axiometer.records.tables import read_items, write_rows

from .conftest import Axiometer


@pytest.fixture
def items(tmp_path: Path) -> Path:
    """Items of 40 statements; `known.yaml` is a respondent that always takes the statement's side."""
    made = [
        item
        for row in statements("uk")[:40]
        for item in triple_items(
            make_triple(row, question=row.question or "", shown=row.text, reversed_text=f"Not so: {row.text}"),
            row,
            (Form.ORIGINAL, Form.BLIND, Form.ORIGIN),
        )
    ]
    for name, forms in (("shown", [Form.ORIGINAL]), ("hidden", [Form.BLIND, Form.ORIGIN])):
        rows = [item for item in made if item.meta["form"] in forms]
        write_rows(rows, Item, tmp_path / f"{name}.parquet")
    (tmp_path / "known.yaml").write_text("name: known\nvalues: {uk 2023: 9.0}\n", encoding="utf-8")
    return tmp_path


def test_what_a_run_tells_without_the_question_is_said_and_marked(inside: Axiometer, items: Path) -> None:
    assert inside("measure", "hidden.parquet", "-m", "sim/balanced", "-o", "run").code == 0
    said = inside("build", "blind", "run", "--items", "shown.parquet", "-o", "marked.parquet")
    assert said.code == 0, said.err
    assert "names S" in said.out and "origin" in said.out and "of 40 statements" in said.out
    told = json.loads(inside("build", "blind", "run", "--json").out)
    assert {each["form"] for each in told["shares"]} == {"origin", "blind"} and told["asked"] <= 40
    marked = {item.meta["statement"] for item in read_items(items / "marked.parquet") if "style" in item.meta}
    assert marked == set(told["solved"])
    assert len(read_items(items / "marked.parquet")) == 40


def test_a_side_taken_without_the_question_by_view_alone_marks_nothing(inside: Axiometer, items: Path) -> None:
    assert inside("measure", "hidden.parquet", "-m", "sim/known.yaml", "-o", "run").code == 0
    told = json.loads(inside("build", "blind", "run", "--json").out)
    shares = {each["form"]: each["share"] for each in told["shares"] if each["lang"] == "all"}
    assert shares["blind"] > 0.95 and shares["origin"] < 0.7 and len(told["solved"]) < 25


def test_mistakes_are_one_line(inside: Axiometer, items: Path) -> None:
    assert inside("measure", "shown.parquet", "-m", "sim/balanced", "-o", "run").code == 0
    assert "no item hides its question" in inside("build", "blind", "run").line
    assert "give both --items and -o" in inside("build", "blind", "run", "--items", "shown.parquet").line
    assert "nowhere" in inside("build", "blind", "nowhere").line
