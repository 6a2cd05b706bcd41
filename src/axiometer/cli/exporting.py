"""`axiometer export`: any table as CSV or XLSX for people, or items in a published format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import say
from axiometer.errors import InputError
from axiometer.messages import t


def export(
    table: Annotated[
        Path,
        typer.Argument(help=t("Parquet file, or a folder of parts; or a published format (navab), before its ITEMS.")),
    ],
    output: options.Output,
    items: Annotated[
        Path | None, typer.Argument(help=t("Table of items, or a folder of parts, to write in a published format."))
    ] = None,
    sheet: Annotated[
        bool, typer.Option("--sheet", help=t("Items as a sheet for people to answer; `import people` reads it back."))
    ] = False,
) -> None:
    """CSV opens in Excel with Chinese intact; cells that a spreadsheet would run as formulas are made harmless."""
    import polars as pl

    from axiometer.records.exports import write_csv_for_people, write_xlsx
    from axiometer.records.tables import parquet_files, read_part

    if items is not None:
        _publish(str(table), items, output, sheet)
        return
    if not table.exists():
        from axiometer.records.exporters import exporters

        if str(table) in exporters():
            raise InputError("no items to export", mend="name their table after the format")
    writers = {".csv": write_csv_for_people, ".xlsx": write_xlsx}
    if output.suffix not in writers:
        raise InputError("must end in .csv or .xlsx", file=output)
    if sheet:
        from axiometer.measure.sheets import answer_sheet
        from axiometer.records.tables import read_items

        frame = answer_sheet(read_items(table))
        writers[output.suffix](frame, output)
        say(t("{n} rows in {file}", n=frame.height, file=output))
        return
    parts = [read_part(file) for file in parquet_files(table)]
    try:
        frame = pl.concat(parts)
    except pl.exceptions.PolarsError as error:
        raise InputError("holds tables of different columns", file=table, mend="name one of its files") from error
    writers[output.suffix](frame, output)
    say(t("{n} rows in {file}", n=frame.height, file=output))


def _publish(format_: str, table: Path, output: Path, sheet: bool) -> None:
    """The items of `table` in a published format; those without a place in it in a file beside the output."""
    from axiometer.records.exporters import exporters
    from axiometer.records.importers import write_rejects
    from axiometer.records.tables import read_items

    known = exporters()
    if format_ not in known:
        mend = "one of {known}"
        raise InputError("there is no format {name!r}", mend=mend, name=format_, known=", ".join(known))
    if sheet:
        raise InputError("--sheet does not go with a published format")
    chosen = known[format_]
    if output.suffix != chosen.suffix:
        raise InputError("must end in {suffix}", file=output, suffix=chosen.suffix)
    exported = chosen.write(read_items(table), table, output)
    rejects = output.with_suffix(".rejects.csv")
    if exported.left_out:
        write_rejects(exported.left_out, rejects)
    else:
        rejects.unlink(missing_ok=True)
    if not exported.written:
        raise InputError(
            "no item has a place in the format {format}",
            file=table,
            mend="see {rejects}",
            format=format_,
            rejects=rejects,
        )
    say(t("{n} items in {file}, {m} left out", n=exported.written, file=output, m=len(exported.left_out)))
    for reason, n in exported.reasons().items():
        say(t("{where}: {what}", where=t(reason), what=n))
    for note in exported.notes:
        say(t(note))
    if exported.left_out:
        say(t("why, row by row: {file}", file=rejects))
