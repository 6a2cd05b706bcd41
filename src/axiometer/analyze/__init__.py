"""Answers to estimates: shares, rankings, bias, reliability, differences and agreement, each with its uncertainty."""

from axiometer.analyze.analysis import TABLES, Analysis, analyze
from axiometer.analyze.options import Adjustment, AnalysisOptions
from axiometer.rooms import make_callable

__all__ = ["TABLES", "Adjustment", "Analysis", "AnalysisOptions", "analyze"]

make_callable(__name__)
