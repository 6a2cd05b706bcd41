"""A service's batch endpoint as a way to fill the journal: half the price, answers within a day.

A batch is written down before it is sent and again, with its id, before it is polled. Whatever ends the process,
the next run finds the batch and fetches its answers instead of paying again. When all batches have ended, the ordinary
caller runs over the same presentations, finds the answers in the journal, and asks only what is missing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Iterable
from itertools import islice

from axiometer.errors import Refused, Stopped
from axiometer.messages import t
from axiometer.models.batch import BatchEndpoint
from axiometer.models.endpoint import Endpoint
from axiometer.models.protocols import BadAnswer, CallError, ChatModel, Request
from axiometer.runtime.journal import Journal, JournalEntry, request_body
from axiometer.runtime.progress import Progress

LINES = 20_000
POLL_SECONDS = 15.0
INTENDED = "intended"
SUBMITTED = "submitted"
FETCHED = "fetched"


Stopping = Callable[[], Stopped | None]


def refuse_without_batches(model: ChatModel) -> Endpoint:
    """The endpoint that takes the batches of a respondent. Raises `Refused` where it has none."""
    if not isinstance(model, Endpoint):
        raise Refused("{model} has no batch endpoint (leave out --batch)", model=model.name)
    return model


async def run_batches(
    model: ChatModel,
    requests: Iterable[Request],
    journal: Journal,
    progress: Progress,
    *,
    poll: float = POLL_SECONDS,
    stopping: Stopping = lambda: None,
) -> None:
    """Sends every request that is not in the journal as batches, waits for them and records their answers. `stopping`
    is asked while waiting: what it gives is raised, and the same call finds the batches again.

    Raises `Refused` for a respondent without a batch endpoint, `Stopped` when a batch failed as a whole.
    """
    batches = BatchEndpoint(refuse_without_batches(model))
    bodies: dict[str, bytes] = {}
    running: dict[str, list[str]] = {}
    known = await _known_batches(batches, journal, model.name)
    covered = {key for keys in known.values() for key in keys}
    running.update(known)
    identity = model.identity
    work = iter(requests)
    while part := list(islice(work, LINES)):
        chunk = _keyed(identity, part)
        found = journal.find([key for key, _, _ in chunk])
        missing = [(key, request, body) for key, request, body in chunk if key not in found]
        bodies.update((key, body) for key, _, body in missing)
        fresh = [(key, request) for key, request, _ in missing if key not in covered]
        if fresh:
            keys = [key for key, _ in fresh]
            label = hashlib.sha256("".join(keys).encode()).hexdigest()[:32]
            await journal.record_batch(f"intent:{label}", model.name, INTENDED, _detail(keys, label))
            batch = await batches.submit(fresh, label)
            await journal.record_batch(batch, model.name, SUBMITTED, _detail(keys, label))
            running[batch] = keys
            progress.note(
                t("{model}: batch {batch} with {n} requests sent", model=model.name, batch=batch, n=len(keys))
            )
    for batch, keys in running.items():
        await _fetch(batches, model, batch, keys, bodies, journal, progress, poll, stopping)


def _keyed(identity: object, requests: Iterable[Request]) -> list[tuple[str, Request, bytes]]:
    """(key, request, canonical body) of each distinct request."""
    keyed: dict[str, tuple[str, Request, bytes]] = {}
    for request in requests:
        body = request_body(identity, request)
        key = hashlib.sha256(body).hexdigest()
        keyed.setdefault(key, (key, request, body))
    return list(keyed.values())


async def _known_batches(batches: BatchEndpoint, journal: Journal, model: str) -> dict[str, list[str]]:
    """Batches of earlier processes that are not fetched yet; one that was sent without its id being noted is looked up
    at the service by its label."""
    stored = {batch: (state, json.loads(detail)) for batch, (state, detail) in journal.batches(model).items()}
    labels = {detail["label"] for batch, (_, detail) in stored.items() if not batch.startswith("intent:")}
    running = {batch: list(detail["keys"]) for batch, (state, detail) in stored.items() if state == SUBMITTED}
    for batch, (_, detail) in stored.items():
        if batch.startswith("intent:") and detail["label"] not in labels:
            found = await batches.find(detail["label"])
            if found is not None:
                await journal.record_batch(found, model, SUBMITTED, _detail(detail["keys"], detail["label"]))
                running[found] = list(detail["keys"])
    return running


async def _fetch(
    batches: BatchEndpoint,
    model: ChatModel,
    batch: str,
    keys: list[str],
    bodies: dict[str, bytes],
    journal: Journal,
    progress: Progress,
    poll: float,
    stopping: Stopping,
) -> None:
    shown = ""
    while not (state := await batches.state(batch)).ended:
        line = t(
            "{model}: batch {batch}: {status}, {done} of {n}",
            model=model.name,
            batch=batch,
            status=state.status,
            done=state.completed,
            n=state.total,
        )
        if line != shown:
            progress.note(line)
            shown = line
        await _pause(poll, stopping)
    recorded = 0
    async for key, answer in batches.answers(state):
        if key not in bodies or isinstance(answer, CallError):
            continue
        try:
            usage = model.read(answer).usage
        except BadAnswer:
            continue
        await journal.record(
            JournalEntry(key, model.name, bodies[key], answer, usage.tokens_in, usage.tokens_out, 0.0, time.time())
        )
        recorded += 1
    label = hashlib.sha256("".join(keys).encode()).hexdigest()[:32]
    await journal.record_batch(batch, model.name, FETCHED, _detail(keys, label))
    progress.note(
        t(
            "{model}: batch {batch} {status}: {recorded} of {n} answers",
            model=model.name,
            batch=batch,
            status=state.status,
            recorded=recorded,
            n=len(keys),
        )
    )
    if state.status == "failed" and recorded == 0:
        raise Stopped("{model}: batch {batch} failed at the service", model=model.name, batch=batch)


async def _pause(seconds: float, stopping: Stopping) -> None:
    """Waits between two looks at a batch. Raises what `stopping` gives: the batch goes on at the service."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        why = stopping()
        if why is not None:
            raise why
        await asyncio.sleep(min(0.2, left))


def _detail(keys: list[str], label: str) -> bytes:
    return json.dumps({"label": label, "keys": keys}).encode()
