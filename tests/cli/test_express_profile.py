"""`axiometer express profile` as a user sees it: asked, recorded, labelled, corrected."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Axiometer

from axiometer.measure.reading import read_free_answers
from axiometer.models.free_values import planted
from axiometer.records.exports import write_xlsx

QUEST = Path(__file__).parents[2] / "../shared/data/valuecsv/quest100_dev.xlsx"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no questions (name a table of questions, `starter`, or the folder of a run)"),
        (("missing.csv", "-m", "sim/balanced", "-o", "run"), "missing.csv: no such file"),
        (("starter", "-o", "run"), "no respondent (name one with -m, for example -m sim/balanced)"),
        (("starter", "-m", "sim/balanced"), "no folder for the run (name one with -o runs/NAME)"),
        (("starter", "-m", "sim/balanced", "-o", "run", "--classifier", "nothing"), "no classifier 'nothing'"),
        (("starter", "-m", "sim/balanced", "-o", "run", "--framework", "schwartz"), "trained for the framework"),
        (("starter", "-m", "sim/balanced", "-o", "run", "--lang", "fr"), "no items in fr"),
        (("choices",), "has no free answers"),
        (("choices", "-m", "sim/balanced"), "a run has its respondents already"),
        (("choices", "-o", "elsewhere"), "the profile of a run lies in the run's folder"),
        (("choices", "--dry-run"), "nothing would be asked"),
    ],
)
def test_mistakes_are_one_line(inside: Axiometer, words: tuple[str, ...], said: str) -> None:
    if "choices" in words:
        assert inside("measure", "starter", "-m", "sim/balanced", "--limit", "2", "-o", "choices").code == 0
    assert said in inside("express", "profile", *words).line


def test_a_dry_run_says_what_it_would_take_and_asks_nothing(inside: Axiometer, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("What makes a good street?\nWho should repair it?\n", encoding="utf-8")
    said = inside("express", "profile", "mine.txt", "-m", "sim/balanced", "--repeats", "3", "--dry-run", "--json")
    assert said.code == 0 and json.loads(said.out)[0]["calls"] == 6
    assert not [path for path in tmp_path.iterdir() if path.is_dir() and (path / "run.yaml").exists()]


def truth(run: Path) -> dict[str, Counter[str]]:
    """How many of each model's answers that were read express each value, as planted."""
    found: dict[str, Counter[str]] = {}
    for model, text, outcome in read_free_answers(run).select("model", "text", "outcome").iter_rows():
        if outcome == "chosen":
            said = planted(text)
            found.setdefault(model, Counter())["none" if said is None else said.value] += 1
    return found


def filled(sheet: Path, name: str) -> Path:
    """The sheet as a person marks it who knows what is planted."""
    rows = pl.read_csv(sheet, infer_schema=False).fill_null("").to_dicts()
    for row in rows:
        said = planted(row["answer"])
        row[next((c for c in row if said is not None and c.endswith(f"({said.value})")), "none")] = "x"
    pl.DataFrame(rows).write_csv(sheet.with_name(name))
    return sheet.with_name(name)


@pytest.mark.slow
def test_answers_with_planted_values_are_profiled_labelled_and_put_right(axiometer: Axiometer, tmp_path: Path) -> None:
    models = ("-m", "sim/communal", "-m", "sim/individual")
    words = ("express", "profile", "starter", *models, "-o", "run", "--resamples", 200)
    first = axiometer(*words, "--json")
    assert first.code == 0, first.err
    told = json.loads(first.out)
    assert told["correction"]["state"] == "uncorrected" and told["counts"]["questions"] == 100
    assert [Path(page).name for page in told["pages"]] == ["profile.en.html", "profile.zh.html"]
    drawn = [math.sqrt(2 / math.pi * share * (1 - share) / 100) for share in told["classifier"]["training"].values()]
    chances = [each["by_chance"] for each in told["shift"].values()]  # of 100 questions, not of 200 answers
    assert chances == pytest.approx([sum(drawn) / len(drawn)] * 2)
    parts = {path: path.stat().st_mtime_ns for path in (tmp_path / "run" / "profile" / "scores").rglob("*.parquet")}
    assert parts

    sheet = axiometer("annotate", "sheet", "run", "-n", 160, "-o", "sheet.csv")
    assert sheet.code == 0 and "Mark with x" in sheet.out
    labels = axiometer("annotate", "import", "run", filled(tmp_path / "sheet.csv", "ada.csv").name)
    assert labels.code == 0 and "160 labels of ada" in labels.out and "express profile run" in labels.out

    again = axiometer("express", "profile", "run", "--json", "--resamples", 200)
    assert again.code == 0, again.err
    told = json.loads(again.out)
    assert told["correction"] | {"source": None, "note": ""} == {
        "state": "corrected", "note": "", "labels": 160, "raters": 1, "texts": 0, "source": None,
    }  # fmt: skip
    here = {path: path.stat().st_mtime_ns for path in (tmp_path / "run" / "profile" / "scores").rglob("*.parquet")}
    assert here == parts  # nothing was scored again
    _check_shares(told["shares"], truth(tmp_path / "run"))


def _check_shares(shares: list[dict[str, float]], planted_shares: dict[str, Counter[str]]) -> None:
    """Corrected intervals hold what is planted, raw ones do not."""
    held, raw = [], []
    for row in shares:
        if row["kind"] == "expressed" and row["corrected_low"] is not None:
            counts = planted_shares[str(row["model"])]
            share = counts[str(row["value"])] / counts.total()
            assert row["answers"] == counts.total() and row["labels"] == 80
            held.append(row["corrected_low"] <= share <= row["corrected_high"])
            raw.append(row["low"] is not None and row["low"] <= share <= row["high"])
    assert len(held) == 24 and sum(held) >= 22, sum(held)
    assert sum(raw) < 14, sum(raw)


@pytest.mark.slow
def test_recorded_answers_are_profiled_and_errors_carried_over_are_called_unverified(
    axiometer: Axiometer, tmp_path: Path
) -> None:
    if not QUEST.exists():
        pytest.skip("the published answers are not here")
    write_xlsx(pl.read_excel(QUEST).head(25), tmp_path / "few.xlsx")
    assert axiometer("import", "quest100", "few.xlsx", "-o", "quest").code == 0
    said = axiometer("express", "profile", "quest", "--transported", "--no-polarity")
    assert said.code == 0, said.err
    assert " answers to 25 questions" in said.out and "transported, unverified" in said.out
    assert "recorded/glm-4 minus recorded/gpt4" in said.out or "0 differences" in said.out
    page = (tmp_path / "quest" / "profile" / "profile.zh.html").read_text(encoding="utf-8")
    assert "和谐" in page and "recorded/Baichuan4" in page
    told = json.loads((tmp_path / "quest" / "profile" / "profile.json").read_text(encoding="utf-8"))
    assert told["recorded"] and told["correction"]["state"] == "transported" and told["correction"]["texts"] == 1000
    shares = pl.read_parquet(tmp_path / "quest" / "profile" / "shares.parquet")
    assert shares.height == 4 * 12 and shares["transported"].all()
    outcomes = pl.read_parquet(tmp_path / "quest" / "profile" / "outcomes.parquet")
    assert outcomes.filter(model="recorded/gpt4")["not_recorded"].to_list() == [0]
