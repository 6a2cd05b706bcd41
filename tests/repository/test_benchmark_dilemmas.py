"""What the benchmark of dilemmas runs on and how it projects is what it says."""

from __future__ import annotations

from pathlib import Path

from benchmarks.dilemma_items import draw_pairs, draw_rules, write_dilemmas
from benchmarks.dilemmas import RESPONDENTS, grown, write_respondents

from axiometer.models.simulated import load_profile
from axiometer.records.rows import Item
from axiometer.records.tables import read_rows


def test_items_are_what_build_dilemmas_makes_of_pairs_of_different_values(tmp_path: Path) -> None:
    items = list(read_rows(write_dilemmas(tmp_path / "items", 300), Item))
    assert len({item.id for item in items}) == 300
    assert all(item.mapped and len(item.options) == 3 and len(item.clusters) == 2 for item in items)
    for item in items:
        values = [one.target for option in item.options[:2] for one in option.expresses if one.kind == "value"]
        assert len(set(values)) == 2


def test_more_pairs_are_the_same_and_others() -> None:
    rules = draw_rules(200)
    fewer, more = list(draw_pairs(50, rules)), list(draw_pairs(120, rules))
    assert more[:50] == fewer and len({pair.id for pair in more}) == 120


def test_respondents_differ(tmp_path: Path) -> None:
    profiles = [load_profile(name.removeprefix("sim/")) for name in write_respondents(tmp_path)]
    assert len({str(profile.values) for profile in profiles}) == RESPONDENTS == 17


def test_what_each_respondent_adds_is_projected() -> None:
    def answers(respondents: int, dilemmas: int) -> float:
        return 300.0 + dilemmas * (2.0 + 0.5 * respondents)

    whole, quarter = answers(1, 4_000), (answers(1, 1_000), answers(2, 1_000))
    assert grown(whole, *quarter, 2, 4) == answers(17, 4_000)
    figures = [4.0 * respondents for respondents in (1, 17)]
    assert grown(figures[0], *figures, 17, 1) == figures[1]
