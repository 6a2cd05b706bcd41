"""What a simulated rule writer writes when it is asked for scenes about a value (the step `scene-write`): scenes from
templates of our own, whose diversity, overlap and faults are planted. Pure functions.

A scene is told by its *pattern* (what happens, what is done, who helps) and by details (when, who, asides). Patterns of
a value share its place and its matter; patterns that all values have in common share nothing with any value.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from axiometer.models.draws import uniform, weighted, whole
from axiometer.models.protocols import Request
from axiometer.models.writer_profile import Scenes
from axiometer.models.writer_scenes_words import CHINESE, ENGLISH, Words
from axiometer.records.corpus_rows import SceneCondition

STEP: Final = "scene-write"


class ListFault(StrEnum):
    """What is wrong with a call: declined; words and no list, both times or the first time alone."""

    REFUSED = "refused"
    LOST = "lost"
    PROSE = "prose"


class PlaceFault(StrEnum):
    """What is wrong with one scene of a list."""

    EMPTY = "empty"
    REPEATED = "repeated"
    ECHOED = "echoed"
    DECLINED = "declined"
    QUOTED = "quoted"
    NAMED = "named"


_SOUND: Final = "sound"
_MOST_MISSING: Final = 3
_MOST_SURPLUS: Final = 2


@dataclass(frozen=True, slots=True)
class PlantedPattern:
    """What is planted for a scene. `pattern`: equal for scenes of one pattern; `common`: it is one that all values
    have; `stock`: the scene says what the other stock scenes of its pattern say, in words that hardly differ."""

    pattern: str
    common: bool
    stock: bool


@dataclass(frozen=True, slots=True)
class PlantedList:
    """What is planted for a call. `missing`: scenes that its list lacks (none when asked again, where it is `mended`),
    `surplus`: scenes too many."""

    fault: ListFault | None
    missing: int
    mended: bool
    surplus: int


def planted_pattern(
    scenes: Scenes, seed: int, value: str, condition: str, number: int, rule: str | None = None
) -> PlantedPattern:
    """What is planted for scene `number` (from 1) of a value and condition. `rule`: id of the rule that was shown; each
    has patterns of its own."""
    ruled = condition == SceneCondition.WITH_RULES
    source = (value, condition, number, rule)
    common = uniform(seed, "common", *source) < (scenes.overlap_with_rules if ruled else scenes.overlap)
    pool, size = (rule, scenes.patterns_per_rule) if ruled else (value, scenes.patterns)
    if common:
        pool, size = "common", scenes.patterns
    index = whole(size, seed, "pattern", *source)
    stock = uniform(seed, "stock", *source) < (scenes.stock_with_rules if ruled else scenes.stock)
    return PlantedPattern(f"{pool}/{index}", common, stock)


def planted_list(scenes: Scenes, seed: int, source: str, count: int) -> PlantedList:
    """What is planted for the call of the request with the id `source`, which asks for `count` scenes."""
    shares = {str(fault): float(getattr(scenes, fault)) for fault in ListFault}
    drawn = weighted({**shares, _SOUND: max(0.0, 1.0 - sum(shares.values()))}, seed, "list", source)
    length = uniform(seed, "length", source)
    short, long = length < scenes.short, scenes.short <= length < scenes.short + scenes.long
    return PlantedList(
        fault=None if drawn == _SOUND else ListFault(drawn),
        missing=1 + whole(min(_MOST_MISSING, count), seed, "missing", source) if short else 0,
        mended=short and uniform(seed, "mended", source) < scenes.mended,
        surplus=1 + whole(_MOST_SURPLUS, seed, "surplus", source) if long else 0,
    )


def planted_fault(scenes: Scenes, seed: int, source: str, place: int, *, ruled: bool) -> PlaceFault | None:
    """What is wrong with the scene at a place (from 1) of the list of the request `source`. The first one is sound."""
    if place == 1:
        return None
    shares = {str(fault): float(getattr(scenes, fault)) for fault in PlaceFault}
    drawn = weighted({**shares, _SOUND: max(0.0, 1.0 - sum(shares.values()))}, seed, "scene", source, place)
    fault = None if drawn == _SOUND else PlaceFault(drawn)
    return None if fault is PlaceFault.QUOTED and not ruled else fault


def scene_words(planted: PlantedPattern, seed: int, value: str, condition: str, number: int, *, chinese: bool) -> str:
    """The scene in words, before any fault."""
    words = CHINESE if chinese else ENGLISH
    own = planted.pattern if planted.common else value
    details = ("stock", planted.pattern) if planted.stock else (value, condition, number)
    scene = words.scene.format(
        place=_drawn(words.places, seed, "place", own),
        matter=_drawn(words.matters, seed, "matter", own),
        helper=_drawn(words.helpers, seed, "helper", planted.pattern),
        event=_drawn(words.events, seed, "event", planted.pattern),
        act=_drawn(words.acts, seed, "act", planted.pattern),
        end=_drawn(words.ends, seed, "end", *details),
        when=_drawn(words.moments, seed, "when", *details),
        who=_drawn(words.people, seed, "who", *details),
        aside=_drawn(words.asides, seed, "aside", *details),
    )
    return scene + words.closings[number % len(words.closings)] if planted.stock else scene


def answer(scenes: Scenes, seed: int, request: Request) -> str:
    """The text with which the writer answers `request.meta`: `step`, `source` (the id of the request), `value` and its
    `value_name`, `condition`, `rule` and `rule_text` (empty: none), `first` (number of the list's first scene),
    `count`, `lang`, `attempt`."""
    meta = request.meta or {}
    source, again = str(meta.get("source", "")), bool(int(str(meta.get("attempt") or 0)))
    count = int(str(meta.get("count") or 1))
    words = CHINESE if str(meta.get("lang") or "en").startswith("zh") else ENGLISH
    planted = planted_list(scenes, seed, source, count)
    if planted.fault is ListFault.REFUSED:
        return words.refusal
    if planted.fault is ListFault.LOST or (planted.fault is ListFault.PROSE and not again):
        return words.prose
    missing = 0 if planted.mended and again else planted.missing
    places = range(1, count - missing + planted.surplus + 1)
    return json.dumps({"scenes": [_told(scenes, seed, request, source, place) for place in places]}, ensure_ascii=False)


def _told(scenes: Scenes, seed: int, request: Request, source: str, place: int) -> str:
    """The scene at a place of the list, with its fault."""
    meta = request.meta or {}
    chinese = str(meta.get("lang") or "en").startswith("zh")
    words: Words = CHINESE if chinese else ENGLISH
    value, condition, rule = str(meta.get("value")), str(meta.get("condition")), str(meta.get("rule") or "") or None
    fault = planted_fault(scenes, seed, source, place, ruled=rule is not None)
    if fault is PlaceFault.EMPTY:
        return ""
    if fault is PlaceFault.DECLINED:
        return words.refusal
    if fault is PlaceFault.ECHOED:
        lines = [line for line in request.messages[0].content.splitlines() if line.strip()]
        return max(lines[: len(lines) // 2], key=len)
    number = int(str(meta.get("first") or 1)) + (0 if fault is PlaceFault.REPEATED else place - 1)
    planted = planted_pattern(scenes, seed, value, condition, number, rule)
    told = scene_words(planted, seed, value, condition, number, chinese=chinese)
    if fault is PlaceFault.QUOTED:
        told += words.quoting.format(rule=meta.get("rule_text"))
    elif fault is PlaceFault.NAMED:
        told += words.naming.format(value=meta.get("value_name"))
    return told


def _drawn(pool: tuple[str, ...], *parts: object) -> str:
    return pool[whole(len(pool), *parts)]
