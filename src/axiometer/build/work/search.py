"""Near-duplicates among the rules of one language: embedded, compared in blocks, the best kept."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from axiometer.records.ids import content_id
from axiometer.runtime.progress import Progress, Tally
from axiometer.runtime.runners import Runner

if TYPE_CHECKING:
    from axiometer.similarity.duplicates import Kept
    from axiometer.similarity.pairs import Pairs
    from axiometer.similarity.vectors import Vectors

Task = TypeVar("Task")
Result = TypeVar("Result")

ON_RUNNER = 20_000
"""From this many rules on blocks are work for the runner and their results are kept until all is done; fewer are
compared in this process in a second or two."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search for near-duplicates needs. `cache`: vectors, kept for good; `work`: blocks, kept until the end.
    `name`: what progress calls it."""

    embedder: str
    threshold: float
    cache: Path
    runner: Runner
    progress: Progress
    name: str = "dedup"

    @property
    def work(self) -> Path:
        return self.cache / "blocks"

    def keep(self, texts: Sequence[str], existing: Sequence[str]) -> Kept:
        """Which of `texts` (best first) stay beside `existing`, which all stay and come first in the result."""
        import numpy as np

        from axiometer.similarity.duplicates import keep_best
        from axiometer.similarity.pairs import joined

        held = len(existing)
        found = [self._above(texts)]
        there, new = np.arange(held), np.arange(held, held + len(texts))
        parts = [found[0].renamed(new, new)]
        if existing:
            parts.append(self._between(existing, texts).renamed(there, new))
        fixed = np.arange(held + len(texts)) < held
        return keep_best(held + len(texts), joined(parts).arranged(), np.arange(held + len(texts)), fixed)

    def clear(self) -> None:
        """Takes away what is of no use any more when all rules are settled."""
        shutil.rmtree(self.work, ignore_errors=True)

    def _above(self, texts: Sequence[str]) -> Pairs:
        from axiometer.similarity.kernel import pairs_above, pairs_above_on

        if len(texts) < ON_RUNNER:
            return pairs_above(self.vectors(texts), self.threshold)
        folder = self.work / content_id("blocks", self.embedder, list(texts))
        vectors = self.vectors(texts, folder / "rows.npy")
        watched = self._watched("compare")
        return pairs_above_on(watched, vectors, self.threshold, folder)

    def _between(self, existing: Sequence[str], texts: Sequence[str]) -> Pairs:
        from axiometer.similarity.kernel import pairs_between

        return pairs_between(self.vectors(existing), self.vectors(texts), self.threshold)

    def vectors(self, texts: Sequence[str], output: Path | None = None) -> Vectors:
        """A unit row per text. What the cache lacks is embedded, by the runner where it takes long.

        A service is asked from this process: its limits are one process's to keep.
        """
        from axiometer.similarity.cache import TEXTS_PER_PART, embedded
        from axiometer.similarity.embedders import DEFAULT_EMBEDDER

        watched = self._watched("embed")
        if self.embedder != DEFAULT_EMBEDDER or len(texts) <= TEXTS_PER_PART:
            watched = watched.here()
        return embedded(texts, self.embedder, self.cache, map_tasks=watched, output=output)

    def _watched(self, step: str) -> Watched:
        return Watched(self.runner, Tally(f"{self.name}: {step}"), self.progress)


@dataclass(frozen=True, slots=True)
class Watched:
    """Work on a runner, or in this process, that is counted as it is done: texts embedded, blocks compared."""

    runner: Runner | None
    tally: Tally
    progress: Progress

    def here(self) -> Watched:
        return Watched(None, self.tally, self.progress)

    def __call__(self, function: Callable[[Task], Result], tasks: Iterable[Task], /) -> Iterator[Result]:
        sizes = deque[int]()

        def noted() -> Iterator[Task]:
            for task in tasks:
                texts = getattr(task, "texts", None)
                sizes.append(1 if texts is None else len(texts))
                yield task

        results = map(function, noted()) if self.runner is None else self.runner.map(function, noted())
        for result in results:
            self.tally.done += sizes.popleft()
            self.progress.show(self.tally)
            yield result
        self.tally.total = self.tally.done
        if self.tally.done:
            self.progress.show(self.tally)
