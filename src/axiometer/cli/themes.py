"""`axiometer build themes`: two named rule sets to items, theme by theme."""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.accounts import say_accounts, say_estimate, say_prices_missing
from axiometer.cli.configuration import configured
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.cli.starter import STARTER, rules_path
from axiometer.cli.workers import workers
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.themes.balance import BalanceRow
    from axiometer.build.themes.matching import Matching
    from axiometer.build.themes.plan import ThemesPlan
    from axiometer.build.themes.publish import ThemeAccount, ThemesSummary

SetA = Annotated[Path | None, typer.Option("--a", help=t("First rule set: a corpus, a table of rules, or `starter`."))]
SetB = Annotated[Path | None, typer.Option("--b", help=t("Second rule set: a corpus, a table of rules, or `starter`."))]
NameA = Annotated[str | None, typer.Option(help=t("Name of the first set's position (default: its file's name)."))]
NameB = Annotated[str | None, typer.Option(help=t("Name of the second set's position (default: its file's name)."))]
ThemesFile = Annotated[Path | None, typer.Option(help=t("File of themes and keywords (default: six that come along)."))]
Model = Annotated[str | None, typer.Option("--model", "-m", help=t("Who writes scenes, as provider/name."))]
CheckModel = Annotated[str | None, typer.Option(help=t("Who checks scenes, as provider/name (default: who writes)."))]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the items."))]
PerTheme = Annotated[
    int | None, typer.Option(min=1, help=t("Pairs of each theme at most, a seeded sample (default: all)."))
]
Scenes = Annotated[int, typer.Option(min=1, max=100, help=t("Scenes for each pair."))]
Lang = Annotated[str | None, typer.Option(help=t("Language of the items (default: that of the rules)."))]
Caliper = Annotated[float, typer.Option(help=t("How many times longer than its partner a rule may be."))]
Low = Annotated[float, typer.Option("--from", help=t("Least cosine of a pair."))]
High = Annotated[
    float | None, typer.Option("--to", help=t("Cosine from which rules say the same (default: as measured)."))
]
AnyLanguage = Annotated[bool, typer.Option("--any-language", help=t("Match rules of different languages, too."))]
Sample = Annotated[int, typer.Option(min=1, help=t("Rules of a set that are matched in a theme at most (a sample)."))]
Balance = Annotated[float, typer.Option(help=t("How many times longer than the other a side may be."))]
Threshold = Annotated[float, typer.Option(help=t("Cosine from which scenes are duplicates."))]
Status = Annotated[Path | None, typer.Option(help=t("Show the account of the theme items in this folder."))]


def themes(
    context: typer.Context,
    a: SetA = None,
    b: SetB = None,
    name_a: NameA = None,
    name_b: NameB = None,
    themes: ThemesFile = None,
    model: Model = None,
    check_model: CheckModel = None,
    output: Output = None,
    per_theme: PerTheme = None,
    scenes: Scenes = 1,
    lang: Lang = None,
    caliper: Caliper = 1.6,
    low: Low = 0.2,
    high: High = None,
    any_language: AnyLanguage = False,
    sample: Sample = 3_000,
    balance: Balance = 1.6,
    threshold: Threshold = 0.9,
    embedder: options.EmbedderName = None,
    config: options.Config = None,
    status: Status = None,
    runner: options.RunnerName = "local",
    address: options.Address = None,
    processes: options.Processes = None,
    seed: options.Seed = 0,
    models: options.ModelsFile = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    max_tokens: options.MaxTokens = None,
    reasoning: options.Reasoning = None,
    concurrency: options.Concurrency = None,
    max_calls: options.MaxCalls = None,
    max_usd: options.MaxUsd = None,
    dry_run: options.DryRun = False,
    as_json: options.AsJson = False,
) -> None:
    """`build themes`; see `building`."""
    _do(configured(context, config))


def _do(given: Mapping[str, Any]) -> None:
    if given["status"] is not None:
        _say_status(Path(given["status"]), bool(given["as_json"]))
        return
    plan = _plan(given)
    if not given["dry_run"] and given["output"] is None:
        raise InputError("no folder for the items", mend="name one with -o items/NAME")
    from axiometer.models.local_weights import cache_folder

    output = Path(given["output"] or ".")
    with workers(given, output) as runner:
        if given["dry_run"]:
            from axiometer.build.themes.plan import find_matches

            shown = progress_display()
            matching = find_matches(plan, cache_folder() / "vectors", runner, shown)
            shown.close()
            _say_dry_run(plan, matching, bool(given["as_json"]))
            return
        from axiometer.build.themes.pipeline import run_themes

        summary = run_themes(plan, output, cache_folder() / "vectors", runner, progress_display())
    if given["as_json"]:
        say_json(asdict(summary))
    else:
        _say_summary(summary)


def _plan(given: Mapping[str, Any]) -> ThemesPlan:
    from axiometer.build.themes.options import ThemeOptions
    from axiometer.build.themes.plan import Named, plan_themes
    from axiometer.cli.respondents import respondents, wanted

    if given["a"] is None or given["b"] is None:
        raise InputError("two rule sets are needed", mend="name them with --a and --b")
    if given["model"] is None:
        raise InputError("no model", mend="name one with -m, for example -m sim/rulewriter")
    chosen = ThemeOptions.of(
        scenes=given["scenes"],
        per_theme=given["per_theme"],
        lang=given["lang"],
        caliper=given["caliper"],
        low=given["low"],
        high=given["high"],
        any_language=bool(given["any_language"]),
        sample=given["sample"],
        balance=given["balance"],
        alike=given["threshold"],
        embedder=given["embedder"],
        seed=given["seed"],
    )
    names = list(dict.fromkeys([given["model"], given["check_model"] or given["model"]]))
    opened = respondents(names, wanted(given))
    file = None if given["themes"] is None else Path(given["themes"])
    a, b = (Named(rules_path(given[key]), _name(given[key], given[f"name_{key}"])) for key in ("a", "b"))
    return plan_themes(a, b, chosen, opened[0], opened[-1], themes=file)


def _name(said: Path | str, name: str | None) -> str | None:
    """The starter rules are called so, not as the file in the cache that holds them."""
    return STARTER if name is None and str(said) == STARTER else name


def _say_dry_run(plan: ThemesPlan, matching: Matching, as_json: bool) -> None:
    from axiometer.build.themes.publish import balances
    from axiometer.build.themes.status import estimate

    rows, found = estimate(plan, matching), balances(plan, matching, None)
    if as_json:
        say_json({"steps": [asdict(row) for row in rows], "balance": [asdict(row) for row in found]})
        return
    say_estimate(rows)
    chosen = matching.chosen(plan.options.per_theme).height
    said = "pairs: {pairs} matched, scenes for {chosen} of them: {scenes}"
    scenes = chosen * plan.options.dilemmas.scenes
    say(t(said, pairs=matching.pairs.height, chosen=chosen, scenes=scenes))
    _say_balance(found, plan.a.name, plan.b.name)
    say_prices_missing(rows)


def _say_status(folder: Path, as_json: bool) -> None:
    from axiometer.build.themes.status import status

    found = status(folder)
    if as_json:
        say_json(asdict(found))
        return
    a, b = found.positions
    if found.themes is None:
        say(t("{a} and {b} are not matched yet", a=a, b=b))
    else:
        say_table(
            ["theme", *_of_sets(a, b), "pairs"],
            [[row.theme, row.rules[a], row.rules[b], row.matched] for row in found.themes],
        )
    if found.steps:
        say_accounts(found.steps)


def _say_summary(summary: ThemesSummary) -> None:
    for each in summary.sets:
        said = "{name}: {n} rules, {unassigned} under no theme"
        say(t(said, name=each.name, n=each.rules, unassigned=each.unassigned))
    a, b = (each.name for each in summary.sets)
    say_table(
        ["theme", *_of_sets(a, b), "pairs", "chosen", "items"],
        [[row.theme, row.rules[a], row.rules[b], row.matched, row.chosen, row.items] for row in summary.themes],
    )
    _say_unmatched(summary.themes)
    _say_balance(summary.balance, a, b)
    scenes = summary.scenes
    say_accounts(scenes.steps)
    said = "items: {items}, of {scenes} scenes for {pairs} pairs ({covered} of them have an item), in {file}"
    counts = {"items": scenes.items, "scenes": scenes.scenes, "pairs": scenes.pairs}
    say(t(said, **counts, covered=scenes.pairs_with_items, file=scenes.folder / "items.parquet"))
    say(t("calls made now: {calls}; answers from the journal: {hits}", calls=scenes.calls, hits=scenes.hits))
    if scenes.retry:
        say(t("{n} calls failed: the same command asks them again", n=scenes.retry))
    said = "Read some of them, then: axiometer measure {folder} -m PROVIDER/NAME --repeats 5 -o runs/NAME"
    say(t(said, folder=scenes.folder))


def _of_sets(a: str, b: str) -> list[str]:
    """Headers of the columns that count the rules of either set."""
    return [t("rules: {name}", name=name) for name in (a, b)]


def _say_unmatched(found: tuple[ThemeAccount, ...]) -> None:
    rows = [
        [theme.theme, name, t(reason), count]
        for theme in found
        for name, reasons in theme.unmatched.items()
        for reason, count in reasons.items()
    ]
    if rows:
        say_table(["theme", "rule set", "not matched because", "n"], rows)


def _say_balance(rows: tuple[BalanceRow, ...] | list[BalanceRow], a: str, b: str) -> None:
    """Standardized differences of length and, of forms, the largest in size; all are in `summary.json`."""
    from axiometer.build.themes.balance import LENGTH, NEGLIGIBLE
    from axiometer.build.themes.themes import ALL

    stages = list(dict.fromkeys(row.stage for row in rows))
    lines = []
    for theme in dict.fromkeys(row.theme for row in rows):
        line: list[object] = [t("all") if theme == ALL else theme]
        for stage in stages:
            mine = [row for row in rows if (row.theme, row.stage) == (theme, stage)]
            length = next(row.difference for row in mine if row.quantity == LENGTH)
            forms = [row for row in mine if row.quantity != LENGTH and row.difference is not None]
            largest = max(forms, key=lambda row: abs(row.difference or 0.0), default=None)
            line += [length, None if largest is None else largest.difference]
        lines.append(line)
    headers = ["theme"]
    for stage in stages:
        headers += [f"{t('length')}, {t(stage)}", f"{t('form')}, {t(stage)}"]
    said = "Style, {a} minus {b}, in standard deviations (of forms, the largest difference):"
    say_table(headers, lines, title=t(said, a=a, b=b))
    left = [line[0] for line in lines if any(abs(float(str(cell or 0))) > NEGLIGIBLE for cell in line[-2:])]
    if left:
        said = "Differences of style above {most} are left in: {themes}. A smaller --caliper lessens those of length."
        say(t(said, most=NEGLIGIBLE, themes=", ".join(str(each) for each in left)))
