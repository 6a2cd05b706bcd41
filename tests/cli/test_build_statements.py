"""`axiometer build statements` as a user has it: from news to a measured run, resumed after any end, mistakes in one
line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from axiometer.records.tables import read_items

from .conftest import Axiometer, killed_at, listing, run_in

SIM = "sim/extractor"
LEXICAL = ("--judge", "lexical")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, surroundings: Mapping[str, str]) -> Path:
    """A folder with the statements of one nation under `work`."""
    folder = tmp_path_factory.mktemp("statements")
    said = run_in(folder, surroundings, "build", "statements", "--starter", "uk", "-m", SIM, "-o", "work")
    assert said.code == 0, said.err
    (folder / "said.txt").write_text(said.out, encoding="utf-8")
    return folder


def test_the_account_the_issues_and_what_was_recovered_are_told(built: Path) -> None:
    said = (built / "said.txt").read_text(encoding="utf-8")
    assert "copy of another text" in said and "report of fact" in said
    assert re.search(r"What sources of a nation disagree on \(\d+ of \d+ issues\)", said)
    assert re.search(r"conflicts within one position: \d+ before, 0 after", said)
    assert re.search(r"^\s*reduce\s+conflicts\s+(\d+)\s+\1\s+\1\s+1\.000\s+1\.000", said, re.MULTILINE)
    assert re.search(r"^\s*prepare\s+copies\s+6\s+6\s+6\s+1\.000\s+1\.000", said, re.MULTILINE)
    assert "The reverses are constructed: nobody said them." in said and "look at work/screen.yaml" in said
    assert (built / "work" / "texts" / "starter-news.csv").exists()
    for name in ("copies", "topics", "issues", "opposed", "removed", "statements", "triples", "recovery"):
        assert pl.read_parquet(built / "work" / "tables" / f"{name}.parquet").height >= 0


def test_items_are_measured_and_a_planted_position_is_recovered(inside: Axiometer, built: Path, tmp_path: Path) -> None:
    items = read_items(built / "work" / "items.parquet")
    position = max(
        {each.target for item in items for each in item.options[0].expresses}, key=lambda name: "news" in name
    )
    profile = tmp_path / "profile.yaml"
    profile.write_text(f"name: planted\nabout: Agrees.\nvalues: {{'{position}': 3.0}}\n", encoding="utf-8")
    assert inside("measure", built / "work", "-m", f"sim/{profile}", "-o", "run").code == 0
    assert inside("analyze", "run", "--resamples", 100).code == 0
    shares = pl.read_parquet(tmp_path / "run" / "analysis" / "shares.parquet").filter(pl.col("value") == position)
    assert shares.height and shares["share"].min() > 0.6


def test_status_and_dry_run_write_nothing(inside: Axiometer, built: Path, tmp_path: Path) -> None:
    before = listing(built)
    found = json.loads(inside("build", "statements", "--status", built / "work", "--json").out)
    assert [row["step"] for row in found][:2] == ["ingest", "prepare"] and not any(row["waiting"] for row in found)
    rows = json.loads(inside("build", "statements", "--starter", "uk", "-m", SIM, "--dry-run", "--json").out)
    assert [row["step"] for row in rows][-2:] == ["reverse", "check-triple"]
    assert all(row["calls"] > 0 and row["tokens_in"] > 0 for row in rows)
    said = inside("build", "statements", "--starter", "uk", "-m", SIM, *LEXICAL, "--dry-run")
    assert "Nothing was asked" in said.out and "relate" not in said.out
    assert listing(built) == before and not any(tmp_path.iterdir())


def test_the_same_command_goes_on_and_another_is_told_apart(inside: Axiometer, built: Path) -> None:
    words = ("build", "statements", "--starter", "uk", "-m", SIM, "-o", built / "work")
    again = inside(*words, "--json")
    assert again.code == 0 and json.loads(again.out)["calls"] == 0
    for more in (("--seed", "3"), ("--about", "cats"), LEXICAL, ("--starter", "uk,us"), ("--nation", "us")):
        assert "made by another specification" in inside(*words, *more).line


def test_a_configuration_file_holds_the_options(inside: Axiometer, tmp_path: Path) -> None:
    config = "starter: uk\nmodel: sim/extractor\njudge: lexical\npolicy: drop\nform: all\n"
    (tmp_path / "s.yaml").write_text(config, encoding="utf-8")
    rows = json.loads(inside("build", "statements", "--config", "s.yaml", "--dry-run", "--json").out)
    assert "relate" not in [row["step"] for row in rows] and rows[0]["model"] == SIM


@pytest.mark.slow
def test_killed_anywhere_the_same_statements_come_out(surroundings: Mapping[str, str], tmp_path: Path) -> None:
    words = ("build", "statements", "--starter", "uk,fr", "-m", SIM, "-o")
    assert run_in(tmp_path, surroundings, *words, "whole").code == 0
    marks = (
        "stages/ingest/rows/*",
        "tables/copies.parquet",
        "stages/topics/rows/*",
        "stages/label/fates/*",
        "stages/tag-1/rows/*",
        "stages/extract/rows/*",
        "stages/attribute/fates/*",
        "stages/pairs/rows/*",
        "stages/relate/rows/*",
        "tables/issues.parquet",
        "stages/reverse/fates/*",
        "items.parquet",
    )
    killed = sum(killed_at(tmp_path, surroundings, mark, *words, "cut") for mark in marks)
    said = run_in(tmp_path, surroundings, *words, "cut")
    assert said.code == 0, said.err
    assert killed >= 8
    whole, cut = (contents(tmp_path / name) for name in ("whole", "cut"))
    assert sorted(cut) == sorted(whole) and len(whole) > 40
    assert [name for name in whole if cut[name] != whole[name]] == []


def contents(folder: Path) -> dict[str, bytes | None]:
    """Everything that was made but journals, the file with the date, the summary, which counts calls, the account of
    files read, which holds their time, and what a killed writer left under a hidden name."""
    found = listing(folder)
    left_out = ("journal", "statements.yaml", "summary.json", "stages/ingest/fates/")
    hidden = {name for name in found if Path(name).name.startswith(".")}
    return {name: held for name, held in found.items() if not name.startswith(left_out) and name not in hidden}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-m", SIM, "-o", "w"), "no texts"),
        (("--starter", "uk", "-o", "w"), "no model"),
        (("--starter", "uk", "-m", SIM), "no folder for the statements"),
        (("--starter", "at", "-m", SIM, "-o", "w"), "there are no starter texts of 'at'"),
        (("--starter", ",", "-m", SIM, "-o", "w"), "--starter names no nation"),
        (("missing.csv", "-m", SIM, "-o", "w"), "no such file or folder"),
        (("texts.csv", "-m", SIM, "-o", "w", "--nation", ","), "--nation names no nation"),
        (("texts.csv", "-m", "sim/balanced", "-o", "w"), "sim/balanced answers items and writes none"),
        (("texts.csv", "-m", SIM, "--check-model", "sim/balanced", "-o", "w"), "answers items and writes none"),
        (("texts.csv", "-m", SIM, "--judge", "llm/sim/balanced", "-o", "w"), "answers items and writes none"),
        (("texts.csv", "-m", SIM, "--judge", "oracle", "-o", "w"), "unknown contradiction model 'oracle'"),
        (("texts.csv", "-m", SIM, "--policy", "vote", "-o", "w"), "unknown policy 'vote'"),
        (("texts.csv", "-m", SIM, "--form", "verse", "-o", "w"), "'verse' is no form of items"),
        (("texts.csv", "-m", SIM, "--topics", "lda", "-o", "w"), "--topics lda is not one of"),
        (("texts.csv", "-m", SIM, "--framework", "nowhere", "-o", "w"), "nowhere"),
        (("texts.csv", "-m", SIM, "-o", "texts.csv"), "a file stands where a folder is needed"),
        (("texts.csv", "-m", SIM, "-o", "other"), "exists and is not the work of"),
        (("nameless.csv", "-m", SIM, "-o", "w"), "nothing says the nation of these texts (say it with --nation"),
        (("nameless.csv", "-m", SIM, "-o", "w", "--nation", "us,uk"), "nothing says the nation of these texts"),
        (("--status", "nowhere"), "no statements.yaml here"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    inside: Axiometer, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    (tmp_path / "texts.csv").write_text("nation,text\nuk,The harbour should stay open to all boats.\n", "utf-8")
    (tmp_path / "nameless.csv").write_text("text,outlet\nThe harbour should stay open to all boats.,A\n", "utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thing.txt").write_text("x", "utf-8")
    before = listing(tmp_path)
    assert expected in inside("build", "statements", *words).line
    assert listing(tmp_path) == before


def test_texts_of_which_nothing_comes_are_told_with_where_to_look(inside: Axiometer, tmp_path: Path) -> None:
    rows = "nation,outlet,date,text\nuk,,17/05/2024,The ferry left at nine and came back at noon.\n"
    (tmp_path / "texts.csv").write_text(rows, "utf-8")
    said = inside("build", "statements", "texts.csv", "-m", SIM, "-o", "work")
    assert said.code == 0, said.err
    assert "No item was made. Look at work/rejects.csv" in said.out and "axiometer measure" not in said.out
    assert "texts that name no outlet: 1; that have no date which begins with its year: 1" in said.out


def test_a_dry_run_of_rows_without_words_asks_for_nothing(inside: Axiometer, tmp_path: Path) -> None:
    (tmp_path / "blank.csv").write_text("nation,text\nuk,   \n", "utf-8")
    said = inside("build", "statements", "blank.csv", "-m", SIM, "--dry-run")
    assert said.code == 0, said.err
    assert "Nothing was asked" in said.out
