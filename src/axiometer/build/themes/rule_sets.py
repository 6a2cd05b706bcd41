"""The two rule sets: read, named, and put under themes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from axiometer.build.conflicts.rules import read_rules
from axiometer.build.themes.themes import Themes
from axiometer.errors import InputError


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A named set of rules. name: the position that its rules take; rules: as `read_rules` gives them, by id; themes:
    those of each rule."""

    name: str
    path: Path
    rules: pl.DataFrame
    themes: tuple[tuple[str, ...], ...]

    @property
    def unassigned(self) -> int:
        """How many rules hold no keyword of any theme."""
        return sum(not each for each in self.themes)

    def languages(self) -> frozenset[str]:
        """Those of the rules that are under a theme."""
        return frozenset(
            lang for lang, themes in zip(self.rules["language"].to_list(), self.themes, strict=True) if themes
        )

    def under(self, theme: str) -> Iterator[int]:
        """The rows of the rules under a theme."""
        return (row for row, themes in enumerate(self.themes) if theme in themes)


def read_sets(
    first: tuple[Path, str | None], second: tuple[Path, str | None], themes: Themes
) -> tuple[RuleSet, RuleSet]:
    """Both sets. first, second: (table or corpus, name; None: that of the file or folder).

    Raises `InputError` for what is no table of rules, equal names, an id that both sets have for different rules, and a
    set without a rule under any theme.
    """
    names = [_name(path, name) for path, name in (first, second)]
    if names[0] == names[1]:
        raise InputError("both rule sets are called {name}", mend="name them with --name-a and --name-b", name=names[0])
    one, other = (_read(path, name, themes) for (path, _), name in zip((first, second), names, strict=True))
    _check_ids(one, other)
    for each in (one, other):
        if each.unassigned == each.rules.height:
            raise InputError(
                "no rule of {name} holds a keyword of any theme",
                file=each.path,
                mend="its languages are {langs}, keywords are in {known}; themes are given with --themes",
                name=each.name,
                langs=", ".join(sorted(each.rules["language"].unique().to_list())),
                known=", ".join(themes.languages),
            )
    return one, other


def _name(path: Path, said: str | None) -> str:
    if said is None:
        return path.stem if path.suffix else path.name or path.absolute().name
    name = " ".join(said.split())
    if not name:
        raise InputError("the name of a rule set is empty")
    return name


def _read(path: Path, name: str, themes: Themes) -> RuleSet:
    rules = read_rules(path).sort("id")
    return RuleSet(name, path, rules, tuple(themes.of(rules.select("text", "language").rows())))


def _check_ids(one: RuleSet, other: RuleSet) -> None:
    both = one.rules.join(other.rules, on="id").filter(pl.col("text") != pl.col("text_right"))
    if both.height:
        raise InputError(
            "the id {id!r} stands for one rule in {a} and for another in {b}",
            file=other.path,
            mend="ids have to differ, since items name their rules by them",
            id=both["id"][0],
            a=one.name,
            b=other.name,
        )
