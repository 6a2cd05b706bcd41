from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from axiometer import measure
from axiometer.errors import InputError, Refused, SpecificationChanged, Stopped
from axiometer.frameworks import load_framework
from axiometer.measure import Design, MeasureOptions, Orders, Respondent, open_run
from axiometer.measure.run import plan_run
from axiometer.measure.steering import (
    SteeredPlan,
    SteeringOptions,
    Toward,
    at_stake,
    plan_steered,
    read_steered,
    run_steered,
    steering_for,
    touched,
)
from axiometer.models.endpoint import Endpoint
from axiometer.models.protocols import Message, Request, Sampling
from axiometer.models.registry import open_model
from axiometer.models.simulated import Profile, SimulatedRespondent
from axiometer.records import Expression, ExpressionKind, Item, ItemKind, Mode, Option, Role, make_item
from axiometer.records.tables import write_rows
from axiometer.runtime import Budget, Limits
from axiometer.runtime.journal import read_entries
from axiometer.testing import Behaviour, FakeServer

FRAMEWORK = load_framework("core-socialist-values")
# One derived value below each of four core values.
BELOW = {
    core: next(v.id for v in FRAMEWORK.values_at("derived") if v.parents == (core,))
    for core in ("freedom", "harmony", "justice", "friendship")
}


def side(text: str, *expressed: tuple[str, int]) -> Option:
    return Option(text, Role.SIDE, tuple(Expression(ExpressionKind.VALUE, value, sign) for value, sign in expressed))


def scene(options: Sequence[Option], *, name: str = "scene", lang: str = "en", parallel: str | None = None) -> Item:
    return make_item(
        kind=ItemKind.DILEMMA,
        lang=lang,
        prompt=f"{name} {lang}",
        options=tuple(options),
        clusters=(name,),
        source="test",
        framework=FRAMEWORK.id,
        parallel_id=parallel,
    )


def scenes(each: int, langs: Sequence[str] = ("en",)) -> list[Item]:
    """`each` scenes for every pair of the four core values, their sides expressing derived values."""
    return [
        scene(
            [side(f"{v} {lang} {number}", (BELOW[v], 1)) for v in pair] + [Option("oil the door", Role.DISTRACTOR)],
            name=f"{'/'.join(pair)} {number}",
            lang=lang,
            parallel=f"{'/'.join(pair)} {number}",
        )
        for pair in combinations(BELOW, 2)
        for number in range(each)
        for lang in langs
    ]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "items.parquet"
    write_rows(scenes(5, ("en", "zh")), Item, path)
    return path


def plan(table: Path, *models: str, **wanted: Any) -> SteeredPlan:
    people = [Respondent(open_model(model)) for model in models or ("sim/balanced",)]
    return plan_steered(table, people, Design(), MeasureOptions(), SteeringOptions(**wanted))


def endpoint(server: FakeServer) -> Endpoint:
    return Endpoint("openai-api/fake/m", "m", [server.base_url], None, Sampling(), timeout=5.0)


def test_a_value_is_at_stake_where_exactly_one_side_endorses_it() -> None:
    plain = scene([side("a", (BELOW["freedom"], 1)), side("b", (BELOW["harmony"], 1))])
    assert at_stake(plain, FRAMEWORK, "core") == {"harmony": Toward(1, 1), "freedom": Toward(0, 1)}
    both = scene([side("a", (BELOW["freedom"], 1), (BELOW["justice"], 1)), side("b", (BELOW["freedom"], 1))])
    assert at_stake(both, FRAMEWORK, "core") == {"justice": Toward(0, 1)}
    assert touched(both, FRAMEWORK, "core") == {"freedom", "justice"}


def test_where_no_side_endorses_it_leaving_the_only_opposing_side_is_the_choice_towards_it() -> None:
    opposed = scene([side("a", (BELOW["freedom"], -1)), side("b", (BELOW["harmony"], -1))])
    assert at_stake(opposed, FRAMEWORK, "core") == {"harmony": Toward(1, -1), "freedom": Toward(0, -1)}
    mixed = scene([side("a", (BELOW["freedom"], 1)), side("b", (BELOW["freedom"], -1))])
    assert at_stake(mixed, FRAMEWORK, "core") == {"freedom": Toward(0, 1)}


def test_neither_a_distractor_nor_a_lonely_side_puts_a_value_at_stake() -> None:
    expressed = side("a", (BELOW["freedom"], 1))
    assert at_stake(scene([expressed]), FRAMEWORK, "core") == {}
    beside = replace(side("c", (BELOW["justice"], 1)), role=Role.DISTRACTOR)
    assert set(at_stake(scene([expressed, side("b"), beside]), FRAMEWORK, "core")) == {"freedom"}


def test_a_steering_names_and_defines_the_value_in_each_language() -> None:
    steering = steering_for(FRAMEWORK, "freedom", ["en", "zh"])
    freedom = FRAMEWORK.value("freedom")
    for lang in ("en", "zh"):
        assert freedom.names[lang] in steering.prompts[lang]
        assert freedom.definitions[lang] in steering.prompts[lang]
    assert steering.values[0] == "freedom"
    assert set(steering.values[1:]) == {v.id for v in FRAMEWORK.values_at("derived") if "freedom" in v.parents}


def test_a_language_in_which_the_framework_does_not_describe_the_value_is_refused() -> None:
    with pytest.raises(Refused, match="--lang zh,en"):
        steering_for(FRAMEWORK, "freedom", ["fr"])


def test_each_value_s_run_asks_all_items_with_it_and_as_many_others(table: Path) -> None:
    steered = plan(table)
    assert steered.level == "core"
    assert set(steered.values) == set(BELOW)
    baseline, *runs = steered.runs
    assert baseline.value is None and baseline.folder == "baseline"
    assert baseline.plan.selection.count == 6 * 5 * 2
    for run in runs:
        assert run.folder == run.value
        assert run.plan.selection.count == (3 * 5 + 3 * 5) * 2  # all with the value, and the others there are


def test_the_others_are_a_seeded_sample_of_items_that_the_value_does_not_touch(table: Path) -> None:
    def others(seed: int) -> set[str]:
        people = [Respondent(open_model("sim/balanced"))]
        made = plan_steered(
            table, people, Design(), MeasureOptions(seed=seed), SteeringOptions(values=("freedom",), others=0.4)
        )
        ids = made.runs[1].plan.selection.ids
        assert ids is not None
        asked = [item for item in scenes(5, ("en", "zh")) if item.id in set(ids)]
        own = [item for item in asked if "freedom" in touched(item, FRAMEWORK, "core")]
        assert len(own) == 3 * 5 * 2
        rest = {item.parallel_id for item in asked if item not in own}
        assert len(asked) - len(own) == 2 * len(rest) == 2 * 6  # both languages of 0.4 times 15
        return {str(name) for name in rest}

    assert others(1) == others(1)
    assert others(1) != others(2)


def test_a_steered_run_is_another_run_than_the_baseline_and_than_every_other(table: Path) -> None:
    fingerprints = [run.plan.specification.fingerprint for run in plan(table).runs]
    assert len(set(fingerprints)) == len(fingerprints) == 5
    asked = plan(table).runs[1].plan.specification.asked["steering"]
    assert set(asked["prompts"]) == {"en", "zh"}


def test_the_steering_is_a_system_message_in_the_item_s_language_and_the_baseline_has_none(
    table: Path, tmp_path: Path
) -> None:
    with FakeServer(Behaviour()) as server:
        made = plan_steered(
            table,
            [Respondent(endpoint(server))],
            Design(orders=Orders.ONE),
            MeasureOptions(),
            SteeringOptions(values=("freedom",)),
        )
        run_steered(made, tmp_path / "out")
        received = [one.body["messages"] for one in server.received]
    prompts = steering_for(FRAMEWORK, "freedom", ["en", "zh"]).prompts
    plain = [messages for messages in received if len(messages) == 1]  # type: ignore[arg-type]
    led = [messages for messages in received if len(messages) == 2]  # type: ignore[arg-type]
    assert len(plain) == len(led) == 60
    for system, user in led:  # type: ignore[misc]
        lang = "zh" if " zh" in user["content"] else "en"
        assert system == {"role": "system", "content": prompts[lang]}


def test_answers_under_different_steerings_have_different_prompt_hashes(table: Path, tmp_path: Path) -> None:
    made = plan(table, values=("freedom", "harmony"))
    run_steered(made, tmp_path / "out")
    answers = read_steered(made, tmp_path / "out")
    frames = [answers.baseline, *answers.steered.values()]
    hashes = [set(frame["prompt_hash"]) for frame in frames]
    assert all(not one & other for one, other in combinations(hashes, 2))
    assert all(frame["run"].n_unique() == 1 for frame in frames)


def test_what_was_stopped_goes_on_and_pays_for_nothing_twice(table: Path, tmp_path: Path) -> None:
    with FakeServer(Behaviour()) as server:

        def attempt(most: int | None) -> None:
            person = Respondent(endpoint(server), Limits(budget=Budget(max_calls=most)))
            made = plan_steered(table, [person], Design(), MeasureOptions(), SteeringOptions())
            run_steered(made, tmp_path / "out")

        for _ in range(2):
            with pytest.raises(Stopped, match="--max-calls 200 reached"):
                attempt(200)
        assert server.counts.answered == 400  # the limit holds for all runs of a command together
        attempt(None)
        assert server.repeated() == {}
        assert server.counts.answered == 2 * (60 + 4 * 60)


def test_the_baseline_takes_answers_of_runs_in_the_same_workspace(table: Path, tmp_path: Path) -> None:
    measure(table, ["sim/balanced"], tmp_path / "runs" / "before")
    summaries = run_steered(plan(table, values=("freedom",)), tmp_path / "runs" / "validation")
    assert [(one.calls, one.hits) for one in summaries] == [(0, 120), (120, 0)]
    assert len(list(read_entries(tmp_path / "runs" / "validation" / "baseline" / "journal"))) == 120


def test_a_changed_plan_is_refused_before_anything_is_asked(table: Path, tmp_path: Path) -> None:
    run_steered(plan(table, values=("freedom",)), tmp_path / "out")
    with pytest.raises(SpecificationChanged):
        run_steered(plan(table, values=("freedom", "harmony"), others=0.2), tmp_path / "out")
    assert not (tmp_path / "out" / "harmony").exists()


def test_the_folder_of_a_run_is_not_taken_for_a_validation(table: Path, tmp_path: Path) -> None:
    measure(table, ["sim/balanced"], tmp_path / "run")
    with pytest.raises(InputError, match="is the folder of a run"):
        run_steered(plan(table), tmp_path / "run")


def test_a_limit_samples_the_table_before_items_are_chosen(table: Path) -> None:
    people = [Respondent(open_model("sim/balanced"))]
    made = plan_steered(table, people, Design(), MeasureOptions(limit=20), SteeringOptions())
    assert made.runs[0].plan.selection.count == 20


def test_recorded_answers_agreement_and_unmapped_items_are_refused(table: Path, tmp_path: Path) -> None:
    measure(table, ["sim/balanced"], tmp_path / "run")
    with pytest.raises(Refused, match="recorded answers cannot be steered"):
        plan(table, f"recorded/{tmp_path / 'run' / 'answers'}")
    people = [Respondent(open_model("sim/balanced"))]
    with pytest.raises(Refused, match="choice"):
        plan_steered(table, people, Design(mode=Mode.AGREE), MeasureOptions(), SteeringOptions())
    unmapped = tmp_path / "unmapped.parquet"
    write_rows([replace(item, mapped=False) for item in scenes(2)], Item, unmapped)
    with pytest.raises(Refused, match="unmapped"):
        plan(unmapped)


def test_values_are_known_by_their_names_and_must_be_at_stake(table: Path) -> None:
    assert plan(table, values=("自由", "Harmony")).values == ("freedom", "harmony")
    with pytest.raises(InputError, match="at stake in no item"):
        plan(table, values=("patriotism",))
    with pytest.raises(InputError, match="no level"):
        plan(table, level="nonsense")


def test_the_level_above_the_most_specific_is_the_default_and_another_can_be_named(table: Path) -> None:
    assert plan(table, level="derived").values == tuple(
        value.id for value in FRAMEWORK.values_at("derived") if value.id in BELOW.values()
    )


def test_steering_towards_a_broad_value_counts_once_for_what_is_below_it() -> None:
    options = [
        {"role": "side", "expresses": [["value", BELOW["freedom"], 1]]},
        {"role": "side", "expresses": [["value", BELOW["harmony"], 1]]},
    ]
    meta = {
        "mode": "choice",
        "lang": "en",
        "item": "i",
        "parallel": None,
        "wording": "w",
        "order": [0, 1],
        "letters": ["A", "B"],
        "texts": ["a", "b"],
        "clusters": [],
        "negated": False,
        "options": options,
        "steered": list(steering_for(FRAMEWORK, "freedom", ["en"]).values),
    }
    found = []
    for framework in (None, FRAMEWORK.id):
        model = SimulatedRespondent(Profile(name="p", framework=framework, steerable=2.0))
        request = Request((Message("user", "?"),), meta=meta, top_logprobs=5)
        reply = model.read(asyncio.run(model.send(request)))
        assert reply.first_token is not None
        scores = dict(reply.first_token)
        found.append(scores["A"] - scores["B"])
    assert found == pytest.approx([2.0, 2.0])


def test_a_run_can_be_planned_for_chosen_items_only(table: Path, tmp_path: Path) -> None:
    import polars as pl

    ids = pl.Series("id", [item.id for item in scenes(5, ("en", "zh"))][:7])
    chosen = plan_run(table, [Respondent(open_model("sim/balanced"))], Design(), MeasureOptions(), only=ids)
    from axiometer.measure import run_plan

    run_plan(chosen, tmp_path / "run")
    assert set(open_run(tmp_path / "run").answers["item"]) == set(ids)
