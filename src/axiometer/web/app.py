"""The app of one folder: its pages behind the layers of `security`."""

from __future__ import annotations

import logging
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from axiometer.errors import AxiometerError, InputError, Refused
from axiometer.web import entering
from axiometer.web.access import Role
from axiometer.web.annotation import routes as annotation
from axiometer.web.explorer import routes as explorer
from axiometer.web.options import WebOptions
from axiometer.web.pages import page, words_of
from axiometer.web.security import secured, security_headers
from axiometer.web.sessions import Sessions, visitor_of
from axiometer.web.site import Site, open_site, site_of
from axiometer.web.static import serve_static


def make_app(root: Path, options: WebOptions | None = None) -> Starlette:
    """The app that serves `root`. Raises `InputError` where there is no such folder or project."""
    chosen = options or WebOptions()
    site = open_site(root, chosen)

    def behind(app: ASGIApp) -> ASGIApp:
        return secured(app, chosen, lambda inner: Sessions(inner, site.access, chosen))

    app = Starlette(
        routes=_routes(site),
        middleware=[Middleware(behind)],
        exception_handlers={HTTPException: _refused, AxiometerError: _told, Exception: _our_mistake},
    )
    # Where a proxy has https, a redirect could say the whole address, its token too, by http.
    app.router.redirect_slashes = False
    app.state.site = site
    return app


def _routes(site: Site) -> list[BaseRoute]:
    shared: list[BaseRoute] = [
        Route("/", _index, methods=["GET"]),
        Route("/static/{name}", serve_static, methods=["GET"]),
        *entering.ROUTES,
        *explorer.routes(site.root),
    ]
    return shared if site.annotation is None else [*shared, *annotation.ROUTES]


def _index(request: Request) -> Response:
    """To where the visitor has something to do."""
    if site_of(request).annotation is not None:
        if visitor_of(request.scope, Role.KEEPER) is not None:
            return RedirectResponse("/admin", 303)
        if visitor_of(request.scope, Role.RATER) is not None:
            return RedirectResponse("/rate", 303)
    elif site_of(request).options.everyone_may_look or visitor_of(request.scope, Role.KEEPER) is not None:
        return RedirectResponse(explorer.HOME, 303)
    return page(request, "index.html")


def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = page(request, "refused.html", status, status=status, phrase=HTTPStatus(status).phrase, why=None)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def _told(request: Request, error: Exception) -> Response:
    """A mistake that has words for a person. What cannot be written now may be sent again, so it is a 503."""
    words = words_of(request)

    def without_place(text: str, /, **fields: object) -> str:
        return str(fields["what"]) if text == "{where}: {what}" else words(text, **fields)

    if isinstance(error, InputError | Refused):
        status = 400 if isinstance(error, InputError) else 409
        why = error.told(without_place)
    else:
        status, why = 503, None
        logging.getLogger("axiometer.web").error("%s", error)  # for whoever keeps the server: a full disk, say
    return page(request, "refused.html", status, status=status, phrase=HTTPStatus(status).phrase, why=why)


def _our_mistake(request: Request, error: Exception) -> Response:
    del error  # the server's log has it
    response = page(request, "refused.html", 500, status=500, phrase=HTTPStatus(500).phrase, why=None)
    response.headers.update(security_headers(site_of(request).options))
    return response
