"""Open questions of any table: `.txt` with one a line, or a column of questions, or zh and en columns side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.records.encodings import read_text
from axiometer.records.importers.accounting import Account, FileFormat, Imported, ImportOptions, RowError, row_id
from axiometer.records.importers.cells import optional
from axiometer.records.importers.languages import language_of_question
from axiometer.records.rows import Item, ItemKind, make_item
from axiometer.records.spreadsheets import Record, SourceTable, read_source
from axiometer.starter.questions import FRAMEWORK, load_questions

STARTER_SOURCE = "axiometer starter questions v1, Apache-2.0"
LANGUAGES = ("zh", "en")

QUESTION = ("question", "questions", "quest", "prompt", "text", "问题", "题目", "提问")
IDS = ("id", "编号", "序号")
LANGS = ("lang", "language", "语言")
ABOUT = ("about", "topic", "主题")
CLUSTERS = ("cluster", "group", "组", "分组")
# Columns that hold one question in several languages; also `question_zh`, `zh_question` and the like.
SIDE_BY_SIDE = {
    **dict.fromkeys(("zh", "zh-cn", "chinese", "中文"), "zh"),
    **dict.fromkeys(("en", "english", "英文"), "en"),
    **{"fr": "fr", "french": "fr", "法文": "fr", "de": "de", "german": "de", "德文": "de"},
}
_DECORATION = re.compile(r"(?:^(?:question|prompt|text|问题|题目)[ _-]*)|(?:[ _-]*(?:question|prompt|text|问题|题目)$)")

# `12. `, `12、`, `(12) `, `Q12: `, `第12题：` before a question; not `3.14`, not `7:30`.
_NUMBER = re.compile(
    r"(?:第\s*(?P<a>\d{1,5})\s*[题问]\s*[.．、:：]?"
    r"|[(（\[【]\s*(?P<b>\d{1,5})\s*[)）\]】]\s*[.．、:：]?"
    r"|(?:[QqＱ]|问题|题目)?\s*(?P<c>\d{1,5})\s*[.．、:：)）](?!\d))\s*"
)
NO_QUESTION = "no question in this row"
_NUMBERED_SHARE = 0.5
_FORMULA = re.compile(
    r"=\s*[A-Za-z_.]+\(|=\s*\$?[A-Z]{1,3}\$?\d+|#(?:REF|NAME|VALUE|DIV/0|NULL|NUM|SPILL|CALC)[!?]|#N/A"
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A question without the number that stood before it."""

    number: str | None
    text: str


def without_number(text: str) -> Numbered:
    """`1.\\xa0怎样……` -> 1, `怎样……`. A number that is all there is stays, since it is then no question's number."""
    bare = text.strip()
    found = _NUMBER.match(bare)
    rest = bare[found.end() :].strip() if found else ""
    if found is None or not rest:
        return Numbered(None, bare)
    return Numbered(found["a"] or found["b"] or found["c"], rest)


def problem_of(text: str) -> str | None:
    """Why a cell is no text that somebody wrote; None where it may be one."""
    if "\ufffd" in text:
        return "damaged characters (U+FFFD)"
    if _FORMULA.match(text.strip()):
        return "a formula or its error, not a text"
    return None if any(map(str.isalpha, text)) else "no words"


def question_item(
    text: str,
    *,
    lang: str | None,
    source: str,
    framework: str | None = None,
    parallel_id: str | None = None,
    clusters: tuple[str, ...] = (),
    parent_ids: tuple[str, ...] = (),
    meta: dict[str, str] | None = None,
) -> Item:
    """An item of kind `open`: a question that is put as it stands. Without `lang` its language is told by the text."""
    return make_item(
        kind=ItemKind.OPEN,
        lang=lang or language_of_question(text),
        prompt=text,
        options=(),
        clusters=clusters,
        source=source,
        framework=framework,
        parallel_id=parallel_id,
        mapped=False,
        parent_ids=parent_ids,
        meta=meta,
    )


def starter_question_items(langs: tuple[str, ...] = LANGUAGES) -> list[Item]:
    """The questions that ship with Axiometer, by place, the languages of a question side by side."""
    return [
        question_item(
            question.text(lang),
            lang=lang,
            source=STARTER_SOURCE,
            framework=FRAMEWORK,
            parallel_id=question.id,
            clusters=(question.id,),
            meta={"about": question.about, "question": question.id},
        )
        for question in load_questions()
        for lang in langs
    ]


@dataclass(frozen=True, slots=True)
class QuestionColumns:
    """Which columns of a file hold what. `texts`: column -> its language; None where it holds any."""

    texts: Mapping[str, str | None]
    id: str | None
    lang: str | None
    about: str | None
    cluster: str | None

    def others(self, table: SourceTable) -> list[str]:
        """The columns that are none of these, in order."""
        known = {*self.texts, self.id, self.lang, self.about, self.cluster}
        return [name for name in table.columns if name not in known]


def columns_of(table: SourceTable) -> QuestionColumns:
    """The columns by their names. Raises `InputError` where none holds questions, or one has no name."""
    plain = {name.strip().lower(): name for name in reversed(table.columns)}

    def named(words: Iterable[str]) -> str | None:
        return next((plain[word] for word in words if word in plain), None)

    langs = {name: lang for name in table.columns if (lang := _language_in(name)) is not None}
    one = named(QUESTION)
    texts: dict[str, str | None] = {}
    if len(set(langs.values())) > 1 or (langs and one is None):
        for name, lang in langs.items():
            if lang not in texts.values():
                texts[name] = lang
    elif one is not None:
        texts = {one: None}
    else:
        found = ", ".join(table.columns[:12]) + (", …" if len(table.columns) > 12 else "")
        raise InputError(
            "columns missing: {missing}",
            file=table.file,
            mend="name it so, or `zh` and `en` side by side; the file has: {found}",
            missing=QUESTION[0],
            found=found,
        )
    return QuestionColumns(texts, named(IDS), named(LANGS), named(ABOUT), named(CLUSTERS))


def _language_in(column: str) -> str | None:
    name = column.strip().lower()
    return SIDE_BY_SIDE.get(name) or SIDE_BY_SIDE.get(_DECORATION.sub("", name))


def read_questions(path: Path, options: ImportOptions | None = None) -> Imported:
    """Open questions of the table at `path`, as items of kind `open`.

    `.txt`: one a line. Other tables have a column of questions (`question`, `prompt`, `text`, `问题`, `题目`), or one
    per language (`zh`, `en`, `fr`, `de`) whose questions are parallel, and, if they want, `id`, `lang`, `about`,
    `cluster`. Numbers before questions are no part of them where most have one. Raises `InputError` for a file without
    a column of questions; empty and repeated ones are rejected by row.
    """
    given = options or ImportOptions()
    framework = load_framework(given.framework).id if given.framework is not None else None
    table = question_table(path)
    reader = QuestionReader.of(table, framework, given.lang)
    account = Account(table)
    for record in account.usable():
        try:
            items = reader.items(record)
        except RowError as bad:
            account.reject(record, bad.reason, bad.column)
            continue
        for item in items:
            account.keep(item, record)
    return account.close()


@dataclass(slots=True)
class QuestionReader:
    """Records to items. A row is taken with all its languages or not at all: `items` raises `RowError` where a question
    stood in a row before (unless it may come `again`), or its id did."""

    table: SourceTable
    columns: QuestionColumns
    framework: str | None
    lang: str | None
    numbered: bool
    again: bool = False
    _first: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, table: SourceTable, framework: str | None, lang: str | None, *, again: bool = False) -> QuestionReader:
        columns = columns_of(table)
        texts = [text for record in table.records for name in columns.texts if (text := optional(record.cells, name))]
        numbers = sum(without_number(text).number is not None for text in texts)
        return cls(table, columns, framework, lang, len(texts) > 1 and numbers >= _NUMBERED_SHARE * len(texts), again)

    def items(self, record: Record) -> list[Item]:
        """The question of a row in each of its languages."""
        found = [
            self._item(record, text, name, lang)
            for name, lang in self.columns.texts.items()
            if (text := optional(record.cells, name)) is not None
        ]
        if not found:
            raise RowError(NO_QUESTION, next(iter(self.columns.texts)))
        marks = [] if self.again else [f"item {item.id}" for item in found]
        own = optional(record.cells, self.columns.id) if self.columns.id else None
        marks += [f"id {own} {item.lang}" for item in found] if own else []
        for mark in marks:
            if mark in self._first:
                raise RowError(f"duplicate of row {self._first[mark]}")
        self._first.update(dict.fromkeys(marks, record.row))
        return found

    def _item(self, record: Record, text: str, column: str, lang: str | None) -> Item:
        problem = problem_of(text)
        if problem is not None:
            raise RowError(problem, column)
        said = without_number(text) if self.numbered else Numbered(None, text.strip())
        cells, columns, stem = record.cells, self.columns, self.table.file.stem
        own = optional(cells, columns.id) if columns.id else None
        about = optional(cells, columns.about) if columns.about else None
        cluster = optional(cells, columns.cluster) if columns.cluster else None
        parallel = own or (str(record.row) if len(columns.texts) > 1 else None)
        named = {"about": about, "question": own, "number": said.number}
        return question_item(
            said.text,
            lang=lang or _code(optional(cells, columns.lang) if columns.lang else None) or self.lang,
            source=self.table.file.name,
            framework=self.framework,
            parallel_id=f"{stem}/{parallel}" if parallel else None,
            clusters=(f"{stem}/{cluster}",) if cluster else (),
            parent_ids=(row_id(self.table, record),),
            meta={name: value for name, value in named.items() if value is not None},
        )


def _code(said: str | None) -> str | None:
    return None if said is None else SIDE_BY_SIDE.get(said.lower(), said)


def question_table(path: Path) -> SourceTable:
    """The file as a table: `.txt` without a header that we know is one question a line, a JSON list of texts one of
    each."""
    if path.suffix.lower() == ".txt":
        return _lines(path)
    table = read_source(path)
    if path.suffix.lower() == ".json" and table.columns == ("value",) and all(each.problem for each in table.records):
        records = tuple(Record(each.row, {QUESTION[0]: each.cells["value"]}) for each in table.records)
        return SourceTable(path, (QUESTION[0],), records, table.encoding)
    return table


def _lines(path: Path) -> SourceTable:
    decoded = read_text(path)
    lines = decoded.text.splitlines()
    head = re.split(r"[\t,;]", lines[0].lower()) if lines else []
    if any(name.strip().strip('"') in QUESTION for name in head):
        return read_source(path)
    records = tuple(Record(row, {QUESTION[0]: line}) for row, line in enumerate(lines, 1) if line.strip())
    if not records:
        raise InputError("there are no rows in this file", file=path)
    return SourceTable(path, (QUESTION[0],), records, decoded.encoding)


questions = FileFormat(
    "questions",
    {
        "en": "open questions: one a line, or a table with a column `question`, or `zh` and `en` side by side",
        "zh": "开放式问题：每行一个，或含“问题”列（或并列的 zh、en 列）的表",
    },
    read_questions,
)
