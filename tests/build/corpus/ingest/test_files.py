from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import polars as pl
import pytest
import zstandard
from tests.build.corpus.ingest.conftest import Ingest

from axiometer.build.corpus.ingest import IngestOptions, check_sources, estimate_rows, first_texts
from axiometer.errors import InputError
from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.records.tables import write_rows

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"
RULES = [
    "人应当诚实，不可对朋友说谎。",
    "帮助有困难的邻居是好事。",
    "It is wrong to lie to a friend.",
    "Children should help at home.",
]


def csv_of(rows: list[str], header: str = "text") -> str:
    return "\n".join([header, *(f'"{row}"' for row in rows)]) + "\n"


def json_lines(rows: list[str]) -> str:
    return "".join(json.dumps({"text": row}, ensure_ascii=False) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("plain.csv", csv_of(RULES).encode()),
        ("marked.csv", csv_of(RULES).encode("utf-8-sig")),
        ("gbk.csv", csv_of(RULES).encode("gbk")),
        ("utf16.csv", csv_of(RULES).encode("utf-16")),
        ("unmarked.csv", csv_of(RULES).encode("utf-16-le")),
        ("windows.csv", csv_of(RULES).replace("\n", "\r\n").encode()),
        ("mac.csv", csv_of(RULES).replace("\n", "\r").encode()),
        ("tabs.tsv", csv_of(RULES).encode()),
        ("packed.csv.gz", gzip.compress(csv_of(RULES).encode())),
        ("packed.jsonl.zst", zstandard.compress(json_lines(RULES).encode())),
        ("frames.jsonl.zst", b"".join(zstandard.compress(json_lines([row]).encode()) for row in RULES)),
        ("lines.jsonl", json_lines(RULES).encode()),
        ("lines.ndjson", json_lines(RULES).replace("\n", "\n\n").encode("gbk")),
        ("array.json", json.dumps([{"text": row} for row in RULES]).encode()),
        ("array.json.gz", gzip.compress(json.dumps([{"text": row} for row in RULES]).encode())),
    ],
)
def test_the_same_texts_come_out_of_every_format_and_encoding(
    run: Ingest, tmp_path: Path, name: str, data: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    found = run(file)
    assert found.words == RULES
    assert [text.lang for text in found.texts] == ["zh", "zh", "en", "en"]
    assert found.texts[1].source.startswith(name + ":")


def test_spreadsheets_and_parquet_are_read(run: Ingest, tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [1, 2, 3, None], "content": [*RULES[:3], None], "note": ["a", "b", "c", "total"]})
    frame.write_excel(tmp_path / "a.xlsx")
    frame.write_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.parquet.zst").write_bytes(zstandard.compress((tmp_path / "a.parquet").read_bytes()))
    for name, rows in (("a.xlsx", "2"), ("a.parquet", "1"), ("b.parquet.zst", "1")):
        found = run(tmp_path / name, folder=f"out-{name}")
        assert found.words == RULES[:3]
        assert found.ends == ["kept", "kept", "kept", "no text in it"]
        assert found.texts[0].source == f"{name}:{rows}"


def test_text_files_are_documents_or_lines(run: Ingest, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n\n".join(RULES), encoding="gb18030")
    (tmp_path / "b.html").write_text("<html><body><p>Be honest with friends.</p></body></html>", encoding="utf-8")
    assert run(tmp_path / "a.txt", folder="documents").words == ["\n\n".join(RULES)]
    lines = run(tmp_path / "a.txt", folder="lines", lines=True)
    assert lines.words == RULES
    assert [text.source for text in lines.texts] == ["a.txt:1", "a.txt:3", "a.txt:5", "a.txt:7"]
    assert run(tmp_path / "b.html", folder="html").words == ["Be honest with friends."]


def test_quoted_line_breaks_stay_and_rows_are_numbered_by_line(run: Ingest, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'id;text\n1;"Be honest;\nalways and ever"\n\n2;"Help ""all"" others"\n', encoding="utf-8"
    )
    found = run(tmp_path / "a.csv", id_column="id")
    assert found.words == ["Be honest;\nalways and ever", 'Help "all" others']
    assert [(text.source, text.meta) for text in found.texts] == [("a.csv:2", {"id": "1"}), ("a.csv:5", {"id": "2"})]


def test_a_long_text_becomes_pieces_of_one_document(run: Ingest, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("".join(f"第{n}条：人应当诚实，不可说谎。" for n in range(400)), encoding="utf-8")
    found = run(tmp_path / "a.txt", max_characters=1_000)
    assert len(found.texts) > 5
    assert len({text.parent_ids for text in found.texts}) == 1
    assert [text.meta["piece"] for text in found.texts] == [
        f"{n}/{len(found.texts)}" for n in range(1, len(found.texts) + 1)
    ]
    assert "".join(found.words) == (tmp_path / "a.txt").read_text(encoding="utf-8")


def test_what_a_table_says_of_its_texts_is_kept(run: Ingest, tmp_path: Path) -> None:
    rows = [
        {
            "正文": RULES[0],
            "媒体": "日报",
            "国家": "中国",
            "日期": "2019年10月17日",
            "网址": "https://example.org/1",
            "语言": "zh-CN",
        },
        {"正文": RULES[2], "媒体": None, "日期": "a Tuesday", "license": "CC BY 4.0", "语言": "klingon language"},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    first, second = run(tmp_path / "a.jsonl").texts
    assert (first.outlet, first.nation, first.date, first.url) == (
        "日报",
        "中国",
        "2019-10-17",
        "https://example.org/1",
    )
    assert (second.outlet, second.date, second.lang) == (None, None, "en")
    assert second.meta == {"licence": "CC BY 4.0", "date": "a Tuesday"}


def test_a_given_language_holds_for_all(run: Ingest, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json_lines(["Lorem ipsum dolor sit amet"]), encoding="utf-8")
    assert [text.lang for text in run(tmp_path / "a.jsonl", lang="la").texts] == ["la"]


# -- what is wrong with rows and files --------------------------------------------------------------------------------


def test_every_row_that_is_no_text_says_why(run: Ingest, tmp_path: Path) -> None:
    mojibake = (RULES[0] * 4).encode().decode("gb18030", "replace")
    rows: list[object] = [
        {"text": RULES[0]},
        {"text": ""},
        {"text": None, "total": 5},
        {"text": float("nan")},
        {"text": "1234 5678"},
        {"text": "ok"},
        {"text": "人应当\ufffd\ufffd诚实"},
        {"text": mojibake},
        {"text": "\x00\x01\x02\x03 binary"},
        {"text": ["a", "list"]},
        ["no", "record"],
        {"text": RULES[0].replace("，", "，\n")},
        {"text": "<p> </p><br>"},
    ]
    lines = [json.dumps(row) for row in rows]
    lines.insert(5, '{"text": "broken')
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = run(tmp_path / "a.jsonl")
    assert found.ends == [
        *("kept", "empty", "no text in it", "empty", "no text in it", "not JSON", "too short", "damaged characters"),
        *("damaged characters", "not a text", "a text is expected", "not a record", "same words as an earlier text"),
        "no text in it",
    ]
    account = found.folder.account()
    assert (account.kept, sum(account.dropped.values()), sum(account.failed.values())) == (1, 10, 3)
    assert (found.fates[5].note or "").startswith("a.jsonl:6: ")


def test_one_bad_row_of_a_table_spoils_no_other(run: Ingest, tmp_path: Path) -> None:
    data = csv_of(RULES, "text,n").encode().replace(b'"It is', b'"stray" quote, "It is')
    data = data.replace("邻居".encode(), b"\xff\xfe").replace(b"should help", b"should\0 help")
    (tmp_path / "a.csv").write_bytes(data + b"one,two,three,four\n" + b'"never closed\n')
    found = run(tmp_path / "a.csv")
    assert found.words == [RULES[0], RULES[3]]
    assert found.ends == [
        "kept",
        "damaged characters",
        "malformed row",
        "kept",
        "more cells than columns",
        "malformed row",
    ]


def test_a_file_that_becomes_another_encoding_loses_only_those_rows(run: Ingest, tmp_path: Path) -> None:
    good = "".join(f"第{n}条，人应当诚实，不可说谎。\n" for n in range(300))
    (tmp_path / "a.txt").write_bytes(
        good.encode() + "这一行是另外一种编码写成的文字\n".encode("gbk") + b"It is wrong to lie.\n"
    )
    found = run(tmp_path / "a.txt", lines=True)
    assert found.ends.count("kept") == 301
    assert found.ends[300] == "damaged characters"


def test_an_encoding_that_begins_late_is_told(run: Ingest, tmp_path: Path) -> None:
    english = "".join(f"Rule number {n} says that it is wrong to lie.\n" for n in range(9_000))
    (tmp_path / "a.txt").write_bytes(english.encode() + f"{RULES[0]}\n{RULES[1]}\n".encode("gbk"))
    assert run(tmp_path / "a.txt", lines=True).words[-2:] == RULES[:2]


def test_unreadable_files_are_rows_of_their_own_and_the_others_go_on(run: Ingest, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    packed = gzip.compress("\n".join(f"Rule {n}: it is wrong to lie." for n in range(20_000)).encode())
    (folder / "a.txt").write_bytes(b"")
    (folder / "b.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    (folder / "c.jsonl.gz").write_bytes(b"no gzip at all")
    (folder / "d.xlsx").write_bytes(b"no spreadsheet")
    (folder / "e.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    (folder / "f.csv").write_text("text\n", encoding="utf-8")
    (folder / "g.jsonl.zst").write_bytes(zstandard.compress(json_lines(RULES).encode())[:-9])
    (folder / "h.parquet").write_bytes(b"PAR1 or not")
    (folder / "i.json").write_text("{", encoding="utf-8")
    (folder / "j.txt.gz").write_bytes(packed[: len(packed) // 2])
    (folder / "k.txt").write_text(RULES[2], encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    found = run(folder, lines=False)
    unreadable = "unreadable file"
    assert found.ends == [
        *(
            "empty",
            unreadable,
            unreadable,
            unreadable,
            "not a text",
            "empty",
            unreadable,
            unreadable,
            unreadable,
            unreadable,
        ),
        "kept",
    ]
    assert all((fate.note or "").startswith("texts/") for fate in found.fates[:-1])
    assert check_sources([folder], IngestOptions()).skipped == 1


def test_rows_before_the_damage_of_a_file_are_kept(run: Ingest, tmp_path: Path) -> None:
    packed = gzip.compress("\n".join(f"Rule {n}: it is wrong to lie {n * n}." for n in range(30_000)).encode())
    (tmp_path / "a.txt.gz").write_bytes(packed[: len(packed) // 2])
    ends = run(tmp_path / "a.txt.gz", lines=True).ends
    assert ends.count("kept") > 5_000
    assert ends[-1] == "unreadable file" and set(ends[:-1]) == {"kept"}


def test_a_huge_line_is_one_failed_row_in_flat_memory(run: Ingest, tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("w", encoding="utf-8") as handle:
        handle.write(f"{RULES[2]}\n")
        for _ in range(20):
            handle.write("no line end at all " * 50_000)
        handle.write(f"\n{RULES[3]}\n")
    found = run(tmp_path / "a.txt", lines=True)
    assert found.ends == ["kept", "too long for a text", "kept"]
    assert found.words == RULES[2:]


def test_the_totals_row_of_a_published_table_is_no_text(run: Ingest) -> None:
    file = DATA / "valuecsv" / "ValueCSV_dev.xlsx"
    if not file.exists():
        pytest.skip("the published data are not there")
    found = run(file)
    account = found.folder.account()
    assert (account.rows, account.kept) == (4_501, 4_496)
    assert account.dropped == {"same words as an earlier text": 4, "no text in it": 1}
    assert found.ends[-1] == "no text in it"
    assert {text.lang for text in found.texts} == {"zh"}


# -- finding files and columns ----------------------------------------------------------------------------------------


def test_folders_globs_and_files_are_read_once_in_order(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.txt", "b/c/3.txt.gz", "b/.hidden.txt", "b/.git/x.txt", "b/notes.docx", "a.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(json_lines(RULES[:1]).encode())
    sources = check_sources([tmp_path / "a.jsonl", tmp_path / "b", str(tmp_path / "**" / "*.txt")], IngestOptions())
    assert [file.label for file in sources.files] == ["a.jsonl", "b/1.txt", "b/2.txt", "b/c/3.txt.gz"]
    assert sources.skipped == 1


def test_a_corpus_among_the_texts_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "corpora" / "try" / "stages").mkdir(parents=True)
    (tmp_path / "corpora" / "try" / "corpus.yaml").write_text("", encoding="utf-8")
    (tmp_path / "corpora" / "try" / "stages" / "x.txt").write_text(RULES[1], encoding="utf-8")
    (tmp_path / "a.txt").write_text(RULES[0], encoding="utf-8")
    assert [file.label for file in check_sources([tmp_path], IngestOptions()).files] == [f"{tmp_path.name}/a.txt"]


def test_names_and_fields_with_broken_characters_do_no_harm(run: Ingest, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    try:
        (folder / os.fsdecode(b"b\xff.txt")).write_text(RULES[0], encoding="utf-8")
    except OSError:
        pytest.skip("file names are Unicode here")
    row = '{"text": "It is wrong to lie.", "url": "x\\ud800", "id": "\\ud83d", "license": "\\udc00 CC"}'
    (folder / "a.jsonl").write_text(row, encoding="utf-8")
    (folder / "c.csv").write_text('"text"x,n\n"a",1\n', encoding="utf-8")
    found = run(folder, lines=True)
    assert found.ends == ["kept", "kept", "unreadable file"]
    assert [text.source for text in found.texts] == ["texts/a.jsonl:1", "texts/b\ufffd.txt:1"]
    assert (found.texts[0].url, found.texts[0].meta) == ("x\ufffd", {"licence": "\ufffd CC"})


def test_files_of_the_same_name_are_told_apart(run: Ingest, tmp_path: Path) -> None:
    for folder, rule in (("x", RULES[0]), ("y", RULES[1])):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(rule, encoding="utf-8")
    found = run(tmp_path / "x" / "a.txt", tmp_path / "y" / "a.txt")
    assert len({text.source for text in found.texts}) == 2


def test_a_table_of_rules_is_no_text(tmp_path: Path) -> None:
    write_rows([make_rule(lang="en", text=RULES[2], origin="test")], Rule, tmp_path / "rules.parquet")
    (tmp_path / "a.txt").write_text(RULES[0], encoding="utf-8")
    sources = check_sources([tmp_path], IngestOptions())
    assert [file.label for file in sources.files] == [f"{tmp_path.name}/a.txt"]
    assert sources.rule_tables == (tmp_path / "rules.parquet",)


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("text,content", f"{RULES[2]},{RULES[3]}", "several columns may hold the texts: 'text', 'content'"),
        ("n,date", "1,2019-01-01", "no column is seen to hold texts: 'n', 'date'"),
        (RULES[2] * 3, RULES[3], "the first row is no header"),
        ("title,summary", f"{RULES[2]},{RULES[3]}", "several columns may hold the texts: 'title', 'summary'"),
    ],
)
def test_a_column_is_not_guessed(tmp_path: Path, header: str, row: str, message: str) -> None:
    (tmp_path / "a.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        check_sources([tmp_path / "a.csv"], IngestOptions())


def test_the_only_prose_of_a_table_is_its_text(run: Ingest, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"n,rot,link\n1,{RULES[2]},https://example.org/a-long-address\n", encoding="utf-8")
    assert run(tmp_path / "a.csv").words == [RULES[2]]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("nowhere", {}, "no such file or folder"),
        ("*.nothing", {}, "no file matches"),
        ("a.docx", {}, "files of this kind are not read"),
        ("a.csv", {"text_column": "words"}, "there is no column 'words'.*it has 'text'"),
        ("a.csv", {"id_column": "key"}, "there is no column 'key'"),
        ("bad.csv", {}, "columns with the same name"),
        ("empty", {}, "there are no texts in"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    run: Ingest, tmp_path: Path, name: str, options: dict[str, object], message: str
) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK")
    (tmp_path / "a.csv").write_text(csv_of(RULES), encoding="utf-8")
    (tmp_path / "bad.csv").write_text("text,text\na,b\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=message):
        run(tmp_path / name, **options)
    assert not (tmp_path / "out").exists()


def test_rows_are_estimated_before_they_are_read(tmp_path: Path) -> None:
    rows = [f"Rule number {n} says that it is wrong to lie to a friend." for n in range(30_000)]
    (tmp_path / "a.jsonl").write_text(json_lines(rows), encoding="utf-8")
    (tmp_path / "b.csv").write_text(csv_of(rows[:50]), encoding="utf-8")
    sources = check_sources([tmp_path / "a.jsonl", tmp_path / "b.csv"], IngestOptions())
    assert estimate_rows(sources, IngestOptions()) == pytest.approx(30_050, rel=0.1)
    assert estimate_rows(sources, IngestOptions(limit=100)) == 100
    assert [text.text for text in first_texts(sources, IngestOptions(limit=3), 10)] == rows[:3]
