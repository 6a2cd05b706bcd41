"""How the end of `axiometer build statements` is told: the account, the issues in dispute, what was recovered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from axiometer.cli.accounts import say_accounts
from axiometer.cli.blind import say_style
from axiometer.cli.console import say, say_table
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.statements.publish import StatementsSummary
    from axiometer.build.statements.recovery.table import Recovered

ALL: Final = "all"  # as `recovery.table` has it
_SHOWN: Final = 10  # issues
_SPLIT: Final = "split by "


def say_made(summary: StatementsSummary) -> None:
    """All of it, for a person."""
    say_accounts(summary.steps)
    _say_unsupported(summary)
    _say_issues(summary)
    if summary.recovered:
        _say_recovered(summary.recovered)
    said = "items: {items}, of {statements} statements in {texts} texts, in {file}"
    counts = {"items": summary.items, "statements": summary.statements, "texts": summary.texts}
    say(t(said, **counts, file=summary.folder / "items.parquet"))
    style = summary.style
    say_style(each for each in style.accuracies if each.lang == ALL)
    if style.judged:
        said = "style alone tells {solved} of {judged} statements from their reverse (marked), {mistaken} the wrong way"
        say(t(said, solved=style.solved, judged=style.judged, mistaken=style.mistaken))
    if summary.weighed:
        said = "reverses that contradict their statement by the model that computes, in both directions: {n} of {all}"
        say(t(said, n=summary.confirmed, all=summary.weighed))
    say(t("The reverses are constructed: nobody said them."))
    say(t("calls made now: {calls}; answers from the journal: {hits}", calls=summary.calls, hits=summary.hits))
    if summary.retry:
        say(t("{n} calls failed: the same command asks them again", n=summary.retry))
    if summary.by_people:
        say(t("subjects decided by people: {n}", n=len(summary.by_people)))
    _say_places(summary)
    screen = summary.folder / "screen.yaml"
    if summary.gone:
        said = "decisions on subjects that no text has now: {n}, kept at the end of {file}"
        say(t(said, n=len(summary.gone), file=screen))
    if screen.exists():
        say(t("Which subjects are read: look at {file}, change it, and give the same command again.", file=screen))
    if not summary.items:
        said = "No item was made. Look at {file}: it says what was lost and why."
        say(t(said, file=summary.folder / "rejects.csv"))
        return
    say(t("Read some of them, then: axiometer measure {folder} -m PROVIDER/NAME -o runs/NAME", folder=summary.folder))


def _say_places(summary: StatementsSummary) -> None:
    """Where sources disagree, they are told apart by outlet and date alone."""
    if summary.no_outlet or summary.no_date:
        said = "texts that name no outlet: {outlet}; that have no date which begins with its year: {date}"
        say(t(said, outlet=summary.no_outlet, date=summary.no_date))


def _say_unsupported(summary: StatementsSummary) -> None:
    if summary.unsupported:
        rows = [[t(reason), count] for reason, count in summary.unsupported.items()]
        say_table(["why the text does not support a statement that was given", "n"], rows)


def _say_issues(summary: StatementsSummary) -> None:
    """What the sources of a nation disagree on: a finding."""
    import polars as pl

    from axiometer.build.statements.reduction.publish import ISSUES

    found = summary.reduction
    columns = ["nation", "question", "yes_sources", "no_sources", "when", "resolution", "removed"]
    disputed = pl.read_parquet(summary.folder / "tables" / ISSUES).filter("disputed")
    shown = disputed.with_columns(sources=pl.col("yes_sources") + pl.col("no_sources"))
    shown = shown.sort("sources", "nation", "question", descending=[True, False, False]).head(_SHOWN)
    if shown.height:
        say_table(
            ["nation", "issue", "sources for yes", "sources for no", "when", "resolution", "removed"],
            [_translated(row) for row in shown.select(columns).iter_rows()],
            title=t(
                "What sources of a nation disagree on ({shown} of {all} issues)",
                shown=shown.height,
                all=disputed.height,
            ),
        )
    said = "conflicts within one position: {before} before, {after} after; statements removed: {removed}"
    say(t(said, before=found.within_before, after=found.within_after, removed=sum(found.removed.values())))


def _translated(row: Sequence[object]) -> list[object]:
    nation, question, yes, no, when, resolution, removed = row
    return [nation, question, yes, no, None if when is None else t(str(when)), _resolution(str(resolution)), removed]


def _resolution(said: str) -> str:
    """How an issue was resolved, in the user's language; an issue may be split in several ways."""
    ways = said.removeprefix(_SPLIT)
    return t(said) if ways == said else t("split by {way}", way=", ".join(t(way) for way in ways.split(", ")))


def _say_recovered(rows: Sequence[Recovered]) -> None:
    """Precision and recall of every step: of all nations together, then of each by itself where there are several."""
    nations = list(dict.fromkeys(row.nation for row in rows))
    whole = ALL if ALL in nations else nations[0]
    columns = ["step", "what", "planted", "found", "right", "precision", "recall"]
    listed = [[row.step, t(row.what), *row.row()[3:]] for row in rows if row.nation == whole]
    say_table(columns, listed, title=t("What is planted in the starter news, and what each step found of it"))
    if whole != ALL:
        return
    by = {(row.step, row.what, row.nation): row for row in rows}
    alone = [name for name in nations if name != ALL]
    shares = [
        [step, t(what), *(_both(by.get((step, what, nation))) for nation in alone)]
        for step, what in dict.fromkeys((row.step, row.what) for row in rows if row.planted is not None)
    ]
    say_table(["step", "what", *alone], shares, title=t("Precision and recall of each nation"))


def _both(row: Recovered | None) -> str:
    if row is None:
        return "-"
    return " ".join("-" if share is None else f"{share:.2f}" for share in (row.precision, row.recall))
