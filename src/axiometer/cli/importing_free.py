"""`axiometer import` of recorded free answers: a run that can be profiled like any other, and the account of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from axiometer.cli.console import say, say_json, say_table
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.records.importers import Imported
    from axiometer.records.rows import FreeAnswer, Item

SHOWN = 10


def import_free_answers(imported: Imported, output: Path, framework: str | None, *, as_json: bool) -> None:
    """Writes the run `output` and says what is in it, row by row where something is not."""
    from axiometer.measure.recorded import write_recorded_free
    from axiometer.records.importers import write_rejects

    own = [Path(framework)] if framework is not None and Path(framework).is_file() else []
    read = write_recorded_free(imported.items, imported.free_answers, output, frameworks=own)
    rejects = output / "rejects.csv"
    if imported.rejected:
        write_rejects(imported.rejected, rejects)
    models = _by_model(imported.items, read)
    if as_json:
        say_json(
            {
                "run": str(output),
                "rows": imported.source_rows,
                "imported": len(imported.items),
                "rejected": len(imported.rejected),
                "answers": len(read),
                "models": models,
                "notes": list(imported.notes),
                "counts": dict(imported.counts),
            }
        )
        return
    say(t("imported {n}, rejected {m}", n=len(imported.items), m=len(imported.rejected)))
    what = t("{n} questions, {answers} recorded answers", n=len(imported.items), answers=len(read))
    say(t("{rows} rows: {what}", rows=imported.source_rows, what=what))
    headers = [str(name).replace("_", " ") for name in models[0]]
    say_table(headers, [list(row.values()) for row in models], title=output.name)
    for words, n in imported.counts.items():
        say(t("{where}: {what}", where=t(words), what=n))
    for note in imported.notes:
        say(t(note))
    for row in imported.rejected[:SHOWN]:
        say(t("row {row}, {column}: {why}", row=row.row, column=row.column or "-", why=t(row.reason)))
    if imported.rejected:
        say(t("why, row by row: {file}", file=rejects))
    say(t("Next: axiometer express profile {folder}", folder=output))


def _by_model(items: Sequence[Item], read: Sequence[FreeAnswer]) -> list[dict[str, Any]]:
    """One row per model: how many answers there are, how many questions have none, and as what they were read."""
    answered = Counter(model for model, _ in {(answer.model, answer.item) for answer in read})
    ends = Counter((answer.model, str(answer.outcome)) for answer in read)
    outcomes = dict.fromkeys(outcome for _, outcome in sorted(ends))
    return [
        {"model": model, "recorded": there, "not_recorded": len(items) - answered[model]}
        | {outcome: ends[model, outcome] for outcome in outcomes}
        for model, there in Counter(answer.model for answer in read).items()
    ]
