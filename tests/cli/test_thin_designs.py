"""Before anybody is asked, `build conflicts` and `build dilemmas` name values that a ranking knows too little of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from axiometer.frameworks import load_framework
from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.records.tables import write_rows

from .conftest import Axiometer

FRAMEWORK = "core-socialist-values"
VALUES = tuple(value.id for value in load_framework(FRAMEWORK).values_at("core"))[:5]
_WHO = ("a neighbour", "the mayor", "an old friend", "a nurse", "the tenants", "a new colleague")
_ACT = ("help {who} with the harvest", "tell {who} the truth", "share the well with {who}", "vote with {who}")
_WHEN = ("when it rains", "in hard times", "before the feast", "although it costs time", "at night", "in public")


def write_rules(path: Path, of_each: Sequence[int], langs: Sequence[str]) -> None:
    """So many rules of each value, those of a value in one language."""
    texts = iter([f"You should {act.format(who=who)} {when}." for act in _ACT for who in _WHO for when in _WHEN])
    rules = [
        make_rule(lang=lang, text=next(texts), origin="test", values=(value,), framework=FRAMEWORK)
        for value, count, lang in zip(VALUES, of_each, langs, strict=True)
        for _ in range(count)
    ]
    write_rows(rules, Rule, path)


def test_a_value_with_few_rules_is_named_after_pairs_and_after_items(inside: Axiometer, tmp_path: Path) -> None:
    write_rules(tmp_path / "rules.parquet", (30, 30, 30, 30, 3), ["en"] * 5)
    said = inside("build", "conflicts", "rules.parquet", "-o", "pairs", "--from", 0.2, "--kind", "tension")
    assert said.code == 0, said.err
    lines = [line.strip() for line in said.out.splitlines() if line.strip().startswith("core value:")]
    thin = load_framework(FRAMEWORK).name(VALUES[-1], "en")
    assert lines[0] == f"core value: fewer than 20 rules behind {thin} (3)"
    assert all(load_framework(FRAMEWORK).name(value, "en") not in " ".join(lines) for value in VALUES[:4])
    kept = json.loads((tmp_path / "pairs" / "summary.json").read_text(encoding="utf-8"))["thin"]
    assert {"thin": "few sources", "level": "core", "values": [VALUES[-1]], "counts": [3], "through": None} in kept
    said = inside("build", "dilemmas", "pairs", "-m", "sim/rulewriter", "-o", "items", "--limit", 200)
    assert said.code == 0, said.err
    assert f"core value: fewer than 20 rules behind {thin} (" in said.out
    coverage = pl.read_parquet(tmp_path / "items" / "coverage" / "values.parquet")
    items = pl.read_parquet(tmp_path / "items" / "items.parquet")
    assert coverage.filter(pl.col("level") == "core")["items"].sum() == items.height
    assert inside("measure", "items", "-m", "sim/balanced", "-o", "run", "--limit", 5).code == 0


def test_values_that_never_meet_the_others_are_told(inside: Axiometer, tmp_path: Path) -> None:
    """Rules are paired within a language, and word lists know no French."""
    write_rules(tmp_path / "rules.parquet", (28,) * 5, ["en", "en", "en", "fr", "fr"])
    said = inside("build", "conflicts", "rules.parquet", "-o", "pairs", "--from", 0.2, "--kind", "tension")
    assert said.code == 0, said.err
    names = [load_framework(FRAMEWORK).name(value, "en") for value in VALUES[3:]]
    said_of_both = f"core value: never set against the others, so not to be compared with them: {', '.join(names)}\n"
    assert said_of_both in said.out
    assert "fewer than 100 times: " in said.out and "(0)" in said.out


def test_each_reason_is_one_line_a_level_with_the_three_thinnest_values(inside: Axiometer, tmp_path: Path) -> None:
    said = inside("build", "conflicts", "starter", "-o", "pairs", "--framework", FRAMEWORK)
    assert said.code == 0, said.err
    told = said.out.split("would rest on too little:\n")[1].split("pairs: ")[0].splitlines()
    reasons = [line.split(":")[0] + line.split(":")[1].split(" behind ")[0] for line in told[:-1]]
    assert len(reasons) == len(set(reasons)) and len(told) < 10
    assert told[-1] == "  all of them: pairs/summary.json"
    few = next(line for line in told if line.startswith("  core value: fewer than 20 rules behind "))
    kept = json.loads((tmp_path / "pairs" / "summary.json").read_text(encoding="utf-8"))["thin"]
    counts = next(each["counts"] for each in kept if (each["level"], each["thin"]) == ("core", "few sources"))
    assert [int(part.split(")")[0]) for part in few.split("(")[1:]] == sorted(counts)[:3]
    assert few.endswith(f"and {len(counts) - 3} more")
    through = next(line for line in told if "through one value only: " in line)
    assert through.count("(through ") == 3
