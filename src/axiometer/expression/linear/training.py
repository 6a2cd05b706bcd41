"""Fits the linear classifier: parts, fusion, calibration, thresholds; each step on texts that the one before had not
seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from axiometer.errors import InputError
from axiometer.expression.labelled import Labelled
from axiometer.expression.linear.grams import GramKind, Grams, rarity_of, weighted
from axiometer.expression.linear.model import Encode, EncoderPart, GramPart, LinearClassifier, Nearness
from axiometer.expression.thresholds import best_thresholds, calibrate
from axiometer.models.draws import uniform
from axiometer.similarity.embedders import DEFAULT_EMBEDDER

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

ENCODER: Final = "encoder"
BITS: Final = {GramKind.CHARACTERS: 18, GramKind.WORDS: 17}
LEAST: Final = {GramKind.CHARACTERS: 3, GramKind.WORDS: 2}
STRENGTH: Final = {ENCODER: 0.003, GramKind.CHARACTERS.value: 3.0, GramKind.WORDS.value: 3.0}
"""Inverse strength of each part's penalty (scikit-learn's C), chosen on the validation part of the published texts."""

_CENTRES: Final = 64
_QUANTILES: Final = 201

Fit: TypeAlias = "tuple[NDArray[np.float64], NDArray[np.float64]]"
"""Coefficients (columns, values) and intercepts (values,)."""


@dataclass(frozen=True, slots=True)
class LinearOptions:
    """encoder: name of an embedder, None for n-grams alone; folds: into how many parts the texts are cut, so that each
    text gets logits from parts that had not seen it."""

    encoder: str | None = DEFAULT_EMBEDDER
    folds: int = 4
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the parts see of all texts: a matrix for each, by name."""

    vectors: NDArray[np.float32] | None
    grams: Mapping[str, csr_matrix]
    rarity: Mapping[str, NDArray[np.float32]]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]

    def matrices(self) -> dict[str, NDArray[np.float32] | csr_matrix]:
        found: dict[str, NDArray[np.float32] | csr_matrix] = dict(self.grams)
        if self.vectors is not None:
            found[ENCODER] = (self.vectors - self.mean) / self.scale
        return found


def train_linear(data: Labelled, name: str, framework: str, options: LinearOptions, encode: Encode) -> LinearClassifier:
    """The classifier fitted on all of `data`; probabilities and thresholds rest on logits of texts that the parts had
    not seen. Raises `InputError` for a value that no text, or every text, expresses."""
    _check(data)
    seen = _see(data.texts, options, encode)
    matrices = seen.matrices()
    folds = _folds(data, options)
    unseen = {part: _cross_fitted(part, matrix, data.targets, folds) for part, matrix in matrices.items()}
    spread = {part: np.maximum(logits.std(axis=0), 1e-6).astype(np.float32) for part, logits in unseen.items()}
    fused = np.mean([unseen[part] / spread[part] for part in unseen], axis=0)
    calibration = calibrate(fused, data.targets)
    fits = {part: _fitted(part, matrix, data.targets) for part, matrix in matrices.items()}
    return LinearClassifier(
        name=name,
        framework=framework,
        values=data.values,
        grams=tuple(_gram_part(GramKind(part), seen, fits[part]) for part in seen.grams),
        encoder=_encoder_part(options, seen, fits),
        spread=spread,
        calibration=calibration,
        cut=best_thresholds(calibration.probabilities(fused)),
        nearness=None if seen.vectors is None else _nearness(seen.vectors, options.seed),
        encode=encode,
    )


def _check(data: Labelled) -> None:
    shares = data.targets.mean(axis=0)
    for value, share in zip(data.values, shares, strict=True):
        if share in (0.0, 1.0):
            raise InputError(
                "{which} of the texts to train on express {value}: nothing can be learnt about it",
                file=data.file,
                mend="give texts of both kinds, or leave the column out",
                which="none" if share == 0.0 else "all",
                value=value,
            )


def _see(texts: Sequence[str], options: LinearOptions, encode: Encode) -> _Seen:
    grams, rarity = {}, {}
    for kind in GramKind:
        counts = Grams(kind, BITS[kind]).counts(texts)
        rarity[kind.value] = rarity_of(counts, LEAST[kind])
        grams[kind.value] = weighted(counts, rarity[kind.value])
    if options.encoder is None:
        nothing = np.zeros(0, np.float32)
        return _Seen(None, grams, rarity, nothing, nothing)
    vectors = encode(texts)
    return _Seen(vectors, grams, rarity, vectors.mean(axis=0), np.maximum(vectors.std(axis=0), 1e-6))


def _folds(data: Labelled, options: LinearOptions) -> NDArray[np.int64]:
    """The fold of each text; equal texts, and those of one group, are in one."""
    units = data.groups or data.texts
    return np.array([int(uniform(options.seed, "fold", unit) * options.folds) for unit in units])


def _cross_fitted(
    part: str, matrix: NDArray[np.float32] | csr_matrix, targets: NDArray[np.int8], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    logits = np.zeros(targets.shape)
    for fold in np.unique(folds):
        inside, outside = folds != fold, folds == fold
        coefficients, intercepts = _fitted(part, matrix[inside], targets[inside])
        logits[outside] = matrix[outside] @ coefficients + intercepts
    return logits


def _fitted(part: str, matrix: NDArray[np.float32] | csr_matrix, targets: NDArray[np.int8]) -> Fit:
    """One penalised logistic regression per value."""
    from sklearn.linear_model import LogisticRegression

    columns = []
    for column in targets.T:
        if part == ENCODER:
            model = LogisticRegression(C=STRENGTH[part], max_iter=300)
        else:
            model = LogisticRegression(C=STRENGTH[part], solver="liblinear", dual=True, max_iter=200, random_state=0)
        model.fit(matrix, column)
        columns.append((model.coef_[0], float(model.intercept_[0])))
    return np.stack([column for column, _ in columns], axis=1), np.array([intercept for _, intercept in columns])


def _gram_part(kind: GramKind, seen: _Seen, fit: Fit) -> GramPart:
    coefficients, intercepts = (each.astype(np.float32) for each in fit)
    return GramPart(Grams(kind, BITS[kind]), seen.rarity[kind.value], coefficients, intercepts)


def _encoder_part(options: LinearOptions, seen: _Seen, fits: Mapping[str, Fit]) -> EncoderPart | None:
    if options.encoder is None:
        return None
    coefficients, intercepts = (each.astype(np.float32) for each in fits[ENCODER])
    return EncoderPart(options.encoder, seen.mean, seen.scale, coefficients, intercepts)


def _nearness(vectors: NDArray[np.float32], seed: int) -> Nearness:
    from sklearn.cluster import KMeans

    count = max(1, min(_CENTRES, len(vectors) // 20))
    centres = KMeans(count, n_init=1, random_state=seed).fit(vectors).cluster_centers_.astype(np.float32)
    centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    off = 1.0 - (vectors @ centres.T).max(axis=1)
    return Nearness(centres, np.quantile(off, np.linspace(0, 1, _QUANTILES)).astype(np.float32))
