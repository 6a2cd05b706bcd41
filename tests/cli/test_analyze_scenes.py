"""From rules to a page about scenes, as a user has it: what the simulated writer planted is what the analysis finds."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from axiometer.analyze.scenes import SceneAnalysis
from axiometer.models.writer_profile import load_writer
from axiometer.models.writer_scenes import planted_pattern
from axiometer.records.corpus_rows import GeneratedScene, Rule, make_rule
from axiometer.records.importers.starter import starter_rules
from axiometer.records.tables import read_rows, read_table, write_rows

from .conftest import Axiometer, run_in

HOME = "core-socialist-values"
WITH, WITHOUT = "with rules", "without rules"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, surroundings: dict[str, str]) -> Path:
    """Scenes of twelve values with starter rules and without, 40 of each, analysed."""
    place = tmp_path_factory.mktemp("scenes")
    made = [
        make_rule(lang="en", text=rule.texts["en"], origin="s", values=(rule.value,), framework=HOME)
        for rule in starter_rules().values()
    ]
    write_rows(made, Rule, place / "rules.parquet")
    words = ("build", "scenes", "--framework", HOME, "--rules", "rules.parquet", "-m", "sim/rulewriter")
    assert run_in(place, surroundings, *words, "-o", "scenes", "--per-value", 40).code == 0
    said = run_in(place, surroundings, "analyze", "scenes")
    assert said.code == 0, said.err
    (place / "said.txt").write_text(said.out, encoding="utf-8")
    return place / "scenes"


@pytest.fixture(scope="module")
def analysis(folder: Path) -> SceneAnalysis:
    return SceneAnalysis.read(folder / "analysis")


def planted_shares(folder: Path, condition: str) -> tuple[float, float, float]:
    """Share of the scenes on patterns that all values have in common; of those whose pattern another scene of the value
    has, too; and of stock scenes whose pattern another stock scene of the value has."""
    profile = load_writer("rulewriter")
    rows = [row for row in read_rows(folder / "scenes.parquet", GeneratedScene) if row.condition == condition]
    planted = [
        planted_pattern(profile.scenes, profile.seed, row.value, row.condition, row.number, row.rule) for row in rows
    ]
    pairs = list(zip(rows, planted, strict=True))
    patterns = Counter((row.value, each.pattern) for row, each in pairs)
    stock = Counter((row.value, each.pattern) for row, each in pairs if each.stock)
    twice, stock_twice = (sum(n for n in counts.values() if n > 1) / len(rows) for counts in (patterns, stock))
    return sum(each.common for each in planted) / len(rows), twice, stock_twice


@pytest.mark.parametrize("condition", [WITH, WITHOUT])
def test_scenes_on_common_patterns_are_those_that_no_classifier_can_assign(
    folder: Path, analysis: SceneAnalysis, condition: str
) -> None:
    common = planted_shares(folder, condition)[0]
    expected = 1 - common * 11 / 12
    found = analysis.of("assigned", condition)
    assert 0.05 < common < 0.5
    assert found["estimate"] == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("condition", [WITH, WITHOUT])
def test_near_duplicates_are_among_scenes_of_one_planted_pattern(
    folder: Path, analysis: SceneAnalysis, condition: str
) -> None:
    _, twice, stock_twice = planted_shares(folder, condition)
    found = float(str(analysis.of("near_duplicates", condition)["estimate"]))
    assert 0.9 * stock_twice <= found <= twice + 0.02


def test_the_planted_difference_between_conditions_is_found_with_its_sign(
    folder: Path, analysis: SceneAnalysis
) -> None:
    with_common, without_common = (planted_shares(folder, condition)[0] for condition in (WITH, WITHOUT))
    rows = {row["measure"]: row for row in analysis.comparison.filter(value="all").iter_rows(named=True)}
    assert with_common < without_common
    assert rows["macro_f1"]["low"] > 0 and rows["assigned"]["low"] > 0
    planted = (without_common - with_common) * 11 / 12
    assert rows["assigned"]["low"] - 0.03 <= planted <= rows["assigned"]["high"] + 0.03


def test_the_command_says_every_measure_with_its_difference(folder: Path) -> None:
    said = (folder.parent / "said.txt").read_text(encoding="utf-8")
    for words in ("Vendi score", "macro-F1", "silhouette", "with rules", "without rules", "p, adjusted", "mean of 12"):
        assert words in said
    assert "Next: axiometer report scenes" in said and "no interval: it grows with" in said


def test_analysing_again_gives_equal_bytes_and_json(folder: Path, inside: Axiometer) -> None:
    before = {path.name: path.read_bytes() for path in (folder / "analysis").iterdir()}
    said = inside("analyze", folder, "--json")
    assert json.loads(said.out)["options"]["embedder"] == "use/multilingual-v3"
    assert {path.name: path.read_bytes() for path in (folder / "analysis").iterdir()} == before


def test_a_report_of_scenes_alone_and_one_beside_a_run(folder: Path, inside: Axiometer, tmp_path: Path) -> None:
    said = inside("report", folder, "--lang", "zh")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert said.code == 0 and "情景：有多少变化" in page and "模拟的写作者" in page
    assert (folder / "figures" / "scenes-picture.png").stat().st_size > 10_000
    assert inside("measure", "starter", "-m", "sim/balanced", "--limit", 24, "-o", "run").code == 0
    assert inside("report", "run", folder, "-o", "both.html", "--no-figures").code == 0
    both = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert '<section id="profile"' in both and '<section id="scenes"' in both


def test_scenes_that_are_newer_than_their_analysis_are_analysed_again(
    folder: Path, inside: Axiometer, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    (copy / "frameworks").mkdir(parents=True)
    for name in ("scenes.yaml", f"frameworks/{HOME}.yaml"):
        (copy / name).write_bytes((folder / name).read_bytes())
    scenes = read_table(folder / "scenes.parquet", GeneratedScene).filter(pl.col("number") <= 6)
    scenes.write_parquet(copy / "scenes.parquet")
    assert inside("report", "copy", "-o", "page.html").code == 0
    first = SceneAnalysis.read(copy / "analysis").of("distance_cosine", WITH)["n"]
    scenes.filter(pl.col("number") <= 4).write_parquet(copy / "scenes.parquet")
    newer = (copy / "analysis" / "summary.json").stat().st_mtime + 5
    os.utime(copy / "scenes.parquet", (newer, newer))
    assert inside("report", "copy", "-o", "page.html").code == 0
    assert SceneAnalysis.read(copy / "analysis").of("distance_cosine", WITH)["n"] < first  # type: ignore[operator]


def test_mistakes_with_scenes_are_one_line(folder: Path, inside: Axiometer, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "frameworks").mkdir(parents=True)
    for name in ("scenes.yaml", f"frameworks/{HOME}.yaml"):
        (copy / name).write_bytes((folder / name).read_bytes())
    assert "no scenes yet (run `axiometer build scenes` to its end)" in inside("analyze", "copy").line
    scenes = read_table(folder / "scenes.parquet", GeneratedScene)
    one = scenes.filter(pl.col("value") == scenes["value"][0])
    one.write_parquet(copy / "scenes.parquet")
    assert "fewer than two values" in inside("analyze", "copy").line
    scenes.head(0).write_parquet(copy / "scenes.parquet")
    assert "the table holds no scenes" in inside("analyze", "copy").line
    mixed = pl.concat([scenes.head(30), scenes.tail(30).with_columns(model=pl.lit("other/model"))])
    mixed.write_parquet(copy / "scenes.parquet")
    assert re.search(r"column 'model': scenes of several kinds \(other/model, sim", inside("analyze", "copy").line)
    (copy / "scenes.parquet").write_bytes(b"no table")
    assert "not a Parquet file" in inside("analyze", "copy").line
    assert "--without-values is for runs" in inside("analyze", folder, "--without-values").line
    assert "unknown embedder 'no/such'" in inside("analyze", folder, "--embedder", "no/such").line
    assert "--embedder is for folders of scenes" in inside("analyze", tmp_path, "--embedder", "x").line
    assert "two folders are called" in inside("report", folder, folder, "-o", "x.html").line
