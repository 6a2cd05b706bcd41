"""The folder of a piece of work: what it may hold before the work begins, and who may be asked there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from axiometer.errors import InputError
from axiometer.frameworks import Framework
from axiometer.frameworks.load import path_of
from axiometer.measure.specification import Specification, check_same, plain
from axiometer.models.simulated_writer import SimulatedWriter
from axiometer.records.tables import write_text
from axiometer.runtime.respondent import Respondent


def check_folder(folder: Path, file: str, command: str) -> None:
    """Raises `InputError` where the folder holds other things than work whose specification is `file`, as
    `command` writes it."""
    if folder.is_file():
        raise InputError("a file stands where a folder is needed", file=folder)
    if folder.is_dir() and not (folder / file).exists() and any(not p.name.startswith(".") for p in folder.iterdir()):
        raise InputError(
            "exists and is not the work of `{command}`",
            file=folder,
            mend="give another name with -o",
            command=command,
        )


def settle(folder: Path, file: str, wanted: Specification, read: Callable[[Path], Specification]) -> None:
    """Writes the specification, or checks that the folder holds the same work. Raises `SpecificationChanged`."""
    if (folder / file).exists():
        check_same(Specification(plain(read(folder).asked), {}), wanted, folder)
        return
    wanted.write(folder, file)


def keep_framework(named: str, framework: Framework, folder: Path) -> None:
    """Puts the file of a framework into `folder`, so that the work can be read without its source. named: its id or its
    path, as it was loaded."""
    kept = folder / f"{framework.id}.yaml"
    if not kept.exists():
        write_text(path_of(named).read_text(encoding="utf-8"), kept)


def check_writes(respondent: Respondent) -> None:
    """Raises `InputError` for simulated respondents and recorded answers, which know items only and write nothing."""
    if respondent.model.wants_meta and not isinstance(respondent.model, SimulatedWriter):
        raise InputError(
            "{model} answers items and writes none",
            mend="use a real model, or sim/rulewriter",
            model=respondent.model.name,
        )
