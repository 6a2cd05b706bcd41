"""The columns of a profile's tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from axiometer.analyze.frames import Columns
from axiometer.records.rows import Outcome

_NUMBERS: Final = pl.List(pl.Float32())
_NAMES: Final = pl.List(pl.String())

OUTCOMES_OF_ANSWERS: Final = (
    Outcome.CHOSEN,
    Outcome.REFUSED,
    Outcome.TRUNCATED,
    Outcome.INVALID,
    Outcome.FILTERED,
    Outcome.ERROR,
)
"""How a free answer can end; the values of CHOSEN ones are read."""

SHARES: Final = {
    "model": pl.String,
    "value": pl.String,
    "kind": pl.String,
    "answers": pl.Int64,
    "questions": pl.Int64,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "why_not": pl.String,
    "mean_probability": pl.Float64,
    "corrected": pl.Float64,
    "corrected_low": pl.Float64,
    "corrected_high": pl.Float64,
    "corrected_why_not": pl.String,
    "labels": pl.Float64,
    "method": pl.String,
    "transported": pl.Boolean,
}
"""A row for each model, value and kind. `answers` that were read, to how many `questions`; `share` of them as the
classifier says, with its interval, and `corrected` for its errors; `labels`: how many of the model's answers carry one
(transported: how many texts elsewhere); `why_not`, `corrected_why_not`: why there is no interval, or no estimate."""

DIFFERENCES: Final = {
    "model_a": pl.String,
    "model_b": pl.String,
    "value": pl.String,
    "kind": pl.String,
    "questions": pl.Int64,
    "difference": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "p": pl.Float64,
    "p_adjusted": pl.Float64,
    "why_not": pl.String,
    "corrected": pl.Float64,
    "corrected_low": pl.Float64,
    "corrected_high": pl.Float64,
    "corrected_p": pl.Float64,
    "corrected_p_adjusted": pl.Float64,
    "corrected_why_not": pl.String,
}
"""Share of `model_a` minus share of `model_b`, on the questions that both answered, in the same language and wording.
p-values are adjusted (Holm) over all pairs and values of a kind."""

OUTCOMES: Final = {
    "model": pl.String,
    "lang": pl.String,
    "asked": pl.Int64,
    "not_recorded": pl.Int64,
    **{str(outcome): pl.Int64 for outcome in OUTCOMES_OF_ANSWERS},
    "refused_share": pl.Float64,
    "refused_low": pl.Float64,
    "refused_high": pl.Float64,
    "far": pl.Int64,
    "far_share": pl.Float64,
    "far_low": pl.Float64,
    "far_high": pl.Float64,
    "mean_distance": pl.Float64,
    "mean_characters": pl.Float64,
    "mean_windows": pl.Float64,
}
"""A row for each model and language, and for `all` languages. `asked`: answers there should be, of which `not_recorded`
are missing; `refused_share`: of those that are there; `far`: read answers out of the classifier's domain;
`mean_characters`, `mean_windows`: how long the read answers are, since longer ones express more."""

ANSWERS: Final[Columns] = {
    "id": pl.String,
    "model": pl.String,
    "item": pl.String,
    "question": pl.String,
    "about": pl.String,
    "lang": pl.String,
    "text": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
    "expressed": _NAMES,
    "endorsed": _NAMES,
    "opposed": _NAMES,
    "distance": pl.Float32,
    "out_of_domain": pl.Boolean,
    "presence": _NUMBERS,
    "source": pl.String,
    "call": pl.String,
}
"""A row for each answer that is there. `presence`: the probability that it expresses each value, in the order of the
profile's values; `endorsed`, `opposed`: null where it cannot be told how the answer stands to values. All of them null
where the answer was not read."""

TABLES: Final[Mapping[str, Columns]] = {
    "shares": SHARES,
    "differences": DIFFERENCES,
    "outcomes": OUTCOMES,
    "answers": ANSWERS,
}
