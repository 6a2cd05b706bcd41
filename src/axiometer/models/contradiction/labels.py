"""Which of a classifier's outputs means contradiction: read from its own configuration, never assumed.

Models in use order their labels in several ways (entailment first, contradiction first, two labels or three).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from axiometer.errors import InputError

_LETTERS = re.compile(r"[^a-z]+")
_MEANING = re.compile(r"contradict(?:ion|ions|ory|s|ed|ing)?")


def contradiction_label(
    model: str, id2label: Mapping[object, object] | None, label2id: Mapping[object, object] | None
) -> int:
    """The index of the output that means contradiction, whatever its case (`CONTRADICTION`, `contradictory`).

    Both mappings of the configuration are read; one may hold nothing but numbers. Raises `InputError` where neither
    names a contradiction, where one names two, or where they disagree.
    """
    found = _indices((_index(index), label) for index, label in (id2label or {}).items())
    found |= _indices((_index(index), label) for label, index in (label2id or {}).items())
    if len(found) == 1:
        return found.pop()
    named = ", ".join(str(label) for label in (id2label or {}).values()) or "none"
    if not found:
        raise InputError(
            "{model} has no label that means contradiction",
            mend="its labels: {labels}; give an NLI model whose config names them",
            model=model,
            labels=named,
        )
    raise InputError("{model}: several labels mean contradiction: {labels}", model=model, labels=named)


def _indices(labels: Iterable[tuple[int | None, object]]) -> set[int]:
    return {index for index, label in labels if index is not None and _means_contradiction(label)}


def _means_contradiction(label: object) -> bool:
    """`not_contradiction` and `non-contradiction` mean the other label of two."""
    return any(_MEANING.fullmatch(word) for word in _words(label)) and not {"not", "non", "no"} & set(_words(label))


def _words(label: object) -> list[str]:
    return [word for word in _LETTERS.split(str(label).lower()) if word]


def _index(said: object) -> int | None:
    try:
        return int(str(said))
    except ValueError:
        return None
