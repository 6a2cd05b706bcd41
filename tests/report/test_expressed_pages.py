"""Profiles of expressed values on a page: every state of correction, few and many models, hostile answers."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from axiometer.expression.profile import Profile
from axiometer.report.expressed import profile_page, write_profile_figures, write_profile_page
from axiometer.report.expressed_answers import MOST_ANSWERS, SUREST, selected
from axiometer.report.texts import Texts, catalogue

from .expressed_profiles import profile

_PAGES: dict[tuple[int, str, int], tuple[Profile, str]] = {}


def page(of: Profile, lang: str = "en", limit: int = MOST_ANSWERS) -> str:
    """The page, written once for each profile, which is kept with it, so that its identity tells it apart."""
    key = (id(of), lang, limit)
    if key not in _PAGES:
        _PAGES[key] = of, profile_page(of, Texts(lang), limit=limit)  # type: ignore[arg-type]
    return _PAGES[key][1]


def data_of(html: str) -> dict[str, list[list[object]]]:
    found = re.search(r'id="data">(.*?)</script>', html, re.S)
    assert found is not None
    data: dict[str, list[list[object]]] = json.loads(found.group(1))
    return data


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_has_every_section_and_charts_that_parse(lang: str) -> None:
    html = page(profile(state="corrected"), lang)
    assert re.findall(r'<section id="([a-z]+)"', html) == [
        "profile",
        "stances",
        "differences",
        "outcomes",
        "domain",
        "classifier",
        "answers",
        "methods",
        "manifest",
    ]
    charts = re.findall(r"<svg.*?</svg>", html, re.S)
    assert len(charts) == 22  # two widths: 2 of shares, 2 of stances, 3 pairs, 2 of outcomes, 2 of domains
    for chart in charts:
        ET.fromstring(chart)


@pytest.mark.parametrize(
    ("state", "en", "zh"),
    [
        ("uncorrected", "Uncorrected: nobody has labelled", "未校正：没有人"),
        ("corrected", "Corrected from 120 labels by people", "120 份标注校正"),
        ("transported", "transported from validation&lt;b&gt;, unverified", "移自 validation&lt;b&gt;，未经核实"),
    ],
)
def test_the_first_lines_say_how_shares_stand_to_the_classifiers_errors(state: str, en: str, zh: str) -> None:
    for lang, said in (("en", en), ("zh", zh)):
        top = page(profile(state=state), lang).split("<main>")[0]
        assert said in top and ("4,496" in top)


def test_raw_and_corrected_shares_stand_in_one_chart_and_in_the_table() -> None:
    html = page(profile(state="corrected"))
    assert "; as the classifier says 49%" in html  # 0.05 + 0.04 x 11, planted
    assert '<td class="num">49.0%</td>' in html and '<td class="num">39.2%</td>' in html
    assert "Upright stroke" in html and "Upright stroke" not in page(profile())


def test_a_transported_correction_is_called_unverified_wherever_it_stands() -> None:
    html = page(profile(state="transported"))
    assert html.count("transported correction, unverified") >= 2
    assert "nothing here can show that the correction holds" in html
    assert "15 of 36 corrected shares lie at or beyond 0 or 100%" in html


def test_answers_and_names_stay_text() -> None:
    html = page(profile())
    assert "<img" not in html and "<b>bold" not in html and "model<i>" not in html and "data<b>" not in html
    texts = [str(row[4]) for row in data_of(html)["answers"]]
    assert any("<img src=x onerror=alert(1)>{{7*7}}" in text for text in texts)


def test_nothing_is_loaded_from_elsewhere_and_one_script_runs() -> None:
    html = page(profile())
    assert "default-src &#39;none&#39;" in html and html.count("<script") == 2
    assert re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', html) == []


def test_few_questions_make_a_page_that_says_why_there_is_no_interval() -> None:
    html = page(profile(questions=8), "zh")
    assert "来源不足 20 个（所有模型和价值）" in html


def test_answers_of_unlike_length_are_warned_about_where_shares_stand() -> None:
    whole = profile()
    shares = page(whole).split('id="profile"')[1].split('id="stances"')[0]
    assert "of unlike length: those of model&lt;i&gt;-0 have 400 characters on average" in shares
    assert "长短不一：model&lt;i&gt;-0 平均 400 个字符" in page(whole, "zh")
    alike = replace(whole, outcomes=whole.outcomes.with_columns(mean_characters=pl.lit(400.0)))
    assert "of unlike length" not in page(alike) and "have 400 (" in page(alike)
    assert "Mean length, characters" in page(alike) and '<td class="num">900</td>' in page(whole)


def test_a_classifier_that_tells_no_stances_is_said_to() -> None:
    html = page(profile(stances=False))
    assert "does not tell endorsing from opposing" in html and "expressed-endorsed" not in html


def test_one_model_has_no_differences() -> None:
    html = page(profile(models=1))
    assert 'id="differences"' not in html and 'id="profile"' in html


def test_twenty_models_and_fifty_values_are_tabulated_and_unfolded() -> None:
    whole = profile(models=20, level="derived", questions=20)
    assert len(whole.values) == 50
    html = page(whole)
    first = html.split('id="profile"')[1].split('id="stances"')[0]
    heights = [float(height) for height in re.findall(r'class="chart only" viewBox="0 0 [\d.]+ ([\d.]+)"', first)]
    assert len(heights) == 1 and heights[0] < 2_600
    assert first.count("<details") == len(whole.values) + 1  # a chart of each value, and the table
    pairs = html.split('id="differences"')[1].split('id="outcomes"')[0]
    assert "The 40 clearest differences" in pairs and pairs.count("<tr>") < 1_100
    assert len(html.encode()) < 9_000_000


def test_above_the_limit_the_surest_answers_of_each_model_and_value_are_kept() -> None:
    whole = profile(models=3, questions=60)
    kept = selected(whole.answers, whole.values, 150, 0)
    assert len(kept) == 150 and kept == sorted(set(kept))
    own = whole.answers.with_row_index("place").filter(model=whole.models[1], outcome="chosen")
    surest = own.sort(pl.col("presence").list.get(4), descending=True)["place"].to_list()[:SUREST]
    assert set(surest) <= set(kept) and selected(whole.answers, whole.values, 150, 0) == kept
    assert "150 of 360 answers" in page(whole, limit=150)


def test_answers_of_models_stand_side_by_side_under_each_question() -> None:
    rows = data_of(page(profile()))["answers"]
    assert [row[0] for row in rows[:6]] == [0, 1, 2, 0, 1, 2] and rows[0][1] == rows[2][1]


def test_both_languages_are_written_and_figures_one_file_per_chart(tmp_path: Path) -> None:
    found = profile(models=2)
    pages = write_profile_page(found, tmp_path)
    assert [path.name for path in pages] == ["profile.en.html", "profile.zh.html"]
    assert all(path.read_text("utf-8").startswith("<!doctype html>") for path in pages)
    names = {path.name for path in write_profile_figures(found, tmp_path / "figures", lang="zh")}
    assert {"expressed-expressed.svg", "expressed-domain.png", "expressed-outcomes-all.svg"} <= names


def test_both_languages_have_the_same_texts() -> None:
    def keys(entry: object, above: str = "") -> set[str]:
        if not isinstance(entry, dict) or set(entry) == {"one", "other"}:
            return {above}
        return {key for name, each in entry.items() for key in keys(each, f"{above}.{name}")}

    assert keys(catalogue("en")["expressed"]) == keys(catalogue("zh")["expressed"])
    methods = [catalogue(lang)["expressed_methods"] for lang in ("en", "zh")]
    assert len(methods[0]) == len(methods[1])  # type: ignore[arg-type]


def test_how_well_the_classifier_told_each_value_stands_on_the_page() -> None:
    own = page(profile()).split('id="classifier"')[1].split('id="answers"')[0]
    assert "micro-F1 0.686" in own and own.count('<td class="num">0.44</td>') == 12 and own.count(">31%<") == 12


def test_a_reader_is_told_that_the_classifier_says_more_values_than_there_are() -> None:
    def saying(predicted: int, support: int, state: str = "uncorrected") -> str:
        whole = profile(state=state)
        classifier = whole.summary["classifier"]
        by_value = classifier["validation"]["values"]
        told = {value: {**row, "predicted": predicted, "support": support} for value, row in by_value.items()}
        known = {**classifier, "validation": {**classifier["validation"], "values": told}}
        return page(replace(whole, summary={**whole.summary, "classifier": known}))

    assert "said 1,560 values where the labels say 1,200: its thresholds find rather than miss" in saying(130, 100)
    assert "said 720 values where the labels say 1,200, so uncorrected shares" in saying(60, 100)
    assert "values where the labels say" not in saying(105, 100)
    assert "values where the labels say" not in saying(130, 100, "corrected")


def test_a_transformers_validation_is_not_said_to_be_unseen() -> None:
    whole = profile()
    tuned = replace(
        whole, summary={**whole.summary, "classifier": {**whole.summary["classifier"], "architecture": "multilabel"}}
    )
    assert "which it had not seen" in page(whole) and "which it had not seen" not in page(tuned)
    assert "略微偏高" in page(tuned, "zh")


def test_recorded_models_are_called_by_their_own_names() -> None:
    whole = profile(models=2)
    names = {model: f"recorded/{model}" for model in whole.models}
    summary = {
        **whole.summary,
        "models": list(names.values()),
        "shift": {names[model]: each for model, each in whole.summary["shift"].items()},
    }
    tables = {
        table: getattr(whole, table).with_columns(pl.col(column).replace(names) for column in columns)
        for table, columns in (
            ("shares", ["model"]),
            ("differences", ["model_a", "model_b"]),
            ("outcomes", ["model"]),
            ("answers", ["model"]),
        )
    }
    html = profile_page(Profile(**tables, summary=summary, framework=whole.framework), Texts("en"))
    before = html.split('id="manifest"')[0]
    assert "recorded/" not in before and "0.123" in before and "recorded/model" in html
