"""DailyDilemmas: everyday dilemmas with the values behind either action (Chiu et al. 2024); two rows make one item.

Rows share `idx` and `dilemma_situation`; `action_type` is `to_do` or `not_to_do`, `action` the option, `values_names` a
Python list of free labels. `mft`, `virtue`, `wvs`, `emotion`, `maslow` are lists parallel to it: the authors' own
crosswalks. Without a framework the free labels are the values. With one, that column of labels is used of which most
are known to it (said in the notes). `model_resp_<model>…` are recorded answers; options stand as to_do, not_to_do.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.records.importers.accounting import Account, FileFormat, Imported, ImportOptions, RowError, row_id
from axiometer.records.importers.cells import language_of, literal_list, optional, require_columns, text
from axiometer.records.importers.recorded import recorded_answer
from axiometer.records.rows import Answer, Expression, ExpressionKind, Item, ItemKind, Option, Outcome, make_item
from axiometer.records.spreadsheets import Record, SourceTable, read_source

SOURCE = "DailyDilemmas (Chiu et al. 2024), CC BY 4.0"
ACTIONS = ("to_do", "not_to_do")
LABEL_COLUMNS = ("values_names", "mft", "virtue", "wvs", "maslow", "emotion")
_RECORDED = re.compile(r"model_resp_(?P<model>.+?)(_clean)?")
_META_COLUMNS = ("idx", "basic_situation", "topic", "topic_group")

Pair = tuple[Record, Record]


class _Labels:
    """How the labels of this file become values: free labels, or those of a framework that its best column names."""

    def __init__(self, table: SourceTable, framework: Framework | None) -> None:
        self.column = "values_names"
        self.values: dict[str, str] | None = None
        self.framework = framework.id if framework else None
        self.note: str | None = None
        if framework is not None:
            self._match(table, framework)

    def _match(self, table: SourceTable, framework: Framework) -> None:
        known: dict[str, dict[str, str]] = {}
        counts = {column: _counted(table, column) for column in LABEL_COLUMNS if column in table.columns}
        for column, labels in counts.items():
            known[column] = {name: value for name in labels if (value := _value(framework, name))}
        shares = {column: _share(counts[column], known[column]) for column in counts}
        self.column = max(shares, key=lambda column: shares[column])
        self.values = known[self.column]
        if not self.values:
            what = f"no value in the columns {', '.join(counts)} is known to the framework {framework.id}"
            raise InputError(what, file=table.file, mend="import without a framework to keep the file's own labels")
        unknown = sum(counts[self.column].values()) - sum(counts[self.column][name] for name in self.values)
        self.note = (
            f"values of {framework.id} by the names in column {self.column!r}; "
            f"{unknown} labels there have no counterpart and express nothing"
        )

    def expressions(self, record: Record) -> tuple[Expression, ...]:
        names = [name.strip() for name in literal_list(text(record.cells, self.column), self.column) if name]
        targets = names if self.values is None else [self.values[name] for name in names if name in self.values]
        return tuple(Expression(ExpressionKind.VALUE, target, 1) for target in dict.fromkeys(targets))


def _read(path: Path, options: ImportOptions) -> Imported:
    table = read_source(path)
    require_columns(table, "idx", "dilemma_situation", "action_type", "action", "values_names")
    labels = _Labels(table, load_framework(options.framework) if options.framework else None)
    respondents = {match["model"]: column for column in table.columns if (match := _RECORDED.fullmatch(column))}
    account = Account(table)
    if labels.note:
        account.notes.append(labels.note)
    for pair in _pairs(account):
        try:
            item = _item(pair, table, labels, options.lang)
        except RowError as bad:
            for record in pair:
                account.reject(record, bad.reason, bad.column)
            continue
        if account.keep(item, *pair):
            for model, column in respondents.items():
                account.answers.append(_answer(item, model, column, pair, table, len(account.answers)))
    return account.close()


def _pairs(account: Account) -> list[Pair]:
    """The two rows of each dilemma, to_do first; rows without a partner are rejected."""
    groups: dict[tuple[str, str], dict[str, Record]] = {}
    for record in account.usable():
        try:
            key = (text(record.cells, "idx"), text(record.cells, "dilemma_situation"))
            action = text(record.cells, "action_type")
            if action not in ACTIONS:
                raise RowError(f"neither to_do nor not_to_do: {action[:40]}", "action_type")
            first = groups.setdefault(key, {}).setdefault(action, record)
            if first is not record:
                raise RowError(f"duplicate of row {first.row}")
        except RowError as bad:
            account.reject(record, bad.reason, bad.column)
    whole = []
    for group in groups.values():
        if len(group) == len(ACTIONS):
            whole.append((group["to_do"], group["not_to_do"]))
        else:
            for record in group.values():
                account.reject(record, "the other action of this dilemma is missing or rejected", "action_type")
    return whole


def _item(pair: Pair, table: SourceTable, labels: _Labels, lang: str | None) -> Item:
    cells = pair[0].cells
    prompt = text(cells, "dilemma_situation")
    meta = {column: found for column in _META_COLUMNS if (found := optional(cells, column))}
    for action, record in zip(ACTIONS, pair, strict=True):
        consequence = optional(record.cells, "negative_consequence")
        if consequence:
            meta[f"consequence_{action}"] = consequence
    sides = tuple(Option(text(record.cells, "action"), expresses=labels.expressions(record)) for record in pair)
    situation = optional(cells, "basic_situation")
    return make_item(
        kind=ItemKind.DILEMMA,
        lang=lang or language_of(prompt),
        prompt=prompt,
        options=sides,
        clusters=(f"daily-dilemmas/situation:{situation}",) if situation else (),
        source=SOURCE,
        framework=labels.framework,
        parent_ids=tuple(row_id(table, record) for record in pair),
        meta=meta,
    )


def _answer(item: Item, model: str, column: str, pair: Pair, table: SourceTable, seq: int) -> Answer:
    """Both rows repeat the answer; where they differ it is invalid."""
    raw = [optional(record.cells, column) for record in pair]
    option = ACTIONS.index(raw[0]) if raw[0] in ACTIONS and raw[0] == raw[1] else None
    if option is not None:
        outcome, reason = Outcome.CHOSEN, None
    elif raw == [None, None]:
        outcome, reason = Outcome.ERROR, "no answer recorded"
    else:
        outcome, reason = Outcome.INVALID, "the two rows do not record one action"
    return recorded_answer(
        item,
        model=model,
        raw=raw[0] if raw[0] is not None and raw[0] == raw[1] else " | ".join(str(cell) for cell in raw if cell),
        outcome=outcome,
        option=option,
        reason=reason,
        parent_ids=tuple(row_id(table, record) for record in pair),
        seq=seq,
    )


def _counted(table: SourceTable, column: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for record in table.records:
        try:
            counts.update(name.strip() for name in literal_list(record.cells.get(column) or "", column) if name)
        except RowError:
            continue
    return counts


def _value(framework: Framework, label: str) -> str | None:
    try:
        return framework.resolve(label)
    except InputError:
        return None


def _share(counts: Counter[str], known: dict[str, str]) -> float:
    return sum(counts[name] for name in known) / max(sum(counts.values()), 1)


daily_dilemmas = FileFormat(
    "daily-dilemmas",
    {
        "en": "DailyDilemmas CSV: everyday dilemmas, two rows each, with recorded answers of models",
        "zh": "DailyDilemmas CSV：日常两难情境（每题两行），含模型的已有回答",
    },
    _read,
)
