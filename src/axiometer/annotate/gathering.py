"""The rows of a table as units: what of an item, a rule, a free answer or a text a rater sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from axiometer.annotate.sheets import shared_out
from axiometer.annotate.tasks import Task, TaskKind, TaskTable
from axiometer.annotate.units import Unit, make_unit
from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.measure.design import sides_of
from axiometer.measure.reading import open_free_run
from axiometer.models.draws import uniform
from axiometer.records.corpus_rows import Rule
from axiometer.records.ids import content_id
from axiometer.records.importers.languages import language_of_question
from axiometer.records.rows import ExpressionKind, Item, Outcome
from axiometer.records.tables import read_items, read_rows
from axiometer.records.texts.cleaning import clean
from axiometer.records.texts.sources import check_sources

TOO_FEW_OPTIONS: Final = "fewer than two options"
NO_TEXT: Final = "no text"
NO_VALUE: Final = "no value"
NOT_READ: Final = "nothing to read in the answer"
TWICE: Final = "the same is shown already"
_JUDGED: Final = (Outcome.CHOSEN, Outcome.REFUSED)
"""Free answers that people judge: those that a judge read, and those that were read as refusals."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a table gives: units, each with certainty; rows that give none, counted by reason; how many rows there were.
    `items` are those that the units show, `folder` that of the run they come from."""

    units: tuple[Unit, ...]
    left_out: Mapping[str, int]
    rows: int
    items: tuple[Item, ...] = ()
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class GatherOptions:
    """`langs`: only these (None: all); `about`: what texts are to be for or against; `framework`: whose names rules are
    shown with, where it is another than the table names; `text_column`: where a table has its texts."""

    langs: tuple[str, ...] | None = None
    about: str | None = None
    framework: Framework | None = None
    text_column: str | None = None
    id_column: str | None = None
    lines: bool = False
    limit: int | None = None


@dataclass(slots=True)
class _Pool:
    """Units while they are gathered."""

    options: GatherOptions
    units: dict[str, Unit] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    rows: int = 0

    def add(self, unit: Unit) -> None:
        if unit.id in self.units:
            self.left_out[TWICE] += 1
        else:
            self.units[unit.id] = unit

    def wants(self, lang: str) -> bool:
        return self.options.langs is None or lang in self.options.langs


def gather(task: Task, table: Path, options: GatherOptions) -> Gathered:
    """The units of `table`: a table of items or a run with items, a table of rules, a run with free answers, or files
    of texts, as the task says.

    Raises `InputError` where the table is another one, a run is not finished (its answers are then no random part), or
    nothing can be shown.
    """
    readers = {
        TaskTable.ITEMS: _items,
        TaskTable.RULES: _rules,
        TaskTable.FREE: _free,
        TaskTable.TEXTS: _texts,
    }
    found = readers[task.table](task, table, options)
    if not found.units:
        reasons = Counter(found.left_out).most_common(1)
        why = reasons[0][0] if reasons else "no row in these languages"
        raise InputError("nothing in it can be shown", file=table, mend=why)
    return found


def draw(units: Sequence[Unit], n: int, seed: int) -> list[Unit]:
    """`n` of the units, as many of each stratum as of any other, as far as it has them; within it each is as likely,
    and `inclusion` says how likely. The same seed draws the same units, and more of them for a larger n."""
    strata: dict[str, list[Unit]] = {}
    for unit in units:
        strata.setdefault(unit.stratum, []).append(unit)
    names = sorted(strata)
    shares = shared_out(n, [len(strata[name]) for name in names])
    drawn = []
    for name, share in zip(names, shares, strict=True):
        ordered = sorted(strata[name], key=lambda unit: (uniform(seed, "unit", unit.id), unit.id))
        drawn += [replace(unit, inclusion=share / len(ordered)) for unit in ordered[:share]]
    return drawn


def checks_of(task: Task, langs: Iterable[str]) -> list[Unit]:
    """The task's attention checks in the languages of the units; English ones where it has none of a language."""
    wanted = {_own(lang) for lang in langs}
    there = {check.lang for check in task.checks}
    spoken = {lang if lang in there else "en" for lang in wanted}
    made = [
        make_unit(
            subject=f"check-{number}",
            lang=check.lang,
            text=check.text,
            title=check.title,
            context=check.context,
            options=check.options,
            stratum="check",
            expected=check.expected,
        )
        for number, check in enumerate(task.checks, 1)
        if check.lang in spoken
    ]
    return [replace(unit, expected=task.value_of(str(unit.expected), unit)) for unit in made]


def _own(lang: str) -> str:
    return "zh" if lang.lower().startswith("zh") else lang


def _found(pool: _Pool, items: Iterable[Item] = (), folder: Path | None = None) -> Gathered:
    return Gathered(tuple(pool.units.values()), dict(pool.left_out), pool.rows, tuple(items), folder)


# -- items ------------------------------------------------------------------------------------------------------------


def _items(task: Task, table: Path, options: GatherOptions) -> Gathered:
    pool, shown, frameworks = _Pool(options), [], dict[str, Framework | None]()
    run = table / "items"
    for item in read_items(run if run.is_dir() and (table / "run.yaml").exists() else table):
        pool.rows += 1
        if not pool.wants(item.lang):
            continue
        if task.source == "options" and len(item.options) < 2:
            pool.left_out[TOO_FEW_OPTIONS] += 1
            continue
        shown.append(item)
        pool.add(
            make_unit(
                subject=item.id,
                lang=item.lang,
                text=item.prompt,
                title=item.meta.get(f"theme_{_own(item.lang)}", ""),
                context=_meant(item, _framework(item.framework, options, frameworks))
                if task.kind is TaskKind.CHECK
                else "",
                options=tuple(option.text for option in item.options),
                clusters=item.clusters,
                stratum=item.lang,
            )
        )
    there = {unit.subject for unit in pool.units.values()}
    return _found(pool, (item for item in shown if item.id in there))


def _meant(item: Item, framework: Framework | None) -> str:
    """Which rule each side was written for: its words where the item keeps them, else what the side expresses."""
    lines = []
    for number, name in ((0, "rule_a"), (1, "rule_b")):
        if number >= len(item.options):
            break
        targets = [each for each in item.options[number].expresses if each.kind is ExpressionKind.VALUE]
        expressed = ", ".join(_named(each.target, framework, item.lang) for each in targets if each.polarity > 0)
        lines.append(f"{number + 1}: {item.meta.get(name) or expressed}".rstrip())
    return "\n".join(line for line in lines if not line.endswith(":"))


# -- rules ------------------------------------------------------------------------------------------------------------


def _rules(task: Task, table: Path, options: GatherOptions) -> Gathered:
    pool = _Pool(options)
    frameworks: dict[str, Framework | None] = {}
    for rule in read_rows(table, Rule):
        pool.rows += 1
        if pool.wants(rule.lang):
            for unit in _of_rule(task, rule, _framework(rule.framework, options, frameworks), pool):
                pool.add(unit)
    return _found(pool)


def _framework(name: str | None, options: GatherOptions, known: dict[str, Framework | None]) -> Framework | None:
    """The framework that a row names, None where it is neither given nor shipped."""
    if name is None or (options.framework is not None and options.framework.id == name):
        return options.framework
    if name not in known:
        try:
            known[name] = load_framework(name)
        except InputError:
            known[name] = None
    return known[name]


def _of_rule(task: Task, rule: Rule, framework: Framework | None, pool: _Pool) -> Iterator[Unit]:
    names = [_named(value, framework, rule.lang) for value in rule.values]
    if task.kind is TaskKind.STANCE:
        shown = names if pool.options.about is None else [pool.options.about]
        if not shown:
            pool.left_out[NO_VALUE] += 1
    elif task.kind is TaskKind.RULE:
        title = "" if framework is None else framework.names.get(_own(rule.lang)) or framework.id
        shown = [": ".join(part for part in (title, ", ".join(names)) if part)]
    else:
        shown = [""]
    for context in shown:
        yield make_unit(
            subject=rule.id,
            lang=rule.lang,
            text=rule.text,
            context=context,
            clusters=(rule.text_id or rule.id,),
            stratum=rule.lang,
        )


def _named(value: str, framework: Framework | None, lang: str) -> str:
    return framework.name(value, _own(lang)) if framework is not None and value in framework else value


# -- free answers -----------------------------------------------------------------------------------------------------


def _free(task: Task, table: Path, options: GatherOptions) -> Gathered:
    run = open_free_run(table)
    if run.missing > 0:
        what, mend = "{n} presentations are not answered", "finish it with `axiometer measure`"
        raise InputError(what, file=table, mend=mend, n=run.missing)
    items = {item.id: item for item in read_rows(table / "items", Item)}
    pool = _Pool(options)
    outcomes = {str(outcome) for outcome in (_JUDGED if task.kind is TaskKind.JUDGE else (Outcome.CHOSEN,))}
    wanted = run.answers.select("id", "item", "lang", "model", "outcome", "text").sort("id")
    for subject, name, lang, model, outcome, text in wanted.iter_rows():
        pool.rows += 1
        if not pool.wants(lang):
            continue
        item, read = items[name], str(outcome) in outcomes
        if not read or (task.source == "options" and len(sides_of(item)) < 2):
            pool.left_out[TOO_FEW_OPTIONS if read else NOT_READ] += 1
            continue
        sides = sides_of(item)
        pool.add(
            make_unit(
                subject=subject,
                lang=lang,
                text=text,
                context=item.prompt,
                options=tuple(option.text for option in item.options) if task.source == "options" else (),
                hidden=tuple(n for n in range(len(item.options)) if n not in sides) if task.source == "options" else (),
                clusters=item.clusters or (item.id,),
                stratum=f"{lang}/{model}",
            )
        )
    return _found(pool, folder=table)


# -- texts ------------------------------------------------------------------------------------------------------------


def _texts(task: Task, table: Path, options: GatherOptions) -> Gathered:
    if task.kind is TaskKind.STANCE and options.about is None:
        raise InputError("what are the texts to be for or against?", mend="--about WORDS")
    pool = _Pool(options)
    for file in check_sources([table], options, rules_apart=False).files:
        for row in file.rows():
            if options.limit is not None and pool.rows >= options.limit:
                break
            pool.rows += 1
            text = "" if row.problem or row.text is None else clean(row.text)
            if not text.strip():
                pool.left_out[row.problem or NO_TEXT] += 1
                continue
            lang = row.fields.get("lang") or language_of_question(text)
            if pool.wants(lang):
                subject = row.fields.get("meta.id") or content_id("text", lang, text)
                pool.add(
                    make_unit(
                        subject=subject,
                        lang=lang,
                        text=text,
                        context=options.about or "",
                        clusters=(row.fields.get("meta.document") or subject,),
                        stratum=lang,
                    )
                )
    return _found(pool)
