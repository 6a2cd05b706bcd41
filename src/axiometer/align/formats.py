"""Preference data as other tools read it.

`trl`: JSON lines of conversations (`prompt`, `chosen`, `rejected` as lists of messages), TRL's conversational
preference format. `alpaca` and `sharegpt`: the two preference formats of LLaMA-Factory, each a JSON list with a
`dataset_info.json` that names the columns (`ranking: true`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from axiometer.align.preferences import Preference
from axiometer.records.tables import write_text

INFO = "dataset_info.json"


class Format(StrEnum):
    TRL = "trl"
    ALPACA = "alpaca"
    SHAREGPT = "sharegpt"


def write_data(rows: Mapping[str, Sequence[Preference]], format_: Format, name: str, folder: Path) -> list[Path]:
    """One file for each part of `rows`, and for LLaMA-Factory what it must be told of them; `name` begins the names by
    which it is to call them."""
    if format_ is Format.TRL:
        files = [folder / f"{part}.jsonl" for part in rows]
        for file, part in zip(files, rows.values(), strict=True):
            write_text("".join(f"{_json(_trl(row))}\n" for row in part), file)
        return files
    shape, described = _LLAMA_FACTORY[format_]
    files = [folder / f"{part}.json" for part in rows]
    for file, part in zip(files, rows.values(), strict=True):
        write_text(json.dumps([shape(row) for row in part], ensure_ascii=False, indent=1) + "\n", file)
    info = {f"{name}_{part}": {"file_name": file.name, **described} for part, file in zip(rows, files, strict=True)}
    write_text(json.dumps(info, ensure_ascii=False, indent=2) + "\n", folder / INFO)
    return [*files, folder / INFO]


def _trl(row: Preference) -> dict[str, object]:
    return {
        "prompt": [{"role": "user", "content": row.prompt}],
        "chosen": [{"role": "assistant", "content": row.chosen}],
        "rejected": [{"role": "assistant", "content": row.rejected}],
    }


def _alpaca(row: Preference) -> dict[str, object]:
    return {"instruction": row.prompt, "input": "", "chosen": row.chosen, "rejected": row.rejected}


def _sharegpt(row: Preference) -> dict[str, object]:
    return {
        "conversations": [{"from": "human", "value": row.prompt}],
        "chosen": {"from": "gpt", "value": row.chosen},
        "rejected": {"from": "gpt", "value": row.rejected},
    }


_LLAMA_FACTORY: Mapping[Format, tuple[Callable[[Preference], dict[str, object]], Mapping[str, object]]] = {
    Format.ALPACA: (
        _alpaca,
        {
            "ranking": True,
            "columns": {"prompt": "instruction", "query": "input", "chosen": "chosen", "rejected": "rejected"},
        },
    ),
    Format.SHAREGPT: (
        _sharegpt,
        {
            "formatting": "sharegpt",
            "ranking": True,
            "columns": {"messages": "conversations", "chosen": "chosen", "rejected": "rejected"},
        },
    ),
}


def _json(row: dict[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False)
