"""Texts become unit vectors: by the embedder in the package, and by services."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from axiometer.errors import InputError
from axiometer.models.protocols import BadRequest, Embedder, Temporary, Unauthorised
from axiometer.runtime.runners.cores import cores
from axiometer.similarity import endpoint_embedder
from axiometer.similarity.embedders import DEFAULT_EMBEDDER, SentenceEncoder, open_embedder

from .embedding_server import DIMENSIONS, Service, hashed, serving

TEXTS = ["应当按时归还借来的东西", "借来的东西应当按时还", "It is wrong to waste food.", "x", "应当诚实。" * 60]


@pytest.fixture(scope="module")
def encoder() -> Embedder:
    return open_embedder()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with serving(Service()) as found:
        monkeypatch.setenv("NEARBY_BASE_URL", found.url)
        monkeypatch.setenv("NEARBY_API_KEY", "sk-secret-1234")
        monkeypatch.setattr(endpoint_embedder, "FIRST_WAIT", 0.01)
        yield found


def test_the_default_embedder_gives_unit_rows_in_the_order_of_the_texts(encoder: Embedder) -> None:
    rows = encoder.embed(TEXTS)
    assert rows.shape == (len(TEXTS), encoder.dimensions) == (5, 512) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert rows[0] @ rows[1] > 0.8 > rows[0] @ rows[2]
    assert encoder.embed([]).shape == (0, 512)


def test_a_vector_hardly_depends_on_the_texts_beside_it(encoder: Embedder) -> None:
    together = encoder.embed(TEXTS * 30)
    alone = np.concatenate([encoder.embed([text]) for text in TEXTS])
    assert np.abs(together[: len(TEXTS)] - alone).max() < 2e-6


def test_the_embedder_takes_no_more_threads_than_there_are_cores() -> None:
    before = [pool["num_threads"] for pool in threadpool_info()]
    greedy = SentenceEncoder(threads=64)
    greedy.embed(["one"])
    assert greedy.threads == cores() and SentenceEncoder().threads == 1
    assert [pool["num_threads"] for pool in threadpool_info()] == before


@pytest.mark.parametrize("name", [DEFAULT_EMBEDDER, "openai-api/nearby/m"])
@pytest.mark.parametrize("empty", ["", " \n\u3000"])
def test_an_empty_text_is_told_with_its_number(name: str, empty: str, service: Service) -> None:
    with pytest.raises(InputError, match=r"^text 1 \(counted from 0\) is empty"):
        open_embedder(name).embed(["fine", empty])


@pytest.mark.parametrize("name", ["use", "use/v4", "openai/", "openai-api/nearby", "", "sim/x"])
def test_an_unknown_name_is_told_with_those_that_are_known(name: str) -> None:
    with pytest.raises(InputError, match=r"unknown embedder .*use/multilingual-v3"):
        open_embedder(name)


def test_a_service_without_a_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(InputError, match="OPENAI_API_KEY"):
        open_embedder("openai/text-embedding-3-small")


def test_a_service_gets_batches_and_its_rows_come_back_in_order(service: Service) -> None:
    embedder = open_embedder("openai-api/nearby/m")
    texts = [f"text {number}" for number in range(150)]
    rows = embedder.embed(texts)
    wanted = np.array([hashed(text) for text in texts])
    assert np.allclose(rows, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-6)
    assert sorted(service.calls) == [22, 64, 64] and sorted(service.texts) == sorted(texts)
    assert service.keys == {"Bearer sk-secret-1234"} and embedder.dimensions == DIMENSIONS


def test_what_may_succeed_later_is_tried_again(service: Service) -> None:
    service.faults = [(429, {"error": {"message": "slow down"}}), (503, "busy"), (200, "no json"), (200, {"data": []})]
    assert open_embedder("openai-api/nearby/m").embed(["one"]).shape == (1, DIMENSIONS)
    assert service.texts == ["one"] and not service.faults


@pytest.mark.parametrize(
    ("status", "error"), [(401, Unauthorised), (400, BadRequest), (500, Temporary)], ids=["key", "request", "down"]
)
def test_what_will_not_succeed_is_one_clear_error(service: Service, status: int, error: type[Exception]) -> None:
    service.faults = [(status, {"error": {"message": "no, and sk-secret-1234 is noted"}})] * 20
    with pytest.raises(error) as raised:
        open_embedder("openai-api/nearby/m").embed(["one"])
    assert f"HTTP {status}" in str(raised.value) and "sk-secret" not in str(raised.value)
    assert len(service.faults) == (20 - endpoint_embedder.ATTEMPTS if status == 500 else 19)


def test_a_service_can_be_asked_from_inside_a_loop(service: Service) -> None:
    async def inside() -> int:
        return len(open_embedder("openai-api/nearby/m").embed(["one", "two"]))

    assert asyncio.run(inside()) == 2


def test_dimensions_of_a_service_are_asked_for_when_they_are_wanted(service: Service) -> None:
    embedder = open_embedder("openai-api/nearby/m")
    assert not service.texts
    assert embedder.dimensions == DIMENSIONS and len(service.texts) == 1
