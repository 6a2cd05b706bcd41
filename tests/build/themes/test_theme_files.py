"""Files of themes: the six that come along find what they should and not what looks like it; mistakes in own files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.build.themes.keywords import is_keyword, plain, search_for
from axiometer.build.themes.themes import Themes, load_themes
from axiometer.errors import InputError

SHIPPED = load_themes()
GOOD = "themes:\n  - {id: pets, names: {en: pets}, keywords: {en: [dog*]}}\n"


def found(words: str, lang: str, themes: Themes = SHIPPED) -> set[str]:
    return set(themes.of([(words, lang)])[0])


def test_six_themes_come_along_with_names_and_many_keywords_in_both_languages() -> None:
    assert SHIPPED.ids == ("surrogacy", "drugs", "prejudice", "firearms", "politics", "suicide")
    for theme in SHIPPED.themes:
        assert set(theme.names) == set(theme.about) == {"en", "zh"}
        assert all(15 <= len(set(words)) == len(words) for words in theme.keywords.values()), theme.id


@pytest.mark.parametrize(
    ("words", "lang", "themes"),
    [
        ("It's wrong to sell drugs.", "en", {"drugs"}),
        ("Prescription drugs should be affordable", "en", set()),
        ("Weeding the garden is good", "en", set()),
        ("You shouldn't bring a hand-gun to school", "en", {"firearms"}),
        ("Guns and gun-control laws", "en", {"firearms"}),
        ("One should stick to one’s guns; gung-ho people, a nail gun, bullet points", "en", set()),
        ("It is bad to take your own life", "en", {"suicide"}),
        ("Some take away their rights; career suicide", "en", set()),
        ("Voters should read about politicians", "en", {"politics"}),
        ("A devoted worker ignores office politics", "en", set()),
        ("RACIST jokes are wrong", "en", {"prejudice"}),
        ("It's okay to be lactose intolerant", "en", set()),
        ("You may carry someone else's baby", "en", {"surrogacy"}),
        ("Racists should not own guns", "en", {"prejudice", "firearms"}),
        ("应当远离毒品", "zh", {"drugs"}),
        ("应当爱护病毒品种资源", "zh", set()),
        ("不应当在年轻生命面前放弃", "zh", set()),
        ("不应当轻生", "zh", {"suicide"}),
        ("应当减轻生活负担", "zh", set()),
        ("看不起病的人应当得到帮助", "zh", set()),
        ("不应当看不起外地人", "zh", {"prejudice"}),
        ("应当单枪匹马闯天下", "zh", set()),
        ("私藏枪支应当受罚", "zh", {"firearms"}),
        ("应当保护业主权益、发展旅游行业", "zh", set()),
        ("应当积极投票", "zh", {"politics"}),
        ("商业代孕应当禁止", "zh", {"surrogacy"}),
        ("当代妈妈应当自信", "zh", set()),
        ("Ｋ粉害人", "zh", {"drugs"}),
        ("Vendre des drugs", "fr", set()),
    ],
)
def test_keywords_find_rules_about_their_theme_and_no_false_friends(words: str, lang: str, themes: set[str]) -> None:
    assert found(words, lang) == themes


def test_own_themes_may_be_about_anything_and_marks_say_which_words_count(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "themes:\n  - id: tea\n    names: {zh-CN: 茶, fr: thé}\n"
        "    keywords: {zh-CN: [喝茶, AI], en: [tea, 'drink* * tea', matcha*]}\n"
        "    except: {en: [tea party]}\n",
        encoding="gb18030",
    )
    own = load_themes(file)
    assert own.names == {"tea": {"zh": "茶", "fr": "thé"}}
    assert (
        found("应当常喝茶", "zh", own) and found("应当用AI写信", "zh", own) and not found("应当用PAINT画画", "zh", own)
    )
    assert found("Tea is good", "en", own) and found("matchas", "en", own) and not found("a tear", "en", own)
    assert found("drinking green tea", "en", own) and not found("a tea party", "en", own)
    assert own.digest != SHIPPED.digest


@given(st.text(min_size=1, max_size=30), st.text(max_size=10), st.text(max_size=10))
def test_a_keyword_is_found_wherever_it_stands_by_itself(keyword: str, before: str, after: str) -> None:
    if "*" in keyword or not is_keyword(keyword):
        return
    text = plain(f"{before} {keyword} {after}")
    assert search_for([keyword], []).finds(text)
    assert not search_for([keyword], [keyword]).finds(plain(keyword))


@pytest.mark.parametrize("keyword", ["", " ", "...", "*", "* gun", "gun *", "sm*gle", "毒品*", "**"])
def test_what_cannot_be_looked_for_is_no_keyword(keyword: str) -> None:
    assert not is_keyword(keyword)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("themes: []", "the file holds no themes"),
        ("a: [", "not YAML"),
        ("[1]", "must be a mapping of names to values"),
        (GOOD.replace("names", "name: x, names"), "themes > 0 > name: there is no such key"),
        (GOOD.replace("keywords", "keyword"), "themes > 0 > keywords is missing"),
        (GOOD + "theme: 1\n", "there is no such key"),
        (GOOD.replace("names: {en: pets}, ", ""), "names is missing"),
        (GOOD.replace("pets}", "' '}"), "the theme pets has an empty name"),
        (GOOD.replace("id: pets", "id: My Pets"), "id"),
        (GOOD.replace("id: pets", "id: all"), "it stands for all themes together"),
        (GOOD.replace("[dog*]", "[]"), "no keywords for the language en"),
        (GOOD.replace("[dog*]", "['* dog']"), "the keyword '* dog' cannot be looked for"),
        (GOOD.replace("{en: [", "{klingonish: ["), "is no code of a language"),
        (GOOD.replace("names: {en", "names: {elvish"), "is no code of a language"),
        (GOOD + GOOD.splitlines()[1] + "\n", "the theme pets stands there twice"),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "themes.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"themes\.yaml") as raised:
        load_themes(file)
    assert said in str(raised.value) and "\n" not in str(raised.value)
