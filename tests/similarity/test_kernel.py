"""The kernel finds every pair that reaches the threshold and no other, however it goes about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.similarity.blocks import Block, PairsTask, block_result, blocks, pairs_in, rectangle
from axiometer.similarity.kernel import Searching, pairs_above, pairs_above_on, pairs_between
from axiometer.similarity.mapping import in_this_process
from axiometer.similarity.pairs import TIE, Pairs, joined, no_pairs

from .sets import all_cosines, as_set, isotropic, sentence_like, slow_pairs

Task = TypeVar("Task")
Result = TypeVar("Result")


@pytest.mark.parametrize("threshold", [0.2, 0.7, 0.95, 1.0])
@pytest.mark.parametrize("make", [sentence_like, isotropic])
def test_all_pairs_are_found_and_no_others(make: Callable[..., np.ndarray], threshold: float) -> None:
    vectors = make(700)
    found = pairs_above(vectors, threshold)
    assert as_set(found) == slow_pairs(vectors, threshold)
    assert len(as_set(found)) == len(found) and found.exact


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(2, 300),
    dimensions=st.integers(1, 40),
    seed=st.integers(0, 10_000),
    threshold=st.floats(-0.5, 1.0),
    k=st.sampled_from([None, 1, 2, 5, 16, 40]),
)
def test_no_number_of_coordinates_changes_what_is_found(
    n: int, dimensions: int, seed: int, threshold: float, k: int | None
) -> None:
    vectors = sentence_like(n, seed, dimensions, families=5)
    assert as_set(pairs_above(vectors, threshold, Searching(k=k))) == slow_pairs(vectors, threshold)


def test_pairs_are_in_order_with_their_cosines() -> None:
    vectors = sentence_like(5_000)
    found = pairs_above(vectors, 0.9)
    places = found.i.astype(np.int64) * len(vectors) + found.j
    assert len(found) > 1_000 and np.all(np.diff(places) > 0) and np.all(found.i < found.j)
    true = np.einsum("ij,ij->i", vectors[found.i].astype(float), vectors[found.j].astype(float))
    assert np.allclose(found.similarity, np.minimum(true, 1), atol=1e-7)


def test_blocks_of_any_size_and_threads_give_the_same_bytes() -> None:
    vectors = sentence_like(3_000)
    wanted = pairs_above(vectors, 0.8, Searching(threads=1))
    for rows, columns in ((100, 70), (3_000, 3_000), (1_000, 5_000)):
        parts = [
            part
            for block in blocks(len(vectors), rows, columns)
            for part in pairs_in(vectors, vectors, block, 0.8, 16, same=True)
        ]
        found = joined(parts).arranged()
        assert np.array_equal(found.i, wanted.i) and np.array_equal(found.j, wanted.j)
        assert np.array_equal(found.similarity, wanted.similarity)


@pytest.mark.parametrize(("n", "rows", "columns"), [(10, 3, 4), (10, 10, 10), (1, 5, 5), (17, 4, 1)])
def test_the_grid_holds_every_pair_once(n: int, rows: int, columns: int) -> None:
    def pairs(block: Block) -> list[tuple[int, int]]:
        return [(i, j) for i in range(block.row, block.row_end) for j in range(block.column, block.column_end) if i < j]

    held = [pair for block in blocks(n, rows, columns) for pair in pairs(block)]
    assert sorted(held) == [(i, j) for i in range(n) for j in range(i + 1, n)]
    cells = sum((b.row_end - b.row) * (b.column_end - b.column) for b in rectangle(n, n + 3, rows, columns))
    assert cells == n * (n + 3)


def test_new_vectors_are_compared_with_those_that_are_there() -> None:
    vectors = sentence_like(900)
    there, new = vectors[:600], vectors[600:]
    found = pairs_between(there, new, 0.85)
    wanted = np.argwhere(all_cosines(there, new) >= 0.85 - TIE)
    assert [*zip(found.i.tolist(), found.j.tolist(), strict=True)] == [tuple(pair) for pair in wanted.tolist()]
    assert len(pairs_between(there, new[:0], 0.5)) == len(pairs_between(there[:0], new, 0.5)) == 0


def test_a_copy_reaches_every_threshold() -> None:
    one = np.random.default_rng(3).standard_normal((1, 512)).astype(np.float32)
    found = pairs_above(np.repeat(one, 4, axis=0) * [[1], [3], [0.001], [1e6]], 1.0)
    assert as_set(found) == {(i, j) for i in range(4) for j in range(i + 1, 4)}
    assert np.all(found.similarity <= 1)


@pytest.mark.parametrize(
    ("vectors", "said"),
    [
        (np.zeros((3, 4), np.float32), "zero or not finite"),
        (np.array([[1.0, np.nan], [1.0, 0.0]]), "vector 0"),
        (np.ones(4, np.float32), "rows and columns"),
    ],
)
def test_rows_without_a_direction_are_refused(vectors: np.ndarray, said: str) -> None:
    with pytest.raises(InputError, match=said):
        pairs_above(vectors, 0.8)


@pytest.mark.parametrize("threshold", [-1.0, 1.01, float("nan")])
def test_a_threshold_that_is_no_cosine_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match="at most 1"):
        pairs_above(sentence_like(10), threshold)


def test_a_threshold_at_which_everything_is_alike_is_refused_instead_of_filling_the_memory() -> None:
    with pytest.raises(InputError, match="more than 1000 pairs"):
        pairs_above(sentence_like(300), 0.01, Searching(most=1_000))


def test_an_unknown_backend_is_told() -> None:
    with pytest.raises(InputError, match="known: numpy, torch"):
        pairs_above(sentence_like(300), 0.5, Searching(backend="abacus"))


def test_one_vector_or_none_has_no_pairs() -> None:
    assert len(pairs_above(sentence_like(1), 0.5)) == len(pairs_above(np.empty((0, 8), np.float32), 0.5)) == 0


def test_runners_find_the_same_and_go_on_where_they_stopped(tmp_path: Path) -> None:
    vectors = sentence_like(9_000)
    wanted = pairs_above(vectors, 0.95)

    def killed(function: Callable[[Task], Result], tasks: Iterable[Task], /) -> Iterator[Result]:
        given = list(tasks)
        assert len(given) > 1
        yield function(given[0])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pairs_above_on(killed, vectors, 0.95, tmp_path)
    (done,) = tmp_path.glob("threshold-*/pairs-*.npz")
    stamp = done.stat().st_mtime_ns
    found = pairs_above_on(in_this_process, vectors, 0.95, tmp_path)
    assert done.stat().st_mtime_ns == stamp
    for one, other in ((found.i, wanted.i), (found.j, wanted.j), (found.similarity, wanted.similarity)):
        assert np.array_equal(one, other)
    with pytest.raises(InputError, match="other vectors"):
        pairs_above_on(in_this_process, vectors[::-1], 0.95, tmp_path)


def test_a_block_is_work_for_another_process(tmp_path: Path) -> None:
    vectors = sentence_like(500)
    np.save(tmp_path / "vectors.npy", vectors)
    tasks = [PairsTask(str(tmp_path / "vectors.npy"), block, 0.7) for block in blocks(500, 200, 300)]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = joined(pool.map(block_result, tasks))
    assert as_set(found) == slow_pairs(vectors, 0.7)


def test_pairs_can_be_written_and_read_and_damage_is_told(tmp_path: Path) -> None:
    found = pairs_above(sentence_like(200), 0.7)
    found.write(tmp_path / "pairs.npz")
    again = Pairs.read(tmp_path / "pairs.npz")
    assert np.array_equal(found.i, again.i) and np.array_equal(found.similarity, again.similarity) and again.exact
    (tmp_path / "pairs.npz").write_bytes(b"PK nothing")
    with pytest.raises(InputError, match="pairs, or a damaged one"):
        Pairs.read(tmp_path / "pairs.npz")


def test_pairs_can_be_held_to_a_higher_threshold_and_within_groups() -> None:
    vectors = sentence_like(300)
    found = pairs_above(vectors, 0.5)
    assert as_set(found.above(0.8)) == slow_pairs(vectors, 0.8)
    groups = np.arange(300) % 2
    assert as_set(found.within(groups)) == {(i, j) for i, j in as_set(found) if groups[i] == groups[j]}
    assert len(no_pairs().within(groups)) == 0
