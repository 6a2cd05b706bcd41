"""What words show of a translation: each fault is seen, sound translations of the starter set pass."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from axiometer.build.translation import wording
from axiometer.build.translation.rows import make_returned, make_translated, wanted_translation
from axiometer.records.importers.starter import starter_items
from axiometer.records.rows import Item, ItemKind, Option, make_item

PROMPT = (
    "On Monday Wei Dong finds 2,500 yuan in the canteen. The owner will not be back before 15:00. He has to choose."
)
SIDES = ("Hand the money to the porter at once", "Wait in the canteen until the owner is back", "Count the chairs")
ZH = (
    "星期一，魏东在食堂捡到两千五百元。失主下午三点以前不会回来。他必须作出选择。",
    "马上把钱交给门卫",
    "在食堂里等失主回来",
    "数一数椅子",
)


def item(prompt: str = PROMPT, sides: Sequence[str] = SIDES, lang: str = "en") -> Item:
    options = tuple(Option(side) for side in sides)
    return make_item(kind=ItemKind.DILEMMA, lang=lang, prompt=prompt, options=options, clusters=("c",), source="s")


def reasons(made: Sequence[str] = ZH, back: Sequence[str] | None = None, of: Item | None = None) -> list[str]:
    """Reasons against a translation of `of` to Chinese (a Chinese item: to English), sound by default."""
    source = of or item()
    there = make_translated(wanted_translation(source, "en" if source.lang == "zh" else "zh"), tuple(made))
    found = back if back is not None else (source.prompt, *(option.text for option in source.options))
    return [reason for reason, _ in wording.problems(make_returned(there, tuple(found)))]


def changed(texts: Sequence[str], place: int, text: str) -> tuple[str, ...]:
    return (*texts[:place], text, *texts[place + 1 :])


BACK = (PROMPT, *SIDES)


def test_a_sound_translation_has_no_problem_though_numbers_are_in_words() -> None:
    assert reasons() == []
    reworded = (
        "Monday: Wei Dong picks up 2500 yuan in the hall. Its owner won't be back before 3 p.m. He must choose now.",
        *("Give the money to the doorman right away", "Wait for the owner in the canteen", "Count the chairs there"),
    )
    assert reasons(back=reworded) == []


def test_parallel_texts_of_the_starter_set_pass_in_both_directions() -> None:
    by_family: dict[str, dict[str, Item]] = {}
    for each in starter_items():
        by_family.setdefault(str(each.parallel_id), {})[each.lang] = each
    wrong = [
        (family, lang, found)
        for family, versions in by_family.items()
        for lang, other in (("zh", "en"), ("en", "zh"))
        if (
            found := reasons(
                (versions[other].prompt, *(option.text for option in versions[other].options)), of=versions[lang]
            )
        )
    ]
    assert len(by_family) == 198 and wrong == []


@pytest.mark.parametrize(
    ("made", "back", "expected"),
    [
        (
            changed(ZH, 0, "抱歉，我无法协助完成这个请求。"),
            changed(BACK, 0, "Sorry, I cannot help."),
            wording.REFUSED_IN_FIELD,
        ),
        (changed(ZH, 0, "以下是译文：" + ZH[0]), BACK, wording.ECHO),
        (changed(ZH, 1, "<<<ab12cd34"), BACK, wording.ECHO),
        (changed(ZH, 2, SIDES[1]), BACK, wording.UNTRANSLATED),
        ((*BACK,), BACK, wording.UNTRANSLATED),
        (ZH, changed(BACK, 1, ZH[1]), wording.OTHER_LANGUAGE),
        (changed(ZH, 2, ZH[1]), BACK, wording.SAME_OPTIONS),
        (changed(ZH, 0, ZH[0].replace("两千五百", "两千")), BACK, wording.NUMBERS),
        (changed(ZH, 1, "马上把7元钱交给门卫"), BACK, wording.NUMBERS),
        (ZH, changed(BACK, 0, PROMPT.replace("15:00", "16:00")), wording.NUMBERS),
        (ZH, changed(BACK, 1, "Do not hand the money to the porter at once"), wording.NEGATION),
        (ZH, changed(BACK, 0, PROMPT.replace("will not be", "will be")), wording.NEGATION),
        (changed(ZH, 0, "魏东捡到2500元，15点。"), BACK, wording.LENGTH),
        (ZH, changed(BACK, 2, "Wait"), wording.LENGTH),
        (ZH, changed(BACK, 0, PROMPT.replace("Wei Dong", "he").replace("Monday", "a day")), wording.NAMES),
    ],
)
def test_every_fault_is_seen(made: Sequence[str], back: Sequence[str], expected: str) -> None:
    assert reasons(made, back)[0] == expected


def test_a_denial_is_seen_in_chinese_too() -> None:
    original = item(ZH[0], ZH[1:], "zh")
    assert reasons(BACK, of=original) == []
    denied = changed(ZH, 2, "不在食堂里等失主回来")
    assert reasons(BACK, denied, original) == [wording.NEGATION]
    assert reasons(changed(BACK, 3, "数一数椅子"), of=original)[0] == wording.UNTRANSLATED


def test_a_scene_in_which_somebody_declines_is_no_refusal() -> None:
    told = "The clerk sighs. I cannot help you with that request, says the sign on the desk. You have to choose."
    zh = "职员叹了口气。桌上的牌子写着：抱歉，我无法协助完成这个请求。你必须作出选择。"
    assert reasons(changed(ZH, 0, zh), of=item(told)) == []


def test_names_may_come_back_in_another_spelling_and_german_nouns_are_no_names() -> None:
    assert reasons(back=changed(BACK, 0, PROMPT.replace("Wei Dong", "Wai Dung"))) == []
    german = item(
        "Am Montag findet Wei Geld in der Kantine und muss sich entscheiden, ob er wartet oder geht.", lang="de"
    )
    back = (
        "Am Wochenanfang findet er etwas Bargeld im Speisesaal und muss sich entscheiden: warten oder gehen.",
        *SIDES,
    )
    assert wording.NAMES not in reasons(back=back, of=german)
    assert wording.NEGATION not in reasons(back=back, of=german)


def test_a_few_words_and_near_languages_are_not_taken_for_another_language() -> None:
    short = make_translated(wanted_translation(item("Help?", ("Yes", "No")), "fr"), ("Aider ?", "Oui", "Non"))
    assert wording.problems(make_returned(short, ("Help?", "Yes", "No"))) == []
    danish = (
        "En nabo beder om hjælp med at flytte en tung seng i aften, og du har lovet din søster at komme til middag."
    )
    for lang, problem in (("nb", []), ("fr", [wording.OTHER_LANGUAGE])):
        original = (
            "A neighbour asks for help to move a heavy bed tonight, and you promised your sister to come to dinner."
        )
        there = make_translated(wanted_translation(item(original, ()), lang), (danish,))
        assert [reason for reason, _ in wording.problems(make_returned(there, (original,)))] == problem


def test_lengths_are_compared_in_letters_of_a_script_with_letters() -> None:
    assert wording.spoken("abcde") == 5 and wording.spoken("中文") == 6 and wording.spoken("한국") == 4
