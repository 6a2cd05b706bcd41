"""The current view as a file: items, answers, a table, the numbers of a chart, or the chart."""

from __future__ import annotations

import polars as pl
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from axiometer.records.rows import Answer, FreeAnswer, Item
from axiometer.records.schemas import schema_of
from axiometer.web.explorer import asking
from axiometer.web.explorer.beside import labels_of
from axiometer.web.explorer.exporting import (
    FORMATS,
    answers_frames,
    items_frames,
    sent,
    sent_figure,
    sent_frame,
    sent_lazily,
)
from axiometer.web.explorer.figures import (
    compared_drawing,
    compared_outcomes,
    compared_outcomes_drawing,
    compared_rows,
    outcomes_drawing,
    profile_drawing,
)
from axiometer.web.explorer.library import Library
from axiometer.web.explorer.query import matching
from axiometer.web.explorer.run_pages import compared_of, profile_of
from axiometer.web.explorer.showing import ready_index, words_of
from axiometer.web.explorer.summary import Share, outcomes
from axiometer.web.explorer.tables import searched, table_file

OUTCOMES, PROFILE = "outcomes", "profile"
CHARTS = (OUTCOMES, PROFILE)
_SHARE = {
    "model": pl.String,
    "value": pl.String,
    "n": pl.Int64,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


def items(library: Library, request: Request) -> Response:
    """The items that the filters leave, or all answers to them."""
    index = ready_index(library, request)
    if isinstance(index, Response):
        return index
    what = asking.among(request, "what", ["items", "answers"]) or "items"
    wanted, kind = asking.wanted_of(request, index), _format(request)
    numbers, name = matching(index, wanted), f"{index.sources.folder.name}-{what}"
    if what == "items":
        return sent(items_frames(index, numbers), schema_of(Item), name, kind)
    schema = schema_of(FreeAnswer if index.sources.free else Answer)
    frames = (frame.select(list(schema)) for frame in answers_frames(index, numbers, wanted.model))
    return sent(frames, schema, name, kind)


def table(library: Library, request: Request) -> Response:
    """The rows of a table that hold the text looked for."""
    file = table_file(library.root, asking.place(request), asking.one(request, "file", 1_000))
    if file is None:
        raise HTTPException(404)
    return sent_lazily(searched(file, asking.one(request, "text")), file.stem, _format(request))


def numbers(library: Library, request: Request) -> Response:
    """The numbers of a run's chart."""
    index = ready_index(library, request)
    if isinstance(index, Response):
        return index
    chart = _chart(request)
    frame = outcomes(index, by_lang=True) if chart == OUTCOMES else shares_frame(profile_of(request, index).shares)
    return sent_frame(frame, f"{index.sources.folder.name}-{chart}", _format(request))


def figure(library: Library, request: Request) -> Response:
    """A run's chart."""
    index = ready_index(library, request)
    if isinstance(index, Response):
        return index
    chart, words = _chart(request), words_of(request)
    if chart == OUTCOMES:
        drawing = outcomes_drawing(index, words)
    else:
        drawing = profile_drawing(index, profile_of(request, index), words)
    return sent_figure(drawing.file(), f"{index.sources.folder.name}-{chart}")


def compared(library: Library, request: Request) -> Response:
    """A comparison's numbers, or its chart."""
    chosen, waiting = compared_of(library, request)
    if waiting is not None:
        return waiting
    if not chosen:
        raise HTTPException(404)
    chart, words, labels = _chart(request), words_of(request), labels_of(chosen)
    kind = asking.among(request, "as", [*FORMATS, "svg"])
    if kind == "svg":
        if chart == OUTCOMES:
            drawing = compared_outcomes_drawing(chosen, labels, words)
        else:
            drawing = compared_drawing(chosen, labels, words)
        return sent_figure(drawing.file(), f"compared-{chart}")
    if chart == OUTCOMES:
        frame = compared_outcomes(chosen).with_columns(name=pl.col("model").replace_strict(dict(enumerate(labels))))
    else:
        rows = compared_rows(chosen, labels, words.lang)
        frame = shares_frame([share for _, _, shares in rows for _, share in shares])
    return sent_frame(frame, f"compared-{chart}", kind or FORMATS[0])


def shares_frame(shares: tuple[Share, ...] | list[Share]) -> pl.DataFrame:
    rows = [(one.model, one.value, one.n, one.share, one.low, one.high) for one in shares]
    return pl.DataFrame(rows, schema=_SHARE, orient="row")


def _format(request: Request) -> str:
    return asking.among(request, "as", FORMATS) or FORMATS[0]


def _chart(request: Request) -> str:
    return asking.among(request, "chart", CHARTS) or PROFILE
