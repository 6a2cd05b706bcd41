"""`axiometer build scenes` as a user has it: resumed after any end without a call paid twice, mistakes in one line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import polars as pl
import pytest
from tests.cli.serving import acknowledged, answered, environment, server

from axiometer.frameworks import load_framework
from axiometer.records.corpus_rows import GeneratedScene, Rule, make_rule
from axiometer.records.importers.starter import starter_rules
from axiometer.records.tables import read_rows, write_rows
from axiometer.testing import Behaviour

from .conftest import Axiometer, Serve, command

FAKE = "openai-api/fake/m"
SIM = "sim/rulewriter"
HOME = "core-socialist-values"
WORDS = ("build", "scenes", "--framework", HOME, "--rules", "rules.parquet", "--lang", "en")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The starter rules in both languages."""
    made = [
        make_rule(lang=lang, text=rule.texts[lang], origin="s", values=(rule.value,), framework=HOME)
        for lang in ("en", "zh")
        for rule in starter_rules().values()
    ]
    write_rows(made, Rule, tmp_path / "rules.parquet")
    return tmp_path / "rules.parquet"


def summary_in(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_values_become_scenes_with_rules_and_without(inside: Axiometer, rules: Path, tmp_path: Path, lang: str) -> None:
    said = inside("build", "scenes", "--framework", HOME, "--rules", rules, "-m", SIM, "-o", "s", "--lang", lang)
    assert said.code == 0, said.err
    assert "missing from a list that was too short" in said.out and "for 12 values of the level core" in said.out
    scenes = list(read_rows(tmp_path / "s" / "scenes.parquet", GeneratedScene))
    found = summary_in(tmp_path / "s")
    rejects = pl.read_csv(tmp_path / "s" / "rejects.csv").filter(pl.col("step") == "sift")
    assert found["wanted"] == 2400 == len(scenes) + rejects.height and rejects["reason"].null_count() == 0
    assert {scene.lang for scene in scenes} == {lang} and {scene.model for scene in scenes} == {SIM}
    chinese = [bool(re.search("[\u4e00-\u9fff]", scene.text)) for scene in scenes]
    assert all(chinese) if lang == "zh" else not any(chinese)
    kept = load_framework(str(tmp_path / "s" / "frameworks" / f"{HOME}.yaml"))
    assert {scene.value for scene in scenes} == {value.id for value in kept.values_at("core")}
    status = json.loads(inside("build", "scenes", "--status", "s", "--json").out)
    assert [(row["step"], row["waiting"]) for row in status] == [("write", 0), ("sift", 0)]


def test_a_service_is_asked_once_for_each_list_and_limits_hold(
    inside: Axiometer, serve: Serve, rules: Path, tmp_path: Path
) -> None:
    fake = serve(Behaviour(rulewriter=True))
    (tmp_path / "models.yaml").write_text(f"models:\n  {FAKE}:\n    price: {{input: 1.0, output: 2.0}}\n", "utf-8")
    words = (*WORDS, "-m", FAKE, "-o", "s", "--per-value", 20, "--models", "models.yaml")
    (row,) = json.loads(inside(*words, "--dry-run", "--json").out)
    assert row["calls"] == 12 * (2 + 5) and row["usd"] > 0 and row["usd_at_most"] > row["usd"]
    assert fake.counts.attempts == 0 and not (tmp_path / "s").exists()
    stopped = inside(*words, "--max-calls", 10)
    assert stopped.code == 3 and "--max-calls 10" in stopped.err
    assert inside(*words).code == 0
    assert fake.counts.answered == 84 and fake.counts.repeated == 0
    found = summary_in(tmp_path / "s")
    assert found["wanted"] == 480 == found["scenes"]
    calls = inside(*words, "--json")
    assert json.loads(calls.out)["calls"] == 0 and fake.counts.answered == 84
    scenes = pl.read_parquet(tmp_path / "s" / "scenes.parquet")
    assert scenes["parent_ids"].list.first().n_unique() == 84


def test_a_hundred_at_once_is_the_published_way(inside: Axiometer, serve: Serve, rules: Path) -> None:
    fake = serve(Behaviour(rulewriter=True))
    words = (*WORDS, "-m", FAKE, "-o", "s", "--batch", 100, "--values", "freedom,harmony")
    assert inside(*words).code == 0
    assert fake.counts.answered == 2 * (1 + 5)


def killed_and_resumed(folder: Path, kills: int) -> Path:
    """Makes scenes whole, then again with that many `kill -9`; gives the folder of the second."""
    words = (*WORDS, "-m", FAKE, "--per-value", "24", "--batch", "2", "--concurrency", "8")
    words = (*words, "--values", "freedom,harmony,justice,equality", "-o")
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    for name in ("a", "b"):
        os.link(folder / "rules.parquet", folder / name / "rules.parquet")
    whole, cut = folder / "a" / "s", folder / "b" / "s"
    with server(0.02, "--rulewriter") as url:
        subprocess.run(command(*words, whole), env=environment(url), cwd=folder / "a", check=True)
    with server(0.02, "--rulewriter") as url:
        before: dict[str, int] = {}
        safe: set[str] = set()
        for kill in range(kills):
            with subprocess.Popen(command(*words, cut), env=environment(url), cwd=folder / "b") as process:
                wanted = 30 * (kill + 1)
                while process.poll() is None and len(answered(url)) < wanted:
                    time.sleep(0.01)
                os.kill(process.pid, signal.SIGKILL)
            now = answered(url)
            assert {digest for digest in safe if now[digest] > before[digest]} == set()
            safe, before = acknowledged(cut), now
        assert safe
        subprocess.run(command(*words, cut), env=environment(url), cwd=folder / "b", check=True)
        end = answered(url)
        assert {digest for digest in safe if end[digest] > before[digest]} == set()
    for name in ("scenes.parquet", "rejects.csv"):
        assert (cut / name).read_bytes() == (whole / name).read_bytes()
    return cut


def test_killed_twice_no_answer_is_paid_for_again_and_the_same_scenes_come_out(rules: Path, tmp_path: Path) -> None:
    found = pl.read_parquet(killed_and_resumed(rules.parent, 2) / "scenes.parquet")
    assert found.height == 4 * 2 * 24 and tmp_path == rules.parent


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-m", SIM, "-o", "s"), "no framework"),
        (("--framework", HOME, "-o", "s"), "no model"),
        (("--framework", HOME, "-m", SIM), "no folder for the scenes"),
        (("--framework", "nothing", "-m", SIM, "-o", "s"), "nothing"),
        (("--framework", HOME, "-m", "sim/balanced", "-o", "s"), "sim/balanced answers items and writes none"),
        (("--framework", HOME, "-m", SIM, "-o", "s", "--level", "floor"), "has no level 'floor'"),
        (("--framework", HOME, "-m", SIM, "-o", "s", "--values", "freedm"), "did you mean"),
        (("--framework", HOME, "-m", SIM, "-o", "s", "--lang", "klingonish"), "is no code of a language"),
        (("--framework", HOME, "-m", SIM, "-o", "s", "--lang", "xx"), "no name is known for the language 'xx'"),
        (("--framework", HOME, "-m", SIM, "-o", "s", "--batch", "0"), "--batch"),
        (("--framework", HOME, "--rules", "missing", "-m", SIM, "-o", "s"), "missing: no such file"),
        (("--framework", HOME, "--rules", "other.parquet", "-m", SIM, "-o", "s"), "not a table of rules"),
        (("--framework", HOME, "--rules", "empty.parquet", "-m", SIM, "-o", "s"), "the table holds no rules"),
        (("--framework", "schwartz", "--rules", "rules.parquet", "-m", SIM, "-o", "s"), "no rules in en for these"),
        (("--framework", HOME, "--rules", "rules.parquet", "--lang", "fr", "-m", SIM, "-o", "s"), "no rules in fr"),
        (("--framework", HOME, "-m", SIM, "-o", "full"), "exists and is not the work of"),
        (("--framework", HOME, "-m", SIM, "-o", "rules.parquet"), "a file stands where a folder is needed"),
        (("--status", "nowhere"), "no scenes.yaml here"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    inside: Axiometer, rules: Path, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    write_rows([], Rule, tmp_path / "empty.parquet")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "other.parquet")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine", encoding="utf-8")
    before = {path.name for path in tmp_path.iterdir()}
    assert rules.name in before and expected in inside("build", "scenes", *words).line
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("more", "change"),
    [
        (("--batch", 5), "batch: 10 -> 5"),
        (("--seed", 1), "seed: 0 -> 1"),
        (("--temperature", "0.5"), "write"),
        (("--lang", "zh"), "lang: en -> zh"),
        (("--rules-per-value", 2), "rules_per_value: 5 -> 2"),
    ],
)
def test_other_work_in_the_same_folder_is_refused(
    inside: Axiometer, serve: Serve, rules: Path, more: tuple[object, ...], change: str
) -> None:
    serve(Behaviour(rulewriter=True))
    words = ("build", "scenes", "--framework", HOME, "--rules", rules, "--values", "freedom", "--per-value", 10)
    assert inside(*words, "-m", FAKE, "-o", "s").code == 0
    assert change in inside(*words, *more, "-m", FAKE, "-o", "s").line


def test_options_may_stand_in_a_file(inside: Axiometer, rules: Path, tmp_path: Path) -> None:
    options = {"framework": HOME, "rules": str(rules), "model": SIM, "values": ["freedom"], "per-value": 10}
    (tmp_path / "scenes-options.yaml").write_text(json.dumps(options), encoding="utf-8")
    assert inside("build", "scenes", "--config", "scenes-options.yaml", "-o", "s").code == 0
    assert summary_in(tmp_path / "s")["wanted"] == 20


def test_markup_and_formulas_in_a_scene_stay_data(inside: Axiometer, serve: Serve, rules: Path, tmp_path: Path) -> None:
    bad = "=HYPERLINK(1) <img src=x onerror=alert(1)> stands on the wall, and the neighbours read it aloud twice."

    def said(body: dict[str, object]) -> str:
        del body
        return json.dumps({"scenes": [bad, f"- {bad} Then they go home.", "I'm sorry, but I can't help with that."]})

    serve(Behaviour(answer=said))
    words = (*WORDS, "-m", FAKE, "-o", "s", "--values", "freedom", "--per-value", 3, "--rules-per-value", 1)
    assert inside(*words).code == 0
    found = [scene.text for scene in read_rows(tmp_path / "s" / "scenes.parquet", GeneratedScene)]
    assert found == [bad, f"{bad} Then they go home."] * 2 and rules.exists()
    assert "refused" in (tmp_path / "s" / "rejects.csv").read_text(encoding="utf-8-sig")
