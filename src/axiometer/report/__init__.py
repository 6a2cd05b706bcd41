"""Estimates to a page that a person reads: one self-contained HTML file, and its charts as SVG and PNG figures."""

from axiometer.report.loading import load_view
from axiometer.report.page import figures, report
from axiometer.report.scene_views import ScenesView
from axiometer.report.sources import opened
from axiometer.report.texts import Language
from axiometer.report.views import RunView
from axiometer.rooms import make_callable

__all__ = ["Language", "RunView", "ScenesView", "figures", "load_view", "opened", "report"]

make_callable(__name__)
