"""Recorded answers of several models, a column for each: every answer and every row is accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.measure.reading import open_free_run
from axiometer.measure.recorded import write_recorded_free
from axiometer.records import Mode, Outcome
from axiometer.records.importers import Imported, ImportOptions, importer
from axiometer.records.importers.quest100 import AGAIN, MARKED, UNFINISHED, ends_open, read_quest100

PUBLISHED = Path(__file__).parents[3] / ".." / "shared" / "data" / "valuecsv" / "quest100_dev.xlsx"

Write = Callable[..., Path]
Accounted = Callable[[Imported], None]

TABLE = (
    "quest,甲,b-2\n"
    "1.\xa0什么是美好生活？,大家都有书读。,A quiet one.\n"
    "2.\xa0怎样学习？,,先问\n"
    "3.\xa0谁该先走？,<p>老人。</p><p>还有孩子。</p>,\n"
    ",没有问题的回答。,\n"
    "4.\xa0什么是美好生活？,有朋友。,抱歉，我无法回答这个问题。\n"
    "5.\xa0没有人回答的问题？,,\n"
    "6.\xa0出错的问题？,ERROR: 429 too many requests,\n"
)


def test_each_answer_is_one_of_its_model_and_question(write: Write, accounted: Accounted) -> None:
    imported = read_quest100(write("q.csv", TABLE))
    accounted(imported)
    assert [item.prompt for item in imported.items] == [
        *("什么是美好生活？", "怎样学习？", "谁该先走？", "没有人回答的问题？", "出错的问题？")
    ]
    assert [item.meta["number"] for item in imported.items] == ["1", "2", "3", "5", "6"]
    said = [(answer.model, answer.seq, answer.repeat, answer.text) for answer in imported.free_answers]
    assert said == [
        ("recorded/甲", 0, 0, "大家都有书读。"),
        ("recorded/b-2", 0, 0, "A quiet one."),
        ("recorded/b-2", 1, 0, "先问"),
        ("recorded/甲", 2, 0, "老人。\n\n还有孩子。"),
        ("recorded/甲", 3, 1, "有朋友。"),
        ("recorded/b-2", 3, 1, "抱歉，我无法回答这个问题。"),
        ("recorded/甲", 5, 0, "ERROR: 429 too many requests"),
    ]
    assert {(answer.mode, answer.prompt_hash, answer.call) for answer in imported.free_answers} == {
        (Mode.FREE, "recorded", "recorded")
    }
    assert imported.counts == {MARKED: 1, UNFINISHED: 2, AGAIN: 1} and imported.merged_rows == 1
    assert [(row.row, row.column, row.reason) for row in imported.rejected] == [
        (5, "甲", "an answer without a question")
    ]


def test_the_run_says_who_answered_what_and_how_it_was_read(write: Write, tmp_path: Path) -> None:
    imported = read_quest100(write("q.csv", TABLE))
    read = write_recorded_free(imported.items, imported.free_answers, tmp_path / "run")
    run = open_free_run(tmp_path / "run")
    assert run.recorded and run.missing == 0 and run.models == ("recorded/b-2", "recorded/甲")
    assert run.items.height == 5 and list(run.frameworks) == ["core-socialist-values"]
    assert run.answers.height == len(read) == 7 and run.answers["id"].n_unique() == 7
    assert Counter(run.answers["outcome"]) == {"chosen": 5, "refused": 1, "error": 1}
    assert run.specification.asked["design"]["mode"] == "free" and run.specification.asked["design"]["repeats"] == 2


def test_the_same_import_again_leaves_the_run_as_it_is_and_another_does_not_replace_it(
    write: Write, tmp_path: Path
) -> None:
    imported = read_quest100(write("q.csv", TABLE))
    write_recorded_free(imported.items, imported.free_answers, tmp_path / "run")
    (tmp_path / "run" / "labels").mkdir()
    write_recorded_free(imported.items, imported.free_answers, tmp_path / "run")
    assert (tmp_path / "run" / "labels").is_dir()
    other = read_quest100(write("q.csv", TABLE.replace("先问", "先想")))
    with pytest.raises(InputError, match="exists already"):
        write_recorded_free(other.items, other.free_answers, tmp_path / "run")
    assert open_free_run(tmp_path / "run").answers["text"].to_list().count("先问") == 1


def test_a_gbk_table_is_read_and_said_to_be(write: Write) -> None:
    imported = read_quest100(write("q.csv", "问题,模型甲\n怎样学习？,多问。\n", "gbk"))
    assert imported.free_answers[0].model == "recorded/模型甲" and imported.notes == ("read as gb18030",)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("a,b\n1,2\n", r"columns missing: question \(.*the file has: a, b\)"),
        ("question,id\n怎样学习？,1\n", "no column of answers beside the questions"),
        ("question,,b\n怎样学习？,x,y\n", "column 'column 2': a column of answers has no name"),
        ("question,a,b\n怎样学习？,多问。,\n", "column 'b': no answer in this column"),
        ("zh,en,a\n怎样学习？,How to learn?,多问。\n", "columns of questions in several languages"),
        ("question,a,a\n怎样学习？,x,y\n", "columns with the same name: a"),
    ],
)
def test_a_file_that_is_another_is_one_line(write: Write, table: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_quest100(write("q.csv", table))


def test_an_answer_that_nobody_wrote_is_named_with_its_column(write: Write, accounted: Accounted) -> None:
    imported = read_quest100(
        write("q.csv", "question,a,b\n怎样学习？,#REF!,多问。\n谁先走？,=A1,老人。\n问？,好。,好。\n")
    )
    accounted(imported)
    assert [(row.row, row.column) for row in imported.rejected] == [(2, "a"), (3, "a")]
    assert len(imported.items) == 1


def test_nothing_recorded_is_refused(write: Write, tmp_path: Path) -> None:
    imported = read_quest100(write("q.csv", "question,a\n怎样学习？,\n"))
    with pytest.raises(InputError, match="no recorded answers in it"):
        write_recorded_free(imported.items, imported.free_answers, tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("text", "cut"),
    [("完了。", False), ("他说：“好。”", False), ("**Fin!**", False), ("第一，因为", True), ("and then", True)],
)
def test_a_text_without_the_end_of_a_sentence_may_be_cut(text: str, cut: bool) -> None:
    assert ends_open(text) is cut


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published file is not at hand")
def test_the_published_file_is_read_to_the_last_row(accounted: Accounted) -> None:
    imported = importer("quest100").read(PUBLISHED, ImportOptions())
    accounted(imported)
    assert (imported.source_rows, len(imported.items), imported.merged_rows, len(imported.rejected)) == (103, 99, 1, 3)
    assert Counter(answer.model for answer in imported.free_answers) == {
        "recorded/chatglm3-6b": 89,
        "recorded/Baichuan4": 89,
        "recorded/glm-4": 89,
        "recorded/gpt4": 100,
    }
    assert [row.row for row in imported.rejected] == [102, 103, 104]
    assert {item.lang for item in imported.items} == {"zh"}
    assert [item.meta["number"] for item in imported.items][:3] == ["1", "2", "3"]
    assert {answer.outcome for answer in imported.free_answers} == {Outcome.CHOSEN}
