"""Sheets of free answers and the labels that come back: what is shown, what is hidden, what counts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer import measure
from axiometer.annotate.labels import import_labels
from axiometer.annotate.sheets import shared_out, write_sheet
from axiometer.errors import InputError
from axiometer.measure import Design, MeasureOptions, Respondent
from axiometer.measure.labels import SHEETS, Drawn
from axiometer.measure.merge import merge_runs
from axiometer.measure.reading import read_free_answers, read_run_labels
from axiometer.models.registry import open_model
from axiometer.models.simulated import Profile, Refusals, SimulatedRespondent
from axiometer.records import Expression, ExpressionKind, Item, ItemKind, Mode, Option, make_item
from axiometer.records.exports import write_xlsx
from axiometer.records.spreadsheets import read_source
from axiometer.records.tables import read_rows, write_rows

JUDGED = Design(mode=Mode.JUDGED)


def statement(number: int, lang: str) -> Item:
    texts = {
        "en": (f"Should street {number} be closed to cars?", f"Close street {number}.", f"Leave street {number} open."),
        "de": (f"Soll Straße {number} autofrei werden?", f"Straße {number} sperren.", f"Straße {number} offen lassen."),
    }[lang]
    options = tuple(
        Option(text, expresses=(Expression(ExpressionKind.POSITION, "Mercury 2020", sign),))
        for text, sign in zip(texts[1:], (1, -1), strict=True)
    )
    return make_item(
        kind=ItemKind.STATEMENT, lang=lang, prompt=texts[0], options=options, clusters=(f"c{number}",), source="test"
    )


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two respondents: 40 items in English, 15 in German."""
    folder = tmp_path_factory.mktemp("annotate")
    items = [statement(number, "en") for number in range(40)] + [statement(number, "de") for number in range(15)]
    write_rows(items, Item, folder / "items.parquet")
    shy = Profile(name="shy", values={"Mercury 2020": 0.5}, refusals=Refusals(default=0.2), invalid=0.1, seed=6)
    judge = Respondent(open_model("sim/judge"))
    people = ["sim/balanced", SimulatedRespondent(shy)]
    measure(folder / "items.parquet", people, folder / "run", design=JUDGED, options=MeasureOptions(judge=judge))
    return folder / "run"


@pytest.fixture
def run(original: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(original, tmp_path / "run"))


def filled(file: Path, labels: dict[int, str], name: str) -> Path:
    """The sheet with what a person wrote into rows (from 0)."""
    table = pl.read_csv(file, infer_schema=False)
    written = [labels.get(row, "") for row in range(table.height)]
    path = file.with_name(name)
    table.with_columns(label=pl.Series(written, dtype=pl.String)).write_csv(path)
    return path


def keys(run: Path) -> dict[str, Drawn]:
    return {drawn.subject: drawn for path in (run / SHEETS).glob("*.parquet") for drawn in read_rows(path, Drawn)}


@given(st.integers(0, 300), st.lists(st.integers(0, 90), min_size=1, max_size=6))
def test_rows_are_shared_out_evenly_as_far_as_there_are_any(n: int, sizes: list[int]) -> None:
    shares = shared_out(n, sizes)
    assert sum(shares) == min(n, sum(sizes)) and all(
        0 <= share <= size for share, size in zip(shares, sizes, strict=True)
    )
    open_ = [share for share, size in zip(shares, sizes, strict=True) if share < size]
    assert not open_ or max(shares) - min(open_) <= 1 + (max(shares) - max(open_))
    assert not open_ or max(open_) - min(open_) <= 1


def test_a_sheet_shows_answers_and_options_and_nothing_about_who_said_what(run: Path, tmp_path: Path) -> None:
    drawn = write_sheet(run, 50, tmp_path / "sheet.csv", seed=3)
    table = pl.read_csv(tmp_path / "sheet.csv", infer_schema=False)
    assert table.columns == ["id", "sheet", "lang", "question", "answer", "option_1", "option_2", "label"]
    assert table.height == drawn.rows == 50 and table["label"].null_count() == 50
    text = (tmp_path / "sheet.csv").read_text(encoding="utf-8-sig")
    assert not any(word in text for word in ("sim/", "balanced", "shy", "Mercury", "evasive", "chosen", "closer"))
    assert max(drawn.drawn.values()) - min(drawn.drawn.values()) <= 1
    assert {lang for lang, _ in drawn.drawn} == {"en", "de"} and len(drawn.drawn) == 4


def test_options_stand_in_either_order_and_the_key_stays_in_the_run(run: Path, tmp_path: Path) -> None:
    write_sheet(run, 100, tmp_path / "sheet.csv")
    table = pl.read_csv(tmp_path / "sheet.csv", infer_schema=False)
    orders = Counter(drawn.order for drawn in keys(run).values())
    assert set(orders) == {(0, 1), (1, 0)} and min(orders.values()) > 25
    for subject, option in table.select("id", "option_1").iter_rows():
        affirms = option.startswith("Close") or option.endswith("sperren.")
        assert (keys(run)[subject].order[0] == 0) == affirms


def test_the_same_seed_draws_the_same_answers_and_more_of_them(run: Path, tmp_path: Path) -> None:
    sheets = []
    for number, (n, seed) in enumerate(((20, 1), (20, 1), (60, 1), (20, 2))):
        write_sheet(run, n, tmp_path / f"{number}.csv", seed=seed)
        sheets.append(pl.read_csv(tmp_path / f"{number}.csv", infer_schema=False))
    assert sheets[0].equals(sheets[1])
    assert set(sheets[0]["id"]) < set(sheets[2]["id"]) and set(sheets[0]["id"]) != set(sheets[3]["id"])


def test_only_answers_that_were_judged_or_refused_are_drawn(run: Path, tmp_path: Path) -> None:
    drawn = write_sheet(run, 10_000, tmp_path / "all.csv")
    free = read_free_answers(run)
    wanted = free.filter(pl.col("outcome").is_in(["chosen", "refused"]))
    assert drawn.rows == wanted.height <= free.height
    assert {"chosen", "refused"} <= set(free.filter(pl.col("id").is_in(list(keys(run))))["outcome"])
    assert all(drawn.drawn[stratum] == of for stratum, of in drawn.of.items())


def test_labels_come_back_as_options_whatever_place_they_stood_at(run: Path, tmp_path: Path) -> None:
    write_sheet(run, 12, tmp_path / "sheet.csv")
    written = {0: "1", 1: "2", 2: " Both ", 3: "neither", 4: "refused", 5: "1.0", 6: "都不", 7: "beide"}
    done = import_labels(run, filled(tmp_path / "sheet.csv", written, "ada.csv"))
    assert (done.rater, done.labels, done.empty, done.changed) == ("ada", 8, 4, 0)
    labels = read_run_labels(run)
    table = pl.read_csv(tmp_path / "sheet.csv", infer_schema=False)
    value = dict(labels.select("subject", "value").iter_rows())
    order = [keys(run)[subject].order for subject in table["id"]]
    expected = [str(order[0][0]), str(order[1][1]), "both", "neither", "refused", str(order[5][0]), "neither", "both"]
    assert [value.get(subject) for subject in table["id"]] == [*expected, *[None] * 4]
    assert set(labels["rater"]) == {"ada"}


def test_xlsx_sheets_come_back_as_well(run: Path, tmp_path: Path) -> None:
    write_sheet(run, 5, tmp_path / "sheet.xlsx")
    shown = read_source(tmp_path / "sheet.xlsx").records
    rows = [{**record.cells, "label": number} for record, number in zip(shown, (1, 2, 2, 1, 1), strict=True)]
    write_xlsx(pl.DataFrame(rows), tmp_path / "filled.xlsx")
    assert import_labels(run, tmp_path / "filled.xlsx", "Bo").labels == 5
    assert set(read_run_labels(run)["value"]) == {"0", "1"}


def test_several_raters_are_several_files_and_a_second_file_replaces_the_first(run: Path, tmp_path: Path) -> None:
    write_sheet(run, 6, tmp_path / "sheet.csv")
    import_labels(run, filled(tmp_path / "sheet.csv", dict.fromkeys(range(6), "1"), "ada.csv"))
    import_labels(run, filled(tmp_path / "sheet.csv", dict.fromkeys(range(6), "2"), "bo.csv"))
    again = import_labels(run, filled(tmp_path / "sheet.csv", {0: "both", 1: "1", 2: "1"}, "ada.csv"))
    assert again.changed == 1
    labels = read_run_labels(run)
    assert Counter(labels["rater"]) == {"ada": 3, "bo": 6}
    assert labels.filter(pl.col("rater") == "ada")["value"].to_list().count("both") == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": "3"}, r"line 3, column 'label': '3' is not a label \(write 1, 2, both, neither or refused\)"),
        ({"label": "maybe"}, "line 3, column 'label'"),
        ({"id": "nobody"}, "line 3, column 'id': no answer with the id 'nobody'"),
        ({"id": "FIRST"}, "line 3, column 'id': the answer .* stands here twice"),
        ({"sheet": "0000"}, "line 3, column 'sheet': no sheet '0000'"),
        ({"sheet": "../x"}, "line 3, column 'sheet': no sheet"),
    ],
)
def test_mistakes_in_a_sheet_are_named_by_row_and_column(
    run: Path, tmp_path: Path, change: dict[str, str], said: str
) -> None:
    write_sheet(run, 4, tmp_path / "sheet.csv")
    table = pl.read_csv(tmp_path / "sheet.csv", infer_schema=False).with_columns(label=pl.lit("1"))
    rows = table.to_dicts()
    rows[1].update({name: rows[0]["id"] if value == "FIRST" else value for name, value in change.items()})
    pl.DataFrame(rows).write_csv(tmp_path / "wrong.csv")
    with pytest.raises(InputError, match=said):
        import_labels(run, tmp_path / "wrong.csv")
    assert read_run_labels(run).is_empty(), "nothing is kept of a file with a mistake"


def test_files_and_runs_that_cannot_be_used_are_one_line(run: Path, tmp_path: Path) -> None:
    write_sheet(run, 4, tmp_path / "sheet.csv")
    with pytest.raises(InputError, match="no row has a label"):
        import_labels(run, tmp_path / "sheet.csv")
    pl.read_csv(tmp_path / "sheet.csv", infer_schema=False).drop("sheet").write_csv(tmp_path / "less.csv")
    with pytest.raises(InputError, match="columns missing: sheet"):
        import_labels(run, tmp_path / "less.csv")
    with pytest.raises(InputError, match=r"\.csv or \.xlsx"):
        write_sheet(run, 4, tmp_path / "sheet.txt")
    with pytest.raises(InputError, match="no free answer can be labelled"):
        write_sheet(run, 4, tmp_path / "sheet.csv", langs=("fr",))
    write_rows([statement(1, "en")], Item, tmp_path / "items.parquet")
    measure(tmp_path / "items.parquet", ["sim/balanced"], tmp_path / "plain")
    with pytest.raises(InputError, match="has no free answers"):
        write_sheet(tmp_path / "plain", 4, tmp_path / "sheet.csv")


def test_inclusion_is_what_was_labelled_of_a_language_and_model(run: Path, tmp_path: Path) -> None:
    drawn = write_sheet(run, 40, tmp_path / "sheet.csv", seed=5)
    import_labels(run, filled(tmp_path / "sheet.csv", dict.fromkeys(range(40), "1"), "ada.csv"))
    key = keys(run)
    for subject, inclusion in read_run_labels(run).select("subject", "inclusion").iter_rows():
        stratum = key[subject].stratum
        assert inclusion == pytest.approx(drawn.drawn[stratum] / drawn.of[stratum])


def test_rows_left_empty_lower_the_inclusion_and_other_sheets_raise_it(run: Path, tmp_path: Path) -> None:
    """Counted by who has a label at all, whatever sheet it came from."""
    first = write_sheet(run, 40, tmp_path / "a.csv", seed=1)
    import_labels(run, filled(tmp_path / "a.csv", dict.fromkeys(range(0, 40, 2), "1"), "ada.csv"))
    once = read_run_labels(run)
    given_ = Counter(keys(run)[subject].stratum for subject in once["subject"])
    for subject, inclusion in once.select("subject", "inclusion").iter_rows():
        stratum = keys(run)[subject].stratum
        assert inclusion == pytest.approx(given_[stratum] / first.of[stratum])
    write_sheet(run, 32, tmp_path / "b.csv", seed=2)
    import_labels(run, filled(tmp_path / "b.csv", dict.fromkeys(range(32), "2"), "bo.csv"))
    twice = read_run_labels(run)
    assert twice["subject"].n_unique() > once.height
    given_ = Counter(keys(run)[subject].stratum for subject in twice["subject"].unique())
    for subject, inclusion in twice.select("subject", "inclusion").iter_rows():
        stratum = keys(run)[subject].stratum
        assert inclusion == pytest.approx(given_[stratum] / first.of[stratum])


def test_a_larger_sheet_of_which_only_new_rows_are_filled_counts_with_the_smaller(run: Path, tmp_path: Path) -> None:
    """Half of the answers on one sheet, then all others on one that has them all: everything is labelled."""
    everything = write_sheet(run, 10_000, tmp_path / "all.csv", seed=4)
    half = everything.rows // 2
    write_sheet(run, half, tmp_path / "half.csv", seed=4)
    import_labels(run, filled(tmp_path / "half.csv", dict.fromkeys(range(half), "1"), "half-done.csv"))
    done = set(read_run_labels(run)["subject"])
    ids = pl.read_csv(tmp_path / "all.csv", infer_schema=False)["id"]
    rest = {row: "2" for row, subject in enumerate(ids) if subject not in done}
    import_labels(run, filled(tmp_path / "all.csv", rest, "rest.csv"))
    labels = read_run_labels(run)
    assert labels["subject"].n_unique() == everything.rows
    assert labels["inclusion"].to_list() == [1.0] * everything.rows


def test_no_sheet_is_drawn_from_a_run_that_is_not_finished(run: Path, tmp_path: Path) -> None:
    (run / "free" / "m01-000000.parquet").unlink()
    with pytest.raises(InputError, match="55 of 110 presentations are answered"):
        write_sheet(run, 10, tmp_path / "sheet.csv")


def test_labels_of_answers_that_are_no_longer_in_the_run_do_not_count(run: Path, tmp_path: Path) -> None:
    write_sheet(run, 10_000, tmp_path / "sheet.csv")
    import_labels(run, filled(tmp_path / "sheet.csv", dict.fromkeys(range(110), "1"), "ada.csv"))
    before = set(read_run_labels(run)["subject"])
    (run / "free" / "m01-000000.parquet").unlink()
    assert set(read_run_labels(run)["subject"]) == before & set(read_free_answers(run)["id"]) < before


def test_a_sheet_s_name_is_no_number_to_a_spreadsheet_program(run: Path, tmp_path: Path) -> None:
    assert write_sheet(run, 4, tmp_path / "sheet.csv").id.startswith("s")


def test_labels_of_shards_are_those_of_the_run_that_they_are_joined_to(original: Path, tmp_path: Path) -> None:
    folders = [tmp_path / f"shard{number}" for number in (1, 2)]
    judge = Respondent(open_model("sim/judge"))
    for number, folder in enumerate(folders, 1):
        asked = MeasureOptions(judge=judge, shard=(number, 2))
        measure(original.parent / "items.parquet", ["sim/balanced"], folder, design=JUDGED, options=asked)
        write_sheet(folder, 8, tmp_path / "sheet.csv")
        import_labels(folder, filled(tmp_path / "sheet.csv", dict.fromkeys(range(8), "1"), "ada.csv"))
    merged = merge_runs(folders, tmp_path / "merged")
    labels, free = read_run_labels(merged), read_free_answers(merged)
    assert set(labels["subject"]) == {subject for folder in folders for subject in read_run_labels(folder)["subject"]}
    sampled = Counter(free.filter(pl.col("outcome").is_in(["chosen", "refused"]))["lang"])
    lang = dict(free.select("id", "lang").iter_rows())
    given_ = Counter(lang[subject] for subject in labels["subject"])
    assert given_.total() == 16
    for subject, inclusion in labels.select("subject", "inclusion").iter_rows():
        assert inclusion == pytest.approx(given_[lang[subject]] / sampled[lang[subject]])


def test_a_run_without_labels_has_an_empty_table_of_them(run: Path) -> None:
    assert read_run_labels(run).is_empty()
    assert read_run_labels(run).columns == ["subject", "rater", "value", "inclusion"]


def test_estimates_weighted_by_inclusion_are_unbiased(run: Path, tmp_path: Path) -> None:
    free = read_free_answers(run).filter(pl.col("outcome").is_in(["chosen", "refused"]))
    truth = free["lang"].eq("en").mean()
    found = []
    for seed in range(60):
        drawn = write_sheet(run, 30, tmp_path / "s.csv", seed=seed)
        weights = {stratum: drawn.of[stratum] / k for stratum, k in drawn.drawn.items()}
        total = sum(weights[stratum] * k for stratum, k in drawn.drawn.items())
        found.append(sum(weights[s] * k for s, k in drawn.drawn.items() if s[0] == "en") / total)
        assert total == pytest.approx(free.height)
    assert sum(found) / len(found) == pytest.approx(truth)
