"""What is behind `build map`: six ways and their probabilities, calibration, people's sheet, a judge's answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.build.mapping.assignments import SWAPPED, WAYS, features_of, fitted, probabilities, recovered
from axiometer.build.mapping.calibration import agreement_weight, binned, calibrate, cross_validated, ece_of
from axiometer.build.mapping.judging import UNSURE, JudgeMaps, MapVerdict, by_judge, questions
from axiometer.build.mapping.making import mapped_item, meta_of
from axiometer.build.mapping.people import COLUMNS, _blocks, judged, read_sheet, write_sheet
from axiometer.build.mapping.puzzles import KNOWN_WAY, NO_RULES, NOT_THREE, SAME_RULES, problem_of, starter_puzzles
from axiometer.errors import InputError
from axiometer.models.contradiction.labels import entailment_label
from axiometer.models.protocols import Finish, Reply, Request
from axiometer.records.rows import ExpressionKind, ItemKind, Option, Role, make_item
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

PUZZLES = starter_puzzles(("en",))


def item_with(**meta: str):
    return make_item(
        kind=ItemKind.DILEMMA,
        lang="en",
        prompt="A scene.",
        options=(Option("One."), Option("Two."), Option("Three.")),
        clusters=("r/1", "r/2"),
        source="test",
        framework="f",
        mapped=False,
        meta=meta,
    )


def test_every_way_has_another_in_which_its_sides_are_turned_round():
    assert len(set(WAYS)) == 6
    for way, other in enumerate(SWAPPED):
        assert SWAPPED[other] == way and WAYS[way][2] == WAYS[other][2] and WAYS[way] != WAYS[other]


@settings(deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=6, max_size=6))
def test_probabilities_of_a_map_are_those_of_its_parts(cosines):
    chances = probabilities(features_of(np.array(cosines).reshape(1, 3, 2)), (1.0, -1.0, -0.5))
    found = recovered(chances)
    assert chances.sum() == pytest.approx(1)
    assert found.whole[0] == pytest.approx(chances.max()) and 0.5 <= found.order[0] <= 1
    assert found.sides[0] == pytest.approx(chances[0, found.way[0]] + chances[0, SWAPPED[found.way[0]]])


def test_weights_of_a_planted_choice_are_found_again():
    draw = np.random.default_rng(1)
    features = draw.normal(0, 1, (4_000, 6, 3))
    planted = np.array([2.0, -1.0, 0.5])
    chances = probabilities(features, planted)
    truth = np.array([draw.choice(6, p=row) for row in chances])
    assert fitted(features, truth) == pytest.approx(planted, abs=0.15)


def test_an_item_is_predicted_from_items_that_share_none_of_its_rules():
    """Evidence that only names the item's own rules helps nobody whose rules were left out."""
    draw = np.random.default_rng(2)
    truth = draw.integers(0, 6, len(PUZZLES))
    honest = np.zeros((len(PUZZLES), 6, 1))
    honest[np.arange(len(PUZZLES)), truth, 0] = 1.0
    chances = cross_validated(PUZZLES, honest, truth, 0)
    assert not np.isnan(chances).any() and (chances.argmax(axis=1) == truth).all()
    noise = draw.normal(0, 1, (len(PUZZLES), 6, 40))
    blind = cross_validated(PUZZLES, noise, truth, 0)
    assert 0.08 < (blind.argmax(axis=1) == truth).mean() < 0.27  # a sixth is chance


def test_a_calibration_says_what_was_planted():
    draw = np.random.default_rng(3)
    said = np.where(draw.random((len(PUZZLES), 2)) < 0.9, KNOWN_WAY, SWAPPED[KNOWN_WAY])
    found = calibrate(PUZZLES, by_judge(said), method="m", names=("said",), least=0.8)
    same = (said == KNOWN_WAY).all(axis=1)
    assert found.sides.share == 1.0 and found.items == len(PUZZLES)
    assert found.kept.count == int((said[:, 0] == said[:, 1]).sum())
    assert found.kept_right.share == pytest.approx(same.sum() / found.kept.count)
    assert found.brier_low <= found.brier <= found.brier_high < 0.15 and found.ece < 0.1


def test_a_method_that_says_nothing_is_right_by_chance_only():
    nothing = calibrate(PUZZLES, np.zeros((len(PUZZLES), 6, 1)), method="m", names=("said",), least=0.8)
    assert 0.08 < nothing.whole.share < 0.27 and 0.2 < nothing.sides.share < 0.47
    torn = np.tile([SWAPPED[KNOWN_WAY], KNOWN_WAY], (len(PUZZLES), 1))  # a judge whose calls turn the sides round
    assert 0.38 < calibrate(PUZZLES, by_judge(torn), method="m", names=("said",), least=0.8).order.share < 0.62


def test_bins_that_say_what_they_hold_have_no_calibration_error():
    said, right = np.array([0.75] * 4 + [0.5] * 2), np.array([1, 1, 1, 0, 1, 0], dtype=bool)
    bins = binned(said, right)
    assert [each.right.n for each in bins] == [2, 4] and ece_of(bins) == pytest.approx(0)


def test_a_judge_that_was_not_measured_is_believed_as_far_as_its_calls_agree():
    way, swapped = KNOWN_WAY, SWAPPED[KNOWN_WAY]
    said = np.array([[way, way]] * 90 + [[way, swapped]] * 10)
    weight, wrong = agreement_weight(said)
    assert 2 * wrong * (1 - wrong) == pytest.approx(11 / 102) and weight == pytest.approx(np.log((1 - wrong) / wrong))
    torn, _ = agreement_weight(np.array([[way, swapped]] * 50 + [[way, way]] * 50))
    assert torn < 0.5 and agreement_weight(np.full((0, 2), -1))[0] < 0.5  # nothing is known: nothing is believed


def test_what_cannot_be_mapped_is_told():
    rules = {"rule_1": "Be kind.", "rule_2": "Be just."}
    assert problem_of(item_with(**rules)) is None
    assert problem_of(item_with(rule_1="Be kind.")) == NO_RULES
    assert problem_of(item_with(rule_1="Be kind.", rule_2="Be kind. ")) == SAME_RULES
    two = item_with(**rules)
    assert problem_of(make_item(**{**_fields(two), "options": two.options[:2]})) == NOT_THREE


def _fields(item) -> dict[str, object]:
    names = ("kind", "lang", "prompt", "options", "clusters", "source", "framework", "mapped", "meta")
    return {name: getattr(item, name) for name in names}


def test_a_mapped_item_keeps_its_options_in_place_and_says_how_sure_it_is():
    item = item_with(rule_1="Be kind.", rule_2="Be just.", values_1="v1,v2", values_2="v3")
    told = meta_of("embedder", "people", 0.9, 0.99, (0.8, 0.95))
    found = mapped_item(item, WAYS.index((2, 0, 1)), told=told, positions=("S", "RS"))
    assert [option.text for option in found.options] == [option.text for option in item.options]
    assert [option.role for option in found.options] == [Role.SIDE, Role.DISTRACTOR, Role.SIDE]
    expressed = [{(e.kind, e.target) for e in option.expresses} for option in found.options]
    assert expressed[2] == {
        (ExpressionKind.RULE, "r/1"),
        (ExpressionKind.VALUE, "v1"),
        (ExpressionKind.VALUE, "v2"),
        (ExpressionKind.POSITION, "S"),
    }
    assert not expressed[1] and (ExpressionKind.RULE, "r/2") in expressed[0]
    assert found.mapped and found.id != item.id and found.meta["unmapped_id"] == item.id
    assert found.meta["map_low"] == "0.800000" and found.meta["map_confidence"] == "0.900000"


def reply(text: str) -> Reply:
    return Reply(text=text, finish=Finish.STOP)


def test_a_judge_is_read_back_to_the_items_own_options_in_both_orders():
    puzzle = PUZZLES[0]
    stage = JudgeMaps()
    for question in questions(puzzle, 7):
        places = [question.order.index(option) + 1 for option in (0, 1)]
        if question.turned:
            places.reverse()
        answer = stage.read(question, reply(json.dumps({"rule_1": str(places[0]), "rule_2": f"Option {places[1]}"})))
        assert isinstance(answer, Kept)
        verdict = answer.rows[0]
        assert isinstance(verdict, MapVerdict) and verdict.way == KNOWN_WAY
    first, second = questions(puzzle, 7)
    assert first.order == second.order[::-1] and first.turned != second.turned
    assert (first.first, first.second) == (second.second, second.first)


@pytest.mark.parametrize("said", [{"rule_1": "1", "rule_2": "1"}, {"rule_1": "none", "rule_2": "2"}])
def test_a_call_that_names_no_two_options_ends_there(said):
    answer = JudgeMaps().read(questions(PUZZLES[0], 0)[0], reply(json.dumps(said)))
    assert isinstance(answer, Dropped) and answer.reason == UNSURE


@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_a_judge_says_is_an_answer_or_a_rejection(text):
    answer = JudgeMaps().read(questions(PUZZLES[0], 0)[0], reply(text))
    assert isinstance(answer, Kept | Dropped | Rejected)


@pytest.mark.parametrize("puzzle", [PUZZLES[0], starter_puzzles(("zh",))[0]], ids=["en", "zh"])
def test_the_prompt_shows_everything_once_between_marks_and_no_map(puzzle):
    request = JudgeMaps().render(questions(puzzle, 0)[0])
    assert isinstance(request, Request)
    content = request.messages[0].content
    for text in (puzzle.scene, *puzzle.options, puzzle.first, puzzle.second):
        assert content.count(text) == 1
    assert content.count("<<<") >= 6 and "truth" not in content


def test_a_sheet_is_blind_stratified_and_read_back(tmp_path: Path):
    chances = np.full((len(PUZZLES), 6), 0.01)
    order = np.linspace(0.5, 0.95, len(PUZZLES))
    chances[:, KNOWN_WAY], chances[:, SWAPPED[KNOWN_WAY]] = 0.96 * order, 0.96 * (1 - order)
    found = recovered(chances)
    assert write_sheet(PUZZLES, found, 50, 3, tmp_path / "one.csv") == 50
    assert write_sheet(PUZZLES, found, 50, 3, tmp_path / "two.csv") == 50
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    lines = (tmp_path / "one.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == ",".join(COLUMNS)
    with pytest.raises(InputError, match="too few"):
        read_sheet(tmp_path / "one.csv", PUZZLES)
    place = {puzzle.id: number for number, puzzle in enumerate(PUZZLES)}
    picked = sorted(place[line.split(",")[0]] for line in lines[1:] if line.split(",")[0] in place)
    assert [sum(low <= at < low + 40 for at in picked) for low in range(0, 200, 40)] == pytest.approx([10] * 5, abs=1)


def test_people_replace_probabilities_by_what_they_find_and_these_do_not_fall(tmp_path: Path):
    draw = np.random.default_rng(5)
    order = draw.uniform(0.5, 0.99, len(PUZZLES))
    chances = np.zeros((len(PUZZLES), 6))
    chances[:, KNOWN_WAY], chances[:, SWAPPED[KNOWN_WAY]] = order, 1 - order
    found = recovered(chances)
    true = draw.random(len(PUZZLES)) < 0.5 + 0.8 * (order - 0.5)  # the method says too much
    said = {puzzle.id: (0, 1) if right else (1, 0) for puzzle, right in zip(PUZZLES, true, strict=True)}
    said[PUZZLES[0].id] = (None, 1)
    report = judged(PUZZLES, found, said, tmp_path / "sheet.csv")
    assert report.checked == len(PUZZLES) and report.none == 1 and report.sides.count == len(PUZZLES) - 1
    p, low, high = report.calibrated(order)
    assert (np.diff(p[np.argsort(order)]) >= 0).all() and (low <= p).all() and (p <= high).all()
    assert abs(p.mean() - true.mean()) < 0.03 and abs(p.mean() - true.mean()) < abs(order.mean() - true.mean())


@given(st.lists(st.booleans(), min_size=20, max_size=200))
@settings(max_examples=60, deadline=None)
def test_probabilities_from_any_people_s_answers_do_not_fall(right):
    found = _blocks(np.linspace(0.5, 1.0, len(right)), np.array(right))
    assert sum(block.right.n for block in found) == len(right)
    assert sorted(block.p for block in found) == [block.p for block in found]


def test_a_few_that_are_all_right_are_no_surer_than_very_many_of_which_one_is_wrong():
    right = np.ones(200, dtype=bool)
    right[125] = False  # in the fourth fifth: the first four are pooled to 159 of 160
    found = _blocks(np.linspace(0.5, 1.0, 200), right)
    assert sorted(block.p for block in found) == [block.p for block in found]


def test_the_label_that_means_entailment_is_read_from_the_configuration():
    assert entailment_label("m", {0: "contradiction", 1: "neutral", 2: "ENTAILMENT"}, None) == 2
    assert entailment_label("m", None, {"entailment": 0, "not_entailment": 1}) == 0
    with pytest.raises(InputError, match="entailment"):
        entailment_label("m", {0: "LABEL_0", 1: "LABEL_1"}, None)
