"""`axiometer import` of published sets of rules."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from axiometer.records import Rule
from axiometer.records.tables import read_rows

from .conftest import Axiometer

SOCIAL = (
    "rot\trot-agree\trot-moral-foundations\trot-bad\n"
    "It is kind to share tools.\t3\tcare-harm\t0\n"
    "It is kind to share tools.\t4\tcare-harm|fairness-cheating\t0\n"
    "=cmd|' /C calc'!A0\t2\t\t1\n"
)
MIC = 'rot,rot-agree,violation-severity,moral\n"You should knock, then wait.",4,-1,authority\n'
CVC = (
    '{"rule": "进门之前应当先敲门。", "level": "国家、个人", "core values": "文明", "derived values": "文明礼仪"}\n'
    '{"rule": "排队时不应插队。", "level": ["国家"], "core values": ["文明"], "derived values": ["不存在"]}\n'
    '{"rule": "说话应当算数。", "level": [], "core values": ["无"], "derived values": ["不存在"]}\n'
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "sc.tsv").write_text(SOCIAL, encoding="utf-8")
    (tmp_path / "mic.csv").write_text(MIC, encoding="utf-8-sig")
    (tmp_path / "cvc.jsonl").write_text(CVC, encoding="gbk")
    return tmp_path


def test_rules_are_imported_and_every_row_is_accounted_for(inside: Axiometer, files: Path) -> None:
    said = inside("import", "social-chemistry-101", "sc.tsv", "-o", "rules.parquet")
    assert (said.code, said.out.splitlines()) == (
        0,
        [
            "imported 1, rejected 1",
            "rows with the words of an earlier row, counted with it: 1",
            "why, row by row: rules.rejects.csv",
        ],
    )
    (rule,) = read_rows(files / "rules.parquet", Rule)
    assert json.loads(rule.meta["imported.rot-agree"]) == {"3": 1, "4": 1}
    with (files / "rules.rejects.csv").open(encoding="utf-8-sig", newline="") as handle:
        (rejected,) = csv.DictReader(handle)
    assert (rejected["row"], rejected["column"]) == ("4", "rot-bad")
    assert json.loads(rejected["raw"])["rot"].startswith("=cmd")


def test_a_later_import_takes_the_place_of_an_earlier_one(inside: Axiometer, files: Path) -> None:
    inside("import", "social-chemistry-101", "sc.tsv", "-o", "rules.parquet")
    (files / "rules.answers.parquet").write_bytes(b"of an earlier import")
    assert inside("import", "mic", "mic.csv", "-o", "rules.parquet").out == "imported 1, rejected 0\n"
    assert [rule.origin for rule in read_rows(files / "rules.parquet", Rule)] == ["mic"]
    assert not list(files.glob("rules.*.*"))


def test_json_says_what_the_lines_say(inside: Axiometer, files: Path) -> None:
    told = json.loads(inside("import", "cvc-rules", "cvc.jsonl", "-o", "rules.parquet", "--json").out)
    assert (told["imported"], told["rejected"], told["merged"], told["answers"], told["rows"]) == (2, 1, 0, 0, 3)
    assert told["notes"] == ["read as gb18030"]
    assert told["counts"] == {
        "rows whose published levels are not those above their values": 1,
        "rows with a label that the framework does not know, beside others that it knows": 1,
    }


def test_what_is_counted_is_told_in_chinese(inside: Axiometer, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AXIOMETER_LANG", "zh")
    said = inside("import", "cvc-rules", "cvc.jsonl", "-o", "rules.parquet")
    assert "已导入 2，已拒绝 1\n" in said.out
    assert "公布的层面与其价值之上的层面不一致的行数：1\n" in said.out
    assert "rows" not in said.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("mic", "sc.tsv"), "sc.tsv: columns missing: violation-severity, moral (the file has: rot, rot-agree"),
        (("social-chemistry-101", "mic.csv"), "mic.csv: columns missing: rot-moral-foundations, rot-bad"),
        (("cvc-rules", "mic.csv"), "mic.csv: columns missing: rule, derived values, core values, level"),
        (("cvc-rules", "cvc.jsonl", "--framework", "none"), "there is no framework 'none'"),
        (("mic", "bad.csv"), "bad.csv: no row could be imported (see rules.rejects.csv)"),
        (("mic", "open.csv"), "open.csv, line 2: not a well-formed table"),
    ],
)
def test_mistakes_are_one_line_and_leave_no_table(
    inside: Axiometer, files: Path, words: tuple[str, ...], expected: str
) -> None:
    (files / "bad.csv").write_text(MIC.replace(",4,", ",9,"), encoding="utf-8")
    (files / "open.csv").write_text(MIC.replace('wait."', "wait."), encoding="utf-8")
    said = inside("import", *words, "-o", "rules.parquet")
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert expected in said.err
    assert not (files / "rules.parquet").exists()
