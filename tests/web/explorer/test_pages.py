"""Pages of a folder as a reader gets them, and their files."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import polars as pl
import pytest
from benchmarks.explorer_run import write_run
from tests.web.explorer.conftest import ITEMS, Get, asked

from axiometer.annotate.store import LabelStore
from axiometer.records.rows import Item
from axiometer.records.tables import read_table, write_parquet, write_text
from axiometer.web.access import Role
from axiometer.web.app import make_app
from axiometer.web.explorer.index import RunIndex
from axiometer.web.explorer.query import Wanted, matching
from axiometer.web.options import WebOptions

HOSTILE = "<script>window.hacked=1</script>\"'&"


def test_the_folder_names_its_run_with_its_models(get: Get) -> None:
    page = get("/explore")
    assert page.status == 200
    assert "runs/demo" in page.text
    assert "planted/model-03" in page.text
    assert get("/").headers["location"] == "/explore"


def test_a_run_shows_counts_that_lead_to_as_many_items(get: Get, index: RunIndex) -> None:
    page = get("/explore/run", at="runs/demo")
    assert page.status == 200
    assert page.text.count("<svg") == 2
    found = re.search(r'href="([^"]*model=1&amp;outcome=refused)">(\d+)<', page.text)
    assert found is not None
    said = pl.read_parquet(index.said(1)).filter(pl.col("outcome") == "refused")
    assert int(found[2]) == said.height
    behind = get("/explore/items", at="runs/demo", model=1, outcome="refused")
    assert f"of {said['number'].n_unique()} items" in behind.text


def test_an_item_shows_every_presentation_with_its_raw_answer(get: Get, index: RunIndex) -> None:
    [number] = matching(index, Wanted(outcome="refused", model=0)).head(1)
    item = read_table(index.sources.folder / "items", Item).row(number, named=True)
    page = get("/explore/item", at="runs/demo", id=item["id"])
    assert page.status == 200
    assert page.text.count('class="presented"') == 6
    assert "I would rather not take a side in this." in page.text
    assert item["options"][1]["text"] in page.text


def test_pages_speak_chinese(get: Get) -> None:
    page = get("/explore/run", at="runs/demo", lang="zh")
    assert '<html lang="zh-Hans">' in page.text
    assert "各次呈现的结果" in page.text
    assert "What became of" not in page.text


def test_items_come_as_files_that_hold_what_the_page_shows(get: Get, index: RunIndex) -> None:
    wanted = matching(index, Wanted(lang="zh", outcome="chosen", model=2))
    asked_for = {"at": "runs/demo", "lang_of": "zh", "outcome": "chosen", "model": 2}
    whole = get("/explore/export/items", **asked_for, as_="parquet")
    ids = read_table(index.sources.folder / "items", Item)["id"]
    assert pl.read_parquet(whole.body)["id"].to_list() == ids[wanted.to_list()].to_list()
    rows = list(csv.reader(io.StringIO(get("/explore/export/items", **asked_for, as_="csv").body.decode("utf-8-sig"))))
    assert len(rows) == 1 + len(wanted)
    answers = pl.read_parquet(get("/explore/export/items", **asked_for, what="answers", as_="parquet").body)
    assert answers.height == 2 * len(wanted)
    assert answers["model"].unique().to_list() == ["planted/model-03"]


def test_charts_come_as_figures_and_numbers(get: Get) -> None:
    figure = get("/explore/figure", at="runs/demo", chart="profile")
    assert figure.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in figure.headers["content-security-policy"]
    numbers = pl.read_parquet(get("/explore/export/numbers", at="runs/demo", chart="outcomes", as_="parquet").body)
    assert numbers["n"].sum() == 3 * 2 * ITEMS
    compared = get("/explore/export/compared", with_=["runs/demo~0", "runs/demo~2"], chart="profile", as_="csv")
    assert "planted/model-03" in compared.text
    assert "planted/model-02" not in compared.text


def test_respondents_of_two_runs_stand_side_by_side(tmp_path: Path) -> None:
    write_run(tmp_path / "a", items=20, models=2)
    write_run(tmp_path / "b", items=20, models=1)
    page = asked(tmp_path)("/explore/compare", with_=["a~0", "b~0"])
    assert page.status == 200
    assert "planted/model-01 · a" in page.text
    assert "100.0 %" in page.text  # one seed: the same items, the same answers


def test_a_table_is_searched_and_taken_away(tmp_path: Path) -> None:
    write_run(tmp_path / "run", items=4, models=1)
    rows = pl.DataFrame({"text": ["=cmd()", "茶杯", HOSTILE], "values": [["a"], ["b", "c"], []]})
    write_parquet(rows, tmp_path / "run/profile/shares.parquet")
    get = asked(tmp_path)
    page = get("/explore/table", at="run", file="profile/shares.parquet", text="茶")
    assert "茶杯" in page.text
    assert "=cmd()" not in page.text
    assert "<script>window" not in get("/explore/table", at="run", file="profile/shares.parquet").text
    taken = get("/explore/export/table", at="run", file="profile/shares.parquet", as_="csv").body.decode("utf-8-sig")
    assert next(csv.reader([taken.splitlines()[1]])) == ["'=cmd()", '["a"]']


def test_everything_that_a_folder_can_hold_is_named(tmp_path: Path) -> None:
    write_text("id: task\ntask: {id: choose}\ncreated: 2026-01-02\n", tmp_path / "annotation/first/project.yaml")
    write_text("asked: {framework: {id: schwartz}}\nnoted: {}\n", tmp_path / "corpora/news/corpus.yaml")
    write_text(json.dumps({"architecture": "linear"}), tmp_path / "classifiers/own/model.json")
    write_text(json.dumps({"kind": "classifiers"}), tmp_path / "evaluations/one/summary.json")
    write_text("<p>report", tmp_path / "evaluations/one/evaluation.html")
    page = asked(tmp_path)("/explore").text
    for said in ("Annotation projects", "Corpora", "Classifiers", "Evaluations of classifiers", "evaluation.html"):
        assert said in page
    assert "schwartz" in asked(tmp_path)("/explore/thing", at="corpora/news").text


@pytest.mark.parametrize(
    "at", ["..", "../other", "/etc", "runs/../..", "runs//demo", ".axiometer", "link", "runs/demo/./", "a\x00b", "a\\b"]
)
@pytest.mark.parametrize("page", ["run", "items", "thing", "export/items", "figure"])
def test_no_path_leads_out_of_the_folder(page: str, at: str, served: Path, get: Get) -> None:
    link = served / "link"
    if not link.is_symlink():
        link.symlink_to(served.parent)
    assert get(f"/explore/{page}", at=at).status == 404


@pytest.mark.parametrize(
    "name", ["../secret.parquet", "link.parquet", "linked/secret.parquet", "items", "run.yaml", ""]
)
def test_no_table_outside_the_folder_is_read(name: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    write_run(root / "run", items=4, models=1)
    write_parquet(pl.DataFrame({"a": ["out of reach"]}), tmp_path / "secret.parquet")
    (root / "run/link.parquet").symlink_to(tmp_path / "secret.parquet")
    (root / "run/linked").symlink_to(tmp_path)
    get = asked(root)
    for page in ("/explore/table", "/explore/export/table"):
        answered = get(page, at="run", file=name)
        assert answered.status == 404
        assert b"out of reach" not in answered.body


def test_links_hide_what_they_lead_to(tmp_path: Path) -> None:
    write_run(tmp_path / "elsewhere", items=4, models=1)
    (tmp_path / "root").mkdir()
    (tmp_path / "root/run").symlink_to(tmp_path / "elsewhere")
    write_text("<p>secret", tmp_path / "secret.html")
    write_run(tmp_path / "root/own", items=4, models=1)
    (tmp_path / "root/own/report.html").symlink_to(tmp_path / "secret.html")
    get = asked(tmp_path / "root")
    assert "elsewhere" not in get("/explore").text
    assert get("/explore/run", at="run").status == 404
    assert get("/explore/page", at="own", file="report.html").status == 404


def test_a_page_of_the_folder_has_no_origin_and_no_network(tmp_path: Path) -> None:
    write_run(tmp_path / "own", items=4, models=1)
    write_text(f"<p>{HOSTILE}", tmp_path / "own/report.html")
    answered = asked(tmp_path)("/explore/page", at="own", file="report.html")
    policy = answered.headers["content-security-policy"]
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "connect-src" not in policy
    assert "default-src 'none'" in policy
    for name in ("run.yaml", "../own/report.html", "items/000000.parquet", ".html"):
        assert asked(tmp_path)("/explore/page", at="own", file=name).status == 404


@pytest.mark.parametrize("field", ["prompt", "option", "raw", "model", "source", "meta"])
def test_what_models_and_items_say_is_never_markup(field: str, tmp_path: Path) -> None:
    write_run(tmp_path / HOSTILE.replace("/", "") if field == "model" else tmp_path / "own", items=2, models=1)
    [folder] = [path for path in tmp_path.iterdir() if path.is_dir()]
    items, answers = folder / "items/000000.parquet", folder / "answers/m00-000000.parquet"
    rows, said = pl.read_parquet(items), pl.read_parquet(answers)
    hostile = pl.lit(HOSTILE)
    if field in ("prompt", "source"):
        rows = rows.with_columns(hostile.alias(field))
    elif field == "meta":
        rows = rows.with_columns(meta=pl.lit(json.dumps({HOSTILE: HOSTILE})))
    elif field == "option":
        rows = rows.with_columns(pl.col("options").list.eval(pl.element().struct.with_fields(text=pl.lit(HOSTILE))))
    else:
        said = said.with_columns(hostile.alias(field))
    write_parquet(rows, items)
    write_parquet(said, answers)
    get, at = asked(tmp_path), folder.name
    pages = [get("/explore"), get("/explore/run", at=at), get("/explore/items", at=at, text=HOSTILE)]
    pages += [get("/explore/items", at=at), get("/explore/item", at=at, id=rows["id"][0])]
    pages += [get("/explore/compare", with_=f"{at}~0"), get("/explore/table", at=at, file="items/000000.parquet")]
    assert [page.status for page in pages] == [200] * len(pages)
    assert not any("<script>window" in page.text for page in pages)
    assert any("&lt;script&gt;window" in page.text for page in pages)


@pytest.mark.parametrize(
    ("page", "parameters"),
    [
        ("items", {"model": 9}),
        ("items", {"model": "x"}),
        ("items", {"outcome": "none"}),
        ("items", {"side": "0"}),
        ("items", {"text": "a" * 201}),
        ("items", {"text": ["a", "b"]}),
        ("items", {"after": "-1"}),
        ("items", {"after": "9" * 13}),
        ("export/items", {"as_": "exe"}),
        ("figure", {"chart": "all"}),
    ],
)
def test_what_no_form_sends_is_refused(page: str, parameters: dict[str, object], get: Get) -> None:
    assert get(f"/explore/{page}", at="runs/demo", **parameters).status == 400


def test_ids_are_checked(get: Get) -> None:
    assert get("/explore/item", at="runs/demo", id="../../etc").status == 404
    assert get("/explore/item", at="runs/demo", id="0" * 32).status == 404


def test_nothing_can_be_written(get: Get) -> None:
    assert get("/explore/items", method="POST", at="runs/demo").status in (403, 405)


def test_where_others_come_pages_need_the_keeper(served: Path) -> None:
    options = WebOptions(token="a-token-of-the-keeper-0123456789")
    get = asked(served, options)
    for page in ("", "/run", "/items", "/item", "/table", "/export/items", "/figure", "/compare", "/page", "/trace"):
        assert get(f"/explore{page}", at="runs/demo").status == 403
    assert make_app(served, options).state.site.access.enter("a-token-of-the-keeper-0123456789", Role.KEEPER)


def test_tables_that_belong_to_nothing_are_listed_and_open(tmp_path: Path) -> None:
    write_run(tmp_path / "run", items=2, models=1)
    write_parquet(pl.DataFrame({"text": ["at the top"]}), tmp_path / "own.parquet")
    write_parquet(pl.DataFrame({"text": ["further down"]}), tmp_path / "rules/a & b.parquet")
    get = asked(tmp_path)
    page = get("/explore").text
    assert "own.parquet" in page and "rules/a &amp; b.parquet" in page
    assert "items/000000.parquet" not in page
    top = get("/explore/table", at=".", file="own.parquet").text
    assert "at the top" in top and 'href="/explore"' in top and "/explore/thing" not in top
    assert "further down" in get("/explore/table", at="rules", file="a & b.parquet").text


def test_a_thing_says_how_much_it_holds_and_shows_its_texts(tmp_path: Path) -> None:
    write_text("asked: {framework: {name: schwartz}, steps: {write: {name: sim/writer}}}\n", tmp_path / "c/corpus.yaml")
    write_parquet(pl.DataFrame({"id": ["a", "b", "c"]}), tmp_path / "c/corpus/data/rules.parquet")
    write_text(f"why,{HOSTILE}\n", tmp_path / "c/rejects.csv")
    write_text("{}", tmp_path / "scores/scores.json")
    get = asked(tmp_path)
    page = get("/explore").text
    assert "framework schwartz · rules 3" in page and "sim/writer" in page and "Scored texts" in page
    shown = get("/explore/file", at="c", file="rejects.csv")
    assert "why,&lt;script&gt;" in shown.text and "<script>window" not in shown.text
    assert "Uncorrected" in get("/explore/thing", at="scores").text
    for name in ("../c/rejects.csv", ".lock", "corpus/data/rules.parquet", "corpus", "none.csv"):
        assert get("/explore/file", at="c", file=name).status == 404


def test_labels_of_a_project_are_counted_without_a_trace(tmp_path: Path) -> None:
    write_text("id: p\ntask: {id: choose}\ndesign: {raters: [R01, R02]}\n", tmp_path / "p/project.yaml")
    with LabelStore(tmp_path / "p/labels.sqlite") as store:
        store.record("R01", "u1", "0", client="a")
        store.record("R01", "u2", "1", client="b")
        store.record("R01", "u2", "0", client="c")
        store.skip("R02", "u1", client="d")
    before = sorted(path.name for path in (tmp_path / "p").iterdir())
    assert "raters 2 · labels 2" in asked(tmp_path)("/explore").text
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == before


def test_an_analysed_run_opens_at_the_level_that_its_report_shows_first(tmp_path: Path) -> None:
    write_run(tmp_path / "run", items=12, models=1)
    sizes = {"rule": 40, "derived": 30, "core": 12, "sphere": 3}
    rows = [
        {"model": "m", "level": level, "lang": "all", "value": f"{level}-{n}", "n": 9, "share": 0.5}
        for level, size in sizes.items()
        for n in range(size)
    ]
    low_high = [pl.lit(None, pl.Float64).alias(name) for name in ("low", "high")]
    write_parquet(pl.DataFrame(rows).with_columns(low_high), tmp_path / "run/analysis/shares.parquet")
    page = asked(tmp_path)("/explore/run", at="run").text
    assert '<option value="core" selected>' in page and "core-11" in page and "derived-1" not in page
