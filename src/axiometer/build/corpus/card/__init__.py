"""The dataset card of a corpus: what it is, how it was made, and what it must not be taken for."""

from axiometer.build.corpus.card.context import (
    CardContext,
    DuplicateRecord,
    ProbeRecord,
    PromptRecord,
    StepRecord,
)
from axiometer.build.corpus.card.counts import Counting, Counts
from axiometer.build.corpus.card.page import card
from axiometer.build.corpus.card.shares import Share, share_of
from axiometer.build.corpus.card.summary import summary

__all__ = [
    "CardContext",
    "Counting",
    "Counts",
    "DuplicateRecord",
    "ProbeRecord",
    "PromptRecord",
    "Share",
    "StepRecord",
    "card",
    "share_of",
    "summary",
]
