from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.records import ItemKind, Outcome
from axiometer.records.importers import Imported, ImportOptions, importer
from axiometer.records.importers.accounting import RowError
from axiometer.records.importers.cvc_items import lettered_options
from axiometer.records.importers.recorded import read_letter

Write = Callable[..., Path]
PAIR = {
    "rot1": "It is good to pay back what one borrowed.",
    "rot2": "It is kind to lend a friend time.",
    "translate1": "应当按时归还借来的钱",
    "level1": "个人",
    "core_values_1": "诚信",
    "derived_values_1": "信守承诺、言行一致",
    "translate2": "应当体谅朋友的难处",
    "level2": "个人",
    "core_values_2": "Kindness",
    "derived_values_2": "宽容待人",
}
OPTIONS = "A：催朋友今天还钱\nB：让朋友下个月再还\nC：把欠条重新抄一遍"
SCENE = "月底交房租，朋友还欠着你两千元，而他刚刚失业。"


def table(*rows: dict[str, str]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def dilemmas(path: Path) -> Imported:
    return importer("cvc-dilemmas").read(path, ImportOptions())


def themes(path: Path, **options: Path | str) -> Imported:
    return importer("cvc-themes").read(path, ImportOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_dilemma_keeps_its_letters_rules_and_values_and_is_unmapped(
    encoding: str, write: Write, accounted: Callable[[Imported], None]
) -> None:
    row = {**PAIR, "index": "0", "scene": SCENE, "options": OPTIONS}
    imported = dilemmas(write("all_dilemma_1.csv", table(row), encoding))
    accounted(imported)
    (item,) = imported.items
    assert (item.kind, item.lang, item.mapped) == (ItemKind.DILEMMA, "zh", False)
    assert [option.text for option in item.options] == ["催朋友今天还钱", "让朋友下个月再还", "把欠条重新抄一遍"]
    assert all(option.expresses == () for option in item.options)
    assert item.meta["rule_1"] == "应当按时归还借来的钱"
    assert item.meta["values_1"] == "keeping-promises,consistency-of-word-and-deed"
    assert item.meta["values_2"] == "tolerance"
    assert len(item.clusters) == 2
    assert any("not published" in note for note in imported.notes)
    assert ("read as gb18030" in imported.notes) == (encoding == "gbk")


def test_several_scenes_of_one_index_are_several_items_that_share_their_rules(write: Write) -> None:
    first = {**PAIR, "index": "7", "scene": SCENE, "options": OPTIONS}
    imported = dilemmas(write("d.csv", table(first, {**first, "scene": SCENE + "她在等你的回复。"}, first)))
    assert [r.reason for r in imported.rejected] == ["duplicate of row 2"]
    one, two = imported.items
    assert one.clusters == two.clusters
    assert one.id != two.id


def test_values_fall_back_to_the_core_and_drifted_spellings_are_aliases(write: Write) -> None:
    row = {**PAIR, "derived_values_2": "", "scene": SCENE, "options": OPTIONS}
    drifted = {**row, "scene": SCENE + "！", "derived_values_1": "文化素养、法制教育、法治执政、严格执法"}
    plain, other = dilemmas(write("d.csv", table(row, drifted))).items
    assert plain.meta["values_2"] == "friendship"
    assert other.meta["values_1"] == (
        "cultural-literacy,legal-education,law-based-exercise-of-power,strict-observance-of-law"
    )


def test_bad_options_empty_scenes_and_unknown_labels_are_rejected(
    write: Write, accounted: Callable[[Imported], None]
) -> None:
    good = {**PAIR, "scene": SCENE, "options": OPTIONS}
    bad = [
        {**good, "options": "A：一\nB：二"},
        {**good, "options": "A：一\nC：二\nB：三"},
        {**good, "options": "一\n二\n三"},
        {**good, "options": "A：一\nB：\nC：三"},
        {**good, "options": "A：一\nB：一\nC：三"},
        {**good, "scene": "nan"},
        {**good, "derived_values_1": "不存在的价值"},
    ]
    imported = dilemmas(write("d.csv", table(*bad)))
    accounted(imported)
    assert not imported.items
    assert [r.column for r in imported.rejected] == [*["options"] * 5, "scene", "derived_values_1"]
    assert [r.reason for r in imported.rejected][:2] == [
        "2 options where 3 are expected",
        "option letters out of order: C at place 2",
    ]
    assert "不存在的价值" in imported.rejected[-1].reason


def test_dilemmas_without_rules_are_not_this_format(write: Write) -> None:
    with pytest.raises(InputError, match="columns missing: rot1"):
        dilemmas(write("d.csv", table({"scene": SCENE, "options": OPTIONS})))


OPTION_TEXTS = st.from_regex(r"[甲乙丙丁A12][甲乙，：AB 12]{0,6}[丁B2]", fullmatch=True)


@given(
    texts=st.lists(OPTION_TEXTS, min_size=3, max_size=3, unique=True),
    colon=st.sampled_from(["：", ":", "．", ". ", "、", "） "]),
    full=st.booleans(),
)
def test_options_are_read_whatever_the_width_of_letter_and_colon(texts: list[str], colon: str, full: bool) -> None:
    letters = "ＡＢＣ" if full else "ABC"
    cell = "\r\n".join(f" {letter}{colon}{text}" for letter, text in zip(letters, texts, strict=True))
    assert lettered_options(cell) == tuple(texts)


def test_options_on_one_line_and_options_of_several_lines_are_read() -> None:
    assert lettered_options("A：先还 B：再等 C：重抄") == ("先还", "再等", "重抄")
    assert lettered_options("A: wait\nuntil noon\nB: leave\n\nC: tidy up") == ("wait\nuntil noon", "leave", "tidy up")
    with pytest.raises(RowError):
        lettered_options("A：先还 B：再等")


@pytest.mark.parametrize(
    ("raw", "outcome", "option"),
    [
        ("B", Outcome.CHOSEN, 1),
        ("c", Outcome.CHOSEN, 2),
        (" Ｂ。", Outcome.CHOSEN, 1),
        ("答案：C", Outcome.CHOSEN, 2),
        ("A：催朋友今天还钱", Outcome.CHOSEN, 0),
        ("A、B", Outcome.BOTH, None),
        ("D", Outcome.INVALID, None),
        ("Apples", Outcome.INVALID, None),
        ("无法回答", Outcome.INVALID, None),
        ("ERROR: timeout", Outcome.ERROR, None),
        ("", Outcome.ERROR, None),
        (None, Outcome.ERROR, None),
    ],
)
def test_recorded_letters_are_read(raw: str | None, outcome: Outcome, option: int | None) -> None:
    assert read_letter(raw, 3)[:2] == (outcome, option)


def result_rows() -> list[dict[str, str]]:
    answers = {f"result{i}": letter for i, letter in enumerate("ABCAB", 1)}
    rules = {"rot1": "应当按时归还借来的钱", "rot2": "应当体谅朋友的难处"}
    return [{"index": str(i), "scene": f"{SCENE}第{i}天。", "options": OPTIONS, **answers, **rules} for i in range(3)]


def test_recorded_results_count_for_the_option_of_the_letter(
    write: Write, accounted: Callable[[Imported], None]
) -> None:
    imported = themes(write("some-model/Loans.csv", table(*result_rows())))
    accounted(imported)
    assert len(imported.items) == 3
    assert all(item.kind is ItemKind.THEME and item.meta["theme"] == "Loans" for item in imported.items)
    assert {answer.model for answer in imported.answers} == {"recorded/some-model"}
    first = [answer for answer in imported.answers if answer.item == imported.items[0].id]
    assert [(answer.repeat, answer.letter, answer.option) for answer in first] == list(
        zip(range(5), "ABCAB", (0, 1, 2, 0, 1), strict=True)
    )
    assert len({answer.id for answer in imported.answers}) == 15
    named = themes(write("some-model/Loans.csv", table(*result_rows())), respondent="other")
    assert {answer.model for answer in named.answers} == {"recorded/other"}


def test_files_of_people_are_joined_to_their_scenes_by_index(
    write: Write, accounted: Callable[[Imported], None]
) -> None:
    scenes = write("some-model/Loans.csv", table(*result_rows()))
    people = [{"index": str(i), "CVC": "B", "human1": "B", "human2": "A"} for i in (2, 0)]
    imported = themes(write("people/Loans.csv", table(*people, people[0]), "gbk"), companion=scenes)
    accounted(imported)
    assert imported.source_rows == 6
    assert [r.reason for r in imported.rejected] == ["duplicate: this index was answered before"]
    assert {answer.model for answer in imported.answers} == {"recorded/human1", "recorded/human2"}
    by_item = {item.id: item.meta for item in imported.items}
    answered = {by_item[answer.item]["index"] for answer in imported.answers}
    assert answered == {"0", "2"}
    assert [meta.get("published_option") for meta in by_item.values()] == ["1", None, "1"]


def test_files_of_people_need_scenes_with_the_same_numbering(write: Write) -> None:
    people = write("people.csv", table(*({"index": str(i), "CVC": "A", "human1": "A"} for i in (1, 2, 3))))
    with pytest.raises(InputError, match="answers without scenes"):
        themes(people)
    with pytest.raises(InputError, match="does not have: 3"):
        themes(people, companion=write("m/Loans.csv", table(*result_rows())))
    shared = [{**row, "index": "1"} for row in result_rows()]
    with pytest.raises(InputError, match="share an index"):
        themes(people, companion=write("m/Loans.csv", table(*shared)))


def test_a_bad_letter_of_the_authors_rejects_the_row(write: Write) -> None:
    scenes = write("m/Loans.csv", table(*result_rows()))
    people = write("p/Loans.csv", table({"index": "0", "CVC": "E", "human1": "A"}))
    imported = themes(people, companion=scenes)
    assert [(r.column, r.reason) for r in imported.rejected] == [("CVC", "no option has the letter E")]
    assert not imported.answers
