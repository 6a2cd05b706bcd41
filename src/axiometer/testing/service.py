"""What the fake server answers to which path. Runs on one event loop; knows nothing of threads or processes."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from axiometer.testing import answers, services
from axiometer.testing.batches import BatchDesk
from axiometer.testing.behaviour import Behaviour, Body, FaultKind, delay_of, fault_of, filter_of, served_model
from axiometer.testing.counts import Ledger, digest_of
from axiometer.testing.http import Exchange
from axiometer.testing.services import Response


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came over the wire."""

    path: str
    headers: Mapping[str, str]
    body: Body


class Service:
    """Answers exchanges according to a behaviour, which may be exchanged at any time."""

    def __init__(self, behaviour: Behaviour, ledger: Ledger, keep: int) -> None:
        self.behaviour = behaviour
        self.ledger = ledger
        self.received: deque[Received] = deque(maxlen=keep)
        self._desk = BatchDesk(self._batch_line)
        self._bucket: float = 0.0
        self._filled_at: float = 0.0

    def handle(self, exchange: Exchange) -> None:
        """Ends the exchange now or later."""
        path = exchange.path
        if path.startswith("/__counts__"):
            self._counts(exchange)
            return
        if not self._authorised(exchange):
            self._send(exchange, services.unauthorised())
            return
        if path in ("/v1/chat/completions", "/v1/completions") and exchange.method == "POST":
            self._generate(exchange)
            return
        response = self._other(exchange)
        if isinstance(response, bytes):
            exchange.reply(200, response, kind="file")
        else:
            self._send(exchange, response)

    def _authorised(self, exchange: Exchange) -> bool:
        key = self.behaviour.key
        if key is None:
            return True
        given = exchange.headers.get("authorization", "").removeprefix("Bearer ")
        return key in (given, exchange.headers.get("api-key"))

    def _counts(self, exchange: Exchange) -> None:
        counts = self.ledger.snapshot().as_json()
        if "each" in exchange.query:
            counts["each"] = self.ledger.each()
        exchange.reply(200, json.dumps(counts).encode())

    def _generate(self, exchange: Exchange) -> None:
        try:
            body = json.loads(exchange.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            self._send(exchange, services.error(400, "The body is not JSON.", "invalid_request_error", None))
            return
        if self.received.maxlen:
            self.received.append(Received(exchange.path, exchange.headers, body))
        behaviour, ledger = self.behaviour, self.ledger
        digest = digest_of(exchange.path, body)
        arrival = ledger.arrivals
        attempt = ledger.arrive(digest)
        crowded = behaviour.max_in_flight is not None and ledger.in_flight >= behaviour.max_in_flight
        if crowded or (behaviour.per_second is not None and not self._within_rate(behaviour.per_second)):
            ledger.faults["load"] += 1
            self._send(exchange, services.rate_limited(behaviour.retry_after))
            return
        fault = fault_of(behaviour, digest, attempt, arrival)
        if fault is None:
            response, tokens = self._answer(exchange.path, body, digest)
            self._later(
                exchange, delay_of(behaviour, digest, tokens), lambda: self._complete(exchange, response, digest)
            )
            return
        ledger.faults[fault.kind] += 1
        if fault.kind is FaultKind.HANG:
            self._later(exchange, None, lambda: None)
            return
        delay = delay_of(behaviour, digest, 0)
        if fault.kind is FaultKind.RESET:
            self._later(exchange, delay, exchange.reset)
            return
        planted = services.fault_response(fault, str(body.get("model")))
        if planted is not None:
            self._later(exchange, delay, lambda: self._send(exchange, planted))
            return
        whole = json.dumps(self._answer(exchange.path, body, digest)[0].body, ensure_ascii=False).encode()
        if fault.kind is FaultKind.TRUNCATED:
            self._later(exchange, delay, lambda: exchange.cut(200, whole))
        else:
            self._later(exchange, delay, lambda: self._malformed(exchange, whole))

    def _answer(self, path: str, body: Body, digest: bytes) -> tuple[Response, int]:
        """What the model and its filter say, and how many tokens that took."""
        behaviour = self.behaviour
        asked = str(body.get("model"))
        if behaviour.models and asked not in behaviour.models:
            return services.model_not_found(asked), 0
        text = answers.prompt_text(body)
        if behaviour.context_tokens is not None and len(text) // 3 + 1 > behaviour.context_tokens:
            return services.context_length(behaviour.context_tokens), 0
        form = filter_of(behaviour, digest, text)
        if form is not None:
            self.ledger.faults[form] += 1
            blocked = services.filter_response(form)
            if blocked is not None:
                return blocked, 0
        served = served_model(behaviour, asked, self.ledger.answered)
        if path == "/v1/completions":
            made = answers.completion(behaviour, body, digest, served)
        else:
            made = answers.chat(behaviour, body, digest, served, form)
        return Response(200, made.body), made.tokens

    def _complete(self, exchange: Exchange, response: Response, digest: bytes) -> None:
        # Counted before it is sent: an answer that a client holds has been counted.
        if not exchange.gone:
            self.ledger.answer(digest)
            self._send(exchange, response)

    def _malformed(self, exchange: Exchange, whole: bytes) -> None:
        self.ledger.statuses["200"] += 1
        exchange.reply(200, whole[: len(whole) // 2])

    def _later(self, exchange: Exchange, delay: float | None, act: Callable[[], None]) -> None:
        """Acts after the delay (None: never); the request is in flight until then or until its client left."""
        self.ledger.begin()

        def act_once() -> None:
            self.ledger.in_flight -= 1
            exchange.on_lost = None
            act()

        handle = None if delay is None else asyncio.get_running_loop().call_later(delay, act_once)

        def lost() -> None:
            self.ledger.in_flight -= 1
            if handle is not None:
                handle.cancel()

        exchange.on_lost = lost

    def _within_rate(self, per_second: float) -> bool:
        """Takes a token from a bucket that holds one second's worth."""
        now = asyncio.get_running_loop().time()
        if self._filled_at == 0.0:
            self._bucket = max(per_second, 1.0)
        self._bucket = min(max(per_second, 1.0), self._bucket + (now - self._filled_at) * per_second)
        self._filled_at = now
        if self._bucket < 1.0:
            return False
        self._bucket -= 1.0
        return True

    def _send(self, exchange: Exchange, response: Response) -> None:
        self.ledger.statuses[str(response.status)] += 1
        exchange.reply(response.status, json.dumps(response.body, ensure_ascii=False).encode(), response.headers)

    def _batch_line(self, path: str, body: Body) -> Response:
        digest = digest_of(path, body)
        self.ledger.arrive(digest)
        response, _ = self._answer(path, body, digest)
        self.ledger.answer(digest)
        return response

    def _other(self, exchange: Exchange) -> Response | bytes:
        """Models, files and batches."""
        parts = exchange.path.strip("/").split("/")[1:]
        match exchange.method, parts:
            case "GET", ["models"]:
                rows: list[object] = [
                    {"id": name, "object": "model", "created": answers.CREATED, "owned_by": "fake"}
                    for name in (self.behaviour.models or ("fake",))
                ]
                return Response(200, {"object": "list", "data": rows})
            case "POST", ["files"]:
                return self._desk.upload(exchange.headers.get("content-type", ""), exchange.body)
            case "GET", ["files", file_id]:
                return self._desk.file(file_id)
            case "GET", ["files", file_id, "content"]:
                content = self._desk.content(file_id)
                return content if content is not None else self._desk.file(file_id)
            case "POST", ["batches"]:
                return self._desk.create(json.loads(exchange.body))
            case "GET", ["batches"]:
                return self._desk.listing()
            case "GET", ["batches", batch_id]:
                return self._desk.poll(batch_id, self.behaviour.batch_polls, self.behaviour.batch_end)
            case "POST", ["batches", batch_id, "cancel"]:
                return self._desk.cancel(batch_id)
            case _:
                return services.error(404, f"Unknown path {exchange.path}", "invalid_request_error", None)
