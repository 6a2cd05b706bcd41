"""`axiometer import`: published and own files to tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import say, say_json
from axiometer.errors import InputError
from axiometer.messages import language, t


def import_file(
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help=t("Format of the file; `list` shows all."))],
    file: Annotated[Path | None, typer.Argument(help=t("The file."))] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=t("Table to write (.parquet)."))] = None,
    mapping: Annotated[Path | None, typer.Option(help=t("YAML file that says what the columns are (`table`)."))] = None,
    framework: Annotated[str | None, typer.Option(help=t("Framework of the values: id or YAML file."))] = None,
    lang: Annotated[str | None, typer.Option(help=t("Language of the texts, where the file does not say."))] = None,
    as_json: options.AsJson = False,
) -> None:
    """Every row of the file is accounted for: imported, or rejected with its reason in a file beside the table."""
    from axiometer.records import Answer, Item
    from axiometer.records.importers import ImportOptions, importers, write_rejects
    from axiometer.records.tables import write_rows

    known = importers()
    if format_ == "list":
        for importer in known.values():
            say(f"{importer.name}: {importer.describe[language()]}")
        return
    if format_ not in known:
        raise InputError(f"unknown format {format_!r}", mend=f"one of {', '.join(sorted(known))}")
    if output is None or (file is None and format_ != "starter"):
        raise InputError("give the file, and the table to write with -o")
    if output.suffix != ".parquet":
        raise InputError("must end in .parquet", file=output)
    chosen = ImportOptions(mapping=mapping, framework=framework, lang=lang)
    imported = known[format_].read(file, chosen)
    rejects = output.with_suffix(".rejects.csv")
    answers = output.with_suffix(".answers.parquet")
    if imported.items:
        write_rows(imported.items, Item, output)
    if imported.answers:
        write_rows(imported.answers, Answer, answers)
    if imported.rejected:
        write_rejects(imported.rejected, rejects)
    elif rejects.exists():
        rejects.unlink()
    if as_json:
        say_json(
            {
                "imported": len(imported.items),
                "rejected": len(imported.rejected),
                "answers": len(imported.answers),
                "rows": imported.source_rows,
                "notes": list(imported.notes),
            }
        )
    else:
        say(t("imported {n}, rejected {m}", n=len(imported.items), m=len(imported.rejected)))
        for note in imported.notes:
            say(note)
        if imported.answers:
            say(t("{n} recorded answers in {file}", n=len(imported.answers), file=answers))
        if imported.rejected:
            say(t("why, row by row: {file}", file=rejects))
    if not imported.items:
        raise InputError("no row could be imported", file=file, mend=f"see {rejects}")
