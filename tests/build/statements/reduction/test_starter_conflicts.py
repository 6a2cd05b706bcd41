"""Conflicts planted in the starter news: all found, nothing else removed, and copies do not outvote."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest
from tests.build.statements.reduction.conftest import Work, starter_copies, starter_statements

from axiometer.build.statements.reduction.options import ReductionOptions
from axiometer.build.statements.reduction.publish import REMOVED
from axiometer.build.statements.reduction.resolving import CONTRADICTS_ITSELF, LESS_SUPPORTED, TIE
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Status
from axiometer.starter.news import NATIONS, News, load_news, planted_conflicts


def issues_of(news: News) -> dict[str, str]:
    return {said.id: said.issue for text in news.texts for said in text.statements}


def stances_of(news: News) -> dict[str, int]:
    return {said.id: said.stance for text in news.texts for said in text.statements}


@pytest.mark.parametrize("nation", NATIONS)
def test_every_planted_issue_is_one_issue_and_look_alikes_stay_apart(starter: Work, nation: str) -> None:
    planted, found = issues_of(load_news(nation)), starter.issue_of()
    together = defaultdict(set)
    for statement, issue in planted.items():
        together[issue].add(found[statement])
    assert all(len(each) == 1 for each in together.values())
    assert len({next(iter(each)) for each in together.values()}) == len(together)


@pytest.mark.parametrize("nation", NATIONS)
def test_every_planted_conflict_is_found_and_no_position_holds_both_sides(starter: Work, nation: str) -> None:
    found = starter.issue_of()
    disputed = dict(starter.issues.select("id", "disputed").iter_rows())
    position = {row.id: row.position for row in starter.kept()}
    conflicts = planted_conflicts(load_news(nation))
    assert conflicts
    for conflict in conflicts:
        assert found[conflict.one] == found[conflict.other] and disputed[found[conflict.one]]
        both = {position.get(conflict.one), position.get(conflict.other)}
        assert None in both or len(both) == 2


@pytest.mark.parametrize("nation", NATIONS)
def test_nothing_is_removed_or_called_a_conflict_that_is_none(starter: Work, nation: str) -> None:
    news = load_news(nation)
    stances, issues = stances_of(news), issues_of(news)
    in_conflict = {each for conflict in planted_conflicts(news) for each in (conflict.one, conflict.other)}
    removed = starter.table(REMOVED).filter(pl.col("nation") == nation)
    assert set(removed["id"]) <= in_conflict | {s for s in stances if s.startswith(tuple(starter_copies(news)))}
    assert set(removed["reason"]) <= {CONTRADICTS_ITSELF}
    for statement, against in removed.select("id", "against").iter_rows():
        assert against and all(issues[each] == issues[statement] for each in against)
        assert {stances[each] for each in against} == {-stances[statement]}
    opposed = starter.opposed.filter((pl.col("nation") == nation) & (pl.col("state") == "conflict"))
    assert opposed.height
    for one, other in opposed.select("statement_a", "statement_b").iter_rows():
        assert issues[one] == issues[other] and stances[one] == -stances[other]


def test_issues_say_whether_sources_disagree_over_time_or_at_the_same_time(starter: Work) -> None:
    for nation in NATIONS:
        news = load_news(nation)
        found, when = starter.issue_of(), dict(starter.issues.select("id", "when").iter_rows())
        times = defaultdict(set)
        for conflict in planted_conflicts(news):
            times[found[conflict.one]].add(conflict.over_time)
        said = {frozenset({True}): "over time", frozenset({False}): "at the same time"}
        assert {issue: when[issue] for issue in times} == {
            issue: said.get(frozenset(each), "both") for issue, each in times.items()
        }
        assert {issue for issue, time in when.items() if time} >= set(times)


def test_an_issue_lists_both_sides_with_sources_and_outlets(starter: Work) -> None:
    issue = starter.issue_of()["us-09-1"]  # offshore-wind: one text reprinted twice against two of other outlets
    row = starter.issues.row(by_predicate=pl.col("id") == issue, named=True)
    yes, no = ("yes", "no") if row["yes_statements"] == 6 else ("no", "yes")
    assert (row[f"{yes}_sources"], row[f"{no}_sources"]) == (1, 2)
    assert row[f"{yes}_statements"] == 6 and row[f"{no}_statements"] == 4
    assert row[f"{yes}_outlets"] == ["Kestrel Valley Public Radio"]
    assert row[f"{no}_outlets"] == ["Calder Falls Ledger", "Port Ansley Courier"]
    assert row["kept"] + row["removed"] == row["statements"] == 10


def test_with_the_dominant_policy_copies_do_not_outvote(tmp_path: Path) -> None:
    """Of every issue the stance stays that most independent texts take; the planted `dominant` counts them."""
    nations = ("cn", "us")
    rows = [row for nation in nations for row in starter_statements(nation)]
    copies = {copy: of for nation in nations for copy, of in starter_copies(load_news(nation)).items()}
    work = Work(tmp_path / "work", rows, copies, options=ReductionOptions.of(policy="dominant"))
    summary = work.run()
    assert summary.within_before > 0 and summary.within_after == 0
    kept = {row.id for row in work.kept()}
    reasons = dict(work.table(REMOVED).select("id", "reason").iter_rows())
    for nation in nations:
        news = load_news(nation)
        disputed = {conflict.issue for conflict in planted_conflicts(news)}
        for text in news.texts:
            for said in text.statements:
                if said.issue not in disputed:
                    assert said.id in kept
                    continue
                dominant = news.issues[said.issue].dominant
                assert (said.id in kept) == (said.stance == dominant)
                assert said.id in kept or reasons[said.id] == (LESS_SUPPORTED if dominant else TIE)
    assert load_news("cn").issues["rider-fines"].dominant == -1  # three printed texts for +1, two for -1
    assert {row.position for row in work.kept()} == {"cn news 2022-2025", "us news 2022-2025"}


def test_dropping_both_leaves_undisputed_issues_alone(tmp_path: Path) -> None:
    work = Work(tmp_path / "work", starter_statements("uk"), options=ReductionOptions.of(policy="drop"))
    work.run()
    news = load_news("uk")
    disputed = {conflict.issue for conflict in planted_conflicts(news)}
    copied = {text.issue for text in (said for one in news.texts if one.copy_of for said in one.statements)}
    undisputed = {statement for statement, issue in issues_of(news).items() if issue not in disputed}
    assert copied and {row.id for row in work.kept()} == undisputed


def test_every_statement_has_a_fate_and_parts_keep_their_names(starter: Work) -> None:
    statements = StageFolder(starter.path / "attribute")
    assert starter.output.names() == statements.names()
    account = starter.output.account()
    assert account.rows == len(starter.rows) and account.kept == len(starter.kept())
    notes = [
        note
        for name in starter.output.names()
        for status, note in starter.output.fates_of(name).select("status", "note").iter_rows()
        if status == Status.DROPPED
    ]
    assert notes and all(note for note in notes)


def test_copies_share_the_source_and_the_position_of_their_original(starter: Work) -> None:
    kept = {row.id: row for row in starter.kept()}
    assert kept["us-10-1"].source_group == kept["us-11-1"].source_group == kept["us-09-1"].source_group
    assert kept["us-10-1"].position == kept["us-09-1"].position == "us Kestrel Valley Public Radio"
    assert kept["us-12-1"].source_group != kept["us-09-1"].source_group


def test_the_same_command_again_does_nothing_and_gives_the_same_account(starter: Work) -> None:
    statements, found = StageFolder(starter.path / "attribute"), StageFolder(starter.path / "pairs")
    before = {path: path.stat().st_mtime_ns for path in starter.output.path.rglob("*.parquet")}
    summary = starter.reduce(statements, found)
    assert summary.statements == len(starter.rows) and summary.within_after == 0 < summary.within_before
    assert {path: path.stat().st_mtime_ns for path in starter.output.path.rglob("*.parquet")} == before
