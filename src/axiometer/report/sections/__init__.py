"""The sections of a page, each a pure function of the study."""

from axiometer.report.parts import Section
from axiometer.report.sections.asked import Asked, asked
from axiometer.report.sections.comparisons import agreement, contested, differences
from axiometer.report.sections.corpora import corpora
from axiometer.report.sections.coverage import coverage
from axiometer.report.sections.judge import judge
from axiometer.report.sections.languages import languages
from axiometer.report.sections.letters import letters
from axiometer.report.sections.mode_gaps import mode_gaps
from axiometer.report.sections.outcomes import outcomes
from axiometer.report.sections.people import people
from axiometer.report.sections.profile import profile
from axiometer.report.sections.reliability import reliability
from axiometer.report.sections.themes import themes
from axiometer.report.sections.tiers import tiers
from axiometer.report.sections.uncorrected import told
from axiometer.report.views import Study

__all__ = ["Asked", "asked", "sections"]


def sections(study: Study) -> tuple[Section, ...]:
    """The sections with charts, in reading order; those for which there is nothing to show are left out."""
    built = (
        profile(study),
        tiers(study),
        themes(study),
        corpora(study),
        people(study),
        mode_gaps(study),
        judge(study),
        reliability(study),
        outcomes(study),
        languages(study),
        differences(study),
        agreement(study),
        letters(study),
        contested(study),
        coverage(study),
    )
    shown = (section for section in built if section is not None and (section.panels or section.notes))
    return tuple(told(study, section) for section in shown)
