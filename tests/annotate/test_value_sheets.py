"""Sheets that ask which values an answer expresses: what is drawn, what people may mark, what the labels are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from axiometer.analyze.people import LabelScale
from axiometer.annotate.agreeing import agreement_in, said_at
from axiometer.annotate.labels import import_labels
from axiometer.annotate.sheets import write_sheet
from axiometer.annotate.values import values_marked
from axiometer.errors import InputError
from axiometer.frameworks.load import path_of
from axiometer.measure.labels import EXPRESSED, read_asked, read_run_labels, write_asked
from axiometer.measure.recorded import write_recorded_free
from axiometer.records import Item, ItemKind, Mode, Outcome, content_id, make_item
from axiometer.records.exports import write_xlsx
from axiometer.records.rows import FreeAnswer

FRAMEWORK = path_of("core-socialist-values")
VALUES = ("harmony", "freedom", "rule-of-law")


def question(number: int, lang: str) -> Item:
    prompt = f"What should street {number} be like?" if lang == "en" else f"第 {number} 条街应当是什么样？"
    return make_item(
        kind=ItemKind.OPEN,
        lang=lang,
        prompt=prompt,
        options=(),
        clusters=(f"q{number}",),
        source="test",
        framework="core-socialist-values",
        parallel_id=f"q{number}",
    )


def said(model: str, item: Item, number: int) -> FreeAnswer:
    text = "I cannot answer that." if number == 0 else f"Quiet, {model}; nobody should own street {number}."
    return FreeAnswer(
        id=content_id("free", model, item.id),
        parent_ids=(item.id,),
        run="r",
        model=model,
        item=item.id,
        lang=item.lang,
        mode=Mode.FREE,
        seq=number,
        wording="recorded",
        repeat=0,
        outcome=Outcome.CHOSEN,
        reason=None,
        text=text,
        reasoning=None,
        tokens_in=0,
        tokens_out=0,
        served_model=None,
        prompt_hash="recorded",
        call="recorded",
    )


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Two models: 20 answers in English and 10 in Chinese, the first of each a refusal."""
    items = [question(number, "en") for number in range(20)] + [question(number, "zh") for number in range(10)]
    answers = [said(model, item, number % 20) for model in ("m1", "m2") for number, item in enumerate(items)]
    write_recorded_free(items, answers, tmp_path / "run")
    write_asked(tmp_path / "run", FRAMEWORK, VALUES)
    return tmp_path / "run"


def filled(file: Path, name: str, mark: Callable[[int, dict[str, str]], dict[str, str]]) -> Path:
    """The sheet with what a person wrote: by row and its cells, columns to marks."""
    rows = pl.read_csv(file, infer_schema=False).fill_null("").to_dicts()
    written = [{**row, **mark(place, row)} for place, row in enumerate(rows)]
    pl.DataFrame(written).write_csv(file.with_name(name))
    return file.with_name(name)


def test_a_sheet_has_a_column_for_each_value_and_shows_chosen_answers_alone(run: Path, tmp_path: Path) -> None:
    drawn = write_sheet(run, 100, tmp_path / "sheet.csv")
    table = pl.read_csv(tmp_path / "sheet.csv", infer_schema=False)
    heads = ["Harmony / 和谐 (harmony)", "Freedom / 自由 (freedom)", "Rule of law / 法治 (rule-of-law)", "none"]
    assert table.columns == ["id", "sheet", "lang", "question", "answer", *heads]
    assert drawn.task == EXPRESSED and table.height == 2 * (19 + 9)
    assert not table["answer"].str.contains("cannot").any() and table[heads].null_count().row(0) == (56,) * 4
    assert dict(drawn.of) == {(lang, model): n for lang, n in (("en", 19), ("zh", 9)) for model in ("m1", "m2")}


def test_the_names_of_values_are_in_the_language_of_the_answers(run: Path, tmp_path: Path) -> None:
    write_sheet(run, 10, tmp_path / "sheet.csv", langs=("zh",))
    assert "和谐 (harmony)" in pl.read_csv(tmp_path / "sheet.csv", infer_schema=False).columns


def test_marks_become_labels_and_rows_without_a_mark_are_left_out(run: Path, tmp_path: Path) -> None:
    write_sheet(run, 12, tmp_path / "sheet.xlsx")
    drawn = write_sheet(run, 12, tmp_path / "sheet.csv")
    harmony, law = "Harmony / 和谐 (harmony)", "Rule of law / 法治 (rule-of-law)"

    def mark(place: int, row: dict[str, str]) -> dict[str, str]:
        return ({law: "x", harmony: "√"}, {"none": "是"}, {}, {harmony: "1", law: "0"})[place % 4]

    imported = import_labels(run, filled(tmp_path / "sheet.csv", "ada.csv", mark))
    assert (imported.labels, imported.empty, imported.task) == (9, 3, EXPRESSED)
    labels = read_run_labels(run, EXPRESSED, VALUES)
    assert sorted(labels["value"]) == ["harmony"] * 3 + ["harmony,rule-of-law"] * 3 + ["none"] * 3
    strata = pl.DataFrame([(lang, model, n) for (lang, model), n in drawn.of.items()], orient="row")
    assert strata.height == 4 and labels["inclusion"].is_between(1 / 19, 3 / 9).all()
    assert read_run_labels(run).is_empty()  # of the other task
    assert read_run_labels(run, EXPRESSED, (*VALUES, "equality")).is_empty()  # nobody was asked about equality


def test_an_xlsx_sheet_comes_back_as_well_and_raters_stand_side_by_side(run: Path, tmp_path: Path) -> None:
    write_sheet(run, 8, tmp_path / "sheet.xlsx")
    write_sheet(run, 8, tmp_path / "sheet.csv")
    table = pl.read_csv(tmp_path / "sheet.csv", infer_schema=False)
    write_xlsx(table.with_columns(pl.lit("x").alias("none")), tmp_path / "eve.xlsx")
    marked = filled(tmp_path / "sheet.csv", "ada.csv", lambda _, row: {"Freedom / 自由 (freedom)": "X"})
    assert import_labels(run, tmp_path / "eve.xlsx").labels == import_labels(run, marked).labels == 8
    labels = read_run_labels(run, EXPRESSED, VALUES)
    assert labels.height == 16 and labels["subject"].n_unique() == 8
    assert set(labels.filter(rater="eve")["value"]) == {"none"}
    assert set(labels.filter(rater="ada")["value"]) == {"freedom"}
    again = filled(tmp_path / "sheet.csv", "ada.csv", lambda place, row: {"none": "x"} if place else {"none": ""})
    assert import_labels(run, again).changed == 7


@pytest.mark.parametrize(
    ("mark", "what"),
    [
        (lambda place, row: {"none": "maybe"} if place == 1 else {}, "line 3, column 'none': 'maybe' is no mark"),
        (lambda place, row: {"none": "x", "Freedom / 自由 (freedom)": "x"}, "`none` is marked beside freedom"),
        (lambda place, row: {"id": "nobody", "none": "x"}, "no answer with the id 'nobody' is on this sheet"),
        (lambda place, row: {"sheet": "s0", "none": "x"}, "no sheet 's0' was drawn from this run"),
        (lambda place, row: {}, "no row has a label"),
    ],
)
def test_mistakes_in_a_sheet_are_named_by_row(run: Path, tmp_path: Path, mark, what: str) -> None:  # type: ignore[no-untyped-def]
    write_sheet(run, 4, tmp_path / "sheet.csv")
    with pytest.raises(InputError) as caught:
        import_labels(run, filled(tmp_path / "sheet.csv", "ada.csv", mark))
    assert what in str(caught.value) and "\n" not in str(caught.value)
    assert not (run / "labels").exists()


def test_an_answer_that_stands_twice_and_a_missing_column_are_refused(run: Path, tmp_path: Path) -> None:
    write_sheet(run, 4, tmp_path / "sheet.csv")
    table = pl.read_csv(tmp_path / "sheet.csv", infer_schema=False).with_columns(pl.lit("x").alias("none"))
    pl.concat([table, table.head(1)]).write_csv(tmp_path / "twice.csv")
    table.drop("Freedom / 自由 (freedom)").write_csv(tmp_path / "short.csv")
    for name, what in (("twice.csv", "stands here twice"), ("short.csv", "columns missing: freedom")):
        with pytest.raises(InputError, match=what):
            import_labels(run, tmp_path / name)


def test_zeros_everywhere_are_no_label_and_are_asked_about() -> None:
    columns = {"freedom": "F (freedom)", "harmony": "H (harmony)"}
    file = Path("sheet.csv")
    assert values_marked({"F (freedom)": "0", "H (harmony)": "1"}, columns, 2, file) == "harmony"
    assert values_marked({"F (freedom)": "", "H (harmony)": "0"}, columns, 2, file) == ""
    assert values_marked({"F (freedom)": "0", "H (harmony)": "0", "none": "1"}, columns, 2, file) == "none"
    with pytest.raises(InputError, match="no value is marked"):
        values_marked({"F (freedom)": "0", "H (harmony)": "0"}, columns, 2, file)


def test_without_a_profile_the_framework_and_its_level_are_named(run: Path, tmp_path: Path) -> None:
    for path in (run / "sheets").iterdir():
        path.unlink()
    with pytest.raises(InputError, match="not known which values to ask about"):
        write_sheet(run, 4, tmp_path / "sheet.csv")
    with pytest.raises(InputError, match="several levels"):
        write_sheet(run, 4, tmp_path / "sheet.csv", framework=FRAMEWORK)
    write_sheet(run, 4, tmp_path / "sheet.csv", framework=FRAMEWORK, level="sphere")
    asked = read_asked(run)
    assert asked is not None and len(asked.values) == 3
    assert len(pl.read_csv(tmp_path / "sheet.csv").columns) == 5 + 3 + 1


def test_agreement_of_a_run_s_labels_is_that_of_sets_of_values(run: Path, tmp_path: Path) -> None:
    write_sheet(run, 20, tmp_path / "sheet.csv", seed=1, langs=("en",))
    harmony, freedom = "Harmony (harmony)", "Freedom (freedom)"
    for rater, marks in (("ann", {harmony: "x", freedom: "x"}), ("ben", {harmony: "x"})):
        import_labels(run, filled(tmp_path / "sheet.csv", f"{rater}.csv", lambda *_, marks=marks: marks), rater)
    found = said_at(run)
    assert found.scale is LabelScale.SETS and found.labels.height == 40
    # MASI similarity of {a, b} and {a}: 1/2 * 2/3.
    assert agreement_in(found)[0].estimate("similarity") == pytest.approx(1 / 3)
