"""The instrument's own check: planted values in, intervals out, coverage counted."""

from axiometer.analyze.selftest.design import SimulatedDesign, simulated_design, starter_design
from axiometer.analyze.selftest.run import Part, SelftestReport, run_selftest
from axiometer.analyze.selftest.verdicts import Verdict

__all__ = ["Part", "SelftestReport", "SimulatedDesign", "Verdict", "run_selftest", "simulated_design", "starter_design"]
