"""What a project's keeper looks at: how far raters are, and rows on which they differ. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from axiometer.annotate.project import Project
from axiometer.annotate.store import Kept, LabelStore, Settled
from axiometer.annotate.units import Unit
from axiometer.web.access import Invitation
from axiometer.web.annotation.views import Account, account_of


@dataclass(frozen=True, slots=True)
class RaterState:
    """One rater: how far, whether it agreed to the texts as they are, whether it withdrew, and its invitation."""

    rater: str
    account: Account
    agreed: bool
    withdrawn: bool
    invitation: Invitation | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A row with different labels: (rater, value, other words) of each, and what was decided, if it was."""

    unit: Unit
    said: tuple[tuple[str, str, str], ...]
    settled: Settled | None


def states_of(project: Project, store: LabelStore, invitations: Mapping[str, Invitation]) -> list[RaterState]:
    """Every rater of the project, in the order of its file."""
    withdrawn = set(store.withdrawn())
    found = []
    for rater in project.raters:
        account = account_of(project.assignments.get(rater, ()), store.standing(rater))
        agreed = store.consent(rater) == project.consent_digest
        found.append(RaterState(rater, account, agreed, rater in withdrawn, invitations.get(rater)))
    return found


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A row that raters passed over: (rater, one of `SKIP_REASONS` or None) of each."""

    unit: Unit
    by: tuple[tuple[str, str | None], ...]


def skipped_of(units: Mapping[str, Unit], skips: Iterable[Kept]) -> list[PassedOver]:
    """The rows that were passed over: those of most raters first, then by their text."""
    by_unit: dict[str, list[tuple[str, str | None]]] = {}
    for kept in skips:
        by_unit.setdefault(kept.unit, []).append((kept.rater, kept.reason))
    found = [PassedOver(units[unit], tuple(by)) for unit, by in by_unit.items() if unit in units]
    return sorted(found, key=lambda each: (-len(each.by), each.unit.lang, each.unit.text, each.unit.id))


def differences_of(
    units: Mapping[str, Unit], labels: Iterable[Kept], settled: Mapping[str, Settled]
) -> list[Difference]:
    """The rows that have two different labels, without attention checks: undecided ones first, then by their text."""
    by_unit: dict[str, list[Kept]] = {}
    for kept in labels:
        by_unit.setdefault(kept.unit, []).append(kept)
    found = [
        Difference(units[unit], _said(kept), settled.get(unit))
        for unit, kept in by_unit.items()
        if unit in units and not units[unit].is_check and len({each.value for each in kept}) > 1
    ]
    return sorted(found, key=lambda each: (each.settled is not None, each.unit.lang, each.unit.text, each.unit.id))


def _said(kept: Sequence[Kept]) -> tuple[tuple[str, str, str], ...]:
    return tuple((each.rater, each.value or "", each.rewrite or "") for each in kept)
