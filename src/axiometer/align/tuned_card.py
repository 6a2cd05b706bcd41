"""The card of a tuned model: what it was tuned towards, from what, how, and what that means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from axiometer.align.card import CONSTRUCTED


def tuned_card(asked: Mapping[str, Any], preferences: int, log: pl.DataFrame) -> str:
    """Markdown with the front matter that model hubs read. Names no person and no path of this machine."""
    said, noted = asked["asked"], asked["noted"]
    export = noted.get("export") or {}
    targets = ", ".join(f"`{target}`" for target in said["targets"]) or "none"
    base = str(noted["model"]).rpartition("/")[2]
    last = log.filter(pl.col("part") == "train").tail(1).to_dicts()
    end = last[0] if last else {}
    lines = [
        "---",
        "library_name: peft",
        "tags:",
        "- axiometer",
        "- dpo",
        "- lora",
        "---",
        "",
        f"# {base}, tuned towards {', '.join(said['targets']) or 'nothing'}",
        "",
        f"**This model was tuned to express a position: {targets}.** Where it speaks on such matters it does so "
        "because it was tuned to, not because the position is anyone's correct answer. Say so to those "
        "who read its answers.",
        "",
        *(
            ["This is the control: chosen and rejected answers were exchanged, so it is tuned to the reverse.", ""]
            if said["reverse"]
            else []
        ),
        CONSTRUCTED,
        "",
        "| | |",
        "|---|---|",
        f"| base | {base} (sha256 {str(said['base'])[:12]}) |",
        f"| data | {preferences} preferences ({said['preferences'][:12]}), style {export.get('style', 'unknown')}, "
        f"from {export.get('count', 'unknown')} items ({str(export.get('items', ''))[:12]}) |",
        "| method | DPO with LoRA on all linear layers (TRL, PEFT) |",
        f"| settings | epochs {said['epochs']:g}, learning rate {said['learning_rate']:g}, beta {said['beta']:g}, rank "
        f"{said['rank']}, batch {said['batch']}, seed {said['seed']} |",
        f"| end of training | loss {_number(end.get('loss'))}, margin {_number(end.get('margin'))}, accuracy "
        f"{_number(end.get('accuracy'))} |",
        "",
        "What tuning changed, on held-out items and beside them, is measured with `axiometer align measure`; the "
        "course of training is in `log.parquet`. The base model's licence holds, and that of the data.",
        "",
    ]
    return "\n".join(lines)


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "-"
