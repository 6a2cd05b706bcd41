"""Who sends a request: cookies of sessions, and the token that every form must carry."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from axiometer.web.access import Access, Role, Visitor
from axiometer.web.options import WebOptions

CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "x-csrf-token"
MOST_FIELDS: Final = 500
FORM: Final = "application/x-www-form-urlencoded"
_KEY: Final = "axiometer.visitors"
_HERE: Final = "axiometer.visitor"


@dataclass(frozen=True, slots=True)
class Sessions:
    """Notes in the scope who is there: one browser may be a rater and the keeper at once."""

    app: ASGIApp
    access: Access
    options: WebOptions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope[_KEY] = self._visitors(scope)
        await self.app(scope, receive, send)

    def _visitors(self, scope: Scope) -> Mapping[Role, Visitor]:
        given = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
        if not given or len(given) > 4096:
            return {}
        cookies = cookie_parser(given.decode("latin-1"))
        found = {}
        for role in Role:
            secret = cookies.get(cookie_name(role, self.options), "")
            visitor = self.access.visitor(secret, role) if secret else None
            if visitor is not None:
                found[role] = visitor
        return found


def visitor_of(scope: Scope, role: Role | None = None) -> Visitor | None:
    """Who is there in that role, or in any."""
    visitors: Mapping[Role, Visitor] = scope.get(_KEY, {})
    return visitors.get(role) if role is not None else next(iter(visitors.values()), None)


def required(request: Request, role: Role) -> Visitor:
    """The visitor in that role, for whom the page's forms will be. Raises a 403 where nobody is."""
    visitor = visitor_of(request.scope, role)
    if visitor is None:
        raise HTTPException(403)
    request.scope[_HERE] = visitor
    return visitor


def required_before(request: Request) -> Visitor | None:
    """Whoever `required` found for this request."""
    found: Visitor | None = request.scope.get(_HERE)
    return found


def cookie_name(role: Role, options: WebOptions) -> str:
    """`__Host-` binds a cookie to this very host, and browsers take it by https only. Browsers do not keep the ports of
    a host apart, so elsewhere the name does: two projects can be served side by side."""
    if options.secure:
        return f"__Host-axiometer-{role.value}"
    return f"axiometer-{role.value}-{options.port}"


def set_session(response: Response, secret: str, role: Role, options: WebOptions, seconds: int) -> None:
    response.set_cookie(
        cookie_name(role, options),
        secret,
        max_age=seconds,
        path="/",
        secure=options.secure,
        httponly=True,
        samesite="strict",
    )


def end_session(response: Response, role: Role, options: WebOptions) -> None:
    response.delete_cookie(
        cookie_name(role, options), path="/", secure=options.secure, httponly=True, samesite="strict"
    )


class Form:
    """The fields of a form: each once, or several times where a reader may choose several."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self._fields = fields

    def one(self, name: str, most: int = 200) -> str:
        """A field's text, "" where it is absent. Raises a 400 where it is longer than `most`, or there twice."""
        values = self._fields.get(name, [])
        if len(values) > 1 or any(len(value) > most for value in values):
            raise HTTPException(400)
        return values[0] if values else ""

    def many(self, name: str) -> tuple[str, ...]:
        return tuple(self._fields.get(name, ()))


async def form_of(request: Request, visitor: Visitor) -> Form:
    """The form that a visitor sent: the one way to a write. Raises a 415 for another kind of body, a 400 for what is
    no form, and a 403 where it lacks the token of this very session."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    body = await request.body()
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    form = Form(fields)
    given = request.headers.get(CSRF_HEADER) or form.one(CSRF_FIELD)
    if not hmac.compare_digest(given.encode(), visitor.csrf.encode()):
        raise HTTPException(403)
    return form
