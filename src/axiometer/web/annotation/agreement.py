"""Agreement of the labels that there are now: what `axiometer annotate agreement` gives, computed again when a label
came, and by one thread at a time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from axiometer.annotate.agreeing import Agreed, compare_labels, said_in
from axiometer.annotate.project import Project
from axiometer.annotate.store import LabelStore


@dataclass(slots=True)
class AgreementSoFar:
    """Keeps the last result until labels change."""

    project: Project
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _of: tuple[tuple[int, str, str | None], ...] | None = None
    _found: Agreed | None = None

    def now(self, store: LabelStore) -> Agreed | None:
        """Agreement as it stands; None without labels."""
        with self._lock:
            there = tuple((kept.seq, kept.unit, kept.value) for kept in store.labels())
            if there != self._of:
                said = said_in(self.project)
                self._found = None if said.labels.is_empty() else compare_labels(said)
                self._of = there
            return self._found
