"""Where a translation stands, and what it would take before it begins."""

from __future__ import annotations

from pathlib import Path

from axiometer.build.translation.asking import TranslateBack, TranslateItems
from axiometer.build.translation.options import CHOOSE, STEPS, TranslationFolder
from axiometer.build.translation.plan import TranslationPlan, read_translation
from axiometer.build.translation.rows import make_translated, wanted_translation
from axiometer.build.work.accounts import StepAccount, StepEstimate, estimate_step, step_accounts
from axiometer.measure.estimate import tokens_of
from axiometer.records.rows import Item
from axiometer.records.schemas import to_rows

SAMPLE = 100
_DRESS = 12  # tokens of the form around an answer, and about as many for each option
# How long an answer about a text is beside the text: as it is in tokens of both languages, roughly.
_LONGER = 1.2


def status(path: Path) -> list[StepAccount]:
    """Every step in order. Reads finished parts only. Raises `InputError` where `path` holds no translation."""
    folder = TranslationFolder(path)
    specification = read_translation(folder)
    before = sum(part.fates for part in folder.stage(CHOOSE).parts())
    return step_accounts(STEPS, folder.stage, before, specification)


def estimate(plan: TranslationPlan) -> list[StepEstimate]:
    """One row per step that asks: each translation takes one call as expected, at most two (a repair repeats the
    prompt). Tokens are those of the prompts of the first items, estimated: of the translation as if it were the
    original. Writes nothing."""
    wanted = []
    for lang in plan.options.to:
        asked = [place for place, reason in enumerate(plan.left_out[lang]) if reason is None][:SAMPLE]
        wanted += [wanted_translation(item, lang) for item in to_rows(plan.items[asked], Item)]
    translations = [make_translated(request, request.texts) for request in wanted]
    tokens = sum(tokens_of(text) + _DRESS for request in wanted for text in request.texts)
    answer = round(_LONGER * tokens / len(wanted))
    return [
        estimate_step(TranslateItems(), wanted, plan.translator, plan.wanted, answer),
        estimate_step(TranslateBack(), translations, plan.returner, plan.wanted, answer),
    ]
