"""Numbers in a text by their value, in digits and in words, so that 27, twenty-seven and 二十七 are one.

Only numbers in digits are asked for: words for numbers stand in too many phrases that count nothing (一起, once more).
But what one text has in digits another may have in words, so words are evidence.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

WORD_LANGUAGES = ("en", "zh")
"""Languages whose words for numbers are known."""

_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_CLOCK = re.compile(r"\b(\d{1,2})[:：](\d{2})\b")
_AFTER = re.compile(r"\s*(hundred|thousand|million|billion|dozen|[十百千万亿]+)", re.I)
_EN_WORD = re.compile(r"[a-z]+")
_EN_UNITS = _EN_WORD.findall("zero one two three four five six seven eight nine ten eleven twelve")
_EN_TEENS = _EN_WORD.findall("thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
_EN_TENS = _EN_WORD.findall("twenty thirty forty fifty sixty seventy eighty ninety")
_EN_ORDINALS = _EN_WORD.findall(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
)
_EN_OTHER = {
    **{"once": 1, "twice": 2, "both": 2, "pair": 2, "couple": 2, "thrice": 3, "dozen": 12, "half": 30, "noon": 12},
    **{"thirds": 3, "quarters": 4, "quarter": 15, "fifths": 5, "tenths": 10},
    **{"twentieth": 20, "thirtieth": 30, "hundredth": 100},
}
_EN_MULTIPLES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_MONTHS = _EN_WORD.findall("january february march april may june july august september october november december")
_ZH_NUMERAL = re.compile("[零〇一二两三四五六七八九十百千万亿廿]+")
_ZH_DIGITS = {character: n for n, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_ZH_UNITS = {"十": 10, "百": 100, "千": 1_000}
_ZH_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_NOON = 12


@dataclass(frozen=True, slots=True)
class Numbers:
    """Values in digits, and values in digits or in words."""

    digits: frozenset[Fraction]
    said: frozenset[Fraction]


def numbers(text: str, lang: str) -> Numbers:
    """The numbers of a text; words for them where `lang` is one of `WORD_LANGUAGES`."""
    plain = unicodedata.normalize("NFKC", text).lower()
    digits, evidence = set[Fraction](), set[Fraction]()
    for clock in _CLOCK.finditer(plain):
        hour = int(clock[1])
        evidence.update(Fraction(value) for value in (hour % _NOON, hour % _NOON or _NOON, hour, int(clock[2])))
    plain = _CLOCK.sub(lambda clock: clock[1] if clock[2] == "00" else f"{clock[1]} {clock[2]}", plain)
    for match in _DIGITS.finditer(plain):
        value = Fraction(match.group().replace(",", ""))
        times = _AFTER.match(plain, match.end())
        digits.add(value * (1 if times is None else _multiple(times[1])))
        evidence.add(value)
        if re.match(r"\s*(?:p\.?m\b|点|时)", plain[match.end() :]) and value < _NOON:
            evidence.add(value + _NOON)
    if lang == "en":
        evidence.update(Fraction(value) for value in _english(plain))
    elif lang == "zh":
        evidence.update(_chinese(plain))
    return Numbers(frozenset(digits), frozenset(digits | evidence))


def lost(before: Numbers, after: Numbers) -> list[str]:
    """Numbers in digits of the first text that the second has nowhere."""
    return [_shown(value) for value in sorted(before.digits - after.said)]


def _shown(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"


def _multiple(word: str) -> int:
    if word in _EN_MULTIPLES or word == "dozen":
        return _EN_MULTIPLES.get(word, 12)
    product = 1
    for character in word:
        product *= _ZH_UNITS.get(character) or _ZH_MYRIADS[character]
    return product


# -- words ------------------------------------------------------------------------------------------------------------


@cache
def _english_words() -> dict[str, int]:
    units = [*_EN_UNITS, *_EN_TEENS]
    teenths = {f"{word}th": n for n, word in enumerate(_EN_TEENS, start=len(_EN_UNITS))}
    tens = {word: 10 * n for n, word in enumerate(_EN_TENS, start=2)}
    months = {name: n for names in (_MONTHS, [name[:3] for name in _MONTHS]) for n, name in enumerate(names, start=1)}
    ordinals = {word: n for n, word in enumerate(_EN_ORDINALS)}
    return {**months, **_EN_OTHER, **teenths, **ordinals, **tens, **{word: n for n, word in enumerate(units)}}


@cache
def _english_run() -> re.Pattern[str]:
    word = "|".join(sorted({*_english_words(), *_EN_MULTIPLES}, key=len, reverse=True))
    return re.compile(rf"\b(?:{word})\b(?:(?: and |[ -])(?:{word})\b)*")


def _english(text: str) -> set[int]:
    """Values of runs of words for numbers (two hundred and five), and of every such word by itself."""
    known, found = _english_words(), set[int]()
    for run in _english_run().finditer(text):
        total = current = 0
        for word in _EN_WORD.findall(run.group()):
            if word in known:
                found.add(known[word])
                current += known[word]
            elif word == "hundred":
                current = max(current, 1) * 100
            elif word in _EN_MULTIPLES:
                total, current = total + max(current, 1) * _EN_MULTIPLES[word], 0
        found.add(total + current)
    return found


def _chinese(text: str) -> set[Fraction]:
    """Values of runs of numerals, and of every numeral by itself; halves and tenths as they are said."""
    found = set[Fraction]()
    for match in _ZH_NUMERAL.finditer(text):
        run = match.group()
        found.update(Fraction(_ZH_DIGITS[each]) for each in run if each in _ZH_DIGITS)
        value = Fraction(_chinese_value(run))
        found.add(value)
        after = text[match.end() : match.end() + 1]
        if after == "成":
            found.add(value * 10)
        if after in ("点", "时") and value < _NOON:
            found.add(value + _NOON)
    if "半" in text:
        found.update((Fraction(30), Fraction(1, 2)))
    if "刻" in text:
        found.add(Fraction(15))
    return found


def _chinese_value(run: str) -> int:
    if all(character in _ZH_DIGITS for character in run):  # 二〇二六
        return int("".join(str(_ZH_DIGITS[character]) for character in run))
    total = section = digit = 0
    for character in run.replace("廿", "二十"):
        if character in _ZH_DIGITS:
            digit = _ZH_DIGITS[character]
        elif character in _ZH_UNITS:
            section += (digit or (1 if character == "十" or not section else 0)) * _ZH_UNITS[character]
            digit = 0
        else:
            total = (total + section + digit or 1) * _ZH_MYRIADS[character]
            section = digit = 0
    return total + section + digit
