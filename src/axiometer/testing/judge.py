"""The fake server as a judge of free answers: by the words of the answer, as `sim/judge` reads them, without an error.

The step is read from the answer's schema, the material from between the marks in the prompt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from axiometer.models.judge_words import stands_for
from axiometer.models.simulated_judge import in_form

_MARKED = re.compile(r"^<<<([0-9a-f]{8})[ \t]*\n(.*?)\n\1>>>[ \t]*$", re.DOTALL | re.MULTILINE)
_OPTIONS = frozenset({"reason", "closer"})
_VALUES = frozenset({"reason", "acts_on", "acts_against"})
_LETTERS = "ABCDEFGH"


def answer_of_judge(prompt: str, schema: Mapping[str, object] | None) -> str | None:
    """The answer to a judge's question; None where the request is none. It does not know the options behind values, so
    it acts on those whose own words stand in the answer."""
    properties = None if schema is None else schema.get("properties")
    asked = frozenset(properties) if isinstance(properties, Mapping) else frozenset()
    shown = [text for _, text in _MARKED.findall(prompt)]
    if asked not in (_OPTIONS, _VALUES) or len(shown) < 4:
        return None
    named = stands_for(shown[1], shown[2:])
    if asked == _OPTIONS:
        return in_form(named, range(len(shown) - 2), (), chinese=False)
    letters = [_LETTERS[place] for place in sorted(named)]
    return json.dumps({"reason": "", "acts_on": letters, "acts_against": []})
