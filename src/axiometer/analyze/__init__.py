"""Answers to estimates: shares, rankings, bias, reliability, differences and agreement, each with its uncertainty."""

from axiometer.analyze.analysis import TABLES, Analysis, Comparison, analyze, compare
from axiometer.analyze.options import Adjustment, AnalysisOptions
from axiometer.rooms import make_callable

__all__ = ["TABLES", "Adjustment", "Analysis", "AnalysisOptions", "Comparison", "analyze", "compare"]

make_callable(__name__)
