"""For all tests: none is timed, since machines that run them are busy with other things."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
