"""`axiometer build conflicts` as a user has it: pairs with reasons, resumed after any end, one line for any mistake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from axiometer.models.contradiction.labelled import shipped_conflict_pairs
from axiometer.records.corpus_rows import Rule, RulePair, make_rule
from axiometer.records.tables import read_rows, write_rows

from .conftest import Axiometer, Serve, killed_at, run_in

VALUES = ("prosperity", "integrity", "freedom", "friendliness")
FAKE = "llm/openai-api/fake/m"


def shipped_rules() -> list[Rule]:
    """The rules of the labelled pairs, each with a value or none."""
    found: dict[str, Rule] = {}
    for number, pair in enumerate(shipped_conflict_pairs()):
        for side, text in enumerate((pair.a, pair.b)):
            values = (VALUES[(number + side) % 4],) if number % 5 else ()
            rule = make_rule(
                lang=pair.lang, text=text, origin=f"set {side}", values=values, framework="core-socialist-values"
            )
            found.setdefault(rule.id, rule)
    return list(found.values())


def invented_rules(count: int) -> list[Rule]:
    """Many short rules about few things, so that many pairs are alike."""
    deeds = ("return", "lend", "repair", "share", "sell", "give away", "count", "hide")
    things = ("a book", "the tools", "borrowed money", "a bicycle", "the harvest", "old clothes", "a lost purse")
    whom = ("a neighbour", "the school", "a stranger", "the council", "a friend", "the owner")
    force = ("should", "should not", "may", "must")
    return [
        make_rule(
            lang="en",
            text=f"Person {n} {force[n % 4]} {deeds[n % 8]} {things[n % 7]} for {whom[n // 3 % 6]}.",
            origin="invented",
            values=(VALUES[n % 4],),
            framework="core-socialist-values",
        )
        for n in range(count)
    ]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    write_rows(shipped_rules(), Rule, tmp_path / "rules.parquet")
    return tmp_path / "rules.parquet"


def summary(folder: Path) -> dict[str, object]:
    found = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_every_pair_of_rules_is_accounted_for_and_the_kept_ones_are_what_they_are_called(
    inside: Axiometer, rules: Path, tmp_path: Path
) -> None:
    said = inside("build", "conflicts", rules, "-o", "pairs")
    assert said.code == 0, said.err
    assert "all compared" in said.out and "tension" in said.out and "low confidence" in said.out
    found, count = summary(tmp_path / "pairs"), len(shipped_rules())
    bands, kept, dropped = found["bands"], found["kept"], found["dropped"]
    assert isinstance(bands, list) and isinstance(kept, dict) and isinstance(dropped, dict)
    assert sum(band["pairs"] for band in bands) == found["pairs"] == count * (count - 1) // 2
    for band in bands:
        if band["eligible"] is not None:
            assert band["pairs"] == band["apart"] + band["alike"] + band["eligible"]
    assert sum(band["candidates"] or 0 for band in bands) == found["candidates"]
    assert sum(kept.values()) + sum(dropped.values()) == found["candidates"]
    pairs = list(read_rows(tmp_path / "pairs" / "pairs.parquet", RulePair))
    by_id = {rule.id: rule for rule in shipped_rules()}
    assert {kind: sum(pair.kind == kind for pair in pairs) for kind in kept} == kept and kept["contradiction"] > 10
    for pair in pairs:
        a, b = by_id[pair.rule_a], by_id[pair.rule_b]
        assert pair.rule_a < pair.rule_b and (pair.text_a, pair.text_b, pair.lang) == (a.text, b.text, a.lang)
        assert a.lang == b.lang and pair.method == "lexical" and pair.confidence == "low"
        assert pair.inclusion is not None and 0 < pair.inclusion <= 1
        lower = min(pair.contradiction_ab or 0, pair.contradiction_ba or 0)
        if pair.kind == "contradiction":
            assert lower >= 0.5
        else:
            assert pair.kind == "tension" and lower < 0.5 and a.values and b.values and a.values != b.values
    histogram = pl.read_parquet(tmp_path / "pairs" / "histogram.parquet")
    assert histogram["pairs"].to_list() == [band["pairs"] for band in bands]
    coverage = pl.read_parquet(tmp_path / "pairs" / "coverage.parquet").filter(pl.col("level") == "value")
    assert coverage["tensions"].sum() == kept["tension"]
    assert set(coverage["value_a"]) <= set(VALUES) and bool((coverage["value_a"] <= coverage["value_b"]).all())


def test_opposites_that_embeddings_take_for_the_same_are_candidates(
    inside: Axiometer, rules: Path, tmp_path: Path
) -> None:
    said = inside("build", "conflicts", rules, "-o", "pairs", "--kind", "contradiction")
    assert said.code == 0, said.err
    pairs = pl.read_parquet(tmp_path / "pairs" / "pairs.parquet")
    assert set(pairs["kind"]) == {"contradiction"}
    assert pairs.filter(pl.col("similarity") >= 0.8).height >= 5


def test_a_finished_search_is_not_done_again_and_other_kinds_are_chosen_from_it(
    inside: Axiometer, rules: Path, tmp_path: Path
) -> None:
    assert inside("build", "conflicts", rules, "-o", "pairs").code == 0
    scored = sorted((tmp_path / "pairs" / "scored").rglob("*.parquet"))
    times = [file.stat().st_mtime_ns for file in scored]
    both = pl.read_parquet(tmp_path / "pairs" / "pairs.parquet")
    assert inside("build", "conflicts", rules, "-o", "pairs", "--kind", "tension").code == 0
    assert [file.stat().st_mtime_ns for file in scored] == times
    tensions = pl.read_parquet(tmp_path / "pairs" / "pairs.parquet")
    assert tensions.equals(both.filter(pl.col("kind") == "tension")) and tensions.height
    assert "drawn" not in inside("build", "conflicts", "--status", "pairs").out
    assert json.loads(inside("build", "conflicts", "--status", "pairs", "--json").out)["kept"]["tension"] > 0


def test_without_a_model_all_candidates_are_pairs_without_scores(
    inside: Axiometer, rules: Path, tmp_path: Path
) -> None:
    said = inside("build", "conflicts", rules, "-o", "pairs", "-m", "none", "--draw", "top", "--per-rule", 1)
    assert said.code == 0, said.err
    pairs = pl.read_parquet(tmp_path / "pairs" / "pairs.parquet")
    assert pairs.height == summary(tmp_path / "pairs")["candidates"]
    assert pairs["method"].null_count() == pairs["inclusion"].null_count() == pairs.height > 100


def test_languages_without_word_lists_are_dropped_with_their_reason(inside: Axiometer, tmp_path: Path) -> None:
    words = ("Il faut rendre les livres", "Il ne faut pas rendre les livres", "On doit rendre le livre")
    write_rows([make_rule(lang="fr", text=text, origin="x") for text in words], Rule, tmp_path / "fr.parquet")
    assert inside("build", "conflicts", "fr.parquet", "-o", "pairs", "--to", 1).code == 0
    assert summary(tmp_path / "pairs")["dropped"] == {"language that the model does not know": 3}


def test_dedup_drops_near_duplicates_first(inside: Axiometer, rules: Path, tmp_path: Path) -> None:
    plain = inside("build", "conflicts", rules, "-o", "plain", "-m", "none")
    assert "--dedup drops such rules" in plain.out
    said = inside("build", "conflicts", rules, "-o", "pairs", "-m", "none", "--dedup")
    assert said.code == 0 and "near-duplicates:" not in said.out
    found = summary(tmp_path / "pairs")
    assert found["near_duplicates"] == 0 and int(str(found["rules"])) < len(shipped_rules())
    assert (tmp_path / "pairs" / "rules.rejects.csv").exists()


def test_a_dry_run_says_what_it_would_take_and_writes_nothing(inside: Axiometer, rules: Path, tmp_path: Path) -> None:
    said = inside("build", "conflicts", rules, "-o", "pairs", "--dry-run", "--json")
    found = json.loads(said.out)
    count = len(shipped_rules())
    assert found["pairs"] == count * (count - 1) // 2 and found["candidates_at_most"] == count * 4 * 5
    assert found["seconds"] > 0 and not (tmp_path / "pairs").exists()


def test_a_dry_run_knows_what_a_judge_would_cost(inside: Axiometer, serve: Serve, rules: Path, tmp_path: Path) -> None:
    server = serve()
    price = "models:\n  openai-api/fake/m:\n    price: {input: 1.0, output: 2.0}\n"
    (tmp_path / "models.yaml").write_text(price, encoding="utf-8")
    words = ("build", "conflicts", rules, "-m", FAKE, "--budget", 50, "--dry-run", "--models", "models.yaml")
    found = json.loads(inside(*words, "--json").out)
    assert found["calls_at_most"] == 100 and found["tokens_out_at_most"] >= 100 * 200
    spent = (found["tokens_in_at_most"] * 1.0 + found["tokens_out_at_most"] * 2.0) / 1e6
    assert found["tokens_in_at_most"] > 100 * 50 and found["usd_at_most"] == pytest.approx(spent)
    assert "at most 100 calls" in inside(*words).out and server.counts.attempts == 0


def test_what_scores_are_worth_is_told_from_labelled_pairs(inside: Axiometer) -> None:
    said = inside("build", "conflicts", "--calibrate", "shipped", "--json")
    report = json.loads(said.out)
    assert report["pairs"] == len(shipped_conflict_pairs()) and 0 < report["threshold"] < 1
    assert "precision" in inside("build", "conflicts", "--calibrate", "shipped").out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-o", "p"), "no rules"),
        (("missing.parquet", "-o", "p"), "missing.parquet: no such file"),
        (("rules.parquet",), "no folder for the pairs"),
        (("rules.parquet", "-o", "p", "--from", "0.9"), "the range of cosines from 0.9 to 0.8 is empty"),
        (("rules.parquet", "-o", "p", "--width", "0.001"), "bands of 0.001 make no 1 to 16 bands"),
        (("rules.parquet", "-o", "p", "--width", "nan"), "bands of nan make no 1 to 16 bands"),
        (("rules.parquet", "-o", "p", "--width", "inf"), "bands of inf make no 1 to 16 bands"),
        (("rules.parquet", "-o", "p", "--draw", "all"), "--draw all is not one of sample, top"),
        (("rules.parquet", "-o", "p", "--kind", "x"), "--kind x is not one of contradiction, tension, both"),
        (("rules.parquet", "-o", "p", "--contradiction", "0"), "the score of a contradiction lies above 0"),
        (("rules.parquet", "-o", "p", "--within", "colour"), "has no level 'colour'"),
        (("rules.parquet", "-o", "p", "--within", "value", "--across", "value"), "both within one value and across"),
        (("rules.parquet", "-o", "p", "-m", "guess"), "unknown contradiction model 'guess'"),
        (("rules.parquet", "-o", "p", "-m", "llm/sim/balanced"), "answers items and writes none"),
        (("rules.parquet", "-o", "p", "--embedder", "nobody/x"), "has no measured threshold"),
        (("rules.parquet", "-o", "."), "exists and is not the work of"),
        (("rules.parquet", "-o", "rules.parquet"), "a file stands where a folder is needed"),
        (("twice.parquet", "-o", "p"), "stands at more than one rule"),
        (("one.parquet", "-o", "p"), "fewer than two rules make no pair"),
        (("blank.parquet", "-o", "p"), "blank.parquet, line 2, column 'text': the rule has no words"),
        (("other.parquet", "-o", "p"), "not a table of rules"),
        (("--status", "nowhere"), "no conflicts.yaml here"),
        (("--calibrate", "nowhere.csv"), "nowhere.csv: no such file"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    inside: Axiometer, rules: Path, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    listed = shipped_rules()[:3]
    write_rows([listed[0], listed[1], listed[0]], Rule, tmp_path / "twice.parquet")
    write_rows(listed[:1], Rule, tmp_path / "one.parquet")
    write_rows([listed[0], make_rule(lang="en", text=" ", origin="x")], Rule, tmp_path / "blank.parquet")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "other.parquet")
    before = {path.name for path in tmp_path.iterdir()}
    assert expected in inside("build", "conflicts", *words).line
    assert {path.name for path in tmp_path.iterdir()} == before


def test_other_options_in_the_same_folder_are_refused(inside: Axiometer, rules: Path) -> None:
    assert inside("build", "conflicts", rules, "-o", "pairs", "-m", "none").code == 0
    line = inside("build", "conflicts", rules, "-o", "pairs", "-m", "none", "--per-rule", 3).line
    assert "per_rule: 5 -> 3" in line


def test_a_judge_is_asked_in_both_orders_and_never_twice(
    inside: Axiometer, serve: Serve, rules: Path, tmp_path: Path
) -> None:
    server = serve()
    words = ("build", "conflicts", rules, "-o", "pairs", "-m", FAKE, "--from", 0.7, "--per-rule", 2)
    stopped = inside(*words, "--max-calls", 20)
    assert stopped.code == 3 and "--max-calls 20" in stopped.err
    said = inside(*words)
    assert said.code == 0, said.err
    found = summary(tmp_path / "pairs")
    account = found["scored"]
    assert isinstance(account, dict) and account["rows"] == account["kept"] == found["candidates"]
    assert server.counts.answered == 2 * int(str(found["candidates"])) and server.counts.repeated == 0
    pairs = pl.read_parquet(tmp_path / "pairs" / "pairs.parquet")
    assert set(pairs["method"]) == {FAKE} and set(pairs["confidence"]) <= {"normal", "low"}
    assert inside(*words, "--json").code == 0
    assert server.counts.answered == 2 * int(str(found["candidates"]))


def test_killed_anywhere_the_same_pairs_come_out(surroundings: Mapping[str, str], tmp_path: Path) -> None:
    write_rows(invented_rules(900), Rule, tmp_path / "rules.parquet")
    words = ("build", "conflicts", "rules.parquet", "--per-rule", 12, "--seed", 3, "-o")
    assert run_in(tmp_path, surroundings, *words, "whole").code == 0
    marks = ("conflicts.yaml", "blocks/block-*.npz", "candidates/fates/000000.parquet", "scored/lexical/rows/*.parquet")
    killed = 0
    for mark in marks:
        killed += killed_at(tmp_path, surroundings, mark, *words, "cut")
    said = run_in(tmp_path, surroundings, *words, "cut")
    assert said.code == 0, said.err
    assert killed >= 2
    for name in ("pairs.parquet", "histogram.parquet", "coverage.parquet"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert not (tmp_path / "cut" / "blocks").exists()


@pytest.mark.slow
def test_the_cluster_finds_the_same_pairs(surroundings: Mapping[str, str], tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed")
    write_rows(invented_rules(20_100), Rule, tmp_path / "rules.parquet")
    words = ("build", "conflicts", "rules.parquet", "-m", "none", "--from", 0.7, "--per-rule", 1)
    assert run_in(tmp_path, surroundings, *words, "-o", "local").code == 0
    assert run_in(tmp_path, surroundings, *words, "-o", "ray", "--runner", "ray").code == 0
    assert (tmp_path / "ray" / "pairs.parquet").read_bytes() == (tmp_path / "local" / "pairs.parquet").read_bytes()
