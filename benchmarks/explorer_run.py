"""A run of any size, written as tables without asking anyone: what the explorer is measured on.

    python -m benchmarks.explorer_run FOLDER --items 400000 --models 3

Items are dilemmas between two Schwartz values, zh and en; respondents choose by planted strengths of the values. Texts
are put together from clauses, so that they have the length and the compressibility of written ones, and no two are
equal.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of
from axiometer.measure.parts import PART_SIZE
from axiometer.measure.specification import Specification
from axiometer.records.ids import content_id
from axiometer.records.rows import Answer, Item
from axiometer.records.schemas import schema_of
from axiometer.records.tables import write_parquet, write_text

FRAMEWORK: Final = "schwartz"
LANGS: Final = ("en", "zh")
ITEMS_PART: Final = 20_000

_CLAUSES: Final = {
    "en": {
        "who": "a nurse|a village teacher|the younger brother|a city clerk|two neighbours|the team leader|"
        "a shop owner|a retired engineer|the head of the choir|a new volunteer|an exchange student|"
        "the night guard",
        "when": "on the last day of the month|shortly before a holiday|after a long drought|during a strike|"
        "in the first week of a new job|while the roof is being repaired|at a family dinner|"
        "on the way to the station",
        "what": "finds a letter that was meant for somebody else|is asked to vouch for an old friend|"
        "has to divide a grant between two groups|learns of a mistake in the accounts|"
        "may keep a seat that others have waited for|hears that a custom is to be given up|"
        "is offered a place in a distant town|must say who stays on the list",
        "more": "Nobody else knows of it yet.|The decision has to be made before the evening.|"
        "Both ways have been taken before, by people of good standing.|"
        "The papers can be changed once, not twice.|A relative has asked for a clear answer.|"
        "What was promised last year can no longer be done in full.",
        "do": "keep to what was agreed|speak of it openly at once|give way to the older ones|"
        "try the new course first|ask the others and wait|decide alone and answer for it|"
        "put the group before the plan|leave it as it was",
    },
    "zh": {
        "who": "一名护士|一位乡村教师|弟弟|市政府的一名职员|两位邻居|班组长|一位店主|一位退休工程师|"
        "合唱团团长|一名新来的志愿者|一名交换生|夜班门卫",
        "when": "在月底最后一天|在节日前夕|在长期干旱之后|在罢工期间|在新工作的第一周|在修缮屋顶的时候|"
        "在一次家宴上|在去车站的路上",
        "what": "发现了一封写给别人的信|被请去为一位老朋友作担保|要把一笔补助分给两个小组|"
        "得知账目里有一处错误|可以保留一个别人等了很久的座位|听说一项习俗将被放弃|"
        "得到了一个去远方城市的名额|必须说出谁留在名单上",
        "more": "目前还没有别人知道这件事。|必须在傍晚之前作出决定。|这两条路以前都有德高望重的人走过。|"
        "文件只能改动一次。|一位亲戚要求给出明确的答复。|去年的承诺已经无法完全兑现。",
        "do": "遵守已经商定的事情|立刻公开说明|让年长者先定|先尝试新的办法|征求大家的意见并等待|"
        "独自决定并承担责任|把集体放在计划之前|保持原样",
    },
}
_OUTCOMES: Final = ("chosen", "refused", "evasive", "invalid", "truncated")
_RAW: Final = {
    "refused": "I would rather not take a side in this.",
    "evasive": "Both courses have something to be said for them; it depends on the people concerned.",
    "invalid": "Perhaps C?",
    "truncated": "Let us first look at what each of",
}


def item_id(number: int, seed: int = 0) -> str:
    """The id of the run's item with this number."""
    return content_id("item of the benchmark", number, seed)


def write_run(folder: Path, *, items: int, models: int, orders: int = 2, seed: int = 0) -> None:
    """A folder as `axiometer measure` leaves it, less its journal: `items` dilemmas, each put in `orders` (1 or 2)
    orders to `models` respondents."""
    random = np.random.default_rng(seed)
    values = np.array([value.id for value in load_framework(FRAMEWORK).values_at("refined")])
    first = random.integers(len(values), size=items)
    second = (first + random.integers(1, len(values), size=items)) % len(values)
    langs = np.arange(items) % len(LANGS)
    ids = [item_id(number, seed) for number in range(items)]
    for number, start in enumerate(range(0, items, ITEMS_PART)):
        cut = slice(start, start + ITEMS_PART)
        sides = values[first[cut]].tolist(), values[second[cut]].tolist()
        part = _items(ids[cut], start, langs[cut], sides, random)
        write_parquet(part, folder / "items" / f"{number:06d}.parquet")
    names = [f"planted/model-{number + 1:02d}" for number in range(models)]
    for number, name in enumerate(names):
        strengths = random.normal(0.0, 1.0, len(values))
        firm = 1 / (1 + np.exp(strengths[second] - strengths[first]))
        _write_answers(folder, number, name, ids, langs, firm, orders, random)
    write_text(path_of(FRAMEWORK).read_text(encoding="utf-8"), folder / "frameworks" / f"{FRAMEWORK}.yaml")
    _specification(ids, names, langs, orders, seed).write(folder)


def _items(
    ids: Sequence[str], start: int, langs: np.ndarray, sides: tuple[list[str], list[str]], random: np.random.Generator
) -> pl.DataFrame:
    rows = [
        _item(id_, start + place, LANGS[lang], (one, other), random)
        for place, (id_, lang, one, other) in enumerate(zip(ids, langs, *sides, strict=True))
    ]
    return pl.DataFrame(rows, schema=schema_of(Item))


def _item(id_: str, number: int, lang: str, values: tuple[str, str], random: np.random.Generator) -> dict[str, object]:
    drawn = random.integers(1 << 30, size=8)
    clauses = {name: text.split("|") for name, text in _CLAUSES[lang].items()}
    who, when, what = (clauses[name][drawn[place] % len(clauses[name])] for place, name in enumerate(_PLACES))
    more = [clauses["more"][draw % len(clauses["more"])] for draw in drawn[3:6]]
    said = f"{when}，{who}{what}。" if lang == "zh" else f"{when[0].upper()}{when[1:]}, {who} {what}. "
    case = f"（案例 {number}）" if lang == "zh" else f" (case {number})"
    options = [
        {
            "text": clauses["do"][draw % len(clauses["do"])] + case,
            "role": "side",
            "expresses": [{"kind": "value", "target": value, "polarity": 1}],
        }
        for draw, value in zip(drawn[6:], values, strict=True)
    ]
    return {
        "id": id_,
        "parent_ids": [content_id("rule", lang, value, number % 5_000) for value in values],
        "kind": "dilemma",
        "lang": lang,
        "prompt": said + ("" if lang == "zh" else " ").join(more) + case,
        "options": options,
        "clusters": [f"family-{number // 4}"],
        "framework": FRAMEWORK,
        "parallel_id": None,
        "mapped": True,
        "source": "benchmark",
        "meta": "{}",
    }


_PLACES: Final = ("who", "when", "what")


def _write_answers(
    folder: Path,
    number: int,
    name: str,
    ids: Sequence[str],
    langs: np.ndarray,
    firm: np.ndarray,
    orders: int,
    random: np.random.Generator,
) -> None:
    """One respondent's parts, made from columns: a row object each would take the better part of an hour."""
    chooses = (random.random((len(ids), orders)) > firm[:, None]).astype(np.int64)  # 1: the second option
    ends = random.choice(len(_OUTCOMES), p=(0.94, 0.025, 0.02, 0.01, 0.005), size=(len(ids), orders))
    rows_in_all = len(ids) * orders
    for part, start in enumerate(range(0, rows_in_all, PART_SIZE)):
        seq = np.arange(start, min(start + PART_SIZE, rows_in_all))
        item, order = seq // orders, seq % orders
        option, end = chooses[item, order], ends[item, order]
        frame = _part(name, [ids[place] for place in item], langs[item], seq, order, option, end)
        write_parquet(frame, folder / "answers" / f"m{number:02d}-{part:06d}.parquet")


def _part(
    name: str,
    items: list[str],
    langs: np.ndarray,
    seq: np.ndarray,
    order: np.ndarray,
    option: np.ndarray,
    end: np.ndarray,
) -> pl.DataFrame:
    keys = [hashlib.sha256(f"{name} {number}".encode()).hexdigest() for number in seq]
    chosen = pl.col("outcome") == "chosen"
    letter = pl.Series((option != order).astype(np.int64)).replace_strict({0: "A", 1: "B"})
    frame = pl.DataFrame(
        {
            "id": [key[:32] for key in keys],
            "parent_ids": [[item] for item in items],
            "item": items,
            "lang": [LANGS[lang] for lang in langs],
            "seq": seq,
            "order": [[1, 0] if turned else [0, 1] for turned in order],
            "outcome": [_OUTCOMES[place] for place in end],
            "option": option,
            "letter": letter,
            "call": keys,
        }
    ).with_columns(
        run=pl.lit("b" * 32),
        model=pl.lit(name),
        mode=pl.lit("choice"),
        wording=pl.concat_str(pl.lit("choice/"), "lang", pl.lit("/1")),
        repeat=pl.lit(0),
        negated=pl.lit(False),
        raw=pl.when(chosen).then("letter").otherwise(pl.col("outcome").replace_strict(_RAW, default="")),
        option=pl.when(chosen).then("option"),
        letter=pl.when(chosen).then("letter"),
        tokens_in=pl.lit(150),
        tokens_out=pl.lit(1),
        prompt_hash=pl.lit("c" * 32),
    )
    schema = schema_of(Answer)
    absent = [
        pl.lit(None, dtype=dtype).alias(column) for column, dtype in schema.items() if column not in frame.columns
    ]
    return frame.with_columns(absent).select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def _specification(
    ids: Sequence[str], names: Sequence[str], langs: np.ndarray, orders: int, seed: int
) -> Specification:
    counts = {lang: int((langs == place).sum()) for place, lang in enumerate(LANGS)}
    asked = {
        "items": {"digest": content_id("items", list(ids)), "count": len(ids), "langs": counts},
        "design": {"mode": "choice", "orders": "swap" if orders == 2 else "one", "wordings": 1, "repeats": 1},
        "models": [{"name": name, "identity": {"provider": "planted"}} for name in names],
        "prompts": {},
        "frameworks": {FRAMEWORK: load_framework(FRAMEWORK).fingerprint},
    }
    noted = {
        "presentations": len(ids) * orders,
        "sources": ["benchmark"],
        "unmapped": 0,
        "seed": seed,
        "created": "2026-01-01T00:00:00+00:00",
    }
    return Specification(asked, noted)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=400_000)
    parser.add_argument("--models", type=int, default=3)
    parser.add_argument("--orders", type=int, default=2, choices=(1, 2))
    given = parser.parse_args()
    write_run(given.folder, items=given.items, models=given.models, orders=given.orders)
