"""Which of a classifier's outputs means contradiction, or entailment: read from its own configuration, never assumed.

Models in use order their labels in several ways (entailment first, contradiction first, two labels or three).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from axiometer.errors import InputError

_LETTERS = re.compile(r"[^a-z]+")
_CONTRADICTION = re.compile(r"contradict(?:ion|ions|ory|s|ed|ing)?")
_ENTAILMENT = re.compile(r"entail(?:ment|ments|s|ed|ing)?")


Named = Mapping[object, object] | None


def contradiction_label(model: str, id2label: Named, label2id: Named) -> int:
    """The index of the output that means contradiction, whatever its case (`CONTRADICTION`, `contradictory`).

    Both mappings of the configuration are read; one may hold nothing but numbers. Raises `InputError` where neither
    names a contradiction, where one names two, or where they disagree.
    """
    return _label(model, id2label, label2id, "contradiction", _CONTRADICTION)


def entailment_label(model: str, id2label: Named, label2id: Named) -> int:
    """The index of the output that means entailment; see `contradiction_label`."""
    return _label(model, id2label, label2id, "entailment", _ENTAILMENT)


def _label(model: str, id2label: Named, label2id: Named, what: str, meaning: re.Pattern[str]) -> int:
    found = _indices(((_index(index), label) for index, label in (id2label or {}).items()), meaning)
    found |= _indices(((_index(index), label) for label, index in (label2id or {}).items()), meaning)
    if len(found) == 1:
        return found.pop()
    named = ", ".join(str(label) for label in (id2label or {}).values()) or "none"
    if not found:
        raise InputError(
            "{model} has no label that means {meaning}",
            mend="its labels: {labels}; give an NLI model whose config names them",
            model=model,
            meaning=what,
            labels=named,
        )
    raise InputError("{model}: several labels mean {meaning}: {labels}", model=model, meaning=what, labels=named)


def _indices(labels: Iterable[tuple[int | None, object]], meaning: re.Pattern[str]) -> set[int]:
    return {index for index, label in labels if index is not None and _means(label, meaning)}


def _means(label: object, meaning: re.Pattern[str]) -> bool:
    """`not_contradiction` and `non-contradiction` mean the other label of two."""
    return any(meaning.fullmatch(word) for word in _words(label)) and not {"not", "non", "no"} & set(_words(label))


def _words(label: object) -> list[str]:
    return [word for word in _LETTERS.split(str(label).lower()) if word]


def _index(said: object) -> int | None:
    try:
        return int(str(said))
    except ValueError:
        return None
