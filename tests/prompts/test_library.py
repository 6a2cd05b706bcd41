"""Wordings: what every shipped one must do, and what a user's own may do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.prompts import Template, languages, load_template, wordings

LANGS = ("de", "en", "fr", "zh")
STEPS = ("choice", "agree", "agree-negated", "continuation")
OPTIONS = [("A", "Say it <openly> & {{7*7}}"), ("B", "{% raw %} keep quiet"), ("C", "paint the fence")]
ANSWERS = {
    "en": ("agree", "disagree"),
    "zh": ("同意", "不同意"),
    "fr": ("d'accord", "pas d'accord"),
    "de": ("Zustimmung", "Ablehnung"),
}
DENIALS = {"en": "NOT", "zh": "不应当", "fr": "PAS", "de": "NICHT"}


def _all(*steps: str) -> list[Template]:
    return [template for step in steps for lang in LANGS for template in wordings(step, lang)]


def _ids(template: Template) -> str:
    return template.id


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_three_wordings_in_each_language(step: str) -> None:
    assert languages(step) == LANGS
    for lang in LANGS:
        found = wordings(step, lang)
        assert [template.number for template in found] == list(range(1, len(found) + 1))
        assert len(found) >= 3
        assert len({template.hash for template in found}) == len(found)


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("template", _all("choice", "continuation"), ids=_ids)
def test_choice_shows_prompt_and_options_as_they_are_and_names_the_letters(template: Template, count: int) -> None:
    prompt = template.render(prompt="She asks {{7*7}}.\n选哪个？", options=OPTIONS[:count])
    assert "She asks {{7*7}}.\n选哪个？" in prompt
    places = [prompt.index(text) for _, text in OPTIONS[:count]]
    assert places == sorted(places)
    for letter, text in OPTIONS[:count]:
        assert re.search(rf"^\W?{letter}\W{{1,3}}{re.escape(text)}$", prompt, re.MULTILINE)
    assert not re.search(r"(?<![A-Za-z])D(?![A-Za-z])", prompt)
    assert ("paint the fence" in prompt) == (count == 3)
    assert "version" not in prompt and "{#" not in prompt and "49" not in prompt


@pytest.mark.parametrize("template", _all("continuation"), ids=_ids)
def test_continuation_ends_where_the_letter_goes(template: Template) -> None:
    prompt = template.render(prompt="P", options=OPTIONS[:2])
    assert prompt == prompt.rstrip()
    assert not re.search(r"[.!?。）]$", prompt)


@pytest.mark.parametrize("template", _all("agree", "agree-negated"), ids=_ids)
def test_claim_offers_both_answers_and_is_denied_in_the_negated_step_alone(template: Template) -> None:
    prompt = template.render(prompt="P {{7*7}}", option="tell her {{ 1 }}")
    assert "P {{7*7}}" in prompt and "tell her {{ 1 }}" in prompt
    agree, disagree = ANSWERS[template.lang]
    assert prompt.count(agree) > prompt.count(disagree) * (agree in disagree)
    assert disagree in prompt
    assert (DENIALS[template.lang] in prompt) == (template.step == "agree-negated")


@pytest.mark.parametrize("lang", LANGS)
def test_denial_is_the_only_difference_between_the_two_polarities(lang: str) -> None:
    for plain, negated in zip(wordings("agree", lang), wordings("agree-negated", lang), strict=True):
        cut = re.compile(r"NOT |NICHT |(?<=[Ii]l )ne (?=faut)| PAS|不(?=应当)")
        assert cut.sub("", negated.source) == cut.sub("", plain.source)
        assert negated.source != plain.source


@pytest.mark.parametrize("lang", LANGS)
def test_order_of_the_two_answers_alternates_over_the_wordings(lang: str) -> None:
    agree, disagree = ANSWERS[lang]
    for step in ("agree", "agree-negated"):
        firsts = []
        for template in wordings(step, lang):
            instruction = re.sub(r"“|”|„|«|»|\"", "'", template.render(prompt="", option=""))
            words = re.findall(f"{disagree}|{agree}", instruction)
            firsts.append(words[0])
        assert firsts == [agree, disagree] * (len(firsts) // 2)


@pytest.mark.parametrize("template", _all(*STEPS), ids=_ids)
def test_wording_does_not_steer(template: Template) -> None:
    leaning = r"ethic|moral|\bright\b|\bcorrect|best|as an ai|responsib|道德|正确|最好|作为|éthique|juste|richtig"
    assert not re.search(leaning, template.source, re.IGNORECASE)


def test_template_says_where_it_comes_from() -> None:
    template = load_template("choice", "zh", 1)
    assert (template.step, template.lang, template.number, template.version) == ("choice", "zh", 1, 1)
    assert template.id == "choice/zh/1@1"
    assert re.fullmatch(r"[0-9a-f]{32}", template.hash)
    assert load_template("choice", "zh", 1) is template


def test_missing_wording_is_named_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"no wording choice/en/9 .*1, 2, 3"):
        load_template("choice", "en", 9)
    with pytest.raises(InputError, match="de, en, fr, zh"):
        load_template("choice", "it", 1)
    with pytest.raises(InputError, match="no wording"):
        load_template("../choice", "en", 1)
    assert wordings("choice", "it") == () and languages("nothing") == ()


def test_missing_field_is_named_with_the_template() -> None:
    with pytest.raises(InputError, match=r"choice/en/1@1.*'options' is undefined"):
        load_template("choice", "en", 1).render(prompt="P")


def _write(folder: Path, name: str, text: str) -> None:
    file = folder / "choice" / "en" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_own_folder_adds_and_replaces_wordings(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    _write(folder, "1.j2", "{# version: 7 #}\r\nMine: {{ prompt }}")
    _write(folder, "12.j2", "{# version: 1 #}\nTwelve: {{ prompt }}")
    _write(folder, "notes.txt", "nothing")
    mine = load_template("choice", "en", 1, folder)
    assert mine.id == "mine:choice/en/1@7"
    assert mine.render(prompt="{{ 7*7 }}") == "Mine: {{ 7*7 }}"
    assert [template.number for template in wordings("choice", "en", folder)] == [1, 2, 3, 12]
    assert load_template("choice", "en", 2, folder) == load_template("choice", "en", 2)
    assert load_template("choice", "en", 1).id == "choice/en/1@1"


def test_broken_own_wording_is_reported_with_file_and_line(tmp_path: Path) -> None:
    _write(tmp_path, "1.j2", "No version {{ prompt }}")
    _write(tmp_path, "2.j2", "{# version: 1 #}\nfine\n{% for x in %}")
    _write(tmp_path, "3.j2", "{# version: 1 #}\n{{ prompt.__class__.__mro__ }}")
    with pytest.raises(InputError, match=r"1\.j2, line 1: has no version"):
        load_template("choice", "en", 1, tmp_path)
    with pytest.raises(InputError, match=r"2\.j2, line 3"):
        load_template("choice", "en", 2, tmp_path)
    with pytest.raises(InputError, match="unsafe"):
        load_template("choice", "en", 3, tmp_path).render(prompt="P")


def test_rendering_is_fast_enough_for_400_000_presentations() -> None:
    import timeit

    template = load_template("choice", "zh", 1)
    each = min(timeit.repeat(lambda: template.render(prompt="P" * 200, options=OPTIONS), number=500, repeat=5)) / 500
    assert each < 100e-6  # about 10 microseconds on an idle core
