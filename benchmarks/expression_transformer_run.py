"""One way of `expression_transformer`, as a process of its own: `make FOLDER COUNT WIDTH PROFILE`, a way, `compare`."""

from __future__ import annotations

import itertools
import json
import random
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.sentences import sentences

# Quantiles of lengths in characters: of the published news texts of ValueCSV, which lie close to the 512 tokens that
# BERT reads, and of its open questions, short as the rules and statements of other corpora are.
SHARES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0)
PROFILES = {
    "news": (151, 174, 215, 297, 372, 445, 492, 508, 980),
    "questions": (12, 16, 18, 20, 29, 44, 76, 98, 126),
}
LONGEST = 512
VALUES = 12


def main() -> None:
    way, folder, *more = sys.argv[1:]
    if way == "make":
        make(Path(folder), int(more[0]), int(more[1]), more[2])
    elif way == "compare":
        compare(Path(folder))
    else:
        compute(Path(folder), way)


def make(folder: Path, count: int, width: int, profile: str) -> None:
    """Texts of drawn lengths, and a random encoder that knows their characters."""
    import torch
    import transformers
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors

    draw = random.Random(0)
    stock = itertools.cycle(sentences(20_000))
    texts = []
    for _ in range(count):
        wanted, text = round(float(np.interp(draw.random(), SHARES, PROFILES[profile]))), ""
        while len(text) < wanted:
            text += next(stock)
        texts.append(text[:wanted])
    (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *sorted(set("".join(texts)))]
    core = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    core.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=core, pad_token="[PAD]", unk_token="[UNK]")
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=width,
        num_hidden_layers=4,
        num_attention_heads=max(1, width // 64),
        intermediate_size=4 * width,
        max_position_embeddings=LONGEST,
    )
    transformers.AutoModel.from_config(config).save_pretrained(folder / "encoder")
    tokenizer.save_pretrained(folder / "encoder")


def compute(folder: Path, way: str) -> None:
    """Writes logits and seconds. Tokens are made before the clock starts: both ways need the same."""
    from axiometer.expression.transformer.backbone import open_backbone
    from axiometer.expression.transformer.batching import buckets, padding_share
    from axiometer.expression.transformer.network import computed, new_network
    from axiometer.expression.transformer.options import Pooling

    backbone = open_backbone(str(folder / "encoder"), "random", LONGEST)
    network = new_network(backbone.model, backbone.dimensions, VALUES, Pooling.MEAN, 0.0, 0)
    rows = backbone.tokens.encode(json.loads((folder / "texts.json").read_text(encoding="utf-8")))
    lengths = [len(row) for row in rows]
    width = None if way == "buckets" else LONGEST
    computed(network, rows[:4], backbone.tokens, width=width)  # what is set up once
    started, worked = time.perf_counter(), time.process_time()
    logits, _ = computed(network, rows, backbone.tokens, width=width)
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    np.save(folder / f"{way}.npy", logits)
    padding = (
        padding_share(lengths, list(buckets(lengths))) if width is None else 1 - sum(lengths) / (width * len(rows))
    )
    tenths = [int(each) for each in np.quantile(lengths, (0.1, 0.5, 0.9))]
    said = {"seconds": seconds, "cpu": cpu, "padding": padding, "lengths": tenths}
    (folder / f"{way}.json").write_text(json.dumps(said), encoding="utf-8")


def compare(folder: Path) -> None:
    """How far apart the logits of the two ways are."""
    one, other = np.load(folder / "buckets.npy"), np.load(folder / "512.npy")
    lengths = json.loads((folder / "512.json").read_text(encoding="utf-8"))["lengths"]
    said = {"far": float(np.abs(one - other).max()), "lengths": lengths}
    (folder / "compare.json").write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main()
