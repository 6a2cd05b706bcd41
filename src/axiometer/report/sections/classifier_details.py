"""Classifiers looked into: calibration, thresholds, which value is taken for which, and the surest mistakes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from axiometer.expression.evaluation.mistakes import NONE
from axiometer.report.charts import Cell, Curve, CurvePlot, Drawing, Point, Series, curve_plots, matrix
from axiometer.report.classifier_views import ALL, ClassifiersView
from axiometer.report.parts import NARROW, WIDE, Chart, Panel, Section, Table, file_stem
from axiometer.report.texts import Texts

MOST_CONFUSED = 24
SHOWN = 20  # mistakes of each kind
TEXT = 320  # characters of a text


def calibration_section(view: ClassifiersView, texts: Texts) -> Section:
    """Probabilities against shares: over all decisions, and for each value."""
    axes = (texts("classifiers.probability"), texts("classifiers.share"))
    pooled = [_reliability(view, texts, ALL)]
    single = [_reliability(view, texts, value) for value in view.values]
    title = texts("classifiers.reliability_chart")
    panels = (
        Panel(
            texts("classifiers.all"),
            (_plots(pooled, axes, title, file_stem("classifiers", "reliability"), 1),),
            _errors(view, texts),
        ),
        Panel(
            texts("classifiers.by_value"),
            (_plots(single, axes, title, file_stem("classifiers", "reliability", "values"), 4),),
            (texts("classifiers.reliability_note"),),
        ),
    )
    return Section("calibration", texts("classifiers.calibration"), (texts("classifiers.calibration_intro"),), panels)


def curves_section(view: ClassifiersView, texts: Texts) -> Section:
    """Precision against recall, and F1 by threshold, with the thresholds in use marked."""
    recall, precision = texts("classifiers.recall"), texts("classifiers.precision")
    trade = [_trade(view, texts, value) for value in view.values]
    reached = [_thresholds(view, texts, value) for value in (ALL, *view.values)]
    panels = (
        Panel(
            texts("classifiers.trade"),
            (_plots(trade, (recall, precision), texts("classifiers.trade_chart"), file_stem("classifiers", "pr"), 4),),
            (texts("classifiers.trade_note"),),
        ),
        Panel(
            texts("classifiers.thresholds"),
            (
                _plots(
                    reached,
                    (texts("classifiers.threshold"), texts("classifiers.f1")),
                    texts("classifiers.thresholds_chart"),
                    file_stem("classifiers", "thresholds"),
                    4,
                ),
            ),
            (texts("classifiers.thresholds_note"),),
        ),
    )
    return Section("curves", texts("classifiers.curves"), (), panels)


def confusion_section(view: ClassifiersView, texts: Texts) -> Section | None:
    """Which value is said where another was missed; None where values are very many."""
    if len(view.values) > MOST_CONFUSED:
        return None
    panels = tuple(
        Panel(model, (_confusion(view, texts, model),), (texts("classifiers.confusion_note"),)) for model in view.models
    )
    return Section("confusion", texts("classifiers.confusion"), (texts("classifiers.confusion_intro"),), panels)


def mistakes_section(view: ClassifiersView, texts: Texts) -> Section:
    """The surest mistakes, to be read."""
    panels = tuple(
        Panel(
            texts("classifiers.mistakes_of", model=model, kind=texts.named("classifier_mistake", kind)), (), (), table
        )
        for model in view.models
        for kind in ("missed", "added")
        if (table := _mistakes(view, texts, model, kind)).rows
    )
    intro = (texts("classifiers.mistakes_intro"),) if panels else (texts("classifiers.no_mistakes"),)
    return Section("mistakes", texts("classifiers.mistakes"), intro, panels)


def _plots(plots: Sequence[CurvePlot], axes: tuple[str, str], title: str, name: str, columns: int) -> Chart:
    def draw(width: float) -> Drawing:
        return curve_plots(plots, axes, title, width, columns if width > NARROW else min(columns, 2))

    return Chart(name, draw(WIDE), draw(NARROW))


def _of_models(view: ClassifiersView, draw: Callable[[str, Series], Curve]) -> tuple[Curve, ...]:
    return tuple(draw(model, series) for model, series in zip(view.models, view.series, strict=True))


def _reliability(view: ClassifiersView, texts: Texts, value: str) -> CurvePlot:
    def draw(model: str, series: Series) -> Curve:
        rows = view.only(view.evaluation.reliability, model, value).to_dicts()
        points = tuple(
            Point(
                row["probability"],
                row["share"],
                texts(
                    "classifiers.bin",
                    model=model,
                    low=texts.decimal(row["from"]),
                    high=texts.decimal(row["to"]),
                    n=row["n"],
                    probability=texts.decimal(row["probability"]),
                    share=texts.decimal(row["share"]),
                ),
                row["low"],
                row["high"],
            )
            for row in rows
        )
        return Curve(series, tuple((row["probability"], row["share"]) for row in rows), points)

    return CurvePlot(view.called(value, texts), _of_models(view, draw), diagonal=True)


def _errors(view: ClassifiersView, texts: Texts) -> tuple[str, ...]:
    found = []
    for model in view.models:
        said = view.said(model)
        chance = {name: said.get(f"{name}_by_chance") for name in ("ece_pooled", "ece")}
        row = {name: view.evaluation.of(name, model)["estimate"] for name in chance}
        fields = {**row, **{f"{name}_chance": each for name, each in chance.items()}}
        written = {name: texts.decimal(each if isinstance(each, float) else None, 3) for name, each in fields.items()}
        found.append(texts("classifiers.ece_note", model=model, **written))
    return tuple(found)


def _trade(view: ClassifiersView, texts: Texts, value: str) -> CurvePlot:
    def draw(model: str, series: Series) -> Curve:
        rows = view.only(view.evaluation.precision_recall, model, value).drop_nulls().to_dicts()
        used = view.only(view.evaluation.values, model, value).row(0, named=True)
        points = []
        if used["precision"] is not None and used["recall"] is not None:
            said = texts("classifiers.in_use", model=model, threshold=texts.decimal(used["threshold"]))
            points.append(Point(used["recall"], used["precision"], said))
        return Curve(series, tuple((row["recall"], row["precision"]) for row in rows), tuple(points))

    return CurvePlot(view.called(value, texts), _of_models(view, draw))


def _thresholds(view: ClassifiersView, texts: Texts, value: str) -> CurvePlot:
    def draw(model: str, series: Series) -> Curve:
        rows = view.only(view.evaluation.thresholds, model, value).drop_nulls("f1").to_dicts()
        points = []
        if value != ALL:
            used = view.only(view.evaluation.values, model, value).row(0, named=True)
            if used["f1"] is not None:
                said = texts("classifiers.in_use", model=model, threshold=texts.decimal(used["threshold"]))
                points.append(Point(used["threshold"], used["f1"], said))
        return Curve(series, tuple((row["threshold"], row["f1"]) for row in rows), tuple(points))

    return CurvePlot(view.called(value, texts), _of_models(view, draw))


def _confusion(view: ClassifiersView, texts: Texts, model: str) -> Chart:
    names = [view.called(value, texts) for value in view.values]
    places = {value: place for place, value in enumerate(view.values)}
    rows = view.only(view.evaluation.confusion, model).to_dicts()
    cells = {}
    for row in rows:
        if row["taken_for"] not in places or row["share"] is None:
            continue
        said = texts(
            "classifiers.confusion_tooltip",
            value=view.called(row["value"], texts),
            other=view.called(row["taken_for"], texts),
            missed=row["missed"],
            n=row["n"],
        )
        written = f"{100 * row['share']:.0f}" if row["n"] else ""
        cells[places[row["value"]], places[row["taken_for"]]] = Cell(row["share"], written, said)
    table = _misses(view, texts, model)
    title = texts("classifiers.confusion_chart")
    wide, narrow = (matrix(names, cells, title, size=46, width=width) for width in (WIDE, NARROW))
    return Chart(file_stem("classifiers", "confusion", model), wide, narrow, table)


def _misses(view: ClassifiersView, texts: Texts, model: str) -> Table:
    """For each value, texts in which it was missed, the share of them with nothing added, and texts in which it was
    added itself: what a column of the matrix is to be compared with."""
    alone = view.only(view.evaluation.confusion, model).filter(taken_for=NONE).to_dicts()
    counts = view.only(view.evaluation.values, model).to_dicts()
    rows = tuple(
        (
            view.called(row["value"], texts),
            texts.count(row["missed"]),
            texts.percent(row["share"]),
            texts.count(count["predicted"] - (count["support"] - row["missed"])),
        )
        for row, count in zip(alone, counts, strict=True)
    )
    headers = (texts("column.value"), *(texts(f"classifiers.{key}") for key in ("missed", "nothing", "added")))
    return Table(headers, rows)


def _mistakes(view: ClassifiersView, texts: Texts, model: str, kind: str) -> Table:
    own = view.only(view.evaluation.mistakes, model).filter(kind=kind).head(SHOWN)
    rows = tuple(
        (
            _short(row["text"]),
            view.called(row["value"], texts),
            texts.decimal(row["probability"]),
            texts.decimal(row["threshold"]),
            str(row["row"]),
        )
        for row in own.iter_rows(named=True)
    )
    headers = (
        texts("classifiers.text"),
        texts("column.value"),
        texts("classifiers.probability"),
        texts("classifiers.threshold"),
        texts("classifiers.row"),
    )
    return Table(headers, rows, words=2)


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= TEXT else one_line[: TEXT - 1].rstrip() + "…"
