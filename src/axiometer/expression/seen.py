"""Which texts a classifier was fitted on, so that nobody takes them for new ones. Marks are hashes: no text is kept."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from axiometer.errors import InputError
from axiometer.records.tables import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEEN: Final = "seen.npy"
_BYTES: Final = 8  # a mark; by chance two of 100,000 texts share one in four billion sets of that size
_LARGEST: Final = 2**30


def wording(text: str) -> str:
    """The text without what changes when it is copied: width, case and white space. Texts that are alike in it are one
    text to splits and marks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def marks(texts: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each text, in their order, equal for texts of one wording."""
    return np.array([_mark(text) for text in texts], dtype=np.uint64)


def write_seen(texts: Iterable[str], folder: Path) -> str:
    """Writes the marks of these texts and gives the digest of the file."""
    found = np.unique(marks(list(texts)))
    with whole(folder / SEEN) as temporary, temporary.open("wb") as handle:
        np.save(handle, found.astype("<u8"), allow_pickle=False)
    return hashlib.sha256((folder / SEEN).read_bytes()).hexdigest()


def read_seen(folder: Path, digest: str) -> NDArray[np.uint64]:
    """The marks in a classifier's folder, ascending. Raises `InputError` where they are not those of its card."""
    file = folder / SEEN
    try:
        if file.stat().st_size > _LARGEST:
            raise ValueError("larger than any")
        with file.open("rb") as handle:
            if hashlib.file_digest(handle, "sha256").hexdigest() != digest:
                raise ValueError("not those that model.json was written for")
        found = np.load(file, mmap_mode="r", allow_pickle=False)  # mapped: a header that says more than is there fails
        if not isinstance(found, np.ndarray) or found.dtype != np.dtype("<u8") or found.ndim != 1:
            raise ValueError("no list of marks")
    except (OSError, ValueError, EOFError, MemoryError) as error:
        raise InputError("not the marks of a classifier's texts: {why}", file=file, why=error) from error
    return np.asarray(found, dtype=np.uint64)


def seen_before(texts: Sequence[str], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of the texts are among those with these marks."""
    return np.isin(marks(texts), known)


def _mark(text: str) -> int:
    digest = hashlib.blake2b(wording(text).encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()
    return int.from_bytes(digest, "little")
