"""No text is embedded twice, whatever happens in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from axiometer.errors import InputError
from axiometer.similarity import cache
from axiometer.similarity.cache import EmbeddingTask, embed_part, embedded, embeddings_folder, parts, text_key
from axiometer.similarity.embedders import DEFAULT_EMBEDDER

from .embedding_server import hashed

Task = TypeVar("Task")
Result = TypeVar("Result")


class Hashing:
    """An embedder that remembers what it was asked."""

    name = "test/hashing"
    dimensions = 24

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        self.asked += texts
        rows = np.array([hashed(text) for text in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def texts_of(*numbers: int) -> list[str]:
    return [f"规则 {number}" for number in numbers]


def test_rows_stand_in_the_order_of_the_texts_and_repeats_are_embedded_once(tmp_path: Path) -> None:
    embedder = Hashing()
    texts = texts_of(3, 1, 3, 2, 1)
    rows = embedded(texts, embedder, tmp_path)
    assert np.array_equal(rows, Hashing().embed(texts)) and embedder.asked == texts_of(3, 1, 2)


def test_what_was_embedded_before_is_read(tmp_path: Path) -> None:
    embedded(texts_of(*range(10)), Hashing(), tmp_path)
    embedder = Hashing()
    rows = embedded(texts_of(12, 5, 0, 11), embedder, tmp_path)
    assert embedder.asked == texts_of(12, 11) and np.array_equal(rows, Hashing().embed(texts_of(12, 5, 0, 11)))


def test_embedders_do_not_share_vectors(tmp_path: Path) -> None:
    first, second = Hashing(), Hashing()
    second.name = "test/hashing "
    embedded(texts_of(1), first, tmp_path)
    embedded(texts_of(1), second, tmp_path)
    assert second.asked == texts_of(1) and embeddings_folder(tmp_path, "a/b") != embeddings_folder(tmp_path, "a-b")


def test_rows_can_be_mapped_from_a_file(tmp_path: Path) -> None:
    rows = embedded(texts_of(*range(40)), Hashing(), tmp_path, output=tmp_path / "rows.npy")
    assert isinstance(rows, np.memmap) and np.array_equal(rows, Hashing().embed(texts_of(*range(40))))
    assert np.array_equal(np.load(tmp_path / "rows.npy"), rows)


def test_no_texts_give_no_rows(tmp_path: Path) -> None:
    assert len(embedded([], Hashing(), tmp_path)) == 0


def test_parts_are_embedded_by_whoever_maps_and_come_out_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "TEXTS_PER_PART", 4)
    texts = texts_of(*range(10))
    seen: list[EmbeddingTask] = []

    def backwards(function: Callable[[Task], Result], tasks: Iterable[Task], /) -> Iterator[Result]:
        given = list(tasks)
        seen.extend(task for task in given if isinstance(task, EmbeddingTask))
        return iter([function(task) for task in reversed(given)][::-1])

    rows = embedded(texts, DEFAULT_EMBEDDER, tmp_path / "a", map_tasks=backwards)
    assert [len(task.texts) for task in seen] == [4, 4, 2]
    assert np.abs(rows - embedded(texts, DEFAULT_EMBEDDER, tmp_path / "b")).max() < 2e-6
    assert embed_part(seen[0]) in {part.name for part in parts(Path(seen[0].folder))}


def test_a_damaged_part_is_told_with_its_file(tmp_path: Path) -> None:
    embedded(texts_of(1, 2), Hashing(), tmp_path)
    (part,) = parts(embeddings_folder(tmp_path, Hashing.name))
    part.write_bytes(part.read_bytes()[:-10])
    with pytest.raises(InputError, match=r"part-.*damaged part of the embedding cache \(delete it"):
        embedded(texts_of(1), Hashing(), tmp_path)


def test_an_empty_text_is_told_before_anything_is_embedded(tmp_path: Path) -> None:
    embedder = Hashing()
    with pytest.raises(InputError, match="text 1 "):
        embedded(["a", ""], embedder, tmp_path)
    assert not embedder.asked


PROGRAM = """
import sys
from pathlib import Path
from axiometer.similarity import cache
cache.TEXTS_PER_PART = 50
texts = [f"规则 {number}：应当做第 {number} 件事" for number in range(2_000)]
cache.embedded(texts, "use/multilingual-v3", Path(sys.argv[1]), threads=1)
"""


def test_a_killed_run_leaves_whole_parts_and_goes_on_from_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = embeddings_folder(tmp_path, DEFAULT_EMBEDDER)
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)]) as process:
        deadline = time.monotonic() + 60
        while len(parts(place)) < 3 and time.monotonic() < deadline:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
    done = parts(place)
    assert 3 <= len(done) < 40
    stored = sum(len(np.load(part)) for part in done)
    assert stored == 50 * len(done)
    texts = [f"规则 {number}：应当做第 {number} 件事" for number in range(stored + 20)]
    asked: list[str] = []

    def watched(function: Callable[[Task], Result], tasks: Iterable[Task], /) -> Iterator[Result]:
        for task in tasks:
            assert isinstance(task, EmbeddingTask)
            asked.extend(task.texts)
            yield function(task)

    rows = embedded(texts, DEFAULT_EMBEDDER, tmp_path, map_tasks=watched)
    assert asked == texts[stored:] and rows.shape == (stored + 20, 512)
    assert len({text_key(text) for text in texts}) == len(texts)
