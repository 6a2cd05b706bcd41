"""Theme items before they are made: both sets, themes and models are checked, nothing is written."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from axiometer.build.conflicts.rules import digest_of
from axiometer.build.dilemmas.plan import DilemmaPlan, plan_of_pairs
from axiometer.build.themes.matching import Matching, crosses_languages, match
from axiometer.build.themes.options import FILE, MOST_SAMPLED, ThemeOptions, ThemesFolder
from axiometer.build.themes.rule_sets import RuleSet, read_sets
from axiometer.build.themes.style import VERSION
from axiometer.build.themes.themes import Themes, load_themes
from axiometer.build.work.folders import check_writes, settle
from axiometer.build.work.search import Search
from axiometer.errors import InputError
from axiometer.measure.specification import Specification, specification_in
from axiometer.models.contradiction.lexicon import digest as lexicon_digest
from axiometer.runtime import Progress
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.runners import Runner
from axiometer.similarity.vectors import Vectors

FORMAT = 1
COMMAND = "axiometer build themes"


@dataclass(frozen=True, slots=True)
class ThemesPlan:
    """What `run_themes` does."""

    options: ThemeOptions
    themes: Themes
    a: RuleSet
    b: RuleSet
    writer: Respondent
    checker: Respondent
    specification: Specification


@dataclass(frozen=True, slots=True)
class Named:
    """A rule set as the user names it; name None: that of its file or folder."""

    path: Path
    name: str | None = None


def plan_themes(
    a: Named,
    b: Named,
    options: ThemeOptions,
    writer: Respondent,
    checker: Respondent | None = None,
    *,
    themes: Path | None = None,
) -> ThemesPlan:
    """Checks both sets, themes and models. themes: a file of them, None: those that come with Axiometer; checker: who
    checks scenes, default the writer. Raises an `AxiometerError` for anything that is wrong."""
    check = checker or writer
    for respondent in (writer, check):
        check_writes(respondent)
    if options.sample > MOST_SAMPLED:
        raise InputError("--sample {n} is more than {most}", n=options.sample, most=MOST_SAMPLED)
    known = load_themes(themes)
    one, other = read_sets((a.path, a.name), (b.path, b.name), known)
    _check_language(one, other, options)
    return ThemesPlan(options, known, one, other, writer, check, _specify(one, other, known, options, themes))


def _check_language(one: RuleSet, other: RuleSet, options: ThemeOptions) -> None:
    langs = sorted(one.languages() | other.languages())
    if options.dilemmas.lang is None and len(langs) > 1 and crosses_languages(one, other, options):
        raise InputError(
            "rules of several languages are matched with each other: {langs}",
            mend="say with --lang in which one the items are written",
            langs=", ".join(langs),
        )


def find_matches(plan: ThemesPlan, cache: Path, runner: Runner, progress: Progress) -> Matching:
    """Matches the rules. cache: the folder of vectors. Raises `InputError` where no pair at all is matched."""
    dilemmas = plan.options.dilemmas
    search = Search(dilemmas.embedder, dilemmas.alike, cache, runner, progress, "themes")

    def embed(texts: Sequence[str]) -> Vectors:
        return search.vectors(texts)

    found = match(plan.a, plan.b, plan.themes.ids, plan.options, embed)
    if not found.pairs.height:
        calipers = plan.options.calipers
        raise InputError(
            "no rule of {a} is matched with a rule of {b}",
            mend="lower --from ({low}), or widen --caliper ({ratio})",
            a=plan.a.name,
            b=plan.b.name,
            low=f"{calipers.low:g}",
            ratio=f"{calipers.ratio:g}",
        )
    return found


def plan_scenes(plan: ThemesPlan, matching: Matching) -> DilemmaPlan:
    """The plan of the scenes for the pairs that are wanted."""
    chosen = matching.chosen(plan.options.per_theme)
    path = plan.a.path
    return plan_of_pairs(
        matching.pairs, chosen, path, plan.options.dilemmas, plan.writer, plan.checker, plan.themes.names
    )


def _specify(one: RuleSet, other: RuleSet, themes: Themes, options: ThemeOptions, file: Path | None) -> Specification:
    """What decides the matching. How many scenes, of how many pairs of a theme, and the filters can be asked anew in
    the same folder; models, prompts and language are in the specification of the scenes beside this one."""
    import axiometer

    calipers = options.calipers
    asked: dict[str, Any] = {
        "a": {"name": one.name, "digest": digest_of(one.rules), "count": one.rules.height},
        "b": {"name": other.name, "digest": digest_of(other.rules), "count": other.rules.height},
        "themes": {"digest": themes.digest, "ids": list(themes.ids)},
        "embedder": options.dilemmas.embedder,
        "cosines": {"low": calipers.low, "high": calipers.high},
        "caliper": calipers.ratio,
        "any_language": options.any_language,
        "sample": options.sample,
        "seed": options.dilemmas.seed,
        "style": {"version": VERSION, "lexicon": lexicon_digest()},
    }
    noted = {
        "axiometer": axiometer.__version__,
        "polars": pl.__version__,
        "a_from": str(one.path),
        "b_from": str(other.path),
        "themes_from": None if file is None else str(file),
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    return Specification(asked, noted)


def read_themes(folder: ThemesFolder) -> Specification:
    """The specification of what is made in `folder`. Raises `InputError` when there is none or it is damaged."""
    return specification_in(folder.path, FILE, COMMAND, _is_whole, format_=FORMAT)


def _is_whole(asked: Mapping[str, Any], noted: Mapping[str, Any]) -> bool:
    """Whether it says what the status shows: the names of both sets, and the themes."""
    del noted
    a, b, themes = (asked.get(name) for name in ("a", "b", "themes"))
    if not (isinstance(a, dict) and isinstance(b, dict) and isinstance(themes, dict)):
        return False
    return isinstance(a.get("name"), str) and isinstance(b.get("name"), str) and isinstance(themes.get("ids"), list)


def settle_themes(plan: ThemesPlan, folder: ThemesFolder) -> None:
    """Writes `themes.yaml`, or checks that the folder holds the same work. Raises `SpecificationChanged`."""
    settle(folder.path, FILE, plan.specification, lambda path: read_themes(ThemesFolder(path)))
