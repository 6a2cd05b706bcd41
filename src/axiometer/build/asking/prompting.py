"""The old name of `measure.asking.prompting`: a judge of free answers asks in the same way."""

from axiometer.measure.asking.prompting import (
    WORDING,
    MaterialPrompting,
    mark_of,
    plain,
    repair_request,
    repair_template,
)

__all__ = [
    "WORDING",
    "MaterialPrompting",
    "mark_of",
    "plain",
    "repair_request",
    "repair_template",
]
