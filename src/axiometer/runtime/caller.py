"""The caller: a bounded pool of workers over an iterator of requests.

It never holds more than what is in flight, looks every call up in the journal first, retries what may succeed later,
slows down when a service says so, and stops cleanly when going on is futile or a limit is reached.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeAlias, TypeVar

from axiometer.errors import AxiometerError, Stopped
from axiometer.messages import t
from axiometer.models.prices import Price, cost
from axiometer.models.protocols import BadAnswer, CallError, ChatModel, RateLimited, Reply, Request
from axiometer.runtime.budget import Budget
from axiometer.runtime.journal import Journal, JournalEntry, request_body
from axiometer.runtime.pacing import Commits, Health, Pace
from axiometer.runtime.progress import Progress, Silent, Tally

Tag = TypeVar("Tag")
Receive: TypeAlias = "Callable[[Tag, Call], Request | None]"

DEFAULT_CONCURRENCY = 32
LOOKUP = 512
BACKOFF_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
BREAKER_ATTEMPTS = 40
BREAKER_SECONDS = 15.0
BREAKER_CALLS = 20
NOTE_SECONDS = 60.0  # a rate limit that comes and goes is told that often


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard to try and when to stop. `budget` may be shared with other respondents."""

    concurrency: int | None = None
    attempts: int = 6
    rate_limit_seconds: float = 900.0
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, slots=True)
class Call:
    """One request's end: a reply (with its key in the journal), or an error after the last attempt."""

    key: str
    reply: Reply | None
    error: CallError | None
    hit: bool


@dataclass(slots=True)
class _Job(Generic[Tag]):
    tags: list[Tag]
    request: Request
    key: str
    body: bytes


class Caller(Generic[Tag]):
    """Puts requests to one respondent and hands every end to `receive`, in order of completion. What `receive` gives
    back is asked next, under the same tag (a repair of an answer, say); None ends the tag.

    `run` raises `Stopped` when a limit, the breaker or `request_stop` ended it early; everything received until
    then is in the journal.
    """

    def __init__(
        self,
        model: ChatModel,
        journal: Journal,
        limits: Limits | None = None,
        *,
        price: Price | None = None,
        tally: Tally | None = None,
        progress: Progress | None = None,
        again: Callable[[Reply], bool] | None = None,
    ) -> None:
        self.model = model
        self.journal = journal
        self.limits = limits or Limits()
        self.price = price
        self.tally = tally or Tally(model.name)
        self.progress = progress or Silent()
        self._again = again
        concurrency = self.limits.concurrency or model.concurrency or DEFAULT_CONCURRENCY
        self._pace = Pace(concurrency)
        self._health = Health()
        self._commits = Commits()
        self._stop: Stopped | None = None
        self._budget = self.limits.budget
        self._dearest_seen = 0.0
        self._in_flight: dict[str, _Job[Tag]] = {}
        self._next: list[tuple[Tag, Request]] = []
        self._served: str | None = None
        self._limit_noted = -NOTE_SECONDS
        if price is not None:
            self.tally.usd = 0.0

    def request_stop(self, why: Stopped) -> None:
        """Takes no new call; what is in flight is finished and kept."""
        self._stop = self._stop or why

    @property
    def stopping(self) -> Stopped | None:
        """Why no new call is taken, if so."""
        return self._stop

    async def run(self, work: Iterable[tuple[Tag, Request] | None], receive: Receive[Tag]) -> None:
        """Works through `work` lazily. `receive(tag, call)` runs on the event loop and must be quick. None in `work`:
        there was much to do without a call, and whoever waits (Ctrl-C) has a turn."""
        await self._round(iter(work), receive)
        while self._next and self._stop is None:
            await self._round(iter(()), receive)
        if self._stop is not None:
            raise self._stop

    async def _round(self, work: Iterator[tuple[Tag, Request] | None], receive: Receive[Tag]) -> None:
        queue: asyncio.Queue[_Job[Tag] | None] = asyncio.Queue(maxsize=2 * self._pace.ceiling)
        workers = [asyncio.create_task(self._worker(queue, receive)) for _ in range(self._pace.ceiling)]
        feeder = asyncio.create_task(self._feed(work, queue, receive, len(workers)))
        try:
            await self._first_failure([feeder, *workers])
            await self._commits.wait_for_all()
        except BaseException:
            for task in (feeder, *workers):
                task.cancel()
            await asyncio.gather(feeder, *workers, return_exceptions=True)
            raise

    @staticmethod
    async def _first_failure(tasks: list[asyncio.Task[None]]) -> None:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()

    async def _feed(
        self,
        work: Iterator[tuple[Tag, Request] | None],
        queue: asyncio.Queue[_Job[Tag] | None],
        receive: Receive[Tag],
        workers: int,
    ) -> None:
        identity = self.model.identity
        while self._stop is None and (chunk := self._chunk(work)) is not None:
            jobs: dict[str, _Job[Tag]] = {}
            for tag, request in chunk:
                body = request_body(identity, request)
                key = hashlib.sha256(body).hexdigest()
                if key in jobs:
                    jobs[key].tags.append(tag)
                else:
                    jobs[key] = _Job([tag], request, key, body)
            found = self.journal.find(list(jobs))
            # Nothing may be awaited between the look-up and the registration of what is missing: an equal request that
            # is in flight could be answered meanwhile, and this one would be asked again.
            fresh = [job for key, job in jobs.items() if not self._known(job, found.get(key), receive)]
            for job in fresh:
                await queue.put(job)
                if self._stop is not None:
                    break
            await asyncio.sleep(0)
        for _ in range(workers):
            await queue.put(None)

    def _chunk(self, work: Iterator[tuple[Tag, Request] | None]) -> list[tuple[Tag, Request]] | None:
        """What follows from answers goes before what is new, so that little is kept open. None: there is no more."""
        chunk, self._next = self._next, []
        ended = not chunk
        for pair in islice(work, LOOKUP):
            ended = False
            if pair is None:
                break
            chunk.append(pair)
        return None if ended else chunk

    def _known(self, job: _Job[Tag], entry: JournalEntry | None, receive: Receive[Tag]) -> bool:
        """Whether it need not be asked: it is in the journal, or in flight already. Else it is noted as in flight."""
        if entry is not None and self._serve_hit(job, entry, receive):
            return True
        waiting = self._in_flight.get(job.key)
        if waiting is not None:
            waiting.tags.extend(job.tags)
            return True
        self._in_flight[job.key] = job
        return False

    def _serve_hit(self, job: _Job[Tag], entry: JournalEntry, receive: Receive[Tag]) -> bool:
        try:
            reply = self.model.read(entry.raw)
        except BadAnswer:
            return False
        if self._again is not None and self._again(reply):
            return False
        self.tally.hits += len(job.tags)
        self._deliver(job, Call(job.key, reply, None, True), receive)
        return True

    async def _worker(self, queue: asyncio.Queue[_Job[Tag] | None], receive: Receive[Tag]) -> None:
        while (job := await queue.get()) is not None:
            if self._stop is not None:
                continue
            most = await self._turn(job.request)
            if most is None:
                continue
            self.tally.in_flight += 1
            self._budget.begin(most)
            spent = 0.0
            try:
                spent = await self._attempts(job, receive)
            finally:
                self.tally.in_flight -= 1
                self._budget.end(most, spent)
            await self._commits.wait_for_room()

    def _deliver(self, job: _Job[Tag], call: Call, receive: Receive[Tag]) -> None:
        self._in_flight.pop(job.key, None)
        for tag in job.tags:
            follows = receive(tag, call)
            if follows is None:
                self.tally.done += 1
            else:
                self._next.append((tag, follows))
        self.progress.show(self.tally)

    async def _turn(self, request: Request) -> float | None:
        """What this call may cost at most, once pace and budget allow it; None when there shall be no call."""
        while self._stop is None:
            most = self._most(request)
            pause = self._pace.paused_until - time.monotonic()
            if pause > 0:
                await asyncio.sleep(min(pause, 0.5))
            elif self.tally.in_flight >= int(self._pace.allowed) or self._budget.must_wait(most):
                await asyncio.sleep(0.02)
            else:
                refusal = self._budget.refusal(most)
                if refusal is None:
                    return most
                self.request_stop(refusal)
        return None

    def _most(self, request: Request) -> float:
        """What a call may cost: as the dearest one yet, or before the first, with every character a token; 0 without a
        price."""
        if self.price is None:
            return 0.0
        if self._dearest_seen:
            return self._dearest_seen
        characters = sum(len(message.content) for message in request.messages)
        return (characters * self.price.input + (request.max_tokens or 256) * self.price.output) / 1_000_000

    async def _attempts(self, job: _Job[Tag], receive: Receive[Tag]) -> float:
        """Asks until there is an answer or no point in asking; gives what was spent. An answer is delivered when it is
        on disk; the next call need not wait for that."""
        attempt = 0
        while True:
            attempt += 1
            started = time.monotonic()
            try:
                raw = await self.model.send(job.request)
                reply = self.model.read(raw)
            except CallError as error:
                if not await self._give_up(job, error, attempt):
                    continue
                if not error.stop and self._stop is None:
                    self._deliver(job, Call(job.key, None, error, False), receive)
                return 0.0
            spent = self._count(reply)
            self._keep(job, raw, reply, time.monotonic() - started, receive)
            return spent

    def _keep(self, job: _Job[Tag], raw: bytes, reply: Reply, seconds: float, receive: Receive[Tag]) -> None:
        usage = reply.usage
        entry = JournalEntry(
            job.key, self.model.name, job.body, raw, usage.tokens_in, usage.tokens_out, seconds, time.time()
        )
        call = Call(job.key, reply, None, False)
        self._commits.begin()
        self.journal.record_then(entry, lambda failure: self._committed(job, call, receive, failure))

    def _committed(
        self,
        job: _Job[Tag],
        call: Call,
        receive: Receive[Tag],
        failure: AxiometerError | None,
    ) -> None:
        try:
            if failure is None:
                self._deliver(job, call, receive)
        except Exception as error:  # raised where the work is waited for, not in the event loop
            self._commits.end(error)
        else:
            self._commits.end(failure)

    def _count(self, reply: Reply) -> float:
        """Adds an answer to the tally; gives what it cost."""
        usage = reply.usage
        self._pace.succeeded()
        self._health.success()
        tally = self.tally
        tally.calls += 1
        tally.tokens_in += usage.tokens_in
        tally.tokens_out += usage.tokens_out
        spent = 0.0
        if self.price is not None:
            spent = cost(usage, self.price)
            tally.usd = (tally.usd or 0.0) + spent
            self._dearest_seen = max(self._dearest_seen, spent)
        if reply.served_model is not None and reply.served_model != self._served:
            if self._served is not None:
                self.progress.note(
                    t(
                        "{model}: the service now answers as {now!r}, before as {before!r}",
                        model=self.model.name,
                        now=reply.served_model,
                        before=self._served,
                    )
                )
            self._served = reply.served_model
        return spent

    async def _give_up(self, job: _Job[Tag], error: CallError, attempt: int) -> bool:
        """Notes the failure and waits before the next attempt; True when there shall be none."""
        self.journal.record_error(job.key, self.model.name, type(error).__name__, str(error), attempt)
        if error.stop:
            self.request_stop(Stopped("{error}", error=error))
            return True
        if isinstance(error, RateLimited):
            return self._rate_limited(error, attempt) or await self._pause(attempt, error)
        self._health.attempts_failed += 1
        silent = time.monotonic() - self._health.last_success
        if self._health.attempts_failed >= BREAKER_ATTEMPTS and silent >= BREAKER_SECONDS:
            self._break(self._health.attempts_failed, error)
            return True
        if error.retry and attempt < self.limits.attempts:
            return await self._pause(attempt, error)
        self.tally.errors += 1
        self._health.calls_failed += 1
        if self._health.calls_failed >= BREAKER_CALLS:
            self._break(self._health.calls_failed, error)
        return True

    def _break(self, failed: int, error: CallError) -> None:
        self.request_stop(Stopped("{n} calls in a row failed, the last: {error}", n=failed, error=error))

    def _rate_limited(self, error: RateLimited, attempt: int) -> bool:
        """Slows everyone down. A rate limit is no failure of the call; only a very long one ends the work."""
        now = time.monotonic()
        if now - self._limit_noted > NOTE_SECONDS:
            self._limit_noted = now
            self.progress.note(t("{model}: rate limit, slowing down", model=self.model.name))
        wait = error.retry_after if error.retry_after is not None else _backoff(attempt)
        self._pace.slow_down(now, wait)
        since = self._pace.limited_since
        if since is not None and now - since > self.limits.rate_limit_seconds:
            self.request_stop(
                Stopped("nothing but rate limits for {seconds} s: {error}", seconds=f"{now - since:.0f}", error=error)
            )
            return True
        return False

    async def _pause(self, attempt: int, error: CallError) -> bool:
        self.tally.retries += 1
        seconds = _backoff(attempt)
        if isinstance(error, RateLimited) and error.retry_after is not None:
            seconds = error.retry_after + random.uniform(0, 0.25)
        end = time.monotonic() + seconds
        while self._stop is None and time.monotonic() < end:
            await asyncio.sleep(min(0.5, max(end - time.monotonic(), 0)))
        return self._stop is not None


def _backoff(attempt: int) -> float:
    """Seconds before the next attempt: exponential with full jitter above one half."""
    ceiling = BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1]
    return ceiling * random.uniform(0.5, 1.0)
