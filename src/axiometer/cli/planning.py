"""`axiometer plan`: how many items, orders, repeats, labels or raters a study needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.cli.designs import member, parts
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from collections.abc import Callable

    from axiometer.analyze.planning import Grid, Plan, PlanOptions, Wish
    from axiometer.cli.planning_prices import Price
    from axiometer.measure.reading import Run

RUN_FILE = "run.yaml"
MOST = {"--items": 100_000, "--labels": 100_000, "--repeats": 1_000, "--raters": 1_000}
"""Studies beyond these are not simulated: 200 of them would take days, and memory to match."""
ANSWERS = ("interval", "difference")
Row = Mapping[str, Any]

Pilot = Annotated[
    Path | None, typer.Argument(help=t("Pilot: a run, or labels of people (for --agreement); none: planted ones."))
]
Interval = Annotated[
    float | None, typer.Option(min=0.001, max=0.5, help=t("Wanted half-width of the intervals of shares."))
]
Difference = Annotated[
    float | None, typer.Option(min=0.001, max=0.9, help=t("Difference of two respondents' shares to be seen."))
]
Power = Annotated[float, typer.Option(min=0.05, max=0.99, help=t("Wanted chance to see it."))]
Corrected = Annotated[
    float | None, typer.Option(min=0.001, max=0.5, help=t("Wanted half-width of a share corrected by people's labels."))
]
Agreement = Annotated[
    float | None, typer.Option(min=0.001, max=0.5, help=t("Wanted half-width of raters' Krippendorff's alpha."))
]
PilotMode = Annotated[str | None, typer.Option(help=t("Mode of the pilot, where it has several."))]
PlannedLevel = Annotated[str | None, typer.Option(help=t("Level of the framework (default: as the page shows)."))]
Values = Annotated[
    str | None, typer.Option(help=t("Values to plan for, separated by commas; all of the level by default."))
]
Items = Annotated[str | None, typer.Option(help=t("Numbers of items to try, separated by commas."))]
TriedOrders = Annotated[str | None, typer.Option(help=t("Orders to try, separated by commas: one, swap, all."))]
Repeats = Annotated[str, typer.Option(help=t("Numbers of repeats to try, separated by commas."))]
LabelCounts = Annotated[
    str, typer.Option(help=t("Numbers of labelled answers (or units) to try, separated by commas."))
]
RaterCounts = Annotated[str, typer.Option(help=t("Numbers of raters per unit to try, separated by commas."))]
Alpha = Annotated[
    float | None, typer.Option(min=0.01, max=0.99, help=t("Alpha that is expected of raters (without labels)."))
]
Categories = Annotated[int, typer.Option(min=2, help=t("Labels that raters choose from (without labels)."))]
Profile = Annotated[str, typer.Option(help=t("What is planted without a pilot: slot-bias, refusals, flat-values, ..."))]
Ask = Annotated[list[str] | None, typer.Option("--ask", help=t("Model whose calls are priced; may be repeated."))]
Simulations = Annotated[int, typer.Option(min=20, max=10_000, help=t("Simulated studies per design."))]


def plan(
    pilot: Pilot = None,
    interval: Interval = None,
    difference: Difference = None,
    power: Power = 0.8,
    corrected: Corrected = None,
    agreement: Agreement = None,
    model: options.Model = None,
    mode: PilotMode = None,
    level: PlannedLevel = None,
    values: Values = None,
    items: Items = None,
    orders: TriedOrders = None,
    repeats: Repeats = "1",
    labels: LabelCounts = "50,100,200,400,800",
    raters: RaterCounts = "2,3,5",
    alpha: Alpha = None,
    categories: Categories = 3,
    profile: Profile = "slot-bias",
    ask: Ask = None,
    models: options.ModelsFile = None,
    simulations: Simulations = 200,
    seed: options.Seed = 0,
    as_json: options.AsJson = False,
) -> None:
    """Simulates studies of several sizes from a pilot, or with planted respondents, and says which is large enough."""
    from axiometer.analyze.planning import PlanOptions

    wishes = _wishes(
        {"interval": interval, "difference": difference, "corrected": corrected, "agreement": agreement}, power
    )
    grid = _grid(items, orders, repeats, labels, raters)
    chosen = PlanOptions(simulations=simulations, seed=seed, values=parts(values))
    asked = _Asked(tuple(model or ()), mode, level, profile, alpha, categories)
    run = _run(pilot)
    found = _made(run, pilot, asked, wishes, grid, chosen)
    prices = _prices(run, ask or (), models)
    if as_json:
        say_json({**found.to_dict(), "prices": [price.as_json(found.recommended()) for price in prices]})
        return
    _say(found, prices)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What of the pilot is meant, and what is planted where there is none."""

    models: tuple[str, ...]
    mode: str | None
    level: str | None
    profile: str
    alpha: float | None
    categories: int


def _wishes(given: Mapping[str, float | None], power: float) -> list[Wish]:
    from axiometer.analyze.planning import Goal, Wish

    wishes = [Wish(Goal(name), size, power) for name, size in given.items() if size is not None]
    if not wishes:
        raise InputError(
            "nothing is wanted", mend="say --interval 0.05, --difference 0.1, --corrected 0.05 or --agreement 0.1"
        )
    return wishes


def _grid(items: str | None, orders: str | None, repeats: str, labels: str, raters: str) -> Grid:
    from axiometer.analyze.planning import Grid
    from axiometer.measure.design import Orders

    return Grid(
        items=_numbers(items, "--items") if items else None,
        orders=tuple(member(Orders, name, "--orders") for name in parts(orders)) or None,
        repeats=_numbers(repeats, "--repeats"),
        raters=_numbers(raters, "--raters"),
        labels=_numbers(labels, "--labels"),
    )


def _made(
    run: Run | None, pilot: Path | None, asked: _Asked, wishes: Sequence[Wish], grid: Grid, chosen: PlanOptions
) -> Plan:
    from axiometer.analyze.planning import joined_plans

    goals = {wish.goal.value for wish in wishes}
    if pilot is not None and not pilot.exists():
        raise InputError("no such file or folder", file=pilot)
    if run is None and pilot is not None and goals != {"agreement"}:
        raise InputError(
            "not a run", file=pilot, mend="--interval, --difference and --corrected take a run, or nothing"
        )
    made: list[Plan] = []
    if goals & set(ANSWERS):
        made.append(_answers(run, asked, wishes, grid, chosen))
    if "corrected" in goals:
        made.append(_corrected(run, asked.models, wishes, grid, chosen))
    if "agreement" in goals:
        made.append(_agreement(pilot, run, asked, wishes, grid, chosen))
    return joined_plans(made)


def _numbers(text: str, option: str) -> tuple[int, ...]:
    found = parts(text)
    if not found or not all(part.isdigit() and int(part) > 0 for part in found):
        raise InputError(
            "{option} {text}", mend="whole numbers of at least 1, separated by commas", option=option, text=text
        )
    if any(len(part) > 9 or int(part) > MOST[option] for part in found):
        raise InputError("{option} {text}", mend="at most {most}", option=option, text=text, most=MOST[option])
    return tuple(dict.fromkeys(int(part) for part in found))


def _run(pilot: Path | None) -> Run | None:
    """The run that is the pilot, None where it is none."""
    if pilot is None or not (pilot / RUN_FILE).is_file():
        return None
    from axiometer.measure.reading import open_run

    return open_run(pilot, texts=False)


def _answers(run: Run | None, asked: _Asked, wishes: Sequence[Wish], grid: Grid, chosen: PlanOptions) -> Plan:
    from axiometer.analyze.planning import pilot_of, plan_from_pilot, planted_plan
    from axiometer.records.rows import Mode

    if run is not None:
        read = pilot_of(
            run.items,
            run.answers,
            run.frameworks,
            models=asked.models,
            mode=member(Mode, asked.mode, "--mode") if asked.mode else None,
            level=asked.level,
            values=chosen.values,
            seed=chosen.seed,
        )
        return plan_from_pilot(read, wishes, grid, chosen, _told(t("answers")))
    from axiometer.analyze.selftest.design import starter_design

    return planted_plan(asked.profile, starter_design(), wishes, grid, chosen, _told(t("answers")))


def _corrected(run: Run | None, models: Sequence[str], wishes: Sequence[Wish], grid: Grid, chosen: PlanOptions) -> Plan:
    from axiometer.analyze.planning import judged_pilot, plan_labels
    from axiometer.measure.reading import read_run_labels

    found = None
    if run is not None:
        labels = read_run_labels(run.folder)
        found = judged_pilot(run.items, run.answers, run.frameworks, labels, models=models)
    return plan_labels(found, wishes, grid, chosen, progress=_told(t("labels")))


def _agreement(
    pilot: Path | None, run: Run | None, asked: _Asked, wishes: Sequence[Wish], grid: Grid, chosen: PlanOptions
) -> Plan:
    """From people's labels, of a run only where no alpha is given: it may be the pilot of the other wishes alone."""
    from axiometer.analyze.planning import pilot_of_ratings, plan_raters

    alpha, chances = asked.alpha, [1 / asked.categories] * asked.categories
    if pilot is not None and (run is None or alpha is None):
        from axiometer.analyze.people import Ratings
        from axiometer.annotate.agreeing import said_at

        said = said_at(pilot)
        alpha, named = pilot_of_ratings(Ratings.of(said.labels, said.scale, categories=said.categories), alpha)
        chances = list(named)
    if alpha is None:
        raise InputError("what agreement is expected is not known", mend="give --alpha, or labels as the pilot")
    return plan_raters(alpha, chances, wishes, grid, chosen, _told(t("raters")))


def _told(name: str) -> Callable[[int, int], None]:
    """A display that follows simulated studies."""
    from axiometer.runtime.progress import Tally

    display, tally = progress_display(), Tally(name)

    def show(done: int, of: int) -> None:
        tally.done, tally.total = done, of
        if done < of or tally.seconds_left is None:
            display.show(tally)
        if done == of:
            display.close()

    return show


def _prices(run: Run | None, ask: Sequence[str], models: Path | None) -> list[Price]:
    from axiometer.cli.planning_prices import prices_of

    return prices_of(run, ask, models)


def _say(found: Plan, prices: Sequence[Price]) -> None:
    if found.level is not None and found.respondents:
        who = ", ".join(found.respondents)
        say(t("from the answers of {who}, level {level}", who=who, level=found.level))
    for part in found.rows.partition_by("goal", "size", "power", maintain_order=True):
        rows = part.to_dicts()
        columns = [name for name in SHOWN if any(row[name] is not None for row in rows)]
        say_table(
            [*(SHOWN[name] for name in columns), *ENDS],
            [[*(_cell(row, name) for name in columns), *_ends(row)] for row in rows],
            title=_title(rows[0]),
        )
    for text, fields in found.notes:
        say(t(text, **fields))
    for row in found.recommended():
        say(_recommended(row, prices))
    for row in found.unmet():
        say(
            t("{what}: no design that was tried is enough; nearest are {design}", what=_title(row), design=_design(row))
        )
    if any(price.usd_per_call is None for price in prices):
        say(t("No price is known for some of them: give it in models.yaml."))


ENDS = ("expected", "simulation error", "widest or least", "mean of values", "no interval", "enough")
TITLES = {
    "interval": "Half-width of 95 % intervals of shares, wanted {size}",
    "difference": "Chance to see a difference of {size}, wanted {power}",
    "corrected": "Half-width of the corrected share, wanted {size}",
    "agreement": "Half-width of Krippendorff's alpha, wanted {size}",
}
SHOWN = {
    "items": "items",
    "sources": "sources",
    "orders": "orders",
    "repeats": "repeats",
    "labels": "labels",
    "raters": "raters",
    "presentations": "presentations",
}


def _cell(row: Row, name: str) -> object:
    return t(str(row[name])) if name == "orders" and row[name] is not None else row[name]


def _ends(row: Row) -> list[object]:
    enough = t("yes") if row["meets"] else t("no")
    return [row["expected"], row["error"], row["value"], row["mean"], row["without"], enough]


def _title(row: Row) -> str:
    if row["goal"] not in TITLES:
        return t("All wishes about answers")
    size = f"{row['size']:g}"
    if row["goal"] == "difference":
        return t(TITLES["difference"], size=size, power=f"{row['power']:g}")
    return t(TITLES[str(row["goal"])], size=size)


def _design(row: Row) -> str:
    said = [
        t("{n} items", n=row["items"]) if row.get("items") else None,
        t("orders {orders}", orders=row["orders"]) if row.get("orders") else None,
        t("{n} repeats", n=row["repeats"]) if (row.get("repeats") or 1) > 1 else None,
        t("{n} labelled", n=row["labels"]) if row.get("labels") else None,
        t("{n} raters each", n=row["raters"]) if row.get("raters") else None,
    ]
    return ", ".join(part for part in said if part is not None)


def _recommended(row: Row, prices: Sequence[Price]) -> str:
    line = t("{what}: enough are {design}", what=_title(row), design=_design(row))
    calls = row.get("presentations")
    if row["goal"] in ("interval", "difference", "all") and calls:
        line += t("; {n} presentations of each respondent", n=calls)
        for price in prices:
            if price.usd_per_call is not None:
                usd = f"{price.usd_per_call * int(calls):.2f}"
                line += t("; {model}: {usd} USD at most", model=price.model, usd=usd)
    return line
