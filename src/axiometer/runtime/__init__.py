"""How work runs: every answer durable before it is seen, bounded, resumable, never paid for twice."""

from axiometer.runtime.budget import Budget
from axiometer.runtime.caller import Call, Caller, Limits
from axiometer.runtime.journal import Journal, JournalEntry, call_key
from axiometer.runtime.progress import Progress, Tally

__all__ = ["Budget", "Call", "Caller", "Journal", "JournalEntry", "Limits", "Progress", "Tally", "call_key"]
