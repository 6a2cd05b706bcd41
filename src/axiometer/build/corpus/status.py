"""The account of a corpus at any time: what every step did with its rows, and what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from axiometer.build.corpus.options import DEDUP, IMPORTED, INGEST, CorpusFolder
from axiometer.build.corpus.plan import read_corpus
from axiometer.build.work.accounts import StepAccount, step_account, usd_of
from axiometer.runtime.stages.parts import Part, StageFolder, together
from axiometer.runtime.stages.rows import Account


def status(folder: Path) -> list[StepAccount]:
    """Every step in order, imported rules among them where there are any. Reads finished parts only.

    Raises `InputError` where `folder` holds no corpus.
    """
    specification = read_corpus(folder)
    corpus = CorpusFolder(folder)
    asked = specification.asked["steps"]
    shared = {"write": "screen"} if specification.asked.get("compact") else {}
    prices = specification.noted.get("prices") or {}
    texts, imported = corpus.stage(INGEST).parts(), corpus.imported.parts()
    found = [StepAccount(INGEST, None, 0, together(texts))]
    entering = Counter[str]()
    for part in imported:
        entering[part.extra["enter"]] += part.rows
    if imported:
        found.append(StepAccount(IMPORTED, None, 0, together(imported)))
    before = sum(part.rows for part in texts)
    for name in [*asked, DEDUP]:
        stage = corpus.stage(name)
        parts = stage.parts()
        found.append(step_account(name, stage, before + entering[name], asked, prices))
        if name in shared:
            account = _without_shared_calls(found[-1].account, parts, stage, corpus.stage(shared[name]))
            found[-1] = replace(found[-1], account=account, usd=usd_of(account, prices.get(name)))
        before = sum(part.rows for part in parts)
    return found


def _without_shared_calls(account: Account, parts: Sequence[Part], stage: StageFolder, first: StageFolder) -> Account:
    """The account without the calls that the step `first` made already: a combined call counts once. Rows keep their
    part's name, so the keys of one part are all that need to be compared."""
    calls = tokens_in = tokens_out = 0
    for part in parts:
        known = _keys(first, part.name)
        fates = stage.fates_of(part.name, ["calls", "tokens_in", "tokens_out"])
        own = fates.select(
            "tokens_in",
            "tokens_out",
            all=pl.col("calls").list.len(),
            new=pl.col("calls").list.eval(~pl.element().is_in(known)).list.sum(),
        ).filter(pl.col("new") > 0)
        share = pl.col("new") / pl.col("all")
        spent = own.select(
            pl.col("new").sum(),
            (pl.col("tokens_in") * share).round().sum(),
            (pl.col("tokens_out") * share).round().sum(),
        ).row(0)
        calls, tokens_in, tokens_out = calls + spent[0], tokens_in + int(spent[1]), tokens_out + int(spent[2])
    return replace(account, calls=calls, repaired=0, tokens_in=tokens_in, tokens_out=tokens_out)


def _keys(stage: StageFolder, part: str) -> pl.Series:
    if stage.part(part) is None:
        return pl.Series(dtype=pl.String)
    return stage.fates_of(part, ["calls"])["calls"].explode().drop_nulls()
