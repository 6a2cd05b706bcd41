"""Invitation links: a token in an address becomes a session in a cookie."""

from __future__ import annotations

import datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from axiometer.web.access import DAYS_TO_WITHDRAW, SESSION_HOURS, Role
from axiometer.web.pages import page
from axiometer.web.security import sender_of
from axiometer.web.sessions import end_session, form_of, required, set_session
from axiometer.web.site import site_of

_TARGETS: Final = {Role.RATER: "/rate", Role.KEEPER: "/"}
_LONGEST_TOKEN: Final = 300


def _enter(request: Request, role: Role) -> Response:
    """Sets the cookie and sends the reader on by its own page, not by a redirect: a link in a message is another
    site's, and a `SameSite=Strict` cookie is not sent along a redirect that began there. The refresh replaces the entry
    in the browser's history, so the token is in no address any more."""
    site = site_of(request)
    token = request.path_params["token"]
    address = sender_of(request.scope)
    # A keeper's token is the choice of a person, so guesses are few; nobody guesses the 256 bits of a rater's, and
    # raters behind one address must not be kept out by what another does there.
    secret = None
    if len(token) <= _LONGEST_TOKEN and not (role is Role.KEEPER and site.wrong_tokens.spent(address)):
        secret = site.access.enter(token, role)
    if secret is None:
        return page(request, "no_entry.html", 403 if site.wrong_tokens.allows(address) else 429)
    response = page(request, "entering.html", target=_TARGETS[role])
    set_session(response, secret, role, site.options, _seconds(request, role))
    return response


def _seconds(request: Request, role: Role) -> int:
    site = site_of(request)
    if role is Role.KEEPER or site.annotation is None:
        return SESSION_HOURS * 3600
    left = site.annotation.project.retention - datetime.datetime.now(datetime.UTC).date()
    return max(1, left.days + 1 + DAYS_TO_WITHDRAW) * 24 * 3600


def _rater(request: Request) -> Response:
    return _enter(request, Role.RATER)


def _keeper(request: Request) -> Response:
    return _enter(request, Role.KEEPER)


async def _leave(request: Request) -> Response:
    """Ends the session on this device; nothing that was given is touched."""
    role = Role(request.path_params["role"]) if request.path_params["role"] in list(Role) else Role.RATER
    visitor = required(request, role)
    await form_of(request, visitor)
    await run_in_threadpool(site_of(request).access.leave, visitor)
    response = RedirectResponse("/", 303)
    end_session(response, role, site_of(request).options)
    return response


ROUTES: Final[tuple[BaseRoute, ...]] = (
    Route("/r/{token}", _rater, methods=["GET"]),
    Route("/a/{token}", _keeper, methods=["GET"]),
    Route("/leave/{role}", _leave, methods=["POST"]),
)
