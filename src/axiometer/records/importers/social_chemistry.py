"""Social Chemistry 101: rules of thumb about social and moral norms (Forbes et al. 2020), a TSV of 356,000 rows.

One row is one person's breakdown of one rule; most rules have one, some 3, 5 or 50. Kept in `meta` are the published
ids, splits and areas and the answers on a closed scale; `rot-agree` is the share of people who would agree, in five
grades from 0 (under 1 %) to 4 (over 99 %). Situations, actions and judgements in free words and the numbers of the
people are left out; a row marked `rot-bad` is rejected.
"""

from __future__ import annotations

from pathlib import Path

from axiometer.records.importers.accounting import FileFormat, Imported, ImportOptions, RowError
from axiometer.records.importers.cells import Cells, optional, require_columns
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

NAME = "social-chemistry-101"
BAD = "rot-bad is 1: its annotator found it unclear or no rule"
_AGREEMENT = range(5)
_BIPOLAR = range(-2, 3)


def _read(path: Path, options: ImportOptions) -> Imported:
    source = stream_source(path)
    require_columns(source, "rot", "rot-agree", "rot-moral-foundations", "rot-bad")
    lang = options.lang or "en"

    def read(record: Record) -> RuleRow:
        cells = record.cells
        if _is_bad(cells):
            raise RowError(BAD, "rot-bad")
        return RuleRow(rule_text(cells, "rot"), lang, _labels(cells))

    return RuleBook(source, NAME, notes=[UNUSED_FRAMEWORK] if options.framework else []).each(read)


def _labels(cells: Cells) -> tuple[tuple[str, str], ...]:
    return (
        *grade(cells, "rot-agree", "rot-agree", _AGREEMENT),
        *several(cells, "rot-moral-foundations", "moral-foundations"),
        *several(cells, "rot-categorization", "categories"),
        *grade(cells, "action-moral-judgment", "moral-judgment", _BIPOLAR),
        *grade(cells, "action-agree", "action-agree", _AGREEMENT),
        *grade(cells, "action-pressure", "pressure", _BIPOLAR),
        *label(cells, "action-legal", "legal"),
        *label(cells, "action-agency", "agency"),
        *label(cells, "area", "area"),
        *label(cells, "split", "split"),
        *label(cells, "rot-id", "rot-id"),
    )


def _is_bad(cells: Cells) -> bool:
    mark = (optional(cells, "rot-bad") or "0").removesuffix(".0").lower()
    if mark not in ("0", "1", "false", "true"):
        raise RowError(f"neither 0 nor 1: {mark[:40]}", "rot-bad")
    return mark in ("1", "true")


social_chemistry = FileFormat(
    NAME,
    {
        "en": "Social Chemistry 101 TSV: rules of thumb with the judgements of their annotators",
        "zh": "Social Chemistry 101 TSV：经验规则及其标注者的判断",
    },
    _read,
)
