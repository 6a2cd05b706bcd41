"""Known groups: do choices follow what a respondent is steered towards, and does each item?"""

from axiometer.analyze.known_groups.movements import NOTE, KnownGroups, known_groups

__all__ = ["NOTE", "KnownGroups", "known_groups"]
