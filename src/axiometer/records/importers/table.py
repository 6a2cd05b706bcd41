"""Any CSV, TSV, JSON, JSONL, XLSX or Parquet file of items, by a YAML mapping of its columns (see `mapping`)."""

from __future__ import annotations

from pathlib import Path

from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.records.importers.accounting import Account, FileFormat, Imported, ImportOptions, RowError, row_id
from axiometer.records.importers.cells import Cells, labels, language_of, optional, require_columns, resolve, text
from axiometer.records.importers.mapping import (
    ExpressionMapping,
    LanguageColumn,
    OptionMapping,
    TableMapping,
    read_mapping,
)
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item
from axiometer.records.spreadsheets import Record, SourceTable, read_source

_SIGNS = {"1": 1, "+1": 1, "1.0": 1, "+": 1, "-1": -1, "-1.0": -1, "-": -1, "−1": -1, "−": -1}


def _read(path: Path, options: ImportOptions) -> Imported:
    if options.mapping is None:
        raise InputError("the format table needs a mapping of columns (YAML)", file=path, mend="give --mapping FILE")
    mapping = read_mapping(options.mapping)
    table = read_source(path)
    require_columns(table, *mapping.columns())
    framework = _framework(mapping, options)
    account = Account(table)

    def build(record: Record) -> Item:
        return _item(record, table, mapping, framework, options.lang)

    account.each(build, key=mapping.id)
    return account.close()


def _framework(mapping: TableMapping, options: ImportOptions) -> Framework | None:
    """The framework of the mapping (the command line goes before it); a path in the mapping is relative to its file."""
    name = options.framework or mapping.framework
    if name is None:
        return None
    beside = options.mapping.parent / name if options.mapping and not options.framework else Path(name)
    framework = load_framework(beside if beside.is_file() else name)
    if mapping.level:
        framework.level(mapping.level)
    for option in mapping.options:
        for expression in option.expresses:
            if expression.label and expression.kind is ExpressionKind.VALUE:
                framework.resolve(expression.label, level=mapping.level)
    return framework


def _item(
    record: Record, table: SourceTable, mapping: TableMapping, framework: Framework | None, lang: str | None
) -> Item:
    cells = record.cells
    if mapping.id:
        text(cells, mapping.id)
    prompt = text(cells, mapping.prompt)
    sides = tuple(
        Option(text(cells, option.text), option.role, _expressions(cells, option, mapping, framework))
        for option in mapping.options
        if not (option.optional and optional(cells, option.text) is None)
    )
    _check_sides(sides, mapping)
    parallel = text(cells, mapping.parallel_id) if mapping.parallel_id else None
    return make_item(
        kind=mapping.kind or (ItemKind.DILEMMA if mapping.options else ItemKind.OPEN),
        lang=lang or _language(cells, mapping) or language_of(prompt),
        prompt=prompt,
        options=sides,
        clusters=tuple(f"{column}:{found}" for column in mapping.clusters if (found := optional(cells, column))),
        source=mapping.source,
        framework=framework.id if framework else None,
        parallel_id=f"{mapping.source}/{parallel}" if parallel else None,
        mapped=any(option.expresses for option in mapping.options),
        parent_ids=(row_id(table, record),),
        meta={column: found for column in (mapping.id, *mapping.meta) if column and (found := optional(cells, column))},
    )


def _check_sides(sides: tuple[Option, ...], mapping: TableMapping) -> None:
    if mapping.options and len([side for side in sides if side.role is Role.SIDE]) < 2:
        raise RowError("fewer than two sides", mapping.options[-1].text)
    seen: dict[str, str] = {}
    for side in sides:
        if side.text in seen:
            raise RowError("two options with the same text", mapping.options[-1].text)
        seen[side.text] = side.text


def _language(cells: Cells, mapping: TableMapping) -> str | None:
    return text(cells, mapping.lang.column) if isinstance(mapping.lang, LanguageColumn) else mapping.lang


def _expressions(
    cells: Cells, option: OptionMapping, mapping: TableMapping, framework: Framework | None
) -> tuple[Expression, ...]:
    found: dict[tuple[ExpressionKind, str], int] = {}
    for expression in option.expresses:
        polarity = _polarity(cells, expression)
        for label in _labels(cells, expression, mapping.separator):
            target = label
            if framework is not None and expression.kind is ExpressionKind.VALUE:
                target = resolve(framework, label, expression.column, level=mapping.level)
            if found.setdefault((expression.kind, target), polarity) != polarity:
                raise RowError(f"one option both endorses and opposes {target}", expression.column or option.text)
    return tuple(Expression(kind, target, polarity) for (kind, target), polarity in found.items())


def _labels(cells: Cells, expression: ExpressionMapping, separator: str | None) -> tuple[str, ...]:
    if expression.label is not None:
        return (expression.label,)
    assert expression.column is not None
    cell = optional(cells, expression.column)
    if separator is None or cell is None:
        return labels(cell)
    return tuple(dict.fromkeys(part.strip() for part in cell.split(separator) if part.strip()))


def _polarity(cells: Cells, expression: ExpressionMapping) -> int:
    if expression.polarity_column is None:
        return expression.polarity
    sign = text(cells, expression.polarity_column)
    if sign not in _SIGNS:
        raise RowError(f"neither +1 nor -1: {sign[:40]}", expression.polarity_column)
    return _SIGNS[sign]


table = FileFormat(
    "table",
    {
        "en": "any CSV, TSV, JSON, JSONL, XLSX or Parquet file, by a YAML mapping of its columns",
        "zh": "任意 CSV、TSV、JSON、JSONL、XLSX 或 Parquet 文件，由 YAML 说明各列含义",
    },
    _read,
)
