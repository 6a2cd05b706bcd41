"""Topics of all texts: a barrier over all parts, each nation and language by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from axiometer.build.statements.topics.clustering import Clusters, Tell, cluster
from axiometer.build.statements.topics.keywords import READ, keywords
from axiometer.build.statements.topics.options import FEWEST, TOPIC, TopicOptions
from axiometer.build.statements.topics.projection import Projected, project
from axiometer.build.statements.topics.rows import Topic, topic_id
from axiometer.build.statements.topics.words import lexicon_digest
from axiometer.build.work.search import Search
from axiometer.records.corpus_rows import Text
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.records.tables import read_table, write_parquet, write_rows
from axiometer.runtime.progress import Tally
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status

VERSION: Final = 1
TOPICS: Final = "topics.parquet"
CHOICES: Final = "topics_choice.parquet"
"""What was decided for each nation and language: see `choice_frame`."""
EXAMPLES: Final = 8
EXCERPT: Final = 300
_PART: Final = "000000"
_COLUMNS: Final = ["id", "lang", "nation", "text"]

Group = tuple[str, str]
"""Nation (empty where none is known) and language."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The texts of a group: where each lies (part, row), its id and its words."""

    places: list[tuple[str, int]]
    ids: list[str]
    texts: list[str]


@dataclass(frozen=True, slots=True)
class _Found:
    """Topics of a group, the topic of each of its texts (None: it fits none), and how they came about."""

    topics: list[Topic]
    of_text: list[str | None]
    choice: dict[str, object]


def find_topics(texts: StageFolder, output: StageFolder, tables: Path, options: TopicOptions, search: Search) -> None:
    """Gives every text that fits a topic `meta["topic"]`, its topic's id; writes `topics.parquet` and
    `topics_choice.parquet` into `tables`. Parts keep their names, rows their order; none is dropped.

    Made anew where texts, options or embedder changed. Raises what embedding raises.
    """
    parts = texts.parts()
    basis = content_id(
        "topics", VERSION, lexicon_digest(), options.said, search.embedder, [[part.name, part.digest] for part in parts]
    )
    output.keep_only(texts.names())
    tables_there = all((tables / name).exists() for name in (TOPICS, CHOICES))
    if tables_there and all(output.is_made(part.name, basis) for part in parts):
        return
    topic_of: dict[tuple[str, int], str] = {}
    found: list[_Found] = []
    for group, placed in sorted(groups_of(texts).items()):
        one = _find(group, placed, options, search)
        found.append(one)
        topic_of |= {place: topic for place, topic in zip(placed.places, one.of_text, strict=True) if topic is not None}
    for part in parts:  # before the tables: a run that is killed between finds nothing made and begins again
        output.remove(part.name)
    write_rows([topic for each in found for topic in each.topics], Topic, tables / TOPICS)
    write_parquet(choice_frame([each.choice for each in found]), tables / CHOICES)
    for part in parts:
        rows = [
            with_subject(text, topic_of.get((part.name, row)))
            for row, text in enumerate(to_rows(texts.rows_of(part.name), Text))
        ]
        fates = [Fate(text.id, Status.KEPT, outputs=(text.id,)) for text in rows]
        output.write(part.name, to_frame(rows, Text), fates, basis)
    search.clear()


def read_topics(tables: Path) -> list[Topic]:
    """The topics that `find_topics` wrote, without labels."""
    return list(to_rows(read_table(tables / TOPICS, Topic), Topic))


def write_topic_parts(tables: Path, output: StageFolder) -> None:
    """The topics as the one part that `LabelTopics` is asked about."""
    topics = read_topics(tables)
    signature = content_id("topic part", VERSION, [[each.id, each.keywords, each.examples] for each in topics])
    output.keep_only([_PART])
    if not output.is_made(_PART, signature):
        fates = [Fate(topic.id, Status.KEPT, outputs=(topic.id,)) for topic in topics]
        output.write(_PART, to_frame(topics, Topic), fates, signature)


def with_subject(text: Text, subject: str | None) -> Text:
    """`text` with `meta["topic"]` as given, or without it."""
    meta = {key: said for key, said in text.meta.items() if key != TOPIC}
    if subject is not None:
        meta[TOPIC] = subject
    return text if meta == text.meta else replace(text, meta=meta)


def groups_of(texts: StageFolder) -> dict[Group, Placed]:
    """The texts of all parts by nation and language."""
    found: dict[Group, Placed] = defaultdict(lambda: Placed([], [], []))
    for name in texts.names():
        for row, (key, lang, nation, words) in enumerate(texts.rows_of(name, _COLUMNS).select(_COLUMNS).iter_rows()):
            placed = found[nation or "", lang]
            placed.places.append((name, row))
            placed.ids.append(key)
            placed.texts.append(words)
    return dict(found)


def excerpt(text: str) -> str:
    """The beginning of a text on one line, whole words where there are blanks."""
    line = " ".join(text.split())
    if len(line) <= EXCERPT:
        return line
    cut, blank, _ = line[:EXCERPT].rpartition(" ")
    return (cut if blank and len(cut) > EXCERPT // 2 else line[:EXCERPT]) + " …"


def choice_frame(choices: Sequence[dict[str, object]]) -> pl.DataFrame:
    """One row for each nation and language: texts, how many fit a topic, topics, the share of the variance that the
    dimensions hold, the bound of the cosine, and which k were tried with which silhouette."""
    schema = pl.Schema(
        {
            "nation": pl.String(),
            "lang": pl.String(),
            "texts": pl.Int64(),
            "placed": pl.Int64(),
            "topics": pl.Int64(),
            "method": pl.String(),
            "explained": pl.Float64(),
            "bound": pl.Float64(),
            "k_tried": pl.List(pl.Int64()),
            "silhouette": pl.List(pl.Float64()),
        }
    )
    return pl.DataFrame(choices, schema=schema)


def _find(group: Group, placed: Placed, options: TopicOptions, search: Search) -> _Found:
    nation, lang = group[0] or None, group[1]
    count = len(placed.texts)
    choice: dict[str, object] = {"nation": nation, "lang": lang, "texts": count, "method": str(options.method)}
    if count < FEWEST:
        return _Found([], [None] * count, {**choice, "placed": 0, "topics": 0})
    projected = _projected(placed.texts, options, search)
    clusters = cluster(projected.rows, options, _telling(search, group))
    topics, of_text = _topics(nation, lang, placed, clusters)
    choice |= {
        "placed": sum(each is not None for each in of_text),
        "topics": len(topics),
        "explained": projected.explained,
        "bound": clusters.bound,
        "k_tried": [k for k, _ in clusters.choices],
        "silhouette": [score for _, score in clusters.choices],
    }
    return _Found(topics, of_text, choice)


def _projected(texts: Sequence[str], options: TopicOptions, search: Search) -> Projected:
    """Vectors of many texts are mapped from a file, so that memory does not hold them."""
    file = search.work / content_id("topics", search.embedder, list(texts)) / "rows.npy"
    return project(search.vectors(texts, file), options.dimensions)


def _telling(search: Search, group: Group) -> Tell:
    def tell(what: str, done: int, total: int) -> None:
        search.progress.show(Tally(f"{search.name}: {what} {' '.join(group).strip()}", done=done, total=total))

    return tell


def _topics(nation: str | None, lang: str, placed: Placed, clusters: Clusters) -> tuple[list[Topic], list[str | None]]:
    of_text: list[str | None] = [None] * len(placed.texts)
    topics: list[Topic] = []
    members = [_by_nearness(clusters, number) for number in range(clusters.count)]
    words = keywords([[placed.texts[row] for row in rows[:READ].tolist()] for rows in members], lang)
    for rows, named in zip(members, words, strict=True):
        ids = tuple(placed.ids[row] for row in rows.tolist())
        topic = topic_id(nation, lang, ids)
        shown = _shown(rows)
        topics.append(
            Topic(
                id=topic,
                parent_ids=tuple(placed.ids[row] for row in shown),
                lang=lang,
                nation=nation,
                keywords=named,
                size=len(rows),
                cosine=round(float(clusters.cosine[rows].mean()), 4),
                examples=tuple(excerpt(placed.texts[row]) for row in shown),
            )
        )
        for row in rows.tolist():
            of_text[row] = topic
    return topics, of_text


def _by_nearness(clusters: Clusters, number: int) -> NDArray[np.int64]:
    """The rows of a cluster, nearest its centre first."""
    rows = np.flatnonzero(clusters.labels == number)
    return rows[np.argsort(-clusters.cosine[rows], kind="stable")]


def _shown(rows: NDArray[np.int64]) -> list[int]:
    """Half of the examples lie nearest the centre, the others are spread over the rest to the outermost one."""
    if len(rows) <= EXAMPLES:
        return [int(row) for row in rows]
    near = EXAMPLES // 2
    spread = np.linspace(near, len(rows) - 1, EXAMPLES - near).round().astype(int)
    return [int(row) for row in (*rows[:near], *rows[spread])]
