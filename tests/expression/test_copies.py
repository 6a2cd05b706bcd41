"""Near-copies are found, and a text never teaches what its copy is then asked."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.expression import splits
from axiometer.expression.copies import LEAST, LIKE, RUN, copies
from axiometer.expression.seen import wording
from axiometer.expression.splits import SplitKind, split

from .texts import read

LETTERS = "天地人法水火山石田土日月金木年春夏秋冬東西南北中大小多少上下左右前後遠近高低長短"


def drawn(seed: int, letters: int) -> str:
    draw = random.Random(seed)
    return "".join(draw.choice(LETTERS) for _ in range(letters))


def alike(a: str, b: str) -> float:
    """Jaccard similarity of the sets of runs, by hand."""
    one, other = ({word[at : at + RUN] for at in range(len(word) - RUN + 1)} for word in map(wording, (a, b)))
    return len(one & other) / len(one | other)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), changed=st.integers(0, 12), letters=st.integers(LEAST + RUN, 400))
def test_texts_are_copies_where_they_share_enough_runs(seed: int, changed: int, letters: int) -> None:
    draw = random.Random(seed)
    text = drawn(seed, letters)
    other = list(text)
    for place in draw.sample(range(letters), changed):
        other[place] = "甲"
    found = copies([drawn(seed + 1, letters), text, "".join(other)])
    assert found[:2] == (0, 1)
    assert (found[2] == 1) == (alike(text, "".join(other)) >= LIKE or not changed)


def test_width_case_and_space_make_no_other_text_and_short_texts_must_be_equal() -> None:
    assert copies(["ＡＢＣ 法治", "abc法治", "abc法制"]) == (0, 0, 2)


def test_a_copy_of_a_copy_belongs_to_the_first() -> None:
    text, other = drawn(0, 300), drawn(1, 72)
    steps = [text, other[:36] + text[36:], other + text[72:]]
    assert alike(steps[0], steps[1]) >= LIKE <= alike(steps[1], steps[2]) and alike(steps[0], steps[2]) < LIKE
    assert copies(steps) == (0, 0, 0)
    assert copies(steps[::2]) == (0, 1)


@pytest.mark.parametrize("kind", list(SplitKind))
def test_copies_stand_on_one_side_and_the_earlier_sides_lose_them(
    tmp_path: Path, kind: SplitKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splits, "AUTHORS_TRAIN", 60)
    monkeypatch.setattr(splits, "AUTHORS_VALIDATION", 20)
    texts = [drawn(number, 120) for number in range(80)]
    texts += [text[:60] + "甲" + text[61:] for text in texts[:10]] + [f" {text} " for text in texts[55:65]]
    lines = [f'"{text}",{number % 2},book {number % 23}' for number, text in enumerate(texts)]
    (tmp_path / "t.csv").write_text("\n".join(["text,freedom,group", *lines]) + "\n", encoding="utf-8")
    data = read(tmp_path / "t.csv")
    assert len(data.account.near) == 10 and len(data.account.repeated) == 10
    sides = split(data, kind, seed=4)
    units = [{data.units[place] for place in side} for side in (sides.train, sides.validation, sides.test)]
    assert not units[0] & units[1] and not units[0] & units[2] and not units[1] & units[2]
    assert sorted((*sides.train, *sides.validation, *sides.test, *sides.moved)) == list(range(len(data)))
    if kind is SplitKind.AUTHORS:
        assert sides.moved == (*range(10), *range(55, 65)) and sides.test == tuple(range(80, 100))
