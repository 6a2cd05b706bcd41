"""Runs whose answers are texts, as they stand or as a judge read them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from benchmarks.explorer_run import write_run
from tests.web.explorer.conftest import Get, asked

from axiometer.measure.specification import Specification, read_specification
from axiometer.records.rows import Answer, FreeAnswer, Mode
from axiometer.records.schemas import to_rows
from axiometer.records.tables import read_table, write_rows

SAID = "Ich bliebe bei der Abmachung. 我会遵守约定。"


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """A folder with a judged run: each answer is a judge's word on a free answer."""
    write_run(tmp_path / "run", items=3, models=1)
    answers = list(to_rows(read_table(tmp_path / "run/answers", Answer), Answer))
    free = [_free(answer) for answer in answers]
    verdicts = [
        replace(answer, mode=Mode.JUDGED, parent_ids=(answer.item, said.id), raw='{"closer": "A"}')
        for answer, said in zip(answers, free, strict=True)
    ]
    write_rows(free, FreeAnswer, tmp_path / "run/free/m00-000000.parquet")
    write_rows(verdicts, Answer, tmp_path / "run/answers/m00-000000.parquet")
    return tmp_path


def _free(answer: Answer) -> FreeAnswer:
    return FreeAnswer(
        id=f"free-{answer.seq}",
        parent_ids=(answer.item,),
        run=answer.run,
        model=answer.model,
        item=answer.item,
        lang=answer.lang,
        mode=Mode.FREE,
        seq=answer.seq,
        wording=answer.wording,
        repeat=answer.repeat,
        outcome=answer.outcome,
        reason=None,
        text=f"{SAID} {answer.seq}",
        reasoning="one thought",
        tokens_in=1,
        tokens_out=1,
        served_model=None,
        prompt_hash=answer.prompt_hash,
        call=answer.call,
    )


def item_page(get: Get, root: Path) -> str:
    return get("/explore/item", at="run", id=pl.read_parquet(root / "run/items/000000.parquet")["id"][0]).text


def test_a_judged_answer_is_shown_with_the_judge_s_words(judged: Path) -> None:
    page = item_page(asked(judged), judged)
    assert page.count('class="presented"') == 2
    for said in (f"{SAID} 0", f"{SAID} 1", "one thought", "{&#34;closer&#34;: &#34;A&#34;}"):
        assert said in page


def test_what_respondents_said_is_searched_and_not_what_the_judge_said(judged: Path) -> None:
    get = asked(judged)
    assert "1 to 3 of 3 items" in get("/explore/items", at="run", said="遵守约定").text
    assert "No items hold all of this." in get("/explore/items", at="run", said="closer").text


def test_a_run_of_free_answers_alone_has_pages(judged: Path) -> None:
    found = read_specification(judged / "run")
    design = {**found.asked["design"], "mode": "free"}
    Specification({**found.asked, "design": design}, found.noted).write(judged / "run")
    get = asked(judged)
    run = get("/explore/run", at="run")
    assert run.status == 200
    assert "6 presentations" in run.text
    assert f"{SAID} 0" in item_page(get, judged)
    taken = pl.read_parquet(get("/explore/export/items", at="run", what="answers", as_="parquet").body)
    assert taken["text"].to_list() == [f"{SAID} {number}" for number in range(6)]


def test_pages_say_of_judged_answers_that_nothing_corrects_them(judged: Path) -> None:
    """Planted: the same run, read by a judge or chosen by the respondent itself."""
    found = read_specification(judged / "run")
    name = read_table(judged / "run/answers", Answer)["model"][0]
    for mode, said in (("choice", False), ("judged", True), ("open", True)):
        design = {**found.asked["design"], "mode": mode}
        Specification({**found.asked, "design": design}, found.noted).write(judged / "run")
        get = asked(judged)
        for page in (get("/explore/run", at="run").text, get("/explore/compare", **{"with": "run~0"}).text):
            assert ("said in free answers is counted as a judge read it" in page) is said
            assert ("Uncorrected: what " in page and name in page) is said
