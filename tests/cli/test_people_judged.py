"""Answers that a judge read beside people's: what the command says of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from axiometer.records import Item, ItemKind, Option, Role, make_item
from axiometer.records.tables import write_rows

from .conftest import Axiometer


def test_answers_that_a_judge_read_are_said_to_be_uncorrected_beside_people(inside: Axiometer, tmp_path: Path) -> None:
    items = [
        make_item(
            kind=ItemKind.DILEMMA,
            lang="en",
            prompt=f"Scene {number}.",
            options=(Option(f"goes {number}", Role.SIDE), Option(f"stays {number}", Role.SIDE)),
            clusters=(f"s{number}",),
            source="test",
        )
        for number in range(24)
    ]
    write_rows(items, Item, tmp_path / "items.parquet")
    with (tmp_path / "people.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([["item", "P1", "P2"], *([item.id, 1 + n % 2, 2] for n, item in enumerate(items))])
    assert inside("import", "people", "people.csv", "--companion", "items.parquet", "-o", "runs/people").code == 0
    assert inside("measure", "items.parquet", "-m", "sim/balanced", "-o", "runs/chosen").code == 0
    judged = ("--mode", "judged", "--judge", "sim/judge", "-o", "runs/judged")
    assert inside("measure", "items.parquet", "-m", "sim/balanced", *judged).code == 0
    for run, models in (("runs/chosen", []), ("runs/judged", ["sim/balanced"])):
        assert json.loads(inside("people", run, "runs/people", "--json").out)["uncorrected"] == models
        told = inside("people", run, "runs/people").out
        assert ("uncorrected, as the judge read free answers: sim/balanced" in told) is bool(models)
