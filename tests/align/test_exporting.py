"""Preference data of items: what is chosen, what is held out, what tools can read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.align.items import POSITION, news_table, planted_table, statement, table_of

from axiometer.align.exporting import (
    BALANCED,
    HELD_OUT,
    NAMES,
    NO_TARGET,
    OTHERS,
    PREFERENCES,
    QUESTION_HIDDEN,
    SOLVED,
    SPLIT,
    ExportOptions,
    export_preferences,
)
from axiometer.align.formats import Format
from axiometer.align.preferences import Preference, Style
from axiometer.align.splitting import Part
from axiometer.errors import InputError
from axiometer.measure import Design
from axiometer.measure.design import presentations
from axiometer.measure.render import Renderer
from axiometer.models.registry import open_model
from axiometer.records.rows import Item, Mode
from axiometer.records.tables import read_items, read_rows

OPTIONS = ExportOptions((POSITION,))


def _rows(folder: Path) -> list[Preference]:
    return list(read_rows(folder / PREFERENCES, Preference))


def test_letters_are_of_the_option_in_both_orders_with_the_prompts_of_measure(tmp_path: Path) -> None:
    table = planted_table(tmp_path)
    export_preferences(table, replace(OPTIONS, style=Style.LETTERS), tmp_path / "data")
    rows = [row for row in _rows(tmp_path / "data") if row.kind == "item"]
    items = {item.id: item for item in read_items(table)}
    renderer = Renderer(Design(mode=Mode.CHOICE), open_model("sim/balanced"))
    asked = {
        renderer.render(each).request.messages[0].content: each.order
        for each in presentations(items.values(), Design(mode=Mode.CHOICE))
    }
    for row in rows:
        order = asked[row.prompt]
        assert (row.chosen, row.rejected) == ("AB"[order.index(0)], "AB"[order.index(1)])
    assert sum(row.chosen == "A" for row in rows) == sum(row.chosen == "B" for row in rows)


def test_the_statement_answers_the_question_of_the_free_modes(tmp_path: Path) -> None:
    table = planted_table(tmp_path)
    export_preferences(table, replace(OPTIONS, style=Style.STATEMENT), tmp_path / "data")
    items = {item.id: item for item in read_items(table)}
    renderer = Renderer(Design(mode=Mode.LIKELIHOOD), open_model("sim/balanced"))
    asked = {
        renderer.render(each).request.messages[0].content for each in presentations(items.values(), renderer.design)
    }
    rows = [row for row in _rows(tmp_path / "data") if row.kind == "item"]
    assert len(rows) == 84 and {row.prompt for row in rows} <= asked
    assert all(row.chosen == items[row.parent_ids[0]].options[0].text for row in rows)
    assert all(row.rejected == items[row.parent_ids[0]].options[1].text for row in rows)


def test_the_other_direction_exchanges_the_answers(tmp_path: Path) -> None:
    table = planted_table(tmp_path)
    one = export_preferences(table, OPTIONS, tmp_path / "for")
    other = export_preferences(table, replace(OPTIONS, toward=-1), tmp_path / "against")
    pairs = {(row.prompt, row.chosen, row.rejected) for row in _rows(tmp_path / "for") if row.kind == "item"}
    turned = {(row.prompt, row.rejected, row.chosen) for row in _rows(tmp_path / "against") if row.kind == "item"}
    assert pairs == turned and one.preferences == other.preferences
    assert "against one rule for all" in (tmp_path / "against" / "README.md").read_text(encoding="utf-8")


def test_nothing_held_out_is_trained_on(tmp_path: Path) -> None:
    summary = export_preferences(news_table(tmp_path, "uk", "us", "fr"), ExportOptions(("uk news",)), tmp_path / "data")
    split = pl.read_parquet(tmp_path / "data" / SPLIT)
    by_part = {part: set(rows["group"]) for (part,), rows in split.drop_nulls("part").group_by("part")}
    assert not by_part["train"] & by_part["held-out"]
    trained = {row.parent_ids[0] for row in _rows(tmp_path / "data")}
    kept = {item.id for item in read_items(tmp_path / "data" / HELD_OUT)}
    others = {item.id for item in read_items(tmp_path / "data" / OTHERS)}
    assert not trained & (kept | others) and not kept & others
    assert summary.items["held-out"] == len(kept) and summary.others == len(others)
    assert summary.left_out[NO_TARGET] >= len(others) > 150


def test_every_item_is_in_a_part_or_left_out_for_a_reason(tmp_path: Path) -> None:
    table = news_table(tmp_path, "uk", "us")
    export_preferences(table, ExportOptions(("uk news", "us news")), tmp_path / "data")
    split = pl.read_parquet(tmp_path / "data" / SPLIT)
    assert split.height == len(read_items(table))
    assert (split["part"].is_null() == split["left_out"].is_not_null()).all()


def test_a_mix_is_balanced(tmp_path: Path) -> None:
    options = ExportOptions(("uk news", "us news"), refusal=0, neutrality=0)
    summary = export_preferences(news_table(tmp_path, "uk", "us"), options, tmp_path / "data")
    split = pl.read_parquet(tmp_path / "data" / SPLIT)
    counts = dict(split.filter(pl.col("part") == "train")["target"].value_counts().iter_rows())
    assert counts["uk news"] == counts["us news"] > 5
    assert summary.left_out[BALANCED] > 0


def test_items_that_teach_style_or_hide_the_question_or_name_a_person_are_left_out(tmp_path: Path) -> None:
    items = [statement(number, f"c{number}") for number in range(12)]
    items.append(statement(20, style="solved"))
    items.append(statement(21, form="blind"))
    items.append(statement(22, speaker="thing 22"))
    options = ExportOptions(("north news",))
    left_out = export_preferences(table_of(items, tmp_path), options, tmp_path / "data").left_out
    assert left_out == {SOLVED: 1, QUESTION_HIDDEN: 1, NAMES: 1}
    again = export_preferences(table_of(items, tmp_path), replace(options, with_solved=True), tmp_path / "data")
    assert SOLVED not in again.left_out


def test_controls_come_at_their_shares_and_in_the_items_languages(tmp_path: Path) -> None:
    options = replace(OPTIONS, refusal=0.05, neutrality=0.1)
    summary = export_preferences(planted_table(tmp_path), options, tmp_path / "data")
    rows = [row for row in _rows(tmp_path / "data") if row.part == Part.TRAIN]
    own = sum(row.kind == "item" for row in rows)
    assert summary.controls["refusal"] == round(0.05 * own)
    assert abs(summary.controls["neutrality"] - 0.1 * own) <= 1.5  # even pairs come together
    assert {row.lang for row in rows} == {"en"}
    even = [(row.prompt, row.chosen, row.rejected) for row in rows if row.kind == "neutrality"]
    turned = {(prompt, rejected, chosen) for prompt, chosen, rejected in even}
    assert set(even) & turned, "prompts with two fine answers teach both"


def test_no_person_is_named_in_what_is_passed_on(tmp_path: Path) -> None:
    items = [statement(n, f"c{n}", speaker="Jane Roe", published_source="Jane Roe") for n in range(12)]
    export_preferences(table_of(items, tmp_path), ExportOptions(("north news",)), tmp_path / "data")
    for file in (tmp_path / "data").rglob("*"):
        if file.is_file():
            assert b"Jane Roe" not in file.read_bytes(), file
    kept: list[Item] = read_items(tmp_path / "data" / HELD_OUT)
    assert {item.id for item in kept} <= {item.id for item in items}


@pytest.mark.parametrize("format_", list(Format))
def test_the_data_load_with_datasets(tmp_path: Path, format_: Format) -> None:
    datasets = pytest.importorskip("datasets")
    summary = export_preferences(planted_table(tmp_path), replace(OPTIONS, format=format_), tmp_path / "data")
    files = {file.stem: str(file) for file in summary.files if file.stem in ("train", "validation")}
    loaded = datasets.load_dataset("json", data_files=files, cache_dir=str(tmp_path / "cache"))
    assert {part: len(loaded[part]) for part in loaded} == dict(summary.preferences)
    first = loaded["train"][0]
    if format_ is Format.TRL:
        assert first["prompt"][0]["role"] == "user" and first["chosen"][0]["role"] == "assistant"
        return
    info = json.loads((tmp_path / "data" / "dataset_info.json").read_text(encoding="utf-8"))
    told = info["data_train"]
    assert told["ranking"] is True and told["file_name"] == "train.json"
    assert set(told["columns"].values()) <= set(first)


def test_the_same_options_give_the_same_bytes(tmp_path: Path) -> None:
    table = planted_table(tmp_path)
    for name in ("one", "two"):
        export_preferences(table, OPTIONS, tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(files) == 7
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_the_card_names_target_source_and_that_reverses_are_constructed(tmp_path: Path) -> None:
    export_preferences(news_table(tmp_path, "uk", "us"), ExportOptions(("uk news",)), tmp_path / "data")
    card = (tmp_path / "data" / "README.md").read_text(encoding="utf-8")
    for said in ("`uk news`", "nobody said it", "axiometer starter news", "Licence", "No person is named", "outlets: "):
        assert said in card, said


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not preference data"):
        export_preferences(planted_table(tmp_path), OPTIONS, tmp_path / "data")


def test_too_few_groups_are_refused(tmp_path: Path) -> None:
    items = [statement(number, "one") for number in range(6)]
    with pytest.raises(InputError, match="too few groups"):
        export_preferences(table_of(items, tmp_path), ExportOptions(("north news",)), tmp_path / "data")
