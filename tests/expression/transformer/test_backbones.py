"""What an encoder may be: whole, in safetensors, and without code of its own."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from axiometer.errors import InputError
from axiometer.expression.transformer.backbone import LIBRARIES, Backbone, open_backbone
from axiometer.expression.transformer.options import Pooling

from .tiny_encoders import make_encoder

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in LIBRARIES), reason="the extra `train` is not installed"
)
TEXTS = ("昨天城里下了一场雨", "the market opened at nine")
FAMILIES = ("bert", "roberta", "xlm-roberta", "modernbert", "deberta-v2", "deberta", "electra", "distilbert", "albert")


def opened(folder: Path) -> Backbone:
    return open_backbone(str(folder), folder.name, 512)


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    return make_encoder(tmp_path / "tiny", TEXTS)


@pytest.mark.parametrize("family", FAMILIES)
def test_padding_to_512_tokens_gives_the_same_logits(family: str, tmp_path: Path) -> None:
    from axiometer.expression.transformer.network import computed, new_network

    backbone = opened(make_encoder(tmp_path / "tiny", TEXTS, family, places=512))
    network = new_network(backbone.model, backbone.dimensions, 3, Pooling.MEAN, 0.1, 0)
    rows = backbone.tokens.encode([TEXTS[0][:length] for length in (1, 3, 9)] + [TEXTS[0] * 9, TEXTS[1] * 40])
    bucketed, _ = computed(network, rows, backbone.tokens)
    padded, _ = computed(network, rows, backbone.tokens, width=backbone.tokens.longest)
    assert backbone.tokens.longest in (511, 512)  # RoBERTa's kind begins to count behind the token that pads
    assert np.abs(bucketed - padded).max() < 1e-5 < np.ptp(bucketed, axis=0).min()


def test_a_model_that_guesses_words_gives_its_encoder(encoder: Path) -> None:
    import torch
    import transformers

    guessing = transformers.AutoModelForMaskedLM.from_pretrained(encoder)
    guessing.save_pretrained(encoder)
    own = guessing.base_model.state_dict()
    found = opened(encoder).model.state_dict()
    assert found.keys() == own.keys() and all(torch.equal(tensor, own[name]) for name, tensor in found.items())


def test_weights_that_are_not_in_the_file_are_never_drawn_in_silence(encoder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(encoder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if "layer.1." not in name}
    save_file(kept, encoder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"tiny lacks weights of its own encoder: 16 tensors, encoder\.layer\.1"):
        opened(encoder)


class Evil:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.system, (f"touch '{self.mark}'",))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.pkl"])
def test_a_pickle_is_refused_and_not_read(name: str, encoder: Path, tmp_path: Path) -> None:
    import torch

    (encoder / "model.safetensors").unlink()
    torch.save({"embeddings.word_embeddings.weight": Evil(tmp_path / "ran")}, encoder / name)
    with pytest.raises(InputError, match=r"holds no weights \(\.safetensors\)"):
        opened(encoder)
    make_encoder(encoder, TEXTS)
    assert opened(encoder).dimensions == 32  # beside safetensors it is not looked at
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kind", ["bert", "evil"])
@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_code_of_a_folder_is_refused_and_not_run(kind: str, file: str, encoder: Path, tmp_path: Path) -> None:
    (encoder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Model: ...\nclass Config: ...\n")
    said = json.loads((encoder / file).read_text(encoding="utf-8"))
    said["auto_map"] = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model", "AutoTokenizer": ["evil.Model", None]}
    if file == "config.json":
        said["model_type"] = kind
    (encoder / file).write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(InputError, match="brings code of its own"):
        opened(encoder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model_type": "timm_backbone"}, "no kind of encoder"),
        ({"model_type": None}, "no kind of encoder"),
        ({"quantization_config": {"quant_method": "gptq"}}, "is quantised"),
        ({"hidden_size": 48}, "cannot load"),
    ],
)
def test_what_is_no_encoder_is_one_line(changed: dict[str, object], said: str, encoder: Path) -> None:
    file = encoder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | changed), encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        opened(encoder)
    assert "\n" not in str(caught.value)


def test_an_encoder_that_wants_a_kernel_of_a_hub_is_computed_without(encoder: Path) -> None:
    file = encoder / "config.json"
    said = json.loads(file.read_text(encoding="utf-8")) | {"attn_implementation": "someone/kernel"}
    plain = opened(encoder)
    file.write_text(json.dumps(said | {"_attn_implementation": "someone/kernel"}), encoding="utf-8")
    assert opened(encoder).digest == plain.digest


def test_a_model_with_a_decoder_is_refused(tmp_path: Path) -> None:
    import transformers

    folder = make_encoder(tmp_path / "tiny", TEXTS)
    config = transformers.BartConfig(
        vocab_size=50, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=1,
        decoder_attention_heads=1, encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=64,
    )  # fmt: skip
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    with pytest.raises(InputError, match="has a decoder"):
        opened(folder)
