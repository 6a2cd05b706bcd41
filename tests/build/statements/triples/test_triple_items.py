"""Items of triples: what their sides express, that they go out and come back, and that every mode can put them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.build.statements.triples.planted import STATEMENTS, run, sound, statements

from axiometer import measure
from axiometer.build.statements.triples.items import STATEMENT, triple_items
from axiometer.build.statements.triples.making import ACCURACY, STYLE, TRIPLES, ItemsSummary, forms_of, make_items
from axiometer.build.statements.triples.rows import CHECK, WORDED, Form, make_triple
from axiometer.errors import InputError
from axiometer.measure import Design, open_run
from axiometer.records.exporters.navab import SAYS, navab
from axiometer.records.importers.accounting import ImportOptions
from axiometer.records.importers.navab import navab as reader
from axiometer.records.rows import Item, ItemKind, Mode, Role
from axiometer.records.tables import read_items, write_rows

POSITION = "uk 2023"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ItemsSummary]:
    """The items of two nations in all forms, and what is beside them."""
    folder = tmp_path_factory.mktemp("made")
    stages = run(folder, statements("uk", "cn"), sound())
    forms = tuple(Form)
    summary = make_items(stages[CHECK], stages[STATEMENTS], folder / "items.parquet", folder / "tables", forms)
    return folder, summary


def test_the_statement_expresses_the_position_and_its_reverse_opposes_it(made: tuple[Path, ItemsSummary]) -> None:
    by_id = {statement.id: statement for statement in statements("uk", "cn")}
    items = read_items(made[0] / "items.parquet")
    assert len(items) == sum(made[1].forms.values()) > 5 * 150
    for item in items:
        statement = by_id[item.meta[STATEMENT]]
        assert item.kind is ItemKind.STATEMENT and [option.role for option in item.options] == [Role.SIDE, Role.SIDE]
        said = [[(each.target, each.polarity) for each in option.expresses] for option in item.options]
        told = [[(statement.position, 1)], [(statement.position, -1)]]
        assert said == ([[], []] if item.meta["form"] == Form.ORIGIN else told)
        assert item.clusters == (statement.issue_group, statement.source_group)
        assert item.meta["constructed"] == "reversed" and item.meta["outlet"] == statement.outlet
        assert item.parent_ids[1:] == (statement.id, statement.text_id)
        assert (item.prompt == statement.question) is (item.meta["form"] in list(WORDED))
        assert statement.speaker is None or not any(statement.speaker in said for said in item.meta.values())


def test_forms_of_one_statement_share_clusters_and_differ_in_words(made: tuple[Path, ItemsSummary]) -> None:
    items = read_items(made[0] / "items.parquet")
    for statement in list(dict.fromkeys(item.meta[STATEMENT] for item in items))[:40]:
        own = {item.meta["form"]: item for item in items if item.meta[STATEMENT] == statement}
        assert len({item.clusters for item in own.values()}) == 1 and len({item.id for item in own.values()}) == len(
            own
        )
        assert own["original"].options == own["blind"].options
        assert len({own[form].options for form in WORDED}) == 3


def test_every_triple_and_every_probability_is_in_a_table(made: tuple[Path, ItemsSummary]) -> None:
    folder, summary = made
    triples, style = (pl.read_parquet(folder / "tables" / name) for name in (TRIPLES, STYLE))
    assert triples.height == summary.triples and summary.lacking == {} and summary.equal >= 0
    assert style.height == 3 * summary.triples and style["by_form"].is_between(0, 1).all()
    assert summary.judged == summary.triples and style["solved"].sum() == 3 * summary.solved
    accuracy = pl.read_parquet(folder / "tables" / ACCURACY)
    assert set(accuracy["lang"]) == {"zh", "en", "all"} and accuracy.height == 3 * 3 * 2
    positions = Counter(statement.position for statement in statements("uk", "cn"))
    assert summary.positions.keys() == positions.keys()


def test_items_of_equal_words_are_made_once(tmp_path: Path) -> None:
    row = statements("uk")[0]
    twice = [row, replace(row, id="another", outlet="another")]
    stages = run(tmp_path, twice, sound())
    summary = make_items(stages[CHECK], stages[STATEMENTS], tmp_path / "i.parquet", tmp_path / "t")
    assert (summary.triples, summary.forms, summary.equal) == (2, {"original": 1}, 1)
    assert summary.style.unjudged == ("en",) and summary.judged == 0


def test_a_statement_without_a_position_is_a_mistake_and_other_forms_are_refused() -> None:
    row = replace(statements("uk")[0], position=None)
    with pytest.raises(InputError, match="has no position"):
        triple_items(make_triple(row, question="Q?", shown="S.", reversed_text="R."), row)
    assert forms_of("all") == WORDED and forms_of("twins, original,twins") == (Form.TWINS, Form.ORIGINAL)
    for wrong in ("", "all,original", "rhymes"):
        with pytest.raises(InputError, match="is no form of items"):
            forms_of(wrong)


def test_items_go_out_in_the_navab_format_and_come_back_the_same(made: tuple[Path, ItemsSummary]) -> None:
    folder = made[0]
    items = [item for item in read_items(folder / "items.parquet") if item.meta["form"] != Form.ORIGIN]
    exported = navab.write(items, folder / "items.parquet", folder / "official.json")
    assert exported.written == len(items) and not exported.left_out
    assert (folder / "official.json").read_text(encoding="utf-8").count(SAYS) == len(items)
    back = reader.read(folder / "official.json", ImportOptions())
    assert back.items == items and not back.rejected


def test_items_without_expressions_have_no_place_in_the_navab_format(made: tuple[Path, ItemsSummary]) -> None:
    items = [item for item in read_items(made[0] / "items.parquet") if item.meta["form"] == Form.ORIGIN]
    exported = navab.write(items, made[0] / "items.parquet", made[0] / "none.json")
    assert exported.written == 0 and len(exported.left_out) == len(items) > 0


@pytest.mark.parametrize("mode", [Mode.CHOICE, Mode.LOGPROB, Mode.AGREE])
def test_a_planted_position_is_measured_in_every_mode(
    made: tuple[Path, ItemsSummary], tmp_path: Path, mode: Mode
) -> None:
    items = {item.id: item for item in read_items(made[0] / "items.parquet") if item.meta["form"] == "original"}
    write_rows(list(items.values()), Item, tmp_path / "items.parquet")
    profile = tmp_path / "holds.yaml"
    profile.write_text(f"name: holds\nvalues: {{{POSITION}: 2.0}}\n", encoding="utf-8")
    measure(tmp_path / "items.parquet", [f"sim/{profile}"], tmp_path / "run", design=Design(mode=mode))
    supports: dict[str, list[bool]] = {"uk": [], "cn": []}
    for row in open_run(tmp_path / "run").answers.iter_rows(named=True):
        if row["outcome"] == "chosen":
            of_s = (row["stance"] > 0) == (row["shown"] == 0) if mode is Mode.AGREE else row["option"] == 0
            supports[items[row["item"]].meta["nation"]].append(of_s)
    assert min(map(len, supports.values())) > 100
    shares = {nation: sum(said) / len(said) for nation, said in supports.items()}
    assert shares["uk"] > 0.85 and 0.35 < shares["cn"] < 0.65
