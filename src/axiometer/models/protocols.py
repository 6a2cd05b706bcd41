"""What a respondent is to the rest of the house: it gets a `Request`, gives raw bytes, and can read them back.

`send` and `read` are apart so that a stored answer is read by the same code as a fresh one, and so that reading can be
improved later without paying again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from axiometer.errors import AxiometerError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """Part of a respondent's identity. None means: not sent, the service's own default holds."""

    temperature: float | None = 0.0
    top_p: float | None = None
    max_tokens: int = 256
    system: str | None = None
    reasoning: str | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `top_logprobs` asks for that many candidates of the first answer token; `schema` is a JSON schema.
    `continuations` asks how likely each of these texts is as the whole answer, which only some models can say
    (`scores_continuations`).

    `meta` is for simulated and recorded respondents alone: it is never sent to a provider but is part of the key.
    `repeat` and `occasion` make deliberate repetitions distinct calls.
    """

    messages: tuple[Message, ...]
    top_logprobs: int | None = None
    schema: Mapping[str, object] | None = None
    max_tokens: int | None = None
    repeat: int = 0
    occasion: str | None = None
    meta: Mapping[str, object] | None = None
    continuations: tuple[str, ...] | None = None


def scores_continuations(model: ChatModel) -> bool:
    """Whether a respondent can say how likely it would answer with given words."""
    return bool(getattr(model, "scores", False))


class Finish(StrEnum):
    STOP = "stop"
    LENGTH = "length"
    FILTER = "filter"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Usage:
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a raw answer says. `first_token` holds (token, natural-log probability) candidates of the first answer
    token; `filter_code` is the service's own code where its content filter stepped in; `refusal` is the API's
    own refusal field; `continuations` are natural-log probabilities of the texts that the request named."""

    text: str
    finish: Finish
    reasoning: str | None = None
    refusal: str | None = None
    filter_code: str | None = None
    first_token: tuple[tuple[str, float], ...] | None = None
    usage: Usage = field(default_factory=Usage)
    served_model: str | None = None
    continuations: tuple[float, ...] | None = None


@runtime_checkable
class ChatModel(Protocol):
    """A respondent. `name` is `provider/name`; `identity` is what enters the journal's key beside the request.

    `wants_meta`: it is simulated or recorded and answers from `Request.meta`. `continues`: it continues a text instead
    of answering a chat, so prompts end where the answer begins. `concurrency`: how many calls it takes at once.
    """

    @property
    def name(self) -> str: ...

    @property
    def wants_meta(self) -> bool: ...

    @property
    def continues(self) -> bool: ...

    @property
    def concurrency(self) -> int | None: ...

    @property
    def identity(self) -> Mapping[str, object]:
        """Provider, model, host of the base URL, sampling parameters: JSON values only, never a secret."""
        ...

    async def send(self, request: Request) -> bytes:
        """The raw answer, final for this request. Raises a `CallError` when there is none.

        An answer that a service's content filter blocked is an answer (`Finish.FILTER`), not an error.
        """
        ...

    def read(self, raw: bytes) -> Reply:
        """The raw answer read; pure. Raises `BadAnswer` when the bytes are no answer."""
        ...

    async def close(self) -> None: ...


class CallError(AxiometerError):
    """A call gave no answer. `retry`: the same call may succeed later; `stop`: going on is futile."""

    retry = False
    stop = False


class Temporary(CallError):
    """Connection lost, 5xx, timeout, truncated or malformed body."""

    retry = True


class RateLimited(CallError):
    """HTTP 429; `retry_after` in seconds where the service says so."""

    retry = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadAnswer(Temporary):
    """The service answered with something that is no answer (malformed JSON, truncated body)."""


class BadRequest(CallError):
    """This one request is not accepted (too long, unsupported parameter); others may be."""


class Unauthorised(CallError):
    """The key is missing, wrong or not allowed to use this model."""

    stop = True


class ModelNotFound(CallError):
    """The service does not know this model, or there is no such service at this address."""

    stop = True


class QuotaExceeded(CallError):
    """The account has no credit left."""

    stop = True


class Embedder(Protocol):
    """Texts to vectors. `name` identifies model and version in caches."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """Shape (len(texts), dimensions), rows of unit length. Raises `InputError` for an empty text."""
        ...


class ConflictKind(StrEnum):
    """How two rules stand against each other. Contradiction: the one says the reverse of the other. Tension: both can
    be good rules, and in some situation nobody can follow both; most moral dilemmas are of this kind."""

    CONTRADICTION = "contradiction"
    TENSION = "tension"
    NEITHER = "neither"


class Confidence(StrEnum):
    """How far a model's word about a pair goes: word lists never go beyond `low`."""

    LOW = "low"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """How strongly two texts contradict each other. `ab`: the second contradicts the first, `ba`: the first the second,
    both in [0, 1]; `ba` is None where `ab` is so low that the other direction was not asked. `kind`: None where the
    model cannot tell (a model that knows contradictions alone never says `tension` nor `neither`)."""

    ab: float
    ba: float | None
    kind: ConflictKind | None
    confidence: Confidence

    @property
    def both(self) -> float:
        """The lower of the two directions: 0 where the second was not worth asking."""
        return 0.0 if self.ba is None else min(self.ab, self.ba)


@runtime_checkable
class ContradictionModel(Protocol):
    """Computes how strongly two texts contradict each other; it runs where a runner puts it, so it asks no service.

    `name` is what a user writes; `identity` is what enters fingerprints: JSON values, with all that decides a score.
    A model that is asked through a service is no `ContradictionModel` but a stage (`build.conflicts.judging`).
    """

    @property
    def name(self) -> str: ...

    @property
    def identity(self) -> Mapping[str, object]: ...

    def contradictions(self, pairs: Sequence[tuple[str, str, str]]) -> list[Contradiction]:
        """One for each (first text, second text, language of both), in their order; independent of each other.

        Raises `InputError` for a language that the model does not know.
        """
        ...
