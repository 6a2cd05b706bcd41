"""What a stage is, and what becomes of each of its rows: every one is kept, dropped with a reason, or failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Protocol, TypeAlias, TypeVar, runtime_checkable

from axiometer.models.protocols import Reply, Request

In = TypeVar("In")
Out = TypeVar("Out")
In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)


class Status(StrEnum):
    KEPT = "kept"
    DROPPED = "dropped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Kept(Generic[Out_co]):
    """The input row became these rows (itself, perhaps). `note`: what the model said about it."""

    rows: tuple[Out_co, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """The input row ends here. `reason` is one of few, to be counted; `note` says more about this one row."""

    reason: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The answer cannot be used: `problem` in a few words, to be counted and to be told to the model.

    `usable`: what is good in it all the same, rows of the stage's output; taken where asking once more gives no more.
    """

    problem: str
    note: str | None = None
    usable: Kept[object] | None = None


End: TypeAlias = Kept[Out] | Dropped


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one input row of a stage. `id` is the row's, `outputs` are the ids of the rows that it became.

    `reason` says why it was dropped, `error` why it failed; `retry`: the call failed, not the answer, so it is asked
    again on resume. `note` is the model's own word, `raw` the answer that could not be used. `calls` are keys in the
    journal, in the order in which they were made; `tokens_in`, `tokens_out` what they took together.
    """

    id: str
    status: Status
    reason: str | None = None
    error: str | None = None
    retry: bool = False
    note: str | None = None
    raw: str | None = None
    outputs: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0


class Identified(Protocol):
    """A row that travels."""

    @property
    def id(self) -> str: ...


@runtime_checkable
class CallStage(Protocol[In_contra, Out_co]):
    """A step that asks a model about each row: rows of one type in, rows of another out.

    `fingerprint` holds all that decides an answer beside the row and the model: version, prompts' hashes, schema,
    parameters; JSON values only. `render` and `read` are pure. Rendering may settle a row without a call.
    """

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> Mapping[str, object]: ...

    @property
    def output(self) -> type[Out_co]: ...

    def render(self, row: In_contra) -> Request | Kept[Out_co] | Dropped:
        """The request about `row`, or its end where no model needs to be asked."""
        ...

    def read(self, row: In_contra, reply: Reply) -> Kept[Out_co] | Dropped | Rejected:
        """What the answer makes of `row`; `Rejected` where it is no answer to what was asked."""
        ...

    def repair(self, row: In_contra, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        """The one request that follows a rejected answer."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """What a stage did with its rows: `kept + dropped + failed = rows`."""

    rows: int = 0
    kept: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    outputs: int = 0
    repaired: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    calls: int = 0

    def __post_init__(self) -> None:
        explained = self.kept + sum(self.dropped.values()) + sum(self.failed.values())
        assert explained == self.rows, f"{self.rows} rows, {explained} explained"

    def plus(self, other: Account) -> Account:
        """Both accounts together."""
        return Account(
            self.rows + other.rows,
            self.kept + other.kept,
            _added(self.dropped, other.dropped),
            _added(self.failed, other.failed),
            self.outputs + other.outputs,
            self.repaired + other.repaired,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.calls + other.calls,
        )


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    names = sorted({*one, *other}, key=lambda name: (-one.get(name, 0) - other.get(name, 0), name))
    return {name: one.get(name, 0) + other.get(name, 0) for name in names}
