"""The fake server as the model of a corpus: real steps over the wire, answered from the request alone."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Sequence
from typing import Any

import openai
import pytest

from axiometer.build.corpus.steps.classify import classify
from axiometer.build.corpus.steps.compact import CompactScreen, CompactWrite, compact_prompting
from axiometer.build.corpus.steps.filter import filter_rules
from axiometer.build.corpus.steps.label import label
from axiometer.build.corpus.steps.refine import refine
from axiometer.build.corpus.steps.screen import screen
from axiometer.build.corpus.steps.write import write
from axiometer.frameworks import load_framework
from axiometer.models.protocols import ChatModel, Request
from axiometer.models.registry import open_model
from axiometer.records.corpus_rows import Rule, make_text
from axiometer.runtime.stages.rows import CallStage, Dropped, Kept, Rejected
from axiometer.testing import Behaviour, FakeServer
from axiometer.testing.rulewriter import marked_text

CORE = load_framework("core-socialist-values")
TEXTS = [
    make_text(lang=lang, text=f"{words} {number}.", source="here")
    for number in range(30)
    for lang, words in (("zh", "邻居们轮流照看老人"), ("en", "Neighbours take turns to look after an old man"))
]


def respondent(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> ChatModel:
    monkeypatch.setenv("FAKE_API_KEY", "k")
    monkeypatch.setenv("FAKE_BASE_URL", server.base_url)
    return open_model("openai-api/fake/m")


async def ends_of(model: ChatModel, stages: Sequence[CallStage[Any, Any]]) -> tuple[Counter[str], list[Rule]]:
    """How often each stage ended a row in each way, and the rows that came out at the end."""
    ends: Counter[str] = Counter()
    rows: list[Any] = list(TEXTS)
    for stage in stages:
        kept: list[Any] = []
        for row in rows:
            end: Kept[Any] | Dropped | Rejected | Request = stage.render(row)
            if isinstance(end, Request):
                end = stage.read(row, model.read(await model.send(end)))
            assert not isinstance(end, Request)
            ends[f"{stage.name} {type(end).__name__.lower()}"] += 1
            kept += end.rows if isinstance(end, Kept) else ()
        rows = kept
    await model.close()
    return ends, rows


def steps(compact: bool, framework: Any = CORE) -> list[CallStage[Any, Any]]:
    combined = compact_prompting(framework)
    first: list[CallStage[Any, Any]] = (
        [CompactScreen(combined), CompactWrite(combined)]
        if compact
        else [screen(framework), write(framework), refine(framework), filter_rules(framework)]
    )
    return [*first, classify(framework), label(framework, None, 0)]


@pytest.mark.parametrize("compact", [False, True])
def test_every_step_gets_an_answer_that_can_be_used(monkeypatch: pytest.MonkeyPatch, compact: bool) -> None:
    found = []
    for _ in range(2):
        with FakeServer(Behaviour(rulewriter=True)) as server:
            ends, rules = asyncio.run(ends_of(respondent(server, monkeypatch), steps(compact)))
            counts = server.counts
        found.append((ends, rules))
        assert not any("rejected" in end for end in ends)
        # Compact screening and writing are one request; the journal, which is not here, would answer the second.
        assert counts.distinct + (ends["write kept"] if compact else 0) == counts.attempts
    assert found[0] == found[1]
    ends, rules = found[0]
    assert ends["screen dropped"] > 5 and ends["label kept"] == len(rules) > 30
    assert all(value in CORE for rule in rules for value in rule.values)
    assert {rule.lang for rule in rules} == {"zh", "en"}
    assert all(any("\u4e00" <= each <= "\u9fff" for each in rule.text) == (rule.lang == "zh") for rule in rules)


def test_values_of_another_framework_are_those_that_the_schema_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    schwartz = load_framework("schwartz")
    with FakeServer(Behaviour(rulewriter=True)) as server:
        ends, rules = asyncio.run(ends_of(respondent(server, monkeypatch), steps(False, schwartz)))
    assert not any("rejected" in end for end in ends)
    assert rules and all(value in schwartz for rule in rules for value in rule.values)


def test_another_seed_is_another_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for seed in (0, 1):
        with FakeServer(Behaviour(rulewriter=True, seed=seed)) as server:
            found.append(asyncio.run(ends_of(respondent(server, monkeypatch), steps(False)))[1])
    assert found[0] != found[1]


def test_the_row_is_what_stands_between_the_last_marks() -> None:
    assert marked_text("Rules.\n<<<0123abcd\na\ndeadbeef>>>\nb\n0123abcd>>>\nAnswer.") == "a\ndeadbeef>>>\nb"
    assert marked_text("<<<00000000\nold\n00000000>>>\n\n<<<11111111\nnew\n11111111>>>") == "new"
    assert marked_text("between <<< and >>>: nothing") is None


def test_a_request_that_is_no_step_is_answered_as_ever() -> None:
    with (
        FakeServer(Behaviour(rulewriter=True, mix=(("as ever", 1.0),))) as server,
        openai.OpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client,
    ):
        answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])
    assert answer.choices[0].message.content == "as ever"


def test_the_process_plays_the_rule_writer_and_counts_each_request() -> None:
    request = screen(CORE).render(TEXTS[0])
    assert isinstance(request, Request)
    form: Any = {"type": "json_schema", "json_schema": {"name": "answer", "schema": request.schema}}
    command = [sys.executable, "-m", "axiometer.testing", "--rulewriter"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            with openai.OpenAI(api_key="k", base_url=url, max_retries=0) as client:
                said = [
                    client.chat.completions.create(
                        model="m",
                        messages=[{"role": "user", "content": request.messages[0].content}],
                        response_format=form,
                    )
                    for _ in range(2)
                ]
            with urllib.request.urlopen(url.removesuffix("/v1") + "/__counts__?each") as response:
                counts = json.load(response)
        finally:
            process.terminate()
    answers = [json.loads(each.choices[0].message.content or "") for each in said]
    assert answers[0] == answers[1] and set(answers[0]) == {"reason", "touches"}
    assert list(counts["each"].values()) == [[2, 2]]
