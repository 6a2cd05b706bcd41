"""What the parser gives back."""

from __future__ import annotations

from dataclasses import dataclass

from axiometer.records.rows import Outcome


@dataclass(frozen=True, slots=True)
class Reading:
    """How a reply was read. CHOSEN carries `letter` (choice) or `stance` (agreement: +1 agrees with what was put
    forward, -1 disagrees); every other outcome carries neither and says in `reason` what it rests on."""

    outcome: Outcome
    letter: str | None
    stance: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class LetterMass:
    """First-token probabilities of the letters, in their order, renormalised to sum to one; `mass` is their sum before
    that, in (0, 1]: how much of the candidates' probability went to a letter at all."""

    probabilities: tuple[float, ...]
    mass: float
