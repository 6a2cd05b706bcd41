"""Topics of 100,000 short documents: time, memory, and how well planted topics come back, beside a naive way."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from axiometer.build.statements.topics.options import TOPIC
from axiometer.records.corpus_rows import Text, make_text
from axiometer.records.schemas import to_frame
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.starter.news import NATIONS, load_news
from benchmarks.processes import Taken, run
from benchmarks.topic_texts import TOPICS, documents

SIZES, FEW = (10_000, 30_000, 100_000), (2_000, 5_000)
NAIVE_AT_MOST = 30_000
PART = 2_000


@dataclass(frozen=True, slots=True)
class Recovered:
    """How clusters agree with what is planted. purity, nmi: of documents that have both; nmi is normalised mutual
    information (arithmetic mean of the entropies). lost: documents of a topic that were put under none; noise: the
    share of noise that was put under none."""

    clusters: int
    purity: float
    nmi: float
    lost: float
    noise: float


def topics(small: bool = False) -> None:
    """Prints a line per size and way."""
    print("\n# topics of short documents, half English, half Chinese; 24 planted topics that overlap, 10 % noise\n")
    head = f"{'documents':>9} {'way':32} {'seconds':>8} {'CPU s':>7} {'peak MiB':>9}"
    print(f"{head} {'found':>6} {'purity':>7} {'NMI':>6} {'lost':>6} {'noise out':>9}")
    for size in FEW if small else SIZES:
        with TemporaryDirectory() as name:
            _one_size(Path(name), size)
    print("\n# the starter news, five nations, by their planted topics (copies left out)\n")
    print(head.replace("documents", "    texts") + f" {'found':>6} {'purity':>7} {'NMI':>6} {'lost':>6}")
    with TemporaryDirectory() as name:
        truth = _write(Path(name), *_news())
        _show(len(truth), "vectors and topics", _run("topics", Path(name)), _ours(Path(name), truth))
        k = round(np.mean([len({text.topic for text in load_news(nation).texts}) for nation in NATIONS]))
        _show(len(truth), f"naive, k = {k} given", _run("naive", Path(name), str(k)), _naive(Path(name), truth))


def _one_size(folder: Path, size: int) -> None:
    made = documents(size)
    texts = [make_text(lang=each.lang, text=each.text, source=str(n), nation="xx") for n, each in enumerate(made)]
    truth = _write(folder, texts, [each.topic for each in made])
    _show(size, "vectors", _run("vectors", folder), None)
    _show(size, "topics of these vectors", _run("topics", folder), _ours(folder, truth))
    if size <= NAIVE_AT_MOST:
        taken = _run("naive", folder, str(len(TOPICS)))
        _show(size, f"naive: TF-IDF, k = {len(TOPICS)} given", taken, _naive(folder, truth))


def _news() -> tuple[list[Text], list[str | None]]:
    texts, truth = [], []
    for nation in NATIONS:
        news = load_news(nation)
        for text in news.texts:
            if text.copy_of is None:
                texts.append(make_text(lang=news.lang, text=text.text, source=text.id, nation=nation))
                truth.append(f"{nation} {text.topic}")
    return texts, truth


def _write(folder: Path, texts: Sequence[Text], topics_of: Sequence[str | None]) -> dict[str, str | None]:
    """Writes the texts in parts; gives the planted topic by id."""
    output = StageFolder(folder / "texts")
    for start in range(0, len(texts), PART):
        rows = texts[start : start + PART]
        fates = [Fate(row.id, Status.KEPT, outputs=(row.id,)) for row in rows]
        output.write(f"{start // PART:06d}", to_frame(rows, Text), fates, str(start))
    return {text.id: topic for text, topic in zip(texts, topics_of, strict=True)}


def _run(way: str, folder: Path, *more: str) -> Taken:
    return run([sys.executable, "-m", "benchmarks.topics_ours", way, str(folder), *more])


def _ours(folder: Path, truth: Mapping[str, str | None]) -> Recovered:
    rows = StageFolder(folder / "topics")
    found = pl.concat([rows.rows_of(name, ["id", "meta"]) for name in rows.names()])
    found = found.with_columns(cluster=found["meta"].str.json_path_match(f"$.{TOPIC}"))
    return recovered(dict(zip(found["id"], found["cluster"], strict=True)), truth)


def _naive(folder: Path, truth: Mapping[str, str | None]) -> Recovered:
    found = pl.read_parquet(folder / "naive.parquet")
    return recovered(dict(zip(found["id"], found["cluster"], strict=True)), truth)


def recovered(clusters: Mapping[str, str | None], truth: Mapping[str, str | None]) -> Recovered:
    """How clusters (by id, None: none) agree with planted topics (None: noise)."""
    from sklearn.metrics import normalized_mutual_info_score

    placed = pl.DataFrame(
        [(key, clusters.get(key), topic) for key, topic in truth.items()], ["id", "cluster", "topic"], orient="row"
    )
    real, noise = placed.filter(pl.col("topic").is_not_null()), placed.filter(pl.col("topic").is_null())
    both = real.drop_nulls("cluster")
    largest = both.group_by("cluster", "topic").len().group_by("cluster").agg(pl.col("len").max())["len"].sum()
    return Recovered(
        clusters=placed["cluster"].drop_nulls().n_unique(),
        purity=largest / max(both.height, 1),
        nmi=float(normalized_mutual_info_score(both["topic"].to_list(), both["cluster"].to_list())),
        lost=1 - both.height / max(real.height, 1),
        noise=noise["cluster"].null_count() / noise.height if noise.height else float("nan"),
    )


def _show(size: int, way: str, taken: Taken, found: Recovered | None) -> None:
    line = f"{size:>9} {way:32} {taken.wall:>8.1f} {taken.cpu:>7.1f} {taken.memory:>9.0f}"
    if found is not None:
        line += f" {found.clusters:>6} {found.purity:>7.3f} {found.nmi:>6.3f} {found.lost:>6.1%}"
        line += "" if np.isnan(found.noise) else f" {found.noise:>9.1%}"
    print(line, flush=True)
