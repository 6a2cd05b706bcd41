"""Blind baselines: how well a statement is told from its constructed reverse by those who do not see the question.

Here, by classifiers that see style alone (`style.features`), or the characters, too. Both look at a pair of sides and
say which one was published; they are fitted within a language and judged on issue groups that they were not fitted on,
so that knowing an issue does not count as knowing a style. Logistic regression on differences of features without
intercept is Bradley and Terry's model (1952, Biometrika 39:324) with features of the two sides. One half is chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from axiometer.analyze.inference.intervals import cut_interval
from axiometer.build.statements.triples.rows import WORDED, Form, sides
from axiometer.build.statements.triples.style import features
from axiometer.build.statements.triples.words import base_language
from axiometer.records.corpus_rows import Triple

if TYPE_CHECKING:
    from scipy import sparse

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SOLVED: Final = 0.8
"""Probability of the right side, in every form, from which a statement counts as told by its style alone."""
FOLDS: Final = 5
LEAST_GROUPS: Final = 10
LEAST_PAIRS: Final = 30
MOST_FITTED: Final = 5_000
"""Pairs of a language that a fold is fitted on; more say nothing new of a style, and cost time."""
CONFIDENCE: Final = 0.95

_NGRAMS: Final = (1, 4)
_MOST_NGRAMS: Final = 50_000


class Judge(StrEnum):
    """What a classifier sees: counts of form alone, or n-grams of characters; also the names of columns."""

    FORM = "by_form"
    CHARACTERS = "by_characters"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often a judge tells the statement from its reverse in a form; with an interval by issue groups (None where
    there is one group, or all or none is right)."""

    lang: str
    form: str
    judge: str
    pairs: int
    groups: int
    accuracy: float
    low: float | None
    high: float | None


STYLE: Final = pl.Schema(
    {
        "statement": pl.String(),
        "lang": pl.String(),
        "form": pl.String(),
        "issue_group": pl.String(),
        str(Judge.FORM): pl.Float64(),
        str(Judge.CHARACTERS): pl.Float64(),
    }
)


@dataclass(frozen=True, slots=True)
class StyleReport:
    """`pairs`: a row for each pair of sides, in `STYLE`: the probability that each judge gives to the statement.
    `accuracies`: by language and form, then by form for all languages (`lang` is `all`). `unjudged`: languages with too
    few pairs or issue groups."""

    pairs: pl.DataFrame
    accuracies: tuple[Accuracy, ...]
    unjudged: tuple[str, ...]

    def solved(self, forms: Sequence[Form]) -> frozenset[str]:
        """Statements whose style tells them in each of the forms that they have."""
        ends = self._ends(forms)
        return frozenset(ends.filter(pl.col("least") > SOLVED)["statement"].to_list())

    def mistaken(self, forms: Sequence[Form]) -> frozenset[str]:
        """Statements that are told as surely the wrong way round. Style that says nothing makes as many of these."""
        ends = self._ends(forms)
        return frozenset(ends.filter(pl.col("most") < 1.0 - SOLVED)["statement"].to_list())

    def judged(self, forms: Sequence[Form]) -> int:
        return self._ends(forms).height

    def _ends(self, forms: Sequence[Form]) -> pl.DataFrame:
        """The lowest and the highest probability of each statement among the forms."""
        told = pl.col(Judge.FORM)
        of_forms = self.pairs.filter(pl.col("form").is_in([str(form) for form in forms]))
        return of_forms.group_by("statement").agg(told.min().alias("least"), told.max().alias("most"))


def style_report(
    triples: Sequence[Triple], groups: Mapping[str, str], seed: int = 0, forms: Sequence[Form] = WORDED
) -> StyleReport:
    """The blind baselines of triples. groups: the issue group of each statement (its own id where it has none)."""
    frames, unjudged = [], set[str]()
    for lang in sorted({base_language(triple.lang) for triple in triples}):
        own = [triple for triple in triples if base_language(triple.lang) == lang]
        for form in forms:
            pairs = [(each.statement, pair) for each in own if (pair := sides(each, form)) is not None]
            named = [groups.get(statement, statement) for statement, _ in pairs]
            if len(pairs) < LEAST_PAIRS or len(set(named)) < LEAST_GROUPS:
                unjudged |= {lang} if pairs else set()
                continue
            frames.append(_judged(lang, form, pairs, named, seed))
    table = pl.concat(frames) if frames else pl.DataFrame(schema=STYLE)
    return StyleReport(table, tuple(_accuracies(table)), tuple(sorted(unjudged)))


def _judged(
    lang: str, form: Form, pairs: Sequence[tuple[str, tuple[str, str]]], groups: Sequence[str], seed: int
) -> pl.DataFrame:
    folds = _folds(groups, seed)
    texts = [pair for _, pair in pairs]
    counted = np.stack([features(one, lang) - features(other, lang) for one, other in texts])
    characters = _n_grams(texts)
    drawn = np.random.default_rng(seed).permutation(len(pairs))
    by_form, by_characters = np.full(len(pairs), 0.5), np.full(len(pairs), 0.5)
    for fold in range(FOLDS):
        held = np.flatnonzero(folds == fold)
        fitted = np.sort(drawn[folds[drawn] != fold][:MOST_FITTED])
        if not len(held) or not len(fitted):
            continue
        by_form[held] = _by_form(counted[fitted], counted[held])
        by_characters[held] = _probabilities(characters[fitted], characters[held])
    return pl.DataFrame(
        {
            "statement": [statement for statement, _ in pairs],
            "lang": lang,
            "form": str(form),
            "issue_group": list(groups),
            str(Judge.FORM): by_form,
            str(Judge.CHARACTERS): by_characters,
        },
        schema=STYLE,
    )


def _folds(groups: Sequence[str], seed: int) -> Integers:
    """The fold of each pair: issue groups are dealt out, the larger ones first, in a drawn order."""
    names, index, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    drawn = np.random.default_rng(seed).permutation(len(names))
    order = drawn[np.argsort(-sizes[drawn], kind="stable")]
    loads, fold_of = np.zeros(FOLDS), np.zeros(len(names), dtype=np.int64)
    for name in order:
        lightest = int(np.argmin(loads))
        fold_of[name] = lightest
        loads[lightest] += sizes[name]
    return np.asarray(fold_of[index], dtype=np.int64)


def _by_form(fitted: Floats, held: Floats) -> Floats:
    """Each feature is divided by its root mean square, so that the penalty is the same for all."""
    scale = np.sqrt((fitted**2).mean(axis=0))
    scale[scale == 0.0] = 1.0
    return _probabilities(fitted / scale, held / scale)


def _n_grams(pairs: Sequence[tuple[str, str]]) -> sparse.csr_matrix:
    """Which n-grams of characters the one side of each pair has (1) and the other (-1). Which there are is counted
    over all pairs; that says nothing of who is who."""
    from scipy import sparse
    from sklearn.feature_extraction.text import CountVectorizer

    counts = CountVectorizer(analyzer="char", ngram_range=_NGRAMS, max_features=_MOST_NGRAMS, binary=True)
    found = counts.fit_transform([text for pair in pairs for text in pair]).astype(np.float64)
    return sparse.csr_matrix(found[0::2] - found[1::2])


def _probabilities(fitted: Floats | sparse.csr_matrix, held: Floats | sparse.csr_matrix) -> Floats:
    """Of the statement, by a regression on every pair in both orders. A pair without a difference has one half."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    wide = not isinstance(fitted, np.ndarray)  # far more n-grams than pairs: the dual problem is the small one
    both: Floats | sparse.csr_matrix
    if isinstance(fitted, np.ndarray):
        both = np.concatenate([fitted, -fitted])
    else:
        both = sparse.csr_matrix(sparse.vstack([fitted, -fitted]))
    model = LogisticRegression(
        C=1.0, fit_intercept=False, max_iter=2_000, solver="liblinear", dual=wide, random_state=0
    )
    model.fit(both, np.repeat([1, 0], int(fitted.shape[0])))
    return np.asarray(model.predict_proba(held)[:, 1], dtype=np.float64)


# -- what came of it --------------------------------------------------------------------------------------------------


def _accuracies(table: pl.DataFrame) -> list[Accuracy]:
    found = []
    for form in dict.fromkeys(table["form"].to_list()):
        of_form = table.filter(pl.col("form") == form)
        langs = sorted(set(of_form["lang"].to_list()))
        for lang in (*langs, "all"):
            own = of_form if lang == "all" else of_form.filter(pl.col("lang") == lang)
            found += [accuracy(own, str(judge), lang, form) for judge in Judge]
    return sorted(found, key=lambda each: (each.lang == "all", each.lang))


def accuracy(own: pl.DataFrame, judge: str, lang: str, form: str) -> Accuracy:
    """The share of pairs in which a judge gives the statement more than one half, with an interval by issue group."""
    told = own[judge].to_numpy()
    right = np.where(told > 0.5, 1.0, np.where(told == 0.5, 0.5, 0.0))
    share, low, high = grouped_share(right, own["issue_group"].to_list())
    return Accuracy(lang, form, judge, len(right), own["issue_group"].n_unique(), share, low, high)


def grouped_share(right: Floats, groups: Sequence[str]) -> tuple[float, float | None, float | None]:
    """(share, lower, upper end) of values in [0, 1] with groups as units of chance.

    The share is a ratio of sums over groups; its variance is that of a ratio (Cochran 1977, Sampling Techniques, eq.
    6.13), the interval Student's t with one degree of freedom less than groups. None where that has no spread.
    """
    index = np.unique(np.asarray(groups), return_inverse=True)[1]
    count, share = int(index.max()) + 1, float(right.mean())
    if count < 2 or not 0.0 < share < 1.0:
        return share, None, None
    rest = np.bincount(index, weights=right - share, minlength=count)
    se = float(np.sqrt(count / (count - 1) * (rest**2).sum()) / len(right))
    low, high = cut_interval(np.array([share]), np.array([se]), np.array([count - 1.0]), CONFIDENCE)
    return share, float(low[0]), float(high[0])
