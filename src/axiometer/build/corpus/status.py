"""The account of a corpus at any time: what every step did with its rows, and what waits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from axiometer.build.corpus.options import DEDUP, IMPORTED, INGEST, CorpusFolder
from axiometer.build.corpus.plan import read_corpus
from axiometer.models.prices import Price, cost
from axiometer.models.protocols import Usage
from axiometer.runtime.stages.calling import alike
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


def _usd(account: Account, price: dict[str, float] | None) -> float | None:
    if price is None:
        return None
    return cost(Usage(account.tokens_in, account.tokens_out), Price(input=price["input"], output=price["output"]))
