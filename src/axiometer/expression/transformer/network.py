"""An encoder with an output per value: a vector of a text, and from it a line per value."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from axiometer.expression.transformer.batching import MOST, TOKENS, buckets
from axiometer.expression.transformer.options import Pooling
from axiometer.expression.transformer.tokens import Tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray


class HeadedEncoder(torch.nn.Module):  # type: ignore[misc]
    """`backbone` and `head`. ids, mask: (texts, tokens); logits: (texts, outputs)."""

    def __init__(self, backbone: Any, dimensions: int, outputs: int, pooling: Pooling, dropout: float = 0.0) -> None:
        super().__init__()
        self.backbone = backbone
        self.dropout = torch.nn.Dropout(dropout)
        self.head = torch.nn.Linear(dimensions, outputs)
        self.pooling = pooling

    def vectors(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(texts, dimensions). What pads a batch has no part in them."""
        hidden = self.backbone(input_ids=ids, attention_mask=mask).last_hidden_state
        if self.pooling is Pooling.FIRST:
            return hidden[:, 0]
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        return (hidden * weights).sum(dim=1) / weights.sum(dim=1)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.head(self.dropout(self.vectors(ids, mask)))


def new_network(
    backbone: torch.nn.Module, dimensions: int, outputs: int, pooling: Pooling, dropout: float, seed: int
) -> HeadedEncoder:
    """A network on a copy of the backbone, with a head drawn from `seed`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = HeadedEncoder(copy.deepcopy(backbone), dimensions, outputs, pooling, dropout)
        torch.nn.init.normal_(network.head.weight, std=0.02)
        torch.nn.init.zeros_(network.head.bias)
    return network


def computed(
    network: HeadedEncoder,
    rows: Sequence[Sequence[int]],
    tokens: Tokens,
    *,
    width: int | None = None,
    most_tokens: int = TOKENS,
    most: int = MOST,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(logits, vectors) of these texts, in float32, on the network's device: (texts, outputs), (texts, dimensions).

    Texts of like length are computed together. width: pads every batch to so many tokens instead (as published scripts
    do), in the order of the texts; it changes nothing but the time.
    """
    device = next(network.parameters()).device
    logits = np.zeros((len(rows), network.head.out_features), np.float32)
    vectors = np.zeros((len(rows), network.head.in_features), np.float32)
    lengths = [len(row) if width is None else width for row in rows]
    network.eval()
    with torch.inference_mode():
        for places in buckets(lengths, most_tokens, most):
            ids, mask = tokens.padded([rows[place] for place in places], width)
            found = network.vectors(ids.to(device), mask.to(device)).float()
            vectors[places] = found.cpu().numpy()
            logits[places] = network.head(found).cpu().numpy()
    return logits, vectors
