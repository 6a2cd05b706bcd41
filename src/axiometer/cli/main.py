"""`axiometer`: the verbs, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

import typer

from axiometer.cli import (
    aligning,
    analyzing,
    annotating,
    building,
    demonstration,
    exporting,
    expressing,
    frameworks,
    importing,
    measuring,
    merging,
    models,
    people,
    planning,
    recipes,
    reporting,
    selftesting,
    serving,
    tracing,
    validating,
)
from axiometer.cli.usage import Verbs, usage_error
from axiometer.errors import AxiometerError, Stopped, file_error
from axiometer.messages import t

app = typer.Typer(
    name="axiometer",
    cls=Verbs,
    help=t("Measures which values language models express."),
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
app.command("import", help=t("Turn a published or own file into a table of items or rules."))(importing.import_file)
app.add_typer(building.app, name="build", help=t("Make corpora of rules, and items, from texts."))
app.command("trace", help=t("Show a rule's whole history, from its source text through every call."))(tracing.trace)
app.command("measure", help=t("Put items to respondents and keep every answer."))(measuring.measure)
app.command("merge", help=t("Join the shards of a run."))(merging.merge)
app.command("analyze", help=t("Turn a run's answers into estimates with intervals."))(analyzing.analyze)
app.command("report", help=t("Show one or several runs on a self-contained page."))(reporting.report)
app.command("validate", help=t("Check that items measure what they claim, with steered respondents."))(
    validating.validate
)
app.command("plan", help=t("Say how many items, orders, repeats, labels or raters a study needs."))(planning.plan)
app.command("people", help=t("Set models beside people who answered the same items."))(people.people)
annotating.app.command("alt-test", help=t("Test whether a judge's labels may stand in for people's."))(people.alt_test)
app.command("run", help=t("Run a whole study from a recipe. The same command goes on where it stopped."))(recipes.run)
app.command("export", help=t("Write any table as CSV or XLSX for people, or items in a published format."))(
    exporting.export
)
app.add_typer(
    annotating.app, name="annotate", help=t("Labels by people: projects, sheets, agreement; judges screened.")
)
app.add_typer(aligning.app, name="align", help=t("Make preference data, tune a model on them, show what changed."))
app.add_typer(
    expressing.app, name="express", help=t("Tell which values texts express: train, evaluate, score, profile.")
)
app.add_typer(models.app, name="models", help=t("List respondents and check one."))
app.command("serve", help=t("Show a folder in a browser: pages for raters, and for whoever keeps a project."))(
    serving.serve
)

INTERRUPTED = 130  # what Typer makes of Ctrl-C


class Interrupted(AxiometerError):
    """Ctrl-C where nothing is kept for a next time but what is written already."""

    exit_code = Stopped.exit_code


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
    _write_what_the_terminal_can_show()
    try:
        code = app(standalone_mode=False, prog_name="axiometer")
    except typer.Exit as done:
        code = done.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except typer.TyperException as error:
        code = _leave(usage_error(error))
    except AxiometerError as error:
        code = _leave(error)
    except OSError as error:
        code = _leave(file_error(error))
    except Exception as error:
        if os.environ.get("AXIOMETER_TRACEBACK"):
            raise
        code = _leave(_our_mistake(error))
    if code == INTERRUPTED:
        code = _leave(Interrupted("stopped"))
    sys.exit(code if isinstance(code, int) else 0)


def _leave(error: AxiometerError) -> int:
    """Says the error in one line, without any key, and gives the exit code."""
    from axiometer.models.environment import redact

    line = error.told(t)
    if isinstance(error, Stopped):
        line = t("{why}; the same command goes on from here", why=line)
    typer.echo(f"axiometer: {redact(' '.join(line.split()))}", err=True)
    return error.exit_code


def _our_mistake(error: Exception) -> AxiometerError:
    return AxiometerError(
        "a mistake in Axiometer, please report it: {kind}: {error} (AXIOMETER_TRACEBACK=1 shows where)",
        kind=type(error).__name__,
        error=error,
    )


def _write_what_the_terminal_can_show() -> None:
    """A character that the terminal's encoding lacks is written as its number; it does not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
