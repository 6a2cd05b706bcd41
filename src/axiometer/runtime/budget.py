"""What all respondents of one command may use together: calls and money."""

from __future__ import annotations

from dataclasses import dataclass

from axiometer.errors import Stopped


@dataclass(slots=True)
class Budget:
    """`max_calls` and `max_usd` as limits (None: none), and what was used of them. `reserved` is the most that the
    calls in flight may cost. Share one between callers, one after the other or side by side."""

    max_calls: int | None = None
    max_usd: float | None = None
    calls: int = 0
    usd: float = 0.0
    reserved: float = 0.0
    in_flight: int = 0

    def must_wait(self, most: float) -> bool:
        """Whether a call that costs at most `most` must wait for those in flight, which may use up what is left."""
        return self.in_flight > 0 and self._too_dear(most)

    def refusal(self, most: float) -> Stopped | None:
        """Why there shall be no further call, if so."""
        if self.max_calls is not None and self.calls >= self.max_calls:
            return Stopped("--max-calls {n} reached", n=self.max_calls)
        if self._too_dear(most):
            return Stopped(
                "--max-usd {limit} reached: {spent} USD spent, and the next call may cost {most}",
                limit=f"{self.max_usd:g}",
                spent=f"{self.usd:.4f}",
                most=f"{most:.4f}",
            )
        return None

    def begin(self, most: float) -> None:
        self.calls += 1
        self.in_flight += 1
        self.reserved += most

    def end(self, most: float, spent: float) -> None:
        self.in_flight -= 1
        self.reserved = max(0.0, self.reserved - most)
        self.usd += spent

    def _too_dear(self, most: float) -> bool:
        return self.max_usd is not None and self.usd + self.reserved + most > self.max_usd
