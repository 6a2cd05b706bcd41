"""Which values the open answers of models express: shares, differences, and how far a classifier's errors go."""

from axiometer.expression.profile.profile import Kind, Profile, State, holds_profile, read_profile

__all__ = ["Kind", "Profile", "State", "holds_profile", "read_profile"]
