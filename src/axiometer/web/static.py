"""The app's own files: a closed list, read once, each under an address that changes with its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_FONT: Final = "AxiometerSansSC-Regular.otf"
_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "otf": "font/otf",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    content: bytes
    kind: str
    version: str


@lru_cache(maxsize=1)
def static_files() -> dict[str, StaticFile]:
    """All files of the folder `static`, and the font that Chinese needs where a machine has none."""
    found = [
        (entry.name, entry.read_bytes())
        for entry in files("axiometer.web").joinpath("static").iterdir()
        if entry.is_file()
    ]
    found.append((_FONT, files("axiometer.report").joinpath("fonts", _FONT).read_bytes()))
    return {
        name: StaticFile(content, _TYPES[name.rpartition(".")[2]], hashlib.sha256(content).hexdigest()[:12])
        for name, content in found
        if name.rpartition(".")[2] in _TYPES
    }


def static_address(name: str) -> str:
    """Where a page finds a file."""
    return f"/static/{name}?v={static_files()[name].version}"


def serve_static(request: Request) -> Response:
    """A file of the list; nothing else can be named."""
    found = static_files().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    asked = request.query_params.get("v") == found.version
    kept = "public, max-age=31536000, immutable" if asked else "public, max-age=60"
    return Response(found.content, media_type=found.kind, headers={"Cache-Control": kept})
