from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.records import Outcome
from axiometer.records.importers import Imported, ImportOptions, importer

Write = Callable[..., Path]
COLUMNS = ("idx", "dilemma_situation", "action_type", "action", "values_names", "mft", "model_resp_tiny_clean")


def read(path: Path, framework: str | None = None) -> Imported:
    return importer("daily-dilemmas").read(path, ImportOptions(framework=framework))


def table(*rows: tuple[str, ...]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([COLUMNS, *rows])
    return buffer.getvalue()


def pair(idx: str, scene: str, answer: str = "to_do") -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        (idx, scene, "to_do", "Lend the drill", "['trust', 'thrift', nan]", "['Loyalty', nan, nan]", answer),
        (idx, scene, "not_to_do", "Keep the drill", "['caution']", "['Care']", answer),
    )


def test_published_rows_become_items_with_values_and_recorded_answers(
    published: Callable[[str], Path], accounted: Callable[[Imported], None]
) -> None:
    imported = read(published("daily_dilemmas/dilemmas_with_detail_by_action_first6.csv"))
    accounted(imported)
    assert imported.summary() == "imported 3, rejected 0"
    assert imported.source_rows == imported.kept_rows == 6
    assert [item.meta["idx"] for item in imported.items] == ["55", "107", "176"]
    first = imported.items[0]
    assert first.framework is None
    assert [e.target for e in first.options[1].expresses] == [
        "avoidance of conflict",
        "tolerance",
        "self",
        "complicity",
    ]
    assert {answer.model for answer in imported.answers} == {"recorded/gpt35", "recorded/gpt4"}
    assert len(imported.answers) == 6
    for answer in imported.answers:
        assert (answer.outcome, answer.option, answer.raw) == (Outcome.CHOSEN, 0, "to_do")
        assert (answer.run, answer.wording, answer.mode) == ("recorded", "published", "choice")


def test_with_a_framework_the_column_of_labels_that_it_knows_is_used(published: Callable[[str], Path]) -> None:
    path = published("daily_dilemmas/dilemmas_with_detail_by_action_first6.csv")
    imported = read(path, "moral-foundations-classic")
    assert "column 'mft'" in imported.notes[0]
    targets = {e.target for item in imported.items for option in item.options for e in option.expresses}
    assert targets == {"fairness-cheating", "authority-subversion", "loyalty-betrayal", "care-harm"}
    with pytest.raises(InputError, match="schwartz"):
        read(path, "schwartz")


def test_labels_without_a_counterpart_in_the_framework_are_counted(write: Write) -> None:
    rows = [tuple(cell.replace("thrift", "Stimulation") for cell in row) for row in pair("1", "A neighbour asks.")]
    imported = read(write("d.csv", table(*rows)), "schwartz")
    assert [[e.target for e in option.expresses] for option in imported.items[0].options] == [["stimulation"], []]
    (note,) = imported.notes
    assert "2 labels there have no counterpart" in note


def test_rows_without_partner_duplicates_and_bad_lists_are_rejected(
    write: Write, accounted: Callable[[Imported], None]
) -> None:
    lonely, _ = pair("2", "Another neighbour asks.")
    bad_list, partner = pair("3", "A third asks.")
    bad_list = (*bad_list[:4], "__import__('os')", *bad_list[5:])
    wrong_type = (*pair("4", "A fourth asks.")[0][:2], "perhaps", *pair("4", "")[0][3:])
    whole = pair("1", "A neighbour asks.")
    imported = read(write("d.csv", table(*whole, whole[0], lonely, bad_list, partner, wrong_type)))
    accounted(imported)
    assert len(imported.items) == 1
    assert [(r.row, r.column, r.reason) for r in imported.rejected] == [
        (4, None, "duplicate of row 2"),
        (5, "action_type", "the other action of this dilemma is missing or rejected"),
        (6, "values_names", "not a list"),
        (7, "values_names", "not a list"),
        (8, "action_type", "neither to_do nor not_to_do: perhaps"),
    ]


@pytest.mark.parametrize(
    ("answer", "outcome", "option"),
    [("not_to_do", Outcome.CHOSEN, 1), ("", Outcome.ERROR, None), ("it depends", Outcome.INVALID, None)],
)
def test_recorded_answers_that_are_no_choice_are_kept_as_such(
    answer: str, outcome: Outcome, option: int | None, write: Write
) -> None:
    (recorded,) = read(write("d.csv", table(*pair("1", "A neighbour asks.", answer)))).answers
    assert (recorded.outcome, recorded.option, recorded.raw) == (outcome, option, answer)


def test_an_answer_on_which_the_two_rows_differ_is_invalid(write: Write) -> None:
    first, second = pair("1", "A neighbour asks.")
    (recorded,) = read(write("d.csv", table(first, (*second[:-1], "not_to_do")))).answers
    assert recorded.outcome is Outcome.INVALID
    assert recorded.option is None
