"""Dates as people write them, in ISO 8601."""

from __future__ import annotations

import re
from datetime import date

_DATE = re.compile(
    r"\s*(?P<year>[12]\d{3})(?:\s*(?:[-/.年]\s*(?P<month>\d{1,2})(?:\s*[-/.月]\s*(?P<day>\d{1,2})日?|月)?|年))?"
    r"(?:[T\s]\s*\d{1,2}:\d{2}.*)?\s*"
)
_DIGITS = re.compile(r"\s*([12]\d{3})(\d{2})(\d{2})\s*")


def iso_date(said: str | None) -> tuple[str | None, str | None]:
    """The date as ISO 8601, as precise as it is said (year, month or day), without the time; and the words themselves
    where they are no such date. Only orders that begin with the year are read: 03/04/2020 has two meanings."""
    if said is None:
        return None, None
    match = _DIGITS.fullmatch(said)
    parts = match.groups() if match else ()
    if not match:
        match = _DATE.fullmatch(said)
        parts = (match["year"], match["month"], match["day"]) if match else ()
    numbers = [int(part) for part in parts if part is not None]
    if not numbers or not _exists(numbers):
        return None, said.strip()
    return "-".join([f"{numbers[0]:04d}", *(f"{number:02d}" for number in numbers[1:])]), None


def _exists(numbers: list[int]) -> bool:
    try:
        date(*[*numbers, 1, 1][:3])
    except ValueError:
        return False
    return True
