"""The torch backend finds the same; FAISS finds true pairs and says that some may be missing."""

from __future__ import annotations

import numpy as np
import pytest

from axiometer.errors import InputError
from axiometer.similarity.approximate import approximate_pairs
from axiometer.similarity.kernel import Searching, pairs_above, pairs_between

from .sets import all_cosines, as_set, sentence_like, slow_pairs


def test_torch_finds_the_same_pairs() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed (it is in no extra that tests need)")
    vectors = sentence_like(9_000)
    wanted = pairs_above(vectors, 0.9)
    found = pairs_above(vectors, 0.9, Searching(backend="torch"))
    assert as_set(found) == as_set(wanted) and np.allclose(found.similarity, wanted.similarity, atol=1e-7)
    between = pairs_between(vectors[:500], vectors[500:900], 0.6, Searching(backend="torch", device="cpu"))
    assert as_set(between) == as_set(pairs_between(vectors[:500], vectors[500:900], 0.6))


def test_the_bfloat16_screen_stays_within_its_margin() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (it is in no extra that tests need)")
    from axiometer.similarity.torch_kernel import bfloat16_margin

    vectors = sentence_like(1_500, dimensions=512)
    rows = torch.from_numpy(vectors).to(torch.bfloat16)
    screened = (rows @ rows.T).float().numpy()
    worst = np.max(all_cosines(vectors, vectors) - screened)
    assert 0 < worst < bfloat16_margin(512) < 0.0062


def test_torch_that_is_not_there_is_told() -> None:
    try:
        import torch
    except ImportError:
        with pytest.raises(InputError, match="pip install torch"):
            pairs_above(sentence_like(300), 0.9, Searching(backend="torch"))
    else:
        del torch
        with pytest.raises(InputError, match="no device 'abacus'"):
            pairs_above(sentence_like(300), 0.9, Searching(backend="torch", device="abacus"))


def test_faiss_finds_true_pairs_and_most_of_them() -> None:
    pytest.importorskip("faiss", reason="the extra `faiss` is not installed")
    vectors = sentence_like(3_000)
    found, wanted = approximate_pairs(vectors, 0.9), slow_pairs(vectors, 0.9)
    assert not found.exact and as_set(found) <= wanted
    assert len(as_set(found)) == len(found) > 0.9 * len(wanted)
    few = approximate_pairs(vectors, 0.9, cells_searched=1)
    assert as_set(few) <= as_set(found)
    assert as_set(pairs_above(vectors, 0.9, Searching(backend="faiss"))) == as_set(found)
