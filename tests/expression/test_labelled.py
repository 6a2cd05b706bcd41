from __future__ import annotations

from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.expression.labelled import Labelled, read_labelled
from axiometer.expression.splits import SplitKind, split
from axiometer.frameworks import load_framework

VALUECSV = Path(__file__).parents[3] / "shared" / "data" / "valuecsv" / "ValueCSV_dev.xlsx"


def read(path: Path, content: str) -> Labelled:
    path.write_text(content, encoding="utf-8")
    return read_labelled(path, load_framework("core-socialist-values"), level="core")


def test_labels_stand_in_columns_named_after_values(tmp_path: Path) -> None:
    data = read(tmp_path / "t.csv", "text,Rule of Law_scr,自由,note\n甲守法,1,0,x\n乙自在,0,1,y\n")
    assert data.values == ("rule-of-law", "freedom")
    assert data.targets.tolist() == [[1, 0], [0, 1]]
    assert data.account.ignored == ("note",)


def test_labels_stand_in_one_column_that_lists_them(tmp_path: Path) -> None:
    data = read(tmp_path / "t.csv", "text,values\n甲,法治、自由\n乙,\n丙,Freedom\n")
    assert data.values == ("freedom", "rule-of-law")
    assert data.targets.tolist() == [[1, 1], [0, 0], [1, 0]]


def test_a_totals_row_is_no_text_and_a_row_without_text_is_named(tmp_path: Path) -> None:
    data = read(tmp_path / "t.csv", "text,freedom,justice\na b,1,0\n,0,0\nc d,1,1\n,2,1\n")
    assert len(data) == 2
    assert (data.account.empty, data.account.totals) == ((3,), (5,))


def test_a_row_of_other_numbers_is_no_totals_row(tmp_path: Path) -> None:
    data = read(tmp_path / "t.csv", "text,freedom,justice\na b,1,0\nc d,1,1\n,2,2\n")
    assert (data.account.empty, data.account.totals) == ((4,), ())


@pytest.mark.parametrize("said", ["2", "yes", "", "nan", "-1", "0.5"])
def test_a_label_that_is_neither_0_nor_1_is_told_with_its_row_and_column(tmp_path: Path, said: str) -> None:
    with pytest.raises(InputError, match="neither 0 nor 1") as told:
        read(tmp_path / "t.csv", f"text,freedom,justice\na b,1,0\nc d,1,{said}\n")
    assert (told.value.row, told.value.column) == (3, "justice")


def test_repeated_texts_are_named_and_those_with_other_labels(tmp_path: Path) -> None:
    data = read(tmp_path / "t.csv", "text,freedom\na b,1\na b,1\na b,0\n")
    assert (data.account.repeated, data.account.disagreeing) == ((3, 4), (4,))


def test_no_text_stands_on_two_sides_of_a_split(tmp_path: Path) -> None:
    lines = "".join(f"text {n % 60},{n % 2}\n" for n in range(120))
    data = read(tmp_path / "t.csv", "text,freedom\n" + lines)
    for kind in (SplitKind.RANDOM,):
        sides = split(data, kind, seed=3)
        words = [{data.texts[place] for place in side} for side in (sides.train, sides.validation, sides.test)]
        assert not words[0] & words[1] and not words[1] & words[2] and not words[0] & words[2]
        assert sum(map(len, (sides.train, sides.validation, sides.test, sides.moved))) == len(data)


def test_texts_of_a_group_stay_together(tmp_path: Path) -> None:
    lines = "".join(f"text {n},{n % 2},book {n % 25}\n" for n in range(200))
    data = read(tmp_path / "t.csv", "text,freedom,group\n" + lines)
    sides = split(data, SplitKind.GROUPED, seed=1)
    assert data.groups is not None
    groups = [{data.groups[place] for place in side} for side in (sides.train, sides.validation, sides.test)]
    assert not groups[0] & groups[1] and not groups[0] & groups[2] and not groups[1] & groups[2]


def test_a_split_is_the_same_for_the_same_seed_and_another_for_another(tmp_path: Path) -> None:
    data = read(tmp_path / "t.csv", "text,freedom\n" + "".join(f"text {n},{n % 2}\n" for n in range(100)))
    assert split(data, SplitKind.RANDOM, 1) == split(data, SplitKind.RANDOM, 1) != split(data, SplitKind.RANDOM, 2)


@pytest.mark.skipif(not VALUECSV.exists(), reason="the published data are not here")
def test_the_published_file_ends_in_a_totals_row() -> None:
    data = read_labelled(VALUECSV, load_framework("core-socialist-values"), level="core")
    sides = split(data, SplitKind.AUTHORS)
    assert (len(data), len(data.values), data.account.totals) == (4_500, 12, (4_502,))
    assert (len(sides.train) + len(sides.moved), len(sides.validation), len(sides.test)) == (3_500, 1_000, 0)
