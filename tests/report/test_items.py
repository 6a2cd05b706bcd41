"""Items on the page: all of them where they fit, else by a stated rule; and never a way out of their data block."""

from __future__ import annotations

import json
from collections.abc import Callable

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from axiometer.report import RunView
from axiometer.report.items import item_data, script_safe, selection
from axiometer.report.texts import Texts
from axiometer.report.views import Study, study

JSON = st.recursive(
    st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


def view(run: RunView) -> Study:
    return study([run], Texts("en"))


def test_all_items_are_there_when_they_fit(run: RunView) -> None:
    chosen = selection(view(run), 2_000, 0)
    assert chosen.complete
    assert list(chosen.ids) == run.items["id"].to_list()


def test_above_the_limit_half_are_telling_and_half_are_drawn(run: RunView) -> None:
    chosen = selection(view(run), 20, 0)
    assert (len(chosen.ids), chosen.telling, chosen.sampled, chosen.total) == (20, 10, 10, len(run.items))
    best = sorted(chosen.scores, key=lambda item: (-chosen.scores[item], item))[:10]
    assert set(best) <= set(chosen.ids)


def test_the_sample_depends_on_the_seed_alone(run: RunView) -> None:
    assert selection(view(run), 20, 3) == selection(view(run), 20, 3)
    assert selection(view(run), 20, 3).ids != selection(view(run), 20, 4).ids


def test_an_item_on_which_all_agree_tells_less_than_one_on_which_they_differ(run: RunView) -> None:
    scores = selection(view(run), 2_000, 0).scores
    answers = run.answers.lazy().collect()
    agreed = answers.group_by("item").agg(
        same=pl.col("option").n_unique() == 1, all=pl.col("outcome").eq("chosen").all()
    )
    same = agreed.filter(pl.col("same") & pl.col("all"))["item"].to_list()
    assert all(scores[item] == 0 for item in same)
    assert max(scores.values()) > 1


def test_every_presentation_keeps_its_raw_answer(run: RunView) -> None:
    study_ = view(run)
    data = json.loads(item_data(study_, selection(study_, 2_000, 0)).json)
    answers = run.answers.lazy().collect()
    assert sum(len(item["answers"]) for item in data["items"]) == len(answers)
    chinese = answers.filter(pl.col("raw").str.contains("公平")).height
    raws = [data["words"][each[11]] for item in data["items"] for each in item["answers"]]
    assert chinese > 0
    assert sum("公平" in raw for raw in raws) == chinese


def test_controls_in_raw_answers_are_spelt_out(run: RunView) -> None:
    study_ = view(run)
    text = item_data(study_, selection(study_, 2_000, 0)).json
    assert "\\\\x1b[31mred\\\\x00" in text


def test_very_long_answers_are_cut_and_the_page_says_so(make_run: Callable[..., RunView], run: RunView) -> None:
    frame = run.answers.lazy().with_columns(raw=pl.lit("long " * 4_000))
    long = RunView(run.name, run.manifest, run.items, frame, run.analysis, run.frameworks)
    study_ = view(long)
    data = item_data(study_, selection(study_, 2_000, 0))
    answers = json.loads(data.json)["items"][0]["answers"]
    assert data.cut_any and data.cut == 8_000
    assert answers[0][12] == 20_000 - 8_000


@given(JSON)
def test_no_text_can_leave_the_script_element(value: object) -> None:
    text = str(script_safe(value))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value
