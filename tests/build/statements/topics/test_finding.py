"""Topics over parts: what every text gets, what the tables hold, and when it is made anew."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest
from benchmarks.topic_texts import TOPICS, documents
from tests.build.statements.topics.made import put, rows_of, searching, texts

from axiometer.build.statements.topics.finding import (
    EXCERPT,
    excerpt,
    find_topics,
    read_topics,
    write_topic_parts,
)
from axiometer.build.statements.topics.options import TOPIC, TopicOptions
from axiometer.records.corpus_rows import Text, make_text
from axiometer.runtime.stages.parts import StageFolder

OPTIONS = TopicOptions.of()
TRUTH = {each.text: each.topic for lang in ("en", "zh") for each in documents(300, langs=(lang,))}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


def found(folder: Path, cache: Path, given: list[Text], part: int = 150) -> list[Text]:
    source, output = put(StageFolder(folder / "in"), given, part), StageFolder(folder / "topics")
    find_topics(source, output, folder / "tables", OPTIONS, searching(cache))
    return rows_of(output)


def purity(rows: Iterable[Text]) -> float:
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if TOPIC in row.meta and TRUTH[row.text] is not None:
            groups[row.meta[TOPIC]].append(str(TRUTH[row.text]))
    return sum(Counter(each).most_common(1)[0][1] for each in groups.values()) / sum(map(len, groups.values()))


def test_planted_topics_are_found_with_their_words(tmp_path: Path, cache: Path) -> None:
    given = [*texts(300), *texts(300, nation="cn", lang="zh")]
    rows = found(tmp_path, cache, given)
    assert [row.id for row in rows] == [row.id for row in given]  # none lost, in their order
    assert purity(rows) > 0.65
    topics = {topic.id: topic for topic in read_topics(tmp_path / "tables")}
    for topic in topics.values():
        assert all(
            (row.nation, row.lang) == (topic.nation, topic.lang) for row in rows if row.meta.get(TOPIC) == topic.id
        )
        assert topic.size == sum(row.meta.get(TOPIC) == topic.id for row in rows)
        assert len(topic.examples) == len(topic.parent_ids) == min(8, topic.size)
    words = {word for lists in TOPICS.values() for word in lists["en"]}
    named = [word for topic in topics.values() if topic.lang == "en" for word in topic.keywords[:3]]
    assert sum(word in words for word in named) / len(named) > 0.9  # not of the background
    noise = [row for row in rows if TRUTH[row.text] is None]
    assert sum(TOPIC not in row.meta for row in noise) / len(noise) > 0.25
    assert sum(TOPIC not in row.meta for row in rows) / len(rows) < 0.15
    choice = pl.read_parquet(tmp_path / "tables" / "topics_choice.parquet").to_dicts()
    assert [(each["nation"], each["lang"], each["texts"]) for each in choice] == [("cn", "zh", 300), ("uk", "en", 300)]
    assert all(each["placed"] == sum(t.size for t in topics.values() if t.nation == each["nation"]) for each in choice)
    assert all(max(each["silhouette"]) > 0 and 0 < each["explained"] < 1 for each in choice)


def test_a_rerun_is_equal_and_touches_nothing(tmp_path: Path, cache: Path) -> None:
    given = texts(200)
    found(tmp_path, cache, given)
    files = sorted(tmp_path.rglob("*.parquet"))
    before = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in files}
    found(tmp_path, cache, given)
    assert {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in files if "/in/" not in str(file)} == {
        file: said for file, said in before.items() if "/in/" not in str(file)
    }
    (tmp_path / "topics" / "fates" / "000001.parquet").unlink()  # as if it had been killed there
    found(tmp_path, cache, given)
    assert {file: file.read_bytes() for file in files} == {file: said for file, (_, said) in before.items()}


def test_topics_do_not_depend_on_how_texts_are_cut_into_parts(tmp_path: Path, cache: Path) -> None:
    given = texts(200)
    one, two = found(tmp_path / "a", cache, given, 150), found(tmp_path / "b", cache, given, 40)
    assert [row.meta for row in one] == [row.meta for row in two]


def test_more_texts_are_clustered_anew_and_parts_that_are_gone_are_gone(tmp_path: Path, cache: Path) -> None:
    found(tmp_path, cache, texts(200))
    rows = found(tmp_path, cache, texts(300))
    assert len(rows) == 300
    assert sum(topic.size for topic in read_topics(tmp_path / "tables")) == sum(TOPIC in row.meta for row in rows)
    assert len(found(tmp_path, cache, texts(100))) == 100
    assert StageFolder(tmp_path / "topics").names() == ["000000"]


@pytest.mark.parametrize("count", [0, 1, 9])
def test_few_texts_have_no_topics_and_none_is_lost(tmp_path: Path, cache: Path, count: int) -> None:
    given = [
        make_text(lang="fi", text=f"teksti {n}", source="x", meta={TOPIC: "old", "keep": "me"}) for n in range(count)
    ]
    rows = found(tmp_path, cache, given)
    assert [row.meta for row in rows] == [{"keep": "me"}] * count  # a topic that was there before is none of ours
    assert read_topics(tmp_path / "tables") == []
    choice = pl.read_parquet(tmp_path / "tables" / "topics_choice.parquet")
    assert choice["placed"].sum() == 0


def test_topics_go_to_the_model_as_one_part_made_once(tmp_path: Path, cache: Path) -> None:
    found(tmp_path, cache, texts(200))
    part = StageFolder(tmp_path / "found")
    write_topic_parts(tmp_path / "tables", part)
    made = part.rows_file("000000").stat().st_mtime_ns
    write_topic_parts(tmp_path / "tables", part)
    assert part.rows_file("000000").stat().st_mtime_ns == made
    assert part.part("000000") is not None
    assert part.account().kept == len(read_topics(tmp_path / "tables")) > 0


def test_an_excerpt_is_one_line_of_whole_words() -> None:
    assert excerpt("one\n two") == "one two"
    cut = excerpt("word " * 200)
    assert len(cut) <= EXCERPT + 2
    assert cut.endswith("word …")
    assert excerpt("字" * 400) == "字" * EXCERPT + " …"
    assert math.isclose(len(excerpt("x" * 400)), EXCERPT + 2)
