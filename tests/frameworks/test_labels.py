from __future__ import annotations

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from axiometer.frameworks.labels import nearest, normalise

SEPARATORS = st.text(st.sampled_from(" \t\n-_–—·、:：/.\u3000\u200b\ufeff"), max_size=4)
WORDS = st.lists(st.sampled_from(["Rule", "of", "Law", "法治", "Straße", "İ", "ﬁne", "2"]), min_size=1, max_size=5)


@given(st.text())
@example("ͅ-")
@example("ẞ ŉ ΐ İ")
def test_a_normalised_label_normalises_to_itself(label: str) -> None:
    assert normalise(normalise(label)) == normalise(label)


@given(WORDS, st.data())
def test_separators_between_words_do_not_matter(words: list[str], data: st.DataObject) -> None:
    varied = "".join(data.draw(SEPARATORS) + word for word in words) + data.draw(SEPARATORS)
    assert normalise(varied) == normalise("".join(words))


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_full_width_and_case_do_not_matter(label: str) -> None:
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in label)
    assert normalise(full_width) == normalise(label) == normalise(label.swapcase())


@given(st.text(st.characters(categories=("Ll", "Lo", "Nd"))))
def test_letters_and_digits_are_kept(label: str) -> None:
    assert bool(normalise(label)) == bool(unicodedata.normalize("NFKC", label).strip())


def test_different_words_stay_different() -> None:
    assert len({normalise(word) for word in ("Civility", "Civilization", "文明", "文化", "民主", "民族")}) == 6


def test_nearest_gives_the_spelling_of_the_candidate_and_nothing_where_nothing_is_near() -> None:
    assert nearest("rule of lwa", ["Harmony", "Rule-of-Law"]) == ("Rule-of-Law",)
    assert nearest("和协", ["和谐", "富强"]) == ("和谐",)
    assert nearest("zzz", ["Harmony", "Rule of law"]) == ()
