"""The stages with the simulated model: what is planted comes out, what is invented does not."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

import pytest

from axiometer.build.statements.extraction.attributing import AttributeStatements
from axiometer.build.statements.extraction.extracting import UNSUPPORTED, ExtractStatements
from axiometer.build.statements.extraction.positions import FACT, TellPositions
from axiometer.build.statements.extraction.spans import same_words
from axiometer.models.protocols import Request
from axiometer.models.simulated_writer import SimulatedWriter
from axiometer.models.writer_news import folded
from axiometer.models.writer_profile import load_writer
from axiometer.models.writer_profile_news import Extraction
from axiometer.records.corpus_rows import Attribution, Statement, Text, make_text
from axiometer.runtime.stages.rows import CallStage, Dropped, Kept, Rejected
from axiometer.starter.news import NATIONS, NewsText, PlantedStatement, load_news

In = TypeVar("In")
Out = TypeVar("Out")
NOTHING = dict.fromkeys(Extraction.model_fields, 0.0)


def writer(**shares: float) -> SimulatedWriter:
    """The extractor with these faults alone."""
    profile = load_writer("extractor")
    return SimulatedWriter(profile.model_copy(update={"extraction": Extraction(**{**NOTHING, **shares})}))


def asked(model: SimulatedWriter, stage: CallStage[In, Out], row: In) -> Kept[Out] | Dropped | Rejected:
    """What becomes of a row, asked once more where that is needed; what was usable counts."""
    request = stage.render(row)
    if not isinstance(request, Request):
        return request
    reply = model.read(asyncio.run(model.send(request)))
    end = stage.read(row, reply)
    if isinstance(end, Rejected):
        again = stage.repair(row, request, reply, end)
        end = stage.read(row, model.read(asyncio.run(model.send(again))))
    return end.usable if isinstance(end, Rejected) and end.usable is not None else end  # type: ignore[return-value]


@cache
def texts(nation: str) -> tuple[tuple[Text, NewsText], ...]:
    news = load_news(nation)
    return tuple(
        (
            make_text(
                lang=news.lang,
                text=text.text,
                source=text.id,
                outlet=text.outlet,
                nation=nation,
                date=text.date.isoformat(),
            ),
            text,
        )
        for text in news.texts[:24]
    )


def planted_of(found: Statement, text: NewsText) -> PlantedStatement | None:
    return next((each for each in text.statements if same_words(each.text, found.text)), None)


def extracted(model: SimulatedWriter, nation: str) -> list[tuple[NewsText, Sequence[Statement]]]:
    stage = ExtractStatements()
    ends = [(text, asked(model, stage, row)) for row, text in texts(nation)]
    return [(text, end.rows if isinstance(end, Kept) else ()) for text, end in ends]


@pytest.mark.parametrize("nation", NATIONS)
def test_without_faults_every_planted_statement_is_found_word_for_word_and_nothing_else(nation: str) -> None:
    for text, rows in extracted(writer(), nation):
        assert Counter(folded(row.text) for row in rows) == Counter(folded(each.text) for each in text.statements)
        assert all(row.verbatim for row in rows)


@pytest.mark.parametrize("nation", NATIONS)
def test_other_white_space_and_quotation_marks_change_nothing(nation: str) -> None:
    model = writer(dressed=1.0)
    for text, rows in extracted(model, nation):
        assert all(row.text in text.text for row in rows)
        assert len(rows) == len({folded(each.text) for each in text.statements})


@pytest.mark.parametrize("nation", NATIONS)
def test_invented_statements_are_rejected_and_the_true_ones_beside_them_kept(nation: str) -> None:
    stage, model = ExtractStatements(), writer(invented=1.0)
    wrong = total = 0
    for row, text in texts(nation):
        request = stage.render(row)
        assert isinstance(request, Request)
        reply = model.read(asyncio.run(model.send(request)))
        listed = json.loads(reply.text)["statements"]
        total += sum(folded(each["statement"]) not in folded(text.text) for each in listed)
        end = stage.read(row, reply)
        assert (isinstance(end, Rejected) and end.problem == UNSUPPORTED) or not text.statements
        kept = end.usable.rows if isinstance(end, Rejected) and end.usable is not None else ()
        wrong += sum(isinstance(each, Statement) and planted_of(each, text) is None for each in kept)
    assert total > 20 and wrong <= 0.02 * total


def test_omissions_and_reports_come_at_their_shares() -> None:
    found = [pair for nation in NATIONS for pair in extracted(writer(omitted=0.3, facts=0.5), nation)]
    there = sum(len(text.statements) for text, _ in found)
    kept = sum(planted_of(row, text) is not None for text, rows in found for row in rows)
    facts = sum(planted_of(row, text) is None for text, rows in found for row in rows)
    assert 0.62 < kept / there < 0.78
    assert 0.42 < facts / sum(len(text.facts) for text, _ in found) < 0.58


def test_positions_are_told_from_reports_with_the_planted_question_and_stance() -> None:
    stage, model = TellPositions(), writer(facts=1.0)
    for nation in ("cn", "fr"):
        issues = load_news(nation).issues
        for text, rows in extracted(model, nation):
            for row in rows:
                end, planted = asked(model, stage, row), planted_of(row, text)
                if planted is None:
                    assert isinstance(end, Dropped) and end.reason == FACT
                else:
                    assert isinstance(end, Kept) and end.rows[0].stance == planted.stance
                    asks_more = any(word in issues[planted.issue].question for word in ("谁", "什么"))
                    assert asks_more or end.rows[0].question == issues[planted.issue].question


def test_attribution_is_the_planted_one_and_errors_are_flagged() -> None:
    stage = AttributeStatements()
    for share, least in ((0.0, 1.0), (1.0, 0.0)):
        model = writer(misattributed=share)
        right, flagged = Counter[bool](), Counter[bool]()
        for text, rows in extracted(model, "uk"):
            for row in rows:
                end, planted = asked(model, stage, row), planted_of(row, text)
                assert isinstance(end, Kept) and planted is not None
                correct = end.rows[0].attribution == planted.attribution
                right[correct] += 1
                flagged[end.rows[0].doubt is not None] += not correct
        assert right[True] == least * right.total()
        assert flagged[True] >= 0.9 * flagged.total()  # the lists disagree with a wrong model


def test_speakers_who_do_not_stand_in_the_text_are_never_taken() -> None:
    stage, model = AttributeStatements(), writer(imagined=1.0)
    for text, rows in extracted(model, "de"):
        for row in rows:
            end = asked(model, stage, row)
            assert isinstance(end, Kept)
            assert end.rows[0].speaker is None or end.rows[0].speaker in text.text


def test_prose_is_mended_and_what_is_lost_or_refused_ends() -> None:
    stage = TellPositions()
    row = extracted(writer(), "us")[0][1][0]
    assert isinstance(asked(writer(prose=1.0), stage, row), Kept)
    assert isinstance(asked(writer(lost=1.0), stage, row), Rejected)
    assert isinstance(asked(writer(refused=1.0), stage, row), Dropped)


@pytest.mark.parametrize(
    ("lang", "affirmed", "denied"),
    [
        ("en", "Schools should close on Fridays.", "Schools should not close on Fridays."),
        ("zh", "学校周五应当停课。", "学校周五不应当停课。"),
        ("fr", "L’école doit fermer le vendredi.", "L’école ne doit pas fermer le vendredi."),
        ("de", "Die Schule soll am Freitag schließen.", "Die Schule soll am Freitag nicht schließen."),
    ],
)
def test_of_other_texts_statements_with_ought_words_are_found_and_opposites_answer_one_question(
    lang: str, affirmed: str, denied: str
) -> None:
    model, tell = writer(), TellPositions()
    row = make_text(lang=lang, text=f"{affirmed} {denied} 12345 67890.", source="own.csv:1", outlet="X")
    end = asked(model, ExtractStatements(), row)
    assert isinstance(end, Kept) and [each.text for each in end.rows] == [affirmed, denied]
    ends = [asked(model, tell, each) for each in end.rows]
    positions = [each.rows[0] for each in ends if isinstance(each, Kept)]
    assert [each.stance for each in positions] == [1, -1]
    assert positions[0].question == positions[1].question
    voice = asked(model, AttributeStatements(), positions[0])
    assert isinstance(voice, Kept) and voice.rows[0].attribution is Attribution.OUTLET
