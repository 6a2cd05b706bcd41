"""`plan`, `people` and `annotate alt-test` on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from axiometer.measure.reading import read_free_answers
from axiometer.records import Item
from axiometer.records.tables import read_rows, write_rows

from .conftest import Axiometer
from .test_judged import JUDGED, statement

PEOPLE = 6
LEVEL = "sphere"


def test_a_plan_from_a_pilot_is_priced_and_says_what_is_enough(
    inside: Axiometer, finished: Path, tmp_path: Path
) -> None:
    (tmp_path / "models.yaml").write_text(
        "models:\n  openai/a: {price: {input: 1.0, output: 2.0}, parameters: {max_tokens: 10}}\n", encoding="utf-8"
    )
    words = ("plan", finished / "run", "--interval", 0.2, "--simulations", 20, "--ask", "openai/a", "--level", LEVEL)
    said = inside(*words, "--items", "40,200,800", "--json")
    found = json.loads(said.out)
    assert said.code == 0 and found["respondents"] == ["sim/balanced"]
    assert {row["items"] for row in found["designs"]} == {40, 200, 800}
    best = found["recommended"][0]
    (price,) = found["prices"]
    per_call = (price["tokens_in_per_call"] * 1.0 + 10 * 2.0) / 1e6
    assert price["usd_per_call"] == pytest.approx(per_call, rel=0.01)
    assert price["designs"][0]["usd"] == pytest.approx(per_call * best["presentations"], rel=0.01)
    said = inside(*words, "--items", "40,800", "--difference", 0.3)
    assert said.code == 0 and "wanted 0.2: enough are" in " ".join(said.out.split())
    assert "beyond 12 items, new sources are taken to be like the pilot's" in " ".join(said.out.split())
    assert "USD at most" in said.out


def test_without_a_pilot_respondents_labels_and_raters_are_planted(inside: Axiometer) -> None:
    words = ("--simulations", 20, "--items", "100,200", "--labels", "100,400", "--raters", "2,4")
    wishes = ("--interval", 0.15, "--difference", 0.3, "--corrected", 0.1, "--agreement", 0.1, "--alpha", 0.7)
    said = inside("plan", *wishes, *words, "--values", "freedom", "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    goals = {row["goal"] for row in found["designs"]}
    assert goals == {"interval", "difference", "corrected", "agreement"}
    assert {row["goal"] for row in found["recommended"]} == {*goals, "all"}
    assert found["respondents"] == []
    assert any("no pilot" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ((), "nothing is wanted (say --interval 0.05"),
        (("--interval", 0.1, "--items", "ten"), "--items ten (whole numbers of at least 1, separated by commas)"),
        (("--agreement", 0.1), "what agreement is expected is not known (give --alpha, or labels as the pilot)"),
        (("--interval", 0.1, "--profile", "x"), "there is no planted profile 'x' (one of slot-bias"),
        (("items.parquet", "--interval", 0.1), "items.parquet: not a run"),
        (("labels.csv", "--corrected", 0.1), "labels.csv: not a run (--interval, --difference and --corrected take"),
        (("nothing.csv", "--interval", 0.1), "nothing.csv: no such file or folder"),
        (("--interval", 0.1, "--items", "99999999"), "--items 99999999 (at most 100000)"),
        (("--agreement", 0.1, "--alpha", 0.5, "--raters", "2,1001"), "--raters 2,1001 (at most 1000)"),
    ],
)
def test_mistakes_in_a_plan_are_one_line(
    inside: Axiometer, tmp_path: Path, words: tuple[object, ...], line: str
) -> None:
    for name in {"items.parquet", "labels.csv"} & set(words):
        (tmp_path / str(name)).touch()
    assert line in inside("plan", *words).line


def labelled(tmp_path: Path, items: list[str], right: float = 0.85) -> dict[str, str]:
    """`labels.csv`: five people say of each row what is true of it, mostly; gives what is true."""
    generator = np.random.default_rng(4)
    truth = {name: str(generator.integers(0, 3)) for name in items}
    rows = [
        {"subject": name, "rater": f"p{person}", "value": value if generator.random() < right else "0"}
        for name, value in truth.items()
        for person in range(5)
    ]
    pl.DataFrame(rows).write_csv(tmp_path / "labels.csv")
    return truth


def test_the_alternative_annotator_test_tells_a_judge_who_agrees_from_one_who_does_not(
    inside: Axiometer, tmp_path: Path
) -> None:
    truth = labelled(tmp_path, [f"u{n}" for n in range(80)])
    for name, turned in (("good", 0), ("bad", 1)):
        rows = [{"subject": unit, "value": str((int(value) + turned) % 3)} for unit, value in truth.items()]
        pl.DataFrame(rows).write_csv(tmp_path / f"{name}.csv")
    good = json.loads(inside("annotate", "alt-test", "labels.csv", "good.csv", "--json").out)
    bad = json.loads(inside("annotate", "alt-test", "labels.csv", "bad.csv", "--json").out)
    assert (good["passes"], bad["passes"]) == (True, False)
    assert good["omega"] == 1.0 and good["rho"] > 0.9 and len(good["persons"]) == 5
    said = inside("annotate", "alt-test", "labels.csv", "bad.csv")
    assert "does not pass" in said.out and "right" not in said.out
    few = inside("annotate", "alt-test", "labels.csv", "good.csv", "--least-units", 100)
    assert "no verdict: 0 people with 100 units or more, fewer than 3" in few.out
    plan = inside("plan", "labels.csv", "--agreement", 0.1, "--simulations", 20, "--json")
    assert json.loads(plan.out)["recommended"][0]["goal"] == "agreement"
    (tmp_path / "other.csv").write_text("subject,value\nnobody,1\n", encoding="utf-8")
    assert (
        "labelled none of the rows that people labelled"
        in inside("annotate", "alt-test", "labels.csv", "other.csv").line
    )
    (tmp_path / "twice.csv").write_text("subject,value\nu1,1\nu1,2\n", encoding="utf-8")
    assert "two labels of 'u1'" in inside("annotate", "alt-test", "labels.csv", "twice.csv").line


def test_a_judged_run_with_labels_is_judge_people_and_pilot_at_once(inside: Axiometer, tmp_path: Path) -> None:
    items = [statement(n) for n in range(60)]
    write_rows(items, Item, tmp_path / "items.parquet")
    assert inside("measure", "items.parquet", "-m", "sim/balanced", *JUDGED, "-o", "run").code == 0
    assert inside("annotate", "sheet", "run", "-n", 60, "-o", "sheet.csv").code == 0
    sheet = pl.read_csv(tmp_path / "sheet.csv", infer_schema=False)
    said = ["1" if one.strip(".") in text else "2" for text, one in sheet.select("answer", "option_1").iter_rows()]
    for person in ("ada", "bo", "cy"):
        sheet.with_columns(label=pl.Series(said)).write_csv(tmp_path / f"{person}.csv")
        assert inside("annotate", "import", "run", f"{person}.csv").code == 0
    found = json.loads(inside("annotate", "alt-test", "run", "--json").out)
    assert found["raters"] == 3 and found["judged"] + found["not_judged"] == 60
    assert found["omega"] is not None
    assert read_free_answers(tmp_path / "run").height == 60
    planned = inside("plan", "run", "--corrected", 0.1, "--labels", "40,60", "--simulations", 20, "--json")
    assert planned.code == 0, planned.err
    rows = json.loads(planned.out)["designs"]
    assert [row["labels"] for row in rows] == [40, 60] and rows[1]["expected"] < rows[0]["expected"]
    alike = ("plan", "run", "--agreement", 0.2, "--labels", 60, "--simulations", 20)
    assert "these labels agree in everything, which plans no width (give --alpha)" in inside(*alike).line
    assert inside(*alike, "--alpha", 0.7).code == 0
    analysed = inside("analyze", "run", "--resamples", 100)
    assert "uncorrected, as the judge read free answers: shares" in " ".join(analysed.out.split()), analysed.err
    empty = inside("measure", "items.parquet", "-m", "sim/balanced", *JUDGED, "-o", "plain")
    assert empty.code == 0
    assert "people labelled none of the pilot's answers" in inside("plan", "plain", "--corrected", 0.1).line
    assert "no labels here" in inside("annotate", "alt-test", "plain").line


def test_models_stand_beside_people_with_their_own_agreement_as_the_ceiling(
    inside: Axiometer, finished: Path, tmp_path: Path
) -> None:
    items = list(read_rows(finished / "items.parquet", Item))
    generator = np.random.default_rng(1)
    with (tmp_path / "people.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["item", *(f"P{n}" for n in range(PEOPLE))])
        for item in items:
            common = int(generator.integers(0, 2))
            writer.writerow([item.id, *(common + 1 if generator.random() < 0.8 else 2 - common for _ in range(PEOPLE))])
    said = inside("import", "people", "people.csv", "--companion", finished / "run", "-o", "people")
    assert said.code == 0, said.err
    both = inside("people", finished / "run", "people", "--resamples", 100, "--draws", 20, "--json")
    assert both.code == 0, both.err
    found = json.loads(both.out)
    row = next(row for row in found["agreement"] if row["measure"] == "raw")
    assert (row["people"], row["model"], row["items"], row["persons"]) == ("people", "sim/balanced", 12, PEOPLE)
    assert 0.5 < row["ceiling"] < 0.9
    assert row["difference"] == pytest.approx(row["estimate"] - row["ceiling"])
    assert {row["measure"] for row in found["distance"]} == {"js_divergence", "js_distance"}
    assert len(found["items"]) == 12
    shown = inside("people", finished / "run", "people", "--resamples", 100, "--draws", 20, "--ordered")
    assert "wasserstein" in shown.out and "right" not in shown.out
    assert "nobody among these respondents is a group of people" in inside("people", finished / "run").line
