"""Profiles of expressed values on a page: every state of correction, few and many models, hostile answers."""

from __future__ import annotations

import functools
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from axiometer.expression.profile import Profile
from axiometer.expression.profile.tables import ANSWERS, DIFFERENCES, OUTCOMES, SHARES
from axiometer.frameworks import Framework, load_framework
from axiometer.report.expressed import profile_page, write_profile_figures, write_profile_page
from axiometer.report.expressed_answers import MOST_ANSWERS, SUREST, selected
from axiometer.report.texts import Texts, catalogue

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}} <b>bold</b>"
NO_INTERVAL = "8 sources, fewer than 20"


@functools.cache
def profile(
    models: int = 3,
    questions: int = 24,
    state: str = "uncorrected",
    level: str = "core",
    stances: bool = True,
) -> Profile:
    """A profile with planted shares: model m expresses value v with probability 0.05 + 0.04 v + 0.02 m. Answers are
    hostile, the names of models too; the last model refuses the first question."""
    known = load_framework("core-socialist-values")
    values = [value.id for value in known.values_at(level)]
    names = [f"model<i>-{place}" for place in range(models)]
    langs = ["en", "zh"]
    random = np.random.default_rng(5)
    answers = [
        _answer(model, place, question, lang, values, random, refused=place == models - 1 and not question)
        for question in range(questions)
        for lang in langs
        for place, model in enumerate(names)
    ]
    kinds = ("expressed", "endorsed", "opposed")
    shares = [
        _share(model, 0.05 + 0.04 * (at % 18) + 0.02 * place, value, kind, questions, state, stances)
        for kind in kinds
        for place, model in enumerate(names)
        for at, value in enumerate(values)
    ]
    differences = [
        _difference(names[a], names[b], (a - b) * 0.02, value, kind, questions, state)
        for kind in (kinds if stances else kinds[:1])
        for a, b in combinations(range(models), 2)
        for value in values
    ]
    outcomes = [_outcome(model, lang, questions, model == names[-1]) for model in names for lang in ("all", *langs)]
    return Profile(
        shares=pl.DataFrame(shares, schema=SHARES),
        differences=pl.DataFrame(differences, schema=DIFFERENCES),
        outcomes=pl.DataFrame(outcomes, schema=OUTCOMES),
        answers=pl.DataFrame(answers, schema=ANSWERS),
        summary=_summary(names, langs, values, known, state, questions, len(answers)),
        framework=known,
    )


def _answer(
    model: str, place: int, question: int, lang: str, values: list[str], random: np.random.Generator, *, refused: bool
) -> dict[str, object]:
    p = random.random(len(values))
    expressed = [value for value, each in zip(values, p, strict=True) if each > 0.7]
    text = f"{HOSTILE} 因为它更公平。 第{question}条回答 {model} " + "很长的回答。" * 20
    return {
        "id": f"{place}-{question}-{lang}",
        "model": model,
        "item": f"q{question}-{lang}",
        "question": f"Should <b>one</b> do {question}? 应当如何？",
        "about": "family",
        "lang": lang,
        "text": "I cannot say." if refused else text,
        "outcome": "refused" if refused else "chosen",
        "reason": "begins like a refusal" if refused else None,
        "expressed": None if refused else expressed,
        "endorsed": None if refused else expressed[:1],
        "opposed": None if refused else expressed[1:2],
        "distance": None if refused else 0.2 + 0.01 * question,
        "out_of_domain": None if refused else question % 3 == 0,
        "presence": None if refused else p.tolist(),
        "source": "test",
        "call": f"call-{place}-{question}-{lang}",
    }


def _share(
    model: str, share: float, value: str, kind: str, questions: int, state: str, stances: bool
) -> dict[str, object]:
    share = min(share, 0.95) / (1 if kind == "expressed" else 4)
    few, corrects = questions < 20, state != "uncorrected" and kind == "expressed"
    told = kind == "expressed" or stances
    why = NO_INTERVAL if few else None
    return {
        "model": model,
        "value": value,
        "kind": kind,
        "answers": 2 * questions,
        "questions": questions,
        "share": share if told else None,
        "low": share - 0.03 if told and not few else None,
        "high": share + 0.05 if told and not few else None,
        "why_not": why if told else "stances are not told",
        "mean_probability": share + 0.01 if kind == "expressed" else None,
        "corrected": share * 0.8 if corrects else None,
        "corrected_low": share * 0.8 - 0.04 if corrects and not few else None,
        "corrected_high": share * 0.8 + 0.06 if corrects and not few else None,
        "corrected_why_not": why if corrects else "uncorrected: people labelled none of its answers",
        "labels": 120.0 if corrects else 0.0,
        "method": "prediction-powered" if corrects else None,
        "transported": state == "transported",
    }


def _difference(
    first: str, second: str, difference: float, value: str, kind: str, questions: int, state: str
) -> dict[str, object]:
    few, corrects = questions < 20, state != "uncorrected" and kind == "expressed"
    return {
        "model_a": first,
        "model_b": second,
        "value": value,
        "kind": kind,
        "questions": questions,
        "difference": difference,
        "low": None if few else difference - 0.03,
        "high": None if few else difference + 0.03,
        "p": None if few else 0.002,
        "p_adjusted": None if few else 0.031,
        "why_not": NO_INTERVAL if few else None,
        "corrected": difference * 0.9 if corrects else None,
        "corrected_low": difference * 0.9 - 0.05 if corrects else None,
        "corrected_high": difference * 0.9 + 0.05 if corrects else None,
        "corrected_p": 0.01 if corrects else None,
        "corrected_p_adjusted": 0.12 if corrects else None,
        "corrected_why_not": None if corrects else "uncorrected: people labelled none of its answers",
    }


def _outcome(model: str, lang: str, questions: int, refuses: bool) -> dict[str, object]:
    asked = questions * (2 if lang == "all" else 1)
    refused, missing = int(refuses) * (2 if lang == "all" else 1), 1
    return {
        "model": model,
        "lang": lang,
        "asked": asked + missing,
        "not_recorded": missing,
        "chosen": asked - refused,
        "refused": refused,
        **dict.fromkeys(("truncated", "invalid", "filtered", "error"), 0),
        "refused_share": refused / asked,
        "refused_low": None,
        "refused_high": None,
        "far": asked // 3,
        "far_share": (asked // 3) / asked,
        "far_low": 0.2,
        "far_high": 0.5,
        "mean_distance": 0.31,
        "mean_characters": 900.0 if refuses else 400.0,
        "mean_windows": 2.0 if refuses else 1.0,
    }


def _summary(
    models: list[str],
    langs: list[str],
    values: list[str],
    framework: Framework,
    state: str,
    questions: int,
    answers: int,
) -> dict[str, object]:
    told = {
        v: {"value": v, "support": 40, "predicted": 50, "precision": 0.4, "recall": 0.5, "f1": 0.444} for v in values
    }
    return {
        "format": 1,
        "run": {"name": "quest<b>", "fingerprint": "0" * 32},
        "recorded": True,
        "models": models,
        "langs": langs,
        "values": values,
        "framework": framework.id,
        "classifier": {
            "name": "default",
            "digest": "d" * 32,
            "architecture": "linear",
            "about": "Trained on <b>news</b>.",
            "licence": "CC BY 4.0",
            "fitted": 4_496,
            "file": "data<b>.xlsx",
            "training": dict.fromkeys(values, 0.31),
            "thresholds": dict.fromkeys(values, 0.7),
            "validation": {"texts": 1_000, "micro": 0.686, "macro": 0.576, "values": told},
        },
        "correction": {
            "state": state,
            "note": None,
            "labels": 120 if state == "corrected" else 0,
            "source": "validation<b>" if state == "transported" else None,
            **({"beyond": 15, "shares": 36} if state == "transported" else {}),
        },
        "shift": {model: {"shift": 0.123, "by_chance": 0.021} for model in models},
        "notes": [],
        "versions": {"axiometer": "1"},
        "counts": {"questions": questions, "items": 2 * questions, "answers": answers, "read": answers - 2},
    }


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
