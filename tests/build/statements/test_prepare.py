"""Texts of nations, each once: what a copy is, which one stays, and whose texts there are."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build.corpus.ingest.conftest import Here

from axiometer.build.corpus.ingest import IngestOptions, check_sources, ingest
from axiometer.build.statements.preparing.copies import COPIED, FEW, find_copies, likely_pairs
from axiometer.build.statements.preparing.prepare import (
    COPIES_FILE,
    COPY,
    NO_NATION,
    OTHER_NATION,
    prepare,
)
from axiometer.build.statements.preparing.shingles import sample, share_in, shingles
from axiometer.build.statements.starter_texts import starter_text_of, write_starter_texts
from axiometer.records.corpus_rows import Text
from axiometer.records.schemas import to_rows
from axiometer.records.texts.sentences import sentence_ends
from axiometer.runtime.progress import Silent
from axiometer.runtime.stages.parts import StageFolder
from axiometer.starter.news import NATIONS, News, load_news

Edit = Callable[[list[str], random.Random], str]


def ingested(folder: Path, *files: Path, **options: object) -> StageFolder:
    wanted = IngestOptions(repeats=True, **options)  # type: ignore[arg-type]
    output = StageFolder(folder / "ingest")
    ingest(check_sources(files, wanted), wanted, output, Here(), Silent())
    return output


def prepared(
    folder: Path, *files: Path, nations: Sequence[str] = (), **options: object
) -> tuple[list[Text], pl.DataFrame]:
    source, output = ingested(folder, *files, **options), StageFolder(folder / "prepare")
    prepare(source, output, folder / "tables", nations)
    texts = [text for name in output.names() for text in to_rows(output.rows_of(name), Text)]
    return texts, pl.read_parquet(folder / "tables" / COPIES_FILE)


def table(folder: Path, rows: Sequence[dict[str, object]], name: str = "texts.jsonl") -> Path:
    path = folder / name
    pl.DataFrame(rows).write_ndjson(path)
    return path


def sentences(text: str) -> list[str]:
    ends = sentence_ends(text)
    return [text[begin:end] for begin, end in zip([0, *ends], ends, strict=False) if end > begin]


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Text], pl.DataFrame]:
    folder = tmp_path_factory.mktemp("starter")
    return prepared(folder, write_starter_texts(NATIONS, folder))


def test_every_planted_copy_of_five_nations_is_found_and_nothing_else(
    starter: tuple[list[Text], pl.DataFrame],
) -> None:
    texts, copies = starter
    planted = {text.id: text.copy_of for nation in NATIONS for text in load_news(nation).texts if text.copy_of}
    by_id = {text.id: text for text in texts}
    found = {}
    for row in copies.iter_rows(named=True):
        copy, original = starter_text_of(row["url"]), starter_text_of(by_id[row["of"]].url)
        assert copy is not None and original is not None
        found[copy[1].id] = original[1].id
    assert found == planted
    assert len(texts) == sum(len(load_news(nation).texts) for nation in NATIONS) - len(planted)
    assert copies["share"].min() > 0.7 and set(copies["outlet"]) and copies["date"].null_count() == 0


EDITS: dict[str, Edit] = {
    "first half": lambda said, draw: "".join(said[: (len(said) + 1) // 2]),
    "first third": lambda said, draw: "".join(said[: max(2, len(said) // 3)]),
    "another lead": lambda said, draw: "Our correspondent has this story from the coast. " + "".join(said),
    "without its first sentence": lambda said, draw: "".join(said[1:]),
    "other order": lambda said, draw: " ".join(draw.sample(said, len(said))),
    "a word in twenty": lambda said, draw: exchanged("".join(said), 0.05, draw),
    "shouted": lambda said, draw: "".join(said).upper().replace(",", " ,"),
}


def exchanged(text: str, share: float, draw: random.Random) -> str:
    parts = re.findall(r"[\u3400-\u9fff]|[^\W_]+|\W+", text)
    words = [part for part in parts if part[0].isalnum()]
    return "".join(draw.choice(words) if part[0].isalnum() and draw.random() < share else part for part in parts)


@pytest.mark.parametrize("edit", EDITS)
def test_edits_that_were_not_looked_at_for_the_threshold_are_copies_too(edit: str, tmp_path: Path) -> None:
    draw = random.Random(edit)
    news = [load_news(nation) for nation in NATIONS]
    rows = [row for each in news for row in edited(each, EDITS[edit], draw)]
    texts, copies = prepared(tmp_path, table(tmp_path, rows))
    whole = {text.url for text in texts}
    expected = {row["url"] for row in rows if str(row["url"]).endswith("original")}
    assert len(expected & whole) >= 0.99 * len(expected), "an original went"
    assert copies.height >= 0.97 * len(rows) / 2, "copies that were not found"
    assert copies.height <= len(rows) / 2


def edited(news: News, edit: Edit, draw: random.Random) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for text in news.texts:
        if text.copy_of is None and len(said := sentences(text.text)) > 3:
            shared = {"nation": news.nation, "lang": news.lang}
            rows.append({**shared, "date": "2020-01-01", "url": f"{text.id} original", "text": text.text})
            rows.append({**shared, "date": "2020-01-02", "url": f"{text.id} copy", "text": edit(said, draw)})
    return rows


def test_texts_that_quote_one_statement_are_no_copies(tmp_path: Path) -> None:
    rows = []
    for nation in NATIONS:
        news = load_news(nation)
        quoted = sentences(next(text for text in news.texts if text.statements).text)[1]
        for text in news.texts:
            if text.copy_of is None:
                words = "".join(sentences(text.text)) + (" " if news.lang != "zh" else "") + quoted
                rows.append({"nation": nation, "lang": news.lang, "text": words, "url": text.id})
    _, copies = prepared(tmp_path, table(tmp_path, rows))
    assert copies.height == 0


def test_of_copies_the_earliest_stays_and_a_short_notice_goes_for_the_whole_story(tmp_path: Path) -> None:
    story = load_news("uk").texts[0].text
    rows = [
        {"nation": "uk", "outlet": "B", "date": "2023-02-03", "text": story},
        {"nation": "uk", "outlet": "C", "date": None, "text": story + " More follows."},
        {"nation": "uk", "outlet": "A", "date": "2023-02", "text": story},
        {"nation": "uk", "outlet": "D", "date": "2023-01-01", "text": "".join(sentences(story)[:3])},
    ]
    texts, copies = prepared(tmp_path, table(tmp_path, rows))
    assert [text.outlet for text in texts] == ["A"]
    assert set(copies["outlet"]) == {"B", "C", "D"} and set(copies["of_outlet"]) == {"A"}
    assert copies.filter(pl.col("outlet") == "D")["share"].item() == 1.0


def test_the_order_of_the_rows_decides_nothing(tmp_path: Path) -> None:
    news = load_news("de")
    rows = [
        {"nation": "de", "outlet": text.outlet, "date": text.date.isoformat(), "url": text.id, "text": text.text}
        for text in news.texts
    ]
    one = prepared(tmp_path / "a", table(tmp_path, rows, "a.jsonl"))[1]
    random.Random(3).shuffle(rows)
    other = prepared(tmp_path / "b", table(tmp_path, rows, "b.jsonl"))[1]
    assert one.drop("source", "of_source").equals(other.drop("source", "of_source")) and one.height == 5


def test_nations_are_worked_apart_and_share_no_id(tmp_path: Path) -> None:
    story = load_news("us").texts[0].text
    rows = [{"nation": nation, "text": story} for nation in ("US ", "uk", "us")]
    texts, copies = prepared(tmp_path, table(tmp_path, rows))
    assert [text.nation for text in texts] == ["us", "uk"] and len({text.id for text in texts}) == 2
    assert copies["nation"].to_list() == ["us"] and copies["of"].item() == texts[0].id


def test_a_named_nation_fills_and_filters(tmp_path: Path) -> None:
    english = [text.text for text in load_news("us").texts[:3]]
    rows = [{"nation": nation, "text": text} for nation, text in zip(("us", None, "uk"), english, strict=True)]
    path = table(tmp_path, rows)
    texts, _ = prepared(tmp_path / "a", path, nations=("us",))
    assert [text.nation for text in texts] == ["us", "us"]
    fates = StageFolder(tmp_path / "a" / "prepare").fates_of("000000")
    assert fates["reason"].to_list() == [None, None, OTHER_NATION]
    texts, _ = prepared(tmp_path / "b", path)
    assert [text.nation for text in texts] == ["us", "uk"]
    assert StageFolder(tmp_path / "b" / "prepare").fates_of("000000")["reason"].to_list() == [None, NO_NATION, None]


def test_pieces_of_a_long_copy_go_together(tmp_path: Path) -> None:
    long = " ".join(text.text for text in load_news("uk").texts[:12] if text.copy_of is None)
    rows = [
        {"nation": "uk", "outlet": "A", "date": "2021-01-01", "text": long},
        {"nation": "uk", "outlet": "B", "date": "2021-01-02", "text": "A new lead stands here. " + long},
    ]
    texts, copies = prepared(tmp_path, table(tmp_path, rows), max_characters=1_000)
    assert len(texts) > 3 and {text.outlet for text in texts} == {"A"}
    fates = StageFolder(tmp_path / "prepare").fates_of("000000")
    assert copies.height == 1 and (fates["reason"] == COPY).sum() > 3


def test_what_is_prepared_is_left_alone_until_texts_change(tmp_path: Path) -> None:
    rows = [{"nation": "us", "text": text.text} for text in load_news("us").texts]
    prepared(tmp_path, table(tmp_path, rows))
    file = tmp_path / "prepare" / "rows" / "000000.parquet"
    before = (file.stat().st_mtime_ns, file.read_bytes())
    prepared(tmp_path, tmp_path / "texts.jsonl")
    assert (file.stat().st_mtime_ns, file.read_bytes()) == before
    (tmp_path / "tables" / COPIES_FILE).unlink()
    assert prepared(tmp_path, tmp_path / "texts.jsonl")[1].height == 5 and file.read_bytes() == before[1]


def test_a_story_in_hundreds_of_outlets_takes_work_in_proportion_to_their_number() -> None:
    story = shingles(load_news("fr").texts[0].text)
    samples = [sample(story)] * (40 * FEW)
    pairs = likely_pairs(samples)
    assert len(pairs) < 5 * len(samples)
    found = find_copies(pairs, lambda _: story, len(samples))
    assert found.of[0] == -1 and (found.of[1:] == 0).all()


def test_a_line_below_every_text_makes_no_copies() -> None:
    line = " This text may be printed free of charge where the agency is named as its source."
    texts = [text.text + line for nation in ("us", "uk") for text in load_news(nation).texts if text.copy_of is None]
    sets = [shingles(text) for text in texts]
    found = find_copies(likely_pairs([sample(each) for each in sets]), sets.__getitem__, len(sets))
    assert (found.of == -1).all()


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=60)
def test_shares_are_shares_and_a_text_is_a_copy_of_itself(one: str, other: str) -> None:
    first, second = shingles(one), shingles(other)
    assert share_in(first, first) == 1.0 and 0.0 <= share_in(first, second) <= 1.0
    assert np.array_equal(shingles(one.upper()), shingles(one.upper().casefold()))
    found = find_copies(np.array([[0, 1]]), [first, second].__getitem__, 2)
    assert (found.of >= 0).sum() == int(max(share_in(first, second), share_in(second, first)) >= COPIED)
