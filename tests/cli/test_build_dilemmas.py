"""`axiometer build dilemmas` as a user has it: from rules to a report, resumed after any end, mistakes in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from axiometer.records.corpus_rows import Rule, RulePair, make_rule
from axiometer.records.importers.starter import starter_rules
from axiometer.records.tables import read_items, read_rows, write_rows
from axiometer.testing import Behaviour

from .conftest import Axiometer, Serve, killed_at, run_in

FAKE = "openai-api/fake/m"
SIM = "sim/rulewriter"
_BETWEEN = re.compile(r"^<<<([0-9a-f]{8})\n(.*?)\n\1>>>$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def pairs(inside: Axiometer, tmp_path: Path) -> Path:
    """What `build conflicts` makes of the starter rules in English."""
    rules = [
        make_rule(lang="en", text=rule.texts["en"], origin="s", values=(rule.value,), framework="core-socialist-values")
        for rule in starter_rules().values()
    ]
    write_rows(rules, Rule, tmp_path / "rules.parquet")
    said = inside("build", "conflicts", "rules.parquet", "-o", "pairs", "--from", 0.2, "--kind", "tension")
    assert said.code == 0, said.err
    return tmp_path / "pairs"


def said_by_service(body: dict[str, object]) -> str:
    """A service that writes a scene of its own from the rules between the marks, and approves every scene: it tells
    which side fits which rule by the rule's last word, which it put into the side."""
    messages = body["messages"]
    assert isinstance(messages, list)
    shown = [text for _, text in _BETWEEN.findall(str(messages[0]["content"]))]
    words = [re.findall(r"\w+", rule)[-1] for rule in shown[:2]]
    if len(shown) == 2:
        scene = (
            f"You are on your way and hear of {words[0]}; at home somebody waits about {words[1]} at {shown[0][-9:]}."
        )
        sides = [f"You turn round and see to it: {word}" for word in words]
        return json.dumps({"scene": scene, "side_1": sides[0], "side_2": sides[1], "irrelevant": "You tie your shoes."})
    fits = ["1" if side.endswith(words[0]) else "2" for side in shown[3:5]]
    good = dict.fromkeys(("realistic", "possible", "exclusive", "even", "none_named_right", "irrelevant"), True)
    return json.dumps({"reason": "", **good, "side_1_fits": fits[0], "side_2_fits": fits[1]})


def test_rules_become_pairs_items_answers_and_a_report_that_recovers_what_was_planted(
    inside: Axiometer, pairs: Path, tmp_path: Path
) -> None:
    said = inside("build", "dilemmas", pairs, "-m", SIM, "-o", "items", "--limit", 300)
    assert said.code == 0, said.err
    assert "not realistic" in said.out and "quotes its rule" in said.out and "of 300 scenes for 300 pairs" in said.out
    items = read_items(tmp_path / "items" / "items.parquet")
    by_id = {pair.id: pair for pair in read_rows(pairs / "pairs.parquet", RulePair)}
    assert len(items) > 150 and all(item.mapped and len(item.options) == 3 for item in items)
    assert {(item.clusters) for item in items} <= {(pair.rule_a, pair.rule_b) for pair in by_id.values()}
    rejects = pl.read_csv(tmp_path / "items" / "rejects.csv")
    assert rejects.height == 300 - len(items) and rejects["reason"].null_count() == 0
    assert inside("measure", "items", "-m", "sim/individual", "-m", "sim/communal", "-o", "run").code == 0
    assert inside("analyze", "run", "--resamples", 200).code == 0
    shares = pl.read_parquet(tmp_path / "run" / "analysis" / "shares.parquet").filter(pl.col("level") == "core")
    of = {(model, value): share for model, value, share in shares.select("model", "value", "share").iter_rows()}
    assert of["sim/individual", "freedom"] > of["sim/individual", "patriotism"] + 0.2
    assert of["sim/communal", "patriotism"] > of["sim/communal", "freedom"] + 0.2
    assert inside("report", "run", "-o", "page.html").code == 0
    assert (tmp_path / "page.html").stat().st_size > 10_000


def test_a_service_writes_another_checks_and_no_answer_is_asked_for_twice(
    inside: Axiometer, serve: Serve, pairs: Path, tmp_path: Path
) -> None:
    server = serve(Behaviour(answer=said_by_service))
    price = f"models:\n  {FAKE}:\n    price: {{input: 1.0, output: 2.0}}\n"
    (tmp_path / "models.yaml").write_text(price, encoding="utf-8")
    words = ("build", "dilemmas", pairs, "-m", FAKE, "--check-model", "openai-api/fake/other", "-o", "items")
    words = (*words, "--limit", 40, "--models", "models.yaml")
    found = json.loads(inside(*words, "--dry-run", "--json").out)
    assert [row["calls"] for row in found] == [40, 40] and found[0]["usd"] > 0 and found[1]["usd"] is None
    assert server.counts.attempts == 0 and not (tmp_path / "items").exists()
    stopped = inside(*words, "--max-calls", 10)
    assert stopped.code == 3 and "--max-calls 10" in stopped.err
    said = inside(*words)
    assert said.code == 0, said.err
    summary = json.loads((tmp_path / "items" / "summary.json").read_text(encoding="utf-8"))
    accounts = {step["step"]: step["account"] for step in summary["steps"]}
    assert accounts["write"]["kept"] == 40 and accounts["check"]["rows"] == 40 and summary["items"] > 5
    assert server.counts.answered == accounts["write"]["calls"] + accounts["check"]["calls"]
    assert server.counts.repeated == 0
    items = read_items(tmp_path / "items" / "items.parquet")
    assert items[0].meta["written_by"] == FAKE and items[0].meta["checked_by"] == "openai-api/fake/other"
    for item in items:  # the side that names a rule's last word is the side that expresses the rule
        for option, rule in zip(item.options, (item.meta["rule_a"], item.meta["rule_b"]), strict=False):
            assert option.text.endswith(re.findall(r"\w+", rule)[-1])
    status = json.loads(inside("build", "dilemmas", "--status", "items", "--json").out)
    assert [row["waiting"] for row in status] == [0, 0, 0, 0] and status[0]["usd"] > 0


def test_killed_anywhere_the_same_items_come_out(pairs: Path, surroundings: Mapping[str, str], tmp_path: Path) -> None:
    words = ("build", "dilemmas", pairs, "-m", SIM, "--scenes", 2, "-o")
    assert run_in(tmp_path, surroundings, *words, "whole").code == 0
    marks = ("dilemmas.yaml", "journal/*", "stages/write/rows/*", "stages/check/fates/*", "items.parquet")
    killed = sum(killed_at(tmp_path, surroundings, mark, *words, "cut") for mark in marks)
    said = run_in(tmp_path, surroundings, *words, "cut")
    assert said.code == 0, said.err
    assert killed >= 2
    for name in ("items.parquet", "rejects.csv"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-m", SIM, "-o", "i"), "no pairs"),
        (("pairs", "-o", "i"), "no model"),
        (("pairs", "-m", SIM), "no folder for the items"),
        (("missing", "-m", SIM, "-o", "i"), "missing: no such file"),
        (("other.parquet", "-m", SIM, "-o", "i"), "not a table of rulepairs"),
        (("empty.parquet", "-m", SIM, "-o", "i"), "the table holds no pairs"),
        (("twice.parquet", "-m", SIM, "-o", "i"), "stands at more than one pair"),
        (("pairs", "-m", SIM, "-o", "i", "--kind", "contradiction"), "no pairs of the kind contradiction here"),
        (("pairs", "-m", SIM, "-o", "i", "--kind", "x"), "--kind x is not one of contradiction, tension, both"),
        (("pairs", "-m", SIM, "-o", "i", "--lang", "klingonish"), "is no code of a language"),
        (("pairs", "-m", SIM, "-o", "i", "--lang", "xx"), "no name is known for the language 'xx'"),
        (("pairs", "-m", SIM, "-o", "i", "--balance", "0.5"), "--balance 0.5 is below 1"),
        (("pairs", "-m", SIM, "-o", "i", "--threshold", "0"), "--threshold 0 is not above 0"),
        (("pairs", "-m", "sim/balanced", "-o", "i"), "sim/balanced answers items and writes none"),
        (("pairs", "-m", SIM, "--check-model", "sim/balanced", "-o", "i"), "answers items and writes none"),
        (("pairs", "-m", SIM, "-o", "pairs"), "exists and is not the work of"),
        (("pairs", "-m", SIM, "-o", "rules.parquet"), "a file stands where a folder is needed"),
        (("--status", "nowhere"), "no dilemmas.yaml here"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    inside: Axiometer, pairs: Path, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    one = next(iter(read_rows(pairs / "pairs.parquet", RulePair)))
    write_rows([one, one], RulePair, tmp_path / "twice.parquet")
    write_rows([], RulePair, tmp_path / "empty.parquet")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "other.parquet")
    before = {path.name for path in tmp_path.iterdir()}
    assert expected in inside("build", "dilemmas", *words).line
    assert {path.name for path in tmp_path.iterdir()} == before


def test_other_work_in_the_same_folder_is_refused_and_items_have_the_language_that_is_wanted(
    inside: Axiometer, pairs: Path, tmp_path: Path
) -> None:
    words = ("build", "dilemmas", pairs, "-m", SIM, "-o", "items", "--limit", 20)
    assert inside(*words, "--lang", "zh").code == 0
    assert "lang: zh -> None" in inside(*words).line
    items = read_items(tmp_path / "items" / "items.parquet")
    assert {item.lang for item in items} == {"zh"} and all(re.search("[\u4e00-\u9fff]", item.prompt) for item in items)


def test_unchecked_every_scene_that_was_written_is_an_item_and_says_so(
    inside: Axiometer, pairs: Path, tmp_path: Path
) -> None:
    words = ("build", "dilemmas", pairs, "-m", SIM, "-o", "items", "--limit", 60)
    estimated = json.loads(inside(*words, "--unchecked", "--dry-run", "--json").out)
    assert [row["step"] for row in estimated] == ["write"]
    said = inside(*words, "--unchecked")
    assert said.code == 0 and "Nobody checked these items" in said.out
    (status,) = json.loads(inside("build", "dilemmas", "--status", "items", "--json").out)
    items = read_items(tmp_path / "items" / "items.parquet")
    assert status["step"] == "write" and status["account"]["kept"] == len(items) > 50
    assert pl.read_csv(tmp_path / "items" / "rejects.csv").height == 60 - len(items)
    assert {item.meta["checked_by"] for item in items} == {"nobody"}
    assert "steps.check" in inside(*words).line
