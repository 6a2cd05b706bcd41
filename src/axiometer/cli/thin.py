"""How it is told, before anybody is asked, where a ranking of values would rest on too little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from axiometer.cli.console import say
from axiometer.messages import language, t

if TYPE_CHECKING:
    from axiometer.analyze.coverage import Finding
    from axiometer.frameworks import Framework

NAMED = 8
"""So many values are named in a line; all of them are in `summary.json`."""


def say_thin(findings: Sequence[Finding], framework: Framework | None) -> None:
    """A line per level and reason; nothing where nothing is thin."""
    if not findings:
        return
    say(t("Where a ranking of values would rest on too little:"))
    for finding in findings:
        level = finding.level if framework is None else framework.level(finding.level).names.get(language(), "")
        said = _said(finding, framework)
        say(f"  {level or finding.level}: {said}")


def _said(finding: Finding, framework: Framework | None) -> str:
    from axiometer.analyze.coverage import FEW_ITEMS, FEW_SOURCES, Thin

    names = _listed(finding, framework)
    if finding.thin is Thin.SOURCES:
        return t("fewer than {least} rules behind {names}", least=FEW_SOURCES, names=names)
    if finding.thin is Thin.ITEMS:
        return t("set against another value fewer than {least} times: {names}", least=FEW_ITEMS, names=names)
    if finding.thin is Thin.APART:
        return t("never set against the others, so not to be compared with them: {names}", names=names)
    if finding.thin is Thin.THROUGH:
        assert finding.through is not None
        through = _name(finding.through, framework)
        return t("compared with the others only through {through}: {names}", through=through, names=names)
    return t("linked to the others by no more than {n} meetings: {names}", n=finding.counts[0], names=names)


def _listed(finding: Finding, framework: Framework | None) -> str:
    from axiometer.analyze.coverage import Thin

    names = [_name(value, framework) for value in finding.values]
    if finding.thin in (Thin.SOURCES, Thin.ITEMS):
        names = [f"{name} ({count})" for name, count in zip(names, finding.counts, strict=True)]
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else t("{names} and {n} more", names=shown, n=len(names) - NAMED)


def _name(value: str, framework: Framework | None) -> str:
    return value if framework is None or value not in framework else framework.name(value, language())
