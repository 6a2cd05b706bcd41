"""An English rule read by word lists: its force (should, may, must not, "it is wrong to") and what it is about.

Nested operators are read from the outside: a judgement ("it is wrong ..."), an auxiliary ("should"), a predicate beside
it ("be allowed to"). Negations of what remains turn the force round, but not those in clauses that say when the rule
holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from axiometer.models.contradiction.forces import Force, composed, denied, omitted
from axiometer.models.contradiction.lexicon import english
from axiometer.models.contradiction.readings import Operator, Reading, Token

_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*|\d+|[,;:.!?]")
_MARKS = frozenset(",;:.!?")
_CONTRACTIONS = (
    (re.compile(r"\bcan['’]t\b|\bcannot\b"), "can not"),
    (re.compile(r"\bwon['’]t\b"), "will not"),
    (re.compile(r"n['’]t\b"), " not"),
    (re.compile(r"\b(it|that|there|what|he|she|who)['’]s\b"), r"\1 is"),
    (re.compile(r"['’]re\b"), " are"),
    (re.compile(r"['’]s\b"), ""),
    (re.compile(r"\bunder no circumstances\b"), "never"),
)
_NOT = frozenset(("not", "never"))
_NEGATIVE_SUBJECTS = (("nobody",), ("no", "one"), ("no", "person"), ("none",))
_MAIN = frozenset(("should", "must", "ought", "shall"))

Phrase = tuple[str, ...]


@cache
def stem(word: str) -> str:
    """A word without its ending. Coarse: it need only bring together the forms of one word."""
    word = english().irregular.get(word, word)
    if len(word) <= 3:
        return word
    for ending, instead in (("ies", "y"), ("ied", "y"), ("ily", "y"), ("sses", "ss")):
        if word.endswith(ending) and len(word) > 4:
            return word[: -len(ending)] + instead
    for ending in ("ing", "ed"):
        rest = word[: -len(ending)]
        if word.endswith(ending) and len(rest) >= 3 and re.search("[aeiouy]", rest):
            doubled = rest[-1] == rest[-2] and rest[-1] not in "lsz"
            return (rest[:-1] if doubled else rest).removesuffix("e")
    if word.endswith("ly") and len(word) > 5:
        return word[:-2].removesuffix("e")
    if word.endswith("es") and word[:-2].endswith(("sh", "ch", "x", "z")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word.removesuffix("e")


@cache
def _phrases(name: str) -> dict[str, tuple[tuple[Phrase, str], ...]]:
    """Phrases of a list by their first stem, the longest first, each with its label."""
    lexicon = english()
    found: list[tuple[Phrase, str]] = []
    if name == "opposites":
        for number, sides in enumerate(lexicon.opposites):
            for side, words in zip((1, -1), sides, strict=True):
                found += [(_stems(word), f"{number}:{side}") for word in words]
    elif name in ("judgements", "auxiliaries", "predicates"):
        lists: Iterable[tuple[str, tuple[str, ...]]] = getattr(lexicon, name).items()
        found += [(_stems(word), str(force)) for force, words in lists for word in words]
    else:
        found += [(_stems(word), name) for word in getattr(lexicon, name)]
    table: dict[str, list[tuple[Phrase, str]]] = {}
    for phrase, label in sorted(dict.fromkeys(found), key=lambda entry: (-len(entry[0]), entry)):
        table.setdefault(phrase[0], []).append((phrase, label))
    return {first: tuple(entries) for first, entries in table.items()}


def _stems(text: str) -> Phrase:
    return tuple(stem(word) for word in _WORD.findall(text))


@cache
def _stop() -> frozenset[str]:
    return frozenset(each for word in english().stop for each in _stems(word))


@cache
def _participles() -> re.Pattern[str]:
    phrases = (word.split() for words in english().predicates.values() for word in words)
    words = sorted({phrase[1] for phrase in phrases if phrase[0] == "be"})
    return re.compile(rf"\b(is|are|was|were|be|being) (not|never) ({'|'.join(words)})\b")


@cache
def _adverbs() -> frozenset[str]:
    return frozenset(english().adverbs)


class _Sentence:
    """A rule on its way to be read: words, their stems, which of them have had their say, which tell when it holds."""

    def __init__(self, text: str) -> None:
        said = text.lower().replace("’", "'")
        for pattern, instead in _CONTRACTIONS:
            said = pattern.sub(instead, said)
        said = _participles().sub(r"\2 \1 \3", said)  # "are not allowed": the negation in front of the phrase
        self.words: list[str] = _WORD.findall(said)
        self.stems = [stem(word) for word in self.words]
        self.used = [word in _MARKS for word in self.words]
        self.aside = [False] * len(self.words)
        for place, length, _ in self.found("plain"):
            self.take(place, place + length)
        self._set_aside()

    def found(self, name: str, start: int = 0) -> list[tuple[int, int, str]]:
        """(place, length, label) of phrases of a list, from left to right, none over words that have had their say."""
        hits, place = [], start
        while place < len(self.stems):
            hit = self.at(name, place)
            if hit is None:
                place += 1
            else:
                hits.append((place, *hit))
                place += hit[0]
        return hits

    def at(self, name: str, place: int) -> tuple[int, str] | None:
        """(length, label) of the longest phrase of a list that begins at `place`."""
        for phrase, label in _phrases(name).get(self.stems[place], ()):
            end = place + len(phrase)
            if tuple(self.stems[place:end]) == phrase and not any(self.used[place:end]):
                return len(phrase), label
        return None

    def take(self, start: int, end: int) -> None:
        self.used[start:end] = [True] * (end - start)

    def _set_aside(self) -> None:
        for place, _, _ in self.found("circumstances"):
            for end in range(place, len(self.words)):
                if self.words[end] in _MARKS or self.words[end] in _MAIN:
                    break
                self.aside[end] = True


def read_english(text: str) -> Reading:
    """The rule as its words are understood."""
    sentence = _Sentence(text)
    denied_subject = _negative_subject(sentence)
    judgement = _judgement(sentence)
    auxiliary = _auxiliary(sentence)
    predicate = _predicate(sentence, after=auxiliary, judged=judgement is not None)
    operators = [operator for operator in (judgement, auxiliary, predicate) if operator is not None]
    forces = [_force(label, negated) for label, negated, _ in operators]
    negations = 0
    if denied_subject and operators:
        label, negated, _ = operators[0]
        forces[0] = _force(label, not negated)
    else:
        negations += denied_subject
    opposed = _opposites(sentence)
    for place, length, _ in sentence.found("negations"):
        sentence.take(place, place + length)
        negations += not sentence.aside[place]
    force = composed(forces)
    if negations % 2:
        force = omitted(force)
    operator = Operator.JUDGEMENT if judgement is not None else Operator.MODAL if operators else None
    return replace(_reading(sentence, force, opposed), operator=operator)


def _force(label: str, negated: bool) -> Force:
    if label == "require":
        return Force.EXEMPT if negated else Force.OBLIGE
    return denied(Force(label)) if negated else Force(label)


def _negative_subject(sentence: _Sentence) -> bool:
    for start in range(min(2, len(sentence.words))):
        for subject in _NEGATIVE_SUBJECTS:
            end = start + len(subject)
            if tuple(sentence.words[start:end]) == subject and not any(sentence.used[start:end]):
                sentence.take(start, end)
                return True
    return False


_Operator = tuple[str, bool, int]  # label, whether it is negated, where it ends


def _judgement(sentence: _Sentence) -> _Operator | None:
    for place, each in enumerate(sentence.stems):
        if each != "be" or sentence.words[place] == "be" or sentence.aside[place] or sentence.used[place]:
            continue
        start, negated = place + 1, False
        while start < len(sentence.words) and (sentence.words[start] in _adverbs() or sentence.words[start] in "a an"):
            if sentence.at("judgements", start) is not None:
                break
            negated ^= sentence.words[start] in _NOT
            start += 1
        hit = sentence.at("judgements", start) if start < len(sentence.words) else None
        if hit is None:
            continue
        end = start + hit[0]
        follows = sentence.words[end] if end < len(sentence.words) else "."
        said_before = (
            hit[1] if follows in _MARKS or follows in english().after_judgement or _ends_open(sentence, end) else None
        )
        if said_before is not None:
            sentence.take(place, end)
            return said_before, negated, end
    return None


def _ends_open(sentence: _Sentence, end: int) -> bool:
    """Whether the judgement's own last word asks for what follows ("nothing wrong with ...")."""
    return sentence.words[end - 1] in ("with", "in", "to")


def _auxiliary(sentence: _Sentence) -> _Operator | None:
    hits = [hit for hit in sentence.found("auxiliaries") if not sentence.aside[hit[0]]]
    main = [hit for hit in hits if sentence.words[hit[0]] in _MAIN or sentence.words[hit[0]] in ("had", "need")]
    if not hits:
        return None
    place, length, label = (main or hits)[0]
    end = place + length
    sentence.take(place, end)
    negated = False
    while end < len(sentence.words) and sentence.words[end] in _adverbs() - {"be", "been"}:
        if sentence.words[end] in _NOT:
            negated = True
            sentence.take(end, end + 1)
            end += 1
            break
        end += 1
    return label, negated, end


def _predicate(sentence: _Sentence, *, after: _Operator | None, judged: bool) -> _Operator | None:
    for place, length, label in sentence.found("predicates"):
        if sentence.aside[place]:
            continue
        if after is not None and any(word not in _adverbs() for word in sentence.words[after[2] : place]):
            return None
        if judged and after is None:
            return None
        negated, before = False, place - 1
        while before >= 0 and sentence.words[before] in _adverbs():
            if sentence.words[before] in _NOT and not sentence.used[before]:
                negated = True
                sentence.take(before, before + 1)
            before -= 1
        sentence.take(place, place + length)
        return label, negated, place + length
    return None


def _opposites(sentence: _Sentence) -> dict[int, Token]:
    found = {}
    for place, length, label in sentence.found("opposites"):
        number, _, side = label.partition(":")
        found[place] = Token(f"opposites {number}", float(length), int(side))
        sentence.take(place, place + length)
    return found


def _reading(sentence: _Sentence, force: Force, opposed: dict[int, Token]) -> Reading:
    ranks = sentence.found("priority")
    yields = sentence.found("yielding")
    tokens: list[Token] = []
    places: list[int] = []
    for place, each in enumerate(sentence.stems):
        if place in opposed:
            tokens.append(opposed[place])
        elif sentence.used[place] or each in _stop():
            continue
        else:
            tokens.append(Token(each, 1.0))
        places.append(place)
    cut = next(((place, True) for place, _, _ in yields), None) or next(((place, False) for place, _, _ in ranks), None)
    return Reading(force, tuple(tokens), ranked(tokens, places, cut))


def ranked(
    tokens: Sequence[Token], places: Sequence[int], cut: tuple[int, bool] | None
) -> tuple[tuple[Token, ...], tuple[Token, ...]] | None:
    """The tokens of what goes first and of what goes second, cut at a place; True: what stands first goes second."""
    if cut is None:
        return None
    before = tuple(token for token, place in zip(tokens, places, strict=True) if place < cut[0])
    after = tuple(token for token, place in zip(tokens, places, strict=True) if place >= cut[0])
    if not before or not after:
        return None
    return (after, before) if cut[1] else (before, after)
