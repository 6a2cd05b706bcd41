"""The head that weighs rules and the encoder's vector: a sentence to the probabilities of the three stances."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from axiometer.errors import InputError
from axiometer.expression.polarity.cues import LANGS, cue_counts
from axiometer.records.tables import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LARGEST: Final = 2**22  # bytes of all arrays


class Stance(StrEnum):
    ENDORSED = "endorsed"
    OPPOSED = "opposed"
    MENTIONED = "mentioned"


STANCES: Final = tuple(Stance)


@dataclass(frozen=True, slots=True)
class Part:
    """One logistic regression. centre, scale: of each column in training; coefficients: (columns, 3); intercepts and
    `spread` (of its logits in training, which they are divided by) end it."""

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    coefficients: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    spread: NDArray[np.float32]

    def logits(self, columns: NDArray[np.floating]) -> NDArray[np.float64]:
        """(texts, 3), in units of their spread, and in sum 0."""
        found = (columns - self.centre) / self.scale @ self.coefficients + self.intercepts
        return np.asarray((found - found.mean(axis=1, keepdims=True)) / self.spread, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class StanceHead:
    """`slope`: by which the sum of both parts' logits becomes a probability, found on sentences about values that the
    parts had not seen. It sees sentences; it is not told which value they are about."""

    rules: Part
    encoder: Part
    slope: float

    def probabilities(
        self, texts: Sequence[str], langs: Sequence[str], vectors: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Of each sentence, in the order of `STANCES`; each row sums to 1. langs: `zh` or `en`; vectors: of unit
        length, by the default embedder."""
        from scipy.special import softmax

        if not texts:
            return np.zeros((0, len(STANCES)))
        total = self.rules.logits(rule_columns(texts, langs)) + self.encoder.logits(vectors)
        return np.asarray(softmax(self.slope * total, axis=1), dtype=np.float64)


def rule_columns(texts: Sequence[str], langs: Sequence[str]) -> NDArray[np.float64]:
    """What the rules see of each text: the counts of its words by kind, once for both languages and once for its own
    (zeros for the other), so that a kind may weigh more in one."""
    counts = cue_counts(texts, langs)
    own = [counts * (np.array(langs) == lang)[:, None] for lang in LANGS]
    return np.hstack([counts, *own])


def store(head: StanceHead, file: Path) -> None:
    """Writes the head: numbers alone, float32."""
    arrays = {"slope": np.array(head.slope)}
    for name, part in (("rules", head.rules), ("encoder", head.encoder)):
        arrays |= {f"{name}.{field.name}": getattr(part, field.name) for field in fields(Part)}
    with whole(file) as temporary, temporary.open("wb") as handle:
        np.savez_compressed(handle, allow_pickle=False, **arrays)


def restore(file: Path) -> StanceHead:
    """The head in `file`. Raises `InputError` where it is damaged; nothing in it can be run."""
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > _LARGEST:
                raise ValueError("larger than any")
        with np.load(file, allow_pickle=False) as loaded:
            parts = [Part(*(loaded[f"{name}.{field.name}"] for field in fields(Part))) for name in ("rules", "encoder")]
            return StanceHead(parts[0], parts[1], float(loaded["slope"]))
    except (KeyError, ValueError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise InputError("not the weights of the stance layer, or damaged ones: {why}", file=file, why=error) from error


def digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:32]
