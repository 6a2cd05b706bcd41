"""Scenes on the page: alone or beside runs, in both languages, and safe whatever models wrote."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from axiometer.analyze.scenes import SceneOptions, analyze_scenes
from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.records import content_id, to_frame
from axiometer.records.corpus_rows import GeneratedScene, SceneCondition
from axiometer.report import RunView, ScenesView, figures, report
from axiometer.report.charts import Cloud, Plot, Series, scatter
from axiometer.report.texts import Texts, catalogue

FRAMEWORK = load_framework("core-socialist-values")
HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}} <b>bold</b>"


def scenes_view(name: str, *, ruled: bool = True, values: int = 12, each: int = 10) -> ScenesView:
    """Scenes with planted places: with rules values lie farther apart. The first text is hostile."""
    random, rows, vectors = np.random.default_rng(4), [], []
    known = next(ids for level in FRAMEWORK.levels if len(ids := [v.id for v in FRAMEWORK.values_at(level.id)]) >= 12)
    centres = random.normal(size=(values, 24))
    for condition in SceneCondition if ruled else [SceneCondition.WITHOUT_RULES]:
        with_rules = condition is SceneCondition.WITH_RULES
        for place, value in enumerate(known[:values]):
            for number in range(1, each + 1):
                source = f"{condition} {value} {number % 5}"
                rows.append(
                    GeneratedScene(
                        id=content_id(condition, value, number),
                        parent_ids=(source,),
                        lang="en",
                        text=HOSTILE if number == 1 and place == 0 else f"{condition}: {value} {number}",
                        value=value,
                        framework=FRAMEWORK.id,
                        condition=condition.value,
                        number=number,
                        rule=source if with_rules else None,
                        model="openai/<i>m</i>",
                    )
                )
                vectors.append(centres[place] * (1.4 if with_rules else 0.6) + random.normal(size=24))
    matrix = np.array(vectors) / np.linalg.norm(vectors, axis=1, keepdims=True)
    table, options = to_frame(rows, GeneratedScene), SceneOptions(seed=1, threshold=0.8, embedder="use/multilingual-v3")
    analysis = analyze_scenes(table, matrix.astype(np.float32), known, options)
    return ScenesView(name, {"asked": {"per_value": each}, "noted": {}}, table, analysis, FRAMEWORK)


@pytest.fixture(scope="module")
def view() -> ScenesView:
    return scenes_view("scenes")


def written(views: list[RunView | ScenesView], folder: Path, lang: str = "en") -> str:
    return report(views, folder / "page.html", lang=lang).read_text("utf-8")  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_scenes_alone_make_a_page_without_items_and_without_a_script(
    view: ScenesView, tmp_path: Path, lang: str
) -> None:
    html = written([view], tmp_path, lang)
    assert '<section id="scenes"' in html and '<section id="methods"' in html and 'id="items"' not in html
    assert "<script" not in html and 'id="summary"' not in html
    for chart in re.findall(r"<svg.*?</svg>", html, re.S):
        ET.fromstring(chart)


def test_what_models_wrote_stays_text(view: ScenesView, tmp_path: Path) -> None:
    html = written([view], tmp_path)
    assert "<img" not in html and "<b>bold" not in html and "openai/<i>" not in html
    assert "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;{{7*7}}" in html


def test_both_conditions_are_drawn_on_one_scale_with_a_warning_about_clusters(view: ScenesView, tmp_path: Path) -> None:
    html = written([view], tmp_path)
    assert "with rules: 120 scenes" in html and "without rules: 120 scenes" in html
    assert "the distance between two clusters" in html and "mean nothing" in html


def test_the_page_says_the_difference_only_where_its_interval_does(view: ScenesView, tmp_path: Path) -> None:
    html = written([view], tmp_path)
    row = view.analysis.comparison.filter(measure="macro_f1", value="all").row(0, named=True)
    assert row["low"] > 0 and "tells their values apart more easily" in html
    assert f"{row['with_rules']:.2f}" in html and f"{row['p_adjusted']:.3f}" in html


def test_scenes_stand_beside_runs_on_one_page(run: RunView, view: ScenesView, tmp_path: Path) -> None:
    html = written([run, view], tmp_path)
    assert html.index('<section id="profile"') < html.index('<section id="scenes"') < html.index('<section id="items"')
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)[1])  # type: ignore[index]
    assert data and html.count("<details") > 2


def test_one_condition_is_shown_by_itself(tmp_path: Path) -> None:
    html = written([scenes_view("plain", ruled=False)], tmp_path)
    assert "There are scenes of one condition only" in html and "scenes-difference" not in html
    assert "once with a rule" not in html and re.findall(r'<h3 class="printed"><bdi>(.*?)</bdi>', html) == [
        "The picture",
        "Distances within a value",
        "The numbers",
        "Values taken for one another",
        "Examples",
    ]


def test_two_folders_of_scenes_have_sections_of_their_own(view: ScenesView, tmp_path: Path) -> None:
    html = written([view, scenes_view("other", values=3)], tmp_path)
    assert '<section id="scenes"' in html and '<section id="scenes-2"' in html and "Scenes of other" in html


def test_two_folders_with_one_name_and_no_folder_are_refused(view: ScenesView, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two folders are called 'scenes'"):
        written([view, view], tmp_path)
    with pytest.raises(InputError, match="no run"):
        written([], tmp_path)


def test_every_chart_of_scenes_becomes_a_figure(view: ScenesView, tmp_path: Path) -> None:
    names = {path.name for path in figures([view], tmp_path)}
    assert {"scenes-picture.svg", "scenes-picture.png", "scenes-distances.svg", "scenes-difference.png"} <= names
    drawn = (tmp_path / "scenes-picture.svg").read_text("utf-8")
    ET.fromstring(drawn)
    assert drawn.count("fill-opacity") == 24


def test_a_plot_holds_all_its_points_on_either_width() -> None:
    random = np.random.default_rng(0)
    clouds = tuple(
        Cloud(Series(f"value {place}", place), tuple(map(tuple, random.normal(place, 1, (9, 2)).tolist())))
        for place in range(12)
    )
    for width in (880.0, 350.0):
        drawing = scatter([Plot("one", clouds), Plot("two", clouds[:6])], "title", width)
        moves = re.findall(r"M(-?[\d.]+) (-?[\d.]+)m", str(drawing.body))
        assert len(moves) == 12 * 9 + 6 * 9
        assert all(0 <= float(x) <= width and 0 <= float(y) <= drawing.height for x, y in moves)


def test_no_two_of_36_values_have_the_same_mark() -> None:
    clouds = tuple(Cloud(Series(f"v{place}", place), ((0.0, 0.0),)) for place in range(36))
    drawn = str(scatter([Plot("", clouds)], "", 880.0).body)
    marks = re.findall(r'd="M[^m]*(m[^"]*)" class="(f\d)"', drawn)
    assert len(set(marks)) == 36


def test_every_measure_and_reason_has_words_in_both_languages(view: ScenesView) -> None:
    measures = set(view.analysis.measures["measure"].to_list())
    for lang in ("en", "zh"):
        known = catalogue(lang)["scene_measure"]  # type: ignore[arg-type]
        assert measures == set(known)  # type: ignore[call-overload]
    texts = Texts("zh")
    reasons = pl.concat([view.analysis.measures["why_not"], view.analysis.comparison["why_not"]]).drop_nulls().unique()
    assert reasons.len() and all(re.search("[\u4e00-\u9fff]", texts.reason(reason)) for reason in reasons)
