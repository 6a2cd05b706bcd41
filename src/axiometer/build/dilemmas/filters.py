"""What can be told of a scene without a model: equal options, sides of unequal length, words that judge, rules quoted.

Pure functions of texts. Coarse on purpose, so they find what is plain; what takes understanding is the check's.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final

from axiometer.build.dilemmas.rows import Scene
from axiometer.frameworks.labels import normalise

VERSION: Final = 1  # of the filters: part of what makes a filtered part anew
SAME_OPTIONS: Final = "two options are the same"
UNEVEN_LENGTH: Final = "sides of unequal length"
ODD_THIRD: Final = "the third option stands out by its length"
JUDGING_WORD: Final = "a word that says which side is right"
QUOTED_RULE: Final = "quotes its rule"
SHORT_SCENE: Final = "no scene to speak of"

UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
"""Characters of scripts that are written without blanks between words, as a range of a regular expression."""

_LEAST_SCENE: Final = 40  # letters; a Chinese character counts as `_WIDE`
_WIDE: Final = 3
_SLACK: Final = 12  # letters that two sides may differ by, however short they are
_THIRD: Final = 2.5  # times longer or shorter than both sides: it would be known for the odd one without reading
_SPAN_WORDS: Final = 5
_SPAN_CHARACTERS: Final = 8
_UNSPACED = re.compile(f"[{UNSPACED}]")
_WORD = re.compile(r"[^\W_]+")
# In options: words that judge an option instead of saying what is done.
_JUDGING_EN = re.compile(
    r"\b(?:correct(?:ly)?|the right thing|rightly|wrong(?:ly)?|unethical(?:ly)?|immoral(?:ly)?|morally|ethically|"
    r"virtuous(?:ly)?|as (?:one|you) should|of course|the better choice|the best choice|irresponsibl[ey])\b",
    re.I,
)
_JUDGING_ZH = re.compile(
    "正确|错误|不对的|对的做法|不道德|合乎道德|理所当然|理应|应该|应当|更好的选择|最好的选择|明智|不负责任"
)
_RULES_EN = re.compile(r"\b(?:side|rule|option)[ _][12AB]\b", re.I)
_RULES_ZH = re.compile("准则 ?[12一二AB]|做法 ?[12一二AB]|选项 ?[12一二AB]")


def problem(scene: Scene, balance: float) -> tuple[str, str] | None:
    """(reason, what was found) of the first thing that is wrong with a scene, or None. balance: how many times longer
    than the other a side may be."""
    for found in (
        _too_short(scene),
        _same(scene),
        _uneven(scene, balance),
        _third(scene),
        _judging(scene),
        _quoted(scene),
    ):
        if found is not None:
            return found
    return None


def length(text: str) -> int:
    """In letters: a character of a script that is written without blanks says about as much as three letters."""
    wide = len(_UNSPACED.findall(text))
    return len(text) + (_WIDE - 1) * wide


def _too_short(scene: Scene) -> tuple[str, str] | None:
    return (SHORT_SCENE, scene.text) if length(scene.text) < _LEAST_SCENE else None


def _same(scene: Scene) -> tuple[str, str] | None:
    options = (scene.side_a, scene.side_b, scene.irrelevant)
    plain = [normalise(option) for option in options]
    return (SAME_OPTIONS, " | ".join(options)) if len(set(plain)) < len(plain) else None


def _uneven(scene: Scene, balance: float) -> tuple[str, str] | None:
    short, long = sorted((length(scene.side_a), length(scene.side_b)))
    return (UNEVEN_LENGTH, f"{short}, {long}") if long > balance * short and long - short > _SLACK else None


def _third(scene: Scene) -> tuple[str, str] | None:
    short, long = sorted((length(scene.side_a), length(scene.side_b)))
    third = length(scene.irrelevant)
    odd = (third > _THIRD * long and third - long > _SLACK) or (_THIRD * third < short and short - third > _SLACK)
    return (ODD_THIRD, f"{third}; {short}, {long}") if odd else None


def _judging(scene: Scene) -> tuple[str, str] | None:
    for text, patterns in (
        (scene.text, (_RULES_EN, _RULES_ZH)),
        (scene.side_a, (_JUDGING_EN, _JUDGING_ZH, _RULES_EN, _RULES_ZH)),
        (scene.side_b, (_JUDGING_EN, _JUDGING_ZH, _RULES_EN, _RULES_ZH)),
        (scene.irrelevant, (_JUDGING_EN, _JUDGING_ZH, _RULES_EN, _RULES_ZH)),
    ):
        for pattern in patterns:
            found = pattern.search(text)
            if found is not None:
                return JUDGING_WORD, found.group()
    return None


def _quoted(scene: Scene) -> tuple[str, str] | None:
    """A run of words that a scene or a side shares with a rule: five words, or eight characters, or a whole rule."""
    for rule in (scene.asked.text_a, scene.asked.text_b):
        for text in (scene.side_a, scene.side_b, scene.text):
            run = shared_run(rule, text)
            if run is not None:
                return QUOTED_RULE, run
    return None


def shared_run(rule: str, text: str) -> str | None:
    """The longest run of words (characters where a script has no blanks) of the rule that stands in the text, where it
    is long enough to be a quotation."""
    unspaced = _UNSPACED.search(rule) is not None
    ours, theirs = _units(rule, unspaced), _units(text, unspaced)
    match = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match()
    wanted = min(_SPAN_CHARACTERS if unspaced else _SPAN_WORDS, max(len(ours), 2))
    if match.size < wanted:
        return None
    return ("" if unspaced else " ").join(ours[match.a : match.a + match.size])


def _units(text: str, unspaced: bool) -> list[str]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return list("".join(words)) if unspaced else words
