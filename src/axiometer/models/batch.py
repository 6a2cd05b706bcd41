"""Batches on a service that has them: many requests in one file, answered within a day, often at half the price."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from axiometer.models.endpoint import Endpoint
from axiometer.models.environment import redact
from axiometer.models.filters import details_of
from axiometer.models.protocols import BadAnswer, CallError, Request, Temporary
from axiometer.models.service_errors import accept, failure

if TYPE_CHECKING:
    import openai

_ENDPOINT: Final = "/v1/chat/completions"
_LABEL = "axiometer"
_ENDED = ("completed", "failed", "expired", "cancelled")


@dataclass(frozen=True, slots=True)
class BatchState:
    """How far a batch is. `ended` says that it will not change any more; its answers, all or some, can be fetched."""

    id: str
    status: str
    total: int
    completed: int
    failed: int
    output_file: str | None
    error_file: str | None

    @property
    def ended(self) -> bool:
        return self.status in _ENDED


class BatchEndpoint:
    """The batch side of an `Endpoint`. Store the id that `submit` gives before polling."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def submit(self, requests: Sequence[tuple[str, Request]], label: str) -> str:
        """Sends (id of the caller's choice, request) pairs; gives the batch's id. Raises a `CallError`.

        `label` goes into the batch's metadata, so that `find` can tell whether a batch was sent.
        """
        lines = [
            json.dumps(
                {"custom_id": key, "method": "POST", "url": _ENDPOINT, "body": self._endpoint.body(request)},
                ensure_ascii=False,
                separators=(",", ":"),
            )
            for key, request in requests
        ]
        content = "\n".join([*lines, ""]).encode()
        client = self._endpoint.wire.client()
        with _Errors(self._endpoint.name):
            stored = await client.files.create(file=("requests.jsonl", content), purpose="batch")
            batch = await client.batches.create(
                input_file_id=stored.id, endpoint=_ENDPOINT, completion_window="24h", metadata={_LABEL: label}
            )
        return batch.id

    async def find(self, label: str) -> str | None:
        """The id of the newest batch with this label, if the service knows one. Raises a `CallError`."""
        with _Errors(self._endpoint.name):
            async for batch in self._endpoint.wire.client().batches.list(limit=100):
                if (batch.metadata or {}).get(_LABEL) == label:
                    return batch.id
        return None

    async def state(self, batch_id: str) -> BatchState:
        """How far the batch is. Raises a `CallError`."""
        with _Errors(self._endpoint.name):
            batch = await self._endpoint.wire.client().batches.retrieve(batch_id)
        counts = batch.request_counts
        return BatchState(
            id=batch.id,
            status=batch.status,
            total=counts.total if counts else 0,
            completed=counts.completed if counts else 0,
            failed=counts.failed if counts else 0,
            output_file=batch.output_file_id,
            error_file=batch.error_file_id,
        )

    async def cancel(self, batch_id: str) -> None:
        with _Errors(self._endpoint.name):
            await self._endpoint.wire.client().batches.cancel(batch_id)

    async def answers(self, state: BatchState) -> AsyncIterator[tuple[str, bytes | CallError]]:
        """(id, raw answer or error) of every line that the service worked off, in the service's order.

        Lines that are missing (an expired batch) were not answered and not paid for.
        """
        for file_id in (state.output_file, state.error_file):
            if file_id is None:
                continue
            with _Errors(self._endpoint.name):
                content = await self._endpoint.wire.client().files.content(file_id)
            for line in content.content.splitlines():
                if line.strip():
                    yield read_batch_line(self._endpoint.name, line)


def read_batch_line(name: str, line: bytes) -> tuple[str, bytes | CallError]:
    """The id and the raw answer, or the error, in one line of a batch's output. Raises `BadAnswer` for no such line."""
    try:
        row = json.loads(line)
        key = str(row["custom_id"])
        response = row.get("response") or {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadAnswer(f"{name}: a line of the batch's output cannot be read") from None
    status = int(response.get("status_code") or 0)
    if status == 0:
        error = details_of({"error": row.get("error")})
        return key, Temporary(redact(f"{name}: batch line failed: {error.code} {error.message}".strip()))
    try:
        content = json.dumps(response.get("body"), ensure_ascii=False, separators=(",", ":")).encode()
        return key, accept(name, status, {}, content)
    except CallError as error:
        return key, error


class _Errors:
    """Turns the SDK's errors into the family of `protocols`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        import openai

        if isinstance(error, openai.APIStatusError):
            raise _status_error(self._name, error) from None
        if isinstance(error, openai.APIError | OSError):
            raise Temporary(redact(f"{self._name}: {error}")) from None


def _status_error(name: str, error: openai.APIStatusError) -> CallError:
    response = error.response
    try:
        body = json.loads(response.content)
    except ValueError:
        body = None
    return failure(name, response.status_code, response.headers, details_of(body), response.content)
