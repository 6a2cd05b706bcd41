"""Whether a text supports a statement in other words."""

from __future__ import annotations

import pytest

from axiometer.build.statements.extraction.lexicon import LANGUAGES, support, voices
from axiometer.build.statements.extraction.peeling import peeled
from axiometer.build.statements.extraction.spans import find_span
from axiometer.build.statements.extraction.support import (
    DENIAL,
    NUMBER,
    OTHER_NAME,
    OTHER_WORDS,
    TOO_SHORT,
    TORN,
    covered,
    denials,
    unsupported,
)
from axiometer.starter.news import NATIONS, load_news

EN = (
    "Wexcombe has 310 streets. The council of Wexcombe wants a limit of 20 mph on them. It should not wait until two "
    "children are hurt, said Ann Orme, who lives in Tidebury. In Harrowmere nobody asked for it."
)
ZH = "澜州城区有六十八所学校。学校操场周末应当向附近居民开放，不应锁着门。望河区教育局没有答复。"
FR = "La commune de Valmorin compte douze écoles. On ne doit pas fermer l’école du village avant 2026. Ormeraie a payé."
DE = "Die Stadt Lindenach hat zwölf Schulen. Das Land darf die Dorfschule nicht vor 2026 schließen. Mittelau spart."


def _reason(statement: str, words: str, text: str, lang: str) -> str | None:
    span = find_span(words, text)
    assert span is not None
    return unsupported(statement, span, text, lang)


@pytest.mark.parametrize(
    ("statement", "words", "text", "lang", "reason"),
    [
        (
            "It should not wait until two children are hurt",
            "It should not wait until two children are hurt",
            EN,
            "en",
            None,
        ),
        (
            "The council should not wait until two children are hurt",
            "It should not wait until two children",
            EN,
            "en",
            None,
        ),
        (
            "The council should wait until two children are hurt",
            "It should not wait until two children",
            EN,
            "en",
            DENIAL,
        ),
        ("The council should not wait until nine children are hurt", "It should not wait until two", EN, "en", NUMBER),
        ("The council should not wait until 2 children are hurt", "It should not wait until two", EN, "en", None),
        (
            "The council of Harrowmere should not wait until two children",
            "It should not wait until two",
            EN,
            "en",
            OTHER_NAME,
        ),
        ("Tidebury and Harrowmere should not wait for children", "It should not wait until two", EN, "en", OTHER_NAME),
        ("Public money should not be spent on vanity", "It should not wait until two", EN, "en", OTHER_WORDS),
        ("should not", "It should not wait until two children", EN, "en", TOO_SHORT),
        ("学校操场周末不应当向附近居民开放", "学校操场周末应当向附近居民开放", ZH, "zh", DENIAL),
        ("澜州的学校操场周末应当向附近居民开放", "学校操场周末应当向附近居民开放", ZH, "zh", None),
        ("青泽市的学校操场周末应当向附近居民开放", "学校操场周末应当向附近居民开放", ZH, "zh", OTHER_NAME),
        ("九十所学校的操场周末应当向附近居民开放", "学校操场周末应当向附近居民开放", ZH, "zh", NUMBER),
        ("《校园法》要求学校操场周末应当开放", "学校操场周末应当向附近居民开放", ZH, "zh", OTHER_NAME),
        ("On doit fermer l’école du village avant 2026", "On ne doit pas fermer l’école", FR, "fr", DENIAL),
        (
            "La commune ne doit pas fermer l’école du village",
            "On ne doit pas fermer l’école du village",
            FR,
            "fr",
            None,
        ),
        (
            "On ne doit pas fermer l’école du village avant 2031",
            "On ne doit pas fermer l’école du village",
            FR,
            "fr",
            NUMBER,
        ),
        (
            "À Ormeraie on ne doit pas fermer l’école du village",
            "On ne doit pas fermer l’école du village",
            FR,
            "fr",
            OTHER_NAME,
        ),
        ("On ne doit pas fermer vingt écoles du village", "On ne doit pas fermer l’école du village", FR, "fr", NUMBER),
        (
            "Das Land darf die Dorfschule vor 2026 schließen",
            "Das Land darf die Dorfschule nicht vor 2026",
            DE,
            "de",
            DENIAL,
        ),
        (
            "Das Land darf die Dorfschule in Mittelau nicht schließen",
            "Das Land darf die Dorfschule nicht",
            DE,
            "de",
            OTHER_NAME,
        ),
        ("Das Land darf Dorfschulen nicht schließen", "Das Land darf die Dorfschule nicht vor 2026", DE, "de", None),
    ],
)
def test_what_a_statement_says_beyond_its_words_is_found(
    statement: str, words: str, text: str, lang: str, reason: str | None
) -> None:
    assert _reason(statement, words, text, lang) == reason


@pytest.mark.parametrize(
    ("words", "text", "lang"),
    [
        ("drivers should pay a toll", "It is not true that drivers should pay a toll.", "en"),
        ("the toll should be raised", "The mayor denied that the toll should be raised.", "en"),
        ("学校应当收费", "没有人说学校应当收费。", "zh"),
        ("il faut payer davantage", "Cela ne veut pas dire que il faut payer davantage.", "fr"),
        ("alle mehr bezahlen sollten", "Das heißt nicht, dass alle mehr bezahlen sollten.", "de"),
    ],
)
def test_words_that_their_sentence_denies_are_torn_out_of_it(words: str, text: str, lang: str) -> None:
    assert _reason(words, words, text, lang) == TORN


def test_a_denial_in_another_clause_or_voice_tears_nothing() -> None:
    assert (
        _reason(
            "重病的消息应当先告诉家属", "重病的消息应当先告诉家属", "本报不赞成一刀切，重病的消息应当先告诉家属。", "zh"
        )
        is None
    )
    text = "He did not say that. “Drivers should pay a toll.”"
    assert _reason("Drivers should pay a toll", "Drivers should pay a toll", text, "en") is None


def test_denials_count_where_a_statement_covers_its_words() -> None:
    lists = support("en")
    words = "Nobody asked for it, but the council should not wait for a year"
    assert denials(covered(words, "The council should not wait"), lists) == 1
    assert denials("Not only the rich, without a doubt", lists) == 1
    assert denials("无论如何，学校非常重要，不仅要开放", support("zh")) == 0


@pytest.mark.parametrize("nation", NATIONS)
def test_planted_statements_of_the_starter_news_are_supported_and_their_reversals_are_not_verbatim(nation: str) -> None:
    news = load_news(nation)
    caught = total = 0
    for text in news.texts:
        for said in text.statements:
            span = find_span(said.text, text.text)
            assert span is not None and unsupported(said.text, span, text.text, news.lang) is None
            if find_span(said.reversed_text, text.text) is None:
                total += 1
                caught += unsupported(said.reversed_text, span, text.text, news.lang) is not None
    assert caught / total > 0.5  # the others turn the stance without a denial, a number or a name


def test_a_language_without_lists_is_checked_by_numbers_names_and_words() -> None:
    text = "Suomen kuntien pitää maksaa 20 euroa koululaisten matkoista."
    span = (0, len(text))
    assert unsupported("Kuntien pitää maksaa 90 euroa koululaisten matkoista", span, text, "fi") == NUMBER
    assert unsupported("Kuntien pitää maksaa koululaisten matkoista", span, text, "fi") is None
    assert unsupported("Ruotsin valtio kieltää autot keskustassa kokonaan", span, text, "fi") == OTHER_WORDS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lists_of_every_language_match_something(lang: str) -> None:
    lists = voices(lang)
    for name in ("saying", "government", "own", "vague", "impersonal", "official", "we"):
        assert getattr(lists, name).pattern != "(?!)"


@pytest.mark.parametrize(
    ("text", "lang", "inner"),
    [
        ("‘Buses should stay cheap for everyone,’ said Jo Fell.", "en", "Buses should stay cheap for everyone"),
        ("The council said that buses should stay cheap.", "en", "buses should stay cheap."),
        ("We hold that buses should stay cheap.", "en", "We hold that buses should stay cheap."),
        ("退休教师郭长林说：“操场周末不该锁着门。”", "zh", "操场周末不该锁着门。"),
        ("本报认为，学校操场应当开放。", "zh", "学校操场应当开放。"),
        ("« Il faut aider les bus », estime Jean Petit.", "fr", "Il faut aider les bus"),
        ("„Der Bus muss billig bleiben“, sagte Ina Kurz.", "de", "Der Bus muss billig bleiben"),
        ("Er sagte, dass der Bus billig bleiben muss.", "de", "Er sagte, dass der Bus billig bleiben muss."),
    ],
)
def test_words_are_peeled_out_of_those_that_say_whose_they_are(text: str, lang: str, inner: str) -> None:
    assert text[slice(*peeled(text, (0, len(text)), lang))] == inner
