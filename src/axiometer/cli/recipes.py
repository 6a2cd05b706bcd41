"""`axiometer run`: a whole study from one file, step by step."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.console import say, say_json
from axiometer.cli.recipe_commands import PROGRAM, Command, commands
from axiometer.cli.recipe_files import read_recipe
from axiometer.messages import t

STUDIES = Path("studies")


def run(
    context: typer.Context,
    recipe: Annotated[Path, typer.Argument(help=t("YAML file of a study: variables and steps."))],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=t("Folder of the study (default: studies/NAME)."))
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help=t("A variable as name=value; may be repeated."))
    ] = None,
    begin: Annotated[str | None, typer.Option("--from", help=t("Begin at this step."))] = None,
    end: Annotated[str | None, typer.Option("--to", help=t("End with this step."))] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=t("Show the commands, and what they would take; run nothing."))
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Runs the steps in order, each as it would run on the command line; the same command goes on where it stopped."""
    study = output or STUDIES / recipe.stem
    read = read_recipe(recipe, study, settings or [])
    root = context.find_root().command
    todo = commands(read, root, read.places(begin, end))
    told = []
    for number, command in enumerate(todo, 1):
        _say_step(command, number, len(todo), err=as_json or not dry_run)
        if as_json:
            told.append(_done_quietly(command, root, dry_run))
        elif dry_run:
            _say_dry_run(command, root)
        else:
            _run(command.words, root)
    if as_json:
        say_json(told)
    elif not dry_run:
        say(t("all {n} steps are done; the study: {folder}", n=len(todo), folder=study))


def _run(words: tuple[str, ...], root: Any) -> None:
    """Runs a command in this process; its errors are this command's own, and so is its exit code."""
    code = root.main(args=list(words), prog_name=PROGRAM, standalone_mode=False)
    if isinstance(code, int) and code:
        raise typer.Exit(code)


def _say_step(command: Command, number: int, of: int, *, err: bool) -> None:
    typer.echo(t("step {n} of {of}, {name}:", n=number, of=of, name=command.step.name), err=err)
    typer.echo(f"  {command.shown}", err=err)


def _say_dry_run(command: Command, root: Any) -> None:
    if command.has_dry_run and command.waits_for is None:
        _run((*command.words, "--dry-run"), root)
    elif command.has_dry_run:
        said = "What it would take can be said when the step {name} is done."
        say(t(said, name=command.waits_for))


def _done_quietly(command: Command, root: Any, dry_run: bool) -> dict[str, object]:
    """What a step says as data, where its verb can say it so; otherwise its lines."""
    said: dict[str, object] = {"step": command.step.name, "command": command.shown}
    if dry_run:
        said["waits_for"] = command.waits_for
        if command.waits_for is not None or not command.has_dry_run:
            return {**said, "dry_run": None}
    words = (*command.words, *(["--dry-run"] if dry_run else []), *(["--json"] if command.has_json else []))
    caught = io.StringIO()
    with redirect_stdout(caught):
        _run(words, root)
    text = caught.getvalue()
    told = json.loads(text) if command.has_json else text.splitlines()
    return {**said, "dry_run" if dry_run else "result": told}
