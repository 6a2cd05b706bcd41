"""Both requests: what a model is shown, and how an answer is read, whatever its dress."""

from __future__ import annotations

import json

import pytest

from axiometer.build.translation.asking import TranslateBack, TranslateItems, cleaned, prompting
from axiometer.build.translation.rows import Translation, make_translated, shown_order, wanted_translation
from axiometer.measure.asking.answers import CUT_OFF, NOT_JSON, REFUSED, WRONG_FORM
from axiometer.models.protocols import Finish, Reply, Request
from axiometer.records.importers.starter import starter_items
from axiometer.records.rows import Item, ItemKind, make_item
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

ITEM = starter_items(("en",))[0]
WANTED = wanted_translation(ITEM, "zh")
SAID = ("整段文字。", "甲", "乙", "丙")


def shown(request: object) -> str:
    assert isinstance(request, Request)
    return request.messages[0].content


def answered(texts: tuple[str, ...], row: str, step: str) -> dict[str, object]:
    """An answer that gives each text under the number at which it was shown."""
    order = shown_order(row, step, len(texts) - 1)
    return {"text": texts[0], "options": {str(n): texts[1 + option] for n, option in enumerate(order, start=1)}}


def read(said: object, finish: Finish = Finish.STOP) -> object:
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    return TranslateItems().read(WANTED, Reply(text, finish))


def test_every_text_is_shown_once_between_marks_in_the_drawn_order() -> None:
    prompt = shown(TranslateItems().render(WANTED))
    order = shown_order(WANTED.id, "item-translate", 3)
    places = [prompt.index(WANTED.texts[1 + option]) for option in order]
    assert places == sorted(places) and all(prompt.count(f"\n{text}\n") == 1 for text in WANTED.texts)
    assert "译成中文" in prompt and "英语" in prompt
    assert prompt.count("<<<") == 5 and '{"text": "...", "options": {"1": "...", "2": "...", "3": "..."}}' in prompt


def test_orders_differ_between_items_and_between_both_ways() -> None:
    orders = [[shown_order(f"row {n}", step, 3) for n in range(60)] for step in ("item-translate", "item-back")]
    assert len(set(orders[0])) == 6 and orders[0] != orders[1]
    assert all(sorted(order) == [0, 1, 2] for order in orders[0])


def test_the_way_back_is_not_shown_the_original() -> None:
    row = make_translated(WANTED, SAID)
    prompt = shown(TranslateBack().render(row))
    assert "from Chinese into English" in prompt and all(f"\n{text}\n" in prompt for text in SAID)
    assert not any(text in prompt for text in WANTED.texts)


def test_answers_are_put_to_their_options_however_they_are_dressed() -> None:
    plain = answered(SAID, WANTED.id, "item-translate")
    options = plain["options"]
    assert isinstance(options, dict)
    dressed = {f"option {number}": text for number, text in reversed(options.items())}
    for said in (plain, f"```json\n{json.dumps(plain)}\n```", {"text": SAID[0], "options": dressed}, [plain]):
        found = read(said)
        assert isinstance(found, Kept)
        (row,) = found.rows
        assert isinstance(row, Translation) and row.texts == SAID and row.lang == "zh" and row.asked == WANTED


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"text": "文", "options": {"1": "甲", "2": "乙"}}, f"{WRONG_FORM}options"),
        ({"text": "文", "options": {"1": "甲", "2": "乙", "3": "丙", "4": "丁"}}, f"{WRONG_FORM}options"),
        ({"text": "文", "options": {"0": "甲", "1": "乙", "2": "丙"}}, f"{WRONG_FORM}options"),
        ({"text": "文", "options": ["甲", "乙", "丙"]}, f"{WRONG_FORM}options"),
        ({"text": "文", "options": {"1": "甲", "2": " ", "3": "丙"}}, f"{WRONG_FORM}options"),
        ({"text": "", "options": {"1": "甲", "2": "乙", "3": "丙"}}, f"{WRONG_FORM}text"),
        ("一段话。", NOT_JSON),
    ],
)
def test_an_answer_with_options_missing_or_too_many_is_asked_again(said: object, problem: str) -> None:
    assert read(said) == Rejected(problem)
    asked = TranslateItems().render(WANTED)
    assert isinstance(asked, Request)
    again = TranslateItems().repair(WANTED, asked, Reply(str(said), Finish.STOP), Rejected(problem))
    assert len(again.messages) == 3 and again.schema == asked.schema


def test_a_refusal_ends_the_translation_and_a_cut_answer_does_not_pass() -> None:
    refused = read("抱歉，我无法协助完成这个请求。")
    assert isinstance(refused, Dropped) and refused.reason == REFUSED
    assert read('{"text": "一段', Finish.LENGTH) == Rejected(CUT_OFF)


def test_an_open_item_has_no_options_in_its_prompt_nor_in_its_form() -> None:
    item = make_item(kind=ItemKind.OPEN, lang="zh", prompt="你怎么看？", options=(), clusters=("c",), source="s")
    wanted = wanted_translation(item, "en")
    prompt = shown(TranslateItems().render(wanted))
    assert "Option" not in prompt and '{"text": "..."}' in prompt
    found = TranslateItems().read(wanted, Reply('{"text": "What do you think?"}', Finish.STOP))
    assert isinstance(found, Kept) and found.rows[0].texts == ("What do you think?",)
    more = TranslateItems().read(wanted, Reply('{"text": "Well?", "options": {"1": "Yes"}}', Finish.STOP))
    assert isinstance(more, Kept) and more.rows[0].texts == ("Well?",)
    assert prompting("item-translate", 0).schema["required"] == ["text"]


def test_an_item_with_an_empty_text_is_not_asked_about() -> None:
    item = make_item(kind=ItemKind.OPEN, lang="zh", prompt=" ", options=(), clusters=("c",), source="s")
    assert isinstance(TranslateItems().render(wanted_translation(item, "en")), Dropped)


def test_labels_of_our_own_are_taken_off_unless_the_text_has_one_and_lines_stay() -> None:
    assert cleaned("选项 1：等着", "Wait") == "等着"
    assert cleaned("A. 等着", "A. Wait") == "A. 等着"
    assert cleaned(" 一\n 二  三\n", "one\ntwo  three") == "一\n二 三"
    assert cleaned("一\n二", "one two") == "一 二"


def test_an_item_keeps_what_it_expresses_its_clusters_and_its_family() -> None:
    from axiometer.build.translation.rows import CheckedTranslation, make_parallel, make_returned, paired

    def passed(item: Item) -> Item:
        row = make_returned(make_translated(wanted_translation(item, "zh"), SAID), WANTED.texts)
        checked = CheckedTranslation("c", (row.id,), "zh", SAID[0], (0.9, 0.81234, 1.0, 1.0), (), row)
        return make_parallel(item, checked, "a/m", "b/m")

    made = passed(ITEM)
    assert [option.expresses for option in made.options] == [option.expresses for option in ITEM.options]
    assert [option.role for option in made.options] == [option.role for option in ITEM.options]
    assert (made.clusters, made.framework, made.kind) == (ITEM.clusters, ITEM.framework, ITEM.kind)
    assert made.parallel_id == ITEM.parallel_id and made.id != ITEM.id and made.parent_ids[1] == ITEM.id
    meta = {**ITEM.meta, "translated_from": "en", "translated_by": "a/m", "back_translated_by": "b/m"}
    assert made.meta == {**meta, "back_similarity": "0.812"}
    alone = make_item(
        **{name: getattr(ITEM, name) for name in ("kind", "lang", "prompt", "options", "clusters", "source")}
    )
    assert passed(alone).parallel_id == alone.id == paired(alone).parallel_id
