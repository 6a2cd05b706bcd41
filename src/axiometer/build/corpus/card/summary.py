"""The card's numbers for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from axiometer.build.corpus.card.context import CardContext
from axiometer.build.corpus.card.counts import Counts
from axiometer.build.corpus.card.shares import share_of

FORMAT = 1


def summary(context: CardContext, counts: Counts, rejected: Mapping[str, int]) -> dict[str, object]:
    """Everything that the card says, as JSON values: shares with their intervals, None for what is not known."""
    labelled = sum(n for label, n in counts.labels.items() if label is not None)
    told = {
        field.name: getattr(context, field.name)
        for field in dataclasses.fields(context)
        if field.name not in ("framework", "steps")
    }
    plain = _plain(
        {
            "format": FORMAT,
            **told,
            "framework": {"id": context.framework.id, "fingerprint": context.framework.fingerprint},
            "rules": counts.rules,
            "texts": counts.texts,
            "values": counts.values,
            "without": counts.without,
            "where": counts.where,
            "labels": counts.labels,
            "rewritten": share_of(counts.rewritten, labelled, counts.clusters),
            "polished": counts.polished,
            "rejected": rejected,
            "steps": context.steps,
        }
    )
    assert isinstance(plain, dict)
    return plain


def _plain(value: object) -> object:
    """Dataclasses and mappings as JSON objects; a key that is not stated is the empty text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {"" if key is None else str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
