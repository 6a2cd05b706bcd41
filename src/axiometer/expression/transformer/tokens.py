"""Texts to tokens with a tokenizer that is plain JSON: nothing in it names code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

MOST_AT_ONCE = 1_024  # texts


@dataclass(frozen=True)
class Tokens:
    """A fast tokenizer as JSON. pad: what fills a batch; longest: tokens that are read at once."""

    content: str
    pad: int
    longest: int

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of the beginning of each text, with the special tokens that the tokenizer adds; at least one."""
        return [windows[0] for windows in self.windows(texts)]

    def windows(self, texts: Sequence[str]) -> list[list[list[int]]]:
        """Token ids of each text in windows of `longest` tokens, of which an eighth is shared with the one before."""
        found: list[list[list[int]]] = []
        for start in range(0, len(texts), MOST_AT_ONCE):
            for each in self._tokenizer.encode_batch(list(texts[start : start + MOST_AT_ONCE])):
                found.append([each.ids or [self.pad], *(further.ids for further in each.overflowing)])
        return found

    def padded(self, rows: Sequence[Sequence[int]], width: int | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """(ids, mask) of a batch, each (texts, width), on the processor. width: None is the longest row's."""
        import torch

        width = width or max(len(row) for row in rows)
        ids = torch.full((len(rows), width), self.pad, dtype=torch.long)
        mask = torch.zeros((len(rows), width), dtype=torch.long)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = torch.tensor(row, dtype=torch.long)
            mask[place, : len(row)] = 1
        return ids, mask

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self.content)
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.longest, stride=self.longest // 8)
        return tokenizer
