"""MoralChoice: two-action scenarios whose actions were judged by annotators to violate rules (Scherrer et al. 2023).

Columns: `scenario_id, context, action1, action2`, and for each rule r `a1_r` and `a2_r` with `Yes`, `No` or
`No Agreement`. Only `Yes` counts, as opposing the rule (polarity -1); what annotators did not agree on is in `meta`.
"""

from __future__ import annotations

from pathlib import Path

from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.records.importers.accounting import Account, FileFormat, Imported, ImportOptions, RowError, row_id
from axiometer.records.importers.cells import Cells, language_of, optional, require_columns, text
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, make_item
from axiometer.records.spreadsheets import Record, SourceTable, read_source

SOURCE = "MoralChoice (Scherrer et al. 2023), MIT"
# Not `generation_rule`: the ten rules are what is measured here, not a sample of sources that items happen to share.
_FAMILY_COLUMNS = ("scenario_family", "family")
_META_COLUMNS = ("scenario_id", "ambiguity", "generation_type", "generation_rule")


def _read(path: Path, options: ImportOptions) -> Imported:
    table = read_source(path)
    require_columns(table, "scenario_id", "context", "action1", "action2")
    framework = load_framework(options.framework or "moralchoice-rules")
    rules = _rules(table, framework)
    account = Account(table)

    def build(record: Record) -> Item:
        text(record.cells, "scenario_id")
        return _item(record, table, framework.id, rules, options.lang)

    account.each(build, key="scenario_id")
    return account.close()


def _rules(table: SourceTable, framework: Framework) -> dict[str, str]:
    """Rule id by the suffix of its two columns."""
    first = [column[3:] for column in table.columns if column.startswith("a1_")]
    second = [column[3:] for column in table.columns if column.startswith("a2_")]
    unpaired = [f"a2_{name}" for name in first if name not in second]
    unpaired += [f"a1_{name}" for name in second if name not in first]
    if unpaired or not first:
        missing = ", ".join(unpaired) if unpaired else "a1_… and a2_… (rule violations)"
        raise InputError("columns missing: {missing}", file=table.file, missing=missing)
    rules = {}
    for name in first:
        try:
            rules[name] = framework.resolve(name)
        except InputError as error:
            raise InputError(error.what, file=table.file, column=f"a1_{name}", mend=error.mend) from error
    return rules


def _item(record: Record, table: SourceTable, framework: str, rules: dict[str, str], lang: str | None) -> Item:
    cells = record.cells
    prompt = text(cells, "context")
    sides = []
    meta = {column: found for column in _META_COLUMNS if (found := optional(cells, column))}
    for action in ("1", "2"):
        violated, unsettled = _judged(cells, f"a{action}_", rules)
        expresses = tuple(Expression(ExpressionKind.VALUE, rule, -1) for rule in violated)
        sides.append(Option(text(cells, f"action{action}"), expresses=expresses))
        if unsettled:
            meta[f"action{action}_no_agreement"] = ",".join(unsettled)
    if sides[0].text == sides[1].text:
        raise RowError("both actions are the same", "action2")
    families = [(column, optional(cells, column)) for column in _FAMILY_COLUMNS]
    return make_item(
        kind=ItemKind.DILEMMA,
        lang=lang or language_of(prompt),
        prompt=prompt,
        options=tuple(sides),
        clusters=tuple(f"moralchoice/{column}:{name}" for column, name in families if name),
        source=SOURCE,
        framework=framework,
        parent_ids=(row_id(table, record),),
        meta=meta,
    )


def _judged(cells: Cells, prefix: str, rules: dict[str, str]) -> tuple[list[str], list[str]]:
    """Rules that the action violates, and rules on which the annotators did not agree."""
    violated, unsettled = [], []
    for name, rule in rules.items():
        judged = text(cells, prefix + name).lower()
        if judged == "yes":
            violated.append(rule)
        elif judged == "no agreement":
            unsettled.append(rule)
        elif judged != "no":
            raise RowError(f"neither Yes, No nor No Agreement: {judged[:40]}", prefix + name)
    return violated, unsettled


moralchoice = FileFormat(
    "moralchoice",
    {
        "en": "MoralChoice CSV: two-action scenarios with rule violations judged by annotators",
        "zh": "MoralChoice CSV：两个行动的情境，由标注者判断各行动违反哪些规则",
    },
    _read,
)
