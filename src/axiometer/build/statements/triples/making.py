"""Checked triples become the table of items, with the blind baselines beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.build.statements.triples.blind import StyleReport, style_report
from axiometer.build.statements.triples.contradiction import CONTRADICTS, contradictions_in
from axiometer.build.statements.triples.items import triple_items
from axiometer.build.statements.triples.rows import WORDED, Form
from axiometer.build.work.large_tables import write_frames
from axiometer.errors import InputError
from axiometer.records.corpus_rows import Statement, Triple
from axiometer.records.rows import Item
from axiometer.records.schemas import schema_of, to_frame, to_rows
from axiometer.records.tables import write_parquet
from axiometer.runtime.stages.parts import StageFolder

ALL_FORMS: Final = "all"
TRIPLES: Final = "triples.parquet"
STYLE: Final = "style.parquet"
ACCURACY: Final = "style_accuracy.parquet"
_ACCURACY: Final = pl.Schema(
    {
        "lang": pl.String(),
        "form": pl.String(),
        "judge": pl.String(),
        "pairs": pl.Int64(),
        "groups": pl.Int64(),
        "accuracy": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
    }
)


@dataclass(frozen=True, slots=True)
class ItemsSummary:
    """What became of triples: items by form and by position, items left out because another one is equal to them, forms
    that triples lack; of the statements whose style was judged, those that are told in all the forms that are wanted,
    and those that are told as surely the wrong way round; of the triples that a contradiction model weighed, those that
    it confirms."""

    triples: int
    forms: Mapping[str, int]
    positions: Mapping[str, int]
    equal: int
    lacking: Mapping[str, int]
    style: StyleReport
    judged: int
    solved: int
    mistaken: int
    weighed: int
    confirmed: int


def forms_of(said: str) -> tuple[Form, ...]:
    """The forms that a user names (`original`, `paraphrase,twins`, `all`). Raises `InputError` for others."""
    names = [name.strip() for name in said.split(",") if name.strip()]
    if names == [ALL_FORMS]:
        return WORDED
    known = {str(form): form for form in Form}
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise InputError(
            "{form!r} is no form of items",
            mend="known: {known}",
            form=unknown[0] if unknown else said,
            known=", ".join((*known, ALL_FORMS)),
        )
    return tuple(dict.fromkeys(known[name] for name in names))


def make_items(
    checked: StageFolder,
    statements: StageFolder,
    output: Path,
    tables: Path,
    forms: tuple[Form, ...] = (Form.ORIGINAL,),
    *,
    writer: str = "",
    checker: str = "",
    seed: int = 0,
    scored: StageFolder | None = None,
) -> ItemsSummary:
    """Writes the items of all checked triples to `output`, and triples and blind baselines into `tables`.

    checked, statements: parts of the same names. seed: deals out the issue groups to folds. scored: a contradiction
    model's word on triples (`contradiction.weigh_triples`). The baselines look at all forms that the triples have,
    whichever items are wanted.
    """
    triples = [triple for name in checked.names() for triple in to_rows(checked.rows_of(name), Triple)]
    report = style_report(triples, _groups(statements), seed)
    judged = [form for form in forms if form in WORDED] or [Form.ORIGINAL]
    solved = report.solved(judged)
    contradictions = {} if scored is None else contradictions_in(scored)
    _write_triples(triples, contradictions, tables / TRIPLES)
    write_parquet(report.pairs.with_columns(pl.col("statement").is_in(list(solved)).alias("solved")), tables / STYLE)
    rows = [asdict(each) for each in report.accuracies]
    write_parquet(pl.DataFrame(rows, _ACCURACY, orient="row"), tables / ACCURACY)
    counted = _Counted(_Marks(writer, checker, solved, contradictions))
    write_frames(counted.frames(checked, statements, forms), schema_of(Item), output)
    lacking = {str(form): len(triples) - counted.wanted[form] for form in forms if counted.wanted[form] < len(triples)}
    return ItemsSummary(
        triples=len(triples),
        forms={str(form): counted.forms[form] for form in forms},
        positions=dict(sorted(counted.positions.items())),
        equal=counted.equal,
        lacking=lacking,
        style=report,
        judged=report.judged(judged),
        solved=len(solved),
        mistaken=len(report.mistaken(judged)),
        weighed=sum(triple.id in contradictions for triple in triples),
        confirmed=sum(contradictions.get(triple.id, 0.0) >= CONTRADICTS for triple in triples),
    )


def _write_triples(triples: Sequence[Triple], contradictions: Mapping[str, float], path: Path) -> None:
    said = pl.Series("contradiction", [contradictions.get(triple.id) for triple in triples], dtype=pl.Float64())
    write_parquet(to_frame(triples, Triple).with_columns(said), path)


def _groups(statements: StageFolder) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in statements.names():
        rows = statements.rows_of(name, ["id", "issue_group"]).select("id", "issue_group")
        found |= {statement: group or statement for statement, group in rows.iter_rows()}
    return found


@dataclass(frozen=True, slots=True)
class _Marks:
    """What items say beside their sides: who wrote and checked, and what was found of their statement or triple."""

    writer: str
    checker: str
    solved: frozenset[str]
    contradictions: Mapping[str, float]

    def items(self, triple: Triple, statement: Statement, forms: tuple[Form, ...]) -> list[Item]:
        told = statement.id in self.solved
        made = triple_items(triple, statement, forms, writer=self.writer, checker=self.checker, solved=told)
        found = self.contradictions.get(triple.id)
        if found is None:
            return made
        return [replace(item, meta={**item.meta, "contradiction": f"{found:.2f}"}) for item in made]


class _Counted:
    """Items part by part, counted on their way."""

    def __init__(self, marks: _Marks) -> None:
        self.forms: Counter[Form] = Counter()
        self.wanted: Counter[Form] = Counter()
        self.positions: Counter[str] = Counter()
        self.equal = 0
        self._marks = marks
        self._seen: set[str] = set()

    def frames(self, checked: StageFolder, statements: StageFolder, forms: tuple[Form, ...]) -> Iterator[pl.DataFrame]:
        for name in checked.names():
            said = {row.id: row for row in to_rows(statements.rows_of(name), Statement)}
            items: list[Item] = []
            for triple in to_rows(checked.rows_of(name), Triple):
                statement = said[triple.statement]
                for item in self._marks.items(triple, statement, forms):
                    self._take(item, statement, items)
            yield to_frame(items, Item)

    def _take(self, item: Item, statement: Statement, items: list[Item]) -> None:
        form = Form(item.meta["form"])
        self.wanted[form] += 1
        if item.id in self._seen:
            self.equal += 1
            return
        self._seen.add(item.id)
        self.forms[form] += 1
        if form is not Form.ORIGIN and statement.position is not None:
            self.positions[statement.position] += 1
        items.append(item)
