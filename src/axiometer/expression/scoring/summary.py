"""What scores look like as a whole and by file: the account, shares by value, and how far they are from training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from axiometer.expression.folder import Opened
from axiometer.expression.scoring.options import ScoreOptions
from axiometer.expression.scoring.texts import ENDORSED, OPPOSED, PRESENCE
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Account

if TYPE_CHECKING:
    from axiometer.expression.card import Card

UNCORRECTED: Final = "uncorrected"
NAMED: Final = 100
"""So many files are summarised on their own, those with most texts; the others are in the whole alone."""


@dataclass(frozen=True, slots=True)
class FileSummary:
    """The texts of a file (None: of all). `far`: share out of domain (1 in 100 by definition among training texts; None
    where the classifier has no distances); `predicted`: mean probability per value; `expressed`, `endorsed`, `opposed`:
    share of texts per value (endorsed, opposed: empty without polarity); `shift`: mean over values of the absolute
    difference between `predicted` and the share in training, `by_chance` what it would be for as many texts drawn from
    training (None: training shares are not known)."""

    file: str | None
    texts: int
    far: float | None
    predicted: Mapping[str, float]
    expressed: Mapping[str, float]
    endorsed: Mapping[str, float]
    opposed: Mapping[str, float]
    shift: float | None
    by_chance: float | None


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """`account`: what became of every row; `training`: share of training texts per value; `skipped`: files of kinds
    that are not read; `unnamed`: how many files have no summary of their own; `correction`: nobody labelled these, so
    shares are as the classifier says them."""

    classifier: str
    identity: Mapping[str, object]
    framework: str
    values: tuple[str, ...]
    thresholds: Mapping[str, float]
    training: Mapping[str, float]
    options: Mapping[str, object]
    account: Account
    windows: int
    whole: FileSummary
    files: tuple[FileSummary, ...]
    unnamed: int
    skipped: int
    notes: tuple[str, ...]
    correction: str = UNCORRECTED

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def summarise(opened: Opened, folder: StageFolder, options: ScoreOptions, skipped: int) -> ScoreSummary:
    """The summary of all parts under `folder`, read one at a time."""
    classifier = opened.classifier
    training = training_shares(opened.card, classifier.values)
    sums: pl.DataFrame | None = None
    for name in folder.names():
        part = _sums(folder.rows_of(name, _needed(classifier.values, options.polarity)), classifier.values)
        both = part if sums is None else pl.concat([sums, part])
        sums = both.group_by("file", maintain_order=True).sum()
    found = pl.DataFrame(schema={"file": pl.String, "texts": pl.Int64}) if sums is None else sums
    most = found.sort("texts", descending=True, maintain_order=True)["file"].to_list()[:NAMED]
    by_name = {row["file"]: row for row in found.iter_rows(named=True)}
    total: dict[str, float] = {name: float(found[name].sum()) for name in found.columns if name != "file"}
    return ScoreSummary(
        classifier=classifier.name,
        identity=dict(classifier.identity),
        framework=classifier.framework,
        values=classifier.values,
        thresholds=dict(classifier.thresholds),
        training=training,
        options=options.fingerprint,
        account=folder.account(),
        windows=int(total.get("windows", 0)),
        whole=_summary(None, total, classifier.values, training),
        files=tuple(_summary(name, by_name[name], classifier.values, training) for name in sorted(most)),
        unnamed=found.height - len(most),
        skipped=skipped,
        notes=opened.notes,
    )


def shift_of(
    predicted: Mapping[str, float], training: Mapping[str, float], texts: int
) -> tuple[float | None, float | None]:
    """How far mean probabilities are from the shares in training, on average over values, and how far those of as many
    texts drawn from training would be by chance; None where the latter are not known."""
    if not training or not texts:
        return None, None
    shift = sum(abs(predicted[value] - share) for value, share in training.items()) / len(training)
    spread = (math.sqrt(2 / math.pi * share * (1 - share) / texts) for share in training.values())
    return shift, sum(spread) / len(training)  # mean of a normal's absolute value, of labels: probabilities vary less


def training_shares(card: Card, values: Sequence[str]) -> dict[str, float]:
    """Of the classifier's values, as its probabilities have them; empty where it is mapped to others."""
    shares = card.data.expected or card.data.shares
    return {value: float(shares[value]) for value in values} if all(value in shares for value in values) else {}


def _needed(values: Sequence[str], polarity: bool) -> list[str]:
    needed = ["file", "windows", "out_of_domain", "expressed", *(f"{PRESENCE}{value}" for value in values)]
    return [*needed, "endorsed", "opposed"] if polarity else needed


def _sums(rows: pl.DataFrame, values: Sequence[str]) -> pl.DataFrame:
    """Sums by file of what is averaged later."""
    kinds = [name for name in ("expressed", "endorsed", "opposed") if name in rows.columns]
    return rows.group_by("file", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("texts"),
        pl.col("windows").cast(pl.Int64).sum(),
        pl.col("out_of_domain").cast(pl.Int64).sum().alias("far"),
        pl.col("out_of_domain").is_not_null().cast(pl.Int64).sum().alias("placed"),
        *(pl.col(f"{PRESENCE}{value}").cast(pl.Float64).sum() for value in values),
        *(
            pl.col(kind).list.contains(value).cast(pl.Int64).sum().alias(f"{kind}.n.{value}")
            for kind in kinds
            for value in values
        ),
    )


def _summary(
    file: str | None, sums: Mapping[str, float], values: Sequence[str], training: Mapping[str, float]
) -> FileSummary:
    texts = int(sums.get("texts", 0))
    share = {name: float(total) / texts for name, total in sums.items() if name != "file"} if texts else {}
    predicted = {value: share[f"{PRESENCE}{value}"] for value in values} if texts else {}
    shift, chance = shift_of(predicted, training, texts) if predicted else (None, None)
    placed = sums.get("placed", 0)
    return FileSummary(
        file=file,
        texts=texts,
        far=float(sums["far"]) / placed if placed else None,
        predicted=predicted,
        expressed=_shares(share, "expressed", values),
        endorsed=_shares(share, ENDORSED.removesuffix("."), values),
        opposed=_shares(share, OPPOSED.removesuffix("."), values),
        shift=shift,
        by_chance=chance,
    )


def _shares(share: Mapping[str, float], kind: str, values: Sequence[str]) -> dict[str, float]:
    return {value: share[name] for value in values if (name := f"{kind}.n.{value}") in share}
