from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.frameworks import Finding, check_file, load_framework

Write = Callable[..., Path]

BROKEN = [
    # what breaks, (old, new), expected line, code, and words of the message or how to mend it
    ("duplicate id", ("- id: poppy", "- id: fern"), 22, "duplicate-id", "line 16"),
    ("duplicate level", ("{id: plant,", "{id: bed,"), 6, "duplicate-id", "line 5"),
    ("no parent", ("    parents: [shade]\n", ""), 16, "no-parent", "'bed'"),
    ("empty parents", ("parents: [shade]", "parents: []"), 16, "no-parent", "'fern'"),
    ("unknown parent", ("parents: [shade]", "parents: [shadow]"), 18, "unknown-parent", "'shade'"),
    ("parent on the same level", ("parents: [shade]", "parents: [poppy]"), 18, "wrong-level", "'poppy'"),
    ("cycle of one", ("parents: [shade]", "parents: [shade, fern]"), 18, "cycle", "fern > fern"),
    ("no english name", ("{zh: 蕨, en: Fern}", "{zh: 蕨}"), 16, "missing-language", "name in 'en'"),
    ("no chinese definition", ("{zh: 无花。, en:", "{en:"), 16, "missing-language", "definition in 'zh'"),
    ("half contested", ("[Bracken, fiddlehead]}", "[x]}\n    contested: {en: y}"), 16, "missing-language", "'zh'"),
    ("clashing alias", ("[Bracken, fiddlehead]", "[POP-PY]"), 21, "label-clash", "line 22"),
    ("clashing name", ("en: Sun}", "en: sha de}"), 14, "label-clash", "'shade'"),
    ("alias without letters", ("[Bracken, fiddlehead]", "['--']"), 21, "empty", "no letters"),
    ("unknown level", ("plant\n    parents: [sun,", "plnat\n    parents: [sun,"), 23, "unknown-level", "'plant'"),
    ("no level", ("    level: plant\n    parents: [sun,", "    parents: [sun,"), 22, "missing-key", "bed, plant"),
    ("unknown key", ("parents: [shade]", "parent: [shade]\n    parents: [shade]"), 18, "unknown-key", "'parents'"),
    ("unknown top key", ("languages:", "langauges:"), 2, "unknown-key", "'languages'"),
    ("repeated key", ("level: bed\n    names: {zh: 阳处", "level: bed\n    level: bed\n    names: {zh: 阳处"), 14,
     "duplicate-key", "twice"),
    ("no id", ("  - id: poppy\n    level", "  - level"), 22, "missing-key", "'id'"),
    ("no values", ("values:", "valuez:"), 7, "unknown-key", "'values'"),
    ("a number for a name", ("en: Poppy", "en: 7"), 25, "wrong-type", "quotes"),
    ("a text for a list", ("parents: [shade]", "parents: shade"), 18, "wrong-type", "list"),
    ("a list for a mapping", ("{zh: 蕨, en: Fern}", "[蕨, Fern]"), 19, "wrong-type", "zh: ..., en: ..."),
    ("nothing for a name", ("en: Poppy", "en: ~"), 25, "wrong-type", "nothing"),
    ("a blank name", ("en: Poppy", "en: '  '"), 25, "empty", "'names'"),
    ("a value that is a text", ("values:", "values:\n  - roses"), 8, "wrong-type", "mapping"),
    ("id with a blank", ("- id: poppy", "- id: red poppy"), 22, "bad-id", "'red poppy'"),
    ("bad language", ("{zh: 罂粟,", "{Chinese: 罂粟,"), 25, "bad-language", "'Chinese'"),
    ("unclosed bracket", ("[sun, shade]", "[sun, shade"), 25, "bad-yaml", "not valid YAML"),
    ("tab", ("    level: bed\n    names: {zh: 荫处", "\tlevel: bed\n    names: {zh: 荫处"), 9, "bad-yaml", "YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "line", "code", "words"), [row[1:] for row in BROKEN], ids=[r[0] for r in BROKEN])
def test_a_broken_file_is_reported_with_its_line(
    write: Write, change: tuple[str, str], line: int, code: str, words: str
) -> None:
    path = write(change)
    findings = check_file(path)
    found = [finding for finding in findings if finding.code == code]
    assert found, f"no {code} among {[str(finding) for finding in findings]}"
    assert found[0].line == line
    assert words in str(found[0])
    with pytest.raises(InputError) as caught:
        load_framework(path)
    assert caught.value.row == findings[0].line
    assert "\n" not in str(caught.value)


def test_a_whole_file_has_no_findings(write: Write) -> None:
    assert check_file(write()) == []


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (("- id: poppy", "- id: fern"), ["duplicate-id"]),
        (("parents: [shade]", "parents: [shadow]"), ["unknown-parent"]),
        (("parents: [shade]", "parents: [poppy]"), ["wrong-level"]),
        (("[Bracken, fiddlehead]", "[POP-PY, poppy]"), ["label-clash"]),
        (("en: Poppy", "en: 7"), ["missing-language", "wrong-type"]),
    ],
)
def test_one_mistake_is_reported_once(write: Write, change: tuple[str, str], codes: list[str]) -> None:
    assert [finding.code for finding in check_file(write(change))] == codes


def test_a_cycle_is_reported_once_and_told_as_a_way(write: Write) -> None:
    path = write(
        ("    level: bed\n    names: {zh: 荫处", "    level: bed\n    parents: [fern]\n    names: {zh: 荫处"),
        ("parents: [sun, shade]", "parents: [sun]"),
    )
    (finding,) = check_file(path)
    assert (finding.code, finding.line) == ("cycle", 10)
    assert "shade > fern > shade" in finding.message


def test_two_separate_cycles_are_both_reported(write: Write) -> None:
    path = write(
        ("parents: [shade]", "parents: [shade, fern]"),
        ("parents: [sun, shade]", "parents: [sun, poppy]"),
    )
    assert [(finding.code, finding.line) for finding in check_file(path)] == [("cycle", 18), ("cycle", 24)]


def test_a_parent_may_stand_two_levels_above_if_another_stands_directly_above(write: Write) -> None:
    level = (
        "plant, names: {zh: 植物, en: plant}}",
        "plant, names: {zh: 植物, en: plant}}\n  - {id: leaf, names: {zh: 叶, en: leaf}}",
    )
    leaf = (
        "  - {{id: frond, level: leaf, parents: [{}], "
        "names: {{zh: 羽叶, en: Frond}}, definitions: {{zh: 叶。, en: Leaf.}}}}\n"
    )
    tail = "definitions: {zh: 红花。, en: It has red flowers.}\n"
    assert check_file(write(level, (tail, tail + leaf.format("fern, sun")))) == []
    (finding,) = check_file(write(level, (tail, tail + leaf.format("sun"))))
    assert (finding.code, finding.line) == ("wrong-level", 28)
    assert "directly above, 'plant'" in finding.message


def test_one_label_may_stand_on_two_levels(write: Write) -> None:
    assert check_file(write(("[Bracken, fiddlehead]", "[Sun]"))) == []


@pytest.mark.parametrize(
    ("circle", "words"),
    [
        ("[fern]", "leaves out 'poppy'"),
        ("[fern, poppy, fern]", "twice"),
        ("[fern, poppy, sun]", "not on level 'plant'"),
        ("[fern, popy, poppy]", "'popy'"),
    ],
)
def test_a_circle_names_every_value_of_one_level_once(write: Write, circle: str, words: str) -> None:
    (finding,) = check_file(write(("values:", f"circular: {circle}\nvalues:")))
    assert (finding.code, finding.line) == ("bad-circle", 7)
    assert words in str(finding)


def test_languages_not_declared_are_those_of_the_framework_s_names(write: Write) -> None:
    path = write(
        ("languages: [zh, en]\n", ""), ("{zh: 花园, en: Garden}", "{zh: 花园}"), ("{zh: 蕨, en: Fern}", "{en: Fern}")
    )
    (finding,) = check_file(path)
    assert (finding.code, finding.line) == ("missing-language", 15)
    assert "'zh'" in finding.message


def test_a_finding_prints_as_file_line_message_and_mend(write: Write) -> None:
    path = write(("parents: [shade]", "parents: [shadow]"))
    (finding,) = check_file(path)
    assert (
        str(finding) == f"{path}:18: the parent 'shadow' of 'fern' is not a value of this file (did you mean 'shade'?)"
    )
    assert str(Finding(3, 1, "empty", "nothing here", None, "a.yaml")) == "a.yaml:3: nothing here"


def test_findings_come_in_the_order_of_the_file(write: Write) -> None:
    path = write(("en: Poppy", "en: 7"), ("languages:", "langauges:"), ("parents: [shade]", "parents: [shadow]"))
    lines = [finding.line for finding in check_file(path)]
    assert len(lines) >= 3
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "empty", 1),
        (b"# only a comment\n", "empty", 1),
        (b"- a\n- b\n", "wrong-type", 1),
        (b"just words\n", "wrong-type", 1),
        (b"id: a\n---\nid: b\n", "bad-yaml", 2),
        ("id: a\nnames: {zh: 花园}\n".encode("gbk"), "not-utf-8", 2),
        (b"id: a\nnames: {en: \x07}\n", "bad-yaml", 2),
        (b"id: &a [*a]\nnames: *a\nvalues: *a\n", "wrong-type", 1),
        (b"a:\n " + b"[" * 50_000 + b"]" * 50_000, "bad-yaml", 2),
        (b"? [a, b]\n: c\n", "unknown-key", 1),
        (b"id: a\nnames: {en: A}\nvalues: []\n", "empty", 3),
    ],
    ids=["empty", "comment", "list", "text", "two documents", "gbk", "control character", "loop", "deep", "odd key",
         "no values"],
)  # fmt: skip
def test_a_file_that_is_no_framework_is_reported_not_thrown(
    tmp_path: Path, content: bytes, code: str, line: int
) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    found = [finding for finding in check_file(path) if finding.code == code]
    assert found
    assert found[0].line == line


def test_a_byte_order_mark_is_no_mistake(write: Write) -> None:
    path = write()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert check_file(path) == []


def test_norwegian_is_a_language_although_yaml_takes_no_for_false(tmp_path: Path) -> None:
    path = tmp_path / "no.yaml"
    path.write_text(
        "id: a\nlanguages: [no]\nnames: {no: A}\n"
        "values:\n  - {id: frihet, names: {no: Frihet}, definitions: {no: Å velge selv.}}\n",
        encoding="utf-8",
    )
    assert check_file(path) == []
    assert load_framework(path).name("frihet", "no") == "Frihet"


def test_a_missing_file_and_a_folder_are_a_user_s_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        check_file(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="a folder, not a file"):
        check_file(tmp_path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_to_a_file_makes_the_check_fail(write: Write, data: st.DataObject) -> None:
    """Cut, double or swap any lines: findings, or a framework that loads."""
    path = write()
    lines = path.read_text(encoding="utf-8").splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        other = data.draw(st.integers(0, len(lines) - 1))
        damage = data.draw(st.sampled_from(["cut", "double", "swap", "shift", "junk"]))
        if damage == "cut" and len(lines) > 1:
            del lines[place]
        elif damage == "double":
            lines.insert(other, lines[place])
        elif damage == "swap":
            lines[place], lines[other] = lines[other], lines[place]
        elif damage == "shift":
            lines[place] = "  " + lines[place]
        else:
            lines[place] += data.draw(st.text(max_size=5))
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    findings = check_file(path)
    assert all(finding.line >= 1 and finding.column >= 1 for finding in findings)
    if findings:
        with pytest.raises(InputError):
            load_framework(path)
    else:
        assert load_framework(path).values
