"""Objects in what a model says, as JSON and as models write it."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.measure.asking.clumsy_json import find_objects

SCALARS = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(max_size=30)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
OBJECTS = st.dictionaries(st.text(max_size=8), VALUES, max_size=4)
PROSE = st.text(st.characters(exclude_characters="{", exclude_categories=["Cs"]), max_size=60)


@given(OBJECTS, PROSE, PROSE)
def test_an_object_is_found_whatever_stands_around_it(wanted: dict[str, object], before: str, after: str) -> None:
    found = find_objects(before + json.dumps(wanted, ensure_ascii=False) + after)
    assert found.objects == (wanted,) and not found.cut


@given(st.text(alphabet="{}[]\":,，：“”\\'truefalsn01 \n是", max_size=200))
def test_any_rubbish_is_read_without_an_error(rubbish: str) -> None:
    assert all(isinstance(each, dict) for each in find_objects(rubbish).objects)


@pytest.mark.parametrize(
    ("clumsy", "meant"),
    [
        ('{"a": 1,}', {"a": 1}),
        ('{"a": [1, 2,],}', {"a": [1, 2]}),
        ("{'a': True, 'b': None}", {"a": True, "b": None}),
        ("{“a”：“是”，“b”：false}", {"a": "是", "b": False}),
        ('{"a"："好"，"b"：1}', {"a": "好", "b": 1}),
        ("{a: yes, b: -1}", {"a": "yes", "b": -1}),
        ('{"a": "他说"你好"就走了"}', {"a": '他说"你好"就走了'}),
        ('{"a": "他说"好"，然后走了"}', {"a": '他说"好"，然后走了'}),
        ('{"a": "one\ntwo"}', {"a": "one\ntwo"}),
        (r"{'a': 'it\'s \u597d'}", {"a": "it's 好"}),
        ("{'a': 'don't lie'}", {"a": "don't lie"}),
    ],
)
def test_what_is_plainly_meant_is_read(clumsy: str, meant: dict[str, object]) -> None:
    assert find_objects(clumsy).objects == (meant,)


@pytest.mark.parametrize(
    "cut", ['{"a": "and so', '{"a": ["x", "y"', '{"a": {"b": 1}', '{"a": tr', "```json\n{", '{"a": "x\\']
)
def test_an_object_that_ends_too_early_is_cut(cut: str) -> None:
    found = find_objects(cut)
    assert found.cut and {"a": "and so"} not in found.objects


@pytest.mark.parametrize("prose", ["", "no object", "a set {x in A} of things", "}", "[1, 2, 3]", "{1 + 1}"])
def test_prose_with_brackets_is_neither_an_object_nor_cut(prose: str) -> None:
    found = find_objects(prose)
    assert found.objects == () and not found.cut


@pytest.mark.parametrize("hostile", ["{" * 100_000, '{"a":' * 100_000, '{"' * 100_000, "{a:" * 60_000, "{“" * 60_000])
def test_hostile_answers_cost_little_time(hostile: str) -> None:
    start = time.process_time()
    assert find_objects(hostile).objects == ()
    assert time.process_time() - start < 5


def test_nothing_is_evaluated() -> None:
    (found,) = find_objects('{"a": __import__("os").system("true")}').objects or ({"a": None},)
    assert found["a"] is None
