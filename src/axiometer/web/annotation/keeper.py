"""The keeper's pages of a project: progress, invitations, agreement so far, differences to settle, exports."""

from __future__ import annotations

import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from axiometer.annotate.agreeing import MEASURES, place_of
from axiometer.annotate.exporting import export_answers, export_project
from axiometer.annotate.tasks import NOTHING, TaskKind
from axiometer.records.rows import Answer
from axiometer.records.schemas import to_frame
from axiometer.web.access import DAYS_TO_WITHDRAW, Role, Visitor
from axiometer.web.annotation.standing import differences_of, skipped_of, states_of
from axiometer.web.annotation.views import REASONS, choices_of, said_of
from axiometer.web.pages import page, words_of
from axiometer.web.sessions import Form, form_of, required
from axiometer.web.site import Annotation, site_of

ADMIN: Final = "/admin"
PER_PAGE: Final = 20
KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def overview(request: Request) -> Response:
    _, own = _keeper(request)
    return _overview(request, own)


async def invite(request: Request) -> Response:
    """A new link for a rater, on this one page only."""
    keeper, own = _keeper(request)
    rater = _rater_of(await form_of(request, keeper), own)
    if rater in await run_in_threadpool(own.store.withdrawn):
        raise HTTPException(409)
    site = site_of(request)
    last = own.project.retention + datetime.timedelta(days=DAYS_TO_WITHDRAW)
    end = datetime.datetime.combine(last, datetime.time.max, datetime.UTC)
    token = await run_in_threadpool(site.access.invite, rater, end)
    link = f"{site.options.address}/r/{token}"
    return await run_in_threadpool(_overview, request, own, rater, link)


async def revoke(request: Request) -> Response:
    """Ends a rater's link and sessions; its labels stay."""
    keeper, own = _keeper(request)
    rater = _rater_of(await form_of(request, keeper), own)
    await run_in_threadpool(site_of(request).access.revoke, rater)
    return RedirectResponse(ADMIN, 303)


def agreement(request: Request) -> Response:
    """What `axiometer annotate agreement` says of the labels that there are now."""
    _, own = _keeper(request)
    found = own.agreement.now(own.store)
    names, place = MEASURES, place_of
    return page(request, "annotation/agreement.html", project=own.project, found=found, names=names, place_of=place)


def labels(request: Request) -> Response:
    """All labels as a file, as `axiometer annotate export` writes them."""
    _, own = _keeper(request)
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise HTTPException(404)
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"labels.{kind}"
        export_project(own.project, file)
        content = file.read_bytes()
    return _download(content, kind, f"labels.{kind}")


def answers(request: Request) -> Response:
    """What people chose in items, as a table of answers."""
    _, own = _keeper(request)
    buffer = BytesIO()
    to_frame(export_answers(own.project), Answer).write_parquet(buffer)
    return _download(buffer.getvalue(), "parquet", "answers.parquet")


def _download(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=KINDS[kind], headers=headers)


def differences(request: Request) -> Response:
    """Rows with different labels, to settle."""
    _, own = _keeper(request)
    words = words_of(request)
    found = differences_of(own.project.units, own.store.labels(), own.store.settled())
    number, pages = _page_of(request, len(found))
    task = own.project.task
    cases = [
        {
            "case": case,
            "said": [(rater, said_of(value, task, case.unit, words.lang), text) for rater, value, text in case.said],
            "choices": _choices(own, case.unit.id, words.lang),
            "settled": case.settled and said_of(case.settled.value, task, case.unit, words.lang),
        }
        for case in found[(number - 1) * PER_PAGE : number * PER_PAGE]
    ]
    return page(
        request,
        "annotation/differences.html",
        cases=cases,
        total=len(found),
        undecided=sum(case.settled is None for case in found),
        number=number,
        pages=pages,
        multi=task.multi,
        project=own.project,
    )


def skipped(request: Request) -> Response:
    """Rows that raters passed over, and why where they said so."""
    _, own = _keeper(request)
    found = skipped_of(own.project.units, own.store.skips())
    number, pages = _page_of(request, len(found))
    return page(
        request,
        "annotation/skipped.html",
        cases=found[(number - 1) * PER_PAGE : number * PER_PAGE],
        total=len(found),
        reasons=REASONS,
        number=number,
        pages=pages,
        project=own.project,
    )


def _page_of(request: Request, total: int) -> tuple[int, int]:
    """The number of the page that is asked for, and of the last."""
    pages = max(1, -(-total // PER_PAGE))
    asked = request.query_params.get("page", "1")
    return min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 9 else 1, pages


async def settle(request: Request) -> Response:
    """Keeps what is decided on a row; raters' labels stay as they are."""
    keeper, own = _keeper(request)
    form = await form_of(request, keeper)
    unit = form.one("unit")
    if unit not in own.project.units:
        raise HTTPException(404)
    said = form.many("value")
    value = NOTHING if own.project.task.multi and NOTHING in said else ",".join(said)
    checked = own.project.task.value_of(value, own.project.units[unit])
    await run_in_threadpool(own.store.settle, unit, checked, Role.KEEPER.value)
    shown = form.one("page")
    return RedirectResponse(f"{ADMIN}/differences?page={shown if shown.isdecimal() else 1}", 303)


def _overview(request: Request, own: Annotation, invited: str | None = None, link: str | None = None) -> Response:
    states = states_of(own.project, own.store, site_of(request).access.invitations())
    return page(
        request,
        "annotation/keeper.html",
        project=own.project,
        task=own.project.task,
        states=states,
        invited=invited,
        link=link,
        labelled=sum(state.account.labelled for state in states),
        of=sum(state.account.of for state in states),
        retention=own.project.retention.isoformat(),
        expired=own.project.expired,
        kinds=tuple(KINDS),
        has_answers=own.project.task.kind is TaskKind.CHOOSE,
    )


def _choices(own: Annotation, unit: str, lang: str) -> list[tuple[str, str]]:
    row, task = own.project.units[unit], own.project.task
    found = [(choice.value, choice.text) for choice in choices_of(task, row, row.shown, None, lang)]
    return [*found, (NOTHING, said_of(NOTHING, task, row, lang))] if task.multi else found


def _keeper(request: Request) -> tuple[Visitor, Annotation]:
    annotation = site_of(request).annotation
    if annotation is None:
        raise HTTPException(404)
    return required(request, Role.KEEPER), annotation


def _rater_of(form: Form, own: Annotation) -> str:
    rater = form.one("rater")
    if rater not in own.project.raters:
        raise HTTPException(404)
    return rater
