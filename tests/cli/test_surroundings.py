"""Odd terminals, folders and homes: output stays readable or is one line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import Axiometer, command, listing


def test_chinese_reaches_terminals_that_are_not_utf_8(surroundings: dict[str, str], tmp_path: Path) -> None:
    def said(encoding: str, *words: str) -> bytes:
        env = {**surroundings, "AXIOMETER_LANG": "zh", "PYTHONIOENCODING": encoding}
        done = subprocess.run(command(*words), env=env, cwd=tmp_path, capture_output=True, check=False)
        assert b"Traceback" not in done.stderr
        return done.stdout + done.stderr

    assert "社会主义核心价值观" in said("gbk", "framework", "list").decode("gbk")
    assert b"core-socialist-values" in said("ascii", "framework", "list")
    listed = json.loads(said("ascii", "framework", "list", "--json").decode("ascii"))
    assert listed[0]["name"] == "社会主义核心价值观"
    assert "没有此文件" in said("gbk", "import", "moralchoice", "missing.csv", "-o", "x.parquet").decode("gbk")


@pytest.mark.parametrize("locale", ["C", "POSIX", "zh_CN.GBK"])
def test_bare_locales_do_no_harm(axiometer: Axiometer, locale: str) -> None:
    said = axiometer("framework", "show", "schwartz", env={"LC_ALL": locale, "AXIOMETER_LANG": "zh"})
    assert said.code == 0 and "施瓦茨" in said.out and said.err == ""


def test_the_starter_set_needs_neither_a_home_nor_a_cache(surroundings: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    bare = {name: value for name, value in surroundings.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    for number, cache in enumerate((str(tmp_path / "file" / "cache"), "")):
        words = ("measure", "starter", "-m", "sim/balanced", "-o", f"run{number}", "--limit", "2", "--json")
        env = {**bare, "AXIOMETER_CACHE": cache}
        done = subprocess.run(command(*words), env=env, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["presentations"] == 4


def test_a_reader_that_stops_reading_gets_no_traceback(surroundings: dict[str, str], tmp_path: Path) -> None:
    for words in (("framework", "show", "core-socialist-values"), ("framework", "show", "schwartz", "--json")):
        with subprocess.Popen(
            command(*words), env=surroundings, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None and process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(surroundings: dict[str, str], tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("framework", "list", "--json"), env=surroundings, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (1, b"axiometer: the disk is full\n")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_what_may_not_be_written_is_one_line(inside: Axiometer, finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished / "run", tmp_path / "run")
    (tmp_path / "shut").mkdir(mode=0o555)
    items = finished / "items.parquet"
    for words in (
        ("measure", items, "-m", "sim/balanced", "-o", "shut/run"),
        ("report", "run", "-o", "shut/page.html"),
        ("export", items, "-o", "shut/items.csv"),
        ("export", items, "-o", "shut/items.xlsx"),
        ("import", "starter", "-o", "shut/new.parquet"),
        ("merge", "run", "-o", "shut/new"),
    ):
        assert "no permission" in inside(*words).line
    assert listing(tmp_path / "shut") == {}


def test_brackets_stars_and_chinese_in_paths_are_only_names(inside: Axiometer, finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a[1]*?{x} 空格"
    folder.mkdir()
    shutil.copy(finished / "items.parquet", folder / "items[2].parquet")
    run = folder / "run[3]"
    assert inside("measure", folder / "items[2].parquet", "-m", "sim/balanced", "-o", run, "--limit", 2).code == 0
    assert inside("measure", folder / "items[2].parquet", "-m", "sim/balanced", "-o", run, "--limit", 2).code == 0
    assert inside("analyze", run, "--resamples", 100).code == 0
    assert inside("export", run / "answers", "-o", folder / "answers[4].csv").code == 0
    assert inside("merge", run, "-o", folder / "merged[5]").code == 0
    assert inside("report", run, "--items", 2).code == 0
