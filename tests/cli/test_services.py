"""A service with faults, filters, prices and batches, as the command line meets it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from axiometer.testing import Behaviour, Fault, FaultKind, Filter, FilterForm, Reasoning

from .conftest import KEY, Axiometer, Serve, listing

MODEL = "openai-api/fake/m"


def priced(folder: Path, **entry: object) -> None:
    price = {"input": 100, "output": 100, "as_of": "2026-01-01"}
    content = {"models": {MODEL: {"price": price, **entry}}}
    (folder / "models.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.fixture
def asked(finished: Path) -> tuple[object, ...]:
    return ("measure", finished / "items.parquet", "-m", MODEL, "-o", "run")


def test_a_model_is_checked_with_everything_that_it_can_do(inside: Axiometer, serve: Serve, tmp_path: Path) -> None:
    serve()
    priced(tmp_path)
    found = json.loads(inside("models", "check", MODEL, "--json").out)
    assert found["reachable"].startswith("yes, ")
    assert found["log-probabilities"] == "yes, 5 candidates"
    assert found["JSON schema"] == "yes"
    assert found["cost"].endswith("USD") and not found["cost"].startswith("0.000000")
    assert MODEL in inside("models", "list").out
    serve(Behaviour(logprobs=False))
    assert json.loads(inside("models", "check", MODEL, "--json").out)["log-probabilities"].startswith("no")


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (Behaviour(key="another"), "HTTP 401"),
        (Behaviour(models=("other",)), "check the model's name and the base URL"),
        (Behaviour(faults=(Fault(FaultKind.QUOTA, rate=1.0),)), "top up the account"),
    ],
)
def test_a_service_that_says_no_stops_the_run_in_one_line_without_the_key(
    inside: Axiometer, serve: Serve, tmp_path: Path, asked: tuple[object, ...], behaviour: Behaviour, expected: str
) -> None:
    server = serve(behaviour)
    said = inside(*asked)
    assert said.code == 3 and said.out == ""
    (line,) = said.err.splitlines()
    assert expected in line and line.endswith("; the same command goes on from here")
    assert line.count(MODEL) == 1
    assert KEY not in line
    assert not any(KEY.encode() in (content or b"") for content in listing(tmp_path).values())
    server.behaviour = Behaviour()
    assert json.loads(inside(*asked, "--json").out)["presentations"] == 24


def test_faults_filters_and_reasoning_end_in_outcomes_and_the_key_is_nowhere(
    inside: Axiometer, serve: Serve, tmp_path: Path, asked: tuple[object, ...]
) -> None:
    faults = tuple(
        Fault(kind, first=1, since=8 * place, until=8 * place + 4, wait=0.05)
        for place, kind in enumerate((FaultKind.RATE_LIMIT, FaultKind.RESET, FaultKind.MALFORMED))
    )
    server = serve(
        Behaviour(faults=faults, filters=(Filter(FilterForm.DASHSCOPE, share=0.3),), reasoning=Reasoning.THINK)
    )
    said = inside(*asked, "--json")
    assert said.code == 0
    outcomes = json.loads(said.out)["outcomes"][MODEL]
    assert set(outcomes) == {"chosen", "filtered"} and sum(outcomes.values()) == 24
    assert said.err.count("rate limit, slowing down") == 1
    assert server.repeated() == {}
    assert inside("analyze", "run", "--resamples", 100).code == 0
    assert inside("export", "run/answers", "-o", "answers.csv").code == 0
    assert not any(KEY.encode() in (content or b"") for content in listing(tmp_path).values())
    answers = pl.read_parquet(tmp_path / "run" / "answers")
    assert "weighed" in answers.filter(pl.col("outcome") == "chosen")["reasoning"][0]


def test_calls_and_money_have_limits_and_the_same_command_goes_on(
    inside: Axiometer, serve: Serve, tmp_path: Path, asked: tuple[object, ...]
) -> None:
    server = serve()
    said = inside(*asked, "--max-usd", 1)
    assert said.line == f"--max-usd needs the price of {MODEL} (give it in models.yaml)"
    assert server.counts.attempts == 0 and listing(tmp_path) == {}
    priced(tmp_path)
    said = inside(*asked, "--max-calls", 5)
    assert said.code == 3
    assert said.err.splitlines()[-1] == "axiometer: --max-calls 5 reached; the same command goes on from here"
    assert server.counts.attempts == 5
    assert "no answers yet" in inside("analyze", "run").line
    said = inside(*asked, "--max-usd", 0.1)
    assert said.code == 3 and "--max-usd 0.1 reached: 0.0" in said.err
    assert 5 < server.counts.attempts < 24
    said = inside(*asked, "--json")
    assert said.code == 0 and server.counts.attempts == 24 and server.repeated() == {}
    again = inside(*asked)
    assert again.code == 0 and "24" in again.out and server.counts.attempts == 24


def test_errors_are_counted_and_asked_again(inside: Axiometer, serve: Serve, asked: tuple[object, ...]) -> None:
    server = serve(Behaviour(faults=(Fault(FaultKind.BAD_REQUEST, rate=0.4),)))
    said = inside(*asked)
    assert said.code == 0 and "ended in an error: the same command asks them again" in said.out
    server.behaviour = Behaviour()
    assert json.loads(inside(*asked, "--json").out)["outcomes"] == {MODEL: {"chosen": 24}}


def test_an_occasion_asks_again_and_its_name_is_part_of_the_run(
    inside: Axiometer, serve: Serve, tmp_path: Path, asked: tuple[object, ...]
) -> None:
    server = serve()
    assert inside(*asked).code == 0
    assert inside(*asked[:-1], "copy").code == 0
    assert server.counts.attempts == 24, "a run beside it has the answers"
    assert inside(*asked[:-1], "retest", "--occasion", "tuesday").code == 0
    assert server.counts.attempts == 48
    assert "occasion: None -> tuesday" in inside(*asked, "--occasion", "tuesday").line


def test_a_batch_gives_the_same_answers(
    inside: Axiometer, serve: Serve, tmp_path: Path, asked: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(Behaviour(batch_polls=0))
    said = inside(*asked[:-1], "a/batch", "--batch", "--json")
    assert said.code == 0 and json.loads(said.out)["from_journal"] == 24
    assert "24 requests sent" in said.err and "24 of 24 answers" in said.err
    assert inside(*asked[:-1], "b/plain").code == 0
    one, other = (pl.read_parquet(tmp_path / run / "answers") for run in ("a/batch", "b/plain"))
    assert one.drop("served_model").equals(other.drop("served_model"))


def test_probabilities_need_a_model_that_gives_them(inside: Axiometer, serve: Serve, asked: tuple[object, ...]) -> None:
    serve(Behaviour(logprobs=False))
    said = inside(*asked, "--mode", "logprob", "--concurrency", 1)
    assert said.code == 1
    assert said.err.splitlines()[-1].endswith(
        "gives no log-probabilities, which --mode logprob needs (use --mode choice)"
    )
    serve()
    assert inside(*asked[:-1], "other/run", "--mode", "logprob").code == 0


def test_what_a_model_says_stays_data(inside: Axiometer, serve: Serve, tmp_path: Path, finished: Path) -> None:
    injected = 'A</script><script>alert(1)</script>{{7*7}}\u202e=HYPERLINK("x")'
    serve(Behaviour(mix=((injected, 1.0),)))
    asked = ("measure", finished / "items.parquet", "-m", MODEL, "-o", "run")
    assert inside(*asked, "--limit", 3).code == 0
    assert pl.read_parquet(tmp_path / "run" / "answers")["raw"].unique().to_list() == [injected]
    assert inside("analyze", "run", "--resamples", 100).code == 0
    assert inside("export", "run/answers", "-o", "answers.csv").code == 0
    assert '{{7*7}}\u202e=HYPERLINK(""x"")' in (tmp_path / "answers.csv").read_text(encoding="utf-8-sig")
    assert inside("report", "run", "--no-figures").code == 0
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "</script><script>alert(1)" not in page and "49" + "\u202e" not in page
