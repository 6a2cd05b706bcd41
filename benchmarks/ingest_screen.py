"""Synthetic texts through `ingest` and a simulated `screen`: rate, linearity and memory of all processes.

`python -m benchmarks ingest-screen` runs it whole; `python -m benchmarks.ingest_screen 10000 30000` with other numbers.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ingest import INGEST, SIZES, account_of, measured, write_texts

SMALL = (5_000, 15_000)

SCREEN = """
import asyncio, sys
from pathlib import Path
from axiometer.build.corpus.ingest import IngestOptions
from axiometer.build.corpus.options import CorpusOptions
from axiometer.build.corpus.plan import plan_corpus
from axiometer.models.registry import open_model
from axiometer.records.corpus_rows import Text
from axiometer.runtime import Journal, Limits, Tally
from axiometer.runtime.progress import Silent
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.calling import Asking, InputPart
from axiometer.runtime.stages.parts import StageFolder

respondent = Respondent(open_model("sim/rulewriter"), Limits())
options = CorpusOptions(framework="core-socialist-values", ingest=IngestOptions())
plan = plan_corpus([sys.argv[1]], options, respondent, {})
texts, output = StageFolder(Path(sys.argv[2]) / "ingest"), StageFolder(Path(sys.argv[2]) / "screen")
inputs = [InputPart(part.name, texts, Text) for part in texts.parts()]

async def screen():
    journal = Journal(Path(sys.argv[2]) / "journal", [])
    await Asking(plan.steps[0].stage, respondent, inputs, output, journal, Silent(), Tally("screen")).run()
    journal.close()

asyncio.run(screen())
"""


def ingest_screen(sizes: tuple[int, ...] = SIZES, small: bool = False) -> None:
    """Prints a table: ingest, then screen, for each number of texts."""
    print("\n# ingest and screen (sim/rulewriter) of synthetic texts, local runner\n")
    print(f"{'texts':>10} {'step':>8} {'seconds':>8} {'texts/s':>8} {'CPU s':>7} {'peak MiB':>9} {'kept':>9}")
    for count in SMALL if small else sizes:
        with TemporaryDirectory() as name:
            texts, output = Path(name) / "texts", Path(name) / "out"
            write_texts(texts, count)
            for step, program, place in (("ingest", INGEST, output / "ingest"), ("screen", SCREEN, output)):
                taken = measured(program, texts, place)
                kept, _ = account_of(output / step)
                figures = (
                    f"{taken.wall:>8.1f} {count / taken.wall:>8.0f} {taken.cpu:>7.0f} {taken.memory:>9.0f} {kept:>9}"
                )
                print(f"{count:>10} {step:>8} {figures}", flush=True)


if __name__ == "__main__":
    ingest_screen(tuple(map(int, sys.argv[1:])) or SIZES)
