"""`axiometer serve`: a folder's pages in a browser."""

from __future__ import annotations

import secrets
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axiometer.cli.console import say
from axiometer.errors import InputError, Refused
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.web.options import WebOptions


def serve(
    folder: Annotated[Path, typer.Argument(help=t("The folder to serve; nothing outside it can be reached."))],
    annotate: Annotated[
        str | None,
        typer.Option(help=t("The project for raters: its folder's name (default: the folder itself, if it is one).")),
    ] = None,
    host: Annotated[str, typer.Option(help=t("The address to listen on; others reach it only with a token."))] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535, help=t("The port to listen on."))] = 8000,
    token: Annotated[
        str | None,
        typer.Option(envvar="AXIOMETER_TOKEN", help=t("What lets the keeper in (20 characters or more).")),
    ] = None,
    site: Annotated[
        str | None,
        typer.Option(help=t("The address by which others come, where a proxy stands before the server (https://...).")),
    ] = None,
) -> None:
    """Stays until Ctrl-C. Raters come in by links that the keeper makes on the page of the project."""
    if any(find_spec(name) is None for name in ("starlette", "uvicorn")):
        raise Refused("the pages need an extra: pip install 'axiometer[web]'")
    from axiometer.annotate.project import FILE
    from axiometer.web.options import WebOptions
    from axiometer.web.serving import serve as run

    if annotate is None and (folder / FILE).is_file():
        annotate = "."
    made = None
    if token is None and annotate is not None:
        if not sys.stdout.isatty():  # a token that we made would stand in a log
            raise InputError("no token is given", mend="set AXIOMETER_TOKEN, or start in a terminal")
        token = made = secrets.token_urlsafe(24)
    options = WebOptions(host, port, annotate, token, site)
    run(folder, options, lambda listening: _announce(listening, made))


def _announce(options: WebOptions, made: str | None) -> None:
    say(t("serving on {address} (Ctrl-C stops)", address=options.address))
    if made is not None:
        say(t("the keeper's link, for this start: {link}", link=f"{options.address}/a/{made}"))
    elif options.token is not None:
        say(t("the keeper's link: {address}/a/ and the token", address=options.address))
