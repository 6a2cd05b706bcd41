"""Every scene that is wanted is accounted for: what the simulated writer plants comes back, step by step."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from axiometer.annotate.tasks import load_task
from axiometer.build.dilemmas import checking, filters
from axiometer.build.dilemmas.checked import LABELS
from axiometer.build.dilemmas.filtering import NEAR_DUPLICATE
from axiometer.build.dilemmas.options import ALIKE, ALIKE_FROM, REQUESTS, STEPS, DilemmaOptions, DilemmasFolder
from axiometer.build.dilemmas.pipeline import run_dilemmas
from axiometer.build.dilemmas.plan import plan_dilemmas
from axiometer.build.dilemmas.publish import DilemmasSummary
from axiometer.build.dilemmas.rows import Scene, SceneRequest
from axiometer.build.dilemmas.status import status
from axiometer.models.simulated_writer import SimulatedWriter, load_writer
from axiometer.models.writer_dilemmas import CHECK, WRITE, SceneFault, Telling, planted_scene, telling
from axiometer.models.writer_profile import WriterProfile
from axiometer.records.corpus_rows import RulePair
from axiometer.records.importers.starter import starter_rules
from axiometer.records.rows import Item
from axiometer.records.schemas import to_rows
from axiometer.records.tables import read_items, read_rows, write_rows
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.runners import open_runner

PROFILE = load_writer("rulewriter")
SEEN_BY_CHECK = {
    SceneFault.TURNED: checking.TURNED_ROUND,
    SceneFault.MISFIT: checking.NO_FIT,
    SceneFault.COMPATIBLE: checking.NOT_EXCLUSIVE,
    SceneFault.IMPOSSIBLE: checking.NOT_POSSIBLE,
    SceneFault.UNREALISTIC: checking.NOT_REALISTIC,
    SceneFault.NAMED_RIGHT: checking.NAMED_RIGHT,
    SceneFault.UNEVEN: checking.UNEVEN,
    SceneFault.THIRD: checking.NOT_IRRELEVANT,
}
SEEN_BY_FILTER = {
    SceneFault.LONG_SIDE: filters.UNEVEN_LENGTH,
    SceneFault.JUDGING: filters.JUDGING_WORD,
    SceneFault.QUOTED: filters.QUOTED_RULE,
    SceneFault.SAME: filters.SAME_OPTIONS,
}


def pairs(count: int) -> list[RulePair]:
    """Pairs of starter rules in both languages by turns."""
    rules, found = list(starter_rules().values()), []
    for number in range(count):
        lang = ("en", "zh")[number % 2]
        one = rules[number % len(rules)]
        other = rules[(number * 7 + 1 + number // len(rules)) % len(rules)]
        if one.id != other.id:
            texts = (one.texts[lang], other.texts[lang])
            ids = (f"{lang}-{one.id}", f"{lang}-{other.id}")
            values = ((one.value,), (other.value,))
            framework = "core-socialist-values"
            found.append(RulePair(f"p{number}", ids, lang, *ids, *texts, *values, framework, 0.5, kind="tension"))
    return found


def make(
    folder: Path, count: int, profile: WriterProfile = PROFILE, **options: object
) -> tuple[DilemmasSummary, DilemmasFolder]:
    write_rows(pairs(count), RulePair, folder / "pairs.parquet")
    wanted = DilemmaOptions.of(**options)  # type: ignore[arg-type]
    plan = plan_dilemmas(folder / "pairs.parquet", wanted, Respondent(SimulatedWriter(profile)))
    with open_runner("local", processes=1) as runner:
        summary = run_dilemmas(plan, folder / "items", folder / "cache", runner)
    return summary, DilemmasFolder(folder / "items")


def expected(request: SceneRequest) -> str:
    """What ends the scene, or `item`; copies are told apart by the test."""
    for step in (WRITE, CHECK):
        told = telling(PROFILE.dilemmas, PROFILE.seed, step, request.id)
        if told is Telling.REFUSED:
            return "refused"
        if told is Telling.LOST:
            return "not JSON"
        planted = planted_scene(PROFILE.dilemmas, PROFILE.seed, request.id)
        if step == CHECK and planted.alarmed:
            return checking.NOT_REALISTIC
        if step == CHECK and planted.fault in SEEN_BY_CHECK and not planted.overlooked:
            return SEEN_BY_CHECK[planted.fault]
    if planted.fault in SEEN_BY_FILTER:
        return SEEN_BY_FILTER[planted.fault]
    return "copy" if planted.fault is SceneFault.COPIED else "item"


def test_every_planted_fault_is_found_where_it_can_be_found(tmp_path: Path) -> None:
    summary, folder = make(tmp_path, 600)
    requests = [
        row
        for part in folder.stage(REQUESTS).parts()
        for row in to_rows(folder.stage(REQUESTS).rows_of(part.name), SceneRequest)
    ]
    wanted = Counter(expected(request) for request in requests)
    copies = wanted.pop("copy")
    assert summary.scenes == len(requests) and summary.items + sum(summary.lost.values()) == summary.scenes
    duplicates = summary.lost[NEAR_DUPLICATE]
    # Copies repeat three scenes in each of two languages; of each the first stays. Words of sound scenes are drawn,
    # so a few may be near-duplicates by chance.
    assert copies - 6 <= duplicates <= copies + 6 and copies > 10
    assert {key: n for key, n in summary.lost.items() if key != NEAR_DUPLICATE} == {
        reason: n for reason, n in wanted.items() if reason != "item"
    }
    assert set(SEEN_BY_FILTER.values()) | set(SEEN_BY_CHECK.values()) <= summary.lost.keys()
    before = summary.scenes
    for name, each in zip(STEPS, status(folder.path), strict=True):
        assert each.step == name and each.account.rows == before and each.waiting == 0
        before = each.account.kept
    shown = {item.id: item for item in read_items(folder.checked_items.parent)}
    found = dict(pl.read_csv(folder.checked_labels).select("subject", "value").iter_rows())
    assert found.keys() == shown.keys() >= {item.id for item in read_items(folder.path)}
    gravest = Counter(value if value == "none" else "found" for value in found.values())
    dropped = sum(summary.lost.get(reason, 0) for reason in SEEN_BY_CHECK.values())
    assert gravest == {
        "none": sum(step.account.kept for step in status(folder.path) if step.step == "check"),
        "found": dropped,
    }
    assert {label for value in found.values() for label in value.split(",")} == {"none", *LABELS.values()}
    assert all("," not in label and ": " not in problem and "; " not in problem for problem, label in LABELS.items())
    assert set(LABELS.values()) <= set(load_task("check").label_ids) and LABELS.keys() == set(SEEN_BY_CHECK.values())


def test_an_item_s_options_express_the_rules_that_they_were_written_for(tmp_path: Path) -> None:
    sound = PROFILE.without_faults()
    summary, folder = make(tmp_path, 60, sound, scenes=2, alike=1.0)
    scenes = {
        row.id: row
        for part in folder.stage(ALIKE).parts()
        for row in to_rows(folder.stage(ALIKE).rows_of(part.name), Scene)
    }
    by_pair = {pair.id: pair for pair in pairs(60)}
    items = read_items(folder.items)
    assert summary.items == len(items) == 2 * len(by_pair) and summary.pairs_with_items == len(by_pair)
    for item in items:
        pair, scene = by_pair[item.meta["pair"]], scenes[item.parent_ids[0]]
        assert [option.text for option in item.options] == [scene.side_a, scene.side_b, scene.irrelevant]
        targets = [[each.target for each in option.expresses] for option in item.options]
        assert targets == [[*pair.values_a, pair.rule_a], [*pair.values_b, pair.rule_b], []]
        assert item.clusters == (pair.rule_a, pair.rule_b) and item.lang == pair.lang


def test_more_scenes_or_pairs_in_the_same_folder_use_what_is_there(tmp_path: Path) -> None:
    few, folder = make(tmp_path, 80, limit=30)
    kept = set(read_rows_ids(folder))
    more, _ = make(tmp_path, 80, limit=30, scenes=2)
    assert few.calls > 0 and kept <= set(read_rows_ids(folder)) and more.scenes == 60
    assert 0 < more.calls <= few.calls * 1.5
    all_pairs, _ = make(tmp_path, 80, limit=50)
    assert all_pairs.hits > 0 and all_pairs.scenes == 50
    again, _ = make(tmp_path, 80, limit=50)
    assert again.calls == 0 and again.items == all_pairs.items


def read_rows_ids(folder: DilemmasFolder) -> list[str]:
    return [item.id for item in read_rows(folder.items, Item)]


def test_filters_can_be_chosen_anew_without_asking_anything(tmp_path: Path) -> None:
    usual, _ = make(tmp_path, 80)
    assert usual.lost[filters.UNEVEN_LENGTH] > 0
    loose, _ = make(tmp_path, 80, balance=100.0)
    assert loose.calls == 0 and filters.UNEVEN_LENGTH not in loose.lost
    strict, _ = make(tmp_path, 80, alike=0.6)
    assert strict.calls == 0 and strict.items < usual.items
    assert strict.lost[NEAR_DUPLICATE] > usual.lost.get(NEAR_DUPLICATE, 0)


def test_shares_of_more_than_all_scenes_cannot_be_planted() -> None:
    with pytest.raises(ValueError, match="at most 1 together"):
        type(PROFILE.dilemmas)(turned=0.9, misfit=0.9)
    assert DilemmaOptions.of().alike == ALIKE_FROM
