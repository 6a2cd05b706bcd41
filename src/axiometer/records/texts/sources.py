"""Finding the files that a user means, and checking them before anything is written."""

from __future__ import annotations

import glob
import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path, PurePath
from stat import S_ISREG

from axiometer.errors import InputError, file_error
from axiometer.records.corpus_rows import Rule
from axiometer.records.schemas import schema_of
from axiometer.records.tables import rows_in, schema_in
from axiometer.records.texts.columns import Columns, find_columns
from axiometer.records.texts.decoding import PACKINGS, byte_chunks
from axiometer.records.texts.kinds import KNOWN, Kind, kind_of
from axiometer.records.texts.options import TextOptions
from axiometer.records.texts.readers import SourceRow, peek, source_rows

_PEEKED = 100
_SAMPLED = 2_000
_PACKED = 4  # how much smaller a packed text usually is
_MAGIC = "*?["
_CORPUS = "corpus.yaml"  # stands in every corpus that was built


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of texts. `label` names it in the corpus: as the user sees it, below the folder that was given. `size` is
    in bytes, `modified` in nanoseconds; `columns` are those of a table that can be read."""

    path: str
    label: str
    kind: Kind
    size: int
    modified: int
    columns: Columns | None = None

    def rows(self, skip: int = 0) -> Iterator[SourceRow]:
        """Its rows but for the first `skip`."""
        return source_rows(Path(self.path), self.label, self.kind, self.columns, skip)


@dataclass(frozen=True, slots=True)
class Sources:
    """What is to be read, in order. `rule_tables`: Parquet files of rules, which enter the pipeline later; `skipped`:
    how many files of the folders are of other kinds."""

    files: tuple[SourceFile, ...]
    rule_tables: tuple[Path, ...] = ()
    skipped: int = 0

    def fingerprints(self) -> Iterator[str]:
        """For each file, a hash of it and all files before it, by label, size, time and columns."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(repr((file.label, file.size, file.modified, str(file.kind), file.columns)).encode())
            yield digest.hexdigest()


def check_sources(paths: Sequence[str | Path], options: TextOptions, *, rules_apart: bool = True) -> Sources:
    """The files that `paths` (files, folders, globs) mean, in the order given and by name within a folder, each once.

    Raises `InputError` for a path that is not there or is of no known kind, a column that is missing or not obvious,
    and where no file can be read. A file that cannot be read beside others that can stays: its row will say so.
    `rules_apart`: tables of rules are named apart, else they are tables of texts like any other.
    """
    found, skipped = _found(paths, options)
    if not found:
        raise InputError("there are no texts in {paths}", mend="use {known}", paths=_named(paths), known=KNOWN)
    files: list[SourceFile] = []
    tables: list[Path] = []
    problem: InputError | None = None
    readable = 0
    for file in _labelled(found):
        if rules_apart and _holds_rules(file):
            tables.append(Path(file.path))
            continue
        checked = file
        try:
            peeked = peek(Path(file.path), file.kind, _PEEKED) if file.kind.is_table else None
        except InputError as error:
            problem = problem or error
        except OSError as error:
            problem = problem or file_error(error, file.path)
        else:
            readable += 1
            if peeked is not None and peeked[0]:
                checked = replace(file, columns=find_columns(*peeked, options, Path(file.path)))
        files.append(checked)
    if problem is not None and not readable and not tables:
        raise problem
    return Sources(tuple(files), tuple(tables), skipped)


def estimate_rows(sources: Sources, options: TextOptions) -> int:
    """About how many source rows there are: exact where a file is short or says it, else by its first rows."""
    total = 0
    for file in sources.files:
        if options.limit is not None and total >= options.limit:
            return options.limit
        total += _estimated(file)
    return total if options.limit is None else min(total, options.limit)


def _estimated(file: SourceFile) -> int:
    if file.kind is Kind.DOCUMENT:
        return 1
    path = Path(file.path)
    packed = path.suffix.lower() in PACKINGS
    if file.kind is Kind.PARQUET and not packed:
        return _parquet_rows(path)
    if file.kind in (Kind.JSON, Kind.EXCEL, Kind.PARQUET):
        return sum(1 for _ in file.rows())
    sample = list(islice(file.rows(), _SAMPLED))
    if len(sample) < _SAMPLED:
        return len(sample)
    head = next(byte_chunks(path), b"")
    breaks = head.count(b"\n") or head.count(b"\r")
    lines = file.size * (_PACKED if packed else 1) * breaks / max(len(head), 1)
    return max(len(sample), round(lines * len(sample) / max(sample[-1].row or 1, len(sample))))


def _parquet_rows(path: Path) -> int:
    try:
        return rows_in(path)
    except InputError:  # its one row will say so
        return 1


# -- finding ----------------------------------------------------------------------------------------------------------


def _found(paths: Sequence[str | Path], options: TextOptions) -> tuple[list[SourceFile], int]:
    """Files as they are found, with the shortest label that could do."""
    seen: set[str] = set()
    found: list[SourceFile] = []
    skipped = 0
    for given in paths:
        for path, label, asked in _meant(given):
            kind = kind_of(path, by_lines=options.lines)
            real = os.path.realpath(path)
            if kind is None and asked:
                raise InputError("files of this kind are not read", file=path, mend="use {known}", known=KNOWN)
            if kind is None:
                skipped += 1
            elif real not in seen:
                seen.add(real)
                found.append(_file(path, label, kind))
    return found, skipped


def _file(path: str, label: str, kind: Kind) -> SourceFile:
    try:
        status = Path(path).stat()
    except OSError as error:
        raise file_error(error, path) from error
    if not S_ISREG(status.st_mode):
        raise InputError("a pipe or a device, which gives its texts only once", file=path, mend="save them in a file")
    named = label.encode("utf-8", "surrogateescape").decode("utf-8", "replace")  # names are bytes on some systems
    return SourceFile(path, named, kind, status.st_size, status.st_mtime_ns)


def _meant(given: str | Path) -> Iterator[tuple[str, str, bool]]:
    """Path, label, and whether that very file was asked for."""
    path = Path(given)
    if path.is_dir():
        yield from _in_folder(path)
    elif path.exists():
        yield str(path), path.name, True
    elif any(sign in str(given) for sign in _MAGIC):
        matches = sorted(glob.glob(str(given), recursive=True))  # noqa: PTH207 - it may be absolute
        if not matches:
            raise InputError("no file matches {pattern}", pattern=given)
        for match in matches:
            yield from _in_folder(Path(match)) if Path(match).is_dir() else ((match, PurePath(match).name, False),)
    else:
        raise InputError("no such file or folder", file=given)


def _in_folder(folder: Path) -> Iterator[tuple[str, str, bool]]:
    base = PurePath(folder.resolve().name)
    for place, folders, names in os.walk(folder, onerror=_raise):
        if _CORPUS in names:  # what was built from texts is no text
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if not name.startswith(".") and path.is_file():
                yield str(path), (base / path.relative_to(folder)).as_posix(), False


def _raise(error: OSError) -> None:
    raise file_error(error)


def _labelled(files: list[SourceFile]) -> Iterator[SourceFile]:
    """The files with labels that tell them apart: where two would be the same, the paths as they were given."""
    counts = Counter(file.label for file in files)
    for file in files:
        yield file if counts[file.label] == 1 else replace(file, label=PurePath(file.path).as_posix())


def _holds_rules(file: SourceFile) -> bool:
    if file.kind is not Kind.PARQUET or not file.path.endswith(".parquet"):
        return False
    try:
        schema: Mapping[str, object] = schema_in(Path(file.path))
    except InputError:
        return False
    return all(schema.get(name) == dtype for name, dtype in schema_of(Rule).items())


def _named(paths: Sequence[str | Path]) -> str:
    return ", ".join(map(str, chain(paths[:3], ["..."] if len(paths) > 3 else [])))
