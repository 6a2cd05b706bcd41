"""The simulated model of triples: planted shares are met, and statements that nobody planted are turned by rule."""

from __future__ import annotations

import pytest

from axiometer.models.writer_profile import load_writer
from axiometer.models.writer_profile_triples import Triples
from axiometer.models.writer_triples import SHOWN_BY_WORDS, STEPS, Telling, TripleFault, planted_triple, telling
from axiometer.models.writer_triples_words import reversed_by_rule, words_in

SHARES = load_writer("extractor").triples


def test_faults_and_tellings_have_their_shares() -> None:
    sources = [f"s{number}" for number in range(4_000)]
    planted = [planted_triple(SHARES, 11, source) for source in sources]
    for fault in TripleFault:
        share = sum(each.fault is fault for each in planted) / len(planted)
        assert abs(share - getattr(SHARES, str(fault))) < 0.01
    by_words = [each for each in planted if each.fault in SHOWN_BY_WORDS]
    assert 0.3 < sum(each.mended for each in by_words) / len(by_words) < 0.7
    for step in STEPS:
        told = [telling(SHARES, 11, step, source) for source in sources]
        assert abs(told.count(Telling.PROSE) / len(told) - SHARES.prose) < 0.01
        assert abs(told.count(Telling.REFUSED) / len(told) - SHARES.refused) < 0.01


def test_without_faults_nothing_is_planted() -> None:
    clean = SHARES.without_faults()
    for number in range(200):
        planted = planted_triple(clean, 11, f"s{number}")
        assert planted.fault is None and not planted.turned and not planted.alarmed
        assert telling(clean, 11, STEPS[0], f"s{number}") is Telling.PLAIN


def test_shares_of_more_than_all_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 1"):
        Triples(same=0.6, double=0.6)


@pytest.mark.parametrize(
    ("said", "lang", "turned"),
    [
        ("Pupils should not wear uniforms.", "en", "Pupils should wear uniforms."),
        ("Pupils should wear uniforms.", "en", "Pupils should not wear uniforms."),
        ("It is wrong to wear uniforms.", "en", "It is right to wear uniforms."),
        ("Uniforms, never!", "en", "It is untrue that Uniforms, never!"),
        ("学生不应穿校服。", "zh", "学生应穿校服。"),
        ("学生应当穿校服。", "zh", "学生不应当穿校服。"),
        ("Il faut porter l’uniforme.", "fr", "Il ne faut pas porter l’uniforme."),
        ("Les élèves ne doivent pas porter l’uniforme.", "fr", "Les élèves doivent porter l’uniforme."),
        ("Schüler sollten Uniform tragen.", "de", "Schüler sollten nicht Uniform tragen."),
        ("Niemand will keine Uniform.", "de", "Niemand will eine Uniform."),
    ],
)
def test_what_nobody_planted_is_turned_by_the_first_word_that_can_be(said: str, lang: str, turned: str) -> None:
    assert reversed_by_rule(said, lang) == turned


@pytest.mark.parametrize("lang", ["en", "zh", "fr", "de", "es"])
def test_frames_of_both_sides_have_one_place_and_differ(lang: str) -> None:
    words = words_in(lang)
    for pair in (words.frames, words.twins):
        assert pair[0] != pair[1] and all(frame.count("{}") == 1 for frame in pair)
