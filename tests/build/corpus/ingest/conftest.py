from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import polars as pl
import pytest

from axiometer.build.corpus.ingest import IngestOptions, check_sources, ingest
from axiometer.records.corpus_rows import Text
from axiometer.records.schemas import to_rows
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate

Task = TypeVar("Task")
Result = TypeVar("Result")


class Here(Runner):
    """Runs tasks in this process, one after another; counts them."""

    def __init__(self) -> None:
        self.tasks = 0

    @property
    def name(self) -> str:
        return "here"

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        for task in tasks:
            self.tasks += 1
            yield function(task)

    def close(self) -> None:
        return

    def __exit__(self, *_: object) -> None:
        return


@dataclass(frozen=True)
class Ingested:
    """What came of it, read back from the disk."""

    folder: StageFolder
    tasks: int

    @property
    def texts(self) -> list[Text]:
        return [row for part in self.folder.parts() for row in to_rows(self.folder.rows_of(part.name), Text)]

    @property
    def fates(self) -> list[Fate]:
        return [row for part in self.folder.parts() for row in to_rows(self.folder.fates_of(part.name), Fate)]

    @property
    def words(self) -> list[str]:
        return [text.text for text in self.texts]

    @property
    def ends(self) -> list[str]:
        """For each source row: kept, or why not."""
        return [str(fate.reason or fate.error or fate.status) for fate in self.fates]

    @property
    def bytes(self) -> dict[str, bytes]:
        files = sorted(self.folder.path.rglob("*.parquet"))
        return {str(file.relative_to(self.folder.path)): file.read_bytes() for file in files}


Ingest = Callable[..., Ingested]


@pytest.fixture
def run(tmp_path: Path) -> Ingest:
    """Ingests files into `folder` below the test's own."""

    def ingested(*paths: Path | str, folder: str = "out", runner: Runner | None = None, **options: object) -> Ingested:
        chosen = runner or Here()
        stage = StageFolder(tmp_path / folder)
        wanted = IngestOptions(**options)  # type: ignore[arg-type]
        ingest(check_sources(list(paths), wanted), wanted, stage, chosen, Silent())
        found = Ingested(stage, getattr(chosen, "tasks", 0))
        assert found.folder.account().rows == len(found.fates)
        outputs = [output for fate in found.fates for output in fate.outputs]
        assert outputs == [text.id for text in found.texts]
        assert len(set(outputs)) == len(outputs)
        assert len({fate.id for fate in found.fates}) == len(found.fates)
        return found

    return ingested


def frame(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame(columns)
