"""From a file to a page, as a user goes: every verb, in order."""

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from axiometer.records import Item
from axiometer.records.tables import read_items

from .conftest import Axiometer, listing

DATA = Path(__file__).parents[3] / "shared" / "data"
VALUES = {"quiet": "安静", "company": "热闹", "thrift": "节俭"}
MAPPING = {
    "source": "Campus",
    "prompt": "q",
    "options": [{"text": "a", "expresses": [{"column": "va"}]}, {"text": "b", "expresses": [{"column": "vb"}]}],
    "framework": "campus.yaml",
    "id": "code",
    "clusters": ["topic"],
}


def own_framework(folder: Path) -> None:
    values = [
        {"id": id_, "names": {"zh": zh, "en": id_.title()}, "definitions": {"zh": f"{zh}。", "en": f"{id_}."}}
        for id_, zh in VALUES.items()
    ]
    content = {"id": "campus", "names": {"zh": "校园价值", "en": "Campus values"}, "values": values}
    (folder / "campus.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def own_table(folder: Path, encoding: str) -> None:
    """24 dilemmas between the values, a row of NaN and a row of totals."""
    pairs = itertools.islice(itertools.cycle(itertools.combinations(VALUES.values(), 2)), 24)
    with (folder / "own.csv").open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "q", "a", "b", "va", "vb", "topic"])
        for n, (one, other) in enumerate(pairs):
            writer.writerow([n, f"<b>第{n}题</b>{{{{7*7}}}}？", f"=做{one}的事", f"@做{other}的事", one, other, n % 7])
        writer.writerow(["NaN", "", "", "", "", "", ""])
        writer.writerow(["Total", "", "", "", 24, 24, ""])


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig"])
def test_an_own_table_with_an_own_framework_goes_from_import_to_page(
    inside: Axiometer, tmp_path: Path, encoding: str
) -> None:
    own_framework(tmp_path)
    own_table(tmp_path, encoding)
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(MAPPING), encoding="utf-8")
    assert inside("framework", "check", "campus.yaml").out == "campus.yaml: no findings\n"
    said = inside("import", "table", "own.csv", "--mapping", "map.yaml", "-o", "own.parquet")
    assert said.code == 0 and said.out.startswith("imported 24, rejected 2\n") and "own.rejects.csv" in said.out
    rejects = list(csv.DictReader((tmp_path / "own.rejects.csv").open(encoding="utf-8-sig")))
    assert [(row["row"], row["column"], row["reason"]) for row in rejects] == [
        ("26", "code", "empty"),
        ("27", "q", "empty"),
    ]
    items = read_items(tmp_path / "own.parquet")
    assert items[0].prompt == "<b>第0题</b>{{7*7}}？" and items[0].options[0].text == "=做安静的事"

    measure = ("measure", "own.parquet", "-m", "sim/balanced", "-o", "run")
    assert "give its file with --framework" in inside(*measure).line
    assert inside(*measure, "--framework", "campus.yaml").code == 0
    (tmp_path / "campus.yaml").unlink()  # a run keeps the frameworks that it was asked with
    said = inside("analyze", "run", "--resamples", 100)
    assert said.code == 0 and "Quiet" in said.out and "no interval: " in said.out
    assert inside("report", "run", "--lang", "zh", "--no-figures").code == 0
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "校园价值" in page and "<b>第0题" not in page
    exported = inside("export", "own.parquet", "-o", "own_items.csv")
    assert exported.out == "24 rows in own_items.csv\n"
    raw = (tmp_path / "own_items.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and "第0题" in raw.decode("utf-8-sig")
    assert inside("export", "run/answers", "-o", "deep/answers.xlsx").code == 0
    sheet = pl.read_excel(tmp_path / "deep" / "answers.xlsx")
    assert sheet["raw"].to_list() == pl.read_parquet(tmp_path / "run" / "answers")["raw"].to_list()


def test_every_verb_that_prints_json_prints_nothing_else(
    axiometer: Axiometer, inside: Axiometer, finished: Path, tmp_path: Path
) -> None:
    items = finished / "items.parquet"
    for words in (
        ("import", "list", "--json"),
        ("import", "starter", "-o", "all.parquet", "--json"),
        ("measure", items, "-m", "sim/balanced", "-o", "run", "--json"),
        ("measure", items, "-m", "sim/balanced", "--dry-run", "--json"),
        ("analyze", "run", "--resamples", 100, "--json"),
        ("framework", "list", "--json"),
        ("framework", "show", "schwartz", "--json"),
        ("models", "list", "--json"),
        ("models", "check", "sim/balanced", "--json"),
    ):
        said = inside(*words)
        assert said.code == 0, said.err
        assert json.loads(said.out)
    said = axiometer("measure", items, "-m", "sim/balanced", "-o", "run", "--json")
    assert json.loads(said.out)["presentations"] == 24 and said.err == ""


def test_a_dry_run_writes_nothing(inside: Axiometer, finished: Path, tmp_path: Path) -> None:
    for words in (("starter",), (finished / "items.parquet", "-o", "run")):
        said = inside("measure", *words, "-m", "sim/balanced", "-m", "sim/first-slot", "--dry-run")
        assert said.code == 0 and "sim/first-slot" in said.out
    assert listing(tmp_path) == {}


def test_the_same_command_on_a_finished_run_tells_its_outcomes_again(
    inside: Axiometer, finished: Path, tmp_path: Path
) -> None:
    asked = ("measure", finished / "items.parquet", "-m", "sim/balanced", "-m", "sim/reticent", "-o", "run", "--json")
    first, again = json.loads(inside(*asked).out), json.loads(inside(*asked).out)
    assert first["outcomes"] == again["outcomes"] != {}
    assert (first["calls"], again["calls"]) == (48, 0)


def test_shards_join_to_the_bytes_of_a_whole_run(inside: Axiometer, finished: Path, tmp_path: Path) -> None:
    asked = ("measure", finished / "items.parquet", "-m", "sim/balanced", "-m", "sim/communal", "-o")
    for number in (1, 2, 3):
        assert inside(*asked, f"shards/{number}", "--shard", f"{number}/3").code == 0
    shards = [f"shards/{number}" for number in (3, 1, 2)]
    assert "shards missing: 2/3" in inside("merge", *shards[:2], "-o", "joined").line
    assert "as is shards/1" in inside("merge", "shards/1", "shards/1", "-o", "joined").line
    assert not (tmp_path / "joined").exists()
    assert inside("merge", *shards, "-o", "joined").out == "3 shards joined in joined\n"
    assert inside(*asked, "whole/run").code == 0
    for part in (tmp_path / "whole" / "run" / "answers").iterdir():
        assert part.read_bytes() == (tmp_path / "joined" / "answers" / part.name).read_bytes()
    assert "exists already" in inside("merge", *shards, "-o", "joined").line
    again = json.loads(inside(*asked, "joined", "--json").out)
    assert (again["presentations"], again["calls"], again["from_journal"]) == (48, 0, 0)


def unmapped(folder: Path) -> None:
    rows = [
        {
            "index": n,
            "scene": f"第{n}天，同事请你替他签到，你怎么办？",
            "options": f"A：婉拒并说明原因{n}\nB：这次帮他{n}\nC：先去倒杯水{n}",
            **{f"translate{place}": f"规则{place}{n % 3}" for place in (1, 2)},
            **{f"core_values_{place}": value for place, value in ((1, "诚信"), (2, "友善"))},
        }
        for n in range(8)
    ]
    with (folder / "cvc.csv").open("w", encoding="gbk", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_unmapped_items_are_measured_and_value_results_refused_in_one_line(inside: Axiometer, tmp_path: Path) -> None:
    unmapped(tmp_path)
    said = inside("import", "cvc-dilemmas", "cvc.csv", "-o", "cvc.parquet")
    assert said.code == 0 and "read as gb18030" in said.out and "items are unmapped" in said.out
    assert inside("measure", "cvc.parquet", "-m", "sim/balanced", "-o", "run").code == 0
    for words in (("analyze", "run"), ("report", "run"), ("validate", "cvc.parquet", "-m", "sim/balanced", "-o", "v")):
        assert inside(*words).line.startswith("8 of 8 items are unmapped")
    assert "--without-values" in inside("analyze", "run").line
    assert {path.name for path in tmp_path.iterdir()} == {"cvc.csv", "cvc.parquet", "run"}
    said = inside("analyze", "run", "--without-values", "--resamples", 100)
    assert said.code == 0 and "chosen" in said.out
    assert inside("report", "run", "--no-figures").code == 0


def test_a_run_that_is_not_analysed_is_analysed_for_its_page(inside: Axiometer, finished: Path, tmp_path: Path) -> None:
    assert inside("measure", finished / "items.parquet", "-m", "sim/balanced", "-o", "run").code == 0
    said = inside("report", "run", "-o", "pages/page.html", "--items", 3)
    assert said.code == 0 and said.out.strip() == f"the report: {(tmp_path / 'pages' / 'page.html').resolve()}"
    assert (tmp_path / "run" / "analysis" / "summary.json").exists()


def test_recorded_answers_are_put_to_the_items_again(inside: Axiometer, finished: Path, tmp_path: Path) -> None:
    recorded = f"recorded/{finished / 'run' / 'answers'}"
    said = inside("measure", finished / "items.parquet", "-m", recorded, "-o", "run", "--json")
    assert said.code == 0
    kept = ["item", "order", "outcome", "option", "raw"]
    one, other = (pl.read_parquet(run / "answers").select(kept) for run in (finished / "run", tmp_path / "run"))
    assert one.equals(other)


@pytest.mark.skipif(not DATA.is_dir(), reason="the published data are not here")
def test_published_files_go_through_every_verb(inside: Axiometer, tmp_path: Path) -> None:
    source = DATA / "moralchoice" / "moralchoice_high_ambiguity_first300.csv"
    said = inside("import", "moralchoice", source, "-o", "mc.parquet")
    assert said.out == "imported 300, rejected 0\n"
    assert len(read_items(tmp_path / "mc.parquet")) == 300
    assert inside("measure", "mc.parquet", "-m", "sim/balanced", "-o", "run", "--limit", 100).code == 0
    assert inside("analyze", "run", "--resamples", 100).code == 0
    assert pl.read_parquet(tmp_path / "run" / "items")["id"].n_unique() == 100
    assert set(pl.read_parquet(tmp_path / "mc.parquet").columns) == set(Item.__dataclass_fields__)
