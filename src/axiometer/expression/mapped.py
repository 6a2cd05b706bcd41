"""A classifier of one framework used in another: its values by the names of the other's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from axiometer.errors import InputError
from axiometer.expression.classifier import Scores, ValueClassifier
from axiometer.frameworks import Framework
from axiometer.records.yaml_files import read_yaml


def read_map(file: Path, origin: Framework, wanted: Framework) -> dict[str, str]:
    """Values of `origin` to values of `wanted`, from a YAML file of names or ids (`prosperity: security`).

    Each value leads to one, and to each one leads: what several values express together is not known from their
    probabilities. Values that are not named are left out. Raises `InputError` for anything else.
    """
    said = read_yaml(file)
    if not isinstance(said, Mapping) or not said:
        raise InputError("must be a mapping of values to values", file=file)
    found: dict[str, str] = {}
    for key, value in said.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise InputError("{name} must lead to the name of one value", file=file, name=str(key))
        try:
            source, target = origin.resolve(key), wanted.resolve(value)
        except InputError as error:
            raise InputError("{why}", file=file, mend=error.mend, why=error.what) from error
        if source in found or target in found.values():
            raise InputError(
                "{name} stands twice: each value leads to one of its own", file=file, name=f"{key}: {value}"
            )
        found[source] = target
    return found


def map_values(classifier: ValueClassifier, mapping: Mapping[str, str], framework: Framework) -> Mapped:
    """The classifier in the values of `framework`. Raises `InputError` where the map names none of its values."""
    known = {value: mapping[value] for value in classifier.values if value in mapping}
    if not known:
        raise InputError("the map names none of the classifier's values: {values}", values=", ".join(classifier.values))
    return Mapped(classifier, known, framework.id)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A `ValueClassifier` whose values are those that `mapping` leads to, with the probabilities and thresholds of
    those that they come from."""

    inner: ValueClassifier
    mapping: Mapping[str, str]
    framework: str

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def identity(self) -> Mapping[str, object]:
        return {**self.inner.identity, "mapped": dict(self.mapping), "framework": self.framework}

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(self.mapping.values())

    @property
    def thresholds(self) -> Mapping[str, float]:
        return {self.mapping[value]: self.inner.thresholds[value] for value in self.mapping}

    def score(self, texts: Sequence[str]) -> Scores:
        """See `ValueClassifier.score`."""
        scores = self.inner.score(texts)
        columns = [self.inner.values.index(value) for value in self.mapping]
        return Scores(scores.probabilities[:, columns], scores.distance)
