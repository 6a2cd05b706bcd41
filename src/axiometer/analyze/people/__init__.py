"""People: how far they agree, what they say together, whether a judge may stand in, how near models are."""

from axiometer.analyze.people.agreement import AgreementTable, agreement
from axiometer.analyze.people.alt_test import AltTest, AltTestOptions, Score, alt_test
from axiometer.analyze.people.attention import AttentionTable, attention
from axiometer.analyze.people.ceiling import people_agreement
from axiometer.analyze.people.consensus import Consensus, ConsensusOptions, consensus
from axiometer.analyze.people.distance import DistanceOptions, PeopleDistance, people_distance
from axiometer.analyze.people.ratings import LabelScale, Ratings

__all__ = [
    "AgreementTable",
    "AltTest",
    "AltTestOptions",
    "AttentionTable",
    "Consensus",
    "ConsensusOptions",
    "DistanceOptions",
    "LabelScale",
    "PeopleDistance",
    "Ratings",
    "Score",
    "agreement",
    "alt_test",
    "attention",
    "consensus",
    "people_agreement",
    "people_distance",
]
