"""What the words of a translation and of its back-translation show without understanding them. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from axiometer.build.corpus.ingest.languages import declared, detect
from axiometer.build.dilemmas.filters import length
from axiometer.build.translation.numbers import WORD_LANGUAGES, lost, numbers
from axiometer.build.translation.rows import ReturnTranslation
from axiometer.frameworks.labels import normalise
from axiometer.measure.asking.answers import refuses
from axiometer.measure.asking.languages import PROMPT_LANGUAGES, prompt_language
from axiometer.records.texts.sentences import sentence_ends

VERSION: Final = 1  # of these checks: part of what makes a checked part anew
REFUSED_IN_FIELD: Final = "a refusal in place of a translation"
ECHO: Final = "words of the request in the translation"
UNTRANSLATED: Final = "left in its language"
OTHER_LANGUAGE: Final = "in another language than asked for"
SAME_OPTIONS: Final = "two options became the same"
NUMBERS: Final = "a number was lost or added"
NEGATION: Final = "denies what the original says, or says what it denies"
LENGTH: Final = "much longer or shorter than the original"
NAMES: Final = "names were lost"

_LONGER: Final = 2.0  # times; the starter set's texts differ by at most 1.7 in these units
_SLACK: Final = 12  # letters that may differ, however short a text is
_NAME_LIKE: Final = 0.6
_LEAST_TO_COMPARE: Final = 8  # letters: shorter texts may be alike in two languages (OK, TV, names)
_LEAST_TO_IDENTIFY: Final = 60  # letters: a few words are often taken for another language
_NEAR: Final = (frozenset({"no", "nb", "nn", "da"}), frozenset({"hr", "sr", "bs"}), frozenset({"id", "ms"}))
"""Languages that are hardly told apart by their letters."""
_HANGUL = re.compile("[\uac00-\ud7a3]")
_HAN = re.compile("[\u3400-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]")
_ECHO = re.compile(
    r"<<<|>>>|\{\{|[\"']options[\"']\s*:|here(?: is|['’]s) the translation|translation of the (?:text|option)|"
    r"translated (?:text|into)|以下是(?:译文|翻译)|译文如下|翻译如下|翻译结果|^译文[:：]|"
    r"as an ai\b|作为(?:一个)?(?:人工智能|AI|语言模型)",
    re.I,
)
_NAME = re.compile(r"(?<![.!?:;\"“”‘(\-]\s)(?<!^)(?<=\s)[A-Z][a-zà-ÿ]+\b")
_CAPITAL = re.compile(r"\b[A-Z][a-zà-ÿ]+\b")
_CAPITALISES_NOUNS: Final = frozenset({"de", "lb"})

Problem = tuple[str, str]
"""(reason, what was found)"""


def problems(row: ReturnTranslation) -> list[Problem]:
    """What the words show, the gravest first."""
    there = row.there
    before, made, back = there.asked.texts, there.texts, row.back
    source, target = there.asked.source_lang, there.lang
    return [
        *_no_translation(before, made, target),
        *_languages(before, made, back, source, target),
        *_same_options(before, made),
        *_numbers(before, made, back, source, target),
        *_negations(before, back, source),
        *_lengths(before, made, back),
        *_names(before, back, source),
    ]


def spoken(text: str) -> int:
    """Letters of a script with letters that say about as much: a Chinese or Japanese character counts as three, a
    Korean syllable as two."""
    return length(text) + len(_HANGUL.findall(text))


# -- no translation ---------------------------------------------------------------------------------------------------


def _no_translation(before: Sequence[str], made: Sequence[str], target: str) -> Iterator[Problem]:
    lang = prompt_language(target)
    for original, text in zip(before, made, strict=True):
        begins = _sentences(text)[:1]  # scenes may tell of somebody who declines, a refusal begins so
        if begins and refuses(begins[0], lang) and not any(refuses(original, each) for each in PROMPT_LANGUAGES):
            yield REFUSED_IN_FIELD, text
        echo = _ECHO.search(text)
        if echo is not None and _ECHO.search(original) is None:
            yield ECHO, echo.group()


def _languages(
    before: Sequence[str], made: Sequence[str], back: Sequence[str], source: str, target: str
) -> Iterator[Problem]:
    for original, text, returned in zip(before, made, back, strict=True):
        same = spoken(original) >= _LEAST_TO_COMPARE and normalise(original) == normalise(text)
        if same or not _script_fits(text, original, target):
            yield UNTRANSLATED, text
        elif not _script_fits(returned, original, source):
            yield OTHER_LANGUAGE, returned
    for texts, lang in ((made, target), (back, source)):
        words = " ".join(texts)
        found, wanted = detect(words).lang, declared(lang) or lang
        if (
            spoken(words) >= _LEAST_TO_IDENTIFY
            and found != wanted
            and not any({found, wanted} <= near for near in _NEAR)
        ):
            yield OTHER_LANGUAGE, found


def _script_fits(text: str, original: str, lang: str) -> bool:
    """Whether a text is in the script of `lang` where that decides: Chinese, or no Chinese. A text that is the same in
    every language (a number, an acronym that the original has too) fits all."""
    letters = len(_LETTERS.findall(text))
    if not letters or (letters < _LEAST_TO_COMPARE and text.strip().lower() in original.lower()):
        return True
    han = 3 * len(_HAN.findall(text))
    share = han / (han + letters - han // 3)
    if lang.startswith("zh"):
        return share > 0.3
    return lang in ("ja", "ko") or share < 0.3


# -- options, numbers, negations --------------------------------------------------------------------------------------


def _same_options(before: Sequence[str], made: Sequence[str]) -> Iterator[Problem]:
    plain = [normalise(text) for text in made[1:]]
    if len(set(plain)) < len({normalise(text) for text in before[1:]}):
        yield SAME_OPTIONS, " | ".join(made[1:])


def _numbers(
    before: Sequence[str], made: Sequence[str], back: Sequence[str], source: str, target: str
) -> Iterator[Problem]:
    """Against the translation only where both languages' words for numbers are known: 3 may be `trois` there."""
    compared = [(back, source)]
    if {source, target} <= set(WORD_LANGUAGES):
        compared.insert(0, (made, target))
    for texts, lang in compared:
        for original, text in zip(before, texts, strict=True):
            one, other = numbers(original, source), numbers(text, lang)
            found = [*(f"-{value}" for value in lost(one, other)), *(f"+{value}" for value in lost(other, one))]
            if found:
                yield NUMBERS, ", ".join(found)
                return


def _negations(before: Sequence[str], back: Sequence[str], source: str) -> Iterator[Problem]:
    """By the word lists of `models.contradiction`: options whole, a scene sentence by sentence where the way back kept
    its sentences."""
    if source.partition("-")[0] not in WORD_LANGUAGES:
        return
    pairs = list(zip(before[1:], back[1:], strict=True))
    ours, theirs = _sentences(before[0]), _sentences(back[0])
    if len(ours) == len(theirs):
        pairs = [*zip(ours, theirs, strict=True), *pairs]
    for original, text in pairs:
        if contradicts(original, text, source):
            yield NEGATION, f"{original} | {text}"


def contradicts(original: str, text: str, lang: str) -> bool:
    """Whether two texts of one language (zh, en) deny each other, as far as word lists tell."""
    from axiometer.models.contradiction.lexical import CONTRADICTS, reading
    from axiometer.models.contradiction.readings import scores

    if normalise(original) == normalise(text):
        return False
    return min(scores(reading(original, lang), reading(text, lang))) >= CONTRADICTS


def _sentences(text: str) -> list[str]:
    ends = sentence_ends(text)
    return [text[begin:end].strip() for begin, end in zip([0, *ends], ends, strict=False) if text[begin:end].strip()]


# -- lengths, names ---------------------------------------------------------------------------------------------------


def _lengths(before: Sequence[str], made: Sequence[str], back: Sequence[str]) -> Iterator[Problem]:
    for original, text, returned in zip(before, made, back, strict=True):
        for other in (text, returned):
            short, long = sorted((spoken(original), spoken(other)))
            if long > _LONGER * short and long - short > _SLACK:
                yield LENGTH, f"{spoken(original)}, {spoken(other)}"
                return


def _names(before: Sequence[str], back: Sequence[str], source: str) -> Iterator[Problem]:
    """Words with a capital within sentences, where more than half of them have nothing like them on the way back. Names
    may come back in another spelling (Wei, Wai), so likeness is enough."""
    if source in _CAPITALISES_NOUNS:
        return
    named = list(dict.fromkeys(name for text in before for name in _NAME.findall(text)))
    there = {_unaccented(word) for text in back for word in _CAPITAL.findall(text)}
    missing = [name for name in named if not any(_alike(_unaccented(name), word) for word in there)]
    if 2 * len(missing) > len(named):
        yield NAMES, ", ".join(missing)


def _alike(name: str, word: str) -> bool:
    return SequenceMatcher(None, name, word, autojunk=False).ratio() >= _NAME_LIKE


def _unaccented(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.lower())
    return "".join(character for character in apart if not unicodedata.combining(character))
