"""Mode likelihood: options are not shown; how likely each would be the answer decides."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import polars as pl
import pytest

from axiometer.analyze import analyze
from axiometer.errors import Refused
from axiometer.measure import Design, MeasureOptions, measure, open_run, plan_run
from axiometer.measure.design import presentations
from axiometer.measure.outcomes import answer_row
from axiometer.measure.render import Renderer
from axiometer.models.protocols import Finish, Reply
from axiometer.models.registry import open_model
from axiometer.models.simulated import load_profile
from axiometer.records.importers.starter_news import planted_items
from axiometer.records.rows import Item, Mode, Outcome
from axiometer.records.tables import write_rows
from axiometer.runtime.respondent import Respondent

POSITION = "one rule for all"
PROFILE = f"name: planted\nseed: 3\nframework: null\nvalues:\n  {POSITION}: 0.5\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    write_rows(planted_items("en"), Item, tmp_path / "items.parquet")
    return tmp_path / "items.parquet"


@pytest.fixture
def respondent(tmp_path: Path) -> str:
    (tmp_path / "planted.yaml").write_text(PROFILE, encoding="utf-8")
    assert load_profile(str(tmp_path / "planted.yaml")).name == "planted"
    return f"sim/{tmp_path / 'planted.yaml'}"


def test_the_question_is_put_once_and_without_its_options(table: Path, respondent: str) -> None:
    design = Design(mode=Mode.LIKELIHOOD)
    item = planted_items("en")[0]
    (only,) = presentations([item], design)
    rendered = Renderer(design, open_model(respondent)).render(only)
    prompt = rendered.request.messages[0].content
    assert item.prompt in prompt and item.options[0].text not in prompt
    assert rendered.request.continuations == tuple(item.options[index].text for index in only.order)


def test_probabilities_follow_the_options_whatever_their_order(respondent: str) -> None:
    design = Design(mode=Mode.LIKELIHOOD)
    model = open_model(respondent)
    for item in planted_items("en")[:8]:
        (only,) = presentations([item], design)
        rendered = Renderer(design, model).render(only)
        said = tuple(-40.0 if index == 0 else -41.0 for index in only.order)
        reply = Reply("", Finish.STOP, continuations=said)
        row = answer_row(only, rendered, design, run="r", model="m", call="c", reply=reply, error=None)
        assert row.outcome is Outcome.CHOSEN and row.option == 0
        assert row.probabilities is not None
        assert row.probabilities[0] == pytest.approx(1 / (1 + math.exp(-1)))
        assert row.letter_mass == pytest.approx(math.exp(-40) + math.exp(-41))


def test_very_unlikely_answers_are_compared_all_the_same() -> None:
    design = Design(mode=Mode.LIKELIHOOD)
    model = open_model("sim/balanced")
    (only,) = presentations(planted_items("en")[:1], design)
    reply = Reply("", Finish.STOP, continuations=(-2000.0, -2001.0))
    rendered = Renderer(design, model).render(only)
    row = answer_row(only, rendered, design, run="r", model="m", call="c", reply=reply, error=None)
    assert row.probabilities is not None and sum(row.probabilities) == pytest.approx(1.0)


def test_a_planted_strength_is_found_again(table: Path, respondent: str, tmp_path: Path) -> None:
    measure(table, [respondent], tmp_path / "run", design=Design(mode=Mode.LIKELIHOOD))
    run = open_run(tmp_path / "run", texts=False)
    assert run.answers.height == 120
    shares = analyze(run.items, run.answers, frameworks=run.frameworks).shares
    (row,) = shares.filter((pl.col("value") == POSITION) & (pl.col("lang") == "all")).to_dicts()
    assert row["mode"] == "likelihood"
    # The side for it is worth 0.5, the other -0.5: a difference of one log-odds.
    assert row["low"] < 1 / (1 + math.exp(-1)) < row["high"]


def test_a_respondent_that_cannot_score_words_is_refused(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "planted")
    with pytest.raises(Refused, match="likelihood"):
        plan_run(table, [Respondent(open_model("openai/any"))], Design(mode=Mode.LIKELIHOOD), MeasureOptions())


def test_the_answer_to_the_same_question_in_other_modes_keeps_its_key(respondent: str) -> None:
    from axiometer.runtime.journal import request_body

    model = open_model(respondent)
    item = planted_items("en")[0]
    design = Design(mode=Mode.CHOICE)
    rendered = Renderer(design, model).render(next(iter(presentations([item], design))))
    assert b"continuations" not in request_body(model.identity, rendered.request)
    raw = asyncio.run(model.send(rendered.request))
    assert model.read(raw).continuations is None
