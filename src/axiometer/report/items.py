"""The items that can be opened on the page: which ones, and their presentations and raw answers as JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from axiometer.records import Outcome
from axiometer.records.rows import PEOPLE
from axiometer.report.shown import shown
from axiometer.report.views import Study

OUTCOMES = ("chosen", "distractor", *(code.value for code in Outcome if code is not Outcome.CHOSEN))

# A page must stay quick to open: no more answers than this, and no more raw text in all.
MOST_ANSWERS = 60_000
MOST_TEXT = 3_500_000
_CUTS = (8_000, 2_000, 600, 200)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which items are on the page. `telling` were taken for what they show, `sampled` at random; else all are there."""

    ids: tuple[str, ...]
    total: int
    telling: int
    sampled: int
    scores: Mapping[str, float]

    @property
    def complete(self) -> bool:
        return len(self.ids) == self.total


def selection(study: Study, limit: int, seed: int) -> Selection:
    """All items up to `limit`; above it half the most telling ones and a sample of the rest, drawn with `seed`.

    How telling an item is: the range between respondents of the share choosing its first side, plus the share of
    respondents whose choice changed between presentations, plus the share of presentations without a choice.
    """
    scores = _scores(study)
    asked = [str(item) for item in study.items["id"] if str(item) in scores]
    answers = int(study.answers.select(pl.len()).collect().item())
    fits = MOST_ANSWERS * len(asked) // max(answers, 1)
    limit = max(min(limit, max(fits, 1)), 1)
    if len(asked) <= limit:
        return Selection(tuple(asked), len(asked), 0, 0, scores)
    by_score = sorted(asked, key=lambda item: (-scores[item], item))
    telling = set(by_score[: (limit + 1) // 2])
    rest = sorted(item for item in asked if item not in telling)
    sampled = set(random.Random(seed).sample(rest, limit - len(telling)))
    kept = tuple(item for item in asked if item in telling or item in sampled)
    return Selection(kept, len(asked), len(telling), len(sampled), scores)


def _scores(study: Study) -> dict[str, float]:
    first_side = (
        study.items.lazy()
        .select("id", "options")
        .explode("options")
        .with_columns(index=pl.int_range(pl.len()).over("id"), role=pl.col("options").struct.field("role"))
        .filter(pl.col("role") == "side")
        .group_by("id")
        .agg(first=pl.col("index").min())
    )
    agreed = pl.when(pl.col("shown") == pl.col("first")).then(pl.col("stance") > 0).otherwise(pl.col("stance") < 0)
    picked = pl.when(pl.col("mode") == "agree").then(agreed).otherwise(pl.col("option") == pl.col("first"))
    per_respondent = (
        study.answers.select("item", "model", "mode", "shown", "stance", "option", "outcome")
        .join(first_side, left_on="item", right_on="id", how="left")
        .group_by("item", "model")
        .agg(
            share=picked.cast(pl.Float64).mean(),
            flips=(pl.col("option").drop_nulls().n_unique() > 1).cast(pl.Float64),
            silent=(pl.col("outcome") != "chosen").mean(),
        )
    )
    scored = per_respondent.group_by("item").agg(
        score=(pl.col("share").max() - pl.col("share").min()).fill_null(0.0)
        + pl.col("flips").mean()
        + pl.col("silent").mean()
    )
    return {str(item): round(float(score), 4) for item, score in scored.collect().iter_rows()}


@dataclass(frozen=True, slots=True)
class ItemData:
    """The data block of the page. `cut`: how many characters of a raw answer are kept; `cut_any`: some were longer."""

    json: Markup
    cut: int
    cut_any: bool


def item_data(study: Study, chosen: Selection) -> ItemData:
    """Items, presentations and raw answers of the selection, as JSON that is safe inside a `<script>` element."""
    ids = pl.Series("id", chosen.ids, dtype=pl.String)
    items = study.items.filter(pl.col("id").is_in(ids.implode()))
    answers = (
        study.answers.filter(pl.col("item").is_in(ids.implode()))
        .select(
            "item",
            "model",
            "mode",
            "order",
            "wording",
            "repeat",
            "outcome",
            "option",
            "letter",
            "shown",
            "negated",
            "stance",
            "raw",
            "reasoning",
            "reason",
        )
        .with_row_index("position")
        .collect()
        .sort("position")
    )
    answers = _apart(answers)
    cut = _cut(answers)
    words = _Interned()
    rows: dict[str, list[list[Any]]] = {}
    respondents = {entry.label: number for number, entry in enumerate(study.respondents)}
    for row in answers.iter_rows(named=True):
        rows.setdefault(row["item"], []).append(_answer(row, respondents, words, cut))
    values: dict[str, list[str]] = {}
    rules = {
        entry["target"]
        for options in items["options"]
        for option in options
        for entry in option["expresses"]
        if entry["kind"] == "rule"
    }
    listed = [_item(row, rows.get(row["id"], []), chosen.scores, study, values) for row in items.iter_rows(named=True)]
    data = {
        "respondents": [[entry.label, entry.mark] for entry in study.respondents],
        "values": values,
        "rules": sorted(rules),
        "words": words.texts,
        "items": listed,
        "people": [number for number, entry in enumerate(study.respondents) if entry.people],
        "ui": _interface(study, answers),
        "batch": 20,
    }
    longest = pl.concat([answers["raw"], answers["reasoning"].drop_nulls()]).str.len_chars().max()
    return ItemData(script_safe(data), cut, int(longest or 0) > cut)  # type: ignore[arg-type]


def _apart(answers: pl.DataFrame) -> pl.DataFrame:
    """People's answers so that no person's can be put together across items: without the person, without what was
    written in their own words, by what was chosen. A page goes to many; who needs more has the run."""
    theirs = pl.col("wording") == PEOPLE
    if answers.filter(theirs).is_empty():
        return answers
    bare = answers.filter(theirs).with_columns(
        repeat=pl.lit(0, answers["repeat"].dtype),
        raw=pl.lit(""),
        reasoning=pl.lit(None, pl.String),
        reason=pl.lit(None, pl.String),
    )
    return pl.concat([answers.filter(~theirs), bare.sort("item", "model", "outcome", "option", "letter", "order")])


def script_safe(data: object) -> Markup:
    """JSON in which no character can end or change the `<script>` element that holds it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char, escaped in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(char, escaped)
    return Markup(text)


class _Interned:
    """Texts that many answers share, stored once."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        if text not in self._places:
            self._places[text] = len(self.texts)
            self.texts.append(text)
        return self._places[text]


def _cut(answers: pl.DataFrame) -> int:
    """The most generous cut under which all raw texts together stay within `MOST_TEXT` characters."""
    texts = pl.concat([answers["raw"], answers["reasoning"].drop_nulls()]).unique()
    lengths = texts.str.len_chars()
    for cut in _CUTS:
        if int(lengths.clip(upper_bound=cut).sum()) <= MOST_TEXT:
            return cut
    return _CUTS[-1]


def _answer(row: Mapping[str, Any], respondents: Mapping[str, int], words: _Interned, cut: int) -> list[Any]:
    """One presentation as a short list; `items.js` knows the places."""
    reasoning = row["reasoning"] or ""
    return [
        respondents[row["model"]],
        words.place(row["mode"]),
        row["order"],
        words.place(shown(row["wording"])),
        row["repeat"],
        words.place(row["outcome"]),
        row["option"],
        words.place(shown(row["letter"] or "")),
        row["shown"],
        1 if row["negated"] else 0,
        row["stance"],
        words.place(shown(row["raw"][:cut])),
        max(len(row["raw"]) - cut, 0),
        words.place(shown(reasoning[:cut])) if reasoning else None,
        words.place(shown(row["reason"])) if row["reason"] else None,
    ]


def _item(
    row: Mapping[str, Any],
    answers: list[list[Any]],
    scores: Mapping[str, float],
    study: Study,
    values: dict[str, list[str]],
) -> dict[str, Any]:
    options = []
    for option in row["options"] or []:
        expressed = []
        for entry in option["expresses"] or []:
            name = study.value_name(entry["target"])
            if entry["kind"] == "rule":
                name = study.texts("items.rule", rule=name)
            above = " ".join(study.value_name(value) for value in study.above.get(entry["target"], ()))
            values.setdefault(entry["target"], [shown(name), above])
            expressed.append([entry["target"], entry["polarity"]])
        options.append([shown(option["text"]), option["role"], expressed])
    return {
        "id": row["id"],
        "lang": row["lang"],
        "prompt": shown(row["prompt"]),
        "options": options,
        "source": shown(row["source"] or ""),
        "score": scores.get(row["id"], 0.0),
        "answers": answers,
    }


def _interface(study: Study, answers: pl.DataFrame) -> dict[str, Any]:
    texts = study.texts
    words = texts.block("items.script")
    found = {"distractor", *(str(code) for code in answers["outcome"].unique())}
    return {
        **(dict(words) if isinstance(words, Mapping) else {}),
        "comma": texts("number.comma"),
        "outcomes": {code: texts.named("outcome", code) for code in OUTCOMES if code in found},
        "modes": {str(code): texts.named("mode", str(code)) for code in answers["mode"].unique().sort()},
        "languages": {code: texts.named("language", code) for code in study.languages},
    }
