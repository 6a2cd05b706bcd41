"""The whole account of a run on the starter news."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from axiometer.build.statements.options import PREPARE, StatementsFolder
from axiometer.build.statements.recovery import recovering
from axiometer.build.statements.recovery.table import Recovered, frame, with_totals
from axiometer.build.statements.recovery.truth import Truth
from axiometer.records.tables import write_parquet

RECOVERY_FILE: Final = "recovery.parquet"


def recover(folder: StatementsFolder, nations: Sequence[str], tables: Path) -> list[Recovered]:
    """What every step recovered of the starter news of these nations; written to `tables/recovery.parquet`, too."""
    truth = Truth.of(folder, nations)
    rows = with_totals(_all(truth))
    write_parquet(frame(rows), tables / RECOVERY_FILE)
    return rows


def _all(truth: Truth) -> Iterator[Recovered]:
    for news in truth.news():
        yield from recovering.copies(truth, news)
        yield from recovering.extraction(truth, news, PREPARE, "extract")
        yield from recovering.positions(truth, news, "extract", "value-or-fact")
        yield from recovering.attributions(truth, news, "attribute")
