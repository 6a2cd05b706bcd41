"""What a search for conflicting pairs leaves: the pairs, the histogram, the coverage of values, and the summary."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import polars as pl

from axiometer.analyze.coverage import Finding, Meetings
from axiometer.build.conflicts.candidates import Found
from axiometer.build.conflicts.coverage import Coverage
from axiometer.build.conflicts.options import PairsFolder
from axiometer.build.conflicts.pairs import Selection, select
from axiometer.build.work.large_tables import write_frames
from axiometer.errors import InputError
from axiometer.frameworks import Framework
from axiometer.records.corpus_rows import RulePair
from axiometer.records.schemas import schema_of
from axiometer.records.tables import write_parquet, write_text
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Account

KINDS = ("contradiction", "tension")


@dataclass(frozen=True, slots=True)
class BandSummary:
    """One band of cosines: all pairs of rules in it, and what became of them; see `candidates.BandCount`.

    candidates: those that were drawn and stayed within the budget; kept: by kind; estimated: how many pairs of all
    eligible ones would be kept as that kind (Horvitz-Thompson; None where candidates were not drawn at random).
    """

    low: float
    high: float
    pairs: int
    apart: int | None
    alike: int | None
    eligible: int | None
    over_budget: int | None
    candidates: int | None
    kept: Mapping[str, int] = field(default_factory=dict)
    estimated: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class PairsSummary:
    """A finished search. pairs: of rules, all of them; scored: the account of the scoring (None: not asked for);
    kept: by kind; dropped: by reason; thin: where a ranking of values would rest on too little."""

    folder: Path
    rules: int
    pairs: int
    candidates: int
    model: str
    scored: Account | None
    kept: Mapping[str, int]
    dropped: Mapping[str, int]
    near_duplicates: int
    bands: tuple[BandSummary, ...]
    thin: tuple[Finding, ...]


def publish(
    folder: PairsFolder,
    found: Found,
    model: str,
    scored: StageFolder | None,
    selection: Selection,
    framework: Framework | None,
    rules: pl.DataFrame,
) -> PairsSummary:
    """Writes the tables and the summary. rules: those among which pairs were looked for; scored: None where no model
    was asked for; then all candidates are pairs."""
    counting = _Counting(framework)
    counting.meetings.expect(rules["values"])
    frames = counting.through(scored or folder.candidates, None if scored is None else selection)
    write_frames(frames, schema_of(RulePair), folder.pairs)
    summary = counting.summary(folder, found, model, None if scored is None else scored.account())
    write_parquet(_histogram(summary), folder.histogram)
    write_parquet(counting.coverage.table(), folder.coverage)
    write_text(json.dumps(asdict(summary), ensure_ascii=False, indent=2, default=str) + "\n", folder.summary)
    return summary


@dataclass(slots=True)
class _Counting:
    """Selects pairs part by part and counts what passes."""

    framework: Framework | None
    coverage: Coverage = field(init=False)
    meetings: Meetings = field(init=False)
    candidates: Counter[float] = field(default_factory=Counter)
    kept: Counter[tuple[float, str]] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    weights: dict[tuple[float, str], float] = field(default_factory=dict)
    random: bool = True

    def __post_init__(self) -> None:
        self.coverage = Coverage(self.framework)
        self.meetings = Meetings(self.framework)

    def through(self, parts: StageFolder, selection: Selection | None) -> Iterator[pl.DataFrame]:
        """The pairs that are kept, in the order of the candidates; all where there is no selection."""
        for part in parts.parts():
            rows = parts.rows_of(part.name)
            if selection is None:
                chosen = rows.with_columns(reason=pl.lit(None, pl.String()))
            else:
                chosen = select(rows, selection, self.framework)
            self._count(chosen)
            yield chosen.filter(pl.col("reason").is_null()).drop("reason")

    def _count(self, chosen: pl.DataFrame) -> None:
        self.coverage.add(chosen)
        self.dropped.update(chosen["reason"].drop_nulls().to_list())
        self.random = self.random and chosen["inclusion"].null_count() == 0
        kept = chosen.filter(pl.col("reason").is_null()).with_columns(pl.col("kind").fill_null("not scored"))
        self.meetings.add_pairs(kept)
        weight = (1 / pl.col("inclusion")).sum()
        groups = kept.group_by("band", "kind", maintain_order=True).agg(pl.len(), weight=weight)
        for band, kind, count, weight in groups.iter_rows():
            self.kept[band, kind] += count
            self.weights[band, kind] = self.weights.get((band, kind), 0.0) + weight

    def summary(self, folder: PairsFolder, found: Found, model: str, account: Account | None) -> PairsSummary:
        kinds = Counter[str]()
        for (_, kind), count in self.kept.items():
            kinds[kind] += count
        dropped = Counter(self.dropped)
        if account is not None:
            dropped.update(account.dropped)
            dropped.update(account.failed)
        assert sum(kinds.values()) + sum(dropped.values()) == found.candidates
        return PairsSummary(
            folder=folder.path,
            rules=found.rules,
            pairs=found.pairs,
            candidates=found.candidates,
            model=model,
            scored=account,
            kept=dict(sorted(kinds.items())),
            dropped=dict(sorted(dropped.items(), key=lambda pair: (-pair[1], pair[0]))),
            near_duplicates=found.near_duplicates,
            bands=tuple(self._band(found, place) for place in range(len(found.bands))),
            thin=self.meetings.findings(),
        )

    def _band(self, found: Found, place: int) -> BandSummary:
        band = found.bands[place]
        mine = {kind: count for (low, kind), count in sorted(self.kept.items()) if low == band.low}
        estimated = {kind: weight for (low, kind), weight in sorted(self.weights.items()) if low == band.low}
        drawn_from = band.drawn is not None
        return BandSummary(
            low=band.low,
            high=band.high,
            pairs=band.pairs,
            apart=band.apart,
            alike=band.alike,
            eligible=band.eligible,
            over_budget=band.over_budget,
            candidates=None if band.drawn is None else band.drawn - (band.over_budget or 0),
            kept=mine,
            estimated=estimated if drawn_from and self.random else None,
        )


def _histogram(summary: PairsSummary) -> pl.DataFrame:
    """One row per band."""
    columns = ("low", "high", "pairs", "apart", "alike", "eligible", "candidates")
    schema = {name: pl.Float64() if name in ("low", "high") else pl.Int64() for name in columns}
    frame = pl.DataFrame([[getattr(band, name) for name in columns] for band in summary.bands], schema, orient="row")
    return frame.with_columns(
        *(pl.Series(kind, [band.kept.get(kind, 0) for band in summary.bands], dtype=pl.Int64()) for kind in KINDS),
        *(
            pl.Series(
                f"{kind}_estimated",
                [None if band.estimated is None else band.estimated.get(kind, 0.0) for band in summary.bands],
                dtype=pl.Float64(),
            )
            for kind in KINDS
        ),
    )


def read_summary(folder: PairsFolder) -> dict[str, object] | None:
    """The summary of a finished search as JSON values, None where there is none yet."""
    if not folder.summary.exists():
        return None
    try:
        said = json.loads(folder.summary.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("a damaged summary", file=folder.summary, mend="give the same command again") from error
    assert isinstance(said, dict)
    return said
