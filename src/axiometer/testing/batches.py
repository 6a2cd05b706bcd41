"""The batch half of an OpenAI-compatible service: files that are uploaded, batches that are worked off."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from axiometer.testing.answers import CREATED
from axiometer.testing.behaviour import Body
from axiometer.testing.services import Response, error

LineAnswer = Callable[[str, Body], Response]
_ENDED = ("completed", "failed", "expired", "cancelled")


@dataclass(slots=True)
class Batch:
    """A batch and how often it was asked about."""

    id: str
    input_file: str
    endpoint: str
    status: str = "validating"
    polls: int = 0
    output_file: str | None = None
    error_file: str | None = None
    done: int = 0
    failed: int = 0
    total: int = 0
    metadata: Body = field(default_factory=dict)

    def as_json(self) -> Body:
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": self.endpoint,
            "input_file_id": self.input_file,
            "completion_window": "24h",
            "status": self.status,
            "output_file_id": self.output_file,
            "error_file_id": self.error_file,
            "created_at": CREATED,
            "request_counts": {"total": self.total, "completed": self.done, "failed": self.failed},
            "metadata": self.metadata,
        }


class BatchDesk:
    """Files and batches in memory. A batch ends with `end` at the poll after `polls` polls."""

    def __init__(self, answer: LineAnswer) -> None:
        self._answer = answer
        self.files: dict[str, tuple[str, bytes]] = {}
        self.batches: dict[str, Batch] = {}

    def upload(self, content_type: str, body: bytes) -> Response:
        """Takes a multipart upload with a part `file`."""
        parts = _multipart(content_type, body)
        if "file" not in parts:
            return error(400, "A part named `file` is needed.", "invalid_request_error", "missing_required_parameter")
        name = self._store("input.jsonl", parts["file"])
        return Response(200, self._file_json(name))

    def content(self, file_id: str) -> bytes | None:
        stored = self.files.get(file_id)
        return stored[1] if stored is not None else None

    def file(self, file_id: str) -> Response:
        if file_id not in self.files:
            return error(404, "No such file.", "invalid_request_error", None)
        return Response(200, self._file_json(file_id))

    def create(self, body: Body) -> Response:
        source, endpoint = str(body.get("input_file_id", "")), str(body.get("endpoint", ""))
        if source not in self.files:
            return error(400, f"No such file: {source}", "invalid_request_error", "invalid_file")
        batch = Batch(f"batch_{len(self.batches) + 1:04d}", source, endpoint)
        metadata = body.get("metadata")
        batch.metadata = metadata if isinstance(metadata, dict) else {}
        batch.total = len(self.files[source][1].splitlines())
        self.batches[batch.id] = batch
        return Response(200, batch.as_json())

    def poll(self, batch_id: str, polls: int, end: str) -> Response:
        """The state of a batch; works it off when it has been asked about often enough."""
        batch = self.batches.get(batch_id)
        if batch is None:
            return error(404, "No such batch.", "invalid_request_error", None)
        if batch.status not in _ENDED:
            batch.polls += 1
            batch.status = "in_progress"
            if batch.polls > polls:
                self._finish(batch, end)
        return Response(200, batch.as_json())

    def cancel(self, batch_id: str) -> Response:
        batch = self.batches.get(batch_id)
        if batch is None:
            return error(404, "No such batch.", "invalid_request_error", None)
        if batch.status not in _ENDED:
            batch.status = "cancelled"
        return Response(200, batch.as_json())

    def listing(self) -> Response:
        rows: list[object] = [batch.as_json() for batch in reversed(self.batches.values())]
        return Response(200, {"object": "list", "data": rows, "has_more": False})

    def _finish(self, batch: Batch, end: str) -> None:
        """Answers every line; an expired batch has answered the first half of them."""
        batch.status = end
        if end not in ("completed", "expired"):
            return
        lines = self.files[batch.input_file][1].splitlines()
        good: list[str] = []
        bad: list[str] = []
        for line in lines if end == "completed" else lines[: len(lines) // 2]:
            row = json.loads(line)
            response = self._answer(str(row["url"]), row["body"])
            answer = {
                "id": f"batch_req_{len(good) + len(bad):06d}",
                "custom_id": row["custom_id"],
                "response": {"status_code": response.status, "request_id": "fake", "body": response.body},
                "error": None,
            }
            (good if response.status == 200 else bad).append(json.dumps(answer, ensure_ascii=False))
        # As services do: answers come in no promised order.
        good.reverse()
        batch.done, batch.failed = len(good), len(bad)
        batch.output_file = self._store("output.jsonl", "\n".join([*good, ""]).encode()) if good else None
        batch.error_file = self._store("errors.jsonl", "\n".join([*bad, ""]).encode()) if bad else None

    def _store(self, name: str, content: bytes) -> str:
        file_id = f"file-{len(self.files) + 1:06d}"
        self.files[file_id] = (name, content)
        return file_id

    def _file_json(self, file_id: str) -> Body:
        name, content = self.files[file_id]
        return {
            "id": file_id,
            "object": "file",
            "bytes": len(content),
            "created_at": CREATED,
            "filename": name,
            "purpose": "batch",
            "status": "processed",
        }


def _multipart(content_type: str, body: bytes) -> dict[str, bytes]:
    """The parts of a multipart form by name."""
    _, _, boundary = content_type.partition("boundary=")
    mark = b"--" + boundary.strip().strip('"').encode()
    parts: dict[str, bytes] = {}
    for piece in body.split(mark)[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        for field_text in head.decode("utf-8", "replace").replace("\r\n", ";").split(";"):
            key, _, value = field_text.strip().partition("=")
            if key == "name":
                parts[value.strip('"')] = content.removesuffix(b"\r\n")
    return parts
