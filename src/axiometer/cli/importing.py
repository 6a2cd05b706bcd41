"""`axiometer import`: published and own files to tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import say, say_json
from axiometer.cli.importing_free import import_free_answers
from axiometer.errors import InputError
from axiometer.messages import language, t

if TYPE_CHECKING:
    from axiometer.records.importers import Imported


def import_file(
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help=t("Format of the file; `list` shows all."))],
    file: Annotated[Path | None, typer.Argument(help=t("The file."))] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help=t("Table to write (.parquet), or folder: recorded answers as a run.")),
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help=t("YAML file that says what the columns are (`table`)."))] = None,
    framework: Annotated[str | None, typer.Option(help=t("Framework of the values: id or YAML file."))] = None,
    lang: Annotated[str | None, typer.Option(help=t("Language of the texts, where the file does not say."))] = None,
    companion: Annotated[
        Path | None, typer.Option(help=t("Second file that a format needs: the scenes of answers, the set of values."))
    ] = None,
    respondent: Annotated[
        str | None, typer.Option(help=t("Who gave the recorded answers, where the file does not say."))
    ] = None,
    nation: Annotated[
        str | None, typer.Option(help=t("Nation whose texts the statements are from, where the file does not say."))
    ] = None,
    outlet: Annotated[str | None, typer.Option(help=t("Outlet that the statements are from."))] = None,
    as_json: options.AsJson = False,
) -> None:
    """Every row of the file is accounted for: imported, or rejected with its reason in a file beside the table."""
    from axiometer.records.importers import ImportOptions, importers

    known = importers()
    if format_ == "list":
        _say_formats(as_json)
        return
    if format_ not in known:
        mend = "one of {known}"
        raise InputError("there is no format {name!r}", mend=mend, name=format_, known=", ".join(sorted(known)))
    chosen = known[format_]
    if file is None and chosen.needs_file:
        raise InputError("no file to import", mend="name it after the format")
    output = _checked_output(output, file if chosen.gives_run else None)
    imported = chosen.read(file, ImportOptions(framework, mapping, lang, companion, respondent, nation, outlet))
    if imported.free_answers and not output.suffix:
        import_free_answers(imported, output, framework, as_json=as_json)
        return
    if output.suffix:
        _write(imported, output)
    else:
        _write_run(imported, output, companion)
    if as_json:
        say_json(
            {
                "imported": imported.imported,
                "rejected": len(imported.rejected),
                "merged": imported.merged_rows,
                "answers": len(imported.answers) + len(imported.free_answers),
                "rows": imported.source_rows,
                "notes": list(imported.notes),
                "counts": dict(imported.counts),
            }
        )
    else:
        _say(imported, output)
    if not imported.imported:
        raise InputError("no row could be imported", file=file, mend="see {rejects}", rejects=_rejects(output))


def _checked_output(output: Path | None, of_run: Path | None) -> Path:
    """Where to write; without a name, a run named after the file `of_run`."""
    if output is None and of_run is not None:
        return Path("runs") / of_run.stem
    if output is None:
        raise InputError("no table to write", mend="name one with -o NAME.parquet")
    if output.suffix not in (".parquet", ""):
        raise InputError("must end in .parquet", file=output)
    return output


def _rejects(output: Path) -> Path:
    return output.with_suffix(".rejects.csv") if output.suffix else output / "rejects.csv"


def _answers(output: Path) -> Path:
    return output.with_suffix(".answers.parquet")


def _write(imported: Imported, output: Path) -> None:
    """The tables of this import; what an earlier one left beside them is taken away."""
    from axiometer.records import Answer, Item, Rule
    from axiometer.records.importers import write_rejects
    from axiometer.records.rows import FreeAnswer
    from axiometer.records.tables import write_rows

    if imported.rules:
        write_rows(imported.rules, Rule, output)
    elif imported.items:
        write_rows(imported.items, Item, output)
    if imported.answers:
        write_rows(imported.answers, Answer, _answers(output))
    elif imported.free_answers:
        write_rows(imported.free_answers, FreeAnswer, _answers(output))
    elif imported.imported:
        _answers(output).unlink(missing_ok=True)
    if imported.rejected:
        write_rejects(imported.rejected, _rejects(output))
    else:
        _rejects(output).unlink(missing_ok=True)


def _write_run(imported: Imported, output: Path, companion: Path | None) -> None:
    """The recorded answers as a run that can be analysed and reported like any other."""
    from axiometer.measure.recorded import write_recorded_run
    from axiometer.records.importers import write_rejects

    beside = sorted((companion / "frameworks").glob("*.yaml")) if companion is not None else []
    write_recorded_run(imported.items, imported.answers, output, frameworks=beside, persons=imported.persons)
    if imported.rejected:
        write_rejects(imported.rejected, _rejects(output))


def _say_formats(as_json: bool) -> None:
    from axiometer.records.importers import importers

    formats = {importer.name: importer.describe[language()] for importer in importers().values()}
    if as_json:
        say_json(formats)
        return
    for name, about in formats.items():
        say(f"{name}: {about}")


def _say(imported: Imported, output: Path) -> None:
    say(t("imported {n}, rejected {m}", n=imported.imported, m=len(imported.rejected)))
    for what, n in imported.counts.items():
        say(t("{where}: {what}", where=t(what), what=n))
    for note in imported.notes:
        say(t(note))
    if not output.suffix:
        say(t("Next: axiometer report {folder}", folder=output))
    elif there := len(imported.answers) + len(imported.free_answers):
        say(t("{n} recorded answers in {file}", n=there, file=_answers(output)))
    if imported.rejected:
        say(t("why, row by row: {file}", file=_rejects(output)))
