"""`axiometer`: the verbs, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import sys

import typer

from axiometer.cli import (
    analyzing,
    demonstration,
    exporting,
    frameworks,
    importing,
    measuring,
    merging,
    models,
    reporting,
    selftesting,
    validating,
)
from axiometer.errors import AxiometerError, Stopped
from axiometer.messages import t

app = typer.Typer(
    name="axiometer",
    help=t("Measures which values language models express."),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo", help=t("Measure a small local model and two simulated respondents, and show the page."))(
    demonstration.demo
)
app.command("selftest", help=t("Plant values in simulated respondents and check that the statistics recover them."))(
    selftesting.selftest
)
app.add_typer(frameworks.app, name="framework", help=t("List, show and check value frameworks."))
app.command("import", help=t("Turn a published or own file into a table of items."))(importing.import_file)
app.command("measure", help=t("Put items to respondents and keep every answer."))(measuring.measure)
app.command("merge", help=t("Join the shards of a run."))(merging.merge)
app.command("analyze", help=t("Turn a run's answers into estimates with intervals."))(analyzing.analyze)
app.command("report", help=t("Show one or several runs on a self-contained page."))(reporting.report)
app.command("validate", help=t("Check that items measure what they claim, with steered respondents."))(
    validating.validate
)
app.command("export", help=t("Write any table as CSV or XLSX for people."))(exporting.export)
app.add_typer(models.app, name="models", help=t("List respondents and check one."))


def _version(wanted: bool) -> None:
    if wanted:
        from axiometer import __version__

        typer.echo(f"axiometer {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help=t("Show the version.")),
) -> None:
    del version


def main() -> None:
    """Runs the command line. Exit codes: 0 done, 1 a user's mistake, 3 stopped and can be resumed."""
    try:
        code = app(standalone_mode=False)
    except typer.Exit as done:
        code = done.exit_code
    except (typer.Abort, KeyboardInterrupt):
        _say(t("stopped; the same command goes on from here"))
        code = Stopped.exit_code
    except typer.TyperException as error:
        _say(_usage_message(error))
        code = 1
    except AxiometerError as error:
        _say(f"{error}{'; ' + t('the same command goes on from here') if isinstance(error, Stopped) else ''}")
        code = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


def _usage_message(error: typer.TyperException) -> str:
    message = str(getattr(error, "format_message", lambda: error)()).replace("\n", " ")
    context = getattr(error, "ctx", None)
    where = f" ({context.command_path} --help)" if context is not None else ""
    return f"{message}{where}"


def _say(line: str) -> None:
    from axiometer.models.environment import redact

    typer.echo(f"axiometer: {redact(' '.join(line.split()))}", err=True)


if __name__ == "__main__":
    main()
