"""What of a row a rater is shown, and which rows are shown to nobody, with the reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from axiometer.annotate.gathering import NO_TEXT, NO_VALUE, TOO_FEW_OPTIONS, TWICE, GatherOptions, checks_of, gather
from axiometer.annotate.project import open_project
from axiometer.annotate.starting import Wanted, numbered, start_project
from axiometer.annotate.tasks import Task, TaskTable, load_task
from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of
from axiometer.measure.labels import write_asked
from axiometer.measure.reading import read_free_answers
from axiometer.records.corpus_rows import Rule, Text, make_rule, make_text
from axiometer.records.rows import Item, ItemKind, Option, Role, make_item
from axiometer.records.tables import write_rows

from .conftest import dilemmas, rules

ANY = GatherOptions()


def on(name: str, table: TaskTable) -> Task:
    return load_task(name).model_copy(update={"table": table})


def test_items_without_a_choice_are_left_out_with_the_reason(tmp_path: Path) -> None:
    lone = make_item(kind=ItemKind.OPEN, lang="en", prompt="Say something.", options=(), clusters=(), source="test")
    write_rows([*dilemmas(2), lone], Item, tmp_path / "items.parquet")
    found = gather(load_task("choose"), tmp_path / "items.parquet", ANY)
    assert found.rows == 3 and dict(found.left_out) == {TOO_FEW_OPTIONS: 1}
    assert [unit.subject for unit in found.units] == [item.id for item in dilemmas(2)]
    assert [item.id for item in found.items] == [item.id for item in dilemmas(2)]
    assert found.units[0].options == ("Do 0", "@Leave 0", "Look at picture 0") and found.units[0].context == ""


def test_a_check_of_an_item_shows_what_each_side_was_written_for(tmp_path: Path) -> None:
    told = make_item(
        kind=ItemKind.DILEMMA,
        lang="en",
        prompt="p",
        options=(Option("a"), Option("b"), Option("c", Role.DISTRACTOR)),
        clusters=("r",),
        source="test",
        meta={"rule_a": "Rule one.", "rule_b": "Rule two."},
    )
    write_rows([*dilemmas(1), told], Item, tmp_path / "items.parquet")
    first, second = gather(load_task("check"), tmp_path / "items.parquet", ANY).units
    assert first.context == "1: Freedom\n2: Equality" and second.context == "1: Rule one.\n2: Rule two."


def test_rules_are_shown_with_names_of_values_but_blind_where_values_are_asked(tmp_path: Path) -> None:
    two = make_rule(
        lang="en", text="Two.", origin="t", values=("freedom", "equality"), framework="core-socialist-values"
    )
    write_rows([two, make_rule(lang="en", text="None.", origin="t")], Rule, tmp_path / "rules.parquet")
    shown = gather(load_task("rule"), tmp_path / "rules.parquet", ANY).units
    assert [unit.context for unit in shown] == ["Core socialist values: Freedom, Equality", ""]
    blind = gather(load_task("classify"), tmp_path / "rules.parquet", ANY).units
    assert [unit.context for unit in blind] == ["", ""]
    each = gather(on("stance", TaskTable.RULES), tmp_path / "rules.parquet", ANY)
    assert [(unit.subject, unit.context) for unit in each.units] == [(two.id, "Freedom"), (two.id, "Equality")]
    assert dict(each.left_out) == {NO_VALUE: 1}
    assert len({unit.id for unit in each.units}) == 2


def test_texts_of_any_table_are_read_once_each_in_their_language(tmp_path: Path) -> None:
    rows = [
        make_text(lang="en", text="A text about honesty.", source="s"),
        make_text(lang="zh", text="谈诚实的文本。", source="s"),
    ]
    write_rows(rows, Text, tmp_path / "texts.parquet")
    options = GatherOptions(about="honesty")
    found = gather(load_task("stance"), tmp_path / "texts.parquet", options)
    assert [(unit.subject, unit.lang, unit.context) for unit in found.units] == [
        (row.id, row.lang, "honesty") for row in rows
    ]
    plain = "This is one plain sentence about the weather in the town."
    (tmp_path / "texts.csv").write_text(
        f'text\n{plain}\n""\n这是一句中文。\n{plain}\n',
        encoding="utf-8",
    )
    found = gather(load_task("stance"), tmp_path / "texts.csv", options)
    assert [unit.lang for unit in found.units] == ["en", "zh"] and found.left_out[TWICE] == 1
    assert found.rows == len(found.units) + sum(found.left_out.values())
    assert set(found.left_out) <= {TWICE, NO_TEXT}
    only = gather(load_task("stance"), tmp_path / "texts.csv", GatherOptions(about="honesty", langs=("zh",)))
    assert [unit.text for unit in only.units] == ["这是一句中文。"]
    with pytest.raises(InputError, match="for or against"):
        gather(load_task("stance"), tmp_path / "texts.csv", ANY)


def test_free_answers_show_question_and_sides_and_not_who_gave_them(judged: Path) -> None:
    found = gather(load_task("judge"), judged, ANY)
    answers = read_free_answers(judged)
    assert {unit.subject for unit in found.units} == set(
        answers.filter(pl.col("outcome").is_in(["chosen", "refused"]))["id"]
    )
    unit = found.units[0]
    assert unit.context.startswith("Should street") and len(unit.options) == 2
    assert not [unit for unit in found.units if "sim/" in unit.text + unit.context + unit.title]
    expressed = gather(on("classify", TaskTable.FREE), judged, ANY)
    assert len(expressed.units) == answers.filter(outcome="chosen").height and expressed.units[0].options == ()


@pytest.mark.parametrize("name", ["choose", "judge", "rule"])
def test_a_table_of_another_kind_is_told(name: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": [1]})
    frame.write_parquet(tmp_path / "other.parquet")
    with pytest.raises(InputError):
        gather(load_task(name), tmp_path / "other.parquet", ANY)
    with pytest.raises(InputError, match="no row in these languages"):
        write_rows(dilemmas(2), Item, tmp_path / "items.parquet")
        gather(load_task("choose"), tmp_path / "items.parquet", GatherOptions(langs=("fr",)))


def test_checks_are_in_the_languages_of_the_rows_and_what_they_expect_is_a_label() -> None:
    task = load_task("choose")
    assert {unit.lang for unit in checks_of(task, ["zh"])} == {"zh"}
    assert {unit.lang for unit in checks_of(task, ["fr", "zh-Hant"])} == {"en", "zh"}
    resolved = load_task("classify").of_framework(load_framework("moral-foundations"))
    assert {unit.expected for unit in checks_of(resolved, ["en"])} == {"none"}


def test_a_project_is_whole_and_opens_as_it_was_made(tmp_path: Path) -> None:
    write_rows(rules(20), Rule, tmp_path / "rules.parquet")
    wanted = Wanted(numbered(3), per_rater=5, overlap=0.4, contact="A person, a@b.example")
    started = start_project(load_task("rule"), tmp_path / "rules.parquet", tmp_path / "p", wanted)
    again = open_project(tmp_path / "p")
    assert again == started.project and again.units == started.project.units
    assert (again.source.rows, again.langs, again.expired) == (20, ("en", "zh"), False)
    agreed = again.agreed("zh")
    assert "A person, a@b.example" in agreed.consent and again.retention.isoformat() in agreed.consent
    other = start_project(
        load_task("rule"), tmp_path / "rules.parquet", tmp_path / "q", Wanted(numbered(1), per_rater=2)
    )
    assert again.consent_digest == started.project.consent_digest != other.project.consent_digest
    first = again.assignments["R01"]
    assert again.next_of("R01", {}) == first[0] and again.next_of("nobody", {}) is None
    with pytest.raises(InputError, match="was not given the row"):
        again.value_of("R01", "another", "1")
    with pytest.raises(InputError, match="no rater 'R09'"):
        again.value_of("R09", first[0].unit, "1")
    with pytest.raises(InputError, match="exists already"):
        start_project(load_task("rule"), tmp_path / "rules.parquet", tmp_path / "p", wanted)
    with pytest.raises(InputError, match=r"project\.yaml is not here"):
        open_project(tmp_path)


def test_without_a_number_raters_get_all_that_the_table_has(tmp_path: Path) -> None:
    write_rows(rules(20), Rule, tmp_path / "rules.parquet")
    full = start_project(
        load_task("rule"), tmp_path / "rules.parquet", tmp_path / "a", Wanted(numbered(2), overlap=1.0, attention=0)
    )
    assert (full.units, full.shared, full.project.design.per_rater) == (20, 20, 20)
    apart = start_project(
        load_task("rule"), tmp_path / "rules.parquet", tmp_path / "b", Wanted(numbered(3), overlap=0.0, attention=0)
    )
    assert (apart.units, apart.shared, apart.project.design.per_rater) == (18, 0, 6)


def test_a_task_with_fewer_checks_than_usual_has_those(tmp_path: Path) -> None:
    write_rows(rules(20), Rule, tmp_path / "rules.parquet")
    for checks in (0, 1, 3):
        task = load_task("rule").model_copy(update={"checks": load_task("rule").checks[:checks]})
        wanted = Wanted(numbered(2), per_rater=4)
        begun = start_project(task, tmp_path / "rules.parquet", tmp_path / str(checks), wanted)
        seen = [row.unit for row in begun.project.assignments["R01"]]
        assert begun.project.design.attention == min(checks, 2)
        assert sum(begun.project.units[unit].is_check for unit in seen) == min(checks, 2)


def test_people_are_asked_about_the_values_that_the_run_s_profile_told(judged: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(judged, run)
    with pytest.raises(InputError, match="--framework"):
        start_project(load_task("expressed"), run, tmp_path / "p", Wanted(numbered(1), per_rater=4))
    write_asked(run, path_of("core-socialist-values"), ["equality", "freedom", "prosperity"])
    project = start_project(load_task("expressed"), run, tmp_path / "p", Wanted(numbered(1), per_rater=4)).project
    assert project.task.label_ids == ("prosperity", "freedom", "equality")
    assert project.task.framework == "core-socialist-values"
