"""A chat model's word on which option fits which rule, as a stage: asked twice about each item, blind to any map.

The second time the rules stand in the other order and the options in the reverse one (models lean towards what they
read first: Zheng et al. 2023, NeurIPS 36). A call says a way where it names two different options.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import numpy as np
import polars as pl
import pydantic

from axiometer.build.mapping.assignments import WAYS, Floats, Integers
from axiometer.build.mapping.options import JUDGE
from axiometer.build.mapping.puzzles import Puzzle
from axiometer.measure.asking.answers import Said, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting
from axiometer.models.draws import uniform
from axiometer.models.protocols import Reply, Request
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Dropped, Fate, Kept, Rejected, Status

STEP: Final = "map-options"
UNSURE: Final = "no two options named"
OF_JUDGE: Final = ("said",)
PART: Final = 2_000  # items

_VERSION: Final = 1
_MOST_TOKENS: Final = 200
_FITS: Final = ("1", "2", "3", "none")
_FORM: Final = '{"reason": "...", "rule_1": "1"/"2"/"3"/"none", "rule_2": "1"/"2"/"3"/"none"}'
_FIT: Final = {"type": "string", "enum": list(_FITS)}
_SCHEMA: Final = object_schema(reason={"type": "string"}, rule_1=_FIT, rule_2=_FIT)
_PROMPTING: Final = MaterialPrompting(STEP, _SCHEMA, _FORM, _MOST_TOKENS)
_WORDS: Final = ("option", "选项", "做法")


@dataclass(frozen=True, slots=True)
class MapQuestion:
    """An item as it is shown once. `order`: the item's own option at each place; `turned`: the second rule stands
    first; `truth`: the item's way where it is known, else -1, for simulated models alone."""

    id: str
    parent_ids: tuple[str, ...]
    item: str
    number: int
    lang: str
    scene: str
    options: tuple[str, ...]
    order: tuple[int, ...]
    first: str
    second: str
    turned: bool
    truth: int


@dataclass(frozen=True, slots=True)
class MapVerdict:
    """What one call said: a way, by its place in `WAYS`."""

    id: str
    parent_ids: tuple[str, ...]
    item: str
    number: int
    way: int
    reason: str


def questions(puzzle: Puzzle, seed: int) -> tuple[MapQuestion, MapQuestion]:
    """Both questions about an item: options in a drawn order and its reverse, rules in a drawn order and the other."""
    order = tuple(sorted(range(3), key=lambda option: uniform(seed, "place", puzzle.id, option)))
    turned = uniform(seed, "turned", puzzle.id) < 0.5
    first = _question(puzzle, 0, order, turned)
    return first, _question(puzzle, 1, order[::-1], not turned)


def _question(puzzle: Puzzle, number: int, order: tuple[int, ...], turned: bool) -> MapQuestion:
    rules = (puzzle.second, puzzle.first) if turned else (puzzle.first, puzzle.second)
    return MapQuestion(
        id=content_id("map-question", puzzle.id, puzzle.first, puzzle.second, order, turned),
        parent_ids=(puzzle.id,),
        item=puzzle.id,
        number=number,
        lang=puzzle.lang,
        scene=puzzle.scene,
        options=tuple(puzzle.options[option] for option in order),
        order=order,
        first=rules[0],
        second=rules[1],
        turned=turned,
        truth=-1 if puzzle.truth is None else puzzle.truth,
    )


def _fit(said: object) -> object:
    if isinstance(said, bool) or said is None:
        return "none" if said is None else said
    word = str(said).strip().strip(".。\"'").lower()
    for prefix in _WORDS:
        word = word.removeprefix(prefix).strip()
    return "none" if word in ("neither", "无", "都不") else word


Fits = Annotated[Literal["1", "2", "3", "none"], pydantic.BeforeValidator(_fit)]


class MapAnswer(pydantic.BaseModel):
    """The form that is asked for; a reason that is missing does not make an answer useless."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    rule_1: Fits
    rule_2: Fits
    reason: Said = ""


@dataclass(frozen=True, slots=True)
class JudgeMaps:
    """The stage: questions in, verdicts out. A call that names no two different options ends there."""

    name: str = JUDGE
    output: type[MapVerdict] = MapVerdict

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **_PROMPTING.fingerprint}

    def render(self, row: MapQuestion) -> Request | Kept[MapVerdict] | Dropped:
        meta = {
            "id": row.id,
            "source": row.item,
            "first": row.first,
            "second": row.second,
            "options": list(row.options),
            "order": list(row.order),
            "number": row.number,
            "turned": row.turned,
            "truth": row.truth,
        }
        return _PROMPTING.request(
            row.lang,
            meta,
            scene=row.scene,
            first=row.first,
            second=row.second,
            option_1=row.options[0],
            option_2=row.options[1],
            option_3=row.options[2],
        )

    def read(self, row: MapQuestion, reply: Reply) -> Kept[MapVerdict] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), MapAnswer)
        if not isinstance(answer, MapAnswer):
            return answer
        reason = shortened(answer.reason)
        said = (answer.rule_2, answer.rule_1) if row.turned else (answer.rule_1, answer.rule_2)
        if "none" in said or said[0] == said[1]:
            return Dropped(UNSURE, reason or None)
        first, second = (row.order[int(place) - 1] for place in said)
        way = WAYS.index((first, second, 3 - first - second))
        verdict = MapVerdict(content_id("map-verdict", row.id, way), (row.id,), row.item, row.number, way, reason)
        return Kept((verdict,), reason or None)

    def repair(self, row: MapQuestion, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return _PROMPTING.repair(row.lang, asked, reply, rejected)


def write_questions(puzzles: Sequence[Puzzle], output: StageFolder, prefix: str, seed: int) -> list[str]:
    """The questions about puzzles, in parts whose names begin with `prefix`; gives the names."""
    names = []
    for start in range(0, len(puzzles), PART):
        name = f"{prefix}-{start // PART:06d}"
        names.append(name)
        rows = [row for puzzle in puzzles[start : start + PART] for row in questions(puzzle, seed)]
        signature = content_id("questions", [row.id for row in rows], [row.truth for row in rows])
        if not output.is_made(name, signature):
            fates = [Fate(row.id, Status.KEPT, outputs=(row.id,)) for row in rows]
            output.write(name, to_frame(rows, MapQuestion), fates, signature)
    return names


def said_of(puzzles: Sequence[Puzzle], verdicts: StageFolder, names: Sequence[str]) -> Integers:
    """Items x 2: the way that each of the two calls said, -1 where it said none."""
    place = {puzzle.id: number for number, puzzle in enumerate(puzzles)}
    found = np.full((len(puzzles), 2), -1, dtype=np.int64)
    for name in names:
        rows: pl.DataFrame = verdicts.rows_of(name, ["item", "number", "way"]).select("item", "number", "way")
        for item, number, way in rows.iter_rows():
            found[place[item], number] = way
    return found


def by_judge(said: Integers) -> Floats:
    """Items x ways x `OF_JUDGE`: how many calls said each way."""
    return np.stack([(said == way).sum(axis=1) for way in range(len(WAYS))], axis=1).astype(np.float64)[:, :, None]
