"""Every scene that is wanted is accounted for: what the simulated writer plants comes back, scene by scene."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from axiometer.build.dilemmas.filters import shared_run
from axiometer.build.scenes import sifting
from axiometer.build.scenes.options import SIFT, WRITE
from axiometer.build.scenes.rows import SceneList
from axiometer.build.scenes.status import status
from axiometer.frameworks.labels import normalise
from axiometer.models.writer_profile import Scenes
from axiometer.models.writer_scenes import (
    ListFault,
    PlaceFault,
    planted_fault,
    planted_list,
    planted_pattern,
    scene_words,
)
from axiometer.records.corpus_rows import GeneratedScene, SceneCondition
from axiometer.records.schemas import to_rows
from axiometer.records.tables import read_rows
from axiometer.runtime.journal import read_entries_of
from axiometer.runtime.stages.rows import Fate

from .conftest import PROFILE, Make, lists_of

FAULTY = PROFILE.model_copy(
    update={"scenes": Scenes(refused=0.06, lost=0.05, prose=0.08, short=0.2, long=0.2, stock=0.3, repeated=0.04)}
)
LOST = {
    PlaceFault.EMPTY: "empty",
    PlaceFault.DECLINED: "refused",
    PlaceFault.ECHOED: "repeats the instructions",
    PlaceFault.REPEATED: sifting.REPEATED,
}


def expected(asked: SceneList) -> list[str]:
    """What ends each scene of a list, or `kept`."""
    scenes, seed = FAULTY.scenes, FAULTY.seed
    planted = planted_list(scenes, seed, asked.id, asked.count)
    missing = 0 if planted.mended else planted.missing
    whole = {ListFault.REFUSED: "refused", ListFault.LOST: "not JSON"}.get(planted.fault)  # type: ignore[call-overload]
    if whole is not None or missing == asked.count:
        return [whole or "too few scenes"] * asked.count
    ends: list[str] = []
    said: set[str] = set()
    for place in range(1, asked.count - missing + 1):
        fault = planted_fault(scenes, seed, asked.id, place, ruled=asked.rule is not None)
        about = (asked.value, asked.condition, asked.first + place - 1)
        words = scene_words(planted_pattern(scenes, seed, *about, asked.rule), seed, *about, chinese=asked.lang == "zh")
        words += str(fault) if fault in (PlaceFault.QUOTED, PlaceFault.NAMED) else ""
        end = LOST.get(fault, "kept") if fault else "kept"
        if end == "kept":
            end = sifting.REPEATED if normalise(words) in said else "kept"
            said.add(normalise(words))
        ends.append(end)
    return ends + [sifting.MISSING] * missing


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_planted_fault_is_counted_under_its_reason(make: Make, rules: Path, lang: str) -> None:
    summary, folder = make(rules, FAULTY, per_value=60, batch=7, lang=lang, seed=3)
    lists = lists_of(folder)
    for account in summary.conditions:
        ends = Counter(end for each in lists if each.condition == account.condition for end in expected(each))
        assert account.wanted == ends.total() == 12 * 60
        assert account.scenes == ends.pop("kept") and dict(account.lost) == dict(ends)
    lost = {reason for each in summary.conditions for reason in each.lost}
    assert {"refused", "not JSON", "empty", "repeats the instructions", sifting.MISSING, sifting.REPEATED} <= lost
    faulty = [planted_list(FAULTY.scenes, FAULTY.seed, each.id, each.count) for each in lists]
    answered = [each for each in faulty if each.fault not in (ListFault.REFUSED, ListFault.LOST)]
    assert sum(each.surplus for each in summary.conditions) == sum(each.surplus for each in answered)
    write, sift = status(folder.path)
    assert (write.account.rows, sift.account.rows) == (len(lists), summary.wanted) and write.waiting == 0
    asked_again = sum(each.fault in (ListFault.PROSE, ListFault.LOST) or each.missing > 0 for each in answered)
    lost_lists = sum(each.fault is ListFault.LOST for each in faulty)
    assert write.account.repaired == asked_again + lost_lists
    rejects = pl.read_csv(folder.rejects)
    assert rejects.filter(pl.col("step") == SIFT).height == summary.wanted - summary.scenes
    assert rejects.filter(pl.col("step") == WRITE)["raw"].drop_nulls().len() == lost_lists


def test_both_conditions_have_every_number_once_and_rules_have_equal_shares(make: Make, rules: Path) -> None:
    sound = PROFILE.without_faults().model_copy(update={"scenes": Scenes(stock=0, stock_with_rules=0).without_faults()})
    summary, folder = make(rules, sound, per_value=33, rules_per_value=3, values="freedom,harmony,patriotism")
    scenes = list(read_rows(folder.scenes, GeneratedScene))
    assert summary.scenes == summary.wanted == len(scenes) == 3 * 2 * 33
    numbers: dict[tuple[str, str], list[int]] = {}
    for scene in scenes:
        numbers.setdefault((scene.value, scene.condition), []).append(scene.number)
    assert len(numbers) == 6 and all(found == list(range(1, 34)) for found in numbers.values())
    ruled = [scene for scene in scenes if scene.condition == SceneCondition.WITH_RULES]
    assert set(Counter((scene.value, scene.rule) for scene in ruled).values()) == {11}
    assert all(scene.parent_ids[1] == scene.rule for scene in ruled)
    assert all(scene.rule is None and len(scene.parent_ids) == 1 for scene in scenes if scene not in ruled)
    assert [each.rules for each in summary.values] == [3, 3, 3] and not summary.unruled


def test_scenes_that_quote_their_rule_or_name_their_value_stay_and_say_so(make: Make, rules: Path) -> None:
    scenes = Scenes(quoted=0.3, named=0.3).without_faults().model_copy(update={"quoted": 0.3, "named": 0.3})
    summary, folder = make(rules, PROFILE.model_copy(update={"scenes": scenes}), per_value=20, lang="zh")
    table = list(read_rows(folder.scenes, GeneratedScene))
    words = {each.rule: each.rule_text for each in lists_of(folder) if each.rule}
    quoting = [scene for scene in table if scene.quotes is not None]
    for scene in quoting:
        assert scene.rule is not None and scene.quotes == shared_run(words[scene.rule], scene.text)
    naming = [scene for scene in table if scene.names_value]
    names = {each.value: each.name for each in lists_of(folder)}
    assert naming and all(names[scene.value] in scene.text for scene in naming)
    without, ruled = summary.conditions
    assert (without.quoting, ruled.quoting) == (0, len(quoting)) and ruled.quoting > 20
    assert without.naming + ruled.naming == len(naming)


def test_a_scene_leads_to_its_call(make: Make, rules: Path) -> None:
    _, folder = make(rules, per_value=20, values="freedom")
    for scene in read_rows(folder.scenes, GeneratedScene):
        fates = pl.concat([folder.stage(WRITE).fates_of(name) for name in folder.stage(WRITE).names()])
        keys = fates.filter(pl.col("id") == scene.parent_ids[0])["calls"].item().to_list()
        answer = read_entries_of(folder.path / "journal", keys[-1:])[keys[-1]]
        said = json.loads(json.loads(answer.raw)["text"])["scenes"]
        assert scene.text in said


def test_more_scenes_or_other_values_in_the_same_folder_use_the_answers_that_are_there(make: Make, rules: Path) -> None:
    few, folder = make(rules, per_value=50, values="freedom,harmony")
    kept = {scene.id for scene in read_rows(folder.scenes, GeneratedScene)}
    more, _ = make(rules, per_value=100, values="freedom,harmony")
    assert few.calls > 0 and more.hits >= 20 and more.calls < few.calls * 1.5
    assert kept <= {scene.id for scene in read_rows(folder.scenes, GeneratedScene)}
    other, _ = make(rules, per_value=100, values="harmony,justice")
    assert [each.value for each in other.values] == ["harmony", "justice"]
    again, _ = make(rules, per_value=100, values="freedom,harmony")
    assert again.calls == 0 and again.scenes == more.scenes
    stages = folder.stage(SIFT).names()
    assert len(stages) == 4 == len(folder.stage(WRITE).names())


def test_a_part_is_sifted_anew_where_its_calls_ended_otherwise(make: Make, tmp_path: Path) -> None:
    summary, folder = make(per_value=30, values="freedom")
    written, sifted = folder.stage(WRITE), folder.stage(SIFT)
    (name,) = sifted.names()
    before = sifted.part(name)
    assert before is not None and before.account.kept == summary.scenes
    fates = pl.read_parquet(written.fates_file(name))
    part = written.part(name)
    assert part is not None

    changed = [replace(fate, note="said otherwise") for fate in to_rows(fates, Fate)]
    written.write(name, written.rows_of(name), changed, part.signature)
    sifting.sift_scenes(folder.stage("requests"), written, sifted, summary.model)
    after = sifted.part(name)
    assert after is not None and after.signature != before.signature and after.digest == before.digest
