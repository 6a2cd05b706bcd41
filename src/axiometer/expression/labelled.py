"""Labelled texts: a table with a text and a 0 or 1 for each value, read with every trap of published files named."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from axiometer.errors import InputError
from axiometer.expression.copies import copies
from axiometer.expression.seen import wording
from axiometer.frameworks import Framework, load_framework, shipped
from axiometer.records.importers.cells import labels
from axiometer.records.spreadsheets import Record, SourceTable, is_missing, read_source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TEXT_COLUMNS: Final = ("text", "content", "sentence", "文本", "正文", "内容")
LABEL_LISTS: Final = ("values", "labels", "label", "价值", "标签")
GROUP_COLUMNS: Final = ("group", "source", "document", "来源")
_SUFFIX = re.compile(r"[\s_-]*(?:scr|score|label|y)$", re.IGNORECASE)
_TRUTHS: Final = {"0": 0, "0.0": 0, "false": 0, "1": 1, "1.0": 1, "true": 1}


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with their labels. `targets`: int8, one row per text, one column per value of `values`, 1 where the text
    expresses it; `rows`: the rows of the file; `units`: equal for texts that are copies of each other (`copies`);
    `groups`: what texts share beside their words (None: nothing is known); `digest`: of texts and labels; `account`:
    what was done with rows that are no labelled texts."""

    file: Path
    values: tuple[str, ...]
    texts: tuple[str, ...]
    targets: NDArray[np.int8]
    rows: tuple[int, ...]
    units: tuple[str, ...]
    groups: tuple[str, ...] | None
    digest: str
    account: LabelledAccount

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, places: Sequence[int]) -> Labelled:
        """The texts at these places, in this order."""
        texts = tuple(self.texts[place] for place in places)
        targets = self.targets[list(places)]
        return replace(
            self,
            texts=texts,
            targets=targets,
            rows=tuple(self.rows[place] for place in places),
            units=tuple(self.units[place] for place in places),
            groups=None if self.groups is None else tuple(self.groups[place] for place in places),
            digest=_digest(texts, targets),
        )


@dataclass(frozen=True, slots=True)
class LabelledAccount:
    """Rows of the file: `kept + totals + empty = rows`. `totals`: rows that sum the others up; `empty`: rows without a
    text; `repeated`: kept texts that an earlier row has, too, but for width, case and white space, `disagreeing` those
    of them with other labels, `near`: kept texts that are near-copies of an earlier row's, but not the same words;
    `columns`: the values' columns by value id; `ignored`: columns that are neither text nor a value."""

    rows: int
    kept: int
    totals: tuple[int, ...] = ()
    empty: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    disagreeing: tuple[int, ...] = ()
    near: tuple[int, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.kept + len(self.totals) + len(self.empty) == self.rows


def read_labelled(
    path: Path, framework: Framework, *, level: str | None = None, text_column: str | None = None
) -> Labelled:
    """The labelled texts of a table (CSV, TSV, JSON, JSONL, XLSX, Parquet).

    Labels are columns named after values (`Rule of Law`, `Rule of Law_scr`) with 0 or 1 (or false and true), or one
    column that lists values by name. A row whose numbers are the sums of the rows above is a totals row and is left
    out, if it has no text or its numbers can be no labels; a row without a text is left out; both are named in the
    account. Raises `InputError` for a label that is neither 0 nor 1 (with row and column), for a value that the
    framework does not know, and for a table without texts or labels.
    """
    table = read_source(path)
    text_at = _text_column(table, text_column)
    columns = _value_columns(table, framework, level, text_at)
    listed = None if columns else next((name for name in table.columns if name.casefold() in LABEL_LISTS), None)
    if not columns and listed is None:
        raise InputError(
            "no column is named after a value of {framework}",
            file=path,
            mend="name columns after values (0 and 1 in them), or give one column `values` that lists them",
            framework=framework.id,
        )
    values, rows, targets, left = (
        _from_columns(table, text_at, columns)
        if columns
        else _from_lists(table, text_at, str(listed), framework, level)
    )
    if not rows:
        raise InputError("no row has a text", file=path, column=text_at)
    texts = tuple(str(row.cells[text_at]).strip() for row in rows)
    group_at = next((name for name in table.columns if name.casefold() in GROUP_COLUMNS), None)
    groups = None if group_at is None else tuple(row.cells[group_at] or f"row {row.row}" for row in rows)
    numbers = tuple(row.row for row in rows)
    repeated, disagreeing = _repeats(texts, targets, numbers)
    leaders = copies(texts)
    copied = {numbers[place] for place, leader in enumerate(leaders) if place != leader}
    used = {text_at, *columns, listed, group_at}
    account = LabelledAccount(
        rows=len(table.records),
        kept=len(rows),
        totals=tuple(left.totals),
        empty=tuple(left.empty),
        repeated=repeated,
        disagreeing=disagreeing,
        near=tuple(sorted(copied.difference(repeated))),
        columns={value: column for column, value in columns.items()},
        ignored=tuple(name for name in table.columns if name not in used),
    )
    units = tuple(texts[leader] for leader in leaders)
    return Labelled(path, values, texts, targets, numbers, units, groups, _digest(texts, targets), account)


def framework_of(path: Path, *, text_column: str | None = None) -> str:
    """The shipped framework after whose values most columns of the table are named. Raises `InputError` where that is
    none, or not one alone."""
    table = read_source(path)
    text_at = _text_column(table, text_column)
    found = {name: len(_value_columns(table, load_framework(name), None, text_at, strict=False)) for name in shipped()}
    most = max(found.values())
    best = [name for name, count in found.items() if count == most]
    if most == 0 or len(best) > 1:
        raise InputError(
            "no framework, and the columns do not tell one",
            file=path,
            mend="name one with --framework, for example core-socialist-values",
        )
    return best[0]


@dataclass(slots=True)
class _Left:
    """Rows that are left out."""

    totals: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)


def _text_column(table: SourceTable, wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in table.columns:
            raise InputError(
                "there is no column {name!r}", file=table.file, mend="--text-column names one", name=wanted
            )
        return wanted
    for name in table.columns:
        if name.casefold().strip() in TEXT_COLUMNS:
            return name
    raise InputError("no column of texts", file=table.file, mend="call it `text`, or name it with --text-column")


def _value_columns(
    table: SourceTable, framework: Framework, level: str | None, text_at: str, *, strict: bool = True
) -> dict[str, str]:
    """Column -> value id. Raises `InputError` where two columns name one value (not `strict`: the first is taken)."""
    found: dict[str, str] = {}
    for name in table.columns:
        if name == text_at:
            continue
        for said in (name, _SUFFIX.sub("", name)):
            try:
                value = framework.resolve(said, level=level)
            except InputError:
                continue
            if value in found.values():
                if not strict:
                    break
                raise InputError("two columns name the value {value}", file=table.file, column=name, value=value)
            found[name] = value
            break
    return found


def _from_columns(
    table: SourceTable, text_at: str, columns: dict[str, str]
) -> tuple[tuple[str, ...], list[Record], NDArray[np.int8], _Left]:
    import numpy as np

    rows: list[Record] = []
    told: list[list[int]] = []
    sums = [0.0] * len(columns)
    left = _Left()
    for record in table.records:
        if record.problem is not None:
            raise InputError(record.problem, file=table.file, row=record.row)
        numbers = [_number(record.cells.get(name)) for name in columns]
        textless = is_missing(record.cells.get(text_at))
        if told and numbers == sums and (textless or max(numbers) > 1):
            left.totals.append(record.row)
        elif textless:
            left.empty.append(record.row)
        else:
            told.append([_truth(record, name, table) for name in columns])
            sums = [total + each for total, each in zip(sums, told[-1], strict=True)]
            rows.append(record)
    return tuple(columns.values()), rows, np.asarray(told, dtype=np.int8).reshape(len(rows), len(columns)), left


def _from_lists(
    table: SourceTable, text_at: str, listed: str, framework: Framework, level: str | None
) -> tuple[tuple[str, ...], list[Record], NDArray[np.int8], _Left]:
    import numpy as np

    rows: list[Record] = []
    told: list[set[str]] = []
    left = _Left()
    for record in table.records:
        if record.problem is not None:
            raise InputError(record.problem, file=table.file, row=record.row)
        if is_missing(record.cells.get(text_at)):
            left.empty.append(record.row)
            continue
        try:
            told.append({framework.resolve(name, level=level) for name in labels(record.cells.get(listed))})
        except InputError as error:
            raise InputError(error.what, file=table.file, row=record.row, column=listed, mend=error.mend) from error
        rows.append(record)
    counts = Counter(value for each in told for value in each)
    values = tuple(value.id for value in framework.values if value.id in counts)
    if not values:
        raise InputError("no text has a label", file=table.file, column=listed)
    targets = np.array([[value in each for value in values] for each in told], dtype=np.int8)
    return values, rows, targets, left


def _truth(record: Record, column: str, table: SourceTable) -> int:
    said = (record.cells.get(column) or "").strip()
    if said.casefold() not in _TRUTHS:
        raise InputError(
            "{said!r} is neither 0 nor 1",
            file=table.file,
            row=record.row,
            column=column,
            mend="write 1 where the text expresses the value and 0 where it does not",
            said=said[:40],
        )
    return _TRUTHS[said.casefold()]


def _number(said: str | None) -> float:
    try:
        return float(said or "")
    except ValueError:
        return math.nan


def _repeats(
    texts: Iterable[str], targets: NDArray[np.int8], rows: Sequence[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rows whose text stands in an earlier one, and those of them that have other labels there."""
    first: dict[str, int] = {}
    repeated, disagreeing = [], []
    for place, text in enumerate(texts):
        earlier = first.setdefault(wording(text), place)
        if earlier != place:
            repeated.append(rows[place])
            if (targets[place] != targets[earlier]).any():
                disagreeing.append(rows[place])
    return tuple(repeated), tuple(disagreeing)


def _digest(texts: Iterable[str], targets: NDArray[np.int8]) -> str:
    digest = hashlib.sha256(targets.tobytes())
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\x00")
    return digest.hexdigest()[:32]
