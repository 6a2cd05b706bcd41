"""Mode `free`: questions are put as they stand, the answers are the run, and nobody judges them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from axiometer import measure
from axiometer.errors import InputError, Refused, SpecificationChanged, Stopped
from axiometer.measure import Design, MeasureOptions, Orders, Respondent, open_run, plan_run, run_plan
from axiometer.measure.design import BARE_TOKENS, FREE_TOKENS
from axiometer.measure.estimate import estimate
from axiometer.measure.merge import merge_runs
from axiometer.measure.reading import open_free_run, read_free_answers
from axiometer.models.endpoint import Endpoint
from axiometer.models.free_values import planted
from axiometer.models.protocols import Sampling
from axiometer.models.registry import open_model
from axiometer.models.simulated import Profile, SimulatedRespondent
from axiometer.models.simulated_judge import JudgeProfile, SimulatedJudge
from axiometer.records import Item, Mode
from axiometer.records.importers.questions import question_item, starter_question_items
from axiometer.records.tables import write_rows
from axiometer.runtime import Budget, Limits
from axiometer.testing import Behaviour, FakeServer

Items = Callable[..., Path]
FREE = Design(mode=Mode.FREE)


@pytest.fixture(scope="session")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("questions") / "questions.parquet"
    write_rows(starter_question_items(), Item, path)
    return path


def tables(run: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((run / "free").glob("*.parquet"))}


def test_every_question_is_put_to_everybody_once_and_the_answers_are_the_run(questions: Path, tmp_path: Path) -> None:
    summary = measure(questions, ["sim/communal", "sim/individual"], tmp_path / "run", design=FREE)
    run = open_free_run(tmp_path / "run")
    assert summary.presentations == run.answers.height == 400 and run.missing == 0 and not run.recorded
    assert not (tmp_path / "run" / "answers").exists()
    assert run.models == ("sim/communal", "sim/individual") and run.items.height == 200
    assert list(run.frameworks) == ["core-socialist-values"]
    assert set(run.answers["mode"]) == {"free"}
    assert Counter(run.answers.group_by("model", "item").len()["len"]) == {1: 400}
    assert set(run.answers["wording"]) == {"free-bare/zh/1@1", "free-bare/en/1@1"}
    values = {
        model: Counter(told.value for text in own["text"] if (told := planted(text)))
        for (model,), own in run.answers.group_by("model")
    }
    assert values["sim/communal"]["harmony"] > 2 * values["sim/communal"]["freedom"]
    assert values["sim/individual"]["freedom"] > 2 * values["sim/individual"]["harmony"]


def test_the_prompt_goes_out_as_it_stands_with_room_for_an_answer(questions: Path, tmp_path: Path) -> None:
    with FakeServer(Behaviour()) as server:
        asked = Endpoint("openai-api/fake/m", "m", [server.base_url], None, Sampling(), timeout=5.0)
        plan = plan_run(questions, [Respondent(asked)], FREE, MeasureOptions(limit=6))
        run_plan(plan, tmp_path / "run")
        bodies = [dict(each.body) for each in server.received]
    prompts = set(open_free_run(tmp_path / "run").items["prompt"])
    assert {body["messages"][0]["content"].strip() for body in bodies} == prompts and len(prompts) == 6
    assert {body["max_tokens"] for body in bodies} == {BARE_TOKENS} and BARE_TOKENS > FREE_TOKENS


def test_what_a_free_answer_may_have_can_be_said(questions: Path) -> None:
    plan = plan_run(
        questions, [Respondent(open_model("sim/balanced"))], Design(Mode.FREE, free_tokens=70), MeasureOptions()
    )
    (row,) = estimate(plan)
    assert row.calls == 200 and row.tokens_out == 70 * 200


def test_items_of_any_kind_are_put_without_their_options(items: Items, tmp_path: Path) -> None:
    measure(items(20), ["sim/balanced"], tmp_path / "run", design=Design(Mode.FREE, repeats=2))
    run = open_free_run(tmp_path / "run")
    assert run.answers.height == 40 and set(run.answers["repeat"]) == {0, 1}
    said = "Let each pick a song|Sing what all know"
    assert not run.answers["text"].str.contains(said).any()


def test_a_question_in_a_language_without_prompts_of_ours_is_put_too(tmp_path: Path) -> None:
    path = tmp_path / "q.parquet"
    write_rows([question_item("¿Qué es una buena vida?", lang="es", source="test")], Item, path)
    measure(path, ["sim/balanced"], tmp_path / "run", design=FREE)
    assert open_free_run(tmp_path / "run").answers["lang"].to_list() == ["es"]
    with pytest.raises(Refused, match="no prompts in language 'es'"):
        measure(path, [SimulatedRespondent(Profile(name="base"), continues=True)], tmp_path / "other", design=FREE)


def test_orders_make_no_other_run_and_a_judge_has_no_meaning(questions: Path) -> None:
    assert {Design(Mode.FREE, orders=orders).orders for orders in Orders} == {Orders.ONE}
    assert Design(Mode.FREE).is_free and not Design(Mode.FREE).is_judged
    assert Design(Mode.JUDGED).is_free and Design(Mode.JUDGED).is_judged and not Design().is_free
    judge = Respondent(SimulatedJudge(JudgeProfile(kind="judge", name="exact")))
    with pytest.raises(InputError, match="--judge has no meaning with --mode free"):
        plan_run(questions, [Respondent(open_model("sim/balanced"))], FREE, MeasureOptions(judge=judge))


def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(questions: Path, tmp_path: Path) -> None:
    names = ["sim/communal"]
    measure(questions, names, tmp_path / "a" / "whole", design=FREE)
    broke = Respondent(open_model("sim/communal"), Limits(budget=Budget(max_calls=50)))
    with pytest.raises(Stopped):
        measure(questions, [broke], tmp_path / "b" / "run", design=FREE)
    summary = measure(questions, names, tmp_path / "b" / "run", design=FREE)
    assert summary.hits == 50 and summary.calls == 150
    assert tables(tmp_path / "a" / "whole") == tables(tmp_path / "b" / "run")
    with pytest.raises(SpecificationChanged, match="repeats"):
        measure(questions, names, tmp_path / "b" / "run", design=Design(Mode.FREE, repeats=2))


def test_shards_of_a_free_run_join_to_the_whole(questions: Path, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        options = MeasureOptions(shard=(number, 3))
        measure(questions, ["sim/communal"], tmp_path / f"s{number}" / "run", design=FREE, options=options)
        assert open_free_run(tmp_path / f"s{number}" / "run").missing == 0
    merge_runs([tmp_path / f"s{number}" / "run" for number in (1, 2, 3)], tmp_path / "all" / "run")
    measure(questions, ["sim/communal"], tmp_path / "b" / "run", design=FREE)
    assert tables(tmp_path / "all" / "run") == tables(tmp_path / "b" / "run")


def test_who_wants_choices_of_a_free_run_is_sent_to_its_profile(questions: Path, items: Items, tmp_path: Path) -> None:
    measure(questions, ["sim/communal"], tmp_path / "run", design=FREE, options=MeasureOptions(limit=4))
    with pytest.raises(InputError, match=r"has free answers only \(profile them with `axiometer express profile"):
        open_run(tmp_path / "run")
    measure(items(4), ["sim/balanced"], tmp_path / "choices")
    assert read_free_answers(tmp_path / "choices").is_empty()
    with pytest.raises(InputError, match="a run of mode choice: it has no free answers"):
        open_free_run(tmp_path / "choices")


def test_free_answers_of_a_judged_run_can_be_read_as_well(items: Items, tmp_path: Path) -> None:
    judge = Respondent(SimulatedJudge(JudgeProfile(kind="judge", name="exact")))
    options = MeasureOptions(judge=judge)
    measure(items(10), ["sim/balanced"], tmp_path / "run", design=Design(Mode.JUDGED), options=options)
    run = open_free_run(tmp_path / "run")
    assert run.answers.height == 10 and run.missing == 0
    assert run.answers["id"].n_unique() == 10 and run.answers.filter(pl.col("mode") != "judged").is_empty()
