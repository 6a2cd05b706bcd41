"""Precision and recall against planted truth: they fall where a step is wrong, by as much as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.build.statements.extraction.extracting import make_statement
from axiometer.build.statements.options import StatementsFolder
from axiometer.build.statements.preparing.prepare import COPIES, COPIES_FILE
from axiometer.build.statements.recovery import grouping, recovering
from axiometer.build.statements.recovery.table import ALL, RECOVERY, Recovered, frame, with_totals
from axiometer.build.statements.recovery.truth import Passage, Truth
from axiometer.build.statements.starter_texts import ADDRESS, starter_csv, starter_nations, starter_text_of
from axiometer.errors import InputError
from axiometer.records.corpus_rows import Attribution, Statement, Text, make_text
from axiometer.records.schemas import Row, to_frame
from axiometer.records.tables import write_parquet
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.starter.news import NATIONS, News, load_news

NEWS: News = load_news("uk")


def written(folder: StatementsFolder, step: str, rows: Sequence[Row], row_type: type[Row]) -> None:
    fates = [Fate(row.id, Status.KEPT, outputs=(row.id,)) for row in rows]  # type: ignore[attr-defined]
    folder.stage(step).write("000000", to_frame(list(rows), row_type), fates, "made by a test")


@pytest.fixture
def texts(tmp_path: Path) -> tuple[StatementsFolder, list[Text]]:
    """The first texts of one nation that have statements, as `prepare` leaves them."""
    folder = StatementsFolder(tmp_path)
    some = [text for text in NEWS.texts if text.copy_of is None and len(text.statements) == 2 and text.facts][:8]
    rows = [
        make_text(lang="en", text=text.text, source=text.id, nation="uk", outlet=text.outlet, url=ADDRESS + text.id)
        for text in some
    ]
    written(folder, "prepare", rows, Text)
    return folder, rows


def said(row: Text, words: str) -> Statement:
    begin = row.text.index(words)
    return make_statement(row, (begin, begin + len(words)))


def planted(row: Text) -> list[Statement]:
    known = starter_text_of(row.url)
    assert known is not None
    return [said(row, each.text) for each in known[1].statements]


def facts(row: Text) -> list[Statement]:
    known = starter_text_of(row.url)
    assert known is not None
    return [said(row, fact) for fact in known[1].facts]


def test_statements_that_are_missing_or_facts_are_counted(texts: tuple[StatementsFolder, list[Text]]) -> None:
    folder, rows = texts
    found = [statement for row in rows for statement in planted(row)][1:]
    written(folder, "extract", [*found, facts(rows[0])[0]], Statement)
    truth = Truth.of(folder, ["uk"])
    by = {row.what: row for row in recovering.extraction(truth, NEWS, "prepare", "extract")}
    statements = by["statements"]
    assert (statements.planted, statements.found, statements.right) == (16, 15, 15)
    assert by["facts taken for statements"].found == 1 and by["word for word"].right == 15
    assert by["of words where nothing is planted"].found == 0


def test_a_statement_is_known_by_the_place_of_its_words_not_by_its_wording(
    texts: tuple[StatementsFolder, list[Text]],
) -> None:
    folder, rows = texts
    row = rows[0]
    whole = make_statement(row, (0, len(row.text)))
    part = planted(row)[0]
    shorter = replace(part, end=part.start + (part.end - part.start) // 3, text="other words")
    longer = replace(part, start=max(0, part.start - 20), text="in other words", verbatim=False)
    truth = Truth.of(folder, ["uk"])
    assert (matched := truth.match(longer)) is not None and matched.planted is not None
    assert (matched := truth.match(shorter)) is not None and matched.planted is None
    assert (matched := truth.match(whole)) is not None and matched.planted is not None
    assert truth.match(replace(part, text_id="of another text")) is None


def test_positions_and_facts_are_each_counted_by_what_was_kept(texts: tuple[StatementsFolder, list[Text]]) -> None:
    folder, rows = texts
    positions = [statement for row in rows for statement in planted(row)]
    reports = [facts(row)[0] for row in rows]
    written(folder, "extract", [*positions, *reports], Statement)
    written(folder, "value-or-fact", [*positions[4:], *reports[:2]], Statement)
    kept, dropped = recovering.positions(Truth.of(folder, ["uk"]), NEWS, "extract", "value-or-fact")
    assert (kept.planted, kept.found, kept.right) == (16, 14, 12)
    assert (dropped.planted, dropped.found, dropped.right) == (8, 10, 6)


def test_wrong_attributions_lower_the_class_that_was_said_and_the_one_that_is_right(
    texts: tuple[StatementsFolder, list[Text]],
) -> None:
    folder, rows = texts
    true = {
        each.text: each.attribution
        for row in rows
        if (known := starter_text_of(row.url))
        for each in known[1].statements
    }
    right = [replace(each, attribution=Attribution(true[each.text])) for row in rows for each in planted(row)]
    written(folder, "attribute", right, Statement)
    perfect = {row.what: row for row in recovering.attributions(Truth.of(folder, ["uk"]), NEWS, "attribute")}
    assert all(perfect[name].planted == perfect[name].right for name in set(true.values()))
    quoted = next(place for place, each in enumerate(right) if each.attribution is Attribution.QUOTED)
    right[quoted] = replace(right[quoted], attribution=Attribution.GOVERNMENT, doubt="they differ")
    written(folder, "attribute", right, Statement)
    by = {row.what: row for row in recovering.attributions(Truth.of(folder, ["uk"]), NEWS, "attribute")}
    assert by["quoted"].right == (perfect["quoted"].right or 0) - 1
    assert by["government"].found == (perfect["government"].found or 0) + 1
    flagged = by["wrong and flagged"]
    assert (flagged.planted, flagged.found, flagged.right) == (1, 1, 1)


def test_texts_of_one_found_topic_count_by_the_planted_topic_of_most(
    texts: tuple[StatementsFolder, list[Text]],
) -> None:
    folder, rows = texts
    together = [replace(row, meta={"topic": "one"}) for row in rows[:-1]]
    written(folder, "topics", [*together, rows[-1]], Text)
    by_topic, pairs = grouping.topics(Truth.of(folder, ["uk"]), NEWS, "topics")
    known = [starter_text_of(row.url) for row in rows[:-1]]
    counts = pl.Series([each[1].topic for each in known if each is not None]).value_counts()["count"]
    assert (by_topic.planted, by_topic.found, by_topic.right) == (8, 7, counts.max())
    assert pairs.found == 21 and pairs.right == sum(count * (count - 1) // 2 for count in counts)


def test_issues_that_were_joined_lower_precision_and_look_alikes_are_named(
    texts: tuple[StatementsFolder, list[Text]],
) -> None:
    folder, _ = texts
    alike = next(issue for issue in NEWS.issues.values() if issue.like is not None)
    named = [text for text in NEWS.texts if {each.issue for each in text.statements} & {alike.id, alike.like}]
    rows = [make_text(lang="en", text=text.text, source=text.id, nation="uk", url=ADDRESS + text.id) for text in named]
    written(folder, "prepare", rows, Text)
    truth = Truth.of(folder, ["uk"])
    statements = [replace(each, issue_group="one") for row in rows for each in planted(row)]
    matched = [found for each in statements if (found := truth.match(each)) is not None]
    pairs, joined = grouping.issues(matched, NEWS, "reduce")
    assert pairs.recall == 1.0 and (pairs.precision or 1.0) < 1.0 and joined.found == 1


def test_a_copy_of_another_story_is_found_and_wrong(texts: tuple[StatementsFolder, list[Text]]) -> None:
    folder, rows = texts
    copy = next(text for text in NEWS.texts if text.copy_of is not None)
    row = dict.fromkeys(COPIES.names()) | {
        "id": "c",
        "url": ADDRESS + copy.id,
        "of": rows[0].id,
        "share": 0.9,
    }
    write_parquet(pl.DataFrame([row], COPIES), folder.tables / COPIES_FILE)
    (found,) = recovering.copies(Truth.of(folder, ["uk"]), NEWS)
    assert (found.planted, found.found, found.right) == (6, 1, 0) and found.precision == 0.0


def test_totals_are_sums_and_stand_behind_their_nations() -> None:
    one, other = Recovered("cn", "s", "w", 4, 3, 2), Recovered("us", "s", "w", 6, None, 3)
    rows = with_totals([one, Recovered("cn", "s", "v", None, 0, None), other])
    assert [(row.nation, row.what) for row in rows] == [("cn", "w"), ("us", "w"), (ALL, "w"), ("cn", "v"), (ALL, "v")]
    total = rows[2]
    assert (total.planted, total.found, total.right) == (10, 3, 5) and total.recall == 0.5
    assert with_totals([one]) == [one]
    assert frame(rows).schema == RECOVERY and Recovered("cn", "s", "w", 0, 0, 0).precision is None


@given(st.text(max_size=80), st.text(min_size=1, max_size=20), st.text(max_size=80))
def test_words_are_found_whatever_stands_between_their_letters(before: str, words: str, after: str) -> None:
    passage = Passage(before + " ".join(words) + after)
    share = passage.shared(words, (0, len(passage.text)))
    assert share == (1.0 if any(character.isalnum() for character in words.casefold()) else 0.0)
    assert passage.shared(words, (0, 0)) == 0.0


def test_the_starter_table_says_what_a_table_needs() -> None:
    assert starter_nations("de, UK,cn,uk") == ("cn", "uk", "de") and starter_nations("all") == NATIONS
    table = pl.read_csv(starter_csv(["fr"]).encode(), infer_schema=False)
    assert table.columns == ["url", "nation", "lang", "outlet", "date", "text"]
    assert table.height == len(load_news("fr").texts) and starter_text_of(table["url"][0]) is not None
    assert starter_text_of("https://example.org") is None and starter_text_of(None) is None
    for wrong in ("xx", "", ","):
        with pytest.raises(InputError):
            starter_nations(wrong)
