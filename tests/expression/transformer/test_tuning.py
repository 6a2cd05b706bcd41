"""The course of a training: rates, order, labels, when it ends and what it keeps."""

from __future__ import annotations

import random
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.expression.transformer.backbone import LIBRARIES
from axiometer.expression.transformer.options import Pooling, Precision, TransformerOptions
from axiometer.expression.transformer.tokens import Tokens

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in LIBRARIES), reason="the extra `train` is not installed"
)
OPTIONS = TransformerOptions("none", epochs=1, batch=4, learning_rate=0.1, warm_up=0.25, dropout=0.0, device="cpu")
TOKENS = Tokens("{}", pad=0, longest=64)
BITS = 6


def number_rows(lengths: list[int]) -> tuple[list[list[int]], np.ndarray]:
    """Text number i is the token i + 1, as often as its length says; its labels are the bits of i + 1."""
    rows = [[number] * length for number, length in enumerate(lengths, start=1)]
    return rows, np.array([[number >> bit & 1 for bit in range(BITS)] for number in range(1, len(rows) + 1)], np.int8)


def network(seen: list[Any] | None = None) -> Any:
    """An encoder whose vector of a token is the token's number; `seen` notes what it is given."""
    import torch

    from axiometer.expression.transformer.network import HeadedEncoder

    class Said:
        def __init__(self, hidden: torch.Tensor) -> None:
            self.last_hidden_state = hidden

    class Echo(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(1))

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Said:
            if seen is not None and self.training:
                seen.append(input_ids[:, 0].tolist())
            return Said((input_ids.float() * self.scale).unsqueeze(-1))

    torch.manual_seed(0)
    return HeadedEncoder(Echo(), 1, BITS, Pooling.MEAN)


def tuned(
    lengths: list[int], options: TransformerOptions, folder: Path, seed: int = 0, seen: list[Any] | None = None
) -> tuple[Any, Any]:
    """(what was reached, the network)."""
    from axiometer.expression.transformer.checkpoints import Checkpoints
    from axiometer.expression.transformer.tuning import Examples, Lesson, tune

    examples = Examples(*number_rows(lengths))
    trained = network(seen)
    lesson = Lesson(examples, examples, TOKENS, options, seed)
    return tune(trained, lesson, Checkpoints(folder, "this"), lambda *_: None), trained


@settings(max_examples=20, deadline=None)
@given(lengths=st.lists(st.integers(1, 30), min_size=2, max_size=63), batch=st.integers(1, 9), parts=st.integers(1, 3))
def test_labels_stay_with_their_texts(
    lengths: list[int], batch: int, parts: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from axiometer.expression.transformer import tuning

    fed: list[list[int]] = []
    told: list[np.ndarray] = []
    losses = tuning.losses

    def noting(kind: Any, logits: Any, targets: Any, weights: Any) -> Any:
        told.append(targets.numpy())
        return losses(kind, logits, targets, weights)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tuning, "losses", noting)
        options = replace(OPTIONS, batch=batch, accumulate=min(batch, parts))
        tuned(lengths, options, tmp_path_factory.mktemp("checkpoints"), seen=fed)
    assert sorted(number for numbers in fed for number in numbers) == list(range(1, len(lengths) + 1))
    for numbers, targets in zip(fed, told, strict=True):
        assert targets.tolist() == [[number >> bit & 1 for bit in range(BITS)] for number in numbers]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=60))
@settings(max_examples=30, deadline=None)
def test_what_is_computed_stays_with_its_text(lengths: list[int]) -> None:
    from axiometer.expression.transformer.network import computed

    rows, _ = number_rows(lengths)
    expected = np.arange(1, len(rows) + 1, dtype=np.float32)
    for width in (None, 64):
        _, vectors = computed(network(), rows, TOKENS, width=width, most_tokens=100, most=7)
        assert np.allclose(vectors[:, 0], expected, rtol=1e-6)


def test_the_rate_rises_and_falls_with_steps_however_many_parts_a_step_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    rates: list[float] = []
    step = torch.optim.AdamW.step

    def noting(self: Any, *given: Any, **named: Any) -> Any:
        assert len({group["lr"] for group in self.param_groups}) == 1
        rates.append(self.param_groups[0]["lr"])
        return step(self, *given, **named)

    monkeypatch.setattr(torch.optim.AdamW, "step", noting)
    for parts in (1, 4):
        rates.clear()
        reached, _ = tuned([5] * 30, replace(OPTIONS, epochs=2, accumulate=parts), tmp_path / str(parts))
        assert reached.steps == 16  # two epochs of eight steps: 30 texts by four, the last with two
        rising, falling = [0.025, 0.05, 0.075, 0.1], [0.1 * left / 12 for left in range(12, 0, -1)]
        assert rates == pytest.approx(rising + falling)


def test_without_warm_up_the_rate_begins_at_its_peak() -> None:
    from axiometer.expression.transformer.tuning import rate

    assert [rate(step, 4, 0.0, 1.0) for step in range(4)] == [1.0, 0.75, 0.5, 0.25]
    assert rate(0, 1, 0.9, 1.0) == 1.0


def test_training_ends_when_patience_does_and_keeps_the_first_best_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from axiometer.expression.transformer import tuning

    found = [0.1, 0.5, 0.4, 0.5, 0.3, 0.9]
    weights: list[Any] = []
    kept = tuning.Checkpoints.keep

    def keep(self: Any, epoch: int, state: Any) -> None:
        weights.append((epoch, {name: tensor.clone() for name, tensor in state.items()}))
        kept(self, epoch, state)

    monkeypatch.setattr(tuning, "macro_f1", lambda *_: found.pop(0))
    monkeypatch.setattr(tuning.Checkpoints, "keep", keep)
    reached, network = tuned([5] * 30, replace(OPTIONS, epochs=9, patience=3), tmp_path)
    assert [each.f1 for each in reached.history] == [0.1, 0.5, 0.4, 0.5, 0.3]
    assert reached.best == 1 and [epoch for epoch, _ in weights] == [0, 1]
    assert all(torch.equal(tensor, weights[1][1][name]) for name, tensor in network.state_dict().items())
    assert [file.name for file in tmp_path.glob("best-*")] == ["best-1.safetensors"]


def test_training_leaves_the_draws_of_others_alone(tmp_path: Path) -> None:
    import torch

    random.seed(5), np.random.seed(5), torch.manual_seed(5)
    expected = random.random(), np.random.random(), float(torch.rand(1))
    random.seed(5), np.random.seed(5), torch.manual_seed(5)
    deterministic = torch.are_deterministic_algorithms_enabled()
    tuned([5] * 12, OPTIONS, tmp_path)
    found = random.random(), np.random.random(), float(torch.rand(1))
    # The network of `tuned` seeds PyTorch itself, so its third number is that of seed 0.
    torch.manual_seed(0)
    network()
    assert found[:2] == expected[:2] and found[2] == float(torch.rand(1))
    assert torch.are_deterministic_algorithms_enabled() == deterministic


def test_the_draws_of_a_step_do_not_depend_on_what_was_drawn_before(tmp_path: Path) -> None:
    options = replace(OPTIONS, epochs=2, dropout=0.5)
    _, first = tuned([5] * 12, options, tmp_path / "first")
    random.seed(7), np.random.seed(7)
    _, second = tuned([5] * 12, options, tmp_path / "second")
    _, other = tuned([5] * 12, options, tmp_path / "other", seed=1)
    assert first.head.weight.tolist() == second.head.weight.tolist() != other.head.weight.tolist()


@pytest.mark.parametrize(
    ("asked", "device", "bfloat16", "found"),
    [
        ("auto", "cpu", True, "float32"),
        ("auto", "cuda", True, "bfloat16"),
        ("auto", "cuda", False, "float16"),
        ("float32", "cuda", True, "float32"),
        ("bfloat16", "cpu", False, "bfloat16"),
    ],
)
def test_half_the_bits_are_taken_where_there_is_a_gpu_for_them(
    asked: str, device: str, bfloat16: bool, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from axiometer.expression.transformer.tuning import resolved

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: bfloat16)
    assert resolved(Precision(asked), device) == found
