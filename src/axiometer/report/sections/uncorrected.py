"""What a section must say where it counts answers as a judge read them, with nothing corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from axiometer.analyze.correction.uncorrected import uncorrected_in
from axiometer.report.parts import Section
from axiometer.report.views import Study

TABLES: Mapping[str, tuple[str, ...]] = {
    "profile": ("shares",),
    "tiers": ("ranking",),
    "themes": ("themes", "theme_differences", "theme_agreement"),
    "outcomes": ("outcomes",),
    "languages": ("languages",),
    "differences": ("differences",),
    "agreement": ("agreement",),
    "contested": ("contested",),
    "coverage": ("pairs",),
    "modes": ("mode_gaps",),
    "people": ("people_agreement", "people_distance"),
}
"""By section, what it is made of. The statements of corpora say it with their own reasons (`corpora`)."""


def told(study: Study, section: Section) -> Section:
    """The section with a note that names whose estimates in it are uncorrected."""
    models = {model for name in TABLES.get(section.id, ()) for model in uncorrected_in(name, study.table(name))}
    names = [entry.label for entry in study.respondents if entry.label in models]
    if not names:
        return section
    return replace(section, notes=(*section.notes, study.texts("judge.as_read", who=study.texts.listing(names))))
