from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.records import Expression, ExpressionKind, ItemKind, Role
from axiometer.records.exports import write_xlsx
from axiometer.records.importers import Imported, ImportOptions, importer

Write = Callable[..., Path]
MAPPING = """
source: Campus v1
framework: schwartz
level: basic
prompt: question
id: code
parallel_id: code
lang: {column: language}
clusters: [topic, author]
meta: [year]
options:
  - text: one
    expresses:
      - {column: one_values}
      - {label: Tradition, polarity: -1}
  - text: two
    expresses:
      - {column: two_values, polarity_column: sign}
      - {column: two_rule, kind: rule}
  - {text: three, role: distractor, optional: true}
"""
ROW = {
    "code": "q1",
    "language": "en",
    "question": "A club must pick its next trip.",
    "one": "Go to the sea",
    "one_values": "Hedonism; self direction",
    "two": "Go to the archive",
    "two_values": "UNIVERSALISM",
    "sign": "-1",
    "two_rule": "seek-records",
    "three": "Print new badges",
    "topic": "trips",
    "author": None,
    "year": 1998,
}


def read(path: Path, mapping: Path, **options: str) -> Imported:
    return importer("table").read(path, ImportOptions(mapping=mapping, **options))  # type: ignore[arg-type]


def test_every_part_of_the_mapping_reaches_the_item(write: Write, accounted: Callable[[Imported], None]) -> None:
    imported = read(write("t.json", [ROW]), write("m.yaml", MAPPING))
    accounted(imported)
    (item,) = imported.items
    value, rule = ExpressionKind.VALUE, ExpressionKind.RULE
    assert item.options[0].expresses == (
        Expression(value, "hedonism", 1),
        Expression(value, "self-direction", 1),
        Expression(value, "tradition", -1),
    )
    assert item.options[1].expresses == (Expression(value, "universalism", -1), Expression(rule, "seek-records", 1))
    assert item.options[2].role is Role.DISTRACTOR
    assert item.options[2].expresses == ()
    assert (item.kind, item.lang, item.framework) == (ItemKind.DILEMMA, "en", "schwartz")
    assert (item.source, item.parallel_id) == ("Campus v1", "Campus v1/q1")
    assert item.clusters == ("topic:trips",)
    assert item.meta == {"code": "q1", "year": "1998"}
    assert item.mapped


def test_the_same_table_in_every_file_type_gives_the_same_items(write: Write, tmp_path: Path) -> None:
    mapping = write("m.yaml", MAPPING)
    texts = [{name: None if cell is None else str(cell) for name, cell in ROW.items()}]
    frame = pl.DataFrame(texts, schema=dict.fromkeys(ROW, pl.String))
    frame.write_csv(tmp_path / "t.csv")
    frame.write_csv(tmp_path / "t.tsv", separator="\t")
    frame.write_parquet(tmp_path / "t.parquet")
    write_xlsx(frame, tmp_path / "t.xlsx")
    write("t.jsonl", json.dumps(ROW))
    ids = {
        file: [item.id for item in read(tmp_path / file, mapping).items]
        for file in ("t.csv", "t.tsv", "t.parquet", "t.xlsx", "t.jsonl")
    }
    assert len({tuple(found) for found in ids.values()}) == 1, ids


def test_bad_rows_are_rejected_with_row_column_and_reason(write: Write, accounted: Callable[[Imported], None]) -> None:
    rows = [
        ROW,
        {**ROW, "question": "The same code again."},
        {**ROW, "code": "q2", "question": "  "},
        {**ROW, "code": "q3", "question": "Labels.", "one_values": "Hedonism; Punctuality"},
        {**ROW, "code": "q4", "question": "Signs.", "sign": "maybe"},
        {**ROW, "code": "q5", "question": "Contradiction.", "one_values": "Tradition"},
        {**ROW, "code": "q6", "question": "No second side.", "two": None},
        {**ROW, "code": "q7", "question": "Twins.", "two": ROW["one"]},
        {**ROW, "code": "q8", "question": "No third option.", "three": None},
    ]
    imported = read(write("t.jsonl", "\n".join(json.dumps(row) for row in rows)), write("m.yaml", MAPPING))
    accounted(imported)
    assert [(r.row, r.column) for r in imported.rejected] == [
        (2, None),
        (3, "question"),
        (4, "one_values"),
        (5, "sign"),
        (6, "one"),
        (7, "two"),
        (8, "three"),
    ]
    reasons = [r.reason for r in imported.rejected]
    assert reasons[0] == "duplicate of row 1"
    assert "Punctuality" in reasons[2]
    assert reasons[4] == "one option both endorses and opposes tradition"
    assert [item.meta["code"] for item in imported.items] == ["q1", "q8"]
    assert len(imported.items[1].options) == 2


def test_open_items_need_only_a_prompt(write: Write) -> None:
    imported = read(write("t.csv", "q\n你会怎么做？\n"), write("m.yaml", "source: mine\nprompt: q\n"))
    (item,) = imported.items
    assert (item.kind, item.options, item.mapped, item.lang) == (ItemKind.OPEN, (), False, "zh")


def test_a_framework_beside_the_mapping_is_found(write: Write) -> None:
    write(
        "tastes.yaml",
        "id: tastes\nversion: 1\nlanguages: [en]\nnames: {en: Tastes}\nlevels: [{id: taste, names: {en: Taste}}]\n"
        "values:\n  - {id: sweet, level: taste, names: {en: Sweet}, definitions: {en: Like sugar.}}\n"
        "  - {id: sour, level: taste, names: {en: Sour}, definitions: {en: Like lemons.}}\n",
    )
    mapping = (
        "source: mine\nframework: tastes.yaml\nprompt: q\noptions:\n"
        "  - {text: a, expresses: [{label: SWEET}]}\n  - {text: b, expresses: [{column: v}]}\n"
    )
    (item,) = read(write("t.csv", "q,a,b,v\nDessert?,Cake,Sorbet,Sour\n"), write("m.yaml", mapping)).items
    assert item.framework == "tastes"
    assert [side.expresses[0].target for side in item.options] == ["sweet", "sour"]


@pytest.mark.parametrize(
    ("mapping", "what"),
    [
        ("prompt: q\n", "source"),
        ("source: s\nprompt: q\ncolour: red\n", "colour"),
        ("source: s\nprompt: q\noptions: [{text: a}]\n", "one option is no choice"),
        ("source: s\nprompt: q\noptions: [{text: a, expresses: [{}]}, {text: b}]\n", "either column or label"),
        ("source: s\nprompt: q\noptions: [{text: a, role: hero}, {text: b}]\n", "options > 0 > role"),
        ("source: s\nprompt: q\nlevel: basic\n", "level needs a framework"),
        ("source: s\nprompt: [q\n", "not YAML"),
        ("- source\n", "must be a mapping"),
        ("source: s\nprompt: question\n", "columns missing: question"),
        ("source: s\nprompt: q\nframework: tarot\n", "tarot"),
        (
            "source: s\nprompt: q\nframework: schwartz\noptions:\n"
            "  - {text: a, expresses: [{label: Punctuality}]}\n  - {text: b}\n",
            "Punctuality",
        ),
    ],
)
def test_a_wrong_mapping_is_one_clear_line(mapping: str, what: str, write: Write) -> None:
    with pytest.raises(InputError, match=what) as caught:
        read(write("t.csv", "q,a,b\nWhere?,Here,There\n"), write("m.yaml", mapping))
    assert "\n" not in str(caught.value)


def test_the_format_needs_a_mapping(write: Write) -> None:
    with pytest.raises(InputError, match="mapping"):
        importer("table").read(write("t.csv", "q\nWhy?\n"), ImportOptions())


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "q": st.sampled_from(["", "nan", "Where?", "Why?", "何时？"]) | st.text("ab何 \n\"'", max_size=4),
            "a": st.sampled_from(["", "left", "right"]),
            "b": st.sampled_from(["", "left", "right"]),
            "v": st.sampled_from(["", "Power", "power、Security", "Nonsense", "['Power', nan]", "[Power"]),
        }
    ),
    min_size=1,
    max_size=12,
)
PLAIN = """
source: mine
framework: schwartz
level: basic
prompt: q
options:
  - {text: a, expresses: [{column: v}]}
  - {text: b}
"""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ROWS)
def test_whatever_the_rows_hold_each_is_an_item_or_rejected(
    rows: list[dict[str, str]], write: Write, accounted: Callable[[Imported], None]
) -> None:
    imported = read(write("t.json", rows), write("m.yaml", PLAIN))
    accounted(imported)
    assert imported.source_rows == len(rows)
    for item in imported.items:
        assert item.prompt
        assert len({option.text for option in item.options}) == 2
        assert {e.target for option in item.options for e in option.expresses} <= {"power", "security"}
