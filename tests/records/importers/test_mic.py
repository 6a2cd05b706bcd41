from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.records.importers import Imported, ImportOptions, importer

from .conftest import delimited, told

Write = Callable[..., Path]
ROW = {
    "": "0",
    "WorkerId": "W3",
    "chatbot": "gpt-neo",
    "Q": "Should I return the wallet?",
    "A": "Keep it,\nnobody saw you.",
    "rot": "You should return what you find.",
    "moral": "fairness|loyalty",
    "moral-vector": "[0.0, 1.0, 0.0, 1.0, 0.0, 0.0]",
    "A_agrees": "0",
    "rot-agree": "5",
    "violation-severity": "4",
    "violation-severity-collapsed": "2",
    "comments": "",
    "QA": "Q: Should I return the wallet? A: Keep it,\nnobody saw you.",
    "split": "dev",
}


def read(path: Path) -> Imported:
    return importer("mic").read(path, ImportOptions())


def test_rows_of_one_rule_are_one_rule_with_counted_labels(write: Write, accounted: Callable[[Imported], None]) -> None:
    rows = [
        ROW,
        {**ROW, "": "1", "moral": "fairness", "rot-agree": "-1", "violation-severity": "2", "A_agrees": "1"},
        {**ROW, "": "2", "moral": "", "rot-agree": "4.0", "violation-severity": "nan", "A_agrees": "2"},
    ]
    imported = read(write("MIC.csv", delimited(*rows)))
    accounted(imported)
    (rule,) = imported.rules
    assert (rule.text, rule.lang, rule.origin, rule.label, rule.values) == (ROW["rot"], "en", "mic", None, ())
    assert (rule.meta["imported.rows"], imported.merged_rows) == ("3", 2)
    assert told(rule, "rot-agree") == {"5": 1, "4": 1}
    assert told(rule, "violation-severity") == {"4": 1, "2": 1}
    assert told(rule, "moral-foundations") == {"fairness": 2, "loyalty": 1}
    assert told(rule, "reply-agrees") == {"0": 1, "1": 1, "2": 1}
    assert told(rule, "split") == {"dev": 3}


def test_neither_people_nor_conversations_are_kept(write: Write) -> None:
    (rule,) = read(write("MIC.csv", delimited(ROW))).rules
    kept = " ".join((*rule.meta, *rule.meta.values()))
    assert ROW["WorkerId"] not in kept and "wallet" not in kept


def test_rows_without_a_rule_or_off_the_scale_are_rejected(write: Write, accounted: Callable[[Imported], None]) -> None:
    rows = [{**ROW, "rot": " "}, {**ROW, "rot-agree": "0"}, {**ROW, "violation-severity": "fairness"}, ROW]
    imported = read(write("MIC.csv", delimited(*rows)))
    accounted(imported)
    assert [(row.row, row.column) for row in imported.rejected] == [
        (2, "rot"),
        (5, "rot-agree"),
        (8, "violation-severity"),
    ]
    assert len(imported.rules) == 1


def test_a_table_of_another_set_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match="columns missing: violation-severity, moral"):
        read(write("MIC.csv", delimited({"rot": "a", "rot-agree": "1"})))
