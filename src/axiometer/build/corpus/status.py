"""The account of a corpus at any time: what every step did with its rows, and what waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from axiometer.build.corpus.options import DEDUP, IMPORTED, INGEST, CorpusFolder
from axiometer.build.corpus.plan import read_corpus
from axiometer.models.prices import Price, cost
from axiometer.models.protocols import Usage
from axiometer.runtime.stages.calling import alike
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Account


@dataclass(frozen=True, slots=True)
class StepAccount:
    """One step: its rows so far, how many wait, how many calls failed and are made again on resume, what its tokens
    cost (None: price not known), and (same, answers) where its model always answered about the same."""

    step: str
    model: str | None
    waiting: int
    account: Account
    retry: int = 0
    usd: float | None = None
    alike: tuple[int, int] | None = None


def status(folder: Path) -> list[StepAccount]:
    """Every step in order, imported rules among them where there are any. Reads finished parts only.

    Raises `InputError` where `folder` holds no corpus.
    """
    specification = read_corpus(folder)
    corpus = CorpusFolder(folder)
    asked = specification.asked["steps"]
    shared = {"write": "screen"} if specification.asked.get("compact") else {}
    prices = specification.noted.get("prices") or {}
    found = [StepAccount(INGEST, None, 0, corpus.stage(INGEST).account())]
    entering: dict[str, int] = {}
    for part in corpus.imported.parts():
        entering[part.extra["enter"]] = entering.get(part.extra["enter"], 0) + part.rows
    if entering:
        found.append(StepAccount(IMPORTED, None, 0, corpus.imported.account()))
    before = sum(part.rows for part in corpus.stage(INGEST).parts())
    for name in [*asked, DEDUP]:
        stage = corpus.stage(name)
        parts = stage.parts()
        account = stage.account()
        if name in shared:
            account = _without_shared_calls(account, stage, corpus.stage(shared[name]))
        found.append(
            StepAccount(
                step=name,
                model=asked[name]["name"] if name in asked else None,
                waiting=max(0, before + entering.get(name, 0) - account.rows),
                account=account,
                retry=sum(part.retry for part in parts),
                usd=_usd(account, prices.get(name)),
                alike=alike(stage),
            )
        )
        before = sum(part.rows for part in parts)
    return found


def _without_shared_calls(account: Account, stage: StageFolder, first: StageFolder) -> Account:
    """The account without the calls that the step `first` made already: a combined call counts once. Rows keep their
    part's name, so the keys of one part are all that need to be compared."""
    calls = tokens_in = tokens_out = 0
    columns = ["calls", "tokens_in", "tokens_out"]
    for part in stage.parts():
        known = (
            set(first.fates_of(part.name, ["calls"])["calls"].explode().drop_nulls())
            if first.part(part.name)
            else set()
        )
        for keys, spent_in, spent_out in stage.fates_of(part.name, columns).iter_rows():
            new = sum(key not in known for key in keys)
            calls += new
            tokens_in += round(spent_in * new / max(len(keys), 1))
            tokens_out += round(spent_out * new / max(len(keys), 1))
    return replace(account, calls=calls, repaired=0, tokens_in=tokens_in, tokens_out=tokens_out)


def _keys(stage: StageFolder, part: str) -> set[str]:
    if stage.part(part) is None:
        return set()
    return set(stage.fates_of(part, ["calls"])["calls"].explode().drop_nulls())


def _usd(account: Account, price: dict[str, float] | None) -> float | None:
    if price is None:
        return None
    return cost(Usage(account.tokens_in, account.tokens_out), Price(input=price["input"], output=price["output"]))
