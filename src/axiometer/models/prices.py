"""What calls cost. Prices come from the user's `models.yaml`; none is built in, and an unknown price stays unknown."""

from __future__ import annotations

from dataclasses import dataclass

from axiometer.models.protocols import Usage

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Currency units per million tokens. `cached` is the price of input tokens read from the service's cache (None:
    as `input`); `as_of` says when the price was looked up."""

    input: float
    output: float
    cached: float | None = None
    as_of: str | None = None
    currency: str = "USD"


def cost(usage: Usage, price: Price) -> float:
    """What these tokens cost, in the price's currency. Cached tokens are part of `tokens_in`."""
    cached = min(usage.tokens_cached, usage.tokens_in)
    cached_price = price.input if price.cached is None else price.cached
    fresh = (usage.tokens_in - cached) * price.input
    return (fresh + cached * cached_price + usage.tokens_out * price.output) / _MILLION


def cost_or_none(usage: Usage, price: Price | None) -> float | None:
    """The cost, or None where the price is not known."""
    return None if price is None else cost(usage, price)
