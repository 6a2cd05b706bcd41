"""A profile of expressed values with planted shares and hostile answers, as pages are tested on."""

from __future__ import annotations

import functools
from itertools import combinations

import numpy as np
import polars as pl

from axiometer.expression.profile import Profile
from axiometer.expression.profile.tables import ANSWERS, DIFFERENCES, OUTCOMES, SHARES
from axiometer.frameworks import Framework, load_framework

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
