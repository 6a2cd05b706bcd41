"""Scores of all texts as parts: read in order, scored by the workers, written; resumed where it stopped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.errors import InputError
from axiometer.expression.folder import Opened
from axiometer.expression.polarity.texts import reader_digest
from axiometer.expression.scoring.batch import Named, ScoreTask, score_rows
from axiometer.expression.scoring.options import ScoreOptions
from axiometer.expression.scoring.summary import ScoreSummary, summarise
from axiometer.records.ids import content_id
from axiometer.records.tables import write_text
from axiometer.records.texts.sources import Sources, check_sources, estimate_rows
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Progress, Tally
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.stretches import Stretches

NAME: Final = "score"
REQUEST: Final = "request.json"
SUMMARY: Final = "scores.json"
_CHARACTERS: Final = 4_000_000  # of a part, which is small for documents


def score_texts(
    opened: Opened,
    named: str,
    texts: Sequence[str | Path],
    output: Path,
    options: ScoreOptions,
    runner: Runner,
    progress: Progress,
    *,
    framework: str | None = None,
    mapping: Path | None = None,
) -> ScoreSummary:
    """Writes the scores of `texts` (files, folders, globs) under `output`: `rows/*.parquet` in the order of the texts,
    `fates/*.parquet` with what became of every row, `scores.json` with the account.

    opened: the classifier, which workers open again as `named` (with `framework` and `mapping`). The same call goes on
    where an earlier one stopped, also after kill -9; the files do not depend on interruptions, nor on the runner.
    Raises `InputError` where there are no texts, where `output` holds scores of another classifier or other options,
    or lies among the texts.
    """
    sources = check_sources(list(texts), options, rules_apart=False)
    _check_place(texts, output)
    with only_process(output):
        identity = content_id(opened.classifier.identity)
        settings = {**options.fingerprint, "classifier": identity}
        if options.polarity:
            settings["stances"] = reader_digest()
        _check_request(output, settings)
        plan = Stretches(NAME, sources, settings, options.part_size, _CHARACTERS, options.limit)
        folder = StageFolder(output)
        where = Named(named, framework, None if mapping is None else str(mapping), identity)
        _score(plan, folder, _Work(sources, where, options), runner, progress)
        summary = summarise(opened, folder, options, sources.skipped)
        write_text(json.dumps(summary.as_json(), ensure_ascii=False, indent=2) + "\n", output / SUMMARY)
    return summary


@dataclass(frozen=True, slots=True)
class _Work:
    """What the tasks of one call share."""

    sources: Sources
    named: Named
    options: ScoreOptions


def _score(plan: Stretches, folder: StageFolder, work: _Work, runner: Runner, progress: Progress) -> None:
    done = plan.still_right(folder)
    last = done[-1] if done else None
    tally = Tally(NAME, total=estimate_rows(work.sources, work.options), done=last.total if last else 0)
    tally.done_before = tally.done
    progress.show(tally)
    if last is not None and last.final:
        return
    tasks = (ScoreTask(each.end, each.rows, work.named, work.options) for each in plan.after(last))
    for scored in runner.map(score_rows, tasks):
        folder.write(scored.end.name, scored.rows, scored.fates, plan.signature(scored.end), scored.end.extra)
        tally.done = scored.end.total
        progress.show(tally)


def _check_place(texts: Sequence[str | Path], output: Path) -> None:
    """Scores among the texts would be read as texts the next time."""
    for each in texts:
        if Path(each).is_dir() and output.resolve().is_relative_to(Path(each).resolve()):
            raise InputError("lies among the texts", file=output, mend="give a folder elsewhere with -o")


def _check_request(output: Path, settings: dict[str, object]) -> None:
    """Notes what the folder holds scores of; raises `InputError` where that is something else already."""
    file = output / REQUEST
    said = json.dumps(settings, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if file.exists():
        if file.read_text(encoding="utf-8") != said:
            raise InputError(
                "holds scores of another classifier, or with other options",
                file=output,
                mend="give another name with -o",
            )
        return
    others = [each.name for each in output.iterdir() if not each.name.startswith(".")]
    if others:
        raise InputError("exists already", file=output, mend="give another name with -o")
    write_text(said, file)
