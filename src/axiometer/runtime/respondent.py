"""A model with what the user said about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from axiometer.models.prices import Price
from axiometer.models.protocols import ChatModel
from axiometer.runtime.caller import Limits


@dataclass(frozen=True, slots=True)
class Respondent:
    """Who is asked, within which limits, at what price (None: not known)."""

    model: ChatModel
    limits: Limits = field(default_factory=Limits)
    price: Price | None = None
