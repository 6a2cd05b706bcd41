"""Which column of a table holds the texts, and which say where they come from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from axiometer.errors import InputError
from axiometer.records.texts.options import TextOptions

_TEXT = (
    *("text", "texts", "content", "contents", "body", "article", "document", "passage", "fulltext", "full_text"),
    *("文本", "内容", "正文", "原文", "全文", "文章", "文字", "內容", "全文本"),
)
_LANG = ("lang", "language", "语言", "語言")
_OUTLET = ("outlet", "publisher", "media", "newspaper", "媒体", "报纸", "出版社", "來源", "来源")
_NATION = ("nation", "country", "国家", "國家")
_DATE = (
    "date",
    "published",
    "published_at",
    "publish_date",
    "publication_date",
    "日期",
    "发布日期",
    "发布时间",
    "發布日期",
)
_URL = ("url", "link", "链接", "网址", "鏈接", "網址")
_LICENCE = ("licence", "license", "许可", "许可证", "授權")
_SOURCE = "source"
_LONGEST_NAME = 60
_PROSE = 12
_NO_PROSE = re.compile(r"\s*(?:https?://\S+|[\d\s.,:/+-]+|[0-9a-fA-F-]{16,})\s*")


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of each field of a text, None where there is none. `meta`: pairs of key and column."""

    text: str
    lang: str | None = None
    outlet: str | None = None
    nation: str | None = None
    date: str | None = None
    url: str | None = None
    meta: tuple[tuple[str, str], ...] = ()

    @property
    def all(self) -> list[str]:
        named = [self.text, self.lang, self.outlet, self.nation, self.date, self.url, *(name for _, name in self.meta)]
        return list(dict.fromkeys(name for name in named if name is not None))


def find_columns(
    names: Sequence[str], rows: Sequence[Mapping[str, str | None]], options: TextOptions, file: Path
) -> Columns:
    """The columns of a table with these names that begins with these rows. Raises `InputError` where the column asked
    for is not there, or none is obvious: a column is not guessed."""
    text = _asked(options.text_column, names, file) if options.text_column else _obvious(names, rows, file)
    free = [name for name in names if name != text]
    outlet = _first(free, _OUTLET)
    source = _first(free, (_SOURCE,))
    if outlet is None:
        outlet, source = source, None
    identity = _asked(options.id_column, names, file) if options.id_column else None
    meta = (("id", identity), ("licence", _first(free, _LICENCE)), ("source", source))
    return Columns(
        text=text,
        lang=_first(free, _LANG),
        outlet=outlet,
        nation=_first(free, _NATION),
        date=_first(free, _DATE),
        url=_first(free, _URL),
        meta=tuple((key, name) for key, name in meta if name is not None),
    )


def _asked(name: str, names: Sequence[str], file: Path) -> str:
    if name in names:
        return name
    raise InputError("there is no column {name!r}", file=file, mend="it has {names}", name=name, names=_listed(names))


def _obvious(names: Sequence[str], rows: Sequence[Mapping[str, str | None]], file: Path) -> str:
    found = [name for name in names if _folded(name) in _TEXT]
    if not found:
        found = [name for name in names if _is_prose([row.get(name) for row in rows])]
    mend = "name it with --text-column"
    if len(found) > 1:
        raise InputError("several columns may hold the texts: {names}", file=file, mend=mend, names=_listed(found))
    if not found:
        raise InputError("no column is seen to hold texts: {names}", file=file, mend=mend, names=_listed(names))
    if len(found[0]) > _LONGEST_NAME:
        raise InputError("the first row is no header", file=file, mend="put the names of the columns above it")
    return found[0]


def _is_prose(cells: Sequence[str | None]) -> bool:
    """Whether most cells have the length of a sentence and none is a number, a date, a link or a key."""
    filled = [cell for cell in cells if cell is not None and cell.strip()]
    if not filled or any(_NO_PROSE.fullmatch(cell) for cell in filled):
        return False
    return median(map(len, filled)) >= _PROSE


def _first(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    folded = {_folded(name): name for name in reversed(names)}
    return next((folded[name] for name in wanted if name in folded), None)


def _folded(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name[:_LONGEST_NAME]) for name in names[:20])
    return shown + (", ..." if len(names) > 20 else "")
