"""What a folder holds: runs, corpora, items, classifiers, profiles, evaluations, annotation projects.

Each is known by the file that whoever made it wrote into it. Links are not followed and hidden folders not entered, nor
those that hold parts of something found.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import yaml

from axiometer.web.explorer.facts import facts_of, mapping, models_of
from axiometer.web.explorer.places import is_plain_file, plain_files

DEEPEST: Final = 5
MOST_FOLDERS: Final = 5_000
MOST_TABLES: Final = 200
"""How many tables are listed that belong to no thing."""
MOST_FILES: Final = 40_000
"""How many files are looked at for sizes, of all things together."""
_FEWEST_FILES: Final = 500
_LARGEST_MARKER: Final = 8 * 2**20
_PARTS: Final = frozenset(
    [
        "journal",
        "answers",
        "free",
        "judging",
        "stages",
        "vectors",
        "blocks",
        "imported",
        "probes",
        "candidates",
        "scored",
        "judge",
        "figures",
        "frameworks",
        "analysis",
        "sheets",
        "labels",
        "checkpoints",
        "triples",
        "reduction",
        "tables",
        "data",
        "corpus",
        "coverage",
    ]
)


class Kind(StrEnum):
    RUN = "run"
    CORPUS = "corpus"
    PAIRS = "pairs"
    ITEMS = "items"
    STATEMENTS = "statements"
    SCENES = "scenes"
    CLASSIFIER = "classifier"
    PROFILE = "profile"
    EVALUATION = "evaluation"
    SCORES = "scores"
    TUNING_DATA = "tuning data"
    TUNED = "tuned model"
    VALIDATION = "validation"
    ANNOTATION = "annotation"


MARKERS: Final[Mapping[str, Kind]] = {
    "run.yaml": Kind.RUN,
    "corpus.yaml": Kind.CORPUS,
    "conflicts.yaml": Kind.PAIRS,
    "dilemmas.yaml": Kind.ITEMS,
    "themes.yaml": Kind.ITEMS,
    "translation.yaml": Kind.ITEMS,
    "mapping.yaml": Kind.ITEMS,
    "statements.yaml": Kind.STATEMENTS,
    "scenes.yaml": Kind.SCENES,
    "model.json": Kind.CLASSIFIER,
    "profile.json": Kind.PROFILE,
    "scores.json": Kind.SCORES,
    "align.json": Kind.TUNING_DATA,
    "axiometer_train.json": Kind.TUNED,
    "validation.json": Kind.VALIDATION,
    "project.yaml": Kind.ANNOTATION,
}
HEADINGS: Final[Mapping[Kind, str]] = {
    Kind.ANNOTATION: "Annotation projects",
    Kind.CLASSIFIER: "Classifiers",
    Kind.CORPUS: "Corpora",
    Kind.EVALUATION: "Evaluations of classifiers",
    Kind.ITEMS: "Sets of items",
    Kind.PAIRS: "Pairs of rules",
    Kind.PROFILE: "Profiles of expressed values",
    Kind.RUN: "Runs",
    Kind.SCENES: "Scenes",
    Kind.SCORES: "Scored texts",
    Kind.STATEMENTS: "Statements",
    Kind.TUNED: "Tuned models",
    Kind.TUNING_DATA: "Tuning data",
    Kind.VALIDATION: "Validations",
}
SUMMARY: Final = "summary.json"
_CLASSIFIERS: Final = "classifiers"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something in the folder. `at`: its path below the root; `size`: bytes of its files (`at_least`: there are more
    than were counted); `pages`: files that a browser shows by themselves."""

    at: str
    kind: Kind
    marker: str
    date: datetime.datetime
    size: int
    at_least: bool
    models: tuple[str, ...]
    facts: Mapping[str, str]
    pages: tuple[str, ...]

    @property
    def heading(self) -> str:
        """What things of its kind are called."""
        return HEADINGS[self.kind]

    @property
    def name(self) -> str:
        return self.at.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Loose:
    """A table that belongs to no thing: an imported set of items or rules, an export. `at`: its folder's path below the
    root."""

    at: str
    file: str
    size: int

    @property
    def name(self) -> str:
        return self.file if self.at == "." else f"{self.at}/{self.file}"


def loose_tables(root: Path) -> list[Loose]:
    """The tables below `root` that are in no thing's folder, by path."""
    found: list[Loose] = []
    for folder, marker in _walk(root, within=False):
        if marker is None:
            at = folder.relative_to(root).as_posix()
            found += [Loose(at, path.name, path.stat().st_size) for path in plain_files(folder)]
        if len(found) >= MOST_TABLES:
            break
    return sorted(found, key=lambda one: one.name)[:MOST_TABLES]


def things_in(root: Path) -> list[Thing]:
    """Everything that is recognised below `root`, by kind and then by path."""
    walked = [(folder, marker) for folder, marker in _walk(root) if marker is not None]
    each = max(_FEWEST_FILES, MOST_FILES // max(1, len(walked)))
    found = [thing_at(root, folder, marker, each) for folder, marker in walked]
    order = list(Kind)
    return sorted(found, key=lambda thing: (order.index(thing.kind), thing.at))


def marker_in(folder: Path) -> str | None:
    """The name of the file that says what a folder is; None where there is none."""
    for name in MARKERS:
        if is_plain_file(folder / name):
            return name
    if is_plain_file(folder / SUMMARY) and _read(folder / SUMMARY).get("kind") == _CLASSIFIERS:
        return SUMMARY
    return None


def thing_at(root: Path, folder: Path, marker: str, most_files: int = MOST_FILES) -> Thing:
    """What `marker` says of a folder below `root`."""
    content = _read(folder / marker)
    noted = mapping(content.get("noted"))
    size, at_least = _size(folder, most_files)
    changed = datetime.datetime.fromtimestamp((folder / marker).stat().st_mtime, datetime.UTC)
    created = noted.get("created") or content.get("created")
    return Thing(
        at=folder.relative_to(root).as_posix() if folder != root else ".",
        kind=MARKERS.get(marker, Kind.EVALUATION),
        marker=marker,
        date=_date(created) or changed,
        size=size,
        at_least=at_least,
        models=tuple(models_of(content)),
        facts=facts_of(folder, marker, content),
        pages=tuple(path.name for path in plain_files(folder, "*.html")),
    )


def manifest_of(folder: Path, marker: str) -> Mapping[str, Any]:
    """The content of the file that says what a folder is; empty where it cannot be read."""
    return _read(folder / marker)


def _walk(root: Path, *, within: bool = True) -> Iterator[tuple[Path, str | None]]:
    """Folders, and what says what they are; without `within`, none in a folder that is something."""
    waiting, seen = [(root, 0)], 0
    while waiting and seen < MOST_FOLDERS:
        folder, depth = waiting.pop()
        seen += 1
        marker = marker_in(folder)
        yield folder, marker
        if depth < DEEPEST and (within or marker is None):
            waiting += [(child, depth + 1) for child in _children(folder, marker)]


def _children(folder: Path, marker: str | None) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        hidden = entry.name.startswith(".") or (marker is not None and entry.name in _PARTS)
        if not hidden and entry.is_dir(follow_symlinks=False):
            yield Path(entry.path)


def _size(folder: Path, most: int) -> tuple[int, bool]:
    """Bytes of the files of a folder, and whether counting stopped before the end."""
    size, files, waiting = 0, 0, [str(folder)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                files += 1
                if files > most:
                    return size, True
                size += entry.stat(follow_symlinks=False).st_size
    return size, False


def _read(file: Path) -> Mapping[str, Any]:
    try:
        if file.stat().st_size > _LARGEST_MARKER:
            return {}
        text = file.read_text(encoding="utf-8")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return mapping(json.loads(text) if file.suffix == ".json" else yaml.load(text, Loader=loader))
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return {}


def _date(value: object) -> datetime.datetime | None:
    try:
        found = value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)
