from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.records import Rule, content_id
from axiometer.records.importers import Imported, ImportOptions, importer
from axiometer.records.importers.rule_sets import IDENTICAL, MERGED, UNUSED_FRAMEWORK
from axiometer.records.importers.social_chemistry import BAD

from .conftest import delimited, told

Write = Callable[..., Path]
ROW = {
    "area": "rocstories",
    "m": "1",
    "split": "train",
    "rot-agree": "3",
    "rot-categorization": "morality-ethics|advice",
    "rot-moral-foundations": "care-harm|fairness-cheating",
    "rot-char-targeting": "char-0",
    "rot-bad": "0",
    "rot-judgment": "it's kind",
    "action": "carrying a neighbour's shopping",
    "action-agency": "agency",
    "action-moral-judgment": "1",
    "action-agree": "3.0",
    "action-legal": "legal",
    "action-pressure": "-1",
    "action-char-involved": "char-0",
    "action-hypothetical": "probable",
    "situation": "helping with the bags on the stairs",
    "situation-short-id": "rocstories/1",
    "rot": "It is kind to carry a neighbour's shopping.",
    "rot-id": "rot/rocstories/1/7/1",
    "rot-worker-id": "7",
    "breakdown-worker-id": "11",
    "n-characters": "2",
    "characters": "narrator|a neighbour",
}


def tsv(*rows: dict[str, str]) -> str:
    return delimited(*rows, delimiter="\t")


def read(path: Path, **options: str) -> Imported:
    return importer("social-chemistry-101").read(path, ImportOptions(**options))  # type: ignore[arg-type]


def test_a_row_is_a_rule_with_the_labels_of_its_annotator_and_none_of_ours(write: Write) -> None:
    (rule,) = read(write("sc.tsv", tsv(ROW))).rules
    assert rule.text == ROW["rot"]
    assert (rule.lang, rule.origin, rule.values, rule.framework, rule.label) == (
        "en",
        "social-chemistry-101",
        (),
        None,
        None,
    )
    assert rule.parent_ids == (content_id("row", "sc.tsv", dict(ROW)),)
    assert rule.meta["imported.rows"] == "1"
    names = {name.removeprefix("imported.") for name in rule.meta} - {"rows"}
    assert {name: told(rule, name) for name in sorted(names)} == {
        "action-agree": {"3": 1},
        "agency": {"agency": 1},
        "area": {"rocstories": 1},
        "categories": {"morality-ethics": 1, "advice": 1},
        "legal": {"legal": 1},
        "moral-foundations": {"care-harm": 1, "fairness-cheating": 1},
        "moral-judgment": {"1": 1},
        "pressure": {"-1": 1},
        "rot-agree": {"3": 1},
        "rot-id": {"rot/rocstories/1/7/1": 1},
        "split": {"train": 1},
    }


def test_annotators_of_one_rule_are_counted_and_their_silence_is_no_answer(
    write: Write, accounted: Callable[[Imported], None]
) -> None:
    rows = [
        ROW,
        {**ROW, "breakdown-worker-id": "12", "rot-agree": "4", "rot-moral-foundations": ""},
        {**ROW, "breakdown-worker-id": "13", "rot-agree": "nan", "rot-moral-foundations": "care-harm"},
        {**ROW, "rot": "It is rude to slam a door."},
        {**ROW, "rot": "  It is kind to carry\n a neighbour's shopping. ", "breakdown-worker-id": "14"},
        ROW,
    ]
    imported = read(write("sc.tsv", tsv(*rows)))
    accounted(imported)
    shared, other = imported.rules
    assert (shared.meta["imported.rows"], len(shared.parent_ids)) == ("4", 4)
    assert told(shared, "rot-agree") == {"3": 2, "4": 1}
    assert told(shared, "moral-foundations") == {"care-harm": 3, "fairness-cheating": 2}
    assert other.meta["imported.rows"] == "1"
    assert (imported.source_rows, imported.kept_rows, imported.merged_rows) == (6, 6, 4)
    assert imported.counts == {MERGED: 4, IDENTICAL: 1}


def test_bad_empty_damaged_and_shifted_rows_are_rejected_with_their_reason(
    write: Write, accounted: Callable[[Imported], None]
) -> None:
    rows = [
        {**ROW, "rot-bad": "1"},
        {**ROW, "rot-bad": "1.0", "rot": ""},
        {**ROW, "rot": "NaN"},
        {**ROW, "rot": "It is ru\ufffde to slam a door." + "!" * 2000},
        {**ROW, "rot-agree": "7"},
        {**ROW, "rot-bad": "care-harm"},
        {**ROW, "action-pressure": "legal"},
    ]
    imported = read(write("sc.tsv", tsv(*rows)))
    accounted(imported)
    assert not imported.rules
    assert [(row.row, row.column, row.reason) for row in imported.rejected] == [
        (2, "rot-bad", BAD),
        (3, "rot-bad", BAD),
        (4, "rot", "empty"),
        (5, "rot", "damaged characters (U+FFFD)"),
        (6, "rot-agree", "not on the scale 0 to 4: 7"),
        (7, "rot-bad", "neither 0 nor 1: care-harm"),
        (8, "action-pressure", "not on the scale -2 to 2: legal"),
    ]


def test_a_rule_that_one_annotator_finds_bad_stays_with_the_others(write: Write) -> None:
    imported = read(write("sc.tsv", tsv(ROW, {**ROW, "rot-bad": "1", "breakdown-worker-id": "12"})))
    assert [rule.meta["imported.rows"] for rule in imported.rules] == ["1"]
    assert [row.reason for row in imported.rejected] == [BAD]


def test_quotes_line_breaks_markup_and_formulas_stay_the_words_that_they_are(write: Write) -> None:
    words = ['One should say "thank you"\tand mean it.', "<b>Wait</b> for &amp; on others.", "=SUM(A1) is no excuse"]
    rules = read(write("sc.tsv", tsv(*({**ROW, "rot": said} for said in words)))).rules
    assert [rule.text for rule in rules] == [words[0].replace("\t", " "), *words[1:]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_and_the_file_type_do_not_change_the_rules(write: Write, encoding: str) -> None:
    def without_parents(rules: list[Rule]) -> list[tuple[str, str, dict[str, str]]]:
        return [(rule.id, rule.text, rule.meta) for rule in rules]

    rows = [ROW, {**ROW, "rot": "It’s rude to slam a door."}]
    plain = without_parents(read(write("sc.tsv", tsv(*rows))).rules)
    assert without_parents(read(write("other.tsv", tsv(*rows), encoding)).rules) == plain
    assert without_parents(read(write("other.csv", delimited(*rows), encoding)).rules) == plain
    assert without_parents(read(write("other.json", rows, encoding)).rules) == plain


def test_a_file_without_the_mark_of_bad_rules_is_not_this_format(write: Write) -> None:
    row = {name: cell for name, cell in ROW.items() if name not in ("rot-bad", "rot-agree")}
    with pytest.raises(InputError, match="columns missing: rot-agree, rot-bad"):
        read(write("sc.tsv", tsv(row)))


def test_a_framework_that_is_not_used_is_said_to_be_unused(write: Write) -> None:
    assert read(write("sc.tsv", tsv(ROW)), framework="schwartz").notes == (UNUSED_FRAMEWORK,)
    assert read(write("sc.tsv", tsv(ROW)), lang="en-GB").rules[0].lang == "en-GB"
