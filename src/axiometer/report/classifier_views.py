"""An evaluation of classifiers as the page wants to see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from axiometer.report.charts import Series
from axiometer.report.texts import Texts

if TYPE_CHECKING:
    import polars as pl

    from axiometer.expression.evaluation import Evaluation
    from axiometer.frameworks import Framework

ALL = "all"


@dataclass(frozen=True, slots=True)
class ClassifiersView:
    """name: of the folder; framework: whose values are named."""

    name: str
    evaluation: Evaluation
    framework: Framework

    @property
    def models(self) -> tuple[str, ...]:
        return self.evaluation.models

    @property
    def values(self) -> tuple[str, ...]:
        return self.evaluation.value_ids

    @property
    def series(self) -> tuple[Series, ...]:
        """A colour and a shape for each classifier."""
        return tuple(Series(model, place) for place, model in enumerate(self.models))

    def called(self, value: str, texts: Texts) -> str:
        """A value's name in the page's language, or what stands for all of them."""
        return texts("classifiers.all") if value == ALL else self.framework.name(value, texts.lang)

    def said(self, model: str) -> Mapping[str, object]:
        """What the summary says of a classifier."""
        models = self.evaluation.summary["models"]
        assert isinstance(models, Mapping)
        found: Mapping[str, object] = models[model]
        return found

    def only(self, table: pl.DataFrame, model: str, value: str | None = None) -> pl.DataFrame:
        """The rows of a classifier, and of a value if one is named."""
        own = table.filter(model=model)
        return own if value is None else own.filter(value=value)


def load_classifiers(folder: Path) -> ClassifiersView:
    """The evaluation in `folder`. Raises `InputError` where there is none."""
    from axiometer.expression.card import FRAMEWORK_FILE
    from axiometer.expression.evaluation import Evaluation
    from axiometer.frameworks import load_framework

    evaluation = Evaluation.read(folder)
    return ClassifiersView(folder.resolve().name, evaluation, load_framework(folder / FRAMEWORK_FILE))
