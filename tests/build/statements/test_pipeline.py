"""`build statements` on the starter news: what is planted comes out, and nothing is lost on the way. Of one nation
always; of all five where slow tests run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from tests.build.corpus.ingest.conftest import Here

from axiometer.build.statements.options import StatementOptions, StatementsFolder
from axiometer.build.statements.pipeline import run_statements
from axiometer.build.statements.plan import plan_statements
from axiometer.build.statements.publish import StatementsSummary
from axiometer.build.statements.recovery.table import ALL, Recovered
from axiometer.build.statements.recovery.truth import Truth
from axiometer.build.statements.reduction.options import ReductionOptions
from axiometer.build.statements.status import passages
from axiometer.errors import InputError, SpecificationChanged
from axiometer.models.registry import open_model
from axiometer.records.corpus_rows import Statement, Triple
from axiometer.records.importers.navab_fields import CONSTRUCTED
from axiometer.records.rows import Item
from axiometer.records.tables import read_rows
from axiometer.runtime import Limits
from axiometer.runtime.respondent import Respondent
from axiometer.starter.news import NATIONS, load_news

EXTRACTOR = "sim/extractor"


@dataclass(frozen=True, slots=True)
class Run:
    folder: StatementsFolder
    cache: Path
    starter: str
    summary: StatementsSummary

    @property
    def nations(self) -> tuple[str, ...]:
        return NATIONS if self.starter == "all" else (self.starter,)

    def again(self, **options: object) -> StatementsSummary:
        return run(self.folder.path, self.cache, starter=self.starter, **options)

    def recovered(self, what: str, nation: str | None = None) -> Recovered:
        wanted = nation or (self.starter if len(self.nations) == 1 else ALL)
        return next(row for row in self.summary.recovered if (row.what, row.nation) == (what, wanted))

    def statements(self) -> list[Statement]:
        return list(read_rows(self.folder.tables / "statements.parquet", Statement))


def run(folder: Path, cache: Path, *paths: str, **options: object) -> StatementsSummary:
    chosen = StatementOptions.of(**options)  # type: ignore[arg-type]
    plan = plan_statements(paths, chosen, Respondent(open_model(EXTRACTOR), Limits()))
    return run_statements(plan, folder, cache, Here())


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


@pytest.fixture(scope="module", params=["us", pytest.param("all", marks=pytest.mark.slow)])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Run:
    """The starter news, worked once for all tests here."""
    folder = tmp_path_factory.mktemp("work") / "made"
    return Run(StatementsFolder(folder), cache, request.param, run(folder, cache, starter=request.param))


def test_every_planted_conflict_is_found_and_none_is_invented(made: Run) -> None:
    for nation in made.nations:
        found = made.recovered("conflicts", nation)
        assert found.planted and found.planted > 20 and found.recall == 1.0
        assert made.recovered("judged pairs that conflict", nation).precision == 1.0
    over_time = made.recovered("conflicts over time")
    assert over_time.planted and over_time.planted > 10 and over_time.recall == 1.0


def test_no_statement_without_a_planted_conflict_is_removed_and_look_alikes_stay_apart(made: Run) -> None:
    removed = made.recovered("removed statements that are in a conflict")
    assert removed.found == removed.right
    assert made.recovered("look-alike issues joined").found == 0
    assert made.recovered("pairs on one issue").precision == 1.0
    assert made.summary.reduction.within_before > 20 and made.summary.reduction.within_after == 0


def test_no_position_holds_both_stances_of_a_planted_issue(made: Run) -> None:
    truth = Truth.of(made.folder, made.nations)
    stances: dict[tuple[str, str | None], set[int]] = {}
    for statement in made.statements():
        matched = truth.match(statement)
        if matched is not None and matched.planted is not None:
            key = f"{matched.news.nation} {matched.planted.issue}", statement.position
            stances.setdefault(key, set()).add(matched.planted.stance)
    assert len(stances) > 25 and all(len(both) == 1 for both in stances.values())
    assert all(position is not None for _, position in stances)


def test_the_steps_recover_what_is_planted_but_for_the_faults_of_the_simulated_model(made: Run) -> None:
    least = {
        "copies": (1.0, 1.0),
        "texts by topic": (0.85, 0.6),
        "texts with values kept": (0.9, 0.97),
        "statements": (0.97, 0.94),
        "positions kept": (0.97, 0.95),
        "facts dropped": (0.75, 0.9),
        "government": (0.85, 0.9),
        "outlet": (0.9, 0.85),
        "quoted": (0.95, 0.8),
        "reverses as planted": (0.97, 0.97),
        "statements that became items": (0.97, 0.6),
    }
    for what, (precision, recall) in least.items():
        found = made.recovered(what)
        assert (found.precision or 0) >= precision and (found.recall or 0) >= recall, found
    doubted = made.recovered("wrong and flagged")
    assert doubted.recall is not None and doubted.recall >= 0.8, "wrong attributions that nobody would look at"
    written = pl.read_parquet(made.folder.tables / "recovery.parquet")
    assert written["nation"].unique().sort().to_list() == sorted(
        {*made.nations, *([ALL] if len(made.nations) > 1 else [])}
    )


def test_every_row_is_accounted_for_from_texts_to_items(made: Run) -> None:
    steps = {step.step: step for step in made.summary.steps}
    assert [*steps] == ["ingest", *(passage.name for passage in passages(made.folder))]
    for step in made.summary.steps:
        account = step.account
        assert account.kept + sum(account.dropped.values()) + sum(account.failed.values()) == account.rows
        assert step.waiting == 0
    for passage in passages(made.folder):
        assert steps[passage.name].account.rows == sum(part.rows for part in made.folder.stage(passage.before).parts())
    rejects = read_rejects(made.folder.path)
    assert rejects.height == sum(made.summary.lost.values()) and rejects["reason"].null_count() == 0
    assert (rejects["step"] == "prepare").sum() == made.recovered("copies").planted and made.summary.unsupported
    said = json.loads(made.folder.summary.read_text(encoding="utf-8"))
    assert said["policy"] == "split" and len(said["recovered"]) == len(made.summary.recovered)


def test_an_item_says_whose_view_it_gives_and_that_nobody_said_the_reverse(made: Run) -> None:
    items = list(read_rows(made.folder.items, Item))
    triples = {row.id: row for row in read_rows(made.folder.tables / "triples.parquet", Triple)}
    statements = {row.id: row for row in made.statements()}
    assert len(items) == made.summary.items == len(triples) > 50
    for item in items:
        triple, statement = triples[item.parent_ids[0]], statements[item.parent_ids[1]]
        assert item.prompt == triple.question and item.meta["constructed"] == CONSTRUCTED
        assert [option.text for option in item.options] == [triple.shown, triple.reversed_text]
        assert [option.expresses[0].polarity for option in item.options] == [1, -1]
        assert {option.expresses[0].target for option in item.options} == {statement.position}
        assert statement.issue_group in item.clusters and item.meta["attribution"] == statement.attribution
        assert statement.speaker is None or statement.speaker not in item.prompt + triple.shown + triple.reversed_text


def test_the_same_command_asks_nothing_and_writes_the_same(made: Run) -> None:
    before = {path: path.read_bytes() for path in tables_of(made.folder)}
    again = made.again()
    assert again.calls == 0 and len(before) > 10
    assert {path: path.read_bytes() for path in tables_of(made.folder)} == before
    with pytest.raises(SpecificationChanged, match="seed"):
        made.again(seed=1)


def tables_of(folder: StatementsFolder) -> list[Path]:
    return [*sorted(folder.tables.glob("*.parquet")), folder.items, folder.rejects, folder.screen]


def test_copies_have_no_vote_where_the_dominant_stance_is_kept(made: Run, tmp_path: Path) -> None:
    folder = tmp_path / "dominant"
    shutil.copytree(made.folder.path, folder)
    dominant = ReductionOptions.of(policy="dominant")
    summary = run(folder, made.cache, starter=made.starter, reduction=dominant)
    asked = {step.step: step.account.calls for step in summary.steps}
    assert summary.calls < asked["reverse"] / 2, "verdicts stay; only statements that stay now are reversed anew"
    truth, kept = Truth.of(StatementsFolder(folder), made.nations), dict[tuple[str, str], set[int]]()
    for statement in read_rows(folder / "tables" / "statements.parquet", Statement):
        matched = truth.match(statement)
        if matched is not None and matched.planted is not None:
            kept.setdefault((matched.news.nation, matched.planted.issue), set()).add(matched.planted.stance)
    turned_by_copies = 0
    for nation in made.nations:
        news = load_news(nation)
        for name, sums in votes(nation).items():
            found = kept.get((nation, name), set())
            if sums["with copies"] != sums["without"] and sums["with copies"] * sums["without"] <= 0:
                turned_by_copies += 1
                assert found <= {news.issues[name].dominant}, f"copies outvoted in {name}"
            assert len(found) <= 1, f"both stances on {name}"
    assert turned_by_copies >= 1, "the starter news have such an issue"


def votes(nation: str) -> Mapping[str, dict[str, int]]:
    """The stances of texts on each planted issue that is disputed, with and without copies."""
    found: dict[str, dict[str, int]] = {}
    for text in load_news(nation).texts:
        for issue, stance in {(said.issue, said.stance) for said in text.statements}:
            sums = found.setdefault(issue, {"with copies": 0, "without": 0})
            sums["with copies"] += stance
            sums["without"] += stance if text.copy_of is None else 0
    return found


def test_what_a_person_decides_on_a_subject_holds(made: Run, tmp_path: Path) -> None:
    folder = tmp_path / "edited"
    shutil.copytree(made.folder.path, folder)
    screen = folder / "screen.yaml"
    before = screen.read_text(encoding="utf-8")
    kept = before.index("keep: true")
    screen.write_text(before[:kept] + "keep: false" + before[kept + len("keep: true") :], encoding="utf-8")
    summary = run(folder, made.cache, starter=made.starter)
    assert len(summary.by_people) == 1 and summary.texts == made.summary.texts
    rejects = read_rejects(folder).filter(pl.col("step") == "screen")
    assert rejects["note"].str.contains("decided by a person").any()
    screen.write_text("subjects: [", encoding="utf-8")
    with pytest.raises(InputError, match=r"screen\.yaml"):
        run(folder, made.cache, starter=made.starter)


def test_texts_of_a_user_become_items_of_their_nation(tmp_path: Path, cache: Path) -> None:
    rows = [
        {"text": own_text(number), "outlet": f"Paper {number % 4}", "date": f"2024-0{number % 8 + 1}-01"}
        for number in range(24)
    ]
    path = tmp_path / "texts.csv"
    pl.DataFrame(rows).write_csv(path)
    summary = run(tmp_path / "own", cache, str(path), nations=["Ruritania"])
    assert summary.texts == 24 and summary.items > 0 and not summary.recovered
    items = list(read_rows(tmp_path / "own" / "items.parquet", Item))
    assert all(position.startswith("ruritania") for position in summary.positions)
    assert {item.meta["nation"] for item in items} == {"ruritania"}
    assert {item.meta["outlet"] for item in items} <= {f"Paper {number}" for number in range(4)}


def read_rejects(folder: Path) -> pl.DataFrame:
    return pl.read_csv(folder / "rejects.csv", infer_schema=False)


SUBJECTS = ("the harbour toll", "the night trains", "school meals", "the river park", "town archives", "the tram depot")


def own_text(number: int) -> str:
    subject = SUBJECTS[number % len(SUBJECTS)]
    council = (
        f"Council member number {number} spoke for {number + 3} minutes about {subject} at the {number}th session."
    )
    ought = (
        f"The town should {('keep', 'extend', 'protect', 'reopen')[number // len(SUBJECTS)]} {subject} without delay."
    )
    return (
        f"{council} {ought} The session closed at {number % 12 + 1} o'clock, and the minutes were sent to all offices."
    )


def test_where_no_text_is_of_the_nation_the_reason_is_told(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "texts.jsonl"
    pl.DataFrame([{"nation": "us", "text": own_text(1)}]).write_ndjson(path)
    with pytest.raises(InputError, match="no text is left: of another nation"):
        run(tmp_path / "own", cache, str(path), nations=["uk"])


@pytest.mark.slow
def test_more_texts_are_the_same_work_grown(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "texts.csv"
    for count, name in ((4, "grown"), (30, "grown"), (30, "fresh"), (12, "grown")):
        some = load_news("uk").texts[:count]
        rows = [{"text": text.text, "outlet": text.outlet, "date": text.date.isoformat()} for text in some]
        pl.DataFrame(rows).write_csv(path)
        summary = run(tmp_path / name, cache, str(path), nations=["uk"])
        assert summary.texts == count and summary.items > 0
        if name == "fresh":
            assert summary.calls == 0, "its neighbour has every answer"
            folders = (StatementsFolder(tmp_path / "grown"), StatementsFolder(tmp_path / "fresh"))
            grown, fresh = ([path.read_bytes() for path in tables_of(folder)] for folder in folders)
            assert grown == fresh and len(grown) > 10
