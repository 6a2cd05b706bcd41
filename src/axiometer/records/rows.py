"""The rows that travel between rooms. One dataclass per table; `schemas.schema_of` derives its Polars schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from axiometer.records.ids import content_id


class ItemKind(StrEnum):
    DILEMMA = "dilemma"
    THEME = "theme"
    STATEMENT = "statement"
    OPEN = "open"


class Role(StrEnum):
    SIDE = "side"
    DISTRACTOR = "distractor"


class ExpressionKind(StrEnum):
    """What an option expresses: a value of a framework, a rule, or the position of a named corpus or rule set."""

    VALUE = "value"
    RULE = "rule"
    POSITION = "position"


class Mode(StrEnum):
    """How items are put. `likelihood`: the options are not shown; how likely the respondent would answer with the words
    of each is computed. In the last three the respondent answers freely. A judge then reads its answer: which option it
    is closer to (`judged`), or which of the item's values it acts on (`open`); in `free` nobody does, and the answer
    itself is what the run gives (`express profile` says which values it expresses)."""

    CHOICE = "choice"
    LOGPROB = "logprob"
    LIKELIHOOD = "likelihood"
    AGREE = "agree"
    JUDGED = "judged"
    OPEN = "open"
    FREE = "free"


WEIGHED = frozenset({Mode.LOGPROB, Mode.LIKELIHOOD})
"""The modes whose answers are probabilities of the options."""

FREELY = frozenset({Mode.JUDGED, Mode.OPEN, Mode.FREE})
"""The modes in which respondents answer without seeing options."""

PEOPLE = "people"
"""The respondent that is a group of people, and the wording of their answers: what they were shown is not known. Each
of their answers has the number of the person as its repeat."""


class Outcome(StrEnum):
    """How a presentation ended. Only CHOSEN carries an option; none of the others is ever dropped."""

    CHOSEN = "chosen"
    BOTH = "both"
    REFUSED = "refused"
    EVASIVE = "evasive"
    INVALID = "invalid"
    TRUNCATED = "truncated"
    FILTERED = "filtered"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Expression:
    """An option endorses (+1) or opposes (-1) `target`."""

    kind: ExpressionKind
    target: str
    polarity: int


@dataclass(frozen=True, slots=True)
class Option:
    text: str
    role: Role = Role.SIDE
    expresses: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to put to a respondent.

    `clusters` names every source that the item shares with others (both rules, the issue group, the scenario family):
    the units of resampling. `mapped` is False where it is not known which option expresses what; value-level
    results are then refused. `meta` holds what an importer wants to keep, as strings.
    """

    id: str
    parent_ids: tuple[str, ...]
    kind: ItemKind
    lang: str
    prompt: str
    options: tuple[Option, ...]
    clusters: tuple[str, ...]
    framework: str | None
    parallel_id: str | None
    mapped: bool
    source: str
    meta: dict[str, str] = field(default_factory=dict)


def make_item(
    *,
    kind: ItemKind,
    lang: str,
    prompt: str,
    options: tuple[Option, ...],
    clusters: tuple[str, ...],
    source: str,
    framework: str | None = None,
    parallel_id: str | None = None,
    mapped: bool = True,
    parent_ids: tuple[str, ...] = (),
    meta: dict[str, str] | None = None,
) -> Item:
    """An `Item` whose id is the hash of what a respondent sees and what its options express."""
    seen = [
        [option.text, option.role, [[e.kind, e.target, e.polarity] for e in option.expresses]] for option in options
    ]
    return Item(
        id=content_id("item", kind, lang, prompt, seen, framework),
        parent_ids=parent_ids,
        kind=kind,
        lang=lang,
        prompt=prompt,
        options=options,
        clusters=clusters,
        framework=framework,
        parallel_id=parallel_id,
        mapped=mapped,
        source=source,
        meta=meta or {},
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """One presentation and what came of it.

    `order[slot]` is the index in the item of the option shown at that slot; `option` is the index in the item of
    the chosen option, whatever its letter was. In agree mode `shown` is the one option put forward, `negated` says that
    its denial was put forward, and `stance` is +1 (the respondent supports the option) or -1 (opposes it).
    `probabilities` (modes logprob and likelihood) is aligned with the item's options and sums to 1; `letter_mass` is
    what the letters, or the options' words, had together before that. `call` is the key of the call in the journal.
    """

    id: str
    parent_ids: tuple[str, ...]
    run: str
    model: str
    item: str
    lang: str
    mode: Mode
    seq: int
    order: tuple[int, ...]
    wording: str
    repeat: int
    shown: int | None
    negated: bool
    outcome: Outcome
    option: int | None
    letter: str | None
    stance: int | None
    probabilities: tuple[float, ...] | None
    reason: str | None
    raw: str
    reasoning: str | None
    tokens_in: int
    tokens_out: int
    served_model: str | None
    prompt_hash: str
    call: str
    letter_mass: float | None = None


@dataclass(frozen=True, slots=True)
class FreeAnswer:
    """What a respondent said to an item without seeing its options: what a judge or a classifier reads. In the modes
    `judged` and `open` each `Answer` has one of these as its second parent, and is the judge's word on it in one order;
    in `free` there are no rows but these.

    `outcome` is CHOSEN where there is something to read; a refusal that can be read as one, a filtered, truncated,
    empty (INVALID) or failed answer is not judged and has its outcome in every order.
    """

    id: str
    parent_ids: tuple[str, ...]
    run: str
    model: str
    item: str
    lang: str
    mode: Mode
    seq: int
    wording: str
    repeat: int
    outcome: Outcome
    reason: str | None
    text: str
    reasoning: str | None
    tokens_in: int
    tokens_out: int
    served_model: str | None
    prompt_hash: str
    call: str
