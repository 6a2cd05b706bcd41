"""Words that can be keywords, in the four languages that have a stop list and in one that has none."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.build.statements.topics.words import STOP_LISTS, stop_list, words_of


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "The council’s buses shouldn't run on a Sunday, and 40 drivers left.", ["council", "buses", "drivers"]),
        ("fr", "L’école qu’il aimait n’est plus là ; aujourd’hui, les élèves partent.", ["école", "aimait", "élèves"]),
        ("de", "Die Vier-Tage-Woche ist für die Schulen nicht möglich.", ["vier-tage-woche", "schulen"]),
        ("zh", "本市的随迁子女可以在公办学校就读，CCTV报道说。", ["随迁", "子女", "公办", "学校", "就读", "cctv"]),
        ("zh-Hant", "學校的學生", ["學校", "學生"]),
        ("fi", "Kaupungin ja maan liikenne", ["kaupungin", "maan", "liikenne"]),
    ],
)
def test_words_are_folded_and_stop_words_are_none(lang: str, text: str, wanted: list[str]) -> None:
    found = list(words_of(text, lang))
    assert [word for word in found if word in wanted] == wanted
    assert not set(found) & stop_list(lang.split("-")[0])


def test_chinese_numbers_are_no_keywords() -> None:
    assert list(words_of("三十元和二十个学校", "zh")) == ["学校"]


@pytest.mark.parametrize("lang", STOP_LISTS)
def test_a_stop_list_holds_common_words_and_no_subjects(lang: str) -> None:
    common = {
        "zh": "因为 我们 但是",
        "en": "because which however",
        "fr": "parce avec cependant",
        "de": "weil mit jedoch",
    }
    subjects = {
        "zh": "学校 教育 移民 法律 社会",
        "en": "school law migration society water",
        "fr": "école loi société eau",
    }
    subjects["de"] = "schule gesetz gesellschaft wasser"
    assert set(common[lang].split()) <= stop_list(lang)
    assert not set(subjects[lang].split()) & stop_list(lang)
    assert len(stop_list(lang)) > 300


@given(st.text(max_size=80), st.sampled_from(("en", "fr", "de", "ar")))
def test_any_text_has_words_or_none(text: str, lang: str) -> None:
    assert all(word.strip() and not any(letter.isdigit() for letter in word) for word in words_of(text, lang))


def test_loading_the_chinese_dictionary_says_nothing_and_help_does_not_load_it() -> None:
    said = "from axiometer.build.statements.topics.words import words_of; import sys\n"
    said += "assert 'jieba' not in sys.modules\nprint(*words_of('学校教育', 'zh'))"
    ran = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert (ran.stdout.split(), ran.stderr) == (["学校", "教育"], "")
