"""A published corpus: loadable, complete, traceable, and safe to open."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import polars as pl
import pytest

from axiometer.build.corpus.card import CardContext, DuplicateRecord, StepRecord
from axiometer.build.corpus.release import Release, release
from axiometer.build.corpus.release_rows import release_schema
from axiometer.build.work.large_tables import write_frames
from axiometer.build.work.rejects import EXCERPT, REJECTS, PassedStep
from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.records import Rule, Text, make_rule, make_text, to_frame
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status

FRAMEWORK = load_framework("core-socialist-values")
TEXTS = [
    make_text(lang="zh", text="甲", source="a.csv:2", outlet="报", nation="CN", date="2024", url="x:y"),
    make_text(lang="en", text="乙 <b>", source="b.jsonl:1", meta={"licence": "CC BY 4.0"}),
    make_text(lang="en", text="never used", source="b.jsonl:2"),
]
FORMULA = '=HYPERLINK("http://x","y")'


def rule(text: str, *values: str, lang: str = "en", label: int | None = 1, of: Text | None = None, **more: Any) -> Rule:
    made = make_rule(
        lang=lang,
        text=text,
        origin="write@m",
        label=label,
        values=values,
        framework=FRAMEWORK.id,
        text_id=None if of is None else of.id,
    )
    return replace(made, **more)


RULES = [
    rule("应当诚实", "sincerity", "tolerance", lang="zh", of=TEXTS[0]),
    rule(
        "One should be kind.", "friendship", label=-1, rewritten_from="old", of=TEXTS[1], meta={"before_rewrite": "x"}
    ),
    rule(FORMULA, "national", label=None, meta={"imported.rot-agree": "3", "imported.licence": "CC0"}),
]


def context(**more: Any) -> CardContext:
    told = CardContext("try", FRAMEWORK, (), DuplicateRecord("use/multilingual-v3", 0.8), licence="terms of the user")
    return replace(told, **more)


def kept(rows: Sequence[Rule | Text]) -> list[Fate]:
    return [Fate(row.id, Status.KEPT, outputs=(row.id,)) for row in rows]


def published(
    folder: Path, rules: Sequence[Rule] = RULES, *, part: int = 2, steps: Sequence[PassedStep] = (), **more: Any
) -> Release:
    texts, source = StageFolder(folder / "ingest"), StageFolder(folder / "dedup")
    texts.write("000000", to_frame(TEXTS, Text), kept(TEXTS), "made")
    for start in range(0, len(rules), part):
        some = rules[start : start + part]
        source.write(f"{start:06d}", to_frame(some, Rule), kept(some), "made")
    return release(source, folder / "corpus", context(**more), texts=texts, steps=steps)


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "datasets")


def test_a_rule_carries_its_values_on_every_level_and_its_source(tmp_path: Path) -> None:
    assert published(tmp_path).rules == 3
    rows = pl.read_parquet(tmp_path / "corpus/data/rules.parquet").to_dicts()
    assert [row["id"] for row in rows] == [each.id for each in RULES]
    first, second, third = rows
    assert first["values_sphere"] == ["personal"] and first["values_core"] == ["integrity", "friendship"]
    assert first["values_derived"] == first["values"] == ["sincerity", "tolerance"]
    assert first["value_names"] == [FRAMEWORK.name("sincerity", "zh"), FRAMEWORK.name("tolerance", "zh")]
    assert (first["source"], first["outlet"], first["nation"], first["date"]) == ("a.csv:2", "报", "CN", "2024")
    assert (first["rewritten"], first["evidence"], first["licence"]) == (False, True, "terms of the user")
    assert (second["values_core"], second["values_derived"], second["values_sphere"]) == (
        ["friendship"],
        [],
        ["personal"],
    )
    assert (second["label"], second["rewritten"], second["evidence"]) == (-1, True, False)
    assert (second["licence"], second["outlet"], second["rewritten_from"]) == ("CC BY 4.0", None, "old")
    assert json.loads(second["meta"]) == {"before_rewrite": "x"}
    assert (third["source"], third["label"], third["licence"], third["evidence"]) == (None, None, "CC0", True)
    assert json.loads(third["meta"])["imported.rot-agree"] == "3" and third["text"] == FORMULA


def test_the_folder_loads_as_a_dataset(tmp_path: Path) -> None:
    published(tmp_path)
    loaded = datasets.load_dataset(str(tmp_path / "corpus"))["train"]
    assert loaded["text"][:] == [each.text for each in RULES]
    assert loaded[0]["values_core"] == ["integrity", "friendship"]
    assert loaded.features["url"].dtype in ("string", "large_string") and loaded.features["label"].dtype == "int64"


def test_two_corpora_in_folders_of_one_name_are_not_taken_for_each_other(tmp_path: Path) -> None:
    published(tmp_path / "one", list(RULES[:1]))
    published(tmp_path / "two", list(RULES[1:3]))
    cache = str(tmp_path / "cache")
    one = datasets.load_dataset(str(tmp_path / "one/corpus"), cache_dir=cache)["train"]
    two = datasets.load_dataset(str(tmp_path / "two/corpus"), cache_dir=cache)["train"]
    assert (one["id"][:], two["id"][:]) == ([RULES[0].id], [each.id for each in RULES[1:3]])
    published(tmp_path / "one", list(RULES[:2]))
    grown = datasets.load_dataset(str(tmp_path / "one/corpus"), cache_dir=cache)["train"]
    assert grown["id"][:] == [each.id for each in RULES[:2]]


def test_the_lines_are_the_same_rows(tmp_path: Path) -> None:
    published(tmp_path)
    loaded = datasets.load_dataset(str(tmp_path / "corpus"))["train"]
    lines = str(tmp_path / "corpus/data/rules.jsonl")
    assert datasets.load_dataset("json", data_files=lines)["train"]["id"][:] == [each.id for each in RULES]
    again = datasets.load_dataset("json", data_files=lines, features=loaded.features)["train"]
    assert again.features == loaded.features
    assert again.to_list() == loaded.to_list()
    written = [json.loads(line) for line in Path(lines).read_text(encoding="utf-8").splitlines()]
    assert written == loaded.to_list()


@pytest.mark.parametrize("name", ["core-socialist-values", "schwartz", "moral-foundations"])
def test_an_empty_corpus_is_a_table_without_rows_and_a_card(tmp_path: Path, name: str) -> None:
    framework = load_framework(name)
    found = published(tmp_path, [], framework=framework)
    assert found.rules == 0 and "holds no rules" in (tmp_path / "corpus/README.md").read_text(encoding="utf-8")
    # Without streaming, `datasets` refuses every table that has no rows.
    loaded = datasets.load_dataset(str(tmp_path / "corpus"), streaming=True)["train"]
    assert list(loaded) == [] and loaded.column_names == list(release_schema(framework))
    assert pl.read_parquet(tmp_path / "corpus/data/rules.parquet").schema == release_schema(framework)
    assert (tmp_path / "corpus/data/rules.jsonl").read_bytes() == b""


def test_levels_with_hyphens_are_columns_with_underscores(tmp_path: Path) -> None:
    schwartz = load_framework("schwartz")
    value = schwartz.values_at("refined")[0]
    published(tmp_path, [replace(RULES[0], values=(value.id, "not-of-this-framework"))], framework=schwartz)
    row = pl.read_parquet(tmp_path / "corpus/data/rules.parquet").to_dicts()[0]
    assert row["values_refined"] == [value.id] and len(row["values_higher_order"]) >= 1
    assert row["values"] == [value.id, "not-of-this-framework"] and len(row["value_names"]) == 1


def test_equal_rules_give_equal_bytes_however_they_are_cut(tmp_path: Path) -> None:
    published(tmp_path / "one", part=1)
    published(tmp_path / "two", part=3)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one/corpus").rglob("*.*"))
    assert [file.name for file in files] == [
        "README.md",
        "README.zh.md",
        "rules.jsonl",
        "rules.parquet",
        "rejects.csv",
        "rejects.parquet",
        "summary.json",
    ]
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def steps(folder: Path) -> list[PassedStep]:
    ingest, screen, dedup = (StageFolder(folder / f"passed-{name}") for name in ("ingest", "screen", "dedup"))
    told = [
        Fate("row", Status.DROPPED, reason="empty", note="a.csv:9"),
        Fate("file", Status.FAILED, error="unreadable", note="c.gz"),
        *kept(TEXTS),
    ]
    long = replace(TEXTS[2], text="@" + "x" * 2 * EXCERPT)
    ingest.write("000000", to_frame([*TEXTS[:2], long], Text), told, "made")
    fates = [
        Fate(TEXTS[0].id, Status.DROPPED, reason="refused", note="I cannot"),
        Fate(TEXTS[1].id, Status.FAILED, error="not JSON", raw='=cmd|"x"'),
        Fate(TEXTS[2].id, Status.DROPPED, reason="touches no value"),
    ]
    screen.write("000000", to_frame([], Text), fates, "made")
    # Fates of a part whose input has other rows are put beside them by id.
    dedup.write("000000", to_frame([], Rule), [Fate(TEXTS[1].id, Status.DROPPED, reason="near-duplicate")], "made")
    return [
        PassedStep("ingest", ingest),
        PassedStep("screen", screen, {"000000": ingest}),
        PassedStep("dedup", dedup, {"000000": ingest}),
    ]


def test_every_row_that_was_left_out_is_listed_with_its_reason(tmp_path: Path) -> None:
    found = published(tmp_path, steps=steps(tmp_path))
    assert found.rejected == {"ingest": 2, "screen": 3, "dedup": 1}
    rows = pl.read_parquet(tmp_path / "corpus/rejects.parquet")
    assert rows.schema == REJECTS
    assert rows.select("step", "status", "reason", "lang").rows() == [
        ("ingest", "dropped", "empty", None),
        ("ingest", "failed", "unreadable", None),
        ("screen", "dropped", "refused", "zh"),
        ("screen", "failed", "not JSON", "en"),
        ("screen", "dropped", "touches no value", "en"),
        ("dedup", "dropped", "near-duplicate", "en"),
    ]
    assert rows["text"].to_list()[:4] == [None, None, "甲", "乙 <b>"] and rows["text"][5] == "乙 <b>"
    assert rows["text"][4] == "@" + "x" * (EXCERPT - 1) + " … [cut]"
    assert rows["raw"][3] == '=cmd|"x"' and rows["note"][0] == "a.csv:9"


def test_no_cell_of_the_rejects_is_a_formula(tmp_path: Path) -> None:
    published(tmp_path, steps=steps(tmp_path))
    content = (tmp_path / "corpus/rejects.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "corpus/rejects.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 6 and rows[3]["raw"] == '\'=cmd|"x"' and rows[4]["text"].startswith("'@x")
    assert not any(cell.startswith(("=", "@", "+", "-")) for row in rows for cell in row.values())


def test_numbers_for_programs_come_last_and_say_what_the_card_says(tmp_path: Path) -> None:
    found = published(tmp_path, steps=steps(tmp_path))
    told = json.loads((tmp_path / "corpus/summary.json").read_text(encoding="utf-8"))
    assert told["rules"] == 3 and told["values"]["core"]["friendship"] == 2 and told["texts"] == 2
    assert told["rejected"] == found.rejected
    assert told["rewritten"] == pytest.approx({"k": 1, "n": 2, "share": 0.5, "low": 0.0945, "high": 0.9055}, abs=1e-4)
    assert told["labels"] == {"1": 1, "-1": 1, "": 1}
    assert told["where"]["source"] == {"a.csv": 1, "b.jsonl": 1, "": 1}
    last = (tmp_path / "corpus/summary.json").stat().st_mtime_ns
    assert all(path.stat().st_mtime_ns <= last for path in (tmp_path / "corpus").rglob("*.*"))


def test_a_damaged_part_leaves_no_half_release(tmp_path: Path) -> None:
    published(tmp_path)
    StageFolder(tmp_path / "dedup").rows_file("000002").write_bytes(b"PAR1 not a table")
    before = (tmp_path / "corpus/data/rules.parquet").read_bytes()
    with pytest.raises(InputError, match="damaged"):
        release(StageFolder(tmp_path / "dedup"), tmp_path / "corpus", context())
    assert not (tmp_path / "corpus/summary.json").exists()
    assert (tmp_path / "corpus/data/rules.parquet").read_bytes() == before
    assert not list((tmp_path / "corpus").rglob("*.tmp"))


def test_an_error_in_the_middle_of_a_stream_arrives_as_itself(tmp_path: Path) -> None:
    schema = pl.Schema({"n": pl.Int64()})

    def frames() -> Any:
        yield pl.DataFrame({"n": [1]}, schema=schema)
        raise InputError("spoilt", file="x")

    with pytest.raises(InputError, match="x: spoilt"):
        write_frames(frames(), schema, tmp_path / "t.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_stream_is_cut_into_equal_row_groups_in_order(tmp_path: Path) -> None:
    schema = pl.Schema({"n": pl.Int64()})
    for name, size in (("a", 7), ("b", 10_001)):
        whole = pl.DataFrame({"n": range(50_000)}, schema=schema)
        write_frames(iter(whole.iter_slices(size)), schema, tmp_path / f"{name}.parquet")
    assert pl.read_parquet(tmp_path / "a.parquet")["n"].to_list() == list(range(50_000))
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_where_nothing_can_be_written_it_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "corpus").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="a file stands where a folder is needed"):
        published(tmp_path)


def test_the_account_of_the_steps_is_in_the_card(tmp_path: Path) -> None:
    passed = steps(tmp_path)
    records = tuple(StepRecord(step.name, step.output.account()) for step in passed)
    published(tmp_path)
    release(StageFolder(tmp_path / "dedup"), tmp_path / "corpus", context(steps=records), steps=passed)
    card = (tmp_path / "corpus/README.md").read_text(encoding="utf-8")
    assert "| screen | 3 | 0 | 2 | 1 | 0 | 0 |" in card and "| screen | failed | not JSON | 1 |" in card
