"""What a transformer is trained with is checked before anything is loaded."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from axiometer.errors import InputError
from axiometer.expression.card import Architecture
from axiometer.expression.transformer.backbone import LIBRARIES, plain_settings
from axiometer.expression.transformer.frozen import STRENGTHS, fit_heads
from axiometer.expression.transformer.options import Sharing, TransformerOptions
from axiometer.expression.transformer.training import TransformerTrainer

OPTIONS = TransformerOptions("owner/encoder")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"learning_rate": 0.0}, "learning rate"),
        ({"dropout": 1.0}, "dropout"),
        ({"longest": 4}, "at least 8 tokens"),
        ({"batch": 2, "accumulate": 4}, "cannot be cut"),
        ({"architecture": Architecture.LINEAR}, "has no transformer"),
    ],
)
def test_settings_that_cannot_be_are_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        replace(OPTIONS, **changed)


def test_the_card_tells_what_decides_and_nothing_of_the_machine() -> None:
    said = replace(OPTIONS, device="cuda").as_json()
    assert said == OPTIONS.as_json() and said["loss"] == "weighted" and "device" not in said
    frozen = replace(OPTIONS, architecture=Architecture.BINARY, sharing=Sharing.FROZEN)
    assert set(frozen.as_json()) == {"backbone", "sharing", "pooling", "longest"} and not frozen.tunes


def test_settings_lose_what_could_fetch_code() -> None:
    said = {
        "model_type": "bert",
        "auto_map": {"AutoModel": "evil.Model"},
        "_attn_implementation": "someone/kernel",
        "attn_implementation": "someone/kernel",
        "text_config": {"experts_implementation": "someone/kernel", "hidden_size": 4},
    }
    assert plain_settings(said) == {"model_type": "bert", "text_config": {"hidden_size": 4}}


def test_heads_find_the_direction_that_labels_have() -> None:
    draw = np.random.default_rng(0)
    vectors = (draw.normal(size=(600, 6)) * [1, 100, 1, 1, 1, 1] + 5).astype(np.float32)
    truth = np.stack([vectors[:, 0] > 5, vectors[:, 1] > 105], axis=1)
    targets = truth.astype(np.int8)
    heads = fit_heads(vectors[:400], targets[:400], vectors[400:], targets[400:])
    told = vectors[400:] @ heads.coefficients.T + heads.intercepts > 0
    assert (told == truth[400:]).mean() > 0.95
    assert set(heads.strengths) <= set(STRENGTHS)


@pytest.mark.skipif(all(find_spec(name) for name in LIBRARIES), reason="the extra `train` is installed")
def test_without_the_extra_one_line_says_how_to_get_it() -> None:
    with pytest.raises(InputError, match=r"pip install 'axiometer\[train\]'"):
        TransformerTrainer(OPTIONS)
