"""Expressed values: what was asked and read by what, what became of every answer, how far answers lie, how long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from axiometer.report.charts import Bar, DotRow, Estimate, Segment, dot_plot, stacked_bars
from axiometer.report.expressed_views import ExpressedView, Row
from axiometer.report.parts import Panel, Section, Table, both_widths, file_stem, number_of, text_of, whole_of
from axiometer.report.sections.expressed import share_axis
from axiometer.report.sections.outcomes import KINDS
from axiometer.report.texts import Texts

NOT_RECORDED = "not_recorded"
ENDINGS = ("chosen", "refused", "truncated", "invalid", "filtered", "error", NOT_RECORDED)
_SPARE = KINDS.index("both")  # the colour of an outcome that free answers do not have


def classifier_section(view: ExpressedView, texts: Texts) -> Section:
    """Who read the answers: what it was trained on, and how well it told each value there."""
    said = view.of("classifier")
    known = said.get("validation")
    found = known if isinstance(known, dict) else {}
    by_value, training = found.get("values"), said.get("training")
    shares = training if isinstance(training, dict) else {}
    rows = []
    for value, row in by_value.items() if isinstance(by_value, dict) else ():
        numbers = (texts.decimal(number_of(row, name)) for name in ("f1", "precision", "recall"))
        share = texts.percent(number_of(shares, value))
        rows.append((view.called(value, texts), *numbers, texts.count(whole_of(row, "support")), share))
    names = ("value", "f1", "precision", "recall", "support", "training")
    table = Table(tuple(texts(f"expressed.column.{name}") for name in names), tuple(rows))
    about = text_of(said, "about")
    intro = (_trained(view, texts), *((texts("expressed.about", about=about),) if about else ()))
    if not rows:
        return Section("classifier", texts("expressed.classifier"), intro)
    scores = {name: texts.decimal(number_of(found, name), 3) for name in ("micro", "macro")}
    chosen = text_of(said, "architecture") != "linear"  # a transformer stops, and sets thresholds, by these texts
    told = texts(
        "expressed.validated_chosen" if chosen else "expressed.validated", n=whole_of(found, "texts"), **scores
    )
    return Section(
        "classifier", texts("expressed.classifier"), (*intro, told), (Panel("", (), (), table, folded=True),)
    )


def _trained(view: ExpressedView, texts: Texts) -> str:
    said = view.of("classifier")
    licence = text_of(said, "licence")
    return texts(
        "expressed.trained",
        name=view.classifier_name,
        kind=texts.named("classifier_architecture", text_of(said, "architecture")),
        n=whole_of(said, "fitted"),
        file=view.trained_on(texts),
        licence=texts("expressed.licence", licence=licence) if licence else "",
        values=len(view.values),
        framework=view.framework_name(texts),
    )


def outcomes_section(view: ExpressedView, texts: Texts) -> Section:
    """Nothing is left out: read, refused, cut, empty, failed, not recorded."""
    panels = [
        _outcomes_panel(texts, texts("expressed.all"), "all", [(text_of(r, "model"), r) for r in view.outcomes()])
    ]
    if len(view.languages) > 1:
        rows = [(_joined(texts, row, lang), row) for lang, row in _by_language(view)]
        panels.append(_outcomes_panel(texts, texts("outcomes.by_language"), "language", rows))
    intro = [texts("expressed.outcomes_intro")]
    if view.recorded:
        intro.append(texts("expressed.recorded"))
    return Section("outcomes", texts("expressed.outcomes"), tuple(intro), tuple(panels))


def _by_language(view: ExpressedView) -> Iterator[tuple[str, Row]]:
    by_lang = {lang: {text_of(row, "model"): row for row in view.outcomes(lang)} for lang in view.languages}
    for model in view.models:
        for lang, rows in by_lang.items():
            if model in rows:
                yield lang, rows[model]


def _joined(texts: Texts, row: Row, lang: str) -> str:
    return f"{text_of(row, 'model')} · {texts.named('language', lang)}"


def _outcomes_panel(texts: Texts, tab: str, name: str, rows: Sequence[tuple[str, Row]]) -> Panel:
    bars = [
        Bar(label, texts("expressed.asked_note", n=whole_of(row, "asked")), _segments(texts, row))
        for label, row in rows
    ]
    title = texts("expressed.outcomes_chart")
    chart = both_widths(lambda width: stacked_bars(bars, title, width), file_stem("expressed", "outcomes", name))
    endings = [ending for ending in ENDINGS if any(whole_of(row, ending) for _, row in rows) or ending == "refused"]
    listed = tuple(
        (
            label,
            texts.count(whole_of(row, "asked")),
            *(texts.count(whole_of(row, ending)) for ending in endings),
            _share(texts, row, "refused"),
        )
        for label, row in rows
    )
    headers = (
        texts("expressed.column.model"),
        texts("expressed.column.planned"),
        *(ending_name(texts, ending) for ending in endings),
        texts("expressed.column.refused_share"),
    )
    return Panel(tab, (chart,), (), Table(headers, listed))


def ending_name(texts: Texts, ending: str) -> str:
    """What became of an answer; one that was read has no option that it chose."""
    own = ("chosen", "invalid", NOT_RECORDED)
    return texts(f"expressed.ending.{ending}") if ending in own else texts.named("outcome", ending)


def _segments(texts: Texts, row: Row) -> tuple[Segment, ...]:
    total, found = whole_of(row, "asked"), []
    for ending in ENDINGS:
        n = whole_of(row, ending)
        if not n or not total:
            continue
        name, share = ending_name(texts, ending), n / total
        said = texts("expressed.tooltip.outcome", outcome=name, n=n, total=total, share=texts.percent(share))
        kind = _SPARE if ending == NOT_RECORDED else KINDS.index(ending)
        found.append(Segment(kind, name, share, texts.percent(share), said))
    return tuple(found)


def _share(texts: Texts, row: Row, name: str) -> str:
    share = texts.percent(number_of(row, f"{name}_share"), 1)
    interval = texts.interval(number_of(row, f"{name}_low"), number_of(row, f"{name}_high"))
    return texts("scenes.with_interval", estimate=share, interval=interval) if interval else share


def domain_section(view: ExpressedView, texts: Texts) -> Section:
    """How many answers lie far from what the classifier was trained on, how long they are, and what both do to its
    probabilities."""
    file = view.trained_on(texts)
    intro = (
        texts("expressed.domain_intro", file=file),
        texts("expressed.shift_intro"),
        texts("expressed.windows_intro"),
    )
    places = {model: place for place, model in enumerate(view.models)}
    whole = [(text_of(row, "model"), row, places[text_of(row, "model")]) for row in view.outcomes()]
    panels = [_domain_panel(view, texts, "all", whole)]
    if len(view.languages) > 1:
        rows = [(_joined(texts, row, lang), row, places[text_of(row, "model")]) for lang, row in _by_language(view)]
        panels.append(_domain_panel(view, texts, "language", rows))
    return Section("domain", texts("expressed.domain"), intro, tuple(panels))


def _domain_panel(view: ExpressedView, texts: Texts, name: str, rows: Sequence[tuple[str, Row, int]]) -> Panel:
    tab = texts("expressed.all" if name == "all" else "outcomes.by_language")
    table = _domain_table(view, texts, name == "all", [(label, row) for label, row, _ in rows])
    dots = [DotRow(label, "", dot) for label, row, place in rows if (dot := _far_dot(texts, label, row, place))]
    if not dots:
        return Panel(tab, (), (texts("expressed.no_distances"),), table)
    axis, title = share_axis(texts, "far", dots), texts("expressed.chart.far")
    stem = file_stem("expressed", "domain", "" if name == "all" else name)
    chart = both_widths(lambda width: dot_plot(dots, (), axis, title, width), stem)
    return Panel(tab, (chart,), (), table)


def _far_dot(texts: Texts, label: str, row: Row, series: int) -> tuple[Estimate, ...]:
    share, low, high = (number_of(row, f"far_{name}") for name in ("share", "low", "high"))
    if share is None:
        return ()
    interval = texts.interval(low, high)
    said = texts("expressed.tooltip.far", who=label, share=texts.percent(share), n=whole_of(row, "far"))
    said += texts("reliability.tooltip_interval", interval=interval) if interval else ""
    return (Estimate(series, share, low, high, said, texts.percent(share), interval),)


def _domain_table(view: ExpressedView, texts: Texts, whole: bool, rows: Sequence[tuple[str, Row]]) -> Table:
    """The shift is known over all languages together."""
    shift, listed = view.of("shift"), []
    for label, row in rows:
        found = shift.get(text_of(row, "model"))
        moved = found if isinstance(found, dict) else {}
        told = number_of(row, "far_share") is not None
        cells = [
            texts.count(whole_of(row, "chosen")),
            texts.count(whole_of(row, "far")) if told else "–",
            _share(texts, row, "far"),
            texts.decimal(number_of(row, "mean_distance"), 3),
            "–" if (length := number_of(row, "mean_characters")) is None else texts.count(round(length)),
            texts.decimal(number_of(row, "mean_windows")),
        ]
        if whole:
            cells += [texts.decimal(number_of(moved, each), 3) for each in ("shift", "by_chance")]
        listed.append((label, *cells))
    names: tuple[str, ...] = ("model", "answers", "far", "far_share", "distance", "characters", "windows")
    names += ("shift", "by_chance") if whole else ()
    return Table(tuple(texts(f"expressed.column.{name}") for name in names), tuple(listed))
