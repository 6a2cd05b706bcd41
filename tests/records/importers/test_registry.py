from __future__ import annotations

import csv
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.records.importers import ImportOptions, Rejected, importer, importers, write_rejects


def test_every_format_describes_itself_in_both_languages_in_one_line() -> None:
    for name, known in importers().items():
        assert known.name == name
        assert set(known.describe) == {"zh", "en"}
        assert all(text and "\n" not in text for text in known.describe.values())


def test_an_unknown_format_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="moralchoice"):
        importer("moral-choice")


@pytest.mark.parametrize("name", sorted(name for name, known in importers().items() if known.needs_file))
def test_every_format_refuses_a_missing_empty_or_foreign_file_in_one_line(name: str, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("source: mine\nprompt: question\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "header.csv").write_text("scene,options\n", encoding="utf-8")
    (tmp_path / "foreign.csv").write_text("year,city\n1998,Basel\n", encoding="utf-8")
    options = ImportOptions(mapping=mapping)
    wrong = {None: "needs a file", "absent.csv": "no such file", "empty.csv": "empty", "header.csv": "no rows"}
    for file, what in {**wrong, "foreign.csv": "columns missing"}.items():
        with pytest.raises(InputError, match=what) as caught:
            importer(name).read(tmp_path / file if file else None, options)
        assert "\n" not in str(caught.value)


def test_rejected_rows_are_written_for_people(tmp_path: Path) -> None:
    rejected = [Rejected("f.csv", 7, "scene", "empty", '{"scene": null}'), Rejected("f.csv", 9, None, "=bad", "{}")]
    write_rejects(rejected, tmp_path / "rejects.csv")
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.reader(handle))
    assert rows == [
        ["file", "row", "column", "reason", "raw"],
        ["f.csv", "7", "scene", "empty", '{"scene": null}'],
        ["f.csv", "9", "", "'=bad", "{}"],
    ]


def test_no_rejected_rows_still_give_a_file_with_its_header(tmp_path: Path) -> None:
    write_rejects([], tmp_path / "rejects.csv")
    assert (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig") == "file,row,column,reason,raw\n"
