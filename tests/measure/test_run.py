from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from axiometer import measure
from axiometer.errors import InputError, Refused, SpecificationChanged, Stopped
from axiometer.measure import Design, MeasureOptions, Orders, Respondent, open_run
from axiometer.measure.merge import merge_runs
from axiometer.models.endpoint import Endpoint
from axiometer.models.protocols import Sampling
from axiometer.models.registry import open_model
from axiometer.records import Mode, Outcome
from axiometer.runtime import Budget, Limits
from axiometer.testing import Behaviour, FakeServer, Fault, FaultKind, Filter, FilterForm

Items = Callable[..., Path]


def parts(run: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((run / "answers").glob("*.parquet"))}


def endpoint(server: FakeServer) -> Endpoint:
    return Endpoint("openai-api/fake/m", "m", [server.base_url], None, Sampling(), timeout=5.0)


def test_every_presentation_has_one_row_in_the_order_of_the_plan(items: Items, tmp_path: Path) -> None:
    summary = measure(items(1_200), ["sim/balanced", "sim/communal"], tmp_path / "run")
    run = open_run(tmp_path / "run")
    assert summary.presentations == run.answers.height == 2 * 2 * 1_200
    assert run.missing == 0
    for _, rows in run.answers.group_by("model", maintain_order=True):
        assert rows["seq"].to_list() == list(range(2_400))
    assert run.answers["id"].n_unique() == run.answers.height
    assert set(run.answers["item"]) == set(run.items["id"])


def test_a_stopped_run_goes_on_and_ends_with_the_same_bytes(items: Items, tmp_path: Path) -> None:
    table = items(1_500)
    measure(table, ["sim/balanced"], tmp_path / "one" / "whole")
    for limit in (700, 900):
        stopping = Respondent(open_model("sim/balanced"), Limits(budget=Budget(max_calls=limit)))
        with pytest.raises(Stopped, match="--max-calls"):
            measure(table, [stopping], tmp_path / "two" / "stopped")
    summary = measure(table, ["sim/balanced"], tmp_path / "two" / "stopped")
    assert summary.calls == 3_000 - 1_600
    assert parts(tmp_path / "one" / "whole") == parts(tmp_path / "two" / "stopped")


def test_a_neighbouring_run_s_answers_are_not_paid_for_again(items: Items, tmp_path: Path) -> None:
    with FakeServer(Behaviour()) as server:
        measure(items(30), [endpoint(server)], tmp_path / "runs" / "a", design=Design(orders=Orders.ONE))
        summary = measure(items(30), [endpoint(server)], tmp_path / "runs" / "b", design=Design(orders=Orders.SWAP))
        assert (summary.hits, summary.calls) == (30, 30)
        assert server.repeated() == {}
        named = MeasureOptions(occasion="tuesday")
        measure(items(30), [endpoint(server)], tmp_path / "runs" / "c", options=named)
        assert len(server.repeated()) == 60, "an occasion is a deliberate repetition"


def test_another_specification_in_the_same_folder_is_refused_with_the_difference(items: Items, tmp_path: Path) -> None:
    measure(items(5), ["sim/balanced"], tmp_path / "run")
    before = parts(tmp_path / "run")
    with pytest.raises(SpecificationChanged, match=r"design\.orders: swap -> one"):
        measure(items(5), ["sim/balanced"], tmp_path / "run", design=Design(orders=Orders.ONE))
    with pytest.raises(SpecificationChanged, match="items"):
        measure(items(6, "more.parquet"), ["sim/balanced"], tmp_path / "run")
    assert parts(tmp_path / "run") == before


def test_shards_joined_are_the_whole_byte_for_byte(items: Items, tmp_path: Path) -> None:
    table = items(1_100)
    measure(table, ["sim/balanced", "sim/communal"], tmp_path / "one" / "whole")
    folders = [tmp_path / "two" / f"shard{number}" for number in (1, 2, 3)]
    for number, folder in enumerate(folders, 1):
        measure(table, ["sim/balanced", "sim/communal"], folder, options=MeasureOptions(shard=(number, 3)))
    with pytest.raises(InputError, match="shards missing: 3/3"):
        merge_runs(folders[:2], tmp_path / "merged")
    assert not (tmp_path / "merged").exists()
    merge_runs(folders, tmp_path / "merged")
    assert parts(tmp_path / "merged") == parts(tmp_path / "one" / "whole")
    assert open_run(tmp_path / "merged").missing == 0


def test_errors_are_rows_and_are_asked_again_on_resume(items: Items, tmp_path: Path) -> None:
    fault = Fault(FaultKind.CONTEXT_LENGTH, rate=0.2)
    with FakeServer(Behaviour(faults=(fault,), seed=5)) as server:
        first = measure(items(40), [endpoint(server)], tmp_path / "run")
        failed = first.outcomes["openai-api/fake/m"]["error"]
        assert 0 < failed < 40
        server.behaviour = Behaviour(seed=5)
        second = measure(items(40), [endpoint(server)], tmp_path / "run")
        assert second.calls == failed
        assert "error" not in second.outcomes["openai-api/fake/m"]
        assert server.repeated() == {}


def test_a_content_filter_is_an_outcome_and_not_an_error(items: Items, tmp_path: Path) -> None:
    blocked = Filter(FilterForm.DASHSCOPE, share=0.3)
    with FakeServer(Behaviour(filters=(blocked,))) as server:
        measure(items(50), [endpoint(server)], tmp_path / "run")
    answers = open_run(tmp_path / "run").answers
    filtered = answers.filter(pl.col("outcome") == str(Outcome.FILTERED))
    assert 10 <= filtered.height <= 50
    assert filtered["option"].null_count() == filtered.height
    assert set(filtered["reason"]) == {"data_inspection_failed"}


def test_logprob_mode_is_refused_where_there_are_no_log_probabilities(items: Items, tmp_path: Path) -> None:
    with FakeServer(Behaviour(logprobs=False)) as server, pytest.raises(Refused, match="no log-probabilities"):
        measure(items(5), [endpoint(server)], tmp_path / "run", design=Design(mode=Mode.LOGPROB))


def test_logprob_and_agree_modes_fill_their_columns(items: Items, tmp_path: Path) -> None:
    measure(items(20), ["sim/balanced"], tmp_path / "logprob", design=Design(mode=Mode.LOGPROB))
    measure(items(20), ["sim/balanced"], tmp_path / "agree", design=Design(mode=Mode.AGREE))
    logprob = open_run(tmp_path / "logprob").answers
    assert logprob["probabilities"].list.sum().to_list() == pytest.approx([1.0] * 40)
    agree = open_run(tmp_path / "agree").answers.filter(pl.col("outcome") == "chosen")
    assert set(agree["stance"]) == {-1, 1}
    assert (agree["option"] == agree["shown"]).all()


def test_recorded_answers_replay_a_run_exactly(items: Items, tmp_path: Path) -> None:
    measure(items(60), ["sim/communal"], tmp_path / "run")
    measure(items(60), [f"recorded/{tmp_path / 'run' / 'answers'}"], tmp_path / "again")
    columns = ["item", "order", "outcome", "option", "raw"]
    assert (
        open_run(tmp_path / "run").answers.select(columns).equals(open_run(tmp_path / "again").answers.select(columns))
    )


def test_a_seeded_sample_keeps_the_languages_of_an_item_together(items: Items, tmp_path: Path) -> None:
    table = items(50, langs=("en", "zh"))
    for folder in ("a", "b"):
        measure(table, ["sim/balanced"], tmp_path / folder, options=MeasureOptions(limit=20, seed=4))
    chosen = open_run(tmp_path / "a").items
    assert chosen.height == 20
    assert chosen.group_by("parallel_id").len()["len"].to_list() == [2] * 10
    assert chosen.equals(open_run(tmp_path / "b").items)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"models": []}, "no respondent"),
        ({"models": ["sim/balanced", "sim/balanced"]}, "named twice"),
        ({"design": Design(langs=("fr",))}, "no items in fr"),
        ({"design": Design(wordings=99)}, "--wordings 99"),
        ({"options": MeasureOptions(shard=(3, 2))}, "--shard 3/2"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_written(
    items: Items, tmp_path: Path, options: dict[str, object], message: str
) -> None:
    given: dict[str, object] = {"models": ["sim/balanced"], **options}
    with pytest.raises((InputError, Refused), match=message):
        measure(items(3), given.pop("models"), tmp_path / "run", **given)
    assert not (tmp_path / "run").exists()


def test_a_table_that_is_not_of_items_is_named(tmp_path: Path, items: Items) -> None:
    with pytest.raises(InputError, match="no such file"):
        measure(tmp_path / "none.parquet", ["sim/balanced"], tmp_path / "run")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="not a table of items"):
        measure(tmp_path / "a.parquet", ["sim/balanced"], tmp_path / "run")
    (tmp_path / "b.parquet").write_text("hello")
    with pytest.raises(InputError, match="not a Parquet file"):
        measure(tmp_path / "b.parquet", ["sim/balanced"], tmp_path / "run")
    pl.read_parquet(items(1)).clear().write_parquet(tmp_path / "c.parquet")
    with pytest.raises(InputError, match="no items"):
        measure(tmp_path / "c.parquet", ["sim/balanced"], tmp_path / "run")
    twice = pl.concat([pl.read_parquet(items(1))] * 2)
    twice.write_parquet(tmp_path / "d.parquet")
    with pytest.raises(InputError, match="twice"):
        measure(tmp_path / "d.parquet", ["sim/balanced"], tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_folder_that_holds_something_else_is_left_alone(items: Items, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("do not touch")
    with pytest.raises(InputError, match="is not a run"):
        measure(items(2), ["sim/balanced"], tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_where_one_respondent_is_stopped_the_others_are_finished(items: Items, tmp_path: Path) -> None:
    with FakeServer(Behaviour(key="right")) as server:
        refused = Endpoint("openai-api/fake/m", "m", [server.base_url], "wrong", Sampling(), timeout=5.0)
        with pytest.raises(Stopped, match="openai-api/fake/m"):
            measure(items(40), [refused, "sim/balanced"], tmp_path / "run")
    answers = open_run(tmp_path / "run").answers
    assert answers["model"].unique().to_list() == ["sim/balanced"]
    assert answers.height == 80


def test_a_budget_holds_for_all_respondents_together(items: Items, tmp_path: Path) -> None:
    budget = Budget(max_calls=100)
    people = [Respondent(open_model(f"sim/{name}"), Limits(budget=budget)) for name in ("balanced", "communal")]
    with pytest.raises(Stopped, match="--max-calls 100 reached"):
        measure(items(200), people, tmp_path / "run")
    assert budget.calls == 100
    people = [Respondent(open_model(f"sim/{name}")) for name in ("balanced", "communal")]
    summary = measure(items(200), people, tmp_path / "run")
    assert (summary.hits, summary.calls) == (100, 700)


def test_respondents_work_side_by_side(items: Items, tmp_path: Path) -> None:
    with FakeServer(Behaviour(latency=0.2)) as server:
        two = [
            Respondent(
                Endpoint(f"openai-api/{name}/m", "m", [server.base_url], None, Sampling()), Limits(concurrency=5)
            )
            for name in ("one", "two")
        ]
        measure(items(10), two, tmp_path / "run")
        assert server.counts.peak > 5


def test_a_simulated_writer_is_refused_as_a_respondent(tmp_path: Path) -> None:
    from axiometer.cli.starter import items_path

    with pytest.raises(InputError, match="answers no items"):
        measure(items_path(Path("starter")), ["sim/rulewriter"], tmp_path / "run")
