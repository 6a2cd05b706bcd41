from __future__ import annotations

import math

import pytest

from axiometer.measure.design import Design, Presentation
from axiometer.measure.outcomes import answer_row
from axiometer.measure.render import Renderer
from axiometer.models.protocols import Finish, Reply, Temporary
from axiometer.models.registry import open_model
from axiometer.records import Answer, Mode, Outcome

from .conftest import dilemma


def row(text: str, order: tuple[int, ...] = (0, 1, 2), mode: Mode = Mode.CHOICE, **more: object) -> Answer:
    design = Design(mode=mode)
    shown = order[0] if mode is Mode.AGREE else None
    presentation = Presentation(0, dilemma(1), order, 1, 0, shown, bool(more.pop("negated", False)))
    rendered = Renderer(design, open_model("sim/balanced")).render(presentation)
    error = more.pop("error", None)
    reply = None if error else Reply(text, more.pop("finish", Finish.STOP), **more)  # type: ignore[arg-type]
    return answer_row(presentation, rendered, design, run="r", model="m", call="c", reply=reply, error=error)  # type: ignore[arg-type]


@pytest.mark.parametrize(("order", "option"), [((0, 1, 2), 1), ((2, 0, 1), 0), ((1, 2, 0), 2)])
def test_answer_counts_for_the_option_not_for_the_letter(order: tuple[int, ...], option: int) -> None:
    assert row("B", order).option == option


def test_agreeing_with_the_denial_of_an_option_opposes_it() -> None:
    assert row("Agree", (1,), Mode.AGREE).stance == 1
    assert row("Disagree", (1,), Mode.AGREE).stance == -1
    assert row("Agree", (1,), Mode.AGREE, negated=True).stance == -1
    assert row("Disagree", (1,), Mode.AGREE, negated=True).stance == 1
    assert row("Agree", (1,), Mode.AGREE).option == 1


def test_probabilities_are_in_the_order_of_the_item_s_options() -> None:
    candidates = (("B", math.log(0.5)), (" A", math.log(0.1)), ("A", math.log(0.1)), ("C", math.log(0.1)), ("x", -3.0))
    answer = row("B", (2, 0, 1), Mode.LOGPROB, first_token=candidates)
    assert answer.probabilities == pytest.approx((0.625, 0.125, 0.25))
    assert answer.letter_mass == pytest.approx(0.8)
    assert (answer.option, answer.letter) == (0, "B")


def test_no_outcome_but_chosen_carries_an_option() -> None:
    refused = row("I'm sorry, but I can't help with that.")
    filtered = row("", finish=Finish.FILTER, filter_code="content_filter")
    both = row("Both A and B")
    error = row("", error=Temporary("lost"))
    assert [a.outcome for a in (refused, filtered, both, error)] == [
        Outcome.REFUSED,
        Outcome.FILTERED,
        Outcome.BOTH,
        Outcome.ERROR,
    ]
    assert all(a.option is None for a in (refused, filtered, both, error))
    assert filtered.reason == "content_filter"
    assert error.reason == "Temporary: lost"


def test_rows_of_different_presentations_have_different_ids() -> None:
    rows = [row("A", order) for order in ((0, 1, 2), (2, 1, 0))] + [row("A", (0,), Mode.AGREE)]
    assert len({answer.id for answer in rows}) == 3
