"""Templates to responses, in the reader's language. Everything that a template is given is escaped."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from axiometer.report.shown import shown
from axiometer.web.sessions import required_before
from axiometer.web.static import static_address
from axiometer.web.words import LANGUAGES, Words, preferred

LANG_COOKIE: Final = "axiometer-lang"
_YEAR: Final = 365 * 24 * 3600


def words_of(request: Request) -> Words:
    """In the language that the address asks for, or the reader chose, or its browser prefers."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANG_COOKIE)
    return Words(chosen if chosen in LANGUAGES else preferred(request.headers.get("accept-language", "")))


def page(request: Request, template: str, code: int = 200, /, **content: object) -> HTMLResponse:
    """A template's page. It knows `t` (says a text), `lang`, `static` (a file's address), `in_lang` (this page in
    another language) and `csrf` (for forms), and what it is given."""
    words = words_of(request)
    visitor = required_before(request)
    given = {"csrf": "" if visitor is None else visitor.csrf, **content}
    html = (
        _templates()
        .get_template(template)
        .render(
            t=words, lang=words.lang, static=static_address, in_lang=lambda lang: _in_language(request, lang), **given
        )
    )
    response = HTMLResponse(html, code)
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        response.set_cookie(LANG_COOKIE, asked, max_age=_YEAR, path="/", httponly=True, samesite="strict")
    return response


def _in_language(request: Request, lang: str) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    # What answers a form is no page of its own; the one above it is.
    path = "" if request.method in ("GET", "HEAD") else f"/{request.url.path.rpartition('/')[0].strip('/')}"
    return f"{path}?{urlencode([*kept, ('lang', lang)])}"


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("axiometer.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    return environment
