"""What all pages of the explorer need: the library, who may look, and templates that know how to link."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from axiometer.web.access import Role
from axiometer.web.explorer.asking import address, place
from axiometer.web.explorer.index import RunIndex
from axiometer.web.explorer.library import Library
from axiometer.web.pages import page, words_of
from axiometer.web.sessions import required
from axiometer.web.site import site_of

Page: TypeAlias = Callable[[Library, Request], Response]


def kept(library: Library, page_: Page) -> Callable[[Request], Response]:
    """A page as an endpoint: open where only this machine's user comes, else to whoever keeps the folder."""

    def endpoint(request: Request) -> Response:
        if not site_of(request).options.everyone_may_look:
            required(request, Role.KEEPER)
        return page_(library, request)

    return endpoint


def explorer_page(request: Request, template: str, **content: object) -> HTMLResponse:
    """A page of the explorer's; its template knows `to` (an address with its parameters), too."""
    return page(request, f"explorer/{template}", to=address, big=_big, **content)


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
    progress, failed = index.progress, library.failure(at)
    response = explorer_page(request, "waiting.html", at=at, progress=progress, failed=failed)
    if failed is None:
        response.headers["Refresh"] = "1"
    return response


def _big(size: int) -> str:
    """Bytes as a person reads them."""
    value, unit = float(size), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if value < 1024 or unit == "TB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"


__all__ = ["Page", "explorer_page", "kept", "ready_index", "words_of"]
