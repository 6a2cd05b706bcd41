"""People: how far they agree, what they say together, whether a judge may stand in for them."""

from axiometer.analyze.people.agreement import AgreementTable, agreement
from axiometer.analyze.people.alt_test import AltTest, AltTestOptions, Score, alt_test
from axiometer.analyze.people.attention import AttentionTable, attention
from axiometer.analyze.people.consensus import Consensus, ConsensusOptions, consensus
from axiometer.analyze.people.ratings import LabelScale, Ratings

__all__ = [
    "AgreementTable",
    "AltTest",
    "AltTestOptions",
    "AttentionTable",
    "Consensus",
    "ConsensusOptions",
    "LabelScale",
    "Ratings",
    "Score",
    "agreement",
    "alt_test",
    "attention",
    "consensus",
]
