"""Maps before they are looked for: everything that can be wrong is checked, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axiometer.build.mapping.judging import JudgeMaps
from axiometer.build.mapping.making import check_answers
from axiometer.build.mapping.options import FILE, JUDGE, MapOptions, MappingFolder
from axiometer.build.mapping.people import Said, read_sheet
from axiometer.build.mapping.puzzles import Puzzle, problem_of, puzzle_of, starter_puzzles
from axiometer.build.work.folders import check_writes, settle
from axiometer.build.work.specifications import Asking, has_count, has_steps, noted, steps_asked
from axiometer.errors import InputError
from axiometer.measure.specification import Specification, specification_in
from axiometer.records.ids import content_id
from axiometer.records.rows import Item
from axiometer.records.tables import read_items
from axiometer.runtime.respondent import Respondent

FORMAT = 1
COMMAND = "axiometer build map"


@dataclass(frozen=True, slots=True)
class MapPlan:
    """What `run_mapping` does. items: all of the table (none: a method is measured and nothing mapped); problems: why
    an item cannot be mapped, by its place; puzzles: the others, in order; known: starter dilemmas to measure on;
    said: what people said on the sheet, None without one."""

    path: Path | None
    options: MapOptions
    items: tuple[Item, ...]
    problems: Mapping[int, str]
    puzzles: tuple[Puzzle, ...]
    known: tuple[Puzzle, ...]
    judge: Respondent | None
    said: Mapping[str, Said] | None
    specification: Specification

    @property
    def measures(self) -> bool:
        """Whether the method is measured on items whose maps are known."""
        return bool(self.known)


def plan_mapping(path: Path | None, options: MapOptions, judge: Respondent | None = None) -> MapPlan:
    """Checks items and method. path: a table of items, None where a method is only measured. judge: who is asked, for a
    method `llm/...`. Raises an `AxiometerError` for anything that is wrong."""
    if path is None and not options.calibrate:
        raise InputError("no items", mend="name a table of unmapped items; or --calibrate, to measure a method alone")
    _check_method(options, judge)
    items = () if path is None else tuple(read_items(path))
    problems = {place: problem for place, item in enumerate(items) if (problem := problem_of(item)) is not None}
    puzzles = tuple(puzzle_of(item) for place, item in enumerate(items) if place not in problems)
    if items and not puzzles:
        first = problems[0]
        raise InputError("no item can be mapped; the first: {why}", file=path, why=first)
    if len({puzzle.id for puzzle in puzzles}) < len(puzzles):
        raise InputError("items stand in the table twice", file=path)
    said = None if options.checked is None else read_sheet(options.checked, puzzles)
    if options.answers is not None:
        check_answers(options.answers, [puzzle.id for puzzle in puzzles])
    measured = options.calibrate or not _has_weights(options)
    known = tuple(starter_puzzles()) if measured else ()
    specification = _specify(path, items, options, judge)
    return MapPlan(path, options, items, problems, puzzles, known, judge, said, specification)


def _check_method(options: MapOptions, judge: Respondent | None) -> None:
    if options.kind == "llm":
        assert judge is not None, "a judge is asked through a respondent"
        check_writes(judge)
    elif options.kind == "nli":
        from axiometer.models.contradiction.labels import entailment_label
        from axiometer.models.contradiction.nli import CrossEncoder

        CrossEncoder(options.model, label_of=entailment_label)
    else:
        from axiometer.similarity.embedders import open_embedder

        open_embedder(options.model)


def _has_weights(options: MapOptions) -> bool:
    """Whether weights ship, or come from the answers themselves. Others are measured first: that asks nobody."""
    from axiometer.similarity.embedders import DEFAULT_EMBEDDER

    return options.kind == "llm" or (options.kind == "embedder" and options.model == DEFAULT_EMBEDDER)


def _specify(
    path: Path | None, items: tuple[Item, ...], options: MapOptions, judge: Respondent | None
) -> Specification:
    """From which probability maps are kept, people's sheet, positions and answers can be given anew: nothing is asked
    again."""
    steps: Asking = {} if judge is None else {JUDGE: (JudgeMaps(), judge)}
    asked: dict[str, Any] = {
        "items": {"digest": content_id("items", [item.id for item in items]), "count": len(items)},
        "method": options.method,
        "steps": steps_asked(steps),
        "seed": options.seed,
    }
    return Specification(asked, noted(steps, items_from=None if path is None else str(path)))


def read_mapping(folder: MappingFolder) -> Specification:
    """The specification of what is made in `folder`. Raises `InputError` when there is none or it is damaged."""
    return specification_in(folder.path, FILE, COMMAND, _is_whole, format_=FORMAT)


def _is_whole(asked: Mapping[str, Any], noted: Mapping[str, Any]) -> bool:
    return has_steps(asked, noted) and has_count(asked, "items")


def settle_specification(plan: MapPlan, folder: MappingFolder) -> None:
    """Writes `mapping.yaml`, or checks that the folder holds the same work. Raises `SpecificationChanged`."""
    settle(folder.path, FILE, plan.specification, lambda path: read_mapping(MappingFolder(path)))
