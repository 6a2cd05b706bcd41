"""One item with everything that was said of it, found by its number in the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from axiometer.measure.labels import FREE
from axiometer.records.rows import Item
from axiometer.records.schemas import schema_of, to_rows
from axiometer.records.tables import read_slice, scan
from axiometer.web.explorer.index import RunIndex
from axiometer.web.explorer.places import is_plain_file


@dataclass(frozen=True, slots=True)
class Presented:
    """One presentation. `said`: the respondent's own words; `verdict`: a judge's on them, where there is a judge.
    `option` is the place among the item's options of the one chosen, `shown` of the one put forward; -1 for none."""

    model: int
    name: str
    seq: int
    lang: str
    mode: str
    order: tuple[int, ...]
    wording: str
    repeat: int
    outcome: str
    option: int
    shown: int
    negated: bool
    letter: str
    stance: int
    probabilities: tuple[float, ...]
    reason: str
    said: str
    reasoning: str
    verdict: str
    prompt_hash: str
    call: str
    served: str


def number_of(index: RunIndex, id_: str) -> int | None:
    """The number of the item with this id; None where the run has none."""
    found = scan(index.items).filter(pl.col("id") == id_).select("number").collect(engine="streaming")
    return int(found.item(0, 0)) if found.height else None


def items_at(index: RunIndex, numbers: Sequence[int]) -> list[Item]:
    """The items with these numbers, in their order. Of each file only what lies between the first and the last of them
    in it is read."""
    places = scan(index.items).filter(pl.col("number").is_in(list(numbers))).collect(engine="streaming")
    found: dict[int, Item] = {}
    wanted = list(schema_of(Item))
    for (file,), rows in places.group_by("file", maintain_order=True):
        numbered = dict(zip(rows["row"].to_list(), rows["number"].to_list(), strict=True))
        first, last = min(numbered), max(numbered)
        part = read_slice(index.sources.items[int(str(file))], first, last - first + 1, wanted)
        kept = part[[row - first for row in numbered]]
        found |= dict(zip(numbered.values(), to_rows(kept, Item), strict=True))
    return [found[number] for number in numbers if number in found]


def presentations(index: RunIndex, number: int) -> list[Presented]:
    """All that was said of an item, by respondent and in the order in which it was put."""
    found = []
    for respondent in index.sources.respondents:
        if not index.has_said(respondent.number):
            continue
        rows = scan(index.said(respondent.number)).filter(pl.col("number") == number).select("file", "row").collect()
        for file, row in rows.iter_rows():
            path = respondent.files[file]
            answer = read_slice(path, row, 1).to_dicts()[0]
            free = _free_answer(index, path.name, answer)
            found.append(_presented(respondent.number, answer, free))
    return found


def _free_answer(index: RunIndex, part: str, answer: dict[str, object]) -> dict[str, object] | None:
    """The free answer that a verdict is about: it stands in the part of the same name."""
    parents = answer.get("parent_ids")
    file = index.sources.folder / FREE / part
    if index.sources.free or not isinstance(parents, list) or len(parents) < 2 or not is_plain_file(file):
        return None
    try:
        found = scan(file).filter(pl.col("id") == str(parents[1])).select("text", "reasoning").collect().to_dicts()
    except (pl.exceptions.PolarsError, OSError):
        return None  # a damaged file of free answers: the verdicts are there all the same
    return found[0] if found else None


def _presented(model: int, row: dict[str, object], free: dict[str, object] | None) -> Presented:
    raw = str(row.get("raw") or row.get("text") or "")
    spoken = row if free is None else free
    return Presented(
        model=model,
        name=str(row["model"]),
        seq=_number(row.get("seq"), 0),
        lang=str(row.get("lang") or ""),
        mode=str(row.get("mode") or ""),
        order=tuple(_number(place, 0) for place in _list(row.get("order"))),
        wording=str(row.get("wording") or ""),
        repeat=_number(row.get("repeat"), 0),
        outcome=str(row.get("outcome") or ""),
        option=_number(row.get("option")),
        shown=_number(row.get("shown")),
        negated=bool(row.get("negated")),
        letter=str(row.get("letter") or ""),
        stance=_number(row.get("stance"), 0),
        probabilities=tuple(float(str(part)) for part in _list(row.get("probabilities")) if part is not None),
        reason=str(row.get("reason") or ""),
        said=raw if free is None else str(free["text"] or ""),
        reasoning=str(spoken.get("reasoning") or ""),
        verdict="" if free is None else raw,
        prompt_hash=str(row.get("prompt_hash") or ""),
        call=str(row.get("call") or ""),
        served=str(row.get("served_model") or ""),
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _number(value: object, absent: int = -1) -> int:
    return value if isinstance(value, int) else absent
