"""People's answers from a sheet to a page beside models: the whole way on the command line."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import polars as pl
import pytest

from axiometer.records import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item
from axiometer.records.tables import write_rows

from .conftest import Axiometer

PERSONS = 8


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    """Theme items between two sets; where a set's option stands alternates."""
    made = []
    for number in range(40):
        sides = [
            Option(f"does {name} {number}", Role.SIDE, (Expression(ExpressionKind.POSITION, name, 1),))
            for name in ("East", "West")[:: 1 if number % 2 else -1]
        ]
        made.append(
            make_item(
                kind=ItemKind.THEME,
                lang="en",
                prompt=f"Scene {number}.",
                options=(*sides, Option(f"waters the plants {number}", Role.DISTRACTOR)),
                clusters=(f"east-{number % 23}", f"west-{number % 29}"),
                source="test",
                meta={"theme": ("drugs", "politics")[number % 3 == 0], "theme_en": "named"},
            )
        )
    write_rows(made, Item, tmp_path / "items.parquet")
    return made


def fill(sheet: Path, filled: Path, items: list[Item]) -> None:
    """Every person takes the option of East but the last, who declines; letters as shown."""
    east = {
        item.id: next(o.text for o in item.options if o.expresses and o.expresses[0].target == "East") for item in items
    }
    with sheet.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        letter = next(letter for letter in "ABC" if row[letter] == east[row["item"]])
        del row["answer"]
        row.update({f"P{person}": letter for person in range(PERSONS - 1)} | {f"P{PERSONS - 1}": "refused"})
    with filled.open("w", encoding="gb18030", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_people_answer_a_sheet_and_stand_beside_a_model(inside: Axiometer, tmp_path: Path, items: list[Item]) -> None:
    assert inside("export", "items.parquet", "--sheet", "-o", "sheet.csv").code == 0
    fill(tmp_path / "sheet.csv", tmp_path / "filled.csv", items)
    assert inside("measure", "items.parquet", "-m", "sim/balanced", "--repeats", "2", "-o", "runs/model").code == 0
    said = inside("import", "people", "filled.csv", "--companion", "runs/model", "-o", "runs/people", "--json")
    counts = json.loads(said.out)["counts"]
    assert counts == {"persons": PERSONS, "answers": 40 * PERSONS, "chosen": 40 * (PERSONS - 1), "refused": 40}
    assert inside("analyze", "runs/people").code == 0
    shares = pl.read_parquet(tmp_path / "runs/people/analysis/themes.parquet")
    east = shares.filter((pl.col("theme") == "all") & (pl.col("position") == "East")).row(0, named=True)
    assert (east["share"], east["n"], east["persons"]) == (1.0, 40 * (PERSONS - 1), PERSONS)
    assert east["bound_low"] == pytest.approx(1 - 1 / PERSONS)
    assert inside("report", "runs/model", "runs/people", "-o", "page.html").code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert 'id="themes"' in page and "sim/balanced" in page and f"a group of {PERSONS} persons" in page
    names = list(csv.DictReader((tmp_path / "runs/people/people.csv").open(encoding="utf-8-sig", newline="")))
    assert names[-1] == {"person": "7", "name": "P7", "answers": "40", "chosen": "0", "refused": "40"}
    assert ">P7<" not in page and "name: P7" not in page
    assert "two of these persons chose differently" in page and "asked 2 times" in page


def test_the_page_has_models_beside_people_as_the_command_says(
    inside: Axiometer, tmp_path: Path, items: list[Item]
) -> None:
    east = {item.id: next(n for n, o in enumerate(item.options) if o.text.startswith("does East")) for item in items}
    with (tmp_path / "people.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["item", *(f"P{person}" for person in range(PERSONS))])
        for number, item in enumerate(items):
            chosen = [(east[item.id] + (person + number) % PERSONS // 6) % 2 + 1 for person in range(PERSONS - 1)]
            writer.writerow([item.id, *chosen, "call me on 555-0100" if number else 1])
    assert inside("import", "people", "people.csv", "--companion", "items.parquet", "-o", "runs/people").code == 0
    assert (
        inside("measure", "items.parquet", "-m", "sim/first-slot", "-m", "sim/balanced", "-o", "runs/models").code == 0
    )
    for lang in ("en", "zh"):
        assert inside("report", "runs/models", "runs/people", "-o", f"{lang}.html", "--lang", lang).code == 0
    page = (tmp_path / "en.html").read_text(encoding="utf-8")
    section = re.search(r'<section id="people".*?</section>', page, re.DOTALL)
    assert section is not None and f"people ({PERSONS} persons)" in section[0]
    assert 'id="people"' in (tmp_path / "zh.html").read_text(encoding="utf-8")
    said = json.loads(inside("people", "runs/models", "runs/people", "--json").out)
    for row in said["agreement"]:
        assert {f"{row[name]:.1%}" for name in ("estimate", "ceiling")} <= cells(section[0], row["model"])
    for row in said["distance"]:
        assert {f"{row[name]:.3f}" for name in ("estimate", "alike", "people_halves")} <= cells(
            section[0], row["model"]
        )
    assert section[0].index("sim/balanced") < section[0].index("sim/first-slot")
    assert "neither better nor worse" in section[0]
    # Nothing by which a person's answers could be put together, or what was written in a cell, is on the page.
    assert "555-0100" not in page
    data = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)[0])
    theirs = [[answer for answer in item["answers"] if answer[0] in data["people"]] for item in data["items"]]
    assert all(len(answers) == PERSONS and {answer[4] for answer in answers} == {0} for answers in theirs)
    given = [[answer[6] if answer[6] is not None else 9 for answer in answers] for answers in theirs]
    assert all(options == sorted(options) for options in given)


def cells(section: str, model: str) -> set[str]:
    """What stands in the rows of a respondent in the section's tables."""
    rows = [row for row in re.findall(r"<tr>.*?</tr>", section, re.DOTALL) if model in row]
    return {re.sub(r"<[^>]+>", "", cell) for row in rows for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)}


def test_an_analysis_without_the_newer_tables_is_made_again(
    inside: Axiometer, tmp_path: Path, items: list[Item]
) -> None:
    assert inside("measure", "items.parquet", "-m", "sim/balanced", "-o", "runs/model").code == 0
    assert inside("analyze", "runs/model").code == 0
    (tmp_path / "runs/model/analysis/themes.parquet").unlink()
    assert inside("report", "runs/model", "-o", "page.html").code == 0
    assert (tmp_path / "runs/model/analysis/themes.parquet").exists()


def test_mistakes_with_people_are_one_line(inside: Axiometer, tmp_path: Path, items: list[Item]) -> None:
    (tmp_path / "letters.csv").write_text(f"item,P1\n{items[0].id},B\n", encoding="utf-8")
    (tmp_path / "good.csv").write_text(f"item,P1\n{items[0].id},1\n", encoding="utf-8")
    people = ("import", "people", "good.csv")
    assert "answers without items" in inside(*people, "-o", "runs/people").line
    letters = inside("import", "people", "letters.csv", "--companion", "items.parquet", "-o", "runs/people").line
    assert letters.startswith("letters.csv, line 2, column 'P1': a letter") and "order" in letters
    assert not (tmp_path / "runs/people").exists()
    assert inside(*people, "--companion", "items.parquet", "-o", "runs/people").code == 0
    assert "exists already" in inside(*people, "--companion", "items.parquet", "-o", "runs/people").line
    tables = inside("import", "starter", "-o", "runs/starter").line
    assert "no recorded answers in it" in tables
    again = inside("measure", "items.parquet", "-m", "sim/balanced", "-o", "runs/people").line
    assert "made by another specification" in again
