"""Answers that somebody else obtained, of people or models, as the folder of a run: analysed and reported like any."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of, shipped
from axiometer.measure.parts import PART_SIZE
from axiometer.measure.specification import Specification
from axiometer.records.exports import write_csv_for_people
from axiometer.records.ids import content_id
from axiometer.records.rows import Answer, Item, Outcome
from axiometer.records.tables import write_rows, write_text

PERSONS = "people.csv"


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
        raise InputError("no recorded answers in it", mend="name a table to write: -o NAME.parquet")
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise InputError("exists already", file=output, mend="give another name with -o")
    answered = {answer.item for answer in answers}
    kept = [item for item in items if item.id in answered]
    files = _framework_files(kept, frameworks)
    specification = _specified(kept, answers, {name: load_framework(path).fingerprint for name, path in files.items()})
    write_rows(kept, Item, output / "items" / "000000.parquet")
    for name, path in files.items():
        write_text(path.read_text(encoding="utf-8"), output / "frameworks" / f"{name}.yaml")
    for number, model in enumerate(sorted({answer.model for answer in answers})):
        own = [answer for answer in answers if answer.model == model]
        for part, start in enumerate(range(0, len(own), PART_SIZE)):
            path = output / "answers" / f"m{number:02d}-{part:06d}.parquet"
            write_rows(own[start : start + PART_SIZE], Answer, path)
    if persons:
        write_csv_for_people(_account_of(persons, answers), output / PERSONS)
    specification.write(output)


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


def _specified(items: Sequence[Item], answers: Sequence[Answer], fingerprints: dict[str, str]) -> Specification:
    """What `run.yaml` says: who answered what, and that it was not asked here."""
    import axiometer

    asked: dict[str, Any] = {
        "items": {
            "digest": content_id("items", [item.id for item in items]),
            "count": len(items),
            "langs": dict(sorted(Counter(item.lang for item in items).items())),
        },
        "design": {
            "mode": "choice",
            "orders": "recorded",
            "wordings": 1,
            "repeats": 1 + max(a.repeat for a in answers),
        },
        "models": [
            {"name": model, "identity": {"provider": "recorded", "answers": count}}
            for model, count in sorted(Counter(answer.model for answer in answers).items())
        ],
        "prompts": {},
        "frameworks": fingerprints,
        "answers": content_id("answers", [answer.id for answer in answers]),
    }
    noted = {
        "axiometer": axiometer.__version__,
        "polars": pl.__version__,
        "recorded": True,
        "sources": sorted({item.source for item in items}),
        "unmapped": sum(not item.mapped for item in items),
        "presentations": len(answers),
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    return Specification(asked, noted)


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
