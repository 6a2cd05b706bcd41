"""Whose view a statement is, by word lists."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.build.statements.extraction.lexicon import LANGUAGES
from axiometer.build.statements.extraction.patterns import attribution_by_patterns, is_official
from axiometer.build.statements.extraction.quotations import quotations
from axiometer.build.statements.extraction.spans import BETWEEN, context_of, find_span
from axiometer.records.corpus_rows import Attribution
from axiometer.starter.news import NATIONS, load_news

GOVERNMENT, OUTLET, QUOTED, UNKNOWN = (
    Attribution.GOVERNMENT,
    Attribution.OUTLET,
    Attribution.QUOTED,
    Attribution.UNKNOWN,
)


@pytest.mark.parametrize(
    ("words", "context", "outlet", "lang", "whose", "speaker"),
    [
        (
            "Buses must stay cheap",
            "“Buses must stay cheap,” said Ida Fenn, a nurse.",
            "The Post",
            "en",
            QUOTED,
            "Ida Fenn",
        ),
        (
            "buses must stay cheap",
            "Ida Fenn, who drives one, said that buses must stay cheap.",
            "The Post",
            "en",
            QUOTED,
            "Ida Fenn",
        ),
        (
            "buses must stay cheap",
            "The transport ministry said buses must stay cheap.",
            "The Post",
            "en",
            GOVERNMENT,
            None,
        ),
        ("buses must stay cheap", "Critics say that buses must stay cheap.", "The Post", "en", UNKNOWN, None),
        (
            "buses must stay cheap",
            "According to Ida Fenn, buses must stay cheap.",
            "The Post",
            "en",
            QUOTED,
            "Ida Fenn",
        ),
        ("Buses must stay cheap.", "Fares rose. Buses must stay cheap.", "The Post", "en", OUTLET, None),
        ("Buses must stay cheap.", "Fares rose. Buses must stay cheap.", "Government Gazette", "en", GOVERNMENT, None),
        (
            "We hold that buses must stay cheap.",
            "We hold that buses must stay cheap.",
            "City Gazette",
            "en",
            GOVERNMENT,
            None,
        ),
        ("Buses must stay cheap.", "Fares rose. Buses must stay cheap.", None, "en", None, None),
        ("She must pay", "Ida Fenn left. She said: “She must pay what is due.”", "The Post", "en", QUOTED, "Ida Fenn"),
        ("公交必须便宜", "护士王小兰说：“公交必须便宜。”", "晚报", "zh", QUOTED, "王小兰"),
        ("公交必须便宜", "市交通局表示，公交必须便宜。", "晚报", "zh", GOVERNMENT, None),
        ("公交必须便宜", "有人认为，公交必须便宜。", "晚报", "zh", UNKNOWN, None),
        ("公交必须便宜", "本报认为，公交必须便宜。", "晚报", "zh", OUTLET, None),
        ("我们认为，公交必须便宜。", "我们认为，公交必须便宜。", "市政府公报", "zh", GOVERNMENT, None),
        (
            "Il faut aider les bus",
            "« Il faut aider les bus », estime Jean Petit, chauffeur.",
            "Le Jour",
            "fr",
            QUOTED,
            "Jean Petit",
        ),
        (
            "il faut aider les bus",
            "Le ministère a fait savoir qu’il faut aider les bus.",
            "Le Jour",
            "fr",
            GOVERNMENT,
            None,
        ),
        (
            "il faut aider les bus",
            "Au marché, on entend dire qu’il faut aider les bus.",
            "Le Jour",
            "fr",
            UNKNOWN,
            None,
        ),
        (
            "Der Bus muss billig bleiben",
            "„Der Bus muss billig bleiben“, sagte die Pflegerin Ina Kurz.",
            "Bote",
            "de",
            QUOTED,
            "Ina Kurz",
        ),
        (
            "der Bus müsse billig bleiben",
            "Das Verkehrsministerium erklärte, der Bus müsse billig bleiben.",
            "Bote",
            "de",
            GOVERNMENT,
            None,
        ),
        (
            "der Bus müsse billig bleiben",
            "Am Bahnhof heißt es, der Bus müsse billig bleiben.",
            "Bote",
            "de",
            UNKNOWN,
            None,
        ),
        ("El autobús debe ser barato", "El autobús debe ser barato, dijo Ana Ruiz.", "El Día", "es", None, None),
    ],
)
def test_whose_view_a_statement_is(
    words: str, context: str, outlet: str | None, lang: str, whose: Attribution | None, speaker: str | None
) -> None:
    found = attribution_by_patterns(words, context, outlet, lang)
    assert (None if found is None else (found.attribution, found.speaker)) == (
        None if whose is None else (whose, speaker)
    )


def test_the_speaker_of_another_quotation_is_not_taken() -> None:
    context = "“Buses must stay cheap,” said Ida Fenn. The council replied that fares have to rise."
    found = attribution_by_patterns("fares have to rise", context, "The Post", "en")
    assert found is not None and found.attribution is GOVERNMENT


def test_a_quotation_of_several_sentences_is_one_voice() -> None:
    context = "Tom Ash has driven for ten years: “I start at five. Buses must stay cheap. That is all I ask.”"
    found = attribution_by_patterns("Buses must stay cheap", context, "The Post", "en")
    assert found is not None and (found.attribution, found.speaker) == (QUOTED, "Tom Ash")


def test_a_passage_that_begins_or_ends_within_a_quotation_is_quoted_there() -> None:
    begun = "First." + BETWEEN + "I start at five. Buses must stay cheap.” Then he left."
    assert [begun[slice(*each)][-1] for each in quotations(begun, "en")] == ["”"]
    ended = "He said: “I start at five. Buses must stay cheap."
    assert quotations(ended, "en") == [(9, len(ended))]
    assert quotations("The drivers’ union isn’t there, and the nurses’ one is.", "en") == []


def test_short_words_in_quotation_marks_are_said_by_nobody() -> None:
    assert quotations("The “green” line is late.", "en") == []
    assert quotations("所谓“新规”并不新。", "zh") == []


def test_evidence_is_in_the_passage() -> None:
    context = "Prices rose. A spokesman for the housing department said that rents must fall."
    found = attribution_by_patterns("rents must fall", context, "The Post", "en")
    assert found is not None and found.evidence in context and found.role is not None and found.role in context


def test_official_outlets_are_known_by_their_names() -> None:
    assert is_official("Official Gazette of the City", "en") and is_official("市政府公报", "zh")
    assert is_official("Journal officiel", "fr") and is_official("Amtsblatt der Stadt", "de")
    assert not is_official("The Evening Post", "en") and not is_official(None, "en")


# What they reach on texts that were looked at while they were mended: a floor against breaking them. The numbers on
# texts that were not are in docs/methodology.md.
@pytest.mark.parametrize(("nation", "least"), [("cn", 0.95), ("us", 0.95), ("uk", 0.97), ("fr", 0.98), ("de", 0.92)])
def test_lists_find_the_voices_of_the_starter_news(nation: str, least: float) -> None:
    news = load_news(nation)
    assert nation in NATIONS
    right, speakers = Counter[bool](), Counter[bool]()
    for text in news.texts:
        for said in text.statements:
            span = find_span(said.text, text.text)
            assert span is not None
            found = attribution_by_patterns(said.text, context_of(text.text, span), text.outlet, news.lang)
            assert found is not None
            right[found.attribution == said.attribution] += 1
            if said.attribution == found.attribution == QUOTED:
                speakers[said.speaker is not None and (found.speaker or "") in said.speaker] += 1
    assert right[True] >= least * right.total()
    assert speakers[True] >= 0.9 * speakers.total()


PIECES = st.sampled_from(
    (
        *("“", "”", "‘", "’", '"', "«", "»", "„", "「", "」", " ", ". ", ", ", ": ", "：", "，", "。", "\n", BETWEEN),
        *("said", "Ida Fenn", "that", "they", "the ministry", "some say", "St.", "Dr", "e.g.", "1.5", "É", "’s"),
        *(
            "王小兰",
            "说",
            "他",
            "市政府",
            "认为",
            "sagte",
            "Frau Kurz",
            "Minister",
            "dass",
            "estime",
            "Yann Le Dréau",
            "il",
        ),
    )
)


@given(
    st.lists(PIECES, max_size=30),
    st.lists(PIECES, max_size=6),
    st.sampled_from((None, "", "The Post", "市政府公报")),
    st.sampled_from((*LANGUAGES, "es", "zh-Hant", "")),
)
@settings(max_examples=200, deadline=None)
def test_whatever_stands_there_a_speaker_is_one_that_stands_there(
    context: list[str], words: list[str], outlet: str | None, lang: str
) -> None:
    passage = "".join(context)
    found = attribution_by_patterns("".join(words), passage, outlet, lang)
    if found is not None and found.speaker is not None:
        assert found.attribution is QUOTED
        assert find_span(found.speaker, passage) is not None
