"""What all pages of the explorer need: the library, who may look, and templates that know how to link."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import polars as pl
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from axiometer.errors import AxiometerError, InputError
from axiometer.web.access import Role
from axiometer.web.explorer.asking import address, place
from axiometer.web.explorer.index import RunIndex
from axiometer.web.explorer.library import Library
from axiometer.web.explorer.places import damaged
from axiometer.web.pages import page, words_of
from axiometer.web.sessions import required
from axiometer.web.site import site_of
from axiometer.web.words import Words

Page: TypeAlias = Callable[[Library, Request], Response]


def kept(library: Library, page_: Page) -> Callable[[Request], Response]:
    """A page as an endpoint: open where only this machine's user comes, else to whoever keeps the folder."""

    def endpoint(request: Request) -> Response:
        if not site_of(request).options.everyone_may_look:
            required(request, Role.KEEPER)
        try:
            return page_(library, request)
        except pl.exceptions.PolarsError as error:
            raise damaged(library.root, error) from error

    return endpoint


def explorer_page(request: Request, template: str, code: int = 200, /, **content: object) -> HTMLResponse:
    """A page of the explorer's; its template knows `to` (an address with its parameters), too."""
    return page(request, f"explorer/{template}", code, to=address, big=_big, **content)


def ready_index(library: Library, request: Request, *, whole: bool = True) -> RunIndex | Response:
    """The index of the run that a page is about, or the page that says how far it is.

    Without `whole` that of the items is enough. Raises a 404 where there is no run.
    """
    at = place(request)
    if not library.is_run(at):
        raise HTTPException(404)
    index = library.index(at)
    if index.is_whole or (index.has_items and not whole):
        return index
    return waiting(library, request, at, index)


def waiting(library: Library, request: Request, at: str, index: RunIndex) -> Response:
    """The page that says how far an index is, or why there will be none."""
    failed = library.failure(at)
    why = None if failed is None else _told(library.root, failed, words_of(request))
    response = explorer_page(
        request, "waiting.html", 200 if why is None else 409, at=at, progress=index.progress, failed=why
    )
    if why is None:
        response.headers["Refresh"] = "1"
    return response


def _told(root: Path, error: AxiometerError, words: Words) -> str:
    """A mistake with its file named from the root: no reader needs to know where the folder lies."""
    if isinstance(error, InputError) and error.file is not None:
        file = Path(error.file)
        error = error.at(file.relative_to(root) if file.is_relative_to(root) else file.name, error.row, error.column)
    return error.told(words)


def _big(size: int) -> str:
    """Bytes as a person reads them."""
    value, unit = float(size), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if value < 1024 or unit == "TB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"


__all__ = ["Page", "explorer_page", "kept", "ready_index", "words_of"]
