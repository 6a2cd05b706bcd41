"""Long texts are cut at sentences, and become whole again by their greatest window."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from axiometer.expression.windows import sentences_of, windows_of

TEXTS = st.lists(st.text("天地人。，a b.!\n", min_size=1, max_size=300).filter(lambda text: text.strip()), max_size=8)


@given(TEXTS, st.integers(40, 120))
def test_no_window_is_longer_than_the_limit_and_no_letter_is_lost(texts: list[str], limit: int) -> None:
    windows = windows_of(texts, limit)
    assert len(windows.counts) == len(texts) and (windows.counts >= 1).all()
    assert all(len(window) <= limit for window in windows.texts)
    for number, text in enumerate(texts):
        own = windows.texts[windows.starts[number] : windows.starts[number + 1]]
        assert [c for c in "".join(own) if c.isalpha()] == [c for c in text if c.isalpha()]


def test_windows_end_where_sentences_do() -> None:
    text = "今天下雨了。" * 30
    windows = windows_of([text, "短。"], 50)
    assert windows.counts[1] == 1 and windows.counts[0] > 1
    assert all(window.endswith("。") for window in windows.texts)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.integers(0, 1000))
def test_a_text_has_the_greatest_probability_of_its_windows_and_knows_where(counts: list[int], seed: int) -> None:
    texts = ["今天下雨了。" * (10 * count - 2) for count in counts]
    windows = windows_of(texts, 60)
    draw = np.random.default_rng(seed)
    probabilities = draw.integers(0, 4, (len(windows.texts), 3)).astype(np.float32) / 4
    best, places = windows.greatest(probabilities)
    for number in range(len(texts)):
        own = probabilities[windows.starts[number] : windows.starts[number + 1]]
        assert (best[number] == own.max(axis=0)).all()
        assert (places[number] == windows.starts[number] + own.argmax(axis=0)).all()
    mean = windows.mean(probabilities[:, 0])
    assert np.allclose(mean[0], probabilities[: windows.starts[1], 0].mean())


def test_no_texts_have_no_windows() -> None:
    windows = windows_of([], 100)
    best, places = windows.greatest(np.zeros((0, 3), np.float32))
    assert best.shape == places.shape == (0, 3) and windows.texts == ()


def test_sentences_without_letters_are_no_sentences() -> None:
    assert sentences_of("他来了。\n* * *\n她也来了。") == ["他来了。", "她也来了。"]
    assert sentences_of("1984") == ["1984"]
