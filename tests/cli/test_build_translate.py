"""`axiometer build translate` as a user has it: parallel items to a report, resumed after any end, plain mistakes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from axiometer.records.importers.starter import starter_items
from axiometer.records.rows import Item
from axiometer.records.tables import read_items, write_rows
from axiometer.testing import Behaviour

from .conftest import Axiometer, Serve, killed_at, run_in

FAKE = "openai-api/fake/m"
SIM = "sim/rulewriter"
VERB = ("build", "translate")


@pytest.fixture
def english(inside: Axiometer, tmp_path: Path) -> Path:
    assert inside("import", "starter", "-o", "en.parquet", "--lang", "en").code == 0
    return tmp_path / "en.parquet"


def test_translated_items_are_measured_and_show_no_difference_between_languages_where_none_is_planted(
    inside: Axiometer, english: Path, tmp_path: Path
) -> None:
    said = inside(*VERB, english, "--to", "zh", "-m", SIM, "-o", "items")
    assert said.code == 0, said.err
    assert "left in its language" in said.out and "of them 198 originals" in said.out
    items = read_items(tmp_path / "items" / "items.parquet")
    translated = [item for item in items if "translated_by" in item.meta]
    assert len(items) == 198 + len(translated) and 120 < len(translated) < 190
    assert {item.lang for item in translated} == {"zh"}
    rejects = pl.read_csv(tmp_path / "items" / "rejects.csv")
    assert rejects.height == 198 - len(translated) and rejects["reason"].null_count() == 0
    models = ("-m", "sim/communal", "-m", "sim/individual")
    assert inside("measure", "items", *models, "--lang", "zh,en", "-o", "run").code == 0
    assert inside("analyze", "run", "--resamples", 200).code == 0
    found = pl.read_parquet(tmp_path / "run" / "analysis" / "languages.parquet")
    assert (
        found.height > 10
        and found.filter(pl.col("n_items") > 10).height > 0
        and set(found["lang_a"]) | set(found["lang_b"]) == {"en", "zh"}
    )
    assert found["p_adjusted"].drop_nulls().len() > 0 and found.filter(pl.col("p_adjusted") <= 0.05).height == 0
    assert inside("report", "run", "-o", "page.html").code == 0
    assert (tmp_path / "page.html").stat().st_size > 10_000


def test_a_service_translates_another_translates_back_and_no_answer_is_asked_for_twice(
    inside: Axiometer, serve: Serve, english: Path, tmp_path: Path
) -> None:
    server = serve(Behaviour(rulewriter=True))
    price = f"models:\n  {FAKE}:\n    price: {{input: 1.0, output: 2.0}}\n"
    (tmp_path / "models.yaml").write_text(price, encoding="utf-8")
    models = ("-m", FAKE, "--back-model", "openai-api/fake/other", "--models", "models.yaml")
    words = (*VERB, english, "--to", "zh", *models, "-o", "items", "--limit", 30)
    found = json.loads(inside(*words, "--dry-run", "--json").out)
    assert [row["calls"] for row in found] == [30, 30] and found[0]["usd"] > 0 and found[1]["usd"] is None
    assert server.counts.attempts == 0 and not (tmp_path / "items").exists()
    stopped = inside(*words, "--max-calls", 10)
    assert stopped.code == 3 and "--max-calls 10" in stopped.err
    said = inside(*words)
    assert said.code == 0, said.err
    summary = json.loads((tmp_path / "items" / "summary.json").read_text(encoding="utf-8"))
    assert summary["translations"] >= 29 and summary["kept_originals"] == 30 and summary["steps"][1]["usd"] > 0
    assert server.counts.answered == 60 and server.counts.repeated == 0
    items = [item for item in read_items(tmp_path / "items" / "items.parquet") if item.lang == "zh"]
    chinese = {item.prompt: item for item in starter_items(("zh",))}
    for item in items:  # whatever order a model saw, an option's words are those of the option that expresses the same
        assert [option.text for option in item.options] == [each.text for each in chinese[item.prompt].options]
        assert [option.expresses for option in item.options] == [
            each.expresses for each in chinese[item.prompt].options
        ]
        assert item.meta["translated_by"] == FAKE and item.meta["back_translated_by"] == "openai-api/fake/other"
    status = json.loads(inside(*VERB, "--status", "items", "--json").out)
    assert [row["step"] for row in status] == ["choose", "translate", "back", "check", "distinct"]
    assert [row["waiting"] for row in status] == [0, 0, 0, 0, 0]


@pytest.mark.slow  # the stages are those of `build dilemmas`, which is killed in every run of the tests
def test_killed_anywhere_the_same_items_come_out(
    english: Path, surroundings: Mapping[str, str], tmp_path: Path
) -> None:
    words = (*VERB, english, "--to", "zh", "-m", SIM, "--limit", 60, "-o")
    assert run_in(tmp_path, surroundings, *words, "whole").code == 0
    marks = ("translation.yaml", "stages/translate/rows/*", "stages/check/fates/*")
    killed = sum(killed_at(tmp_path, surroundings, mark, *words, "cut") for mark in marks)
    said = run_in(tmp_path, surroundings, *words, "cut")
    assert said.code == 0, said.err
    assert killed >= 2
    for name in ("items.parquet", "rejects.csv"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--to", "zh", "-m", SIM, "-o", "i"), "no items"),
        (("en.parquet", "-m", SIM, "-o", "i"), "no language to translate to"),
        (("en.parquet", "--to", " , ", "-m", SIM, "-o", "i"), "no language to translate to"),
        (("en.parquet", "--to", "zh", "-o", "i"), "no model"),
        (("en.parquet", "--to", "zh", "-m", SIM), "no folder for the items"),
        (("en.parquet", "--to", "klingonish", "-m", SIM, "-o", "i"), "is no code of a language"),
        (("en.parquet", "--to", "xx", "-m", SIM, "-o", "i"), "no name is known for the language 'xx'"),
        (("en.parquet", "--to", "en", "-m", SIM, "-o", "i"), "nothing to translate to en"),
        (("starter", "--to", "zh,en", "-m", SIM, "-o", "i"), "nothing to translate to zh, en"),
        (("en.parquet", "--to", "zh", "--from", "fr", "-m", SIM, "-o", "i"), "nothing to translate to zh"),
        (("swahili.parquet", "--to", "zh", "-m", SIM, "-o", "i"), "does not know the language 'sw'"),
        (("en.parquet", "--to", "zh", "--least", "0", "-m", SIM, "-o", "i"), "--least 0 is not above 0"),
        (("missing", "--to", "zh", "-m", SIM, "-o", "i"), "missing: no such file"),
        (("other.parquet", "--to", "zh", "-m", SIM, "-o", "i"), "not a table of items"),
        (("empty.parquet", "--to", "zh", "-m", SIM, "-o", "i"), "the table holds no items"),
        (("twice.parquet", "--to", "zh", "-m", SIM, "-o", "i"), "1 items stand in the table twice"),
        (("en.parquet", "--to", "zh", "-m", "sim/balanced", "-o", "i"), "sim/balanced answers items and writes none"),
        (("en.parquet", "--to", "zh", "-m", SIM, "-o", "en.parquet"), "a file stands where a folder is needed"),
        (("en.parquet", "--to", "zh", "-m", SIM, "-o", "full"), "exists and is not the work of"),
        (("--status", "nowhere"), "no translation.yaml here"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    inside: Axiometer, english: Path, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    item = read_items(english)[0]
    write_rows([item, item], Item, tmp_path / "twice.parquet")
    write_rows([], Item, tmp_path / "empty.parquet")
    pl.read_parquet(english).with_columns(lang=pl.lit("sw")).write_parquet(tmp_path / "swahili.parquet")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "other.parquet")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    before = {path.name for path in tmp_path.iterdir()}
    assert expected in inside(*VERB, *words).line
    assert {path.name for path in tmp_path.iterdir()} == before


def test_other_work_in_the_same_folder_is_refused_and_a_configuration_can_hold_the_options(
    inside: Axiometer, english: Path, tmp_path: Path
) -> None:
    config = f"items: {english}\nto: zh\nmodel: {SIM}\noutput: items\nlimit: 10\n"
    (tmp_path / "translate.yaml").write_text(config, encoding="utf-8")
    said = inside(*VERB, "--config", "translate.yaml", "--complete-only")
    assert said.code == 0, said.err
    items = read_items(tmp_path / "items" / "items.parquet")
    assert 10 < len(items) <= 20 and len({item.parallel_id for item in items}) * 2 == len(items)
    assert "seed: 0 -> 1" in inside(*VERB, "--config", "translate.yaml", "--seed", 1).line
