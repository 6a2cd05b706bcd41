"""`axiometer annotate`: a project from its rows to agreement and answers, as a user types it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from .conftest import Axiometer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(inside: Axiometer, tmp_path: Path) -> Path:
    words = ("annotate", "start", "choose", "starter", "-o", "project", "--raters", 2, "--per-rater", 12)
    said = inside(*words, "--overlap", 1, "--lang", "en", "--contact", "The lab, lab@example.org")
    assert said.code == 0 and "12 of 198 rows, 12 of them shared" in said.out
    return tmp_path / "project"


def fill(path: Path, label: Callable[[int], str]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for number, row in enumerate(rows):
        row["label"] = label(number)
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def labelled(inside: Axiometer, folder: str = "sheets") -> None:
    """Both raters' sheets filled in and read back."""
    assert inside("annotate", "sheet", "project", "-o", folder, "--csv").code == 0
    fill(Path(folder, "R01.csv"), lambda number: str(1 + number % 3))
    fill(Path(folder, "R02.csv"), lambda number: "" if number == 0 else "undecided" if number == 1 else "2")
    for name, labels, empty in (("R01", 14, 0), ("R02", 13, 1)):
        done = inside("annotate", "import", "project", f"{folder}/{name}.csv", "--json")
        told = {"rater": name, "labels": labels, "skipped": 0, "empty": empty, "changed": labels}
        assert json.loads(done.out) == told


def test_agreement_of_a_project_nobody_labelled_is_one_line(project: Path, inside: Axiometer) -> None:
    assert inside("annotate", "agreement", "project").out.splitlines()[0] == "no labels yet"


@pytest.mark.slow  # loading crowd-kit takes seconds
def test_sheets_become_agreement_and_a_consensus(project: Path, inside: Axiometer, tmp_path: Path) -> None:
    labelled(inside)
    told = json.loads(inside("annotate", "agreement", "project", "-o", "consensus.parquet", "--json").out)
    assert (told["units"], told["raters"], told["scale"]) == (12, 2, "nominal")
    assert {row["measure"] for row in told["overall"]} == {"raw", "cohen_kappa", "fleiss_kappa", "ac1", "alpha"}
    assert {row["rater"] for row in told["attention"]} == {"R01", "R02"} and set(told["failing"]) <= {"R01", "R02"}
    assert pl.read_parquet(tmp_path / "consensus.parquet").height == 12
    said = inside("annotate", "agreement", "project")
    assert (
        "labels of 12 rows by 2 raters" in said.out
        and "Attention checks" in said.out
        and "read percent agreement" in said.out
    )
    assert inside("annotate", "export", "project", "-o", "labels.csv").code == 0
    again = json.loads(inside("annotate", "agreement", "labels.csv", "--json").out)
    raw = [next(row for row in each["overall"] if row["measure"] == "raw") for each in (told, again)]
    assert raw[0] == raw[1]


def test_choices_become_a_run_of_people(project: Path, inside: Axiometer) -> None:
    labelled(inside)
    assert inside("annotate", "export", "project", "-o", "people", "--name", "town").code == 0
    assert "people/town" in inside("analyze", "people", "--resamples", 100).out


def test_a_sheet_with_mistakes_is_told_line_by_line_and_nothing_is_taken(project: Path, inside: Axiometer) -> None:
    inside("annotate", "sheet", "project", "-o", "sheets", "--csv")
    fill(Path("sheets/R01.csv"), lambda number: {0: "9", 3: "perhaps"}.get(number, "1"))
    said = inside("annotate", "import", "project", "sheets/R01.csv")
    first, second, last = said.err.splitlines()
    assert said.code == 1
    assert first == "sheets/R01.csv, line 2, column 'label': there is no option 9 (options: 1 to 3)"
    assert second.startswith("sheets/R01.csv, line 5, column 'label': 'perhaps' is not a label (labels: 1, 2, 3, undec")
    assert last == "axiometer: sheets/R01.csv: 2 rows cannot be used, and nothing of it was taken"
    assert inside("annotate", "export", "project", "-o", "labels.csv").line == "project: no labels yet"


def test_who_withdraws_is_deleted_and_comes_back_no_more(project: Path, inside: Axiometer) -> None:
    labelled(inside)
    assert inside("annotate", "withdraw", "project", "R01").out == "14 labels of R01 were deleted\n"
    assert inside("annotate", "import", "project", "sheets/R01.csv").line == "R01 withdrew; nothing more is taken"
    assert inside("annotate", "export", "project", "-o", "labels.csv").out == "13 labels in labels.csv\n"
    assert "no rater 'R09'" in inside("annotate", "withdraw", "project", "R09").line
    assert inside("annotate", "withdraw", "project").line == "either a rater, or --all"
    assert inside("annotate", "withdraw", "project", "--all").out == "13 labels were deleted\n"
    assert inside("annotate", "export", "project", "-o", "other.csv").line == "project: no labels yet"


def test_a_project_goes_to_label_studio_and_back(project: Path, inside: Axiometer) -> None:
    assert inside("annotate", "label-studio", "project", "-o", "studio").code == 0
    tasks = json.loads(Path("studio/tasks.json").read_text(encoding="utf-8"))
    for task in tasks:
        choice = {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["1"]}}
        task["annotations"] = [{"completed_by": 5, "was_cancelled": False, "result": [choice]}]
    Path("export.json").write_text(json.dumps(tasks), encoding="utf-8")
    words = ("annotate", "label-studio", "project", "--import", "export.json")
    assert json.loads(inside(*words, "--rater", "5=R02", "--json").out)["raters"] == {"R02": len(tasks)}
    told = inside("annotate", "label-studio", "project", "--import", "studio/tasks.json").err.splitlines()
    assert len(told) == min(len(tasks), 20) + (len(tasks) > 20) + 1 and "JSON-MIN" in told[0]
    assert "--rater R02" in inside(*words, "--rater", "R02").line
    assert inside("annotate", "label-studio", "project").line == "either -o FOLDER or --import FILE"


MISTAKES = [
    (("start", "nothing", "starter", "-o", "x"), "there is no task 'nothing' (shipped: check, choose, classify"),
    (("start", "choose", "starter", "-o", "project"), "project: exists already"),
    (("start", "choose", "starter", "-o", "x", "--raters", "A. Person"), "'A. Person' is no pseudonym"),
    (("start", "choose", "starter", "-o", "x", "--retention", "soon"), "--retention soon (a day as YYYY-MM-DD)"),
    (("start", "choose", "starter", "-o", "x", "--retention", "2001-01-01"), "the day 2001-01-01 is past"),
    (("start", "choose", "starter", "-o", "x", "--per-rater", "1000"), "2400 rows are needed and 396 are there"),
    (("start", "classify", "starter", "-o", "x"), "task classify has a framework's values as labels"),
    (("start", "choose", "starter", "-o", "x", "--table", "cells"), "--table cells (one of items, rules, free"),
    (("sheet", "nowhere", "-o", "x"), "nowhere: no such folder"),
    (("import", "nowhere", "filled.csv"), "nowhere: no such folder"),
    (("sheet", "project", "-o", "x.csv"), "x.csv: a sheet for each rater goes into a folder"),
    (("agreement", "project", "-o", "x.txt"), "x.txt: must end in .parquet, .csv or .xlsx"),
    (("export", "project", "--into", "run"), "these labels are not about the free answers of a run"),
    (("export", "missing", "-o", "x.csv"), "missing: project.yaml is not here"),
]


def test_mistakes_are_one_line(project: Path, inside: Axiometer) -> None:
    for words, line in MISTAKES:
        assert inside("annotate", *words).line.startswith(line)
        assert not Path("x").exists()


@pytest.mark.slow  # loading crowd-kit takes seconds
def test_agreement_is_told_in_chinese(project: Path, inside: Axiometer, monkeypatch: pytest.MonkeyPatch) -> None:
    labelled(inside)
    monkeypatch.setenv("AXIOMETER_LANG", "zh")
    said = inside("annotate", "agreement", "project").out
    assert "2 名标注者对 12 条" in said and "注意力检查" in said and "原始一致率" in said


def test_a_reader_of_chinese_meets_chinese(project: Path, inside: Axiometer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AXIOMETER_LANG", "zh")
    assert "没有任务" in inside("annotate", "start", "nothing", "starter", "-o", "x").line
    assert "（没有这些语言的条目）" in inside("annotate", "start", "rule", "starter", "-o", "x", "--lang", "xx").line
    said = inside("annotate", "start", "rule", "starter", "-o", "x", "--per-rater", 5).out
    assert "3 名标注者，每人 5 条和 2 个注意力检查" in said and "标注保存至" in said and "下一步" in said


def test_the_task_of_the_how_to_is_one_that_can_be_begun(inside: Axiometer, tmp_path: Path) -> None:
    page = (ROOT / "docs/howto/annotate.md").read_text(encoding="utf-8")
    (tmp_path / "own.yaml").write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    lines = "\n".join(f"{number} cups of tea are better than none." for number in range(20))
    (tmp_path / "texts.csv").write_text(f"text\n{lines}\n", encoding="utf-8")
    said = inside("annotate", "start", "own.yaml", "texts.csv", "--about", "tea", "-o", "own", "--json")
    assert said.code == 0 and json.loads(said.out)["task"] == "own"
    assert inside("annotate", "sheet", "own", "-o", "sheets", "--csv").code == 0
    rows = Path("sheets/R01.csv").read_text(encoding="utf-8-sig").splitlines()
    filled = [rows[0], *(f"{row}{('for', '反对', 'AGAINST')[n % 3]}" for n, row in enumerate(rows[1:]))]
    Path("sheets/R01.csv").write_text("\n".join(filled) + "\n", encoding="utf-8")
    assert json.loads(inside("annotate", "import", "own", "sheets/R01.csv", "--json").out)["labels"] == len(filled) - 1
