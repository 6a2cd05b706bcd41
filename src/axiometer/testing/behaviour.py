"""What a fake server is planted with. Everything is drawn from the content of a request and the number of its attempt,
never from the order of arrival, so two runs of the same work meet the same service."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from axiometer.errors import InputError

Body = dict[str, object]
AnswerFunction = Callable[[Body], str]


class FaultKind(StrEnum):
    """A way in which an attempt goes wrong."""

    RATE_LIMIT = "rate-limit"
    SERVER_ERROR = "server-error"
    HANG = "hang"
    RESET = "reset"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    UNAUTHORISED = "unauthorised"
    QUOTA = "quota"
    MODEL_NOT_FOUND = "model-not-found"
    CONTEXT_LENGTH = "context-length"
    BAD_REQUEST = "bad-request"


class FilterForm(StrEnum):
    """How a service says that its content filter stepped in: an error body, or a finish reason in an answer."""

    AZURE = "azure"
    AZURE_FINISH = "azure-finish"
    DASHSCOPE = "dashscope"
    ARK = "ark"
    DEEPSEEK = "deepseek"
    GLM = "glm"
    GLM_FINISH = "glm-finish"


class Reasoning(StrEnum):
    """Where reasoning text is put: nowhere, in a `<think>` block of the content, in a field of its own."""

    NONE = "none"
    THINK = "think"
    FIELD = "field"


class Dialect(StrEnum):
    """Whose form of log-probabilities `/v1/completions` uses."""

    VLLM = "vllm"
    LLAMA_CPP = "llama.cpp"


class RetryAfter(StrEnum):
    """How a 429 says when to come back: seconds, milliseconds (`retry-after-ms`) or an HTTP date."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Fault:
    """A planted fault: on each attempt with probability `rate`, and on the `first` attempts of every distinct request.

    `since` and `until` bound it to a span of arrivals at the server (an outage). `wait` is the Retry-After of a 429 or
    503 in seconds, `status` the HTTP status of a server error.
    """

    kind: FaultKind
    rate: float = 0.0
    first: int = 0
    since: int = 0
    until: int | None = None
    wait: float | None = None
    wait_form: RetryAfter = RetryAfter.SECONDS
    status: int = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """A planted content filter: blocks the `share` of distinct requests, and those whose messages contain `words`."""

    form: FilterForm
    share: float = 0.0
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the server does.

    `latency` and `latency_spread` (a fraction, uniform, by content) are seconds before an answer; `tokens_per_second`
    adds time for its length. The text comes from `answer`; else, with `rulewriter`, it is what the model of a corpus
    would say to the step that is asked; to a judge's question it is what the words of the answer judged say; else it
    comes from `mix` (text, weight; `{letter}` stands for the drawn letter), else it is the drawn letter: `slot_weights`
    weighs the options by slot. `served_models` holds (answers given before, name), so that the served model can change
    in mid-run. Above `max_in_flight` and `per_second` the
    server answers 429 with `retry_after` (seconds).
    """

    seed: int = 0
    latency: float = 0.0
    latency_spread: float = 0.0
    tokens_per_second: float | None = None
    answer: AnswerFunction | None = None
    rulewriter: bool = False
    mix: tuple[tuple[str, float], ...] = ()
    slot_weights: tuple[float, ...] = ()
    faults: tuple[Fault, ...] = ()
    filters: tuple[Filter, ...] = ()
    reasoning: Reasoning = Reasoning.NONE
    reasoning_text: str = "Both options are weighed against each other."
    refusal: str | None = None
    served_models: tuple[tuple[int, str], ...] = ()
    logprobs: bool = True
    dialect: Dialect = Dialect.VLLM
    key: str | None = None
    models: tuple[str, ...] = ()
    context_tokens: int | None = None
    max_in_flight: int | None = None
    per_second: float | None = None
    retry_after: float | None = 1.0
    batch_polls: int = 1
    batch_end: str = "completed"

    def __post_init__(self) -> None:
        for fault in self.faults:
            if not 0.0 <= fault.rate <= 1.0:
                raise InputError(f"the rate of fault {fault.kind} is {fault.rate}", mend="give a number from 0 to 1")
        for planted in self.filters:
            if not 0.0 <= planted.share <= 1.0:
                raise InputError(
                    f"the share of filter {planted.form} is {planted.share}", mend="give a number from 0 to 1"
                )


def uniform(digest: bytes, seed: int, name: str) -> float:
    """A number in [0, 1) that depends on the request's digest, the seed and what it is drawn for."""
    drawn = hashlib.blake2b(digest + name.encode(), digest_size=8, key=seed.to_bytes(8, "little", signed=True))
    return int.from_bytes(drawn.digest(), "little") / 2**64


def fault_of(behaviour: Behaviour, digest: bytes, attempt: int, arrival: int) -> Fault | None:
    """The fault that this attempt (counted from 1) of a request meets, the first planted one that applies."""
    for index, fault in enumerate(behaviour.faults):
        if arrival < fault.since or (fault.until is not None and arrival >= fault.until):
            continue
        if attempt <= fault.first:
            return fault
        if fault.rate > 0.0 and uniform(digest, behaviour.seed, f"fault {index} {attempt}") < fault.rate:
            return fault
    return None


def filter_of(behaviour: Behaviour, digest: bytes, text: str) -> FilterForm | None:
    """The form of the content filter that blocks this request at every attempt, if one does."""
    for index, planted in enumerate(behaviour.filters):
        if any(word in text for word in planted.words):
            return planted.form
        if planted.share > 0.0 and uniform(digest, behaviour.seed, f"filter {index}") < planted.share:
            return planted.form
    return None


def delay_of(behaviour: Behaviour, digest: bytes, tokens: int) -> float:
    """Seconds until the answer with that many tokens is sent."""
    delay = behaviour.latency
    if behaviour.latency_spread > 0.0:
        delay *= 1.0 + behaviour.latency_spread * (2.0 * uniform(digest, behaviour.seed, "latency") - 1.0)
    if behaviour.tokens_per_second:
        delay += tokens / behaviour.tokens_per_second
    return max(delay, 0.0)


def served_model(behaviour: Behaviour, asked: str, answered: int) -> str:
    """The model name in an answer, after `answered` answers were given."""
    name = asked
    for since, served in behaviour.served_models:
        if answered >= since:
            name = served
    return name


def letter_scores(behaviour: Behaviour, digest: bytes, letters: tuple[str, ...]) -> Mapping[str, float]:
    """Natural-log probabilities of the letters: slot weights and Gumbel noise by content, so that the most probable
    letter is a draw with the slots' weights (Gumbel-max; Yellott 1977)."""
    scores: dict[str, float] = {}
    for slot, letter in enumerate(letters):
        weight = behaviour.slot_weights[slot] if slot < len(behaviour.slot_weights) else 1.0
        drawn = min(max(uniform(digest, behaviour.seed, f"letter {slot}"), 1e-12), 1.0 - 1e-12)
        scores[letter] = math.log(max(weight, 1e-12)) - math.log(-math.log(drawn))
    top = max(scores.values())
    total = top + math.log(sum(math.exp(score - top) for score in scores.values()))
    return {letter: score - total for letter, score in scores.items()}


def mixed_text(behaviour: Behaviour, digest: bytes, letter: str) -> str:
    """The text drawn from the mix, with the drawn letter put in."""
    if not behaviour.mix:
        return letter
    point = uniform(digest, behaviour.seed, "mix") * sum(weight for _, weight in behaviour.mix)
    text = behaviour.mix[-1][0]
    for candidate, weight in behaviour.mix:
        point -= weight
        if point < 0.0:
            text = candidate
            break
    return text.replace("{letter}", letter)
