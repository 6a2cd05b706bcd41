"""What a reader may name: folders below the one that is served, without links, hidden names or ways out of it."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

from axiometer.errors import InputError

LONGEST: Final = 1_000
_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:-]{0,127}")
_FORBIDDEN: Final = re.compile(r"[\x00-\x1f\x7f\\]")


def inside(root: Path, name: str) -> Path | None:
    """The file or folder at `name`, a path relative to `root`; None for whatever is absent, hidden, a link or behind
    one, or leads out. `root` itself is "."."""
    if name == ".":
        return root
    parts = name.split("/")
    if len(name) > LONGEST or _FORBIDDEN.search(name) or any(part == "" or part.startswith(".") for part in parts):
        return None
    found = root
    for part in parts:
        found = found / part
        if not (is_plain_folder(found) or is_plain_file(found)):
            return None
    return found if found.resolve().is_relative_to(root.resolve()) else None


def damaged(place: Path, error: Exception) -> InputError:
    """What to tell of a file at `place` that could not be read for a reason that its reader did not foresee."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return InputError("a file is damaged, or of another make: {why}", file=place, why=lines[0][:200])


def is_plain_file(path: Path) -> bool:
    """Whether there is a file that is no link."""
    return _kind(path, stat.S_ISREG)


def is_plain_folder(path: Path) -> bool:
    """Whether there is a folder that is no link."""
    return _kind(path, stat.S_ISDIR)


def plain_files(folder: Path, pattern: str = "*.parquet") -> list[Path]:
    """The files of a folder that are no links, by name; none where the folder is a link itself, or absent."""
    if not is_plain_folder(folder):
        return []
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith(".") and is_plain_file(path))


def is_id(text: str) -> bool:
    """Whether a text may be the id of a row."""
    return _ID.fullmatch(text) is not None


def _kind(path: Path, wanted: object) -> bool:
    try:
        return bool(wanted(os.lstat(path).st_mode))  # type: ignore[operator]
    except (OSError, ValueError):
        return False
