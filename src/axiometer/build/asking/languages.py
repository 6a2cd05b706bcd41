"""The old name of `measure.asking.languages`: a judge of free answers asks in the same way."""

from axiometer.measure.asking.languages import (
    PROMPT_LANGUAGES,
    has_name,
    language_name,
    prompt_language,
)

__all__ = [
    "PROMPT_LANGUAGES",
    "has_name",
    "language_name",
    "prompt_language",
]
