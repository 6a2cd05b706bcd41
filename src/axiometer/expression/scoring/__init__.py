"""A classifier applied to any number of texts: in parts, in flat memory, resumed where it stopped."""

from axiometer.expression.scoring.options import ScoreOptions
from axiometer.expression.scoring.scoring import score_texts
from axiometer.expression.scoring.summary import FileSummary, ScoreSummary

__all__ = ["FileSummary", "ScoreOptions", "ScoreSummary", "score_texts"]
