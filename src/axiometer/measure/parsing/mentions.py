"""Mentions of the possible answers in a text, and how much of a verdict each one is.

A mention (a letter, an ordinal, a word of agreement) is judged by what stands beside it: `before` it a verb of choosing
or a denial, `after` it a predicate, a reason or the end of the clause. The heaviest mentions decide.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from functools import cache
from itertools import islice
from typing import NamedTuple, TypeVar

from axiometer.measure.parsing.lexicon import ORDINALS, Lexicon

_WINDOW = 72
_MOST = 120

_CLAUSE = re.compile(r"[^,.;:!?\n。、]*")
_SENTENCE = re.compile(r"[^.!?\n。]*")
_ENDING = re.compile(r"[^,.!?\n。]*([?])?")
_LISTING = re.compile(r"[\"')]? ?[,、] ?[\"'(]?")
_LISTED = re.compile(r"[\"')\]]? ?(?:[,.。:;\n)\]]|\Z)")
_RANKED = re.compile(r"[\"')\]]* ?>{1,3} ?[\"'(\[]*")
_LATIN = "A-Za-zÀ-ÖØ-öø-ÿœŒß"

# What may stand before a lower-case letter that is an option's.
_BEFORE_SMALL = re.compile(
    r"(?:[(\[\"选项答案是择了:=]"
    r"|(?:option|answer|choice|letter|réponse|choix|antwort|wahl|choose|pick)(?: is)?) ?[\"(]?\Z"
)

_T = TypeVar("_T")


class Weight(IntEnum):
    """How much of a verdict a mention is: named only; alone in a clause or called better; at the head of the reply;
    object of a verb of choosing; alone on the first line; all that after a word of concluding or of
    correcting oneself."""

    BARE = 0
    CLAUSE = 1
    HEAD = 2
    CUE = 3
    FIRST_LINE = 4
    FINAL = 5


class Mention(NamedTuple):
    """`listed` marks a mention that heads a line or an enumeration (`A. ...`), `asked` one in a question, `link` how
    it hangs together with its neighbour (`and`, `or`, empty)."""

    label: str
    start: int
    end: int
    weight: Weight
    denied: bool = False
    listed: bool = False
    asked: bool = False
    link: str = ""


def letter_mentions(text: str, letters: Sequence[str], words: Lexicon) -> list[Mention]:
    """Upper-case letters (those on offer and A to D) that stand for an option; failing these, lower-case ones where
    nothing else can be meant."""
    upper, lower = _letter_patterns("".join(sorted(set(letters) | set("ABCD"))))
    found: list[Mention] = []
    for match in both_ends(upper.finditer(text)):
        start = match.start()
        article = match.group(2) is not None
        if article and not _stands_for_option(text, start, words):
            continue
        mention = weigh(text, match.group(1), start, start + 1, words)
        if mention is not None:
            found.append(mention)
    if not found:
        for match in both_ends(lower.finditer(text)):
            start, end = match.span()
            if start == 0 or _BEFORE_SMALL.search(text[max(0, start - 14) : start].lower()):
                mention = weigh(text, match.group().upper(), start, end, words)
                found.extend([mention] if mention is not None else [])
    return linked(text, found, words)


def ordinal_mentions(text: str, letters: Sequence[str], words: Lexicon) -> list[Mention]:
    """`the second option`, `前者`: the letters that they stand for. Former and latter only where there are two."""
    found: list[Mention] = []
    low = _lower(text)
    for kind, start, end in both_ends(words.ordinals.found(low)):
        position = ORDINALS.index(kind)
        if position >= 4:
            position = position - 4 if len(letters) == 2 else len(letters)
        if position < len(letters):
            mention = weigh(text, letters[position], start, end, words)
            if mention is not None:
                found.append(mention)
    return linked(text, found, words)


def weigh(text: str, label: str, start: int, end: int, words: Lexicon, *, stance: bool = False) -> Mention | None:
    """The mention of `label` at `text[start:end]`, judged by its surroundings; None where it is no mention."""
    right = text[end : end + 96].lower()
    after = words.after.match(right)
    follows = (after.lastgroup or "") if after is not None else ""
    if follows in ("denied", "verdict", "preferred") and after is not None and _heads_a_text(text, start, end, after):
        follows = "lead"  # "(B) Do not tell her" lists an option, "(B) is not right" says something about it
    if follows == "none" and not stance:
        return None
    if stance and follows == "denied" and right.lstrip(" \"')]").startswith(","):
        follows = "closed"  # "I agree, it should not be done" denies nothing of the agreement
    if follows == "denied":
        return Mention(label, start, end, Weight.BARE, denied=True)
    left = text[max(0, start - _WINDOW) : start].lower()[::-1]
    before = (words.before_stance if stance else words.before).match(left)
    ended = follows in ("line", "closed", "because", "verdict")
    if before is not None:
        kind = before.lastgroup
        if kind == "denied":
            return Mention(label, start, end, Weight.BARE, denied=True)
        if kind != "weak" or ended or follows in ("preferred", "lead"):
            # "not agree" is a word of its own here, whose negation must not count twice
            weight, denied = _under_cue(left, before.end(), words, deniable=not stance or label == "agree")
            asked = _asked(text, end)
            if asked or follows == "hypothetical":
                weight = Weight.BARE
            listed = follows == "lead" and "\n" in left[: before.end()]
            return Mention(label, start, end, weight, denied=denied, listed=listed, asked=asked)
    if follows in ("preferred", "verdict"):
        return _preferred(text, label, start, end, left, follows, words)
    return _standing_alone(text, label, start, end, left, follows, words, stance=stance)


def _under_cue(left: str, cue_end: int, words: Lexicon, *, deniable: bool) -> tuple[Weight, bool]:
    """The weight of a mention behind a verb of choosing, and whether the clause denies it."""
    clause = _clause_match(left, cue_end)[::-1]
    cleared = words.no_denial.sub(" ", clause)
    if deniable and words.denial.search(cleared):
        return Weight.BARE, True
    if words.hypothetical.search(cleared) and not words.forced.search(clause):
        return Weight.BARE, False
    sentence = _SENTENCE.match(left)
    concluding = sentence is not None and words.final.search(sentence.group()[::-1])
    return (Weight.FINAL if concluding else Weight.CUE), False


def _preferred(text: str, label: str, start: int, end: int, left: str, follows: str, words: Lexicon) -> Mention:
    clause = words.no_denial.sub(" ", _clause_match(left, 0)[::-1])
    asked = _asked(text, end)
    if asked or words.denial.search(clause) or words.hypothetical.search(clause):
        return Mention(label, start, end, Weight.BARE, asked=asked)
    sentence = _SENTENCE.match(left)
    if sentence is not None and words.revised.search(sentence.group()[::-1]):
        return Mention(label, start, end, Weight.FINAL)
    return Mention(label, start, end, Weight.CUE if follows == "verdict" else Weight.CLAUSE)


def _standing_alone(
    text: str, label: str, start: int, end: int, left: str, follows: str, words: Lexicon, *, stance: bool
) -> Mention:
    """A mention without a verb: at the head of the reply, of a line or of a clause, or merely named."""
    opening = words.clause_start.match(left)
    if opening is None:
        return Mention(label, start, end, Weight.BARE, asked=_asked(text, end))
    place = opening.lastgroup or ""
    if place == "start" and start > _WINDOW:
        place = "inside"
    turned = stance and place == "inside" and words.contrast.search(left[: opening.end()][::-1]) is not None
    if follows in ("", "hypothetical") and not turned:
        return Mention(label, start, end, Weight.BARE, asked=_asked(text, end))
    if follows == "lead":
        if place == "inside" and text[end] == "." and opening.group()[-1] not in ".;:。)!":
            return Mention(label, start, end, Weight.CLAUSE)
        weight = {"start": Weight.HEAD, "line": Weight.CLAUSE}.get(place, Weight.BARE)
        return Mention(label, start, end, weight, listed=True)
    if place == "start":
        return Mention(label, start, end, Weight.FIRST_LINE if follows == "line" else Weight.HEAD)
    last = follows == "line" and len(text) - end <= 3 and not text.startswith("..", end)
    sentence = _SENTENCE.match(left)
    if (sentence is not None and words.final.search(sentence.group()[::-1])) or (last and place == "line"):
        return Mention(label, start, end, Weight.FINAL)
    if turned or (last and opening.group()[-1] in ".!?。"):
        return Mention(label, start, end, Weight.CUE)
    return Mention(label, start, end, Weight.CLAUSE)


def linked(text: str, mentions: list[Mention], words: Lexicon) -> list[Mention]:
    """The mentions with their links: in `A and B` the second weighs what the first does and is denied where it is, in
    `A or B` neither weighs; of a ranking (`B > A > C`) the first counts and the others do not."""
    if len(mentions) < 2:
        return mentions
    linked = list(mentions)
    for index in range(len(linked) - 2, -1, -1):
        first, second = linked[index], linked[index + 1]
        between = text[first.end : second.start]
        if len(between) > 40 or first.label == second.label:
            continue
        low = between.lower()
        if _RANKED.fullmatch(between):
            linked[index] = first._replace(weight=max(first.weight, Weight.CLAUSE))
            linked[index + 1] = second._replace(weight=Weight.BARE, denied=True)
        elif words.either.fullmatch(low):
            linked[index] = first._replace(weight=Weight.BARE, link="or")
            linked[index + 1] = second._replace(weight=Weight.BARE, link="or")
        elif _enumerated(text, first, second):
            # "(A, B)", as prompts list the letters, names them without a stand
            linked[index] = first._replace(weight=Weight.BARE, link="or")
            linked[index + 1] = second._replace(weight=Weight.BARE, link=second.link or "or")
        elif words.joint.fullmatch(low) or (second.link and not between.strip(" ,、")):
            linked[index + 1] = second._replace(link=second.link or "and")
            linked[index] = first._replace(link=second.link or "and")
    for index in range(len(linked) - 1):  # weight and denial run on along a chain of `and`s
        first, second = linked[index], linked[index + 1]
        near = second.start - first.end <= 40
        close = near and "," not in text[first.end : second.start]  # "not A, and B" may take B
        if first.denied and first.link == second.link == "and" and close and second.weight < Weight.CUE:
            linked[index + 1] = second._replace(weight=Weight.BARE, denied=True)
        elif first.link == second.link == "and" and near and not first.denied:
            weight = first.weight if first.weight in (Weight.CUE, Weight.FINAL) else min(first.weight, second.weight)
            linked[index] = first._replace(weight=weight)
            linked[index + 1] = second._replace(weight=weight)
        elif first.link == second.link == "or":
            linked[index] = first._replace(weight=Weight.BARE)
    return linked


def _enumerated(text: str, first: Mention, second: Mention) -> bool:
    """Whether two letters stand beside each other as prompts list them: `(A, B)`, `letters A, B.`"""
    if first.denied or first.weight >= Weight.CUE or not _LISTING.fullmatch(text, first.end, second.start):
        return False
    return bool(second.link) or _LISTED.match(text, second.end) is not None


def heaviest(mentions: Iterable[Mention]) -> tuple[Weight, list[Mention]]:
    """The greatest weight among the mentions that are not denied, and those that have it.

    An enumeration of several options (`A. ...`, `B. ...`) is a list of the choices, no choice.
    """
    counted = [mention for mention in mentions if not mention.denied]
    if len({mention.label for mention in counted if mention.listed}) > 1:
        counted = [m._replace(weight=Weight.BARE) if m.listed else m for m in counted]
    if not counted:
        return Weight.BARE, []
    top = max(mention.weight for mention in counted)
    return top, [mention for mention in counted if mention.weight == top]


def _heads_a_text(text: str, start: int, end: int, after: re.Match[str]) -> bool:
    """Whether a letter in brackets at the head of a line goes before a text of its own."""
    begins = end + after.start(after.lastgroup or 0)
    bracket = not {")", "]"}.isdisjoint(text[end:begins])
    before = text[max(0, start - 2) : start].rstrip("([")
    return text[begins].isupper() or (bracket and text[begins - 1] != " " and (not before or before[-1] == "\n"))


def conditional(text: str, mention: Mention, words: Lexicon) -> bool:
    """Whether the verdict hangs on an `if` in its sentence (and not on being made to choose)."""
    sentence = _SENTENCE.match(text[max(0, mention.start - 3 * _WINDOW) : mention.start].lower()[::-1])
    said = re.split("[;；]", sentence.group()[::-1])[-1] if sentence is not None else ""
    return words.hypothetical.search(said) is not None and words.forced.search(said) is None


def _stands_for_option(text: str, start: int, words: Lexicon) -> bool:
    """Whether a letter before a word in lower case is the option and not an article or a pronoun (`A doctor ...`)."""
    if words.after_article.match(text[start + 1 : start + 25].lower()):
        return True
    return words.option_word.match(text[max(0, start - 24) : start].lower()[::-1]) is not None and start > 0


def _asked(text: str, end: int) -> bool:
    ending = _ENDING.match(text, end, end + 160)
    return ending is not None and ending.group(1) is not None


def _clause_match(left: str, position: int) -> str:
    clause = _CLAUSE.match(left, position)
    return clause.group() if clause is not None else ""


def _lower(text: str) -> str:
    """Lower case of the same length, so that positions hold in both (Turkish İ has two characters in lower case)."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def both_ends(mentions: Iterator[_T]) -> list[_T]:
    """The first and the last of them: enough for any answer, and a bound for texts of nothing but letters."""
    found = list(islice(mentions, _MOST // 2))
    return found + list(deque(mentions, _MOST // 2)) if len(found) == _MOST // 2 else found


@cache
def _letter_patterns(letters: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Upper-case letters alone (group 2: an A or I that a word in lower case follows), and lower-case letters alone at
    the end of a clause."""
    own = re.escape(letters)
    articles = re.escape("".join(letter for letter in letters if letter in "AI") or "A")
    alone = (
        rf"(?<![{_LATIN}0-9'&].)(?<![{_LATIN}][.-].)"
        rf"(?![{_LATIN}0-9&]|['-][{_LATIN}]|\.[A-Z](?![a-z])|\.[a-z]\.)"
    )
    upper = re.compile(rf"([{own}]){alone}((?<=[{articles}]) [a-zà-öø-ÿœ])?")
    ending = r"(?=[\")\]}.,;:!?\n。]| (?:because|since|as|car|parce|weil|denn|da) |\Z)"
    return upper, re.compile(rf"[{own.lower()}]{alone}{ending}")
