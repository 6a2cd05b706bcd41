"""The rater's pages: consent, one row at a time, the end, withdrawal. A rater reaches nothing but own work."""

from __future__ import annotations

import hashlib
import re
from functools import partial
from typing import Final
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from axiometer.annotate.store import Kept
from axiometer.annotate.tasks import NOTHING
from axiometer.annotate.units import Assignment
from axiometer.errors import InputError, Refused
from axiometer.web.access import Role, Visitor
from axiometer.web.annotation.views import REASONS, account_of, latest_of, shown_row
from axiometer.web.pages import page, words_of
from axiometer.web.sessions import Form, end_session, form_of, required
from axiometer.web.site import Annotation, site_of

RATE: Final = "/rate"
START: Final = "/rate/start"
LONGEST_TEXT: Final = 4000
_CLIENT: Final = re.compile(r"[0-9a-f-]{32,36}")
_DAY: Final = 24 * 3600.0


def next_row(request: Request) -> Response:
    """The first row that the rater neither labelled nor skipped, or the end."""
    rater, own = _at_work(request)
    if own is None:
        return RedirectResponse(START, 303)
    standing = own.store.standing(rater.name)
    assignment = own.project.next_of(rater.name, standing)
    if assignment is None:
        return _end(request, rater, own, standing)
    return _row(request, rater, own, assignment, standing)


def row_at(request: Request) -> Response:
    """A row by its place, labelled or not."""
    rater, own = _at_work(request)
    if own is None:
        return RedirectResponse(START, 303)
    place, assigned = request.path_params["place"], own.project.assignments[rater.name]
    if not 1 <= place <= len(assigned):
        raise HTTPException(404)
    return _row(request, rater, own, assigned[place - 1], own.store.standing(rater.name))


def start(request: Request) -> Response:
    """Purpose, consent and warning; a rater who agreed can read them again."""
    rater, own = _rater(request)
    agreed = own.store.consent(rater.name) == own.project.consent_digest
    return page(
        request,
        "annotation/start.html",
        rater=rater.name,
        task=own.project.task,
        texts=own.project.agreed(words_of(request).lang),
        digest=own.project.consent_digest,
        agreed=agreed,
        expired=own.project.expired,
        retention=own.project.retention.isoformat(),
        rows=len(own.project.assignments.get(rater.name, ())),
    )


async def agree(request: Request) -> Response:
    """Keeps that the rater agreed to these very texts."""
    rater, own = _rater(request)
    form = await form_of(request, rater)
    if form.one("agree") != "yes" or form.one("digest") != own.project.consent_digest:
        return RedirectResponse(START, 303)
    await run_in_threadpool(own.store.agree, rater.name, own.project.consent_digest)
    return RedirectResponse(RATE, 303)


async def label(request: Request) -> Response:
    """Keeps a label and goes on to the next row. The same press may come any number of times."""
    rater, own = await run_in_threadpool(_working, request)
    form = await form_of(request, rater)
    await run_in_threadpool(_keep, rater, own, form)
    return RedirectResponse(RATE, 303)


async def skip(request: Request) -> Response:
    rater, own = await run_in_threadpool(_working, request)
    form = await form_of(request, rater)
    unit = _unit_of(form, rater, own)
    if await run_in_threadpool(_overtaken, rater, own, form, unit):
        return RedirectResponse(RATE, 303)
    reason = form.one("reason") or None
    client = _client_of(form, "skip", unit, reason or "")
    await run_in_threadpool(partial(own.store.skip, rater.name, unit, client, reason=reason))
    return RedirectResponse(RATE, 303)


async def undo(request: Request) -> Response:
    """Takes the latest label or skip back, and shows its row. What came since the page was shown (from another tab or
    device, or after an undo that was kept while the server was away) is not what the rater meant, and stays."""
    rater, own = await run_in_threadpool(_working, request)
    form = await form_of(request, rater)
    last = form.one("last", 18)
    if not last.isdecimal():
        raise HTTPException(400)
    undone = await run_in_threadpool(partial(own.store.undo, rater.name, _client_of(form, "undo"), last=int(last)))
    places = {row.unit: number for number, row in enumerate(own.project.assignments[rater.name], start=1)}
    place = places.get(undone.unit or "")
    return RedirectResponse(RATE if place is None else f"{RATE}/{place}", 303)


def ask_withdrawal(request: Request) -> Response:
    rater, own = _rater(request)
    done = account_of(own.project.assignments.get(rater.name, ()), own.store.standing(rater.name))
    return page(request, "annotation/withdraw.html", rater=rater.name, account=done)


async def withdraw(request: Request) -> Response:
    """Deletes what the rater gave, and ends its invitation and every session of it."""
    rater, own = _rater(request)
    form = await form_of(request, rater)
    if form.one("sure") != "yes":
        return RedirectResponse(f"{RATE}/withdraw", 303)
    site = site_of(request)
    await run_in_threadpool(own.store.withdraw, rater.name)
    await run_in_threadpool(site.access.revoke, rater.name)
    response = page(request, "annotation/withdrawn.html")
    end_session(response, Role.RATER, site.options)
    return response


# -- who is there, and whether they may work ---------------------------------------------------------------------------


def _rater(request: Request) -> tuple[Visitor, Annotation]:
    """The rater and the project. Raises a 403 without a session, a 404 where no project is served, and for a rater
    that is not of it."""
    annotation = site_of(request).annotation
    if annotation is None:
        raise HTTPException(404)
    rater = required(request, Role.RATER)
    if rater.name not in annotation.project.raters:
        raise HTTPException(403)
    return rater, annotation


def _at_work(request: Request) -> tuple[Visitor, Annotation | None]:
    """As `_rater`; None for the project where the rater has not agreed, or labels are no longer taken."""
    rater, own = _rater(request)
    agreed = own.store.consent(rater.name) == own.project.consent_digest
    return rater, own if agreed and not own.project.expired else None


def _working(request: Request) -> tuple[Visitor, Annotation]:
    """As `_rater`. Raises a 403 where the rater has not agreed, and `Refused` where labels are no longer taken."""
    project = _rater(request)[1].project
    if project.expired:
        raise Refused("labels are kept until {day} and no longer taken", day=project.retention.isoformat())
    rater, own = _at_work(request)
    if own is None:
        raise HTTPException(403)
    return rater, own


# -- pages and what is sent from them ----------------------------------------------------------------------------------


def _row(
    request: Request, rater: Visitor, own: Annotation, assignment: Assignment, standing: dict[str, Kept]
) -> Response:
    words = words_of(request)
    return page(
        request,
        "annotation/row.html",
        rater=rater.name,
        task=own.project.task,
        row=shown_row(own.project, assignment, standing, words),
        instructions=own.project.task.instructions.said(words.lang),
        client=str(uuid4()),
        longest=LONGEST_TEXT,
        reasons=REASONS,
    )


def _end(request: Request, rater: Visitor, own: Annotation, standing: dict[str, Kept]) -> Response:
    assigned = own.project.assignments[rater.name]
    skipped = [
        number for number, row in enumerate(assigned, start=1) if row.unit in standing and standing[row.unit].skipped
    ]
    return page(
        request,
        "annotation/end.html",
        rater=rater.name,
        account=account_of(assigned, standing),
        skipped=skipped,
        last=latest_of(standing),
        client=str(uuid4()),
        retention=own.project.retention.isoformat(),
    )


def _keep(rater: Visitor, own: Annotation, form: Form) -> None:
    unit = _unit_of(form, rater, own)
    rewrite = _text_of(form) if own.project.task.rewrite else ""
    value = _value_of(form, own)
    if _overtaken(rater, own, form, unit):
        return
    own.store.record(
        rater.name,
        unit,
        value,
        client=_client_of(form, "label", unit, value, rewrite),
        rewrite=rewrite or None,
        seconds=_seconds_of(form),
    )


def _value_of(form: Form, own: Annotation) -> str:
    if not own.project.task.multi:
        return form.one("value")
    said = form.many("value")
    if not said:
        raise InputError("nothing is chosen", mend="choose what fits, or “None of these”")
    return NOTHING if NOTHING in said else ",".join(said)


def _text_of(form: Form) -> str:
    """Other words. Forms send a line break as two characters, while a page counts one. Raises a 400 for too many."""
    text = form.one("rewrite", 2 * LONGEST_TEXT).replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise HTTPException(400)
    return text


def _unit_of(form: Form, rater: Visitor, own: Annotation) -> str:
    """The unit that a form is about. Raises a 404 for one that this rater was not given."""
    unit = form.one("unit")
    if all(row.unit != unit for row in own.project.assignments[rater.name]):
        raise HTTPException(404)
    return unit


def _overtaken(rater: Visitor, own: Annotation, form: Form, unit: str) -> bool:
    """Whether a press that comes late (it was kept by the page while the server was away) is about a row that the rater
    has labelled since, elsewhere. A press on a page that is merely old is an edit."""
    if form.one("late") != "yes":
        return False
    kept = own.store.standing(rater.name).get(unit)
    return form.one("seen") != str(0 if kept is None else kept.seq)


def _client_of(form: Form, *said: str) -> str:
    """The id of a press. What was said is part of it, since without a script a page that is gone back to sends the same
    id with another answer."""
    client = form.one("client")
    if not _CLIENT.fullmatch(client):
        raise HTTPException(400)
    return f"{client}/{hashlib.sha256(chr(0).join(said).encode()).hexdigest()[:12]}"


def _seconds_of(form: Form) -> float | None:
    try:
        seconds = float(form.one("seconds"))
    except ValueError:
        return None
    return round(seconds, 1) if 0 <= seconds <= _DAY else None
