"""A few words on what a thing of the folder holds, from the file that its maker wrote and from its tables' sizes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from axiometer.errors import InputError
from axiometer.records.tables import rows_in
from axiometer.web.explorer.places import is_plain_file

_HOLDS: Final[Mapping[str, tuple[str, str]]] = {
    "corpus.yaml": ("rules", "corpus/data/rules.parquet"),
    "conflicts.yaml": ("pairs", "pairs.parquet"),
    "dilemmas.yaml": ("items", "items.parquet"),
    "themes.yaml": ("items", "items.parquet"),
    "translation.yaml": ("items", "items.parquet"),
    "mapping.yaml": ("items", "items.parquet"),
    "statements.yaml": ("items", "items.parquet"),
    "scenes.yaml": ("scenes", "scenes.parquet"),
    "align.json": ("preferences", "preferences.parquet"),
    "project.yaml": ("items", "units.parquet"),
}
"""By marker: what its main table's rows are, and the table."""

_LABELS: Final = """
select count(*) from (
    select kind, max(seq) from events
    where kind != 'undo' and seq not in (select undoes from events where undoes is not null) group by rater, unit
) where kind = 'label'
"""


def facts_of(folder: Path, marker: str, content: Mapping[str, Any]) -> dict[str, str]:
    """Names of facts (English, as in `words`) and what they are; what is not there is left out."""
    asked, noted = mapping(content.get("asked")), mapping(content.get("noted"))
    design, items = mapping(asked.get("design")), mapping(asked.get("items"))
    framework = content.get("framework") or asked.get("framework")
    said: dict[str, object] = {
        "mode": design.get("mode"),
        "items": items.get("count") if marker == "run.yaml" else None,
        "languages": " ".join(str(lang) for lang in mapping(items.get("langs"))),
        "framework": mapping(framework).get("id") or mapping(framework).get("name")
        if isinstance(framework, Mapping)
        else framework,
        "architecture": content.get("architecture"),
        "task": mapping(content.get("task")).get("id"),
        "recorded": "recorded answers" if "recorded" in noted else None,
        "macro-F1": _quality(content),
        "shares": mapping(content.get("correction")).get("state"),
        **_counted(folder, marker, content),
    }
    return {name: str(value) for name, value in said.items() if value not in (None, "")}


def models_of(content: Mapping[str, Any]) -> list[str]:
    """Names of the models that a thing was made with, each once."""
    return list(dict.fromkeys(_models(mapping(content.get("asked")), content)))


def mapping(value: object) -> Mapping[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return {str(name): part for name, part in value.items()} if isinstance(value, Mapping) else {}


def _models(asked: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[str]:
    for given in (asked.get("models"), asked.get("steps"), content.get("models"), [content.get("classifier")]):
        several = given.values() if isinstance(given, Mapping) else given if isinstance(given, list) else []
        for model in several:
            name = model.get("name") if isinstance(model, Mapping) else model
            if isinstance(name, str):
                yield name


def _quality(content: Mapping[str, Any]) -> str | None:
    """A classifier's macro-F1 on texts that it was not trained on."""
    metrics = mapping(content.get("metrics"))
    for side in ("test", "validation"):
        macro = mapping(metrics.get(side)).get("macro")
        if isinstance(macro, int | float):
            return f"{macro:.3f} ({side})"
    return None


def _counted(folder: Path, marker: str, content: Mapping[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {}
    name, table = _HOLDS.get(marker, ("", ""))
    if name and is_plain_file(folder / table):
        try:
            found[name] = f"{rows_in(folder / table):,}"
        except InputError:
            found[name] = None
    if marker == "project.yaml":
        raters = mapping(content.get("design")).get("raters")
        found["raters"] = len(raters) if isinstance(raters, list) else None
        found["labels"] = labels_in(folder / "labels.sqlite")
    return found


def labels_in(file: Path) -> int | None:
    """How many labels stand in a project's store, which is only read; None where it cannot be."""
    if not is_plain_file(file):
        return None
    # Without a journal beside it nobody has it open, and it is read without leaving one.
    quiet = "" if file.with_name(f"{file.name}-wal").exists() else "&immutable=1"
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro{quiet}", uri=True, timeout=0.5)) as connection:
            return int(connection.execute(_LABELS).fetchone()[0])
    except (sqlite3.Error, OSError, TypeError):
        return None
