"""Rows of the tables from which items are built: texts, rules, pairs of rules, statements, and labels by people."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class RuleLabel(IntEnum):
    REWRITE = -1
    IRRELEVANT = 0
    KEEP = 1


class Attribution(StrEnum):
    """Whose view a statement gives."""

    GOVERNMENT = "government"
    OUTLET = "outlet"
    QUOTED = "quoted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Text:
    """A source text. `date` is ISO 8601, as precise as it is known."""

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    source: str
    outlet: str | None = None
    nation: str | None = None
    date: str | None = None
    url: str | None = None
    meta: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A judgement and an action. `values` are framework ids at the most specific level known; `label` is a `RuleLabel`;
    `origin` names an imported set, or the step and model that wrote the rule."""

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    values: tuple[str, ...]
    framework: str | None
    label: int | None
    rewritten_from: str | None
    origin: str
    text_id: str | None = None


@dataclass(frozen=True, slots=True)
class RulePair:
    """Two rules that may conflict. `similarity` is a cosine; the contradictions are in [0, 1], one per direction."""

    id: str
    parent_ids: tuple[str, ...]
    rule_a: str
    rule_b: str
    similarity: float | None
    contradiction_ab: float | None
    contradiction_ba: float | None
    method: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A view taken in a text. `reversed_text` is constructed, never found, and is shown as such everywhere."""

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    text_id: str
    topic: str | None
    issue_group: str | None
    stance: str | None
    attribution: Attribution
    speaker: str | None
    question: str | None
    reversed_text: str | None


@dataclass(frozen=True, slots=True)
class Label:
    """What one person said about one subject in one task. `time` is ISO 8601 in UTC."""

    id: str
    parent_ids: tuple[str, ...]
    rater: str
    task: str
    subject: str
    value: str
    time: str
