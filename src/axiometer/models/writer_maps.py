"""What a simulated rule writer says when it is asked which option fits which rule (the step `map-options`): a planted
map, at some items turned round, at some said otherwise in one of the calls. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from axiometer.models.draws import uniform, whole
from axiometer.models.protocols import Request
from axiometer.models.writer_profile import Maps

STEP: Final = "map-options"
WAYS: Final = tuple(permutations(range(3)))
"""(option of the first rule, option of the second, option of neither), as `build.mapping.assignments` has them."""

_PROSE = ("Both rules matter in this scene.", "情境里两条准则都说得通。")
_REFUSED = ("I'm sorry, but I can't help with that.", "抱歉，我无法协助完成这个请求。")
_PLACES = ("plainly", "by what is done", "in this scene", "most of all", "as it stands")


@dataclass(frozen=True, slots=True)
class PlantedMap:
    """What is planted for an item: the way that is said, by call (`None`: this call names no two options)."""

    turned: bool
    said: tuple[int | None, int | None]


def planted_map(maps: Maps, seed: int, item: str, truth: int) -> PlantedMap:
    """What is planted for an item whose way is `truth`."""
    first, second, left = WAYS[truth]
    turned = uniform(seed, "turned", item) < maps.turned
    way = WAYS.index((second, first, left)) if turned else truth
    said: list[int | None] = [way, way]
    if uniform(seed, "swayed", item) < maps.swayed:
        first, second, left = WAYS[way]
        said[whole(2, seed, "swayed by", item)] = WAYS.index((second, first, left))
    if uniform(seed, "unsure", item) < maps.unsure:
        said[whole(2, seed, "unsure at", item)] = None
    return PlantedMap(turned, (said[0], said[1]))


def planted_truth(seed: int, item: str) -> int:
    """The way of an item that nobody knows: drawn, so that what comes of it can be told."""
    return whole(len(WAYS), seed, "way", item)


def answer(maps: Maps, seed: int, request: Request) -> str:
    """The text with which the writer answers `request.meta`: `source` is the item, `number` of the call, `order` of the
    options, `turned` where the second rule stands first, `truth` the item's way (-1: not known), `attempt`."""
    meta = request.meta or {}
    item, number = str(meta.get("source")), int(str(meta.get("number") or 0))
    chinese = str(meta.get("lang") or "en").startswith("zh")
    draw = uniform(seed, "call", item, number)
    if draw < maps.refused:
        return _REFUSED[chinese]
    if not int(str(meta.get("attempt") or 0)) and draw < maps.refused + maps.prose:
        return _PROSE[chinese]
    truth = int(str(meta.get("truth", -1)))
    way = planted_map(maps, seed, item, truth if truth >= 0 else planted_truth(seed, item)).said[number]
    reason = _PLACES[whole(len(_PLACES), seed, "reason", item, number)]
    return json.dumps({"reason": reason, **_named(way, meta)}, ensure_ascii=False)


def _named(way: int | None, meta: Mapping[str, object]) -> dict[str, str]:
    if way is None:
        return {"rule_1": "1", "rule_2": "none"}
    order = meta.get("order")
    assert isinstance(order, Sequence), "the order of the options is part of the request's meta"
    first, second, _ = WAYS[way]
    rules = (second, first) if meta.get("turned") else (first, second)
    places = [str(list(order).index(option) + 1) for option in rules]
    return {"rule_1": places[0], "rule_2": places[1]}
