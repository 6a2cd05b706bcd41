"""The explorer of one folder: its runs' indexes, made in the background, and where they are kept."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from axiometer.errors import AxiometerError
from axiometer.measure.specification import FILE
from axiometer.web.explorer.folder import Loose, Thing, loose_tables, things_in
from axiometer.web.explorer.index import RunIndex, Sources, index_of, make_index, sources_of
from axiometer.web.explorer.places import damaged, inside, is_plain_file, is_plain_folder

CACHE: Final = ".axiometer"
PATIENCE: Final = 0.5  # seconds that a page waits for an index: a small run's is made in less
_AGAIN: Final = 20.0  # seconds after which an index that could not be made is tried again
_FRESH: Final = 3.0  # seconds for which the files of a run are taken to be as they were


@dataclass(slots=True)
class _Known:
    index: RunIndex
    at: float
    working: threading.Thread | None = None
    failed: AxiometerError | None = None


@dataclass(slots=True)
class Library:
    """`root` is resolved; every path that a page names is looked up by `folder`."""

    root: Path
    _known: dict[str, _Known] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _one: threading.Lock = field(default_factory=threading.Lock)
    _spare: tempfile.TemporaryDirectory[str] | None = None
    _listed: tuple[float, list[Thing], list[Loose]] | None = None

    def things(self) -> list[Thing]:
        """Everything that is recognised in the folder, as it was a moment ago."""
        return self._seen()[1]

    def loose_tables(self) -> list[Loose]:
        """Tables of the folder that belong to nothing in it, as they were a moment ago."""
        return self._seen()[2]

    def _seen(self) -> tuple[float, list[Thing], list[Loose]]:
        listed = self._listed
        if listed is None or time.monotonic() - listed[0] > _FRESH:
            listed = self._listed = (time.monotonic(), things_in(self.root), loose_tables(self.root))
        return listed

    def folder(self, at: str) -> Path | None:
        """The folder at `at` below the root, as long as it is one and no link leads there."""
        found = inside(self.root, at)
        return found if found is not None and is_plain_folder(found) else None

    def is_run(self, at: str) -> bool:
        folder = self.folder(at)
        return folder is not None and is_plain_file(folder / FILE)

    def index(self, at: str) -> RunIndex:
        """The index of the run at `at`, which is being made from now on if it is not there. Waits a moment for it.

        Raises `InputError` where there is no run.
        """
        known = self._entry(at)
        if known.working is not None:
            known.working.join(PATIENCE)
        return known.index

    def failure(self, at: str) -> AxiometerError | None:
        """Why the index could not be made, if it could not."""
        known = self._known.get(at)
        return None if known is None else known.failed

    def _entry(self, at: str) -> _Known:
        with self._lock:
            known = self._known.get(at)
            if known is not None and time.monotonic() - known.at < _FRESH:
                return known
            sources = self._sources(at)
            index = index_of(sources, self._place(at))
            if known is not None and _same(known.index, index):
                tried_again = known.failed is not None and time.monotonic() - known.at > _AGAIN
                if tried_again:
                    known.failed = None
                if known.failed is None:
                    known.at = time.monotonic()
                if known.working is not None and known.working.is_alive():
                    return known
            else:
                known = self._known[at] = _Known(index, time.monotonic())
            if not known.index.is_whole and known.failed is None:
                known.working = threading.Thread(target=self._make, args=(known,), daemon=True)
                known.working.start()
            return known

    def _sources(self, at: str) -> Sources:
        folder = self.folder(at)
        return sources_of(self.root / at if folder is None else folder)

    def _make(self, known: _Known) -> None:
        """One index at a time: each takes what memory there is for one."""
        try:
            with self._one:
                make_index(known.index)
        except AxiometerError as error:
            known.failed = error
        except Exception as error:  # whatever it is, a reader must not wait for ever
            known.failed = damaged(known.index.sources.folder, error)

    def _place(self, at: str) -> Path:
        """A folder for a run's index: below the root, or where that cannot be written, in one that goes with us."""
        name = hashlib.sha256(at.encode()).hexdigest()[:16]
        own = self.root / CACHE
        try:
            own.mkdir(exist_ok=True)
            place = own / "explorer"
            if is_plain_folder(own):  # before anything is made in it: a link would lead elsewhere
                place.mkdir(exist_ok=True)
                if is_plain_folder(place) and os.access(place, os.W_OK):
                    return place / name
        except OSError:
            pass
        if self._spare is None:
            self._spare = tempfile.TemporaryDirectory(prefix="axiometer-explorer-", ignore_cleanup_errors=True)
        return Path(self._spare.name) / name


def _same(one: RunIndex, other: RunIndex) -> bool:
    return (one.folder, one.items_digest, one.said_digests) == (other.folder, other.items_digest, other.said_digests)
