"""What a classifier says of some texts, as columns: read by windows, with distances and stances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from axiometer.expression.classifier import ValueClassifier
from axiometer.expression.polarity.head import Stance
from axiometer.expression.polarity.texts import open_reader
from axiometer.expression.vectors import Remembered
from axiometer.expression.windows import Windows, windows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRESENCE: Final = "presence."
ENDORSED: Final = "endorsed."
OPPOSED: Final = "opposed."
FAR: Final = 0.99
"""A text that lies farther from those of training than this share of them is out of domain."""


def columns_said(values: Sequence[str], polarity: bool) -> dict[str, pl.DataType]:
    """The columns of `said_of` and their types, in order."""
    shown: dict[str, pl.DataType] = {"windows": pl.Int32(), "distance": pl.Float32(), "out_of_domain": pl.Boolean()}
    shown |= {"expressed": pl.List(pl.String())}
    shown |= {f"{PRESENCE}{value}": pl.Float32() for value in values}
    if polarity:
        shown |= {"endorsed": pl.List(pl.String()), "opposed": pl.List(pl.String())}
        shown |= {f"{kind}{value}": pl.Float32() for kind in (ENDORSED, OPPOSED) for value in values}
    return shown


def said_of(
    classifier: ValueClassifier, texts: Sequence[str], vectors: Remembered, *, window: int, polarity: bool
) -> pl.DataFrame:
    """A row for each text, none of them empty, each independent of the others: how many windows it was cut into, its
    distance from the training texts, the values that it expresses, its probability for each, and with `polarity` how
    it stands to them. vectors: of the shipped encoder, which stances need."""
    values = classifier.values
    schema = columns_said(values, polarity)
    if not texts:
        return pl.DataFrame(schema=schema)
    windows = windows_of(texts, window)
    scores = classifier.score(windows.texts)
    presence, places = windows.greatest(scores.probabilities)
    expressed = presence >= np.array([classifier.thresholds[value] for value in values], np.float32)
    distance = None if scores.distance is None else windows.mean(scores.distance)
    columns: dict[str, object] = {
        "windows": windows.counts,
        "distance": distance,
        "out_of_domain": None if distance is None else distance > FAR,
        "expressed": _named(values, expressed),
        **{f"{PRESENCE}{value}": presence[:, column] for column, value in enumerate(values)},
    }
    if polarity:
        columns |= _stances(classifier, windows, places, expressed, vectors)
    return pl.DataFrame(columns, schema=schema)


def _stances(
    classifier: ValueClassifier,
    windows: Windows,
    places: NDArray[np.int64],
    expressed: NDArray[np.bool_],
    vectors: Remembered,
) -> Mapping[str, object]:
    """Columns that say how each text stands to each value that it expresses; null where it expresses none, or where it
    cannot be told."""
    reader = open_reader(vectors)
    asked = {(int(places[text, value]), int(value)) for text, value in np.argwhere(expressed)}
    told = reader.stances(classifier, windows.texts, sorted(asked))
    shape = expressed.shape
    shares = {stance: np.full(shape, np.nan, np.float32) for stance in (Stance.ENDORSED, Stance.OPPOSED)}
    most = {stance: np.zeros(shape, np.bool_) for stance in shares}
    for text, value in np.argwhere(expressed):
        found = told.get((int(places[text, value]), int(value)))
        if found is not None:
            for stance in shares:
                shares[stance][text, value] = found.share(stance)
                most[stance][text, value] = found.most_likely is stance
    columns: dict[str, object] = {str(stance): _named(classifier.values, mask) for stance, mask in most.items()}
    for stance, prefix in ((Stance.ENDORSED, ENDORSED), (Stance.OPPOSED, OPPOSED)):
        for column, value in enumerate(classifier.values):
            columns[f"{prefix}{value}"] = pl.Series(shares[stance][:, column]).fill_nan(None)
    return columns


def _named(values: Sequence[str], mask: NDArray[np.bool_]) -> pl.Series:
    """The values that are true in each row."""
    return pl.Series(
        [[values[column] for column in np.flatnonzero(row).tolist()] for row in mask], dtype=pl.List(pl.String())
    )
