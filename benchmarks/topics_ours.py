"""`python -m benchmarks.topics_ours WAY FOLDER [K]`: a process that makes the topics of the documents in FOLDER.

WAY: `vectors` embeds them alone; `topics` finds topics as `build statements` does; `naive` clusters TF-IDF rows of all
words by k-means with K given, without vectors or projection.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

from axiometer.build.statements.topics.finding import find_topics, groups_of
from axiometer.build.statements.topics.options import TopicOptions
from axiometer.build.statements.topics.words import words_of
from axiometer.build.work.search import Search
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners.local import LocalRunner
from axiometer.runtime.stages.parts import StageFolder
from axiometer.similarity.embedders import DEFAULT_EMBEDDER


def main(way: str, folder: Path, k: int) -> None:
    texts = StageFolder(folder / "texts")
    if way == "naive":
        return naive(texts, folder / "naive.parquet", k)
    with LocalRunner() as runner:
        search = Search(DEFAULT_EMBEDDER, 1.0, folder / "vectors", runner, Silent(), "topics")
        if way == "topics":
            find_topics(texts, StageFolder(folder / "topics"), folder / "tables", TopicOptions.of(), search)
        else:
            for number, placed in enumerate(groups_of(texts).values()):
                search.vectors(placed.texts, folder / "vectors" / f"rows-{number}.npy")
    return None


def naive(texts: StageFolder, output: Path, k: int) -> None:
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import TfidfVectorizer

    frames = []
    for (_, lang), placed in groups_of(texts).items():
        rows = TfidfVectorizer(analyzer=lambda text, lang=lang: list(words_of(text, lang))).fit_transform(placed.texts)
        labels = KMeans(min(k, len(placed.texts)), n_init=1, random_state=0).fit(rows).labels_
        frames.append(pl.DataFrame({"id": placed.ids, "cluster": [f"{lang}-{each}" for each in np.asarray(labels)]}))
    pl.concat(frames).write_parquet(output)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
