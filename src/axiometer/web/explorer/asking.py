"""What a reader's address asks for, checked: the explorer takes nothing from an address as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

from axiometer.records.rows import ItemKind
from axiometer.web.explorer.index import OUTCOMES, RunIndex
from axiometer.web.explorer.places import is_id
from axiometer.web.explorer.query import AGAINST, FOR, Wanted
from axiometer.web.explorer.summary import below, frameworks_of

LONGEST_TEXT: Final = 200
LONGEST_VALUE: Final = 300
FILTERS: Final = ("text", "said", "lang", "kind", "value", "model", "outcome", "side", "differs")
KINDS: Final = tuple(str(kind) for kind in ItemKind)
_MOST_OPTIONS: Final = 99


def one(request: Request, name: str, most: int = LONGEST_TEXT) -> str:
    """A parameter, "" where it is absent. Raises a 400 where it is there twice or too long."""
    values = request.query_params.getlist(name)
    if len(values) > 1 or any(len(value) > most for value in values):
        raise HTTPException(400)
    return values[0].strip() if values else ""


def place(request: Request) -> str:
    """The path below the root that a page is about."""
    return one(request, "at", 1_000) or "."


def row_id(request: Request) -> str:
    """The id of a row. Raises a 404 where a text cannot be one."""
    found = one(request, "id")
    if not is_id(found):
        raise HTTPException(404)
    return found


def count(request: Request, name: str) -> int | None:
    """A number that is not negative; None where it is absent. Raises a 400 where it is none."""
    text = one(request, name, 12)
    if text and not (text.isascii() and text.isdecimal()):
        raise HTTPException(400)
    return int(text) if text else None


def among(request: Request, name: str, known: tuple[str, ...] | list[str]) -> str:
    """One of the `known` words, or "". Raises a 400 for another."""
    text = one(request, name)
    if text and text not in known:
        raise HTTPException(400)
    return text


def wanted_of(request: Request, index: RunIndex) -> Wanted:
    """The filters of an address. Raises a 400 for what no form of ours sends."""
    value = one(request, "value", LONGEST_VALUE)
    side = one(request, "side", 8)
    numbered = side.isascii() and side.isdecimal() and 1 <= int(side) <= _MOST_OPTIONS
    if side and side not in (FOR, AGAINST) and not numbered:
        raise HTTPException(400)
    return Wanted(
        text=one(request, "text"),
        said=one(request, "said"),
        lang=one(request, "lang_of", 20),
        kind=among(request, "kind", KINDS),
        value=value,
        values=below(frameworks_of(index), value) if value else (),
        model=respondent(request, index, "model"),
        outcome=among(request, "outcome", OUTCOMES),
        side=side,
        differs=respondent(request, index, "differs"),
    )


def respondent(request: Request, index: RunIndex, name: str) -> int | None:
    """The number of a respondent of the run."""
    number = count(request, name)
    if number is not None and number >= len(index.sources.respondents):
        raise HTTPException(400)
    return number


def address(page: str, given: Mapping[str, object]) -> str:
    """The address of a page; what is empty is left out."""
    kept = [(name, str(value)) for name, value in given.items() if value not in ("", None)]
    return f"{page}?{urlencode(kept)}" if kept else page


def as_query(wanted: Wanted) -> dict[str, object]:
    """The parameters that give this `Wanted` again."""
    found: dict[str, object] = {name: getattr(wanted, name) for name in FILTERS if name != "lang"}
    return {**found, "lang_of": wanted.lang}
