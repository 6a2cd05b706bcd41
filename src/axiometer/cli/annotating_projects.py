"""`axiometer annotate start | sheet | import | label-studio | export | withdraw`: projects that people label."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import say, say_json, say_table
from axiometer.cli.designs import member, parts
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.annotate.rater_sheets import SheetProblems
    from axiometer.annotate.starting import Started, Wanted

SHOWN = 20
"""Rows that cannot be used and are told; where all are wrong in the same way, more would hide the last line."""

Project = Annotated[Path, typer.Argument(help=t("Folder of an annotation project."))]


def is_project(folder: Path) -> bool:
    return (folder / "project.yaml").is_file()


def start(
    task: Annotated[str, typer.Argument(help=t("Task: a shipped one (rule, classify, choose, …) or a .yaml file."))],
    table: Annotated[Path, typer.Argument(help=t("Items, rules, texts, or a run with free answers; or `starter`."))],
    output: options.Output,
    raters: Annotated[str, typer.Option(help=t("How many raters, or their pseudonyms, separated by commas."))] = "3",
    per_rater: Annotated[
        int | None, typer.Option(min=1, help=t("Rows for each rater (default: as many as the table allows)."))
    ] = None,
    overlap: Annotated[
        float, typer.Option(min=0.0, max=1.0, help=t("Share of each rater's rows that others label too."))
    ] = 0.3,
    shared_by: Annotated[
        int | None, typer.Option(min=1, help=t("How many raters label each such row (default: all, at most 3)."))
    ] = None,
    attention: Annotated[
        int | None, typer.Option(min=0, help=t("Attention checks for each rater (default: 2, if the task has them)."))
    ] = None,
    seed: options.Seed = 0,
    lang: options.Lang = None,
    framework: Annotated[
        str | None, typer.Option("--framework", help=t("Framework whose values are the labels, or name the rules'."))
    ] = None,
    level: Annotated[str | None, typer.Option(help=t("Level of the framework (default: all, as a tree)."))] = None,
    rows: Annotated[
        str | None, typer.Option("--table", help=t("What the table holds, where the task says another: items, …"))
    ] = None,
    about: Annotated[str | None, typer.Option(help=t("What the texts are to be for or against (task stance)."))] = None,
    text_column: Annotated[str | None, typer.Option(help=t("Column with the texts."))] = None,
    retention: Annotated[
        str | None, typer.Option(help=t("Last day on which labels are kept, as YYYY-MM-DD (default: in a year)."))
    ] = None,
    contact: Annotated[
        str | None, typer.Option(help=t("Who is responsible, as raters read it: a name and an address."))
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Draws rows, shares them out among raters, and writes a project that pages, sheets and Label Studio work on."""
    from axiometer.annotate.starting import Wanted, start_project
    from axiometer.annotate.tasks import TaskTable, load_task

    chosen = load_task(task)
    kind = chosen.table if rows is None else member(TaskTable, rows, "--table")
    wanted = Wanted(
        raters=_raters(raters),
        per_rater=per_rater,
        overlap=overlap,
        shared_by=shared_by,
        attention=attention,
        seed=seed,
        framework=framework,
        level=level,
        table=kind,
        langs=parts(lang) or None,
        about=about,
        text_column=text_column,
        retention=_day(retention),
        contact=contact,
    )
    _report(start_project(chosen, _table(table, kind), output, wanted), wanted, as_json)


def _raters(said: str) -> tuple[str, ...]:
    from axiometer.annotate.project import Rater
    from axiometer.annotate.starting import numbered

    if said.strip().isdecimal():
        if not 1 <= int(said) <= 1_000:
            raise InputError("{option} {text}", mend="1 to 1000", option="--raters", text=said)
        return numbered(int(said))
    names = parts(said)
    for name in names:
        try:
            Rater.model_validate(name)
        except ValueError:
            raise InputError("{name!r} is no pseudonym", mend="letters, digits, - and _", name=name) from None
    if not names or len(set(names)) < len(names):
        raise InputError("{option} {text}", mend="each rater once", option="--raters", text=said)
    return names


def _day(said: str | None) -> datetime.date | None:
    try:
        return None if said is None else datetime.date.fromisoformat(said)
    except ValueError:
        raise InputError("{option} {text}", mend="a day as YYYY-MM-DD", option="--retention", text=said) from None


def _table(named: Path, kind: object) -> Path:
    from axiometer.cli.starter import items_path, rules_path

    return rules_path(named) if str(kind) == "rules" else items_path(named)


def _told(started: Started) -> dict[str, object]:
    project = started.project
    return {
        "project": project.id,
        "folder": str(project.folder),
        "task": project.task.id,
        "raters": list(project.raters),
        "per_rater": project.design.per_rater,
        "rows": started.units,
        "shared": started.shared,
        "of": started.of,
        "left_out": dict(started.left_out),
        "langs": list(project.langs),
        "retention": project.retention.isoformat(),
    }


def _report(started: Started, wanted: Wanted, as_json: bool) -> None:
    if as_json:
        say_json(_told(started))
        return
    project = started.project
    say(t("{n} of {of} rows, {shared} of them shared", n=started.units, of=started.of, shared=started.shared))
    say(
        t(
            "{n} raters, {rows} rows and {checks} attention checks each",
            n=len(project.raters),
            rows=project.design.per_rater,
            checks=project.design.attention,
        )
    )
    for why, n in started.left_out.items():
        say(t("left out: {n}, {why}", n=n, why=t(why)))
    if len(project.langs) > 1:
        say(t("rows in several languages ({langs}): --lang keeps some", langs=", ".join(project.langs)))
    say(t("labels are kept until {day}", day=project.retention.isoformat()))
    if wanted.contact is None:
        say(t("raters are not told who is responsible: --contact"))
    say(t("Next: axiometer serve {folder}, or axiometer annotate sheet {folder} -o SHEETS", folder=project.folder))


def sheets(folder: Path, output: Path, ending: str, as_json: bool) -> None:
    """`annotate sheet` of a project: a file for each rater."""
    from axiometer.annotate.project import open_project
    from axiometer.annotate.rater_sheets import write_sheets

    if output.suffix in (".csv", ".xlsx"):
        raise InputError("a sheet for each rater goes into a folder", file=output, mend="-o FOLDER")
    files = write_sheets(open_project(folder), output, ending)
    if as_json:
        say_json({"sheets": [str(file) for file in files]})
        return
    say(t("{n} sheets in {folder}, one for each rater", n=len(files), folder=output))
    say(t("Next: axiometer annotate import {folder} {file}", folder=folder, file=files[0]))


def import_sheet(folder: Path, file: Path, rater: str | None, as_json: bool) -> None:
    """`annotate import` into a project."""
    from axiometer.annotate.project import open_project
    from axiometer.annotate.rater_sheets import SheetProblems
    from axiometer.annotate.rater_sheets import import_sheet as import_file

    try:
        done = import_file(open_project(folder), file, rater)
    except SheetProblems as problems:
        _say_problems(problems)
        raise
    if as_json:
        told = {"rater": done.rater, "labels": done.labels, "skipped": done.skipped, "empty": done.empty}
        say_json({**told, "changed": done.changed})
        return
    say(t("{n} labels of {rater} in {folder}", n=done.labels, rater=done.rater, folder=folder))
    if done.skipped:
        say(t("{n} rows were passed over", n=done.skipped))
    if done.empty:
        say(t("{n} rows without a label were left out", n=done.empty))
    say(t("new or other than before: {n}", n=done.changed))
    say(t("Next: axiometer annotate agreement {folder}", folder=folder))


def _say_problems(problems: SheetProblems) -> None:
    for error in problems.errors[:SHOWN]:
        typer.echo(" ".join(error.told(t).split()), err=True)
    if len(problems.errors) > SHOWN:
        typer.echo(t("and {n} more", n=len(problems.errors) - SHOWN), err=True)


def label_studio(
    folder: Project,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=t("Folder for the configuration and the tasks."))
    ] = None,
    annotations: Annotated[
        Path | None, typer.Option("--import", help=t("Annotations, as Label Studio exports them in the format JSON."))
    ] = None,
    rater: Annotated[
        list[str] | None, typer.Option(help=t("Annotator's number there and pseudonym here, as 3=R01; repeatable."))
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Nothing is sent anywhere: files to import into a Label Studio of one's own, and its export read back."""
    from axiometer.annotate.label_studio import import_label_studio, write_label_studio
    from axiometer.annotate.project import open_project
    from axiometer.annotate.rater_sheets import SheetProblems

    project = open_project(folder)
    if (output is None) == (annotations is None):
        raise InputError("either -o FOLDER or --import FILE")
    if output is not None:
        written = write_label_studio(project, output)
        if as_json:
            say_json(
                {
                    "config": str(written.config),
                    "tasks": str(written.tasks),
                    "instructions": str(written.instructions),
                    "rows": written.rows,
                }
            )
            return
        say(t("{n} tasks in {file}", n=written.rows, file=written.tasks))
        say(t("the labelling interface: {file}", file=written.config))
        say(t("to be shown before labelling: {file}", file=written.instructions))
        return
    assert annotations is not None
    try:
        done = import_label_studio(project, annotations, dict(_mapped(each) for each in rater or []))
    except SheetProblems as problems:
        _say_problems(problems)
        raise
    if as_json:
        say_json({"raters": dict(done.raters), "skipped": done.skipped, "changed": done.changed})
        return
    say_table(["rater", "labels"], [[name, n] for name, n in done.raters.items()])
    say(t("new or other than before: {n}", n=done.changed))


def _mapped(said: str) -> tuple[str, str]:
    number, sign, name = said.partition("=")
    if not sign or not number.strip().isdecimal() or not name.strip():
        raise InputError("{option} {text}", mend="NUMBER=PSEUDONYM", option="--rater", text=said)
    return number.strip(), name.strip()


def export(
    folder: Project,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=t("File (.parquet, .csv, .xlsx), or a folder for a run."))
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", help=t("Run whose free answers were labelled, to correct it by them."))
    ] = None,
    name: Annotated[str | None, typer.Option(help=t("Name of the group of people (people/NAME)."))] = None,
    frameworks: options.Frameworks = None,
    as_json: options.AsJson = False,
) -> None:
    """Answers of people become a run in a folder; labels of free answers go into their run; all others are a table."""
    from axiometer.annotate.exporting import export_into, export_project, task_name
    from axiometer.annotate.project import open_project
    from axiometer.measure.labels import EXPRESSED

    project = open_project(folder)
    if (output is None) == (into is None):
        raise InputError("either -o OUTPUT or --into RUN")
    if into is not None:
        n = export_into(project, into)
    else:
        assert output is not None
        n = export_project(project, output, name, frameworks or ())
    if as_json:
        say_json({"labels": n, "output": str(output or into)})
        return
    say(t("{n} labels in {folder}", n=n, folder=output or into))
    if into is not None and task_name(project) == EXPRESSED:
        say(t("Next: axiometer express profile {folder}, which corrects the shares by them", folder=into))
    elif into is not None:
        say(t("Next: axiometer analyze {folder}, which corrects the judged shares by them", folder=into))


def withdraw(
    folder: Project,
    rater: Annotated[str | None, typer.Argument(help=t("Pseudonym of the rater who withdraws."))] = None,
    everybody: Annotated[
        bool, typer.Option("--all", help=t("Delete what anyone gave: the day until which labels are kept is over."))
    ] = False,
) -> None:
    """Deletes labels for good. Files that were exported before are yours to delete."""
    from axiometer.annotate.project import open_project

    project = open_project(folder)
    if (rater is None) == (not everybody):
        raise InputError("either a rater, or --all")
    with project.store() as store:
        if rater is None:
            say(t("{n} labels were deleted", n=store.erase()))
            return
        if rater not in {*project.raters, *(kept.rater for kept in store.labels()), *store.withdrawn()}:
            raise InputError("no rater {rater!r} in this project", file=folder, rater=rater)
        say(t("{n} labels of {rater} were deleted", n=store.withdraw(rater), rater=rater))
