"""What a fake server has seen: attempts and full answers of each distinct request."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from axiometer.testing.behaviour import Body


def digest_of(path: str, body: Body) -> bytes:
    """The identity of a request: the hash of its path and canonical body. Answers carry it in their `id`."""
    canonical = json.dumps([path, body], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.blake2b(canonical.encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Counts:
    """A snapshot. `answered` counts answers that were sent in full; `statuses` the HTTP statuses of all replies,
    `faults` the planted faults and filters that were met, `peak` the most requests at work at once."""

    attempts: int
    distinct: int
    answered: int
    repeated: int
    peak: int
    statuses: Mapping[str, int]
    faults: Mapping[str, int]

    def as_json(self) -> dict[str, object]:
        return {
            "attempts": self.attempts,
            "distinct": self.distinct,
            "answered": self.answered,
            "repeated": self.repeated,
            "peak": self.peak,
            "statuses": dict(self.statuses),
            "faults": dict(self.faults),
        }


class Ledger:
    """The running count behind a server. Written by the server's thread alone, read by any."""

    def __init__(self) -> None:
        self._attempts: dict[bytes, int] = {}
        self._answers: dict[bytes, int] = {}
        self.arrivals = 0
        self.answered = 0
        self.in_flight = 0
        self.peak = 0
        self.statuses: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def arrive(self, digest: bytes) -> int:
        """Notes an attempt; says which one of this request it is, from 1."""
        self.arrivals += 1
        attempt = self._attempts.get(digest, 0) + 1
        self._attempts[digest] = attempt
        return attempt

    def begin(self) -> None:
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)

    def answer(self, digest: bytes) -> None:
        self.answered += 1
        self._answers[digest] = self._answers.get(digest, 0) + 1

    def snapshot(self) -> Counts:
        answers = list(self._answers.values())
        return Counts(
            attempts=self.arrivals,
            distinct=len(self._attempts),
            answered=self.answered,
            repeated=sum(1 for count in answers if count > 1),
            peak=self.peak,
            statuses=dict(self.statuses),
            faults=dict(self.faults),
        )

    def repeated(self, allowed: int = 1) -> dict[str, int]:
        """Requests (hex digest) that were answered in full more often than `allowed`, and how often."""
        return {digest.hex(): count for digest, count in list(self._answers.items()) if count > allowed}

    def each(self) -> dict[str, tuple[int, int]]:
        """Attempts and full answers of every distinct request, by hex digest."""
        return {digest.hex(): (count, self._answers.get(digest, 0)) for digest, count in list(self._attempts.items())}
