"""Judges put to answers whose labels we wrote: what the shipped set is, and what is said of a judge."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from axiometer.annotate.screening import screen_judge
from axiometer.errors import InputError, Stopped
from axiometer.models.endpoint import Endpoint
from axiometer.models.protocols import Sampling
from axiometer.models.registry import open_model
from axiometer.runtime import Budget, Limits
from axiometer.runtime.respondent import Respondent
from axiometer.starter.judged import LANGUAGES, load_judged
from axiometer.testing import Behaviour, FakeServer

_BETWEEN = re.compile(r"^<<<([0-9a-f]{8})\n(.*?)\n\1>>>$", re.DOTALL | re.MULTILINE)


def test_the_set_has_fifty_answers_of_every_kind_in_each_language() -> None:
    for lang in LANGUAGES:
        questions = load_judged(lang)
        answers = [answer for question in questions for answer in question.answers]
        assert len(answers) >= 50 and len({answer.text for answer in answers}) == len(answers)
        labels, kinds = Counter(a.label for a in answers), Counter(a.kind for a in answers)
        assert min(labels[label] for label in ("s", "rs")) >= 15 and min(labels.values()) >= 4
        assert set(kinds) == {"clear", "hedged", "negated", "ironic", "both", "undecided", "refused", "off-topic"}
        assert all(question.s != question.rs and len(question.answers) >= 7 for question in questions)
        for question in questions:
            assert {answer.label for answer in question.answers} >= {"s", "rs"}
        assert all(a.label == {"refused": "refused", "both": "both"}.get(a.kind, a.label) for a in answers)


def knowing(wrong: str | None = None) -> Behaviour:
    """A judge that knows our labels; where the answer says `wrong`, it takes the other side."""
    known = {answer.text: (q, answer.label) for lang in LANGUAGES for q in load_judged(lang) for answer in q.answers}

    def answer(body: dict[str, object]) -> str:
        messages = body["messages"]
        assert isinstance(messages, list)
        _, said, *shown = [text for _, text in _BETWEEN.findall(str(messages[0]["content"]))]
        question, label = known[said]
        if label in ("s", "rs"):
            other = (label == "s") == (wrong is not None and wrong in said)
            return f'{{"reason": "", "closer": "{"AB"[shown.index(question.rs if other else question.s)]}"}}'
        return f'{{"reason": "", "closer": "{"both" if label == "both" else "neither"}"}}'

    return Behaviour(answer=answer)


def asked(server: FakeServer, limits: Limits | None = None) -> Respondent:
    model = Endpoint("openai-api/fake/j", "j", [server.base_url], None, Sampling(), timeout=5.0)
    return Respondent(model, limits or Limits())


def test_a_judge_that_knows_is_right_throughout_and_one_that_flips_is_seen(tmp_path: Path) -> None:
    with FakeServer(knowing()) as server:
        good = screen_judge(asked(server), tmp_path / "good", ("en", "zh"))
    for each in good.languages:
        assert each.right.share == each.alike.share == 1.0 and each.flipped.share == 0.0
        assert each.right.low < 1.0 and set(each.by_kind) >= {"clear", "ironic"}
        assert each.confusion["refused", "neither"] == 2 * sum(
            answer.label == "refused" for question in load_judged(each.lang) for answer in question.answers
        )
    with FakeServer(knowing(wrong="the")) as server:
        bad = screen_judge(asked(server), tmp_path / "beside" / "bad", ("en",))
    (english,) = bad.languages
    assert english.flipped.share > 0.8 and english.alike.share == 1.0 and english.right.share < 0.5
    assert good.rows.height == good.calls == 2 * (english.right.n + good.languages[1].right.n)


def test_a_stopped_screening_goes_on_and_pays_for_nothing_twice(tmp_path: Path) -> None:
    with FakeServer(knowing()) as server:
        with pytest.raises(Stopped):
            screen_judge(asked(server, Limits(budget=Budget(max_calls=30))), tmp_path / "s", ("fr",))
        rest = screen_judge(asked(server), tmp_path / "s", ("fr",))
        assert rest.hits == 30 and rest.calls + 30 == rest.rows.height
        again = screen_judge(asked(server), tmp_path / "s", ("fr",))
        assert again.calls == 0 and again.rows.equals(rest.rows) and server.repeated() == {}
    assert pl.read_parquet(tmp_path / "s" / "screened.parquet").equals(rest.rows)


def test_the_simulated_judge_reads_words_and_is_found_wanting(tmp_path: Path) -> None:
    screened = screen_judge(Respondent(open_model("sim/judge")), tmp_path / "s", ("de",))
    assert screened.languages[0].by_kind["clear"].share < 0.7
    assert screened.languages[0].by_kind["refused"].share > 0.6


def test_what_cannot_be_screened_is_one_line(tmp_path: Path) -> None:
    judge = Respondent(open_model("sim/judge"))
    with pytest.raises(InputError, match="languages: zh, en, fr, de"):
        screen_judge(judge, tmp_path / "s", ("pt",))
    with pytest.raises(InputError, match="cannot judge"):
        screen_judge(Respondent(open_model("sim/balanced")), tmp_path / "s")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x")
    with pytest.raises(InputError, match="not a screening"):
        screen_judge(judge, tmp_path / "other")
