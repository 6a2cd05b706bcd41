"""People: how far they agree, what they say together, whether a judge may stand in for them."""

from axiometer.analyze.people.agreement import AgreementTable, agreement
from axiometer.analyze.people.ratings import LabelScale, Ratings

__all__ = ["AgreementTable", "LabelScale", "Ratings", "agreement"]
