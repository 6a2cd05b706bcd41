"""Labels that come from a project into its run correct the judge's share without bias: drawn with known chances, shared
out, partly missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from axiometer import measure
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.coded.statements import statements_of
from axiometer.analyze.correction.judged import judged_answers
from axiometer.analyze.estimates.corpora import corrected_share
from axiometer.analyze.options import AnalysisOptions
from axiometer.annotate.exporting import export_into
from axiometer.annotate.project import Project
from axiometer.annotate.starting import Wanted, numbered, start_project
from axiometer.annotate.store import Entry
from axiometer.annotate.tasks import load_task
from axiometer.measure import Design, MeasureOptions, Respondent
from axiometer.measure.labels import read_run_labels
from axiometer.measure.reading import open_run, read_free_answers
from axiometer.models.draws import uniform
from axiometer.models.registry import open_model
from axiometer.records import Item, Mode
from axiometer.records.tables import write_rows

from .test_sheets import statement

RUNS = 50
SIDES = {"en": 0.8, "de": 0.3}  # how often people say the first side: the strata differ, and so do their chances


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers of one respondent to 240 statements in English and 60 in German."""
    folder = tmp_path_factory.mktemp("correcting")
    items = [statement(number, lang) for lang, many in (("en", 240), ("de", 60)) for number in range(many)]
    write_rows(items, Item, folder / "items.parquet")
    judge = MeasureOptions(judge=Respondent(open_model("sim/judge")))
    measure(folder / "items.parquet", ["sim/balanced"], folder / "run", design=Design(mode=Mode.JUDGED), options=judge)
    return folder / "run"


def true_side(subject: str, lang: str) -> str:
    return "0" if uniform("truth", subject) < SIDES[lang] else "1"


def label(project: Project, seed: int) -> None:
    """Everybody says the truth; the second rater skips a fifth, the third never comes back after a third."""
    entries: dict[str, list[Entry]] = {}
    for number, (rater, rows) in enumerate(project.assignments.items()):
        for row in rows[: len(rows) // 3] if number == 2 else rows:
            unit = project.units[row.unit]
            skipped = number == 1 and uniform("skip", seed, unit.id) < 0.2
            value = unit.expected or true_side(unit.subject, unit.lang)
            entries.setdefault(rater, []).append(Entry(unit.id, None if skipped else value))
    with project.store() as store:
        store.record_all(entries, "test")


def test_the_corrected_share_is_unbiased_and_its_interval_holds_the_truth(run: Path, tmp_path: Path) -> None:
    free = read_free_answers(run).filter(pl.col("outcome").is_in(["chosen", "refused"]))
    truth = float(np.mean([true_side(subject, lang) == "0" for subject, lang in free.select("id", "lang").iter_rows()]))
    read, options = open_run(run), AnalysisOptions(resamples=100)
    catalogue = catalogue_of(read.items, read.frameworks)
    part = statements_of(presentations_of(read.answers, catalogue), catalogue)[0]
    (level,) = part.levels(options)
    found, unweighted, held = [], [], 0
    for seed in range(RUNS):
        wanted = Wanted(numbered(3), per_rater=50, overlap=0.3, seed=seed)
        project = start_project(load_task("judge"), run, tmp_path / str(seed), wanted).project
        label(project, seed)
        export_into(project, run)
        labels = read_run_labels(run)
        for file in (run / "labels").glob("*.parquet"):
            file.unlink()
        share = corrected_share(
            judged_answers(part.everyone[0], part.catalogue, level, labels), 0, part.catalogue, options
        )
        assert share.estimate is not None and share.low is not None and share.high is not None
        found.append(share.estimate)
        held += share.low <= truth <= share.high
        unweighted.append(float((labels.unique("subject")["value"] == "0").mean() or 0.0))
    error = np.std(found, ddof=1) / np.sqrt(RUNS)
    assert abs(np.mean(found) - truth) < 4 * error and error < 0.01
    assert abs(np.mean(unweighted) - truth) > 0.1  # what labels say where nobody knows how likely each was
    assert held >= 0.86 * RUNS
