from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.records.importers import Imported, ImportOptions, importer
from axiometer.records.importers.cvc_rules import NO_LABELS, OTHER_CORE, OTHER_LEVEL, UNKNOWN_LABELS
from axiometer.records.importers.rule_sets import DIFFERENT_VALUES, MERGED

from .conftest import delimited, told

Write = Callable[..., Path]
ZH = {
    "rule": "借来的工具用完应当尽快归还。",
    "level": "个人",
    "core values": "诚信",
    "derived values": "信守承诺、言行一致",
}
EN: dict[str, object] = {
    "rule": "Borrowed tools should be returned soon.",
    "level": ["Person"],
    "core values": ["Integrity"],
    "derived values": ["Keeping promises", "Consistency between words and deeds"],
}


def lines(*rows: dict[str, object] | dict[str, str]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read(path: Path, **options: str) -> Imported:
    return importer("cvc-rules").read(path, ImportOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_joined_names_and_lists_in_both_languages_are_the_same_values(
    write: Write, encoding: str, accounted: Callable[[Imported], None]
) -> None:
    imported = read(write("CVC.jsonl", lines(ZH, EN), encoding))
    accounted(imported)
    chinese, english = imported.rules
    assert (chinese.lang, english.lang) == ("zh", "en")
    for rule in imported.rules:
        assert rule.values == ("keeping-promises", "consistency-of-word-and-deed")
        assert (rule.framework, rule.label, rule.origin) == ("core-socialist-values", None, "cvc-rules")
        assert rule.meta["imported.accepted"] == "yes"
    assert told(chinese, "values") == {"信守承诺": 1, "言行一致": 1}
    assert (told(english, "core-values"), told(english, "level")) == ({"Integrity": 1}, {"Person": 1})
    assert imported.counts == {}
    assert ("read as gb18030" in imported.notes) == (encoding == "gbk")


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("文化素养", "cultural-literacy"),
        ("法制教育", "legal-education"),
        ("法治执政", "law-based-exercise-of-power"),
        ("严格执法", "strict-observance-of-law"),
        ("Maintaining national unit", "safeguarding-the-nation"),
    ],
)
def test_labels_that_drift_between_releases_are_aliases(write: Write, label: str, value: str) -> None:
    (rule,) = read(write("CVC.jsonl", lines({**EN, "derived values": [label]}))).rules
    assert rule.values == (value,)


@pytest.mark.parametrize("label", ["Friendship", "Kindness", "Friendliness", "友善"])
def test_without_derived_values_a_rule_has_its_core_values(write: Write, label: str) -> None:
    (rule,) = read(write("CVC.jsonl", lines({**EN, "core values": [label], "derived values": []}))).rules
    assert rule.values == ("friendship",)


def test_without_core_values_a_rule_has_its_spheres(write: Write) -> None:
    (rule,) = read(write("CVC.jsonl", lines({**EN, "core values": None, "derived values": ""}))).rules
    assert rule.values == ("personal",)


def test_a_label_that_nobody_knows_rejects_its_row_unless_others_are_known(
    write: Write, accounted: Callable[[Imported], None]
) -> None:
    rows = [
        {**EN, "derived values": ["Keeping promises", "Keeping bees"]},
        {**EN, "rule": "Hives should be kept clean.", "derived values": ["Keeping bees"]},
        {**EN, "rule": "Bees are busy.", "level": ["Hive"], "core values": ["Honey"], "derived values": ["Wax"]},
        {**EN, "rule": "Be still.", "level": [], "core values": [], "derived values": []},
    ]
    imported = read(write("CVC.jsonl", lines(*rows)))
    accounted(imported)
    mixed, upper, bare = imported.rules
    assert (mixed.values, told(mixed, "unknown")) == (("keeping-promises",), {"Keeping bees": 1})
    assert (upper.values, told(upper, "unknown")) == (("integrity",), {"Keeping bees": 1})
    assert bare.values == ()
    assert [(row.row, row.column) for row in imported.rejected] == [(3, "derived values")]
    assert "no value called 'Wax'" in imported.rejected[0].reason
    assert imported.counts == {UNKNOWN_LABELS: 2, NO_LABELS: 1}


def test_labels_that_contradict_the_tree_are_counted_and_the_tree_stands(write: Write) -> None:
    rows: list[dict[str, object]] = [
        EN,
        {**EN, "rule": "Speak softly.", "core values": ["Integrity", "Freedom"], "level": ["Person", "Society"]},
        {**EN, "rule": "Keep the peace.", "level": ["Society"]},
    ]
    imported = read(write("CVC.jsonl", lines(*rows)))
    assert imported.counts == {OTHER_CORE: 1, OTHER_LEVEL: 1}
    assert {rule.values for rule in imported.rules} == {("keeping-promises", "consistency-of-word-and-deed")}
    assert told(imported.rules[1], "core-values") == {"Integrity": 1, "Freedom": 1}


def test_a_rule_that_stands_twice_has_the_values_of_both_rows(write: Write) -> None:
    again = {**EN, "rule": "Borrowed  tools should be returned\nsoon.", "derived values": ["Sincerity"]}
    imported = read(write("CVC.jsonl", lines(EN, again)))
    (rule,) = imported.rules
    assert rule.values == ("keeping-promises", "consistency-of-word-and-deed", "sincerity")
    assert told(rule, "values") == {"Keeping promises": 1, "Consistency between words and deeds": 1, "Sincerity": 1}
    assert told(rule, "level") == {"Person": 2}
    assert imported.counts == {MERGED: 1, DIFFERENT_VALUES: 1}


def test_lines_that_are_no_rules_are_rejected_where_they_stand(
    write: Write, accounted: Callable[[Imported], None]
) -> None:
    wrong = ['{"rule": "cut off', "[1, 2]", '{"rule": null, "level": ["Person"]}', '{"rule": "a", "rule": "b"}']
    content = lines(EN) + "\n".join(wrong) + "\n" + lines({**EN, "rule": "b", "derived values": '["unclosed'})
    imported = read(write("CVC.jsonl", content))
    accounted(imported)
    assert [rule.text for rule in imported.rules] == [EN["rule"]]
    assert [row.row for row in imported.rejected] == [2, 3, 4, 5, 6]
    assert [row.reason for row in imported.rejected][2:] == [
        "empty",
        "a key comes twice in this record",
        "not a list",
    ]


def test_other_spellings_of_the_columns_and_other_file_types_are_read(write: Write) -> None:
    renamed = {name.replace(" ", "_"): cell for name, cell in ZH.items()}
    (plain,) = read(write("CVC.jsonl", lines(ZH))).rules
    for name, content in (("cvc.csv", delimited(renamed)), ("cvc.json", [renamed])):
        (rule,) = read(write(name, content)).rules
        assert (rule.id, rule.values, rule.meta) == (plain.id, plain.values, plain.meta)


def test_pairs_of_rules_are_another_format(write: Write) -> None:
    with pytest.raises(InputError, match="columns missing: rule, derived values, core values, level"):
        read(write("pairs.csv", delimited({"rot1": "a", "rot2": "b", "core_values_1": "诚信"})))


def test_another_framework_resolves_the_labels_and_has_no_say_about_levels_it_lacks(write: Write) -> None:
    row = {**EN, "level": [], "core values": [], "derived values": ["Benevolence"]}
    imported = read(write("CVC.jsonl", lines(row)), framework="schwartz")
    (rule,) = imported.rules
    assert rule.framework == "schwartz"
    assert rule.values == (load_framework("schwartz").resolve("Benevolence"),)
    assert imported.counts == {}
