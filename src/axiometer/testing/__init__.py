"""A fake OpenAI-compatible service with plantable behaviour and faults: for tests, benchmarks and trying things out."""

from axiometer.testing.behaviour import (
    Behaviour,
    Dialect,
    Fault,
    FaultKind,
    Filter,
    FilterForm,
    Reasoning,
    RetryAfter,
)
from axiometer.testing.counts import Counts, digest_of
from axiometer.testing.fake_server import FakeServer
from axiometer.testing.service import Received

__all__ = [
    "Behaviour",
    "Counts",
    "Dialect",
    "FakeServer",
    "Fault",
    "FaultKind",
    "Filter",
    "FilterForm",
    "Reasoning",
    "Received",
    "RetryAfter",
    "digest_of",
]
