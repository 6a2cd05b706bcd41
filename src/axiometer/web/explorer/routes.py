"""Addresses of the explorer."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from starlette.routing import Route

from axiometer.report.charts.drawing import SIZE
from axiometer.report.fonts import text_width
from axiometer.web.explorer import export_pages, folder_pages, run_pages
from axiometer.web.explorer.library import Library
from axiometer.web.explorer.showing import Page, kept

HOME: Final = "/explore"
_PAGES: Final[dict[str, Page]] = {
    "": folder_pages.overview,
    "/thing": folder_pages.thing,
    "/table": folder_pages.table,
    "/file": folder_pages.text_file,
    "/trace": folder_pages.trace,
    "/page": folder_pages.own_page,
    "/run": run_pages.run,
    "/items": run_pages.items,
    "/item": run_pages.item,
    "/compare": run_pages.compare,
    "/export/items": export_pages.items,
    "/export/table": export_pages.table,
    "/export/numbers": export_pages.numbers,
    "/export/compared": export_pages.compared,
    "/figure": export_pages.figure,
}


def routes(root: Path) -> list[Route]:
    """The pages over the folder `root`; all of them only read."""
    library = Library(root.resolve())
    threading.Thread(target=_warm, daemon=True).start()
    return [Route(f"{HOME}{path}", kept(library, page), methods=["GET"]) for path, page in _PAGES.items()]


def _warm() -> None:
    """Reads the font that charts are measured by, so that the first reader of one does not wait for it."""
    text_width("a", SIZE)
