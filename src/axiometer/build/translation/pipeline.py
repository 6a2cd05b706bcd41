"""Runs a plan: items translated, translated back, checked, paired. What is finished stays, what is open is resumed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axiometer.build.translation.asking import TranslateBack, TranslateItems
from axiometer.build.translation.checking import check_translations, drop_equal_items, words_of
from axiometer.build.translation.options import BACK, CHECK, CHOOSE, DISTINCT, FILE, TRANSLATE, TranslationFolder
from axiometer.build.translation.plan import TranslationPlan, settle_specification
from axiometer.build.translation.publish import TranslationSummary, publish
from axiometer.build.translation.rows import Translation, TranslationRequest, wanted_translation
from axiometer.build.work.folders import check_folder
from axiometer.build.work.search import Search
from axiometer.errors import Stopped
from axiometer.records.ids import content_id
from axiometer.records.rows import Item
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime import Progress, Tally
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.runtime.stages.turns import in_turn

PART = 2_000  # items


def run_translation(
    plan: TranslationPlan, output: Path, cache: Path, runner: Runner, progress: Progress | None = None
) -> TranslationSummary:
    """Translates into the folder `output`, or goes on there. cache: the folder of vectors.

    Raises `SpecificationChanged` where the folder holds other work, `Stopped` when a limit, the breaker or Ctrl-C ended
    it: the same call goes on from there.
    """
    folder = TranslationFolder(Path(output))
    shown = progress or Silent()
    options = plan.options
    check_folder(folder.path, FILE, "axiometer build translate")
    with only_process(folder.path):
        settle_specification(plan, folder)
        try:
            write_requests(plan, folder.stage(CHOOSE))
            tallies = asyncio.run(_ask(plan, folder, shown))
            search = Search(options.embedder, options.least, cache, runner, shown, "translate")
            check_translations(folder.stage(BACK), folder.stage(CHECK), search)
            drop_equal_items(folder.stage(CHECK), folder.stage(DISTINCT), list(_words(plan)))
            return publish(plan, folder, PART, tallies)
        except KeyboardInterrupt:
            raise Stopped("stopped; what was finished is kept") from None
        finally:
            shown.close()


def write_requests(plan: TranslationPlan, output: StageFolder) -> None:
    """The translations that are wanted, in parts of one language each, so that another language is other parts and
    those that are there stay as they are."""
    made = set[str]()
    for lang in plan.options.to:
        for start in range(0, plan.items.height, PART):
            name = f"{lang}-{start // PART:06d}"
            made.add(name)
            items = list(to_rows(plan.items.slice(start, PART), Item))
            reasons = plan.left_out[lang][start : start + PART]
            wanted = [wanted_translation(item, lang) for item in items]
            signature = content_id(
                "requests", [[each.id, reason] for each, reason in zip(wanted, reasons, strict=True)]
            )
            if output.is_made(name, signature):
                continue
            fates = [
                Fate(each.id, Status.KEPT, outputs=(each.id,))
                if reason is None
                else Fate(each.id, Status.DROPPED, reason=reason)
                for each, reason in zip(wanted, reasons, strict=True)
            ]
            kept = [each for each, reason in zip(wanted, reasons, strict=True) if reason is None]
            output.write(name, to_frame(kept, TranslationRequest), fates, signature)
    output.keep_only(made)


async def _ask(plan: TranslationPlan, folder: TranslationFolder, progress: Progress) -> list[Tally]:
    """The steps that ask a model, one after the other over all parts."""
    async with in_turn(folder.path, [plan.translator, plan.returner], progress) as turns:
        for stage, respondent, before, row_type in (
            (TranslateItems(), plan.translator, CHOOSE, TranslationRequest),
            (TranslateBack(), plan.returner, TRANSLATE, Translation),
        ):
            source = folder.stage(before)
            parts: list[InputPart[Any]] = [InputPart(part.name, source, row_type) for part in source.parts()]
            await turns.ask(stage, respondent, parts, folder.stage(stage.name))
        return turns.tallies


def _words(plan: TranslationPlan) -> Iterator[tuple[str, str, str]]:
    """(id, language, words) of the originals in the languages that are wanted."""
    there = plan.items.filter(plan.langs.is_in(list(plan.options.to)))
    for item in to_rows(there, Item):
        yield item.id, item.lang, words_of((item.prompt, *(option.text for option in item.options)))
