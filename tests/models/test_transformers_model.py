"""Hugging Face models in this process: a small one that the test makes, and the packaged one."""

from __future__ import annotations

import asyncio
import json
import math
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.align.tiny_model import make_tiny_model

from axiometer.errors import InputError
from axiometer.models.protocols import BadRequest, Finish, Message, Request, scores_continuations
from axiometer.models.registry import open_model
from axiometer.models.settings import ModelEntry, Parameters
from axiometer.models.transformers_weights import find

pytestmark = pytest.mark.skipif(
    find_spec("torch") is None or find_spec("transformers") is None,
    reason="the extra `train` (PyTorch, Transformers) is not installed",
)
WORDS = "Is this so ? Yes , it is . No it is not Options : ( A ) ( B ) one two three"
PROMPT = "Is this so?\n\nOptions:\n(A) Yes.\n(B) No."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"), [WORDS])


def _send(model: object, request: Request) -> bytes:
    raw = asyncio.run(model.send(request))  # type: ignore[attr-defined]
    assert isinstance(raw, bytes)
    return raw


def test_every_letter_that_is_listed_has_its_probability(folder: Path) -> None:
    model = open_model(f"hf/{folder}")
    request = Request((Message("user", PROMPT),), top_logprobs=1, max_tokens=1)
    reply = model.read(_send(model, request))
    assert reply.first_token is not None
    found = dict(reply.first_token)
    assert {"A", "B"} <= found.keys() and all(value < 0 for value in found.values())
    assert reply.finish is Finish.LENGTH and reply.usage.tokens_in > 10


def test_words_are_as_likely_as_their_tokens_one_after_the_other(folder: Path) -> None:
    import torch
    import transformers

    texts = ("Yes, it is.", "No.")
    model = open_model(f"hf/{folder}")
    assert scores_continuations(model)
    reply = model.read(_send(model, Request((Message("user", "Is this so?"),), continuations=texts)))
    assert reply.continuations is not None
    network = transformers.AutoModelForCausalLM.from_pretrained(str(folder))
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder))
    for text, value in zip(texts, reply.continuations, strict=True):
        ids = tokenizer(f"<user> Is this so? </s> <assistant> {text} </s>", add_special_tokens=False)["input_ids"]
        start = ids.index(tokenizer.convert_tokens_to_ids("<assistant>")) + 1
        with torch.no_grad():
            logprobs = torch.log_softmax(network(torch.tensor([ids])).logits[0], dim=-1)
        by_hand = sum(float(logprobs[place - 1, ids[place]]) for place in range(start, len(ids)))
        assert value == pytest.approx(by_hand, abs=1e-3)


def test_the_same_request_has_the_same_answer_and_repeats_differ_when_drawn(folder: Path) -> None:
    cold = open_model(f"hf/{folder}", parameters=Parameters(max_tokens=6))
    request = Request((Message("user", "Is this so?"),))
    assert _send(cold, request) == _send(open_model(f"hf/{folder}", parameters=Parameters(max_tokens=6)), request)
    warm = open_model(f"hf/{folder}", parameters=Parameters(max_tokens=6, temperature=2.0))
    said = {_send(warm, Request((Message("user", "Is this so?"),), repeat=repeat)) for repeat in range(5)}
    assert len(said) > 1
    assert json.loads(next(iter(said)))["usage"]["completion_tokens"] <= 6


def test_without_a_chat_template_the_plain_prompt_is_continued(folder: Path) -> None:
    model = open_model(f"hf/{folder}", ModelEntry(chat_template=False))
    assert model.continues
    reply = model.read(_send(model, Request((Message("user", PROMPT),), top_logprobs=3)))
    assert reply.first_token is not None and {"A", "B"} <= dict(reply.first_token).keys()
    scored = model.read(_send(model, Request((Message("user", "one"),), continuations=("two",)))).continuations
    assert scored is not None and math.isfinite(scored[0])


def test_identity_is_of_the_weights_wherever_they_lie(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(folder, moved)
    (moved / "README.md").write_text("a card changes no answer", encoding="utf-8")
    assert open_model(f"hf/{moved}").identity == open_model(f"hf/{folder}").identity
    other = make_tiny_model(tmp_path / "other", [WORDS], seed=1)
    assert open_model(f"hf/{other}").identity["model"] != open_model(f"hf/{folder}").identity["model"]
    assert str(tmp_path) not in json.dumps(dict(open_model(f"hf/{moved}").identity))
    raw = _send(open_model(f"hf/{moved}"), Request((Message("user", "one"),), max_tokens=1))
    assert str(tmp_path) not in raw.decode()


def test_what_it_cannot_do_is_said(folder: Path, tmp_path: Path) -> None:
    model = open_model(f"hf/{folder}")
    with pytest.raises(BadRequest, match="schema"):
        _send(model, Request((Message("user", "one"),), schema={"type": "object"}))
    with pytest.raises(InputError, match="no such model"):
        find(str(tmp_path / "nowhere" / "at" / "all"))
    with pytest.raises(InputError, match="holds neither"):
        find(str(tmp_path))
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="holds no weights"):
        find(str(tmp_path))
    with pytest.raises(InputError, match="extra: int3"):
        open_model(f"hf/{folder}", ModelEntry(extra={"dtype": "int3"}))


@pytest.mark.slow
def test_the_packaged_model_answers_from_its_gguf_file() -> None:
    pytest.importorskip("gguf")
    model = open_model("hf/smollm2-135m", ModelEntry(extra={"dtype": "bfloat16"}), Parameters(max_tokens=12))
    raw = _send(model, Request((Message("user", "What is the capital of France?"),)))
    assert "Paris" in model.read(raw).text
    likely = model.read(
        _send(model, Request((Message("user", "What is the capital of France?"),), continuations=("Paris.", "Rome.")))
    ).continuations
    assert likely is not None and likely[0] > likely[1]
