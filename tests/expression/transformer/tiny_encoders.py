"""Encoders of a few thousand random weights, of several families, with a tokenizer of words and characters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PIECE = r"[A-Za-z]+|."
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def make_encoder(
    folder: Path, texts: Iterable[str], family: str = "bert", *, places: int = 128, dropout: float = 0.1
) -> Path:
    """Writes an encoder with random weights that knows the words and characters of `texts`."""
    import torch
    import transformers
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors

    words = sorted({word for text in texts for word in re.findall(PIECE, text)})
    vocabulary = {word: number for number, word in enumerate((*SPECIAL, *words))}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Split(Regex(PIECE), "isolated")
    core.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    torch.manual_seed(0)
    model = transformers.AutoModel.from_config(_config(family, len(vocabulary), places, dropout))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _config(family: str, words: int, places: int, dropout: float) -> Any:
    import transformers

    sizes = {
        "vocab_size": words,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": places,
        "pad_token_id": 0,
        "hidden_dropout_prob": dropout,
        "attention_probs_dropout_prob": dropout,
    }
    more: dict[str, dict[str, object]] = {
        "modernbert": {"cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3},
        "deberta-v2": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 16},
        "electra": {"embedding_size": 16},
    }
    return transformers.AutoConfig.for_model(family, **sizes, **more.get(family, {}))
