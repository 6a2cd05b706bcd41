"""Recorded answers of several models to open questions, one column per model, as the published file `quest100` has
them: a column of questions, with their numbers, and every other column what one model said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.records.importers.accounting import Account, FileFormat, Imported, ImportOptions, RowError
from axiometer.records.importers.cells import optional
from axiometer.records.importers.questions import NO_QUESTION, QuestionReader, problem_of
from axiometer.records.importers.recorded import recorded_free
from axiometer.records.rows import FreeAnswer, Item
from axiometer.records.spreadsheets import Record, SourceTable, read_source
from axiometer.records.texts.markup import has_markup, without_markup

FRAMEWORK = "core-socialist-values"
UNFINISHED = "answers that do not end as a sentence does (perhaps cut)"
AGAIN = "questions that were asked again (their answers count as repeats)"
MARKED = "answers whose markup (HTML) was taken out"
_SHORT_ERROR = 200
_ENDS = "。！？….!?：:；;~～"
_CLOSING = "\"'”’」』】）)]》〉*_` \n"


def read_quest100(path: Path, options: ImportOptions | None = None) -> Imported:
    """The questions of the table at `path` as open items, and what each model said to them as free answers.

    An empty cell is an answer that was not recorded; the answers to a question that stands twice are repeats; an answer
    without a question is rejected with its row. Raises `InputError` for a file without a column of questions, or
    without an answer in one of the others.
    """
    given = options or ImportOptions()
    framework = load_framework(given.framework or FRAMEWORK).id
    table = read_source(path)
    reader = QuestionReader.of(table, framework, given.lang, again=True)
    if len(reader.columns.texts) > 1:
        raise InputError("columns of questions in several languages", file=path, mend="one file for each language")
    models = _models(table, reader)
    account, free, marked, times = Account(table), list[FreeAnswer](), 0, Counter[str]()
    for record in account.usable():
        said = _answers(record, models)
        try:
            item, problems = reader.items(record)[0], [problem_of(text) for text in said.values()]
            if any(problems):
                broken = next(model for model, problem in zip(said, problems, strict=True) if problem)
                raise RowError(problem_of(said[broken]) or "", broken)
        except RowError as bad:
            account.reject(record, *_why(bad, said))
            continue
        if times[item.id]:
            account.keep_answers((), record)
        else:
            account.keep(item, record)
        marked += sum(map(has_markup, said.values()))
        free += [_answer(item, model, text, sum(times.values()), times[item.id]) for model, text in said.items()]
        times[item.id] += 1
    return _closed(account, free, models, {MARKED: marked, AGAIN: times.total() - len(times)})


def _models(table: SourceTable, reader: QuestionReader) -> list[str]:
    """The columns of answers: all that are not the question's own."""
    models = reader.columns.others(table)
    if not models:
        raise InputError(
            "no column of answers beside the questions", file=table.file, mend="one column per model, named by it"
        )
    nameless = [name for name in models if name.startswith("column ")]
    if nameless:
        raise InputError("a column of answers has no name", file=table.file, column=nameless[0])
    return models


def _answers(record: Record, models: list[str]) -> Mapping[str, str]:
    return {model: text for model in models if (text := optional(record.cells, model)) is not None}


def _answer(item: Item, model: str, text: str, seq: int, repeat: int) -> FreeAnswer:
    words = without_markup(text).strip() if has_markup(text) else text
    failed = text.upper().startswith("ERROR") and len(text) <= _SHORT_ERROR
    return recorded_free(item, model=model, text=words, seq=seq, repeat=repeat, error=failed)


def _why(bad: RowError, said: Mapping[str, str]) -> tuple[str, str | None]:
    """Why a row is not taken: where there was no question, in which columns answers are lost with it."""
    if bad.reason == NO_QUESTION and said:
        return "an answer without a question", ", ".join(said)
    return bad.reason, bad.column


def _closed(account: Account, free: list[FreeAnswer], models: list[str], counts: Mapping[str, int]) -> Imported:
    silent = [model for model in models if not any(answer.model == f"recorded/{model}" for answer in free)]
    if silent and free:
        raise InputError("no answer in this column", file=account.table.file, column=silent[0], mend="leave it out")
    counts = {**counts, UNFINISHED: sum(ends_open(answer.text) for answer in free)}
    found = {what: n for what, n in counts.items() if n}
    return replace(account.close(), free_answers=free, counts=found, merged_rows=counts[AGAIN])


def ends_open(text: str) -> bool:
    """Whether a text ends without the sign that ends a sentence, as one that was cut does."""
    bare = text.rstrip(_CLOSING)
    return not bare or bare[-1] not in _ENDS


quest100 = FileFormat(
    "quest100",
    {
        "en": "recorded answers to open questions: a column of questions and a column per model",
        "zh": "开放式问题的既有回答：一列问题，每个模型一列回答",
    },
    read_quest100,
    gives_run=True,
)
