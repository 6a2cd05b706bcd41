"""What words alone show of a triple: faults are found, sound triples pass, and sides are dressed alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build.statements.triples.planted import statements

from axiometer.build.statements.triples import filters
from axiometer.build.statements.triples.names import likely_names, name_left, named_in
from axiometer.build.statements.triples.rows import Form, denial_is_original, dressed, make_triple, sides
from axiometer.build.statements.triples.words import denials
from axiometer.models.writer_news import statement_of
from axiometer.records.corpus_rows import Triple

SAID = "The bridge at Low Ings should be rebuilt by 2030, and drivers should pay 2 pounds to cross it."
TRIPLE = Triple(
    id="t",
    parent_ids=("s",),
    statement="s",
    lang="en",
    question="Should drivers pay to cross the bridge at Low Ings?",
    shown=SAID,
    reversed_text="The bridge at Low Ings should be rebuilt by 2030, and drivers should not pay 2 pounds to cross it.",
    paraphrase="It is right to charge drivers 2 pounds for the crossing.",
    reversed_paraphrase="It is wrong to charge drivers 2 pounds for the crossing.",
    affirmed="Drivers should be charged at the bridge.",
    negated="Drivers should not be charged at the bridge.",
    said=SAID,
    stance=1,
    names=("Maureen Tapper",),
)
LONGER = " Nobody in the dales has any use for it, least of all now."
OTHER = "Nobody wants 2030 or any toll of 2 pounds, whatever the county council may say on that."


def reasons(triple: Triple) -> list[str]:
    return [reason for reason, _ in filters.problems(triple)]


def test_a_sound_triple_has_no_problem() -> None:
    assert filters.problems(TRIPLE) == [] and filters.gravest(TRIPLE) is None
    assert filters.without_bad_forms(TRIPLE) == TRIPLE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reversed_text": SAID.upper()}, filters.SAME),
        ({"reversed_text": TRIPLE.reversed_text.replace("2 pounds", "3 pounds")}, filters.NUMBERS),
        ({"reversed_text": TRIPLE.reversed_text.replace(" by 2030", "")}, filters.NUMBERS),
        ({"reversed_text": TRIPLE.reversed_text + LONGER}, filters.LENGTH),
        ({"reversed_text": TRIPLE.reversed_text.replace("drivers", "Ms Tapper says drivers")}, filters.NAME),
        ({"question": "Should drivers pay, as Maureen Tapper wants?"}, filters.NAME),
        ({"reversed_text": TRIPLE.reversed_text.replace(".", "!")}, filters.REGISTER),
        ({"reversed_text": TRIPLE.reversed_text.replace("pay 2 pounds", "“pay” 2 pounds")}, filters.REGISTER),
        ({"reversed_text": OTHER}, filters.FAR),
        ({"reversed_text": "I'm sorry, but I can't help with that."}, filters.DECLINED),
        ({"reversed_text": "到2030年应当重建洛因斯的桥，过桥的司机不应当付2镑。"}, filters.LANGUAGE),
        ({"shown": SAID.replace("should be rebuilt", "should never be rebuilt")}, filters.REWRITTEN),
        ({"question": "Drivers should pay to cross the bridge at Low Ings."}, filters.NO_QUESTION),
        ({"question": "Why should drivers pay to cross the bridge at Low Ings?"}, filters.NO_QUESTION),
        ({"question": "Shouldn’t drivers pay to cross the bridge at Low Ings?"}, filters.LEANS),
        ({"question": "Should drivers finally pay to cross the bridge at Low Ings?"}, filters.LEANS),
        ({"question": "Drivers should pay, don't you think?"}, filters.LEANS),
    ],
)  # fmt: skip
def test_what_words_show_ends_a_triple(changes: dict[str, str], reason: str) -> None:
    spoilt = replace(TRIPLE, **changes)  # type: ignore[arg-type]
    assert reason in reasons(spoilt)
    grave = filters.gravest(spoilt)
    assert grave is not None and grave[0] not in filters.OF_FORMS


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("zh", "学校操场周末难道不应当开放吗？"),
        ("zh", "学校操场周末当然应当开放，不是吗？"),
        ("fr", "Ne faut-il pas relever l’âge de la retraite ?"),
        ("fr", "N’est-il pas temps de relever l’âge de la retraite ?"),
        ("de", "Sollte nicht auf allen Autobahnen ein Tempolimit gelten?"),
        ("de", "Es sollte ein Tempolimit gelten, nicht wahr?"),
        ("en", "Isn't it time to raise the pension age?"),
    ],
)
def test_leading_questions_are_known_in_four_languages(lang: str, question: str) -> None:
    assert [reason for reason, _ in filters.question_problems(question, ("x", "y"), lang)] == [filters.LEANS]


def test_a_question_in_the_words_of_one_side_leans() -> None:
    pair = ("Greedy landlords squeeze honest families dry.", "Landlords treat their tenants fairly.")
    assert filters.asymmetry("Do greedy landlords squeeze honest families?", pair) > filters.MOST_ASYMMETRY
    found = filters.question_problems("Do greedy landlords squeeze honest families?", pair, "en")
    assert [reason for reason, _ in found] == [filters.LEANS]
    assert filters.question_problems("Do landlords treat families well?", pair, "en") == []


@pytest.mark.parametrize(
    ("changes", "without"),
    [
        ({"reversed_paraphrase": TRIPLE.paraphrase}, Form.PARAPHRASE),
        ({"reversed_paraphrase": "It is wrong to charge drivers 5 pounds for the crossing."}, Form.PARAPHRASE),
        ({"paraphrase": "Maureen Tapper is right to charge drivers 2 pounds for it."}, Form.PARAPHRASE),
        ({"negated": "Drivers should be charged at this bridge."}, Form.TWINS),
        ({"negated": "Nobody who has ever had to cross the dales would not mind."}, Form.TWINS),
    ],
)
def test_a_bad_form_is_taken_off_and_the_triple_stays(changes: dict[str, str], without: Form) -> None:
    spoilt = replace(TRIPLE, **changes)  # type: ignore[arg-type]
    assert filters.gravest(spoilt) is None
    left = filters.without_bad_forms(spoilt)
    assert sides(left, without) is None
    assert all(
        sides(left, form) is not None for form in (Form.ORIGINAL, Form.PARAPHRASE, Form.TWINS) if form != without
    )


def test_hand_written_reverses_pass_except_where_their_numbers_changed() -> None:
    found = []
    for statement in statements():
        known = statement_of(statement.text)
        assert known is not None
        triple = make_triple(
            statement,
            question=statement.question or "",
            shown=dressed(statement.text, statement.lang),
            reversed_text=dressed(known.statement.reversed_text, statement.lang),
            names=[statement.speaker or ""],
        )
        found += reasons(triple)
    assert set(found) <= {filters.NUMBERS} and len(found) <= 2


@pytest.mark.parametrize(
    ("text", "names", "lang", "left"),
    [
        ("As Gwen Tallarico says, it is wrong.", ("Gwen Tallarico",), "en", "Gwen Tallarico"),
        ("It is wrong, says Tallarico.", ("Gwen Tallarico",), "en", "Tallarico"),
        ("Young people should vote.", ("Adele Young",), "en", None),
        ("Everybody but Young should vote.", ("Adele Young",), "en", "Young"),
        ("Senator Harlow must resign.", (), "en", "Senator Harlow"),
        ("The mayor must resign.", (), "en", None),
        ("周末补课的口子不该再打开，孟素云说。", ("孟素云",), "zh", "孟素云"),
        ("李先生应当道歉。", (), "zh", "李先生"),
        ("应当提高校长待遇。", (), "zh", None),
        ("M. Lampérin a tort.", (), "fr", "M. Lampérin"),
        ("Frau Lohmüller sollte zahlen.", (), "de", "Frau Lohmüller"),
        ("Jede Frau sollte zahlen.", (), "de", None),
        ("Jeder Fischer sollte zahlen.", ("Fischer",), "de", "Fischer"),
    ],
)
def test_names_of_persons_are_found_and_common_words_are_not(
    text: str, names: tuple[str, ...], lang: str, left: str | None
) -> None:
    assert name_left(text, names, lang) == left


@pytest.mark.parametrize(
    ("told", "around", "names"),
    [
        ("Careful drivers", "Careful drivers should be trusted, said Colin Brathwaite.", []),
        ("Delivery driver Colin Brathwaite", "Delivery driver Colin Brathwaite said so.", ["Colin Brathwaite"]),
        ("Anwen Pryce", "It is unjust, said Anwen Pryce.", ["Anwen Pryce"]),
        ("Somebody Else", "It is unjust, said Anwen Pryce.", []),
        ("the mayor", "It is unjust, said the mayor.", []),
        ("Maryvonne Le Dréau", "Selon Maryvonne Le Dréau, il faut attendre.", ["Maryvonne Le Dréau"]),
        ("Ursula von der Leyen", "Das sagte Ursula von der Leyen.", ["Ursula von der Leyen"]),
        ("孟素云", "柳塘县家长孟素云说", ["孟素云"]),
        ("柳塘县居民", "柳塘县居民说", []),
        ("附近的老人", "附近的老人说", []),
        ("", "", []),
    ],
)
def test_what_a_model_calls_a_person_must_look_like_a_name(told: str, around: str, names: list[str]) -> None:
    assert likely_names([told], around) == names


def test_only_names_that_stand_in_a_text_count_as_named() -> None:
    assert named_in("Ms Pryce is right.", ["Anwen Pryce", "Len Ackroyd"], "en") == ("Anwen Pryce",)


@pytest.mark.parametrize(
    ("said", "lang", "shown"),
    [
        ("students' phones should stay locked up", "en", "Students' phones should stay locked up."),
        ("“The coast ought to welcome these turbines,”", "en", "The coast ought to welcome these turbines."),
        ("孩子的周末应当还给睡眠，", "zh", "孩子的周末应当还给睡眠。"),
        ("Nein zur „Gängelung“", "de", "Nein zur „Gängelung“."),
        ("Enough!", "en", "Enough!"),
        ("ein Satz.", "de", "Ein Satz."),
    ],
)
def test_sides_are_dressed_alike_whatever_they_were_cut_from(said: str, lang: str, shown: str) -> None:
    assert dressed(said, lang) == shown


@settings(max_examples=60)
@given(st.text(max_size=80), st.sampled_from(["en", "zh", "fr", "de", "th", "xx"]))
def test_dressing_is_done_once_and_keeps_every_word(text: str, lang: str) -> None:
    once = dressed(text, lang)
    assert dressed(once, lang) == once
    letters = [character for character in text.casefold() if character.isalnum()]
    assert [character for character in once.casefold() if character.isalnum()] == letters


@settings(max_examples=40)
@given(st.text(max_size=60), st.text(max_size=60))
def test_problems_never_raise_and_likeness_is_symmetric_in_range(one: str, other: str) -> None:
    triple = replace(TRIPLE, shown=one, said=one, reversed_text=other, question=other, paraphrase=one, negated=other)
    assert all(what is not None and reason for reason, what in filters.problems(triple))
    assert 0.0 <= filters.likeness(one, other) <= 1.0


def test_denials_are_counted_as_whole_words_and_in_chinese_as_characters() -> None:
    counts = [
        denials("Nobody should not know that it isn't so", "en"),
        denials("学生不应当不学", "zh"),
        denials("Il n’est pas nul", "fr"),
        denials("Niemand darf nichts", "de"),
        denials("no es así", "es"),
    ]
    assert counts == [3, 2, 3, 2, None]


def test_which_twin_is_the_statement_is_drawn_about_half_and_half() -> None:
    share = sum(denial_is_original(f"statement {n}") for n in range(2_000)) / 2_000
    assert 0.46 < share < 0.54
    with_denial = sides(TRIPLE, Form.TWINS)
    assert with_denial is not None
    assert (with_denial[0] == TRIPLE.negated) is denial_is_original("s")
