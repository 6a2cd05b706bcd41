"""Estimates from what a machine said of texts, corrected by what people say of some of them.

Every estimate that rests on machine labels (a judge's verdicts on answers, labels of values in texts) passes through
`corrected`: what the machine said goes in, with what people said of a random part, and shares come out with intervals
that hold the machine's error, the uncorrected ones beside them.
"""

from axiometer.analyze.correction.corrected import UNCORRECTED, Corrected, Method, between, corrected, corrected_gap
from axiometer.analyze.correction.raters import Raters, RatersAgreement, agreement_of_raters, truth_of
from axiometer.analyze.correction.samples import Known, Labels, Target, Verdicts, among, every_share

__all__ = [
    "UNCORRECTED",
    "Corrected",
    "Known",
    "Labels",
    "Method",
    "Raters",
    "RatersAgreement",
    "Target",
    "Verdicts",
    "agreement_of_raters",
    "among",
    "between",
    "corrected",
    "corrected_gap",
    "every_share",
    "truth_of",
]
