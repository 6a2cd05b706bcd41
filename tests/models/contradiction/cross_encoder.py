"""A tiny cross-encoder that a test makes itself: words for tokens, one layer, trained on planted pairs in seconds.

Planted: "one should VERB OBJECT" contradicts the same rule with "should not", follows from itself, and is neutral to
the rule on another object. Whatever order its labels have, it is one and the same network.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

LABELS = ("entailment", "neutral", "contradiction")
VERBS = ("keep", "lend", "paint", "sell", "share", "wash", "carry", "hide", "open", "mend")
OBJECTS = ("books", "boats", "doors", "tools", "coats", "lamps", "bowls", "carts", "drums", "maps")
Planted = tuple[str, str, str]


def planted_pairs(count: int, seed: int) -> list[Planted]:
    """(first, second, label), each label a third."""
    draw = random.Random(seed)
    pairs = []
    for number in range(count):
        verb, (thing, other) = draw.choice(VERBS), draw.sample(OBJECTS, 2)
        first, second = draw.sample(("", "not "), 2)
        label = LABELS[number % 3]
        if label != "contradiction":
            second = first
        about = other if label == "neutral" else thing
        pairs.append((f"one should {first}{verb} {thing}", f"one should {second}{verb} {about}", label))
    draw.shuffle(pairs)
    return pairs


def make_cross_encoder(folder: Path, *, steps: int = 250, seed: int = 0) -> Path:
    """A trained network with its tokenizer in `folder`, its labels in the order of `LABELS`. Needs torch and
    transformers."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "one", "should", "not", *VERBS, *OBJECTS]
    vocabulary = {word: number for number, word in enumerate(words)}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=96,
        max_position_embeddings=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        id2label=dict(enumerate(LABELS)),
        label2id={label: number for number, label in enumerate(LABELS)},
    )
    network = BertForSequenceClassification(config)
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3)
    network.train()
    for step in range(steps):
        pairs = planted_pairs(48, seed=1_000 + step)
        batch = tokenizer([a for a, _, _ in pairs], [b for _, b, _ in pairs], padding=True, return_tensors="pt")
        truth = torch.tensor([LABELS.index(label) for _, _, label in pairs])
        loss = network(**batch, labels=truth).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def permuted(folder: Path, target: Path, order: Sequence[int], names: Sequence[str] = LABELS) -> Path:
    """The same network with its outputs in another order: output i is what output order[i] was, and is named so."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    network = AutoModelForSequenceClassification.from_pretrained(folder)
    with torch.no_grad():
        network.classifier.weight.copy_(network.classifier.weight[list(order)].clone())
        network.classifier.bias.copy_(network.classifier.bias[list(order)].clone())
    network.config.id2label = {place: names[number] for place, number in enumerate(order)}
    network.config.label2id = {label: place for place, label in network.config.id2label.items()}
    network.save_pretrained(target)
    AutoTokenizer.from_pretrained(folder).save_pretrained(target)
    return target
