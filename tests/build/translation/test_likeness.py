"""What vectors show of a translation: exchanged options, texts that are unlike, and how much of either passes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from axiometer.build.translation import likeness
from axiometer.build.translation.likeness import Likeness, knows, measured_across
from axiometer.records.importers.starter import starter_items
from axiometer.records.rows import Item
from axiometer.similarity.embedders import DEFAULT_EMBEDDER, open_embedder
from axiometer.similarity.vectors import Vectors, unit_vectors

BEFORE = ("scene", "one", "two", "three")


def vectors(*rows: Sequence[float]) -> Vectors:
    return unit_vectors(np.array(rows, np.float32))


ONE = vectors((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))


def reasons(found: Likeness, least: float = 0.75) -> list[str]:
    return [reason for reason, _ in found.problems(BEFORE, least)]


def test_texts_that_come_back_as_they_were_have_no_problem() -> None:
    assert reasons(Likeness.of(ONE, ONE, ONE)) == []
    assert reasons(Likeness.of(ONE, None, ONE)) == []


def test_an_exchanged_pair_is_found_by_what_comes_back_and_by_the_translation_itself() -> None:
    swapped = ONE[[0, 2, 1, 3]]
    assert reasons(Likeness.of(ONE, ONE, swapped))[:2] == [likeness.EXCHANGED, likeness.EXCHANGED]
    assert reasons(Likeness.of(ONE, swapped, ONE))[0] == likeness.EXCHANGED_ACROSS


def test_a_text_that_is_unlike_is_named_with_its_cosine() -> None:
    tilted = vectors((0.7, 0.714, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))
    found = Likeness.of(ONE, ONE, tilted).problems(BEFORE, 0.75)
    assert found == [(likeness.UNLIKE, "text 0.700")]
    assert Likeness.of(ONE, ONE, tilted).problems(BEFORE, 0.69) == []
    assert reasons(Likeness.of(ONE, tilted[[1, 0, 2, 3]], ONE))[0] == likeness.UNLIKE_ACROSS


def test_equal_options_of_an_original_are_no_exchange() -> None:
    twice = ONE[[0, 1, 1, 3]]
    assert Likeness.of(twice, twice, twice).problems(("scene", "one", "one", "three"), 0.75) == []


@pytest.fixture(scope="module")
def starter() -> list[tuple[Vectors, Vectors]]:
    """Vectors of the first 90 starter items, in Chinese and in English."""
    model = open_embedder()

    def of(item: Item) -> Vectors:
        found: Vectors = np.asarray(model.embed([item.prompt, *(option.text for option in item.options)]), np.float32)
        return found

    return [(of(zh), of(en)) for zh, en in zip(starter_items(("zh",))[:90], starter_items(("en",))[:90], strict=True)]


def test_parallel_texts_pass_and_others_do_not(starter: list[tuple[Vectors, Vectors]]) -> None:
    for back in (0, 1):
        pairs = [(each[back], each[1 - back]) for each in starter]
        sound = [not reasons(Likeness.of(zh, en, zh)) for zh, en in pairs]
        other = [not reasons(Likeness.of(zh, pairs[(n + 7) % len(pairs)][1], zh)) for n, (zh, _) in enumerate(pairs)]
        sides = [not reasons(Likeness.of(zh, en[[0, 2, 1, 3]], zh)) for zh, en in pairs]
        assert np.mean(sound) >= 0.97 and np.mean(other) <= 0.02 and np.mean(sides) <= 0.12


def test_only_languages_that_the_shipped_embedder_has_learnt_are_compared() -> None:
    assert knows(DEFAULT_EMBEDDER, "zh-Hant") and not knows(DEFAULT_EMBEDDER, "sw")
    assert knows("openai/m", "sw") and not measured_across("openai/m", "zh", "en")
    assert measured_across(DEFAULT_EMBEDDER, "zh", "fr") and not measured_across(DEFAULT_EMBEDDER, "zh", "uk")
