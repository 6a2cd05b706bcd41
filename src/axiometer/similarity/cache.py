"""Vectors on disk, so that no text is embedded twice, however often a run is killed and started anew.

A folder per embedder holds parts: .npy files of rows (key, vector), key being the first 16 bytes of the SHA-256 of the
text. Vectors are float32 as the embedder gave them (2 KB a text at 512 dimensions): nothing is lost by storing them.
A part is written under a temporary name, synced and renamed, so it is there whole or not at all. Its name is a hash of
its keys, so workers need no agreement: what two of them embed at once is stored twice at worst, never mixed up.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from axiometer.errors import InputError
from axiometer.models.protocols import Embedder
from axiometer.records.tables import whole
from axiometer.similarity.embedders import DEFAULT_EMBEDDER, check_texts, open_embedder
from axiometer.similarity.mapping import MapTasks, in_this_process
from axiometer.similarity.vectors import Vectors

KEY_BYTES = 16
TEXTS_PER_PART = 8_192
PAID_TEXTS_PER_PART = 512  # a part that is lost half-way is paid for again, so paid ones are small


@dataclass(frozen=True, slots=True)
class EmbeddingTask:
    """Texts to embed and the folder their part goes to. `threads` as in `open_embedder`."""

    embedder: str
    texts: tuple[str, ...]
    folder: str
    threads: int | None = None


def embedded(
    texts: Sequence[str],
    embedder: str | Embedder,
    folder: Path,
    *,
    map_tasks: MapTasks = in_this_process,
    threads: int | None = None,
    output: Path | None = None,
    texts_per_part: int | None = None,
) -> Vectors:
    """One row per text, in their order; only texts that the cache does not hold are embedded, each once.

    embedder: its name; or an `Embedder`, which then works in this process. folder: the cache, shared by all runs.
    map_tasks: where `embed_part` runs. output: a .npy file that the rows are written to and mapped from, so that memory
    stays flat; without it they are in memory (2 KB a text). texts_per_part: of a task, and of a file of the cache
    (default: many, fewer where a service is paid). Raises `InputError` for an empty text and for a damaged
    part, a `CallError` where a service will not answer.
    """
    check_texts(texts)
    name = embedder if isinstance(embedder, str) else embedder.name
    place = embeddings_folder(folder, name)
    wanted = dict.fromkeys(text_key(text) for text in texts)
    stored = {key for part in parts(place) for key in _keys_of(part)} & wanted.keys()
    size = texts_per_part or (TEXTS_PER_PART if name == DEFAULT_EMBEDDER else PAID_TEXTS_PER_PART)
    tasks = _tasks(texts, stored, EmbeddingTask(name, (), str(place), threads), size)
    if isinstance(embedder, str):
        for _ in map_tasks(embed_part, tasks):
            pass
    else:
        for task in tasks:
            write_part(task.texts, np.asarray(embedder.embed(list(task.texts)), np.float32), place)
    return _gathered(texts, list(wanted), place, output)


def embed_part(task: EmbeddingTask) -> str:
    """Embeds the texts of a task, writes them as one part and gives its file name. For runners."""
    vectors = _opened(task.embedder, task.threads).embed(list(task.texts))
    return write_part(task.texts, np.asarray(vectors, np.float32), Path(task.folder)).name


def write_part(texts: Sequence[str], vectors: Vectors, folder: Path) -> Path:
    """Writes texts' vectors as one part, whole or not at all."""
    keys = [text_key(text) for text in texts]
    rows = np.empty(len(keys), _row(vectors.shape[1]))
    rows["key"] = np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES)
    rows["vector"] = vectors
    path = folder / f"part-{hashlib.sha256(b''.join(keys)).hexdigest()[:24]}.npy"
    with whole(path) as temporary, temporary.open("wb") as handle:
        np.save(handle, rows, allow_pickle=False)
    return path


def text_key(text: str) -> bytes:
    """16 bytes that stand for the text in the cache."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]


def embeddings_folder(folder: Path, embedder: str) -> Path:
    """Where the vectors of an embedder lie in a cache: a readable name, and a hash since names are cut and cleaned."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", embedder)[:60]
    return folder / f"{readable}-{hashlib.sha256(embedder.encode()).hexdigest()[:8]}"


def parts(place: Path) -> list[Path]:
    """The parts in the folder of an embedder, by name."""
    return sorted(place.glob("part-*.npy"))


@lru_cache(maxsize=2)
def _opened(name: str, threads: int | None) -> Embedder:
    """A worker process loads an embedder once."""
    return open_embedder(name, threads=threads)


def _row(dimensions: int) -> np.dtype[np.void]:
    return np.dtype([("key", np.uint8, (KEY_BYTES,)), ("vector", "<f4", (dimensions,))])


def _tasks(texts: Sequence[str], stored: Iterable[bytes], pattern: EmbeddingTask, size: int) -> Iterator[EmbeddingTask]:
    """Tasks for the texts that are not stored, each text once, in the order of their first appearance."""
    seen = set(stored)
    waiting: list[str] = []
    for text in texts:
        key = text_key(text)
        if key in seen:
            continue
        seen.add(key)
        waiting.append(text)
        if len(waiting) == size:
            yield EmbeddingTask(pattern.embedder, tuple(waiting), pattern.folder, pattern.threads)
            waiting = []
    if waiting:
        yield EmbeddingTask(pattern.embedder, tuple(waiting), pattern.folder, pattern.threads)


def _open_part(path: Path) -> NDArray[np.void]:
    try:
        rows: NDArray[np.void] = np.load(path, mmap_mode="r", allow_pickle=False)
        if rows.ndim == 1 and rows.dtype.names == ("key", "vector"):
            return rows
    except (OSError, ValueError, EOFError):
        pass
    raise InputError("a damaged part of the embedding cache", file=path, mend="delete it: its texts are embedded anew")


def _keys_of(path: Path) -> Iterator[bytes]:
    keys = np.ascontiguousarray(_open_part(path)["key"]).tobytes()
    return (keys[start : start + KEY_BYTES] for start in range(0, len(keys), KEY_BYTES))


def _gathered(texts: Sequence[str], wanted: list[bytes], place: Path, output: Path | None) -> Vectors:
    """The rows of the texts, taken part by part."""
    files = parts(place)
    dimensions = _open_part(files[0])["vector"].shape[1] if files else 0
    position = {key: number for number, key in enumerate(wanted)}
    takers = np.array([position[text_key(text)] for text in texts], np.int64)
    order = np.argsort(takers, kind="stable")
    starts = np.searchsorted(takers[order], np.arange(len(wanted) + 1))
    if output is None:
        return _filled(np.empty((len(texts), dimensions), np.float32), files, position, order, starts)
    with whole(output) as temporary:
        mapped = np.lib.format.open_memmap(temporary, "w+", np.float32, (len(texts), dimensions))
        _filled(mapped, files, position, order, starts)
        mapped.flush()
    written: Vectors = np.load(output, mmap_mode="r", allow_pickle=False)
    return written


def _filled(
    rows: Vectors, files: list[Path], position: dict[bytes, int], order: NDArray[np.int64], starts: NDArray[np.int64]
) -> Vectors:
    left = dict(position)
    for file in files:
        part = _open_part(file)
        found = [(row, left.pop(key)) for row, key in enumerate(_keys_of(file)) if key in left]
        if not found:
            continue
        if part["vector"].shape[1] != rows.shape[1]:
            raise InputError("vectors of another length than in the other parts of the cache", file=file)
        sources = np.array([row for row, _ in found])
        numbers = np.array([number for _, number in found])
        counts = starts[numbers + 1] - starts[numbers]
        targets = np.concatenate([order[starts[number] : starts[number + 1]] for number in numbers])
        rows[targets] = part["vector"][np.repeat(sources, counts)]
    if left:
        raise AssertionError(f"{len(left)} texts were embedded and are not in the cache")
    return rows
