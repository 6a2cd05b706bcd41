"""What a dataset card is told about how a corpus was made; what can be counted in the corpus it counts itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from axiometer.build.corpus.card.shares import Share
from axiometer.frameworks import Framework
from axiometer.runtime.stages.rows import Account

if TYPE_CHECKING:
    from axiometer.build.corpus.coverage import Coverage


@dataclass(frozen=True, slots=True)
class PromptRecord:
    """A wording that a step used: `corpus-screen/zh/1@1` and its hash."""

    id: str
    hash: str


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of the making, in order. Steps that ask no model have no `model`.

    `parameters`: those of the model's identity (temperature, seed, host, ...). `served`: versions that a service
    reported. `usd`: what the calls cost as far as prices were known; None where they were not.
    """

    name: str
    account: Account
    model: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    served: tuple[str, ...] = ()
    usd: float | None = None
    prompts: tuple[PromptRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class DuplicateRecord:
    """From which cosine two rules of one language were one. Precision and recall at it are those on `pairs` labelled
    pairs (`measured_on` says which), opposite judgements left out; `opposites`: how many pairs of opposite judgements
    it makes one. None where they were not measured for this threshold."""

    embedder: str
    threshold: float
    precision: Share | None = None
    recall: Share | None = None
    opposites: Share | None = None
    pairs: int = 0
    measured_on: str = ""
    against: str | None = None


@dataclass(frozen=True, slots=True)
class ProbeRecord:
    """How many of the planted instructions a step's answers obeyed."""

    step: str
    obeyed: int
    probes: int


@dataclass(frozen=True, slots=True)
class CardContext:
    """What the card says beside what it counts.

    name: of the corpus. steps: ingest to dedup, in order. seed: of every draw. compact: several steps were asked in one
    call. examples: people's labels that few-shot examples were drawn from (0: zero-shot). people_checked: rules of this
    corpus that people looked at. licence: of texts that name none themselves. probes: none where not measured.
    """

    name: str
    framework: Framework
    steps: tuple[StepRecord, ...]
    duplicates: DuplicateRecord
    seed: int = 0
    compact: bool = False
    version: str = ""
    examples: int = 0
    people_checked: int = 0
    licence: str | None = None
    coverage: Coverage | None = None
    probes: tuple[ProbeRecord, ...] = ()
    warnings: tuple[str, ...] = ()
