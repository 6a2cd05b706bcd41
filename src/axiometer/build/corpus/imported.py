"""Imported rule tables as parts that come in at a step of their own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from axiometer.build.corpus.plan import CorpusPlan
from axiometer.frameworks import Framework
from axiometer.records.corpus_rows import Rule
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame
from axiometer.records.tables import parquet_files, read_rows
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status

PART_SIZE = 2_000
WHOLE = "whole"  # says that no table is missing: the process may have been killed between two parts


def place_imported(plan: CorpusPlan, folder: StageFolder) -> None:
    """Writes the rules of every imported table as parts `r000000`, ... of `folder`; `extra["enter"]` names the step at
    which a part comes in. A rule without words, or that came before in these tables, is dropped with that reason."""
    signature = content_id(
        "imported",
        [_digest(table) for table in plan.sources.rule_tables],
        plan.framework.fingerprint,
        plan.options.enter,
        plan.options.compact,
    )
    there = folder.parts()
    if (
        plan.sources.rule_tables
        and there
        and all(part.signature == signature for part in there)
        and (folder.path / WHOLE).exists()
    ):
        return
    (folder.path / WHOLE).unlink(missing_ok=True)
    for part in there:
        folder.remove(part.name)
    number = 0
    seen: set[str] = set()
    for table in plan.sources.rule_tables:
        for rules in _chunks(table):
            fates = [_fate(rule, seen) for rule in rules]
            for valued in (False, True):
                chosen = [
                    (rule, fate)
                    for rule, fate in zip(rules, fates, strict=True)
                    if is_valued(rule, plan.framework) is valued
                ]
                if chosen:
                    _write(folder, f"r{number:06d}", chosen, plan, valued, signature)
                    number += 1
    if number:
        (folder.path / WHOLE).touch()


def _write(
    folder: StageFolder,
    name: str,
    chosen: Sequence[tuple[Rule, Fate]],
    plan: CorpusPlan,
    valued: bool,
    signature: str,
) -> None:
    kept = [within(rule, plan.framework) for rule, fate in chosen if fate.status is Status.KEPT]
    folder.write(name, to_frame(kept, Rule), [fate for _, fate in chosen], signature, {"enter": plan.entry(valued)})


def _fate(rule: Rule, seen: set[str]) -> Fate:
    if not rule.text.strip():
        return Fate(rule.id, Status.DROPPED, reason="empty")
    if rule.id in seen:
        return Fate(rule.id, Status.DROPPED, reason="imported twice")
    seen.add(rule.id)
    return Fate(rule.id, Status.KEPT, outputs=(rule.id,))


def is_valued(rule: Rule, framework: Framework) -> bool:
    """Whether the rule names values of this framework."""
    return bool(rule.values) and rule.framework == framework.id


def within(rule: Rule, framework: Framework) -> Rule:
    """The rule without values of another framework; they stay in its meta."""
    if not rule.values or rule.framework == framework.id:
        return rule
    foreign = json.dumps({"framework": rule.framework, "values": rule.values}, ensure_ascii=False)
    return replace(rule, values=(), framework=None, meta={**rule.meta, "imported.other_framework": foreign})


def _chunks(table: Path) -> Iterator[list[Rule]]:
    rows = read_rows(table, Rule)
    while chunk := list(islice(rows, PART_SIZE)):
        yield chunk


def _digest(table: Path) -> str:
    total = hashlib.sha256()
    for file in parquet_files(table):
        with file.open("rb") as handle:
            total.update(hashlib.file_digest(handle, "sha256").digest())
    return total.hexdigest()
