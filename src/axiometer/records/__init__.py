"""The row types that travel, their ids and tables, and importers for published formats."""

from axiometer.records.corpus_rows import Rule, RuleLabel, Text, make_rule, make_text
from axiometer.records.ids import canonical, content_id
from axiometer.records.rows import (
    Answer,
    Expression,
    ExpressionKind,
    Item,
    ItemKind,
    Mode,
    Option,
    Outcome,
    Role,
    make_item,
)
from axiometer.records.schemas import schema_of, to_frame, to_rows

__all__ = [
    "Answer",
    "Expression",
    "ExpressionKind",
    "Item",
    "ItemKind",
    "Mode",
    "Option",
    "Outcome",
    "Role",
    "Rule",
    "RuleLabel",
    "Text",
    "canonical",
    "content_id",
    "make_item",
    "make_rule",
    "make_text",
    "schema_of",
    "to_frame",
    "to_rows",
]
