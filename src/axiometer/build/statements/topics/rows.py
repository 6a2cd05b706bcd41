"""Rows of topics, and of subjects: what texts are about, whether it was found as a topic or said by a tag."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from axiometer.records.ids import content_id


@dataclass(frozen=True, slots=True)
class Topic:
    """Texts of a nation and language that lie together. `keywords`: best first, by class-based TF-IDF; `size`: texts;
    `examples`: beginnings of some, the most typical first; their ids are the parents. `cosine`: the mean of its texts
    with their centre. `label` comes from a model."""

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    nation: str | None
    keywords: tuple[str, ...]
    size: int
    cosine: float
    examples: tuple[str, ...]
    label: str | None = None

    @property
    def name(self) -> str:
        """The label, or the first keywords where no model gave one."""
        return self.label or ", ".join(self.keywords[:3]) or self.id


class SubjectKind(StrEnum):
    """How a subject came about."""

    TOPIC = "topic"
    TAG = "tag"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Subject:
    """What some texts of a nation and language are about, and whether they are kept. `keep` and `reason` are None
    until it was screened; `person`: a person decided it, not the model."""

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    nation: str | None
    kind: SubjectKind
    label: str
    keywords: tuple[str, ...]
    size: int
    examples: tuple[str, ...]
    keep: bool | None = None
    reason: str | None = None
    person: bool = False


def topic_id(nation: str | None, lang: str, members: tuple[str, ...]) -> str:
    """The same texts give the same id, in whatever order and run."""
    return content_id("topic", nation, lang, sorted(members))


def tag_id(nation: str | None, lang: str, tag: str) -> str:
    return content_id("tag", nation, lang, tag)
