"""Dilemmas as `build dilemmas` makes them, without its calls: rules, pairs, scenes from templates, items, any number.

50,000 rules over the 50 derived values of the core socialist values; each pair is of rules of different values, and
400,000 pairs share rules as mined pairs do (16 pairs a rule on average). No faults are planted in the scenes.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice, repeat
from multiprocessing import get_context
from pathlib import Path

from axiometer.build.dilemmas.rows import make_dilemma, make_scene, scene_requests
from axiometer.frameworks import load_framework
from axiometer.models.protocols import Message, Request
from axiometer.models.writer_dilemmas import WRITE, answer
from axiometer.models.writer_profile import Dilemmas
from axiometer.records.corpus_rows import Rule, RulePair, make_rule
from axiometer.records.ids import content_id
from axiometer.records.rows import Item
from axiometer.records.tables import write_rows
from benchmarks.sentences import sentences

RULES = 50_000
FRAMEWORK = "core-socialist-values"
BATCH = 20_000
_SOUND = Dilemmas().without_faults()


def draw_rules(count: int = RULES) -> list[Rule]:
    """`count` Chinese rules, each of one derived value, the values in turn."""
    values = [value.id for value in load_framework(FRAMEWORK).values_at("derived")]
    return [
        make_rule(lang="zh", text=text, origin="benchmark", values=(values[n % len(values)],), framework=FRAMEWORK)
        for n, text in enumerate(sentences(count))
    ]


def draw_pairs(count: int, rules: list[Rule], seed: int = 0) -> Iterator[RulePair]:
    """`count` different pairs of rules of different values. More are the same ones and others after them."""
    draw, known = random.Random(seed), set[tuple[int, int]]()
    while len(known) < count:
        one, other = draw.randrange(len(rules)), draw.randrange(len(rules))
        a, b = sorted((rules[one], rules[other]), key=lambda rule: rule.id)
        key = (min(one, other), max(one, other))
        if a.values == b.values or key in known:
            continue
        known.add(key)
        yield RulePair(
            id=content_id("pair", a.id, b.id),
            parent_ids=(a.id, b.id),
            lang=a.lang,
            rule_a=a.id,
            rule_b=b.id,
            text_a=a.text,
            text_b=b.text,
            values_a=a.values,
            values_b=b.values,
            framework=FRAMEWORK,
            similarity=0.6,
            kind="tension",
        )


def write_dilemmas(folder: Path, count: int) -> Path:
    """A table of `count` items in parts of 20,000, one per pair; made by two processes."""
    pairs = draw_pairs(count, draw_rules())
    batches = iter(lambda: list(islice(pairs, BATCH)), [])
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for _ in pool.map(_write, repeat(folder), range(-(-count // BATCH)), batches):
            pass
    return folder


def _write(folder: Path, number: int, pairs: list[RulePair]) -> None:
    write_rows([_item(pair) for pair in pairs], Item, folder / f"items-{number * BATCH:08d}.parquet")


def _item(pair: RulePair) -> Item:
    """What a scene that nothing is wrong with becomes."""
    (asked,) = scene_requests(pair, 1, None, 0)
    first, second = asked.shown
    meta = {"step": WRITE, "source": asked.id, "first": first, "second": second, "setting": asked.setting, "lang": "zh"}
    said = json.loads(answer(_SOUND, 0, Request((Message("user", ""),), meta=meta)))
    scene = make_scene(asked, said["scene"], said["side_1"], said["side_2"], said["irrelevant"])
    return make_dilemma(scene, "sim/rulewriter", "sim/rulewriter")


def write_pairs(file: Path, count: int) -> Path:
    """A table of `count` pairs, for `build dilemmas`."""
    write_rows(list(draw_pairs(count, draw_rules())), RulePair, file)
    return file


if __name__ == "__main__":
    write_dilemmas(Path(sys.argv[1]), int(sys.argv[2]))
