"""The answers that can be read on the page of a profile: all of them, or for each model and value a few."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from axiometer.report.expressed_views import ExpressedView
from axiometer.report.items import script_safe
from axiometer.report.sections.expressed_outcomes import ending_name
from axiometer.report.shown import shown
from axiometer.report.texts import Texts

MOST_ANSWERS = 2_000
MOST_TEXT = 4_000_000  # characters of all answers together
CUTS = (8_000, 2_000, 600)
SUREST = 2  # answers of each model and value that are kept first


@dataclass(frozen=True, slots=True)
class Answers:
    """What the section says, and the data of its script."""

    intro: tuple[str, ...]
    languages: int
    far: bool
    data: Markup


def answers_of(view: ExpressedView, texts: Texts, limit: int = MOST_ANSWERS, seed: int = 0) -> Answers:
    """All answers up to `limit`; above it, for each model and value those with the highest probability, and a sample
    of the others drawn with `seed`."""
    whole = view.profile.answers
    chosen = selected(whole, view.values, limit, seed)
    kept = whole[chosen] if len(chosen) < whole.height else whole
    cut = _cut(kept)
    key = "answers_all" if kept.height == whole.height else "answers_some"
    intro = [texts(f"expressed.{key}", n=whole.height, shown=kept.height, seed=seed), texts("expressed.answers_note")]
    if bool((kept["text"].str.len_chars() > cut).any()):
        intro[0] += " " + texts("expressed.cut", n=cut)
    data = {
        "models": [[entry.label, entry.mark] for entry in view.series],
        "values": [[value, shown(view.called(value, texts))] for value in view.values],
        **_listed(kept, view, cut),
        "ui": _words(view, texts, kept),
        "batch": 20,
    }
    far = bool(kept["out_of_domain"].fill_null(False).any())
    return Answers(tuple(intro), kept["lang"].n_unique(), far, script_safe(data))


def selected(answers: pl.DataFrame, values: tuple[str, ...], limit: int, seed: int) -> list[int]:
    """Places of the answers that are kept, ascending."""
    if answers.height <= limit:
        return list(range(answers.height))
    kept: set[int] = set()
    places = answers.select("model", "presence").with_row_index("place").filter(pl.col("presence").is_not_null())
    for number in range(len(values)):
        surest = (
            places.with_columns(p=pl.col("presence").list.get(number))
            .sort("p", "place", descending=[True, False])
            .group_by("model", maintain_order=True)
            .head(SUREST)
        )
        kept.update(surest["place"].to_list())
        if len(kept) >= limit:
            return sorted(kept)[:limit]
    rest = [place for place in range(answers.height) if place not in kept]
    return sorted([*kept, *random.Random(seed).sample(rest, min(limit - len(kept), len(rest)))])


def _cut(answers: pl.DataFrame) -> int:
    lengths = answers["text"].str.len_chars()
    return next((cut for cut in CUTS if int(lengths.clip(upper_bound=cut).sum()) <= MOST_TEXT), CUTS[-1])


def _listed(answers: pl.DataFrame, view: ExpressedView, cut: int) -> dict[str, Any]:
    """Questions once, answers as short lists; `expressed.js` knows the places."""
    models = {model: place for place, model in enumerate(view.models)}
    values = {value: place for place, value in enumerate(view.values)}
    questions: dict[str, int] = {}
    rows = []
    for row in answers.iter_rows(named=True):
        question = shown(row["question"] or "")
        rows.append(
            [
                models[row["model"]],
                questions.setdefault(question, len(questions)),
                row["lang"],
                row["outcome"],
                shown((row["text"] or "")[:cut]),
                max(len(row["text"] or "") - cut, 0),
                *(_places(row[kind], values) for kind in ("expressed", "endorsed", "opposed")),
                row["out_of_domain"],
                None if row["distance"] is None else round(row["distance"], 3),
                None if row["presence"] is None else [round(p, 3) for p in row["presence"]],
                shown(row["id"]),
                shown(row["reason"] or ""),
                shown(row["about"] or ""),
                shown(row["source"] or ""),
            ]
        )
    # Models stand side by side under each question.
    rows.sort(key=lambda row: (row[1], row[2], row[0]))
    return {"questions": list(questions), "answers": rows}


def _places(found: list[str] | None, values: Mapping[str, int]) -> list[int] | None:
    return None if found is None else [values[value] for value in found if value in values]


def _words(view: ExpressedView, texts: Texts, answers: pl.DataFrame) -> dict[str, Any]:
    words = texts.block("expressed.script")
    found = [str(code) for code in answers["outcome"].unique().sort()]
    named = {code: ending_name(texts, code) for code in found}
    return {
        **(dict(words) if isinstance(words, Mapping) else {}),
        "any": texts("items.any"),
        "comma": texts("number.comma"),
        "outcomes": named,
        "languages": {str(code): texts.named("language", str(code)) for code in answers["lang"].unique().sort()},
        "thresholds": _thresholds(view),
    }


def _thresholds(view: ExpressedView) -> list[float | None]:
    known = view.of("classifier").get("thresholds")
    by_value = known if isinstance(known, Mapping) else {}
    return [float(by_value[value]) if isinstance(by_value.get(value), int | float) else None for value in view.values]
