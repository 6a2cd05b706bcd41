"""The card of preference data: what it teaches, from what, and what is constructed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from axiometer.records.rows import Item, ItemKind

if TYPE_CHECKING:
    from axiometer.align.exporting import ExportOptions, ExportSummary

CONSTRUCTED = (
    "Every statement stands beside its reverse. **The reverse (RS) is constructed: nobody said it**, neither the "
    "outlet nor the speaker of the statement. Data tuned *against* a position choose these constructed sentences."
)
PURPOSE = (
    "Made to study what tuning towards a position changes in a model, beside what it was meant to change. The "
    "position is that of the named texts; it is no one's correct answer, and a model tuned on it "
    "should say so to those who use it."
)


def data_card(summary: ExportSummary, options: ExportOptions, items: Sequence[Item]) -> str:
    """Markdown with the front matter that dataset hubs read. Names no person."""
    langs = sorted(summary.langs)
    targets = ", ".join(f"`{target.words}`" for target in summary.targets)
    lines = [
        "---",
        "language:",
        *(f"- {lang}" for lang in langs),
        "task_categories:",
        "- text-generation",
        "tags:",
        "- preference",
        "- dpo",
        "- axiometer",
        "---",
        "",
        f"# Preference data: {', '.join(target.words for target in summary.targets)}",
        "",
        f"**Target:** {targets}{_mixed(summary)}. What expresses it is `chosen`, what stands against it `rejected`.",
        "",
        PURPOSE,
        "",
        *([CONSTRUCTED, ""] if any(item.kind == ItemKind.STATEMENT for item in items) else []),
        "## What is in it",
        "",
        "| part | items | groups | preferences |",
        "|---|---:|---:|---:|",
        *(
            f"| {part} | {n} | {summary.groups[part]} | {summary.preferences.get(part, 0) or '-'} |"
            for part, n in summary.items.items()
        ),
        "",
        "Items that share an issue group, a source, a translation or a question are in one part. Held-out items are in "
        "`heldout/items.parquet` (`axiometer measure` takes that table), the split in `split.parquet`.",
        "",
        f"Style: {options.style} ({_STYLES[options.style]}); wordings of prompts: {options.wordings}; seed "
        f"{options.seed}.",
        "",
        *_controls(summary),
        *_left_out(summary),
        "## Where it comes from",
        "",
        *(f"- {source}: {n} items" for source, n in summary.sources.items()),
        *(f"- {line}" for line in _corpora(items, summary)),
        "",
        "Licence: that of the sources above; statements from news belong to their outlets. Prompts, controls and the "
        "arrangement are Axiometer's (Apache-2.0). Name both when you pass the data on.",
        "",
        "No person is named in prompts and answers; speakers' names in the items' notes were taken out.",
        "",
    ]
    return "\n".join(lines)


_STYLES = {
    "letters": "a choice between lettered options, in both orders; the answer is a letter",
    "statement": "the question asked freely; the answer is the statement",
    "both": "lettered options in both orders, and the question asked freely",
}


def _mixed(summary: ExportSummary) -> str:
    return " (a balanced mix: as many items of each)" if len(summary.targets) > 1 else ""


def _controls(summary: ExportSummary) -> list[str]:
    said = [f"{n} {kind}" for kind, n in summary.controls.items()]
    if not said:
        return ["No controls were added.", ""]
    return [
        f"Controls in the training part, written by Axiometer's authors: {' and '.join(said)} preferences. Refusal: "
        "requests that harm somebody or cannot be fulfilled, where refusing stays chosen. Neutrality: questions of "
        "fact, and prompts whose two answers are equally fine, each chosen once.",
        "",
    ]


def _left_out(summary: ExportSummary) -> list[str]:
    if not summary.left_out:
        return []
    return ["Items of the table that are not in it:", "", *(f"- {why}: {n}" for why, n in summary.left_out.items()), ""]


def _corpora(items: Sequence[Item], summary: ExportSummary) -> list[str]:
    """Outlets and years of the statements that teach a target."""
    named = {target.name for target in summary.targets}
    own = [i for i in items if any(e.target in named for option in i.options for e in option.expresses)]
    outlets = sorted({item.meta["outlet"] for item in own if item.meta.get("outlet")})
    years = sorted({item.meta["date"][:4] for item in own if item.meta.get("date")})
    lines = [f"outlets: {', '.join(outlets)}"] if outlets else []
    return [*lines, f"years: {years[0]} to {years[-1]}"] if years else lines
