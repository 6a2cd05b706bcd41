"""What a rule does with an action: asks for it, allows it, forbids it, or lets it be; and when two such rules clash.

The square of deontic opposition (von Wright 1951, Mind 60): to forbid an action is to ask for its omission, to allow it
is not to forbid it. Rules are read by their words alone, so all of this holds as far as the word lists go.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Force(StrEnum):
    OBLIGE = "oblige"
    FORBID = "forbid"
    PERMIT = "permit"
    EXEMPT = "exempt"


_OMITTED = {
    Force.OBLIGE: Force.FORBID,
    Force.FORBID: Force.OBLIGE,
    Force.PERMIT: Force.EXEMPT,
    Force.EXEMPT: Force.PERMIT,
}
_DENIED = {
    Force.OBLIGE: Force.FORBID,  # "should not", "it is not right to" are said to forbid, not to exempt
    Force.FORBID: Force.PERMIT,
    Force.PERMIT: Force.FORBID,
    Force.EXEMPT: Force.OBLIGE,
}
_TURNED_ROUND = {  # by a rule that forbids or exempts from outside
    Force.OBLIGE: Force.EXEMPT,
    Force.FORBID: Force.PERMIT,
    Force.PERMIT: Force.FORBID,
    Force.EXEMPT: Force.OBLIGE,
}

# How strongly two forces on one action clash. What is only weaker (should, may) is no clash.
CLASHES = {
    frozenset((Force.OBLIGE, Force.FORBID)): 1.0,
    frozenset((Force.PERMIT, Force.FORBID)): 0.9,
    frozenset((Force.OBLIGE, Force.EXEMPT)): 0.7,
}
# The same where the actions are opposites of each other: opposites seldom exhaust what can be done, so that both of
# them may well be forbidden ("neither lavish nor mean"), and each may be allowed beside the other.
OPPOSITE_CLASHES = {
    frozenset((Force.OBLIGE,)): 0.9,
    frozenset((Force.OBLIGE, Force.PERMIT)): 0.6,
    frozenset((Force.FORBID,)): 0.4,
    frozenset((Force.FORBID, Force.EXEMPT)): 0.4,
}


def omitted(force: Force) -> Force:
    """What the same rule says of leaving the action undone: to be asked not to lie is to be forbidden to lie."""
    return _OMITTED[force]


def denied(force: Force) -> Force:
    """What the rule says that denies this one, as people mean it."""
    return _DENIED[force]


def composed(forces: Sequence[Force]) -> Force:
    """What operators one inside the other come to, the outermost first: "it is wrong that ... may" forbids. A rule
    without any asks for what it says."""
    if not forces:
        return Force.OBLIGE
    force = forces[-1]
    for outer in reversed(forces[:-1]):
        if outer in (Force.FORBID, Force.EXEMPT):
            force = _TURNED_ROUND[force]
        elif outer is Force.PERMIT and force is Force.OBLIGE:
            force = Force.PERMIT
    return force


def clash(first: Force, second: Force, *, opposite: bool) -> float:
    """How strongly two rules on one action clash, in [0, 1]; `opposite`: on two actions that are opposites."""
    return (OPPOSITE_CLASHES if opposite else CLASHES).get(frozenset((first, second)), 0.0)
