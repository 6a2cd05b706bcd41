"""Sheets for raters: what goes out comes back, row by row, and no half of a file is ever taken."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from axiometer.annotate.project import Project
from axiometer.annotate.rater_sheets import SheetProblems, import_sheet, rater_table, read_label, write_sheets
from axiometer.annotate.starting import Wanted, numbered, start_project
from axiometer.annotate.tasks import load_task
from axiometer.annotate.units import make_unit
from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.records.corpus_rows import Rule
from axiometer.records.spreadsheets import read_source
from axiometer.records.tables import write_rows

from .conftest import rules


def fill(path: Path, cells: dict[int, dict[str, str]], target: Path | None = None) -> Path:
    """The sheet with some cells filled in, by number of the row from 0, as a spreadsheet program saves it."""
    source = read_source(path)
    rows = [{name: record.cells.get(name) or "" for name in source.columns} for record in source.records]
    for number, own in cells.items():
        rows[number] |= own
    out = target or path
    if out.suffix == ".csv":
        with out.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.DictWriter(handle, source.columns)
            writer.writeheader()
            writer.writerows(rows)
    else:
        with xlsxwriter.Workbook(str(out)) as book:
            sheet = book.add_worksheet()
            for column, name in enumerate(source.columns):
                sheet.write_string(0, column, name)
                for number, row in enumerate(rows, 1):
                    if row[name].lstrip("-").isdigit():
                        sheet.write_number(number, column, float(row[name]))
                    else:
                        sheet.write_string(number, column, row[name])
    return out


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_labels_of_a_sheet_are_the_options_numbers_in_the_items_own_order(choosing: Project, ending: str) -> None:
    first, second = write_sheets(choosing, ending=ending)
    fill(first, {number: {"label": "1"} for number in range(7)})
    done = import_sheet(choosing, first)
    assert (done.rater, done.labels, done.empty, done.changed) == ("R01", 7, 0, 7)
    with choosing.store() as store:
        standing = store.standing("R01")
    assert {row.unit: str(row.order[0]) for row in choosing.assignments["R01"]} == {
        unit: kept.value for unit, kept in standing.items()
    }
    assert second.exists() and len({kept.value for kept in standing.values()}) > 1


def test_no_cell_of_a_sheet_is_a_formula_and_the_texts_come_back(choosing: Project) -> None:
    path = write_sheets(choosing, ending=".csv")[0]
    raw = [cell for row in csv.reader(path.open(encoding="utf-8-sig", newline="")) for cell in row]
    assert not [cell for cell in raw if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert any(cell.startswith("'=Situation") for cell in raw) and any(cell.startswith("'@Leave") for cell in raw)
    xlsx = write_sheets(choosing, ending=".xlsx")[0]
    assert {record.cells["text"] for record in read_source(xlsx).records} >= {
        "=Situation 1, in which one may do one thing or another."
    }
    fill(path, {0: {"label": "2"}})
    assert import_sheet(choosing, path).labels == 1


def test_the_second_sheet_and_the_file_beside_hold_instructions_in_both_languages(ruling: Project) -> None:
    import fastexcel

    path = write_sheets(ruling)[0]
    book = fastexcel.read_excel(path)
    notes = "\n".join(book.load_sheet(1, header_row=None, dtypes="string").to_polars().to_series().drop_nulls())
    write_sheets(ruling, ending=".csv")
    for told in (notes, (ruling.folder / "sheets" / "instructions.txt").read_text(encoding="utf-8")):
        assert "-1 = 相悖（改写）" in told and "-1 = contradicts (rewrite)" in told
        assert ruling.retention.isoformat() in told and "withdraw" in told and "撤回" in told and "{" not in told


def test_every_row_that_cannot_be_used_is_told_and_nothing_is_taken(ruling: Project) -> None:
    path = write_sheets(ruling, ending=".csv")[0]
    fill(
        path,
        {
            0: {"label": "2"},
            1: {"label": "1"},
            2: {"label": "", "rewrite": "words"},
            3: {"text": "another"},
            4: {"id": "u000000000000", "label": "0"},
            5: {"sheet": "s0-R09", "label": "0"},
            6: {"rewrite": "x" * 5000},
        },
    )
    with pytest.raises(SheetProblems, match="6 rows cannot be used") as problems:
        import_sheet(ruling, path)
    told = [str(error).removeprefix(f"{path}, ") for error in problems.value.errors]
    assert told[0] == "line 2, column 'label': '2' is not a label (labels: -1, 0, 1, skip)"
    assert [line.split(":")[0] for line in told[1:]] == [
        "line 4, column 'label'",
        "line 5, column 'text'",
        "line 6, column 'id'",
        "line 7, column 'sheet'",
        "line 8, column 'rewrite'",
    ]
    with ruling.store() as store:
        assert store.labels() == []


def test_a_row_that_stands_twice_is_told(ruling: Project) -> None:
    path = write_sheets(ruling, ending=".csv")[0]
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(SheetProblems) as problems:
        import_sheet(ruling, fill(path, {0: {"label": "0"}, 7: {"label": "1"}}))
    assert [error.row for error in problems.value.errors] == [9]


def test_a_corrected_sheet_replaces_and_the_same_sheet_changes_nothing(ruling: Project) -> None:
    path = write_sheets(ruling)[1]
    fill(path, {0: {"label": "-1", "rewrite": "=other words"}, 1: {"label": "fits"}, 2: {"label": "跳过"}})
    done = import_sheet(ruling, path, "R02")
    assert (done.rater, done.labels, done.skipped, done.empty, done.changed) == ("R02", 2, 1, 4, 3)
    assert import_sheet(ruling, path).changed == 0
    assert import_sheet(ruling, fill(path, {1: {"label": "无关"}})).changed == 1
    with ruling.store() as store:
        found = [store.standing("R02")[row.unit] for row in ruling.assignments["R02"][:3]]
    assert [(kept.value, kept.rewrite) for kept in found] == [("-1", "=other words"), ("0", None), (None, None)]
    with pytest.raises(InputError, match="the sheet of R02, not of R01"):
        import_sheet(ruling, path, "R01")


def test_a_filled_sheet_is_not_written_over(ruling: Project, tmp_path: Path) -> None:
    write_sheets(ruling)
    with pytest.raises(InputError, match="may be filled in"):
        write_sheets(ruling)
    assert len(write_sheets(ruling, tmp_path / "others")) == 3


def test_a_sheet_of_another_project_or_without_labels_is_refused(ruling: Project, choosing: Project) -> None:
    path = write_sheets(ruling, ending=".csv")[0]
    with pytest.raises(InputError, match="no row has a label"):
        import_sheet(ruling, path)
    with pytest.raises(SheetProblems) as problems:
        import_sheet(choosing, path)
    assert "is no sheet of this project" in str(problems.value.errors[0])
    pl.DataFrame({"id": ["x"]}).write_csv(path)
    with pytest.raises(InputError, match="columns missing: sheet, label"):
        import_sheet(ruling, path)


def test_a_sheet_that_comes_too_late_is_refused(tmp_path: Path) -> None:
    write_rows(rules(4), Rule, tmp_path / "rules.parquet")
    wanted = Wanted(numbered(1), per_rater=2, overlap=0)
    project = start_project(load_task("rule"), tmp_path / "rules.parquet", tmp_path / "p", wanted).project
    path = fill(write_sheets(project, ending=".csv")[0], {0: {"label": "0"}})
    yesterday = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
    text = (tmp_path / "p/project.yaml").read_text(encoding="utf-8")
    (tmp_path / "p/project.yaml").write_text(
        text.replace(project.retention.isoformat(), yesterday.isoformat()), encoding="utf-8"
    )
    from axiometer.annotate.project import open_project
    from axiometer.errors import Refused

    assert open_project(tmp_path / "p").expired
    with pytest.raises(Refused, match=yesterday.isoformat()):
        import_sheet(open_project(tmp_path / "p"), path)


def test_several_labels_are_read_by_id_or_name_in_either_language() -> None:
    task = load_task("classify").of_framework(load_framework("core-socialist-values"), "core")
    unit = make_unit(subject="s", lang="zh", text="t")
    for said in ("freedom, equality", "自由、平等", "equality；Freedom", "equality,freedom,equality"):
        assert read_label(task, unit, (), said) == "freedom,equality"
    assert [read_label(task, unit, (), said) for said in ("none", "无", "skip")] == ["none", "none", None]
    for said in ("none, freedom", "friedom", "freedom equality"):
        with pytest.raises(InputError):
            read_label(task, unit, (), said)


def test_a_row_of_a_sheet_shows_nothing_of_what_is_expected(ruling: Project) -> None:
    table = rater_table(ruling, "R01")
    assert table.columns == ["sheet", "id", "lang", "context", "text", "label", "rewrite"] and table.height == 7
    checks = [unit for unit in ruling.units.values() if unit.is_check]
    assert checks and set(table["label"]) == {""} and table["id"].str.len_chars().unique().to_list() == [13]


@pytest.mark.parametrize("said", ["2", "2.0", "２", " ２．０ ", "option 2", "Option_2", "选项2", "(2)", "2.", "②"])
def test_an_option_is_its_number_however_it_was_typed(said: str) -> None:
    unit = make_unit(subject="s", lang="en", text="t", options=("one", "two", "three"))
    assert read_label(load_task("choose"), unit, (2, 0, 1), said) == "0"


def test_labels_are_read_in_full_width_with_any_minus_and_in_any_letters() -> None:
    unit = make_unit(subject="s", lang="zh", text="t", options=("one", "two", "three"))
    rule, choose = load_task("rule"), load_task("choose")
    assert [read_label(rule, unit, (), said) for said in ("－１", "−1", "-1.0", "+1", "１", "相符")] == [
        "-1",
        "-1",
        "-1",
        "1",
        "1",
        "1",
    ]
    assert [read_label(choose, unit, (0, 1, 2), said) for said in ("Refused", "ｓｋｉｐ", "无法决定。")] == [
        "refused",
        None,
        "undecided",
    ]


@pytest.mark.parametrize("said", ["0", "4", "-1", "1.5", "1,2", "12", "一", "refused, 1"])
def test_what_is_told_of_a_wrong_option_are_the_numbers_on_the_sheet(said: str) -> None:
    unit = make_unit(subject="s", lang="en", text="t", options=("one", "two", "three"))
    with pytest.raises(InputError, match=r"options: 1 to 3|labels: 1, 2, 3, undecided, refused, skip"):
        read_label(load_task("choose"), unit, (2, 0, 1), said)


def texts_project(folder: Path, texts: list[str]) -> Project:
    """All raters see all the texts; labels are values or `none`."""
    write_rows(
        [Rule(f"r{n}", (), "en", text, (), None, None, None, "test", f"t{n}", {}) for n, text in enumerate(texts)],
        Rule,
        folder / "r.parquet",
    )
    wanted = Wanted(raters=numbered(1), overlap=0.0, attention=0, framework="core-socialist-values", level="core")
    return start_project(load_task("classify"), folder / "r.parquet", folder / "p", wanted).project


TRICKY = [
    "=1+1",
    "'=1+1",
    "''=1",
    "＝1",
    "'plain",
    "-1 degree",
    "+86",
    "@home",
    "a;=cmd()",
    "x\n=1",
    "caf\u00e9 \U0001f600 \u2014 茶",
]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_texts_that_look_like_formulas_come_back_and_a_capital_none_is_a_label(tmp_path: Path, ending: str) -> None:
    project = texts_project(tmp_path, TRICKY)
    (sheet,) = write_sheets(project, ending=ending)
    fill(sheet, {number: {"label": ("None", "Freedom", "ＮＯＮＥ")[number % 3]} for number in range(len(TRICKY))})
    done = import_sheet(project, sheet)
    assert (done.labels, done.empty) == (len(TRICKY), 0)
    with project.store() as store:
        assert {kept.value for kept in store.labels()} == {"none", "freedom"}


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "utf-16"])
def test_a_csv_in_another_encoding_comes_back_though_it_lost_characters(tmp_path: Path, encoding: str) -> None:
    project = texts_project(tmp_path, [f"{text}; a sentence that is long enough" for text in TRICKY])
    (sheet,) = write_sheets(project, ending=".csv")
    fill(sheet, {number: {"label": "none"} for number in range(len(TRICKY))})
    saved = tmp_path / "saved.csv"
    text = sheet.read_text(encoding="utf-8-sig").replace("\U0001f600", "??" if encoding != "utf-16" else "\U0001f600")
    saved.write_bytes(text.replace(",", "\t").encode(encoding, errors="replace"))
    assert import_sheet(project, saved).labels == len(TRICKY)


def test_rows_and_columns_that_were_added_are_told_with_what_to_do(ruling: Project, tmp_path: Path) -> None:
    path = write_sheets(ruling, ending=".csv")[0]
    fill(path, {number: {"label": "1"} for number in range(7)})
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    blank = "," * lines[0].count(",")
    added = [*lines[:2], lines[2] + ",a remark", *lines[3:], f"total{blank}", blank[:-1] + "7,"]
    path.write_text("\n".join(added) + "\n", encoding="utf-8")
    with pytest.raises(SheetProblems) as problems:
        import_sheet(ruling, path)
    told = [str(error).removeprefix(f"{path}, ") for error in problems.value.errors]
    assert [line.split(": ", 1)[0] for line in told] == ["line 3", "line 9, column 'sheet'", "line 10, column 'sheet'"]
    assert "a column that has a heading" in told[0] and "delete added rows" in told[1] and "delete it" in told[2]
