"""The kinds of files that are read as texts, told by their names."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from axiometer.records.texts.decoding import PACKINGS


class Kind(StrEnum):
    DOCUMENT = "document"
    LINES = "lines"
    JSON_LINES = "json lines"
    DELIMITED = "delimited"
    JSON = "json"
    EXCEL = "excel"
    PARQUET = "parquet"

    @property
    def is_table(self) -> bool:
        return self not in (Kind.DOCUMENT, Kind.LINES)


_BY_SUFFIX = {
    **dict.fromkeys((".txt", ".text", ".md", ".html", ".htm"), Kind.DOCUMENT),
    **dict.fromkeys((".jsonl", ".ndjson"), Kind.JSON_LINES),
    **dict.fromkeys((".csv", ".tsv"), Kind.DELIMITED),
    ".json": Kind.JSON,
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), Kind.EXCEL),
    ".parquet": Kind.PARQUET,
}
KNOWN = ".txt, .md, .html, .jsonl, .csv, .tsv, .json, .xlsx, .parquet, each also .gz or .zst"


def kind_of(name: str, *, by_lines: bool = False) -> Kind | None:
    """The kind of a file of that name, None for one that is not read. `by_lines`: each line of a text file is one."""
    path = PurePath(name.lower())
    suffix = PurePath(path.stem).suffix if path.suffix in PACKINGS else path.suffix
    kind = _BY_SUFFIX.get(suffix)
    return Kind.LINES if by_lines and suffix in (".txt", ".text") else kind
