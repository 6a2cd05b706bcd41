"""Bad input is one line on standard error and exit code 1, and nothing is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
import yaml

from axiometer.records import Item
from axiometer.records.schemas import schema_of

from .conftest import Axiometer, listing


@pytest.fixture
def place(tmp_path: Path, finished: Path) -> Path:
    """A folder with items, a finished run, and files of every wrong kind."""
    shutil.copy(finished / "items.parquet", tmp_path)
    shutil.copytree(finished / "run", tmp_path / "run")
    (tmp_path / "words.txt").write_text("just words\n", encoding="utf-8")
    (tmp_path / "two.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "head.csv").write_text("scenario_id,context,action1,action2\n", encoding="utf-8")
    (tmp_path / "nothing.csv").touch()
    (tmp_path / "fake.gguf").write_text("no weights", encoding="utf-8")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and then nothing")
    (tmp_path / "broken.yaml").write_text("a: [1\nb: 2\n", encoding="utf-8")
    (tmp_path / "list.yaml").write_text("- a\n- b\n", encoding="utf-8")
    (tmp_path / "bytes.yaml").write_bytes(b"\x00\x01\x02\xff\xfe")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "empty").mkdir()
    pl.DataFrame(schema=schema_of(Item)).write_parquet(tmp_path / "none.parquet")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "other.parquet")
    return tmp_path


MEASURE = ("measure", "items.parquet", "-o", "new", "-m")
SIM = (*MEASURE, "sim/balanced")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("measure", "missing.parquet", "-m", "sim/balanced", "-o", "new"), "missing.parquet: no such file"),
        (("measure", "other.parquet", "-m", "sim/balanced", "-o", "new"), "columns missing or of another type: id"),
        (("measure", "none.parquet", "-m", "sim/balanced", "-o", "new"), "none.parquet: the table holds no items"),
        ((*MEASURE, "sim/nobody"), "unknown simulated respondent 'sim/nobody' (known: balanced"),
        ((*MEASURE, "openai/gpt-9"), "no key for service 'openai' (set OPENAI_API_KEY"),
        (("framework", "show", "schwarz"), "there is no framework 'schwarz' (did you mean 'schwartz'?"),
        (
            ("measure", "items.parquet", "-m", "sim/communal", "-o", "run"),
            "run: made by another specification: models[1]: sim/balanced -> sim/communal",
        ),
    ],
)
def test_the_seven_mistakes_are_one_line_each_and_write_nothing(
    axiometer: Axiometer, place: Path, words: tuple[str, ...], expected: str
) -> None:
    before = listing(place)
    assert expected in axiometer(*words).line
    assert listing(place) == before


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((*MEASURE, "gpt-9"), "unknown model 'gpt-9' (names begin with sim/, local/"),
        ((*MEASURE, "who/ever"), "unknown model 'who/ever'"),
        ((*MEASURE, "sim/"), "unknown model 'sim/'"),
        ((*MEASURE, "openai-api/alone"), "write openai-api/<service>/<model>"),
        ((*MEASURE, "openai-api/nowhere/m"), "set NOWHERE_BASE_URL"),
        ((*MEASURE, "openai-api/deepseek/m"), "set DEEPSEEK_API_KEY"),
        ((*MEASURE, "completions/alone"), "write completions/<service>/<model>"),
        ((*MEASURE, "completions/nowhere/m"), "set NOWHERE_BASE_URL"),
        ((*MEASURE, "local/missing.gguf"), "missing.gguf: no such local model"),
        ((*MEASURE, "local/fake.gguf"), "fake.gguf: is not a GGUF file"),
        ((*MEASURE, "recorded/missing.parquet"), "missing.parquet: no such file"),
        ((*MEASURE, "recorded/broken.parquet"), "not a Parquet file"),
        ((*MEASURE, "recorded/run/answers#nobody"), "no answers of 'nobody' (it holds: sim/balanced)"),
        ((*MEASURE, "sim/missing.yaml"), "missing.yaml: no such file"),
        ((*MEASURE, "sim/broken.yaml"), "broken.yaml, line 2: not YAML"),
        ((*MEASURE, "sim/list.yaml"), "must be a mapping"),
        ((*MEASURE, "sim/bytes.yaml"), "bytes.yaml: "),
        ((*MEASURE, "sim/folder.yaml"), "folder.yaml: a folder, not a file"),
        ((*SIM, "-m", "sim/balanced"), "the respondent sim/balanced is named twice"),
        ((*SIM, "--batch"), "sim/balanced has no batch endpoint"),
        ((*SIM, "--framework", "missing.yaml"), "missing.yaml: there is no such file"),
        ((*SIM, "--framework", "broken.yaml"), "not valid YAML"),
        ((*SIM, "--models", "missing.yaml"), "missing.yaml: no such file"),
        ((*SIM, "--models", "broken.yaml"), "broken.yaml, line 2: not YAML"),
        ((*SIM, "--models", "list.yaml"), "must be a mapping"),
        ((*SIM, "--models", "folder.yaml"), "a folder, not a file"),
        ((*SIM, "--config", "missing.yaml"), "missing.yaml: no such file"),
        ((*SIM, "--config", "broken.yaml"), "broken.yaml, line 2: not YAML"),
        ((*SIM, "--config", "list.yaml"), "must be a mapping"),
        ((*SIM, "--config", "folder.yaml"), "a folder, not a file"),
        ((*SIM, "--lang", ""), "--lang names no language"),
        ((*SIM, "--lang", " , "), "--lang names no language"),
        ((*SIM, "--lang", "en,xx"), "no items in xx (it holds: en)"),
        ((*SIM, "--wordings", "99"), "--wordings 99: there are"),
        ((*SIM, "--shard", "0/0"), "--shard 0/0: the first number counts from 1"),
        ((*SIM, "--shard", "3/2"), "--shard 3/2"),
        ((*SIM, "--shard", "-1/2"), "write i/n"),
        ((*SIM, "--shard", "half"), "write i/n"),
        ((*SIM, "--orders", "foo"), "--orders foo (one of one, swap, all)"),
        ((*SIM, "--mode", "foo"), "--mode foo (one of choice, logprob, likelihood, agree, judged, open, free)"),
        ((*SIM, "--again", "error,chosen"), "--again chosen (one of error, truncated)"),
        ((*SIM, "--mode", "logprob", "--repeats", "2"), "--repeats above 1 has no meaning"),
        ((*SIM, "--top-p", "0"), "--top-p"),
        (("measure",), "no items (name a table"),
        (("measure", "items.parquet"), "no respondent (name one with -m"),
        (("measure", "items.parquet", "-m", "sim/balanced"), "no folder for the run"),
        (("measure", "words.txt", "-m", "sim/balanced", "-o", "new"), "words.txt: not a Parquet file"),
        (("measure", "broken.parquet", "-m", "sim/balanced", "-o", "new"), "broken.parquet: not a Parquet file"),
        (("measure", "empty", "-m", "sim/balanced", "-o", "new"), "empty: no .parquet files in this folder"),
        (("measure", "run/answers", "-m", "sim/balanced", "-o", "new"), "not a table of items"),
        (("measure", "items.parquet", "-m", "sim/balanced", "-o", "words.txt"), "exists and is not a run"),
        (("measure", "items.parquet", "-m", "sim/balanced", "-o", "words.txt/run"), "a file stands where a folder"),
        (("measure", "items.parquet", "-m", "sim/balanced", "-o", "."), "exists and is not a run"),
    ],
)
def test_what_cannot_be_measured_is_one_line(
    inside: Axiometer, place: Path, words: tuple[str, ...], expected: str
) -> None:
    before = listing(place)
    assert expected in inside(*words).line
    assert listing(place) == before


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("import", "nothing", "two.csv", "-o", "new.parquet"), "there is no format 'nothing' (one of"),
        (("import", "moralchoice"), "no file to import"),
        (("import", "moralchoice", "two.csv"), "no table to write (name one with -o"),
        (("import", "moralchoice", "two.csv", "-o", "new.csv"), "new.csv: must end in .parquet"),
        (("import", "moralchoice", "two.csv", "-o", "new.parquet"), "columns missing: scenario_id"),
        (("import", "moralchoice", "missing.csv", "-o", "new.parquet"), "missing.csv: no such file"),
        (("import", "moralchoice", "nothing.csv", "-o", "new.parquet"), "nothing.csv: the file is empty"),
        (("import", "moralchoice", "head.csv", "-o", "new.parquet"), "head.csv: there are no rows"),
        (("import", "moralchoice", "empty", "-o", "new.parquet"), "empty: a folder, not a file"),
        (("import", "cvc-dilemmas", "two.csv", "-o", "new.parquet"), "columns missing: scene, options"),
        (("import", "cvc-themes", "two.csv", "-o", "new.parquet"), "columns missing: scene, options"),
        (("import", "conflictscope", "two.csv", "-o", "new.parquet"), "columns missing: key, value"),
        (("import", "daily-dilemmas", "two.csv", "-o", "new.parquet"), "columns missing: idx"),
        (("import", "table", "two.csv", "-o", "new.parquet"), "give --mapping FILE"),
        (("import", "table", "two.csv", "-o", "new.parquet", "--mapping", "broken.yaml"), "not YAML"),
        (("import", "starter", "-o", "words.txt/new.parquet"), "a file stands where a folder"),
        (("analyze", "missing"), "missing: no run.yaml here"),
        (("analyze", "empty"), "empty: no run.yaml here"),
        (("analyze", "items.parquet"), "no run.yaml here"),
        (("report", "missing"), "missing: no run.yaml here"),
        (("report", "run", "-o", "page.txt"), "page.txt: must end in .html"),
        (("report", "run", "--lang", "de"), "--lang de (one of en, zh)"),
        (("report", "run", "run"), "two runs are called 'run'"),
        (("report", "run", "-o", "words.txt/page.html"), "a file stands where a folder"),
        (("merge", "missing", "-o", "new"), "missing: no run.yaml here"),
        (("merge", "run", "run", "-o", "new"), "run: shard 1/1, as is run"),
        (("merge", "run", "-o", "words.txt"), "words.txt: exists already"),
        (("export", "missing.parquet", "-o", "new.csv"), "missing.parquet: no such file"),
        (("export", "run", "-o", "new.csv"), "no .parquet files in this folder"),
        (("export", "words.txt", "-o", "new.csv"), "words.txt: not a Parquet file"),
        (("export", "run/analysis", "-o", "new.csv"), "holds tables of different columns"),
        (("export", "items.parquet", "-o", "new.doc"), "new.doc: must end in .csv or .xlsx"),
        (("export", "items.parquet", "-o", "words.txt/new.csv"), "a file stands where a folder"),
        (("export", "items.parquet", "-o", "words.txt/new.xlsx"), "a file stands where a folder"),
        (("framework", "show", "missing.yaml"), "missing.yaml: there is no such file"),
        (("framework", "show", "{x}"), "there is no framework '{x}'"),
        (("framework", "check", "empty"), "empty: a folder, not a file"),
        (("models", "check", "openai/gpt-9"), "set OPENAI_API_KEY"),
        (("models", "list", "--models", "broken.yaml"), "not YAML"),
        (("validate", "missing.parquet", "-m", "sim/balanced", "-o", "new"), "no such file"),
    ],
)
def test_what_the_other_verbs_cannot_do_is_one_line(
    inside: Axiometer, place: Path, words: tuple[str, ...], expected: str
) -> None:
    before = listing(place)
    assert expected in inside(*words).line
    assert listing(place) == before


def damaged(run: Path, what: str) -> None:
    first = {name: next(iter(sorted((run / name).glob("*")))) for name in ("answers", "items", "journal")}
    if what in first:
        first[what].write_bytes(b"not what it was, by far, whatever reads it")
    elif what == "summary":
        (run / "analysis" / "summary.json").write_text("{", encoding="utf-8")
    elif what == "estimates":
        (run / "analysis" / "shares.parquet").write_bytes(b"x")
    else:
        (run / "run.yaml").write_text(what, encoding="utf-8")


AGAIN = ("measure", "run/items", "-m", "sim/balanced", "-o", "run")
COMPLETE = yaml.safe_dump({"format": 1, "asked": {"models": 3}, "noted": {}})


@pytest.mark.parametrize(
    ("what", "words", "expected"),
    [
        ("answers", ("analyze", "run"), "not a Parquet file"),
        ("answers", ("report", "run"), "not a Parquet file"),
        ("answers", AGAIN, "its answers are in the journal"),
        ("answers", ("merge", "run", "-o", "new"), "not a Parquet file"),
        ("items", ("analyze", "run"), "not a Parquet file"),
        (
            "items",
            ("measure", "items.parquet", "-m", "sim/balanced", "-o", "run"),
            "000000.parquet: not a Parquet file",
        ),
        ("journal", ("measure", "items.parquet", "-m", "sim/balanced", "-o", "run"), "cannot be read as a journal"),
        ("summary", ("report", "run"), "summary.json: not readable as JSON (make it again"),
        ("estimates", ("report", "run"), "shares.parquet: not a Parquet file"),
        ("a: [", ("analyze", "run"), "run.yaml, line 1: not YAML"),
        ("", ("analyze", "run"), "run.yaml: the file is empty"),
        ("format: 1", ("analyze", "run"), "not a run.yaml"),
        (COMPLETE, ("report", "run"), "not a run.yaml"),
        (COMPLETE, AGAIN, "not a run.yaml"),
        (COMPLETE, ("merge", "run", "-o", "new"), "not a run.yaml"),
        ("format: 99", ("analyze", "run"), "made by another version of Axiometer (format 99, this is 1)"),
    ],
)
def test_a_damaged_run_is_one_line(
    inside: Axiometer, place: Path, what: str, words: tuple[str, ...], expected: str
) -> None:
    damaged(place / "run", what)
    if words == AGAIN:
        (place / "run" / "answers" / "m00-000000.parquet").write_bytes(b"x" * 99)
    assert expected in inside(*words).line


def test_an_import_of_nothing_but_bad_rows_says_why_and_makes_no_table(inside: Axiometer, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("q,a,b\n,x,y\nTotal,,\n", encoding="utf-8")
    mapping = {"source": "s", "prompt": "q", "options": [{"text": "a"}, {"text": "b"}]}
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    said = inside("import", "table", "bad.csv", "-o", "new.parquet", "--mapping", "map.yaml")
    assert said.code == 1
    assert "no row could be imported (see new.rejects.csv)" in said.err
    assert not (tmp_path / "new.parquet").exists()
    assert (tmp_path / "new.rejects.csv").read_text(encoding="utf-8-sig").count("\n") == 3


def test_rejects_and_answers_of_an_earlier_import_do_not_stay(inside: Axiometer, tmp_path: Path) -> None:
    for name in ("new.rejects.csv", "new.answers.parquet"):
        (tmp_path / name).write_text("of before", encoding="utf-8")
    assert inside("import", "starter", "-o", "new.parquet", "--lang", "en").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.parquet"]
