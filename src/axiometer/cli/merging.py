"""`axiometer merge`: shards to a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import say
from axiometer.messages import t


def merge(
    shards: Annotated[list[Path], typer.Argument(help=t("Folders of all shards of one run."))],
    output: options.Output,
) -> None:
    """Joins the shards of a run, made with `axiometer measure --shard i/n`."""
    from axiometer.measure.merge import merge_runs

    folder = merge_runs(shards, output)
    say(t("{n} shards joined in {folder}", n=len(shards), folder=folder))
