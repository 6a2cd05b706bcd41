"""Answers that somebody else obtained, of people or models, as the folder of a run: analysed and reported like any."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import polars as pl

from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of, shipped
from axiometer.measure.free import read_free
from axiometer.measure.labels import FREE
from axiometer.measure.parts import PART_SIZE
from axiometer.measure.specification import FILE, Specification, plain, read_specification
from axiometer.models.protocols import Finish, Reply
from axiometer.records.exports import write_csv_for_people
from axiometer.records.ids import content_id
from axiometer.records.rows import Answer, FreeAnswer, Item, Mode, Outcome
from axiometer.records.tables import write_rows, write_text

PERSONS = "people.csv"

_Said: TypeAlias = Answer | FreeAnswer
_Row = TypeVar("_Row", Answer, FreeAnswer)


def write_recorded_run(
    items: Sequence[Item],
    answers: Sequence[Answer],
    output: Path,
    *,
    frameworks: Sequence[Path] = (),
    persons: Sequence[str] = (),
) -> None:
    """Writes `output` with the items that were answered, the answers, the frameworks that the items name, and
    `run.yaml` with what is known of how they were obtained.

    `persons`: names by number (`Answer.repeat`); they go to `people.csv` with each person's counts and nowhere else, so
    that a page and its manifest carry numbers only. Raises `InputError` where there are no answers, the folder is not
    empty, or a framework is neither shipped nor among `frameworks`.
    """
    if not answers:
        raise _no_answers()
    _check_unused(output)
    answered = {answer.item for answer in answers}
    kept = [item for item in items if item.id in answered]
    files = _framework_files(kept, frameworks)
    asked = _asked(kept, answers, files)
    asked["design"] = {"mode": "choice", "orders": "recorded", "wordings": 1, "repeats": _repeats(answers)}
    _write_items(kept, files, output)
    _write_answers(answers, Answer, output / "answers")
    if persons:
        write_csv_for_people(_account_of(persons, answers), output / PERSONS)
    Specification(asked, _noted(kept, len(answers))).write(output)


def write_recorded_free(
    items: Sequence[Item], free_answers: Sequence[FreeAnswer], output: Path, *, frameworks: Sequence[Path] = ()
) -> list[FreeAnswer]:
    """Writes `output` with the items, the free answers that were recorded to them, the frameworks that the items name,
    and `run.yaml`: a run in mode `free`, as if asked here. Gives the answers as they were read (`read_recorded`).

    An item without any answer stays among the items, and an answer that was not recorded has no row. The same run once
    more is left as it is, with what was added to it. Raises `InputError` as `write_recorded_run` does.
    """
    if not free_answers:
        raise _no_answers()
    files = _framework_files(items, frameworks)
    read = [read_recorded(answer) for answer in free_answers]
    asked = _asked(items, read, files)
    asked["design"] = {"mode": str(Mode.FREE), "orders": "one", "wordings": 1, "repeats": _repeats(read)}
    if (output / FILE).exists() and plain(read_specification(output).asked) == plain(asked):
        return read
    _check_unused(output)
    _write_items(items, files, output)
    _write_answers(read, FreeAnswer, output / FREE)
    Specification(asked, _noted(items, len(read))).write(output)
    return read


def read_recorded(answer: FreeAnswer) -> FreeAnswer:
    """A recorded answer with the outcome that its text has where it is read as a model's own would be: chosen (there is
    something to read), refused or invalid. Whether it was cut at a length limit is not recorded. What has another
    outcome already keeps it."""
    if answer.outcome is not Outcome.CHOSEN:
        return answer
    outcome, text, reason = read_free(Reply(answer.text, Finish.STOP), answer.lang)
    return replace(answer, outcome=outcome, text=text, reason=reason)


def _no_answers() -> InputError:
    return InputError("no recorded answers in it", mend="name a table to write: -o NAME.parquet")


def _check_unused(output: Path) -> None:
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise InputError("exists already", file=output, mend="give another name with -o")


def _write_items(items: Sequence[Item], files: Mapping[str, Path], output: Path) -> None:
    write_rows(list(items), Item, output / "items" / "000000.parquet")
    for name, path in files.items():
        write_text(path.read_text(encoding="utf-8"), output / "frameworks" / f"{name}.yaml")


def _write_answers(answers: Sequence[_Row], row_type: type[_Row], folder: Path) -> None:
    """Parts as `measure` writes them: by respondent, in alphabetical order."""
    by_model: dict[str, list[_Row]] = {}
    for answer in answers:
        by_model.setdefault(answer.model, []).append(answer)
    for number, model in enumerate(sorted(by_model)):
        for part, start in enumerate(range(0, len(by_model[model]), PART_SIZE)):
            path = folder / f"m{number:02d}-{part:06d}.parquet"
            write_rows(by_model[model][start : start + PART_SIZE], row_type, path)


def _framework_files(items: Sequence[Item], given: Sequence[Path]) -> dict[str, Path]:
    own = {load_framework(path).id: path for path in given}
    found = {}
    for name in sorted({item.framework for item in items if item.framework is not None}):
        if name not in own and name not in shipped():
            raise InputError(
                "the items belong to the framework {name!r}, which is not shipped",
                mend="give the run that asked them: --companion runs/NAME",
                name=name,
            )
        found[name] = own.get(name) or path_of(name)
    return found


def _asked(items: Sequence[Item], answers: Sequence[_Said], files: Mapping[str, Path]) -> dict[str, Any]:
    """Who answered what, as `run.yaml` says it; the design is missing."""
    said = [answer.id if isinstance(answer, Answer) else [answer.id, answer.text] for answer in answers]
    return {
        "items": {
            "digest": content_id("items", [item.id for item in items]),
            "count": len(items),
            "langs": dict(sorted(Counter(item.lang for item in items).items())),
        },
        "design": {},
        "models": [
            {"name": model, "identity": {"provider": "recorded", "answers": count}}
            for model, count in sorted(Counter(answer.model for answer in answers).items())
        ],
        "prompts": {},
        "frameworks": {name: load_framework(path).fingerprint for name, path in files.items()},
        "answers": content_id("answers", said),
    }


def _noted(items: Sequence[Item], presentations: int) -> dict[str, Any]:
    """That it was not asked here, and by what it was written."""
    import axiometer

    return {
        "axiometer": axiometer.__version__,
        "polars": pl.__version__,
        "recorded": True,
        "sources": sorted({item.source for item in items}),
        "unmapped": sum(not item.mapped for item in items),
        "presentations": presentations,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def _repeats(answers: Sequence[_Said]) -> int:
    return 1 + max(answer.repeat for answer in answers)


def _account_of(persons: Sequence[str], answers: Sequence[Answer]) -> pl.DataFrame:
    """One row per person: number, name, answers, and how many of them ended how."""
    counts = Counter((answer.repeat, answer.outcome) for answer in answers)
    ends = [outcome for outcome in Outcome if any(end is outcome for _, end in counts)]
    rows = [
        {"person": number, "name": name}
        | {"answers": sum(counts[number, end] for end in ends)}
        | {str(end): counts[number, end] for end in ends}
        for number, name in enumerate(persons)
    ]
    return pl.DataFrame(rows)
