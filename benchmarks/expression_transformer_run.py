"""One way of `expression_transformer`, as a process of its own: `make FOLDER COUNT WIDTH LAYERS PROFILE`, a way,
`compare`."""

from __future__ import annotations

import csv
import itertools
import json
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

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
LABELLED = 60  # texts that the classifier's lines are fitted to
FRAMEWORK = "core-socialist-values"
ROWS, WARM = "texts.jsonl", "few.jsonl"

Task = TypeVar("Task")
Result = TypeVar("Result")


def main() -> None:
    way, folder, *more = sys.argv[1:]
    if way == "make":
        make(Path(folder), *map(int, more[:3]), more[3])
    elif way == "compare":
        compare(Path(folder))
    else:
        score(Path(folder), way)


def make(folder: Path, count: int, width: int, layers: int, profile: str) -> None:
    """Texts of drawn lengths, and a classifier on a random encoder that knows their characters."""
    draw = random.Random(0)
    stock = itertools.cycle(sentences(20_000))
    texts = []
    for _ in range(count):
        wanted, text = round(float(np.interp(draw.random(), SHARES, PROFILES[profile]))), ""
        while len(text) < wanted:
            text += next(stock)
        texts.append(text[:wanted])
    for name, some in ((ROWS, texts), (WARM, texts[:4])):
        lines = (json.dumps({"id": place, "text": text}, ensure_ascii=False) for place, text in enumerate(some))
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_encoder(folder / "encoder", sorted(set("".join(texts))), width, layers)
    _train(folder, texts[:LABELLED], draw)


def write_encoder(folder: Path, characters: list[str], width: int, layers: int) -> None:
    """A random BERT whose tokens are characters."""
    import torch
    import transformers
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *characters]
    core = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    core.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=core, pad_token="[PAD]", unk_token="[UNK]")
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=max(1, width // 64),
        intermediate_size=4 * width,
        max_position_embeddings=LONGEST,
    )
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _train(folder: Path, texts: list[str], draw: random.Random) -> None:
    """A line per value on the encoder's vectors, fitted to drawn labels: what is timed is the encoder."""
    from axiometer.expression.card import Architecture
    from axiometer.expression.labelled import read_labelled
    from axiometer.expression.splits import SplitKind
    from axiometer.expression.training import TrainOptions, train
    from axiometer.expression.transformer.options import TransformerOptions
    from axiometer.expression.transformer.training import TransformerTrainer
    from axiometer.frameworks import load_framework
    from axiometer.frameworks.load import path_of

    framework = load_framework(FRAMEWORK)
    values = [value.id for value in framework.values if value.level == "core"]
    with (folder / "labelled.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["text", *values])
        writer.writerows([text, *(draw.randrange(2) for _ in values)] for text in texts)
    data = read_labelled(folder / "labelled.csv", framework, level="core")
    trainer = TransformerTrainer(TransformerOptions(str(folder / "encoder"), Architecture.BINARY))
    options = TrainOptions(split=SplitKind.RANDOM, refit=False)
    train(data, framework, path_of(FRAMEWORK), trainer, folder / "classifier", options)


class Here:
    """Runs tasks in this process, so that what they take is this process's."""

    name = "here"

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        return map(function, tasks)

    def close(self) -> None:
        return

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        return


def score(folder: Path, way: str) -> None:
    """`express score` from file to scores, and its seconds. The classifier is opened, and a few texts are scored,
    before the clock starts."""
    from axiometer.expression.folder import open_folder
    from axiometer.expression.scoring import ScoreOptions, score_texts
    from axiometer.expression.transformer import network
    from axiometer.expression.transformer.batching import buckets, padding_share
    from axiometer.runtime.progress import Silent

    if way == "512":
        network.computed = partial(network.computed, width=LONGEST)
    opened, options = open_folder(folder / "classifier"), ScoreOptions(polarity=False, id_column="id")
    tokens = opened.classifier.tokens

    def scored(texts: str, output: Path) -> None:
        score_texts(opened, str(opened.folder), [folder / texts], output, options, Here(), Silent())

    scored(WARM, folder / f"few-{way}")
    started, worked = time.perf_counter(), time.process_time()
    scored(ROWS, folder / f"scores-{way}")
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    texts = [json.loads(line)["text"] for line in (folder / ROWS).read_text(encoding="utf-8").splitlines()]
    lengths = [len(row) for row in tokens.encode(texts)]
    total = len(lengths) * LONGEST
    padding = padding_share(lengths, list(buckets(lengths))) if way == "buckets" else 1 - sum(lengths) / total
    tenths = [int(each) for each in np.quantile(lengths, (0.1, 0.5, 0.9))]
    device = str(next(opened.classifier.networks[0].parameters()).device)
    said = {"seconds": seconds, "cpu": cpu, "padding": padding, "lengths": tenths, "device": device}
    (folder / f"{way}.json").write_text(json.dumps(said), encoding="utf-8")


def compare(folder: Path) -> None:
    """How far apart the probabilities of the two ways are."""
    import polars as pl

    one, other = (
        pl.read_parquet(folder / f"scores-{way}" / "rows" / "*.parquet").select("^presence.*$").to_numpy()
        for way in ("buckets", "512")
    )
    said = json.loads((folder / "512.json").read_text(encoding="utf-8"))
    far = {"far": float(np.abs(one - other).max()), "lengths": said["lengths"], "device": said["device"]}
    (folder / "compare.json").write_text(json.dumps(far), encoding="utf-8")


if __name__ == "__main__":
    main()
