"""What came of every scene that was wanted: kept, or lost with a reason. Scenes that are alike stay: that they are is a
result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from axiometer.build.corpus.steps.rule_texts import RECITED, recited
from axiometer.build.dilemmas.filters import SHORT_SCENE, UNSPACED, length, shared_run
from axiometer.build.scenes.options import SIFT
from axiometer.build.scenes.rows import SceneList, WrittenScene, by_place, make_generated
from axiometer.build.scenes.writing import own_words
from axiometer.frameworks.labels import normalise
from axiometer.measure.asking.answers import EMPTY, REFUSED, refuses, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.records.corpus_rows import GeneratedScene
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status

MISSING = "missing from a list that was too short"
REPEATED = "the same words as another scene of its list"

_VERSION = 1
_LEAST = 40  # letters, as `length` counts them: less tells of nobody and nothing
_FATES = ["id", "status", "reason", "error", "note"]
_UNSPACED = re.compile(f"[{UNSPACED}]")


def sift_scenes(requests: StageFolder, written: StageFolder, output: StageFolder, model: str) -> None:
    """Sifts every part that is not sifted yet or was written otherwise. model: who wrote."""
    for name in set(output.names()) - set(written.names()):
        output.remove(name)
    for part in written.parts():
        calls = written.fates_of(part.name, _FATES)
        lists = requests.part(part.name)
        assert lists is not None, f"{part.name}: lists that nobody asked for"
        signature = content_id(SIFT, _VERSION, model, lists.digest, part.digest, [list(row) for row in calls.rows()])
        there = output.part(part.name)
        if there is not None and there.signature == signature:
            continue
        asked = list(to_rows(requests.rows_of(part.name), SceneList))
        found = by_place(list(to_rows(written.rows_of(part.name), WrittenScene)))
        ends = {row["id"]: row for row in calls.iter_rows(named=True)}
        kept: list[GeneratedScene] = []
        fates: list[Fate] = []
        for each in asked:
            for fate, scene in sifted(each, ends[each.id], found.get(each.id, {}), model):
                fates.append(fate)
                kept.extend([] if scene is None else [scene])
        extra = {"surplus": str(sum(place > each.count for each in asked for place in found.get(each.id, {})))}
        output.write(part.name, to_frame(kept, GeneratedScene), fates, signature, extra)


def sifted(
    asked: SceneList, call: Mapping[str, str | None], written: Mapping[int, WrittenScene], model: str
) -> Iterator[tuple[Fate, GeneratedScene | None]]:
    """The fate of every scene that a list was to hold, with the scene where it is kept. call: the fate of the call."""
    said: set[str] = set()
    for place in range(1, asked.count + 1):
        wanted, note = asked.wanted(place), f"{asked.value}, {asked.condition}, {asked.first + place - 1}"
        if call["status"] != Status.KEPT:
            fate = Fate(wanted, Status(str(call["status"])), call["reason"], call["error"], note=note)
            yield fate, None
            continue
        scene = written.get(place)
        reason = MISSING if scene is None else lost(scene.text, asked.lang, said)
        if scene is None or reason is not None:
            raw = None if scene is None else shortened(scene.text)
            yield Fate(wanted, Status.DROPPED, reason, note=note, raw=raw), None
            continue
        said.add(normalise(scene.text))
        quotes = shared_run(asked.rule_text, scene.text) if asked.rule_text else None
        named = names(scene.text, asked.name)
        made = make_generated(asked, scene, model, quotes=quotes, names_value=named)
        yield Fate(wanted, Status.KEPT, note=note, outputs=(made.id,)), made


def lost(text: str, lang: str, said: set[str]) -> str | None:
    """Why a scene is none, or None. said: the normalised scenes that stand before it in its list."""
    plain = normalise(text)
    if not plain:
        return EMPTY
    if refuses(text, prompt_language(lang)):
        return REFUSED
    if recited(plain, own_words(lang)):
        return RECITED
    if length(text) < _LEAST:
        return SHORT_SCENE
    return REPEATED if plain in said else None


def names(text: str, name: str) -> bool:
    """Whether a scene says the name of its value: as whole words, or anywhere in a script without blanks."""
    if _UNSPACED.search(name):
        return name in text
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None
