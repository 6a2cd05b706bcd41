"""Agreement of the labels that there are now: what `axiometer annotate agreement` gives but for the consensus (whose
library is slow to load), computed again when a label came, and by one thread at a time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from axiometer.analyze.people import AgreementTable, AttentionTable
from axiometer.annotate.agreeing import ARBITRARY, agreement_in, said_in
from axiometer.annotate.project import Project
from axiometer.annotate.store import LabelStore


@dataclass(frozen=True, slots=True)
class SoFar:
    """Agreement, attention checks (None without any), and what to keep in mind."""

    agreement: AgreementTable
    attention: AttentionTable | None
    notes: tuple[str, ...]
    arbitrary: bool


@dataclass(slots=True)
class AgreementSoFar:
    """Keeps the last result until labels change."""

    project: Project
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _of: tuple[tuple[int, str, str | None], ...] | None = None
    _found: SoFar | None = None

    def now(self, store: LabelStore) -> SoFar | None:
        """Agreement as it stands; None without labels."""
        with self._lock:
            there = tuple((kept.seq, kept.unit, kept.value) for kept in store.labels())
            if there != self._of:
                said = said_in(self.project)
                notes = (ARBITRARY,) if said.arbitrary else ()
                self._found = None if said.labels.is_empty() else SoFar(*agreement_in(said), notes, said.arbitrary)
                self._of = there
            return self._found
