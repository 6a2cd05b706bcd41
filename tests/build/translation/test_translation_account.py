"""Every translation that is wanted is accounted for: what the simulated writer plants comes back, step by step."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from axiometer.build.translation import choosing, wording
from axiometer.build.translation.checking import SAME_ITEM
from axiometer.build.translation.options import (
    BACK,
    CHECK,
    CHOOSE,
    DISTINCT,
    STEPS,
    TRANSLATE,
    TranslationFolder,
    TranslationOptions,
)
from axiometer.build.translation.pipeline import run_translation
from axiometer.build.translation.plan import plan_translation
from axiometer.build.translation.publish import TranslationSummary
from axiometer.build.translation.rows import CheckedTranslation, TranslationRequest, wanted_translation
from axiometer.build.translation.status import status
from axiometer.models.simulated_writer import SimulatedWriter, load_writer
from axiometer.models.writer_dilemmas import Telling
from axiometer.models.writer_profile import Translations, WriterProfile
from axiometer.models.writer_translation import BACK as BACK_STEP
from axiometer.models.writer_translation import TRANSLATE as TRANSLATE_STEP
from axiometer.models.writer_translation import (
    TranslationFault,
    planted_translation,
    telling,
)
from axiometer.records.importers.starter import starter_items
from axiometer.records.rows import Item, Option
from axiometer.records.schemas import to_rows
from axiometer.records.tables import read_items, write_rows
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.runners import open_runner

SHIPPED = load_writer("rulewriter")
SOUND = SHIPPED.without_faults()
MANY = SHIPPED.model_copy(
    update={
        "translations": Translations(
            **(dict.fromkeys(map(str, TranslationFault), 0.06) | {"mended": 0.0, "refused": 0.05, "lost": 0.05})
        )
    }
)


def make(
    folder: Path, items: list[Item], profile: WriterProfile = SOUND, to: str = "zh", **options: object
) -> tuple[TranslationSummary, TranslationFolder]:
    write_rows(items, Item, folder / "source.parquet")
    wanted = TranslationOptions.of(to=to, **options)  # type: ignore[arg-type]
    plan = plan_translation(folder / "source.parquet", wanted, Respondent(SimulatedWriter(profile)))
    with open_runner("local", processes=1) as runner:
        summary = run_translation(plan, folder / "items", folder / "cache", runner)
    return summary, TranslationFolder(folder / "items")


def requests(folder: TranslationFolder) -> list[TranslationRequest]:
    stage = folder.stage(CHOOSE)
    return [row for part in stage.parts() for row in to_rows(stage.rows_of(part.name), TranslationRequest)]


def passed(folder: TranslationFolder) -> set[str]:
    stage = folder.stage(DISTINCT)
    rows = [row for part in stage.parts() for row in to_rows(stage.rows_of(part.name), CheckedTranslation)]
    return {row.returned.there.asked.id for row in rows}


def test_planted_faults_are_found_and_calls_that_fail_are_counted(tmp_path: Path) -> None:
    items = starter_items(("en",))[:120]
    (tmp_path / "sound").mkdir()
    _, sound = make(tmp_path / "sound", items)
    summary, folder = make(tmp_path, items, MANY)
    translations, seed = MANY.translations, MANY.seed
    calls, found, faults = Counter[str](), Counter[str](), Counter[str]()
    fine, there = passed(sound), passed(folder)
    for request in requests(folder):
        told = [telling(translations, seed, step, request.id) for step in (TRANSLATE_STEP, BACK_STEP)]
        ended = next((each for each in told if each in (Telling.REFUSED, Telling.LOST)), None)
        if ended is not None:
            calls[str(ended)] += 1
            assert request.id not in there
            continue
        planted = planted_translation(translations, seed, request.id, 3)
        if planted.fault is None:
            assert (request.id in there) == (request.id in fine and not planted.slips)
        else:
            faults[planted.fault] += 1
            found[planted.fault] += request.id not in there
    assert summary.lost["refused"] == calls["refused"] > 3 and summary.lost["not JSON"] == calls["lost"] > 3
    assert len(fine) >= 118 and faults.keys() == set(TranslationFault) and faults.total() > 40
    # A wrong number is not seen where the text has the same one in words; all else is seen nearly always.
    assert all(found[fault] >= faults[fault] - 1 for fault in faults if fault != TranslationFault.NUMBER)
    assert found[TranslationFault.NUMBER] >= 0.4 * faults[TranslationFault.NUMBER]
    assert summary.translations == len(there) == summary.languages[0].translated
    before = summary.originals
    for name, each in zip(STEPS, status(folder.path), strict=True):
        assert each.step == name and each.account.rows == before and each.waiting == 0
        before = each.account.kept
    rejects = pl.read_csv(folder.rejects)
    assert rejects.height == summary.originals - summary.translations and rejects["reason"].null_count() == 0
    assert set(rejects["step"].unique()) == {TRANSLATE, BACK, CHECK}


def test_originals_and_translations_stand_side_by_side_with_what_they_express(tmp_path: Path) -> None:
    source = [replace(item, parallel_id=None) for item in starter_items(("zh",))[:30]]
    summary, folder = make(tmp_path, source, to="en")
    items = read_items(folder.items)
    by_id = {item.id: item for item in source}
    english = {item.prompt: item for item in starter_items(("en",))}
    assert summary.items == len(items) == 30 + summary.translations and summary.translations >= 28
    for item in items:
        if item.lang == "zh":
            original = by_id[item.id]
            assert replace(item, parallel_id=None) == original
            continue
        original = by_id[item.parent_ids[1]]
        assert item.parallel_id == original.id and item.clusters == original.clusters
        assert [each.expresses for each in item.options] == [each.expresses for each in original.options]
        assert [each.text for each in item.options] == [each.text for each in english[item.prompt].options]
        assert item.meta["translated_by"] == item.meta["back_translated_by"] == "sim/rulewriter"
        assert 0.75 <= float(item.meta["back_similarity"]) <= 1.0
    alone = [item for item in items if item.lang == "zh" and item.parallel_id is None]
    assert len(alone) == 30 - summary.translations


def test_more_languages_more_items_and_other_thresholds_in_the_same_folder_use_what_is_there(tmp_path: Path) -> None:
    items = starter_items(("en",))[:40]
    few, folder = make(tmp_path, items, SHIPPED, limit=20)
    kept = passed(folder)
    more, _ = make(tmp_path, items, SHIPPED)
    assert few.calls > 0 and few.originals == 20 and kept <= passed(folder) and more.hits > 0
    strict, _ = make(tmp_path, items, SHIPPED, least=0.97)
    assert strict.calls == 0 and 0 < strict.translations < more.translations
    both, _ = make(tmp_path, items, SHIPPED, to="zh,uk", least=0.97)
    assert both.translations >= strict.translations and [row.lang for row in both.languages] == ["zh", "uk"]
    assert both.unmeasured == ("uk",) and both.languages[1].translated == 0  # the writer has no Ukrainian, only signs
    again, _ = make(tmp_path, items, SHIPPED)
    assert again.calls == 0 and again.translations == more.translations


def test_an_item_that_is_there_in_a_language_is_not_translated_into_it(tmp_path: Path) -> None:
    zh, en = starter_items(("zh",))[:20], starter_items(("en",))[:10]
    summary, folder = make(tmp_path, [*zh, *en], to="en,zh")
    account = status(folder.path)[0].account
    assert account.dropped == {choosing.IN_IT: 30, choosing.THERE: 20} and account.kept == 10
    assert summary.items == 30 + summary.translations and summary.translations >= 9
    only, other = make(tmp_path / "complete", [*zh, *en], to="en,zh", complete_only=True)
    assert only.items == 2 * (10 + only.translations) and only.kept_originals == 20 + only.translations
    langs = pl.read_parquet(other.items)["lang"].value_counts()
    assert langs["count"].to_list() == [10 + only.translations] * 2


def test_only_items_with_every_language_are_kept_where_that_is_asked_for(tmp_path: Path) -> None:
    summary, folder = make(tmp_path, starter_items(("en",))[:30], SHIPPED, complete_only=True)
    items = read_items(folder.items)
    assert 0 < summary.translations < 30 and len(items) == 2 * summary.translations
    assert {item.parallel_id for item in items if item.lang == "zh"} == {item.parallel_id for item in items}
    stage = folder.stage(DISTINCT)
    assert {row.lang for row in to_rows(stage.rows_of("zh-000000"), CheckedTranslation)} == {"zh"}


def test_one_version_of_an_item_is_translated_and_the_language_it_is_taken_from_can_be_named() -> None:
    items = pl.DataFrame(
        {"id": ["a", "b", "c", "d"], "parallel_id": ["p", "p", None, "q"]},
        schema={"id": pl.String(), "parallel_id": pl.String()},
    )
    langs = pl.Series(["zh", "en", "en", "zh"])
    assert choosing.left_out(items, langs, "fr", None) == [None, choosing.OTHER_VERSION, None, None]
    from_english = [choosing.OTHER_LANGUAGE, None, None, choosing.OTHER_LANGUAGE]
    assert choosing.left_out(items, langs, "fr", "en") == from_english
    assert choosing.left_out(items, langs, "zh", None) == [choosing.IN_IT, choosing.THERE, None, choosing.IN_IT]
    assert choosing.complete(items, langs, [("c", "zh")], ("zh", "en")) == {"p", "c"}


def test_translations_with_equal_words_are_one_item_too_many(tmp_path: Path) -> None:
    first, second = starter_items(("en",))[:2]
    twin = replace(first, id="twin", parallel_id="elsewhere")
    named = replace(second, id="named", lang="zh", prompt="已经有了。", options=(Option("甲"), Option("乙")))
    summary, folder = make(tmp_path, [first, twin, named])
    assert summary.lost == {SAME_ITEM: 1}
    assert passed(folder) == {wanted_translation(first, "zh").id}


def test_a_fault_that_the_way_back_hides_is_found_where_the_translation_shows_it(tmp_path: Path) -> None:
    hidden = {"mended": 1.0, "exchanged": 0.5, "summary": 0.5}
    profile = SOUND.model_copy(update={"translations": SOUND.translations.model_copy(update=hidden)})
    summary, _ = make(tmp_path, starter_items(("zh",))[:40], profile, to="en")
    assert summary.translations <= 6 and wording.LENGTH in summary.lost


def test_shares_of_more_than_all_translations_cannot_be_planted() -> None:
    with pytest.raises(ValueError, match="at most 1 together"):
        Translations(exchanged=0.9, negated=0.9)
