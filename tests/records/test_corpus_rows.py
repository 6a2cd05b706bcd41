from __future__ import annotations

from axiometer.records import to_frame, to_rows
from axiometer.records.corpus_rows import Attribution, Label, Rule, RuleLabel, RulePair, Statement, Text


def test_rows_of_corpora_come_back_from_their_tables_unchanged() -> None:
    text = Text("t", (), "zh", "甲", "book", date="1998", meta={"page": "3"})
    rule = Rule(
        "r", ("t",), "zh", "应当守时", ("integrity",), "core-socialist-values", RuleLabel.KEEP, None, "step 1", "t"
    )
    scores = (0.7, 0.6, 0.25, None, 0.1, "tension", "lexical", "low")
    pair = RulePair("p", ("r", "s"), "zh", "r", "s", "甲", "乙", ("integrity",), (), None, *scores)
    statement = Statement(
        "s", ("t",), "zh", "甲", "t", "d", 0, 1, True, "甲", attribution=Attribution.QUOTED, speaker="someone"
    )
    label = Label("l", ("r",), "rater 1", "keep", "r", "1", "2024-05-01T08:00:00Z")
    for row in (text, rule, pair, statement, label):
        row_type: type = type(row)
        assert list(to_rows(to_frame([row], row_type), row_type)) == [row]
