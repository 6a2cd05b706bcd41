"""What must come out of every step when texts go through a simulated rule writer: counted from what is planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from axiometer.models.writer_planted import Form, PlantedCall, PlantedRule, PlantedText
from axiometer.models.writer_profile import Step


@dataclass(slots=True)
class Expected:
    """One step's account: `rows` = `kept` + dropped + failed. `outputs` are the rows that the kept ones became,
    `repaired` the rows that were asked about twice, whatever came of it (with `compact`, write reads again what screen
    was answered; a pipeline that counts each call once counts these at screen alone)."""

    rows: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    outputs: int = 0
    repaired: int = 0

    def take(self, call: PlantedCall | None, reason: str | None, outputs: int = 1) -> bool:
        """Counts a row: its call (None where it needs none), the `reason` for which the answer drops it, and what it
        becomes where it is kept. True where it is kept."""
        self.rows += 1
        if call is not None:
            self.repaired += call.problem is not None
            if call.failed is not None:
                self.failed[call.failed] += 1
                return False
            reason = call.dropped or reason
        if reason is not None:
            self.dropped[reason] += 1
            return False
        self.kept += 1
        self.outputs += outputs
        return True


def expected(texts: Iterable[PlantedText], *, compact: bool = False) -> Mapping[Step, Expected]:
    """The account of each step from screen to label, in their order; with `compact`, of those that it has.

    Counts the writer's answers alone: a rule that a step drops without asking (too long, a repetition) is not here, nor
    is one that a step before this one let through against the answer.
    """
    steps = [Step.SCREEN, Step.WRITE, *(() if compact else (Step.REFINE, Step.FILTER)), Step.CLASSIFY, Step.LABEL]
    accounts = {step: Expected() for step in steps}
    for text in texts:
        first = text.calls[Step.COMPACT if compact else Step.SCREEN]
        if not accounts[Step.SCREEN].take(first, None if text.touches else "touches no value"):
            continue
        # In compact mode the answer is the same one again, so writing takes what screening took.
        again = first if compact else text.calls[Step.WRITE]
        if accounts[Step.WRITE].take(again, None, len(text.rules)):
            for rule in text.rules:
                _follow(rule, accounts, first if compact else None)
    return accounts


def _follow(rule: PlantedRule, accounts: Mapping[Step, Expected], combined: PlantedCall | None) -> None:
    """What becomes of a rule that was written; `combined`: the call that wrote it, in compact mode."""
    nothing = None if rule.values else "no value of the framework"
    classifying: PlantedCall | None = rule.calls[Step.CLASSIFY]
    if combined is None:
        off_value = None if rule.values else "not about a value of the framework"
        if not accounts[Step.REFINE].take(rule.calls[Step.REFINE], None):
            return
        if not accounts[Step.FILTER].take(rule.calls[Step.FILTER], off_value):
            return
    elif combined.form is not Form.UNKNOWN_LABEL or not rule.values:
        classifying = None  # its labels came with it
    if not accounts[Step.CLASSIFY].take(classifying, nothing):
        return
    accounts[Step.LABEL].take(rule.calls[Step.LABEL], _label_reason(rule))


def _label_reason(rule: PlantedRule) -> str | None:
    if rule.given == 0:
        return "irrelevant"
    return "conflicts with the framework" if rule.given == -1 and rule.rewrite is None else None
