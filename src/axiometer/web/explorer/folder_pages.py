"""Pages of the folder: what is in it, anything but a run, its tables, a rule's trace, and pages that lie in it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from axiometer.build.corpus.options import FILE as CORPUS
from axiometer.build.corpus.trace import NotFound
from axiometer.build.corpus.trace import trace as trace_in
from axiometer.web.explorer import asking
from axiometer.web.explorer.folder import Kind, manifest_of, marker_in, thing_at
from axiometer.web.explorer.library import Library
from axiometer.web.explorer.places import inside, is_plain_file, plain_files
from axiometer.web.explorer.showing import explorer_page
from axiometer.web.explorer.tables import page_of_table, table_file, tables_in

SANDBOX = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-downloads"
)
"""For pages that lie in the folder: their own scripts may run, without an origin, a session or the network."""

LONGEST_TEXT = 200_000
MOST_TEXTS = 100
TEXTS = frozenset({".csv", ".json", ".jsonl", ".md", ".txt", ".yaml"})
_MOST_ENTRIES = 50_000


def overview(library: Library, request: Request) -> Response:
    """Everything that is recognised in the folder."""
    things = library.things()
    kinds = [(kind, [thing for thing in things if thing.kind is kind]) for kind in Kind]
    return explorer_page(
        request,
        "overview.html",
        name=library.root.name,
        kinds=[(kind, some) for kind, some in kinds if some],
        loose=library.loose_tables(),
    )


def thing(library: Library, request: Request) -> Response:
    """One thing of the folder: what its file says, and its tables. A run has a page of its own."""
    at = asking.place(request)
    folder = library.folder(at)
    marker = None if folder is None else marker_in(folder)
    if folder is None or marker is None:
        raise HTTPException(404)
    found = thing_at(library.root, folder, marker)
    if found.kind is Kind.RUN:
        return RedirectResponse(asking.address("/explore/run", {"at": at}), 303)
    uncorrected = found.kind is Kind.SCORES or (
        found.kind is Kind.PROFILE and found.facts.get("shares") == "uncorrected"
    )
    manifest = json.dumps(manifest_of(folder, marker), ensure_ascii=False, indent=1, default=str)
    return explorer_page(
        request,
        "thing.html",
        at=at,
        thing=found,
        manifest=manifest[:LONGEST_TEXT],
        tables=tables_in(folder),
        files=text_files(folder, marker),
        uncorrected=uncorrected,
    )


def text_files(folder: Path, marker: str) -> list[tuple[str, int]]:
    """Names and sizes of the files of a thing's folder that are texts, but for the one that its page shows."""
    texts = [path for path in plain_files(folder, "*") if path.suffix in TEXTS and path.name != marker]
    return [(path.name, path.stat().st_size) for path in texts][:MOST_TEXTS]


def text_file(library: Library, request: Request) -> Response:
    """The beginning of a text file in a thing's folder, as it stands."""
    at, name = asking.place(request), asking.one(request, "file", 1_000)
    folder = library.folder(at)
    if folder is None or marker_in(folder) is None or "/" in name:
        raise HTTPException(404)
    file = inside(library.root, name if at == "." else f"{at}/{name}")
    if file is None or file.suffix not in TEXTS or not is_plain_file(file):
        raise HTTPException(404)
    with file.open(encoding="utf-8-sig", errors="replace") as opened:
        content = opened.read(LONGEST_TEXT + 1)
    cut = len(content) > LONGEST_TEXT
    return explorer_page(request, "file.html", at=at, file=name, content=content[:LONGEST_TEXT], cut=cut)


def table(library: Library, request: Request) -> Response:
    """A page of a table."""
    at, name = asking.place(request), asking.one(request, "file", 1_000)
    file = table_file(library.root, at, name)
    if file is None:
        raise HTTPException(404)
    text, first = asking.one(request, "text"), asking.count(request, "first") or 0
    shown = page_of_table(file, text, first)
    folder = library.folder(at)
    owned = folder is not None and marker_in(folder) is not None
    is_corpus = folder is not None and is_plain_file(folder / CORPUS)
    return explorer_page(request, "table.html", at=at, file=name, text=text, shown=shown, traced=is_corpus, owned=owned)


def trace(library: Library, request: Request) -> Response:
    """A rule's whole history in a corpus, as `axiometer trace` tells it."""
    at, id_ = asking.place(request), asking.row_id(request)
    folder = library.folder(at)
    if folder is None or not is_plain_file(folder / CORPUS) or has_links(folder):
        raise HTTPException(404)
    try:
        history = trace_in(folder, id_)
    except NotFound:
        raise HTTPException(404) from None
    return explorer_page(request, "trace.html", at=at, history=history)


def has_links(folder: Path) -> bool:
    """Whether a folder of work holds a link, or more than can be looked through: what reads it would follow it."""
    waiting, seen = [str(folder)], 0
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                seen += 1
                if entry.is_symlink() or seen > _MOST_ENTRIES:
                    return True
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    return False


def own_page(library: Library, request: Request) -> Response:
    """A page that lies beside a run or an evaluation, such as its report."""
    at, name = asking.place(request), asking.one(request, "file", 200)
    folder = library.folder(at)
    if folder is None or marker_in(folder) is None or "/" in name or not name.endswith(".html"):
        raise HTTPException(404)
    found = inside(library.root, name if at == "." else f"{at}/{name}")
    if found is None or not is_plain_file(found):
        raise HTTPException(404)
    return FileResponse(found, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": SANDBOX})
