"""From an item to the rule that it was made of, to the rule's source text and every call: in one folder, by links."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import polars as pl
import pytest
from benchmarks.explorer_run import write_run
from tests.web.explorer.conftest import Get, asked

from axiometer.build.corpus.options import CorpusOptions
from axiometer.build.corpus.pipeline import run_corpus
from axiometer.build.corpus.plan import plan_corpus
from axiometer.models.registry import open_model
from axiometer.records.tables import write_parquet, write_text
from axiometer.runtime import Limits, Tally
from axiometer.runtime.respondent import Respondent

Task = TypeVar("Task")
Result = TypeVar("Result")


class InThisProcess:
    """A runner without workers."""

    name = "local"

    def __enter__(self) -> InThisProcess:
        return self

    def __exit__(self, *exception: object) -> None:
        return

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        return map(function, tasks)

    def close(self) -> None:
        return


class Silent:
    """Progress that nobody sees."""

    def show(self, tally: Tally) -> None:
        return

    def note(self, line: str) -> None:
        return

    def close(self) -> None:
        return


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus, and a run whose first item is made of its first rule."""
    folder = tmp_path_factory.mktemp("whole")
    lines = [
        f"On day {day} of the flood an old nurse shared the last of the bread with strangers." for day in range(30)
    ]
    write_text("\n".join(["text", *(f'"{line}"' for line in lines)]), folder / "texts.csv")
    writer = Respondent(open_model("sim/rulewriter"), Limits())
    plan = plan_corpus([str(folder / "texts.csv")], CorpusOptions(framework="core-socialist-values"), writer, {})
    run_corpus(plan, folder / "corpora/news", InThisProcess(), Silent())
    rule = pl.read_parquet(folder / "corpora/news/corpus/data/rules.parquet")["id"][0]
    write_run(folder / "run", items=2, models=1)
    items = folder / "run/items/000000.parquet"
    write_parquet(pl.read_parquet(items).with_columns(parent_ids=pl.lit([rule, "f" * 32])), items)
    return folder


@pytest.fixture(scope="module")
def get(root: Path) -> Get:
    return asked(root)


def test_an_item_leads_to_its_rule_and_the_rule_to_its_source_text(root: Path, get: Get) -> None:
    rule = pl.read_parquet(root / "corpora/news/corpus/data/rules.parquet").row(0, named=True)
    item = pl.read_parquet(root / "run/items/000000.parquet")["id"][0]
    page = get("/explore/item", at="run", id=item).text
    assert rule["text"] in html.unescape(page)
    assert "f" * 32 in page
    link = re.search(r'href="(/explore/trace\?[^"]+)"', page)
    assert link is not None
    assert f"id={rule['id']}" in link[1]
    history = get("/explore/trace", at="corpora/news", id=rule["id"])
    assert history.status == 200
    assert "shared the last of the bread with strangers" in history.text
    for step in ("ingest", "screen", "write", "refine", "filter", "classify", "label", "dedup"):
        assert step in history.text
    assert "sim/rulewriter" in history.text


def test_rules_of_a_corpus_are_searched_and_lead_to_their_history(root: Path, get: Get) -> None:
    rule = pl.read_parquet(root / "corpora/news/corpus/data/rules.parquet").row(0, named=True)
    page = get("/explore/thing", at="corpora/news")
    assert "corpus/data/rules.parquet" in page.text
    table = get("/explore/table", at="corpora/news", file="corpus/data/rules.parquet", text=rule["text"])
    assert f"/explore/trace?at=corpora%2Fnews&amp;id={rule['id']}" in table.text


def test_a_trace_of_what_is_not_there_is_not_found(root: Path, get: Get) -> None:
    assert get("/explore/trace", at="corpora/news", id="0" * 32).status == 404
    assert get("/explore/trace", at="run", id="0" * 32).status == 404


def test_no_trace_is_followed_through_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    for path in (root / "corpora/news").iterdir():
        (tmp_path / "corpus" / path.name).symlink_to(path)
    rule = pl.read_parquet(root / "corpora/news/corpus/data/rules.parquet")["id"][0]
    assert asked(tmp_path)("/explore/trace", at="corpus", id=rule).status == 404


def test_an_item_made_of_a_statement_shows_it_with_the_passage_it_stood_in(tmp_path: Path) -> None:
    write_run(tmp_path / "run", items=2, models=1)
    write_text("asked: {}\nnoted: {}\n", tmp_path / "uk/statements.yaml")
    passage = "A vote. Streets need limits."
    statement = {"id": "e" * 32, "lang": "en", "text": "Streets <need> limits.", "context": passage}
    write_parquet(pl.DataFrame([{**statement, "outlet": "The Lantern"}]), tmp_path / "uk/tables/statements.parquet")
    items = tmp_path / "run/items/000000.parquet"
    write_parquet(pl.read_parquet(items).with_columns(parent_ids=pl.lit(["e" * 32, "f" * 32])), items)
    get = asked(tmp_path)
    page = get("/explore/item", at="run", id=pl.read_parquet(items)["id"][0]).text
    assert "Streets &lt;need&gt; limits." in page and passage in page and "The Lantern" in page
    row = re.search(r'href="(/explore/table\?[^"]+)"', page)
    assert row is not None and "e" * 32 in row[1] and "uk" in row[1]
    assert "1 rows" in get("/explore/table", at="uk", file="tables/statements.parquet", text="e" * 32).text
