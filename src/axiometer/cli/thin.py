"""How it is told, before anybody is asked, where a ranking of values would rest on too little."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from axiometer.cli.console import say
from axiometer.messages import language, t

if TYPE_CHECKING:
    from axiometer.analyze.coverage import Finding, Thin
    from axiometer.frameworks import Framework

NAMED = 3
"""So many values are named in a line, the thinnest; all of them are in `summary.json`."""


def say_thin(findings: Sequence[Finding], framework: Framework | None, summary: Path) -> None:
    """A line per level and reason; nothing where nothing is thin. summary: the file that holds all findings."""
    if not findings:
        return
    say(t("Where a ranking of values would rest on too little:"))
    cut = False
    for level, thin in dict.fromkeys((each.level, each.thin) for each in findings):
        alike = [each for each in findings if (each.level, each.thin) == (level, thin)]
        named = _named(thin, alike, framework)
        cut = cut or len(named) > NAMED
        title = None if framework is None else framework.level(level).names.get(language())
        say(f"  {title or level}: {_said(thin, alike[0], _listed(named))}")
    if cut:
        say(t("  all of them: {file}", file=summary))


def _said(thin: Thin, first: Finding, names: str) -> str:
    from axiometer.analyze.coverage import FEW_ITEMS, FEW_SOURCES, Thin

    if thin is Thin.SOURCES:
        return t("fewer than {least} rules behind {names}", least=FEW_SOURCES, names=names)
    if thin is Thin.ITEMS:
        return t("set against another value fewer than {least} times: {names}", least=FEW_ITEMS, names=names)
    if thin is Thin.APART:
        return t("never set against the others, so not to be compared with them: {names}", names=names)
    if thin is Thin.THROUGH:
        return t("compared with the others through one value only: {names}", names=names)
    return t("linked to the others by no more than {n} meetings: {names}", n=first.counts[0], names=names)


def _named(thin: Thin, findings: Sequence[Finding], framework: Framework | None) -> list[str]:
    """What is said of each value, the thinnest first: by its count, or by how few share its lot. A value that hangs on
    several others is named once."""
    from axiometer.analyze.coverage import Thin

    if thin in (Thin.SOURCES, Thin.ITEMS):
        counted = [pair for each in findings for pair in zip(each.values, each.counts, strict=True)]
        return [f"{_name(value, framework)} ({count})" for value, count in sorted(counted, key=lambda pair: pair[1])]
    found: dict[str, str] = {}
    for each in sorted(findings, key=lambda finding: len(finding.values)):
        for value in each.values:
            name = _name(value, framework)
            if each.through is not None:
                name = t("{value} (through {through})", value=name, through=_name(each.through, framework))
            found.setdefault(value, name)
    return list(found.values())


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else t("{names} and {n} more", names=shown, n=len(names) - NAMED)


def _name(value: str, framework: Framework | None) -> str:
    return value if framework is None or value not in framework else framework.name(value, language())
