"""A language model of a few thousand weights, with a tokenizer of whole words and a chat template: real, and quick."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

TEMPLATE = (
    "{% for message in messages %}<{{ message['role'] }}> {{ message['content'] }} </s> {% endfor %}"
    "{% if add_generation_prompt %}<assistant> {% endif %}"
)
SPECIAL = ("<unk>", "<pad>", "</s>", "<user>", "<assistant>", "<system>")


def make_tiny_model(folder: Path, texts: Iterable[str], seed: int = 0) -> Path:
    """Writes such a model with random weights, that knows the words of `texts` and the letters."""
    import torch
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = sorted({word for text in texts for word in re.findall(r"\w+|[^\w\s]", text)} | set("ABCDEFGH"))
    vocabulary = {word: number for number, word in enumerate((*SPECIAL, *words))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        pad_token="<pad>",
        eos_token="</s>",
        additional_special_tokens=["<user>", "<assistant>", "<system>"],
    )
    fast.chat_template = TEMPLATE
    torch.manual_seed(seed)
    config = transformers.LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        bos_token_id=None,
        eos_token_id=vocabulary["</s>"],
        pad_token_id=vocabulary["<pad>"],
    )
    model = transformers.LlamaForCausalLM(config)
    model.save_pretrained(str(folder))
    fast.save_pretrained(str(folder))
    return folder
