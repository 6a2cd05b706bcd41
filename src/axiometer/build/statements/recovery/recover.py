"""The whole account of a run on the starter news."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from axiometer.build.statements.options import ATTRIBUTE, EXTRACT, POSITIONS, REDUCE, StatementsFolder
from axiometer.build.statements.recovery import grouping, recovering
from axiometer.build.statements.recovery.conflicts import conflicts
from axiometer.build.statements.recovery.table import Recovered, frame, with_totals
from axiometer.build.statements.recovery.truth import Truth
from axiometer.build.statements.screening import APPLIED
from axiometer.build.statements.subjects import FOUND
from axiometer.build.statements.tagging.asking import TAG
from axiometer.build.statements.triples.rows import CHECK
from axiometer.records.tables import write_parquet

RECOVERY_FILE: Final = "recovery.parquet"


def recover(folder: StatementsFolder, nations: Sequence[str], tables: Path) -> list[Recovered]:
    """What every step recovered of the starter news of these nations; written to `tables/recovery.parquet`, too."""
    truth = Truth.of(folder, nations)
    rows = with_totals(_all(truth))
    write_parquet(frame(rows), tables / RECOVERY_FILE)
    return rows


def _all(truth: Truth) -> Iterator[Recovered]:
    reduced = truth.matched(REDUCE)
    for news in truth.news():
        yield from recovering.copies(truth, news)
        yield from grouping.topics(truth, news, FOUND)
        yield from grouping.topics(truth, news, TAG)
        yield from grouping.screened(truth, news, TAG, APPLIED)
        yield from recovering.extraction(truth, news, APPLIED, EXTRACT)
        yield from recovering.positions(truth, news, EXTRACT, POSITIONS)
        yield from recovering.attributions(truth, news, ATTRIBUTE)
        yield from grouping.issues([each for each in reduced if each.news is news], news, REDUCE)
        yield from conflicts(truth, news, ATTRIBUTE, REDUCE)
        yield from grouping.triples(truth, news, CHECK)
        yield recovering.overall(truth, news, CHECK)
