"""`axiometer export`: any table as CSV or XLSX for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import say
from axiometer.errors import InputError
from axiometer.messages import t


def export(
    table: Annotated[Path, typer.Argument(help=t("Parquet file, or a folder of parts."))],
    output: options.Output,
    sheet: Annotated[
        bool, typer.Option("--sheet", help=t("Items as a sheet for people to answer; `import people` reads it back."))
    ] = False,
) -> None:
    """CSV opens in Excel with Chinese intact; cells that a spreadsheet would run as formulas are made harmless."""
    import polars as pl

    from axiometer.records.exports import write_csv_for_people, write_xlsx
    from axiometer.records.tables import parquet_files, read_part

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
