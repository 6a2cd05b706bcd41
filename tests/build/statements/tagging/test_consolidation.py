"""Tags that mean the same become one: by their form, by their vectors, never through a chain."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.build.statements.topics.made import searching

from axiometer.build.statements.tagging.consolidation import consolidate, fold
from axiometer.build.statements.tagging.options import ALIKE_FROM, TagOptions, joined, parted
from axiometer.errors import InputError
from axiometer.similarity.embedders import DEFAULT_EMBEDDER, open_embedder

PAIRS = yaml.safe_load((Path(__file__).parent / "tag_pairs.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


@pytest.mark.parametrize(
    ("one", "other", "lang"),
    [
        ("Schools", "school", "en"),
        ("School-policies", "school policy", "en"),
        ("ＨＥＡＬＴＨ", "health.", "en"),
        ("transports publics", "Transport public", "fr"),
        ("tribunaux", "tribunal", "fr"),
        ("公共 交通", "公共交通", "zh"),
        ("#Wohnungspolitik", "wohnungspolitik", "de"),
    ],
)
def test_case_width_hyphens_and_the_plural_do_not_count(one: str, other: str, lang: str) -> None:
    assert fold(one, lang) == fold(other, lang)


@pytest.mark.parametrize(("one", "other"), [("bus", "bu"), ("news", "new"), ("police", "policy"), ("class", "clas")])
def test_other_words_keep_their_forms(one: str, other: str) -> None:
    assert fold(one, "en") != fold(other, "en")


@given(st.text(max_size=40), st.sampled_from(("en", "zh", "fr", "de", "fi")))
def test_folding_twice_is_folding_once_up_to_the_plural(tag: str, lang: str) -> None:
    once = fold(tag, lang)
    assert len(fold(once, lang)) <= len(once)
    assert once == once.strip()


@given(st.lists(st.text(st.characters(blacklist_characters="|"), min_size=1, max_size=10).map(str.strip), max_size=3))
def test_tags_come_back_from_the_text_that_holds_them(tags: list[str]) -> None:
    whole = tuple(tag for tag in tags if tag)
    assert parted(joined(whole)) == whole


def test_the_cosine_joins_no_pair_of_other_subjects_and_most_pairs_of_the_same() -> None:
    embedder = open_embedder(DEFAULT_EMBEDDER)

    def share(kind: str) -> tuple[int, int]:
        pairs = [pair for lang in PAIRS[kind].values() for pair in lang]
        left, right = (embedder.embed([pair[side] for pair in pairs]) for side in (0, 1))
        return int(((left * right).sum(axis=1) >= ALIKE_FROM).sum()), len(pairs)

    assert share("other") == (0, 58)
    assert share("same") == (34, 56)


def test_near_synonyms_go_into_the_more_frequent_tag_and_topics_come_first(cache: Path) -> None:
    counts = {"road safety": 5, "traffic safety": 2, "Road Safety": 1, "football": 3, "soccer": 1, "schools": 9}
    merged = consolidate(counts, ["Soccer"], "en", ALIKE_FROM, searching(cache))
    assert {tag: into.name for tag, into in merged.items()} == {
        "road safety": "road safety",
        "traffic safety": "road safety",
        "Road Safety": "road safety",
        "football": "Soccer",
        "soccer": "Soccer",
        "schools": "schools",
    }
    assert merged["Road Safety"].cosine == merged["soccer"].cosine == 1.0
    assert ALIKE_FROM <= merged["traffic safety"].cosine < 1


def test_two_topics_alike_stay_two_and_a_tag_without_letters_names_nothing(cache: Path) -> None:
    merged = consolidate(
        {"weather forecast": 1, "...": 4}, ["weather", "weather forecast"], "en", 0.6, searching(cache)
    )
    assert {tag: into.name for tag, into in merged.items()} == {"weather forecast": "weather forecast"}
    assert consolidate({}, [], "en", 0.7, searching(cache)) == {}


def test_the_result_does_not_depend_on_the_order_of_tags(cache: Path) -> None:
    counts = {"road safety": 2, "traffic safety": 2, "food safety": 1, "health care": 1, "healthcare": 1}
    backward = dict(reversed(counts.items()))
    search = searching(cache)
    assert consolidate(counts, [], "en", 0.7, search) == consolidate(backward, [], "en", 0.7, search)


@pytest.mark.parametrize(
    "given_", [{"rounds": -1}, {"bound": 1.0}, {"bound": -0.1}, {"least": 0}, {"alike": 0.0}, {"alike": 1.1}]
)
def test_options_that_cannot_be_are_refused(given_: dict[str, float]) -> None:
    with pytest.raises(InputError, match="tags: "):
        TagOptions.of(**given_)  # type: ignore[arg-type]
