"""Vectors from `/v1/embeddings` of an OpenAI-compatible service, in batches, with retries."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from axiometer.models.environment import service_settings
from axiometer.models.filters import details_of
from axiometer.models.protocols import BadAnswer, CallError, RateLimited
from axiometer.models.service_errors import failure
from axiometer.models.wire import Wire
from axiometer.similarity.embedders import check_texts
from axiometer.similarity.vectors import Vectors, unit_vectors

TEXTS_PER_CALL = 64
IN_FLIGHT = 8
ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
TIMEOUT = 120.0


class EndpointEmbedder:
    """An embedder behind a service. Calls hold 64 texts, eight at a time; what may succeed later is tried eight times,
    with growing waits or as long as the service says.

    `name` is what caches know it by, so another model needs another name. Raises a `CallError` where the service will
    not answer, `InputError` where its key or base URL is missing.
    """

    def __init__(self, name: str, service: str, model: str) -> None:
        settings = service_settings(service)
        self.name = name
        self._model = model
        self._wire = Wire(name, [settings.base_url], settings.key, timeout=TIMEOUT)
        self._dimensions: int | None = None
        self._waits = random.Random()

    @property
    def dimensions(self) -> int:
        """Columns of the vectors. Asks the service for one short text where nothing has been embedded yet."""
        if self._dimensions is None:
            self._dimensions = self.embed(["dimensions"]).shape[1]
        return self._dimensions

    def embed(self, texts: list[str]) -> Vectors:
        check_texts(texts)
        if not texts:
            return np.empty((0, self._dimensions or 0), np.float32)
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            parts = asyncio.run(self._all(texts))
        else:  # called from inside a loop, which must not be entered twice
            with ThreadPoolExecutor(1) as other:
                parts = other.submit(asyncio.run, self._all(texts)).result()
        vectors = unit_vectors(np.concatenate(parts))
        self._dimensions = vectors.shape[1]
        return vectors

    async def _all(self, texts: list[str]) -> list[Vectors]:
        free = asyncio.Semaphore(IN_FLIGHT)

        async def one(start: int) -> Vectors:
            async with free:
                return await self._batch(texts[start : start + TEXTS_PER_CALL])

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(start)) for start in range(0, len(texts), TEXTS_PER_CALL)]
        except* CallError as errors:
            raise _first(errors) from None
        finally:
            await self._wire.close()
        return [task.result() for task in tasks]

    async def _batch(self, texts: list[str]) -> Vectors:
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        for attempt in range(ATTEMPTS):
            try:
                return read_embeddings(self.name, await self._wire.post("/embeddings", body, accept_embeddings), texts)
            except CallError as error:
                if not error.retry or attempt == ATTEMPTS - 1:
                    raise
                asked = error.retry_after if isinstance(error, RateLimited) else None
                wait = min(FIRST_WAIT * 2**attempt, LONGEST_WAIT) * self._waits.uniform(0.5, 1.0)
            await asyncio.sleep(wait if asked is None else asked)
        raise AssertionError("unreachable")


def accept_embeddings(name: str, status: int, headers: Mapping[str, str], content: bytes) -> bytes:
    """The body of an answer that holds embeddings. Raises the `CallError` that fits anything else."""
    try:
        body = json.loads(content)
    except ValueError:
        if status == 200:
            raise BadAnswer(f"{name}: the answer is not JSON ({len(content)} bytes)") from None
        body = None
    if status == 200 and isinstance(body, dict) and isinstance(body.get("data"), list):
        return content
    raise failure(name, status, headers, details_of(body), content)


def read_embeddings(name: str, content: bytes, texts: list[str]) -> Vectors:
    """The vectors in an answer, in the order of the texts. Raises `BadAnswer` where one is missing or malformed."""
    try:
        rows = {int(row["index"]): row["embedding"] for row in json.loads(content)["data"]}
        vectors = np.array([rows[number] for number in range(len(texts))], np.float32)
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"{name}: the answer does not hold one vector for each of {len(texts)} texts") from error
    if vectors.ndim != 2 or not np.all(np.isfinite(vectors)) or not np.all(np.any(vectors != 0, axis=1)):
        raise BadAnswer(f"{name}: the answer holds vectors that are empty, zero or not finite")
    return vectors


def _first(errors: BaseExceptionGroup[CallError]) -> CallError:
    found = errors.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
