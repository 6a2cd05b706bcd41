"""Mode `open`: items without options say what they measure, and are analysed like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiometer import measure
from axiometer.analyze.analysis import analyze
from axiometer.errors import InputError, Refused
from axiometer.measure import Design, MeasureOptions, Respondent, open_run, plan_run
from axiometer.measure.open_items import open_item
from axiometer.models.registry import open_model
from axiometer.models.simulated import Profile, SimulatedRespondent
from axiometer.models.simulated_judge import JudgeProfile, SimulatedJudge
from axiometer.records import Expression, ExpressionKind, Item, ItemKind, Mode, Option, make_item
from axiometer.records.importers import ImportOptions, importers
from axiometer.records.tables import read_items, write_rows

from .conftest import dilemma

OPEN = Design(mode=Mode.OPEN)
EXACT = SimulatedJudge(JudgeProfile(kind="judge", name="exact"))
CONFLICTSCOPE = Path(__file__).parents[3] / "shared" / "data" / "conflictscope"


def open_prompt(number: int, framework: str | None = None, **meta: str) -> Item:
    values = meta or {"value_1": "freedom", "value_2": "harmony", "meaning_1": "Choosing for oneself."}
    return make_item(
        kind=ItemKind.OPEN,
        lang="en",
        prompt=f"I plan a day for my class of {number}. Shall I let them vote?",
        options=(),
        clusters=(f"pair-{number % 3}",),
        source="test",
        framework=framework,
        mapped=False,
        meta=values,
    )


def test_an_open_item_gets_an_option_for_each_of_its_values() -> None:
    given = open_prompt(1)
    made = open_item(given, Path("t"))
    assert [option.text for option in made.options] == ["freedom: Choosing for oneself.", "harmony"]
    assert [option.expresses for option in made.options] == [
        (Expression(ExpressionKind.VALUE, value, 1),) for value in ("freedom", "harmony")
    ]
    assert made.mapped and made.parent_ids[0] == given.id and made.id != given.id
    assert (made.prompt, made.clusters, made.meta) == (given.prompt, given.clusters, given.meta)


def test_three_values_are_three_options() -> None:
    made = open_item(open_prompt(1, value_1="a", value_2="b", value_3="c"), Path("t"))
    assert [option.text for option in made.options] == ["a", "b", "c"]


@pytest.mark.parametrize("meta", [{"value_1": "a"}, {"value_1": "a", "value_2": "a"}, {"key": "x"}])
def test_an_open_item_that_does_not_say_its_values_is_refused_in_one_line(meta: dict[str, str]) -> None:
    with pytest.raises(InputError, match="does not say which values"):
        open_item(open_prompt(1, **meta), Path("t.parquet"))


def test_items_whose_sides_differ_in_no_value_are_for_the_other_mode(tmp_path: Path) -> None:
    alike = tuple(
        Option(text, expresses=(Expression(ExpressionKind.POSITION, "x", sign),))
        for text, sign in (("S", 1), ("R", -1))
    )
    statement = make_item(kind=ItemKind.STATEMENT, lang="en", prompt="?", options=alike, clusters=(), source="t")
    with pytest.raises(InputError, match="--mode judged"):
        open_item(statement, tmp_path / "t")
    crowd = tuple(Expression(ExpressionKind.VALUE, f"v{n}", 1) for n in range(8))
    crowded = dilemma(1).options[0], Option("other", expresses=crowd)
    many = make_item(kind=ItemKind.DILEMMA, lang="en", prompt="?", options=crowded, clusters=(), source="t")
    with pytest.raises(InputError, match="9 values"):
        open_item(many, tmp_path / "t")


def test_open_items_are_asked_judged_and_analysed_by_value(tmp_path: Path) -> None:
    table = tmp_path / "items.parquet"
    write_rows([open_prompt(number) for number in range(90)], Item, table)
    free = SimulatedRespondent(Profile(name="free", values={"freedom": 1.5}, seed=2))
    settings = MeasureOptions(judge=Respondent(EXACT), limit=80)
    measure(table, [free], tmp_path / "run", design=OPEN, options=settings)
    run = open_run(tmp_path / "run")
    assert run.missing == 0 and run.answers.height == 160 and run.items["mapped"].all()
    assert run.specification.asked["prompts"].keys() == {"free-bare/en/1@1"}
    shares = analyze(run.items, run.answers, frameworks=run.frameworks).shares
    by_value = dict(shares.select("value", "share").iter_rows())
    assert by_value["freedom"] > 0.7 > 0.3 > by_value["harmony"]


def test_open_items_in_other_modes_are_refused_with_the_mode_that_takes_them(tmp_path: Path) -> None:
    table = tmp_path / "items.parquet"
    write_rows([open_prompt(1)], Item, table)
    for mode in (Mode.CHOICE, Mode.JUDGED):
        judge = Respondent(EXACT) if mode is Mode.JUDGED else None
        with pytest.raises(Refused, match="--mode open"):
            plan_run(table, [Respondent(open_model("sim/balanced"))], Design(mode=mode), MeasureOptions(judge=judge))


@pytest.mark.skipif(not CONFLICTSCOPE.exists(), reason="the published data are not beside the repository")
def test_published_open_prompts_are_measured(tmp_path: Path) -> None:
    file = sorted(CONFLICTSCOPE.glob("*.json"))[0]
    imported = importers()["conflictscope"].read(file, ImportOptions())
    table = tmp_path / "items.parquet"
    write_rows(list(imported.items)[:40], Item, table)
    measure(table, ["sim/balanced"], tmp_path / "run", design=OPEN, options=MeasureOptions(judge=Respondent(EXACT)))
    assert open_run(tmp_path / "run").answers.height == 2 * len(read_items(tmp_path / "run" / "items")) > 0
