"""Raw answers read to replies: the forms that services send."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.models.protocols import BadAnswer, Finish, Usage
from axiometer.models.reading import read_chat, split_reasoning


def raw(message: dict[str, object], **more: object) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": more.pop("finish", "stop")}
    if "logprobs" in more:
        choice["logprobs"] = more.pop("logprobs")
    return json.dumps({"choices": [choice], **more}).encode()


def entry(token: str, value: float = -0.1, **top: float) -> dict[str, object]:
    rows = [{"token": name, "logprob": number} for name, number in top.items()]
    return {"token": token, "logprob": value, "top_logprobs": rows}


def test_content_may_be_text_parts_or_nothing() -> None:
    assert read_chat(raw({"content": "A"})).text == "A"
    assert read_chat(raw({"content": None})).text == ""
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "选项"},
        {"type": "output_text", "text": "B"},
    ]
    reply = read_chat(raw({"content": parts}))
    assert (reply.text, reply.reasoning) == ("选项B", "hm")
    assert read_chat(raw({"content": [{"type": "refusal", "refusal": "No."}]})).refusal == "No."


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_fields_are_kept_apart(field: str) -> None:
    reply = read_chat(raw({"content": "A", field: "thought"}))
    assert (reply.text, reply.reasoning) == ("A", "thought")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A", (None, "A")),
        ("<think>\nweigh\n</think>\n\nA", ("weigh", "A")),
        ("weigh\n</think>\nA", ("weigh", "A")),
        ("<think>\n\n</think>\n\nA", (None, "A")),
        ("<think>never closed", ("never closed", "")),
        ("I think <think> is a tag. A", (None, "I think <think> is a tag. A")),
    ],
)
def test_think_blocks_are_split_from_the_answer(text: str, expected: tuple[str | None, str]) -> None:
    assert split_reasoning(text) == expected


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", Finish.STOP),
        ("eos", Finish.STOP),
        ("length", Finish.LENGTH),
        ("tool_calls", Finish.OTHER),
        (None, Finish.OTHER),
        ("content_filter", Finish.FILTER),
        ("content_filter: PROHIBITED_CONTENT", Finish.FILTER),
        ("sensitive", Finish.FILTER),
    ],
)
def test_finish_reasons_are_mapped(reason: str | None, finish: Finish) -> None:
    reply = read_chat(raw({"content": "A"}, finish=reason))
    assert reply.finish is finish
    assert reply.filter_code == (reason if finish is Finish.FILTER else None)


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
        {"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 4},
        {"prompt_tokens": 9, "completion_tokens": 2, "cached_tokens": 4, "prompt_tokens_details": None},
    ],
)
def test_usage_is_read_with_cached_tokens(usage: dict[str, object]) -> None:
    assert read_chat(raw({"content": "A"}, usage=usage)).usage == Usage(9, 2, 4)


def test_white_space_before_the_answer_does_not_count_as_its_first_token() -> None:
    logprobs = {"content": [entry("\n"), entry(" "), entry("A", A=-0.2, B=-1.8), entry(".")]}
    reply = read_chat(raw({"content": "\n A."}, logprobs=logprobs))
    assert reply.first_token == (("A", -0.2), ("B", -1.8))


def test_tokens_of_reasoning_in_a_field_of_its_own_are_skipped() -> None:
    tokens = [entry("A"), entry(" or"), entry(" B"), entry("</think>"), entry("B", B=-0.3, A=-1.4)]
    reply = read_chat(raw({"content": "B", "reasoning_content": "A or B"}, logprobs={"content": tokens}))
    assert reply.first_token == (("B", -0.3), ("A", -1.4))


def test_candidates_are_unknown_where_the_answer_is_not_among_the_tokens() -> None:
    tokens = [entry("hm"), entry("so")]
    assert read_chat(raw({"content": "B", "reasoning": "hm so"}, logprobs={"content": tokens})).first_token is None


def test_a_served_model_carries_its_fingerprint() -> None:
    assert read_chat(raw({"content": "A"}, model="m-1", system_fingerprint="fp")).served_model == "m-1@fp"
    assert read_chat(raw({"content": "A"}, model="m-1")).served_model == "m-1"
    assert read_chat(raw({"content": "A"})).served_model is None


@pytest.mark.parametrize("bad", [b"", b"x", b"1", b"[]", b"{}", b'{"choices": [{}]}', b'{"choices": 3}', b"\xff\xfe"])
def test_what_is_no_answer_raises_bad_answer(bad: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_chat(bad)


_names = st.sampled_from(
    [
        "choices",
        "message",
        "content",
        "logprobs",
        "token",
        "logprob",
        "top_logprobs",
        "usage",
        "finish_reason",
        "model",
        "prompt_tokens",
    ]
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=5),
    max_leaves=20,
)


@given(_json, _json, _json)
def test_reading_gives_a_reply_or_bad_answer_whatever_the_json(content: object, logprobs: object, rest: object) -> None:
    choice = {"message": {"content": content, "reasoning": rest}, "logprobs": logprobs, "finish_reason": rest}
    for body in ({"choices": [choice], "usage": rest, "model": rest}, {"choices": rest}, rest):
        with contextlib.suppress(BadAnswer):
            assert isinstance(read_chat(json.dumps(body).encode()).text, str)


@given(_json)
def test_any_list_of_logprobs_gives_candidates_or_none(entries: object) -> None:
    reply = read_chat(raw({"content": "A"}, logprobs={"content": entries}))
    assert reply.first_token is None or all(isinstance(token, str) for token, _ in reply.first_token)


@given(st.binary(max_size=60))
def test_reading_any_bytes_raises_nothing_but_bad_answer(content: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_chat(content)
