"""The old name of `measure.asking.clumsy_json`: a judge of free answers asks in the same way."""

from axiometer.measure.asking.clumsy_json import (
    Found,
    find_objects,
)

__all__ = [
    "Found",
    "find_objects",
]
