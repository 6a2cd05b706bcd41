"""How large a study has to be: designs simulated from a pilot run or from planted respondents.

`plan_from_pilot` and `planted_plan` (items, orders, repeats), `plan_labels` (labels for a correction), `plan_raters`
(raters and units for agreement) give a `Plan`: a row per wish and design, and the smallest designs that meet them.
"""

from axiometer.analyze.planning.choices import plan_from_pilot
from axiometer.analyze.planning.designs import Goal, Grid, Plan, PlanOptions, Wish, joined_plans
from axiometer.analyze.planning.labelled import JudgedPilot, judged_pilot, pilot_of_ratings, plan_labels, plan_raters
from axiometer.analyze.planning.pilot import Pilot, pilot_of
from axiometer.analyze.planning.planted import planted_plan, profile_names

__all__ = [
    "Goal",
    "Grid",
    "JudgedPilot",
    "Pilot",
    "Plan",
    "PlanOptions",
    "Wish",
    "joined_plans",
    "judged_pilot",
    "pilot_of",
    "pilot_of_ratings",
    "plan_from_pilot",
    "plan_labels",
    "plan_raters",
    "planted_plan",
    "profile_names",
]
