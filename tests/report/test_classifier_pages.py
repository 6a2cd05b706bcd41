"""Evaluations of classifiers on a page of their own: both languages, alone or side by side, safe whatever was read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from axiometer.expression.evaluation import Gold, Judged, Options, evaluate
from axiometer.frameworks import load_framework
from axiometer.report.charts import Curve, CurvePlot, Point, Series, curve_plots
from axiometer.report.classifier_views import ClassifiersView
from axiometer.report.classifiers import classifier_figures, classifier_report
from axiometer.report.texts import Texts, catalogue

FRAMEWORK = load_framework("core-socialist-values")
VALUES = tuple(value.id for value in FRAMEWORK.values_at("core"))
HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}} <b>bold</b>"


def classifiers_view(models: int = 1, texts: int = 240, values: int = 12) -> ClassifiersView:
    """Classifiers of falling quality on the same texts; the texts are hostile, so are the names."""
    random = np.random.default_rng(7)
    names = ("one<i>", "two", "three")
    signal = random.normal(size=(texts, values)) * 1.5 - np.linspace(0.2, 2.2, values)
    p = 1 / (1 + np.exp(-signal))
    gold = Gold(
        texts=tuple(f"{HOSTILE} 第 {place} 条" for place in range(texts)),
        values=VALUES[:values],
        targets=(random.random(p.shape) < p).astype(np.int8),
        rows=tuple(range(2, texts + 2)),
        clusters=np.arange(texts) // 2,
    )
    seen = np.arange(texts) < 5
    judged = [
        Judged(
            name,
            np.clip(p + random.normal(0, 0.08 * place, p.shape), 0.001, 0.999),
            np.full(values, 0.35),
            seen if place == 0 else None,
            {"architecture": "linear", "fitted": 3_000, "file": "data<b>.xlsx", "licence": "CC BY 4.0"},
        )
        for place, name in enumerate(names[:models])
    ]
    about = {"file": "data<b>.xlsx", "side": "validation", "left_out_texts": 3, "left_out_values": ["x"]}
    return ClassifiersView("evaluation", evaluate(gold, judged, Options(resamples=100), about), FRAMEWORK)


@pytest.fixture(scope="module")
def view() -> ClassifiersView:
    return classifiers_view(3)


def written(view: ClassifiersView, folder: Path, lang: str = "en") -> str:
    return classifier_report(view, folder / "page.html", lang=lang).read_text("utf-8")  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_has_every_section_and_charts_that_parse(view: ClassifiersView, tmp_path: Path, lang: str) -> None:
    html = written(view, tmp_path, lang)
    found = re.findall(r'<section id="([a-z]+)"', html)
    assert found == [
        "texts",
        "measures",
        "values",
        "calibration",
        "curves",
        "confusion",
        "mistakes",
        "methods",
        "manifest",
    ]
    charts = re.findall(r"<svg.*?</svg>", html, re.S)
    assert len(charts) == 20
    for chart in charts:
        ET.fromstring(chart)


def test_what_texts_and_folders_say_stays_text(view: ClassifiersView, tmp_path: Path) -> None:
    html = written(view, tmp_path)
    assert "&lt;img src=x onerror=alert(1)&gt;{{7*7}}" in html
    assert "<img" not in html and "<b>bold" not in html and "one<i>" not in html and "data<b>" not in html


def test_nothing_is_loaded_from_elsewhere(view: ClassifiersView, tmp_path: Path) -> None:
    html = written(view, tmp_path)
    assert "default-src &#39;none&#39;" in html and "<script" not in html
    assert re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', html) == []


def test_texts_that_were_trained_on_are_said(view: ClassifiersView, tmp_path: Path) -> None:
    html = written(view, tmp_path)
    assert "by, 5 of these 240 texts" in html and "Nobody knows which texts two was trained on" in html
    assert "120 clusters are resampled" in html and "3 texts were left out" in html


def test_differences_stand_beside_measures_only_where_there_are_several(view: ClassifiersView, tmp_path: Path) -> None:
    assert "two minus three" in written(view, tmp_path)
    assert "First classifier minus second" not in written(classifiers_view(), tmp_path)


def test_numbers_on_the_page_are_those_of_the_evaluation(view: ClassifiersView, tmp_path: Path) -> None:
    row, html = view.evaluation.of("micro_f1", "two"), written(view, tmp_path)
    estimate, low, high = (f"{row[name]:.3f}" for name in ("estimate", "low", "high"))
    assert f"{estimate} ({low} to {high})" in html


def test_few_texts_make_a_page_that_says_why_there_is_no_interval(tmp_path: Path) -> None:
    html = written(classifiers_view(2, texts=12), tmp_path, "zh")
    assert "不足 20 条文本" in html and "fewer than" not in html


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_of_one_value_is_written(tmp_path: Path, lang: str) -> None:
    assert 'id="confusion"' in written(classifiers_view(values=1), tmp_path, lang)


def test_figures_are_written_one_file_per_chart(tmp_path: Path) -> None:
    view = classifiers_view(values=2)
    names = {path.name for path in classifier_figures(view, tmp_path)}
    assert {"classifiers-measures.svg", "classifiers-reliability.png", "classifiers-pr.svg"} <= names


def test_both_languages_have_the_same_texts() -> None:
    def keys(entry: object, above: str = "") -> set[str]:
        if not isinstance(entry, dict) or set(entry) == {"one", "other"}:
            return {above}
        return {key for name, each in entry.items() for key in keys(each, f"{above}.{name}")}

    blocks = [name for name in catalogue("en") if name.startswith("classifier") and name != "classifier_methods"]
    for block in blocks:
        assert keys(catalogue("en")[block]) == keys(catalogue("zh")[block])
    methods = [Texts(lang).block("classifier_methods") for lang in ("en", "zh")]  # type: ignore[arg-type]
    assert len(methods[0]) == len(methods[1])  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [880, 350])
def test_curves_stay_within_their_width_and_marks_say_their_numbers(width: float) -> None:
    curve = Curve(Series("a", 0), ((0.0, 0.0), (1.0, 1.0)), (Point(0.5, 2.0, "half & more", 0.2, 0.7),))
    drawn = curve_plots(
        [CurvePlot("t", (curve,), diagonal=True)] * 5, ("x", "y"), "title", width, 4 if width > 400 else 2
    )
    places = [float(x) for x, _ in re.findall(r"[ML]([\d.]+) ([\d.]+)", str(drawn.body))]
    assert drawn.width == width and max(places) <= width and "half &amp; more" in drawn.body
    assert str(drawn.body).count('class="zero"') == 5


def test_a_summary_without_a_framework_file_is_refused_by_name(tmp_path: Path) -> None:
    from axiometer.errors import InputError
    from axiometer.report.classifier_views import load_classifiers

    view = classifiers_view(values=2, texts=30)
    view.evaluation.write(tmp_path)
    with pytest.raises(InputError, match="framework"):
        load_classifiers(tmp_path)
    assert replace(view, name="again").models == ("one<i>",)
