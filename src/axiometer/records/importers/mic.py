"""Moral Integrity Corpus (MIC): rules of thumb behind the replies of chatbots (Ziems et al. 2022), a CSV.

One row is one annotation of one reply (`Q`, `A`) by a rule. Kept in `meta` are the moral foundations, the agreement
and the severity of a violation in five grades from 1 to 5 (-1: not answered), whether the reply agrees with the rule
(0 disagrees, 1 neutral, 2 agrees), chatbot and split. Questions, replies, comments and worker ids are left out.
"""

from __future__ import annotations

from pathlib import Path

from axiometer.records.importers.accounting import FileFormat, Imported, ImportOptions
from axiometer.records.importers.cells import Cells, require_columns
from axiometer.records.importers.rule_sets import (
    UNUSED_FRAMEWORK,
    RuleBook,
    RuleRow,
    grade,
    label,
    rule_text,
    several,
)
from axiometer.records.spreadsheets import Record, stream_source

NAME = "mic"
_GRADES = range(1, 6)
_ALIGNMENT = range(3)
_UNANSWERED = "-1"


def _read(path: Path, options: ImportOptions) -> Imported:
    source = stream_source(path)
    require_columns(source, "rot", "rot-agree", "violation-severity", "moral")
    lang = options.lang or "en"

    def read(record: Record) -> RuleRow:
        return RuleRow(rule_text(record.cells, "rot"), lang, _labels(record.cells))

    return RuleBook(source, NAME, notes=[UNUSED_FRAMEWORK] if options.framework else []).each(read)


def _labels(cells: Cells) -> tuple[tuple[str, str], ...]:
    return (
        *grade(cells, "rot-agree", "rot-agree", _GRADES, _UNANSWERED),
        *several(cells, "moral", "moral-foundations"),
        *grade(cells, "violation-severity", "violation-severity", _GRADES, _UNANSWERED),
        *grade(cells, "A_agrees", "reply-agrees", _ALIGNMENT),
        *label(cells, "chatbot", "chatbot"),
        *label(cells, "split", "split"),
        *label(cells, "rot-id", "rot-id"),
    )


mic = FileFormat(
    NAME,
    {
        "en": "Moral Integrity Corpus CSV: rules of thumb behind the replies of chatbots, with annotations",
        "zh": "Moral Integrity Corpus（MIC）CSV：聊天机器人回复背后的经验规则及其标注",
    },
    _read,
)
