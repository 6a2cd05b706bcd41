"""How shares are put right for the classifier's errors: by people's labels of the run's answers, by its errors on other
texts, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from axiometer.analyze.correction import UNCORRECTED, Corrected, Labels, Method, Target, Verdicts, corrected
from axiometer.analyze.correction.samples import each_its_own, labels_from_counts
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.options import AnalysisOptions
from axiometer.errors import InputError
from axiometer.expression.evaluation.evaluation import Evaluation, holds_evaluation
from axiometer.expression.folder import Opened
from axiometer.expression.mapped import Mapped
from axiometer.expression.metrics import Counts
from axiometer.expression.profile.profile import Kind, State
from axiometer.expression.profile.units import Units

SHARE: Final = Target("expressed", (0,), (0, 1))
MOST_TEXTS: Final = 1_000_000
NOT_ASKED: Final = "people say which values an answer expresses, not how it stands to them"
NOT_TESTED: Final = "the classifier's errors were measured for values expressed, not for how texts stand to them"
NO_ERRORS: Final = "nothing is known of the classifier's errors with this value"


@dataclass(frozen=True, slots=True)
class Estimated:
    """A share: the verdicts, raw and corrected, and why it is not corrected (None: it is)."""

    verdicts: Verdicts
    found: Corrected
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Correction:
    """`elsewhere`: with TRANSPORTED the labels of other texts, by value. `note`: what labels they are, for a person."""

    state: State
    note: str
    elsewhere: Mapping[str, Labels] = field(default_factory=dict)

    def share(
        self, units: Units, kind: Kind, place: int, value: str, sources: Sources, options: AnalysisOptions
    ) -> Estimated:
        """The share of the value in the column `place`, among these answers."""
        verdicts = units.verdicts(kind, place, sources)
        labels, method = self._labels(units, kind, place, value)
        (found,) = corrected(verdicts, labels, [SHARE], options, method, transported=method is Method.CONFUSION)
        return Estimated(verdicts, found, self.why_not(kind, value) or found.why_not)

    def _labels(self, units: Units, kind: Kind, place: int, value: str) -> tuple[Labels | None, Method]:
        if kind is Kind.EXPRESSED and len(units) and self.state is State.TRANSPORTED:
            return self.elsewhere.get(value), Method.CONFUSION
        own = kind is Kind.EXPRESSED and len(units) and self.state is State.CORRECTED
        return units.labels(place) if own else None, Method.POWERED

    def why_not(self, kind: Kind, value: str) -> str | None:
        """Why no share of this kind and value is corrected, whatever the answers are; None where some may be."""
        if self.state is State.UNCORRECTED:
            return UNCORRECTED
        if kind is not Kind.EXPRESSED:
            return NOT_TESTED if self.state is State.TRANSPORTED else NOT_ASKED
        return NO_ERRORS if self.state is State.TRANSPORTED and value not in self.elsewhere else None


def uncorrected() -> Correction:
    return Correction(State.UNCORRECTED, UNCORRECTED)


def transported(counts: Mapping[str, Counts], source: str) -> Correction:
    """A correction by errors that were counted on the texts of `source`. Raises `InputError` for counts of no texts, or
    of more than anybody labels."""
    found: dict[str, Labels] = {}
    sources: dict[int, Sources] = {}
    for value, each in counts.items():
        sizes = (each.tp, each.fp, each.fn, each.tn)
        texts = sum(sizes)
        if min(sizes) < 0 or not 0 < texts <= MOST_TEXTS:
            raise InputError("the classifier's errors with {value} cannot be right", value=value)
        if texts not in sources:
            sources[texts] = each_its_own(texts)
        found[value] = labels_from_counts(*sizes, sources[texts])
    return Correction(State.TRANSPORTED, f"transported from {source}, unverified", found)


def counts_of_card(opened: Opened) -> dict[str, Counts]:
    """The classifier's errors on its validation texts, fitted on its training texts alone, by the values that it has
    here."""
    metrics = opened.card.metrics
    texts = metrics.validation.texts
    counts = metrics.confusion or {
        each.value: counts_from(each.support, each.predicted, each.recall, texts) for each in metrics.validation.values
    }
    return _by_own_name(counts, opened)


def counts_of_evaluation(folder: Path, opened: Opened) -> dict[str, Counts]:
    """The classifier's errors as `express evaluate` counted them. Raises `InputError` where the folder holds no
    evaluation of it, or one on texts that it was fitted on."""
    evaluation = Evaluation.read(folder) if holds_evaluation(folder) else None
    models = evaluation.summary["models"] if evaluation is not None else {}
    assert isinstance(models, Mapping)
    named = [name for name, about in models.items() if about.get("digest") == opened.card.digest]
    if evaluation is None or not named:
        raise InputError(
            "no evaluation of the classifier {name}",
            file=folder,
            mend="evaluate it with `axiometer express evaluate`",
            name=opened.classifier.name,
        )
    texts, seen = int(str(evaluation.summary["texts"])), int(models[named[0]].get("seen") or 0)
    if seen:
        raise InputError(
            "{n} of its {texts} texts were seen in training: errors on them are too few",
            file=folder,
            mend="`express evaluate --unseen` leaves them out",
            n=seen,
            texts=texts,
        )
    rows = evaluation.values.filter(evaluation.values["model"] == named[0])
    counts = {
        value: counts_from(support, predicted, recall, texts)
        for value, support, predicted, recall in rows.select("value", "support", "predicted", "recall").iter_rows()
    }
    return _by_own_name(counts, opened)


def counts_from(support: int, predicted: int, recall: float | None, texts: int) -> Counts:
    """Counts from texts that express a value, texts that are said to, and the share of the former that are."""
    right = round((recall or 0.0) * support)
    return Counts(right, predicted - right, support - right, texts - predicted - support + right)


def _by_own_name(counts: Mapping[str, Counts], opened: Opened) -> dict[str, Counts]:
    """By the classifier's values; where it is mapped and the counts are by the values that it learnt, by those that
    these lead to."""
    classifier = opened.classifier
    if isinstance(classifier, Mapped) and set(counts) <= set(opened.card.values):
        return {value: counts[origin] for origin, value in classifier.mapping.items() if origin in counts}
    return {value: counts[value] for value in classifier.values if value in counts}
