"""How well classifiers tell values: measures with intervals, calibration, curves, mistakes, and paired differences.

`judged` holds labels and probabilities, `measures` to `mistakes` compute, `rows` and `tables` lay out, `evaluation`
puts it together; `opening` reads the data and the classifiers' folders.
"""

from axiometer.expression.evaluation.evaluation import Evaluation, Options, check_names, evaluate, holds_evaluation
from axiometer.expression.evaluation.judged import Gold, Judged

__all__ = ["Evaluation", "Gold", "Judged", "Options", "check_names", "evaluate", "holds_evaluation"]
