"""What a simulated judge makes of the words of an answer, by simple rules: which options it stands for.

An option counts as said where its words stand in the answer, one after the other, and as rejected where they follow a
denial within the sentence. Answers that repeat no option are told by the words that one option has and the others have
not, with whether the answer denies them. That reads what simulated respondents say without an error; texts by people
and real models it reads as well as words alone allow, which `axiometer annotate screen` measures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NO_WORD = re.compile(r"[^\w\x01]+|_+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SENTENCE = re.compile(r"[.!?。！？;；\n]+")
_DENIED = re.compile(
    r"\bnot agree|\bdisagree|\bwrong\b|\bdon t think|\bdo not think|\breject|\bmistaken|\bcannot accept"
    r"|不同意|不认为|不赞成|反对|站不住脚|并非|错误"
    r"|\bpas d accord|\btort\b|\bne pense pas|\brejette|\bfaux\b|\berreur"
    r"|\bnicht zu\b|\bstimme denen nicht|\bfalsch\b|\blehne\b|\bglaube nicht|\birrtum"
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|nobody|without|against|oppose\w*|reject\w*|pas|jamais|non|sans|contre|nicht|kein\w*|nie|niemals"
    r"|ohne|gegen)\b|[不没无非勿]"
)
_ENDS = " .!?。！？;；,，\n\"'“”‘’«»「」"
_EDGE = re.compile("[\x00\x01]")  # of an option that was found, of a sentence
_REACH = 60  # characters before an option in which a denial is heard
_BEHIND = 40
_ENOUGH = 0.4
_MARGIN = 0.15


def stands_for(answer: str, options: Sequence[str]) -> frozenset[int]:
    """The places of the options that an answer stands for; none where it takes no side."""
    said = _bare(answer)
    wanted = [_needle(option) for option in options]
    taken, rejected = set[int](), set[int]()
    rest = said
    for place in sorted(range(len(wanted)), key=lambda place: -len(wanted[place])):
        needle = wanted[place]
        while needle.strip() and needle in rest:
            start = rest.index(needle)
            before, behind = rest[max(0, start - _REACH) : start], rest[start + len(needle) :][:_BEHIND]
            (rejected if _denies(before, behind) else taken).add(place)
            rest = rest[:start] + " \x00 " + rest[start + len(needle) :]
    if taken:
        return frozenset(taken)
    left = set(range(len(options))) - rejected
    if rejected:
        return frozenset(left) if len(left) == 1 else frozenset()
    return _by_words(answer, options)


def _denies(before: str, behind: str) -> bool:
    """Whether the words around an option deny it: within the sentence, up to the next option."""
    near, after = _EDGE.split(before)[-1], _EDGE.split(behind)[0]
    return _DENIED.search(near) is not None or _DENIED.search(after) is not None


def _by_words(answer: str, options: Sequence[str]) -> frozenset[int]:
    """The option of whose own words the answer has most, if that is clearly more than of any other; of options that
    differ in a denial alone, the one that denies as the answer does."""
    words = [_words(option) for option in options]
    spoken, shared = _words(answer), set.intersection(*words)
    telling = [own - set[str]().union(*(words[:place] + words[place + 1 :])) for place, own in enumerate(words)]
    heard = [len(own & spoken) for own in telling]
    scores = [found / len(own) if own else 0.0 for found, own in zip(heard, telling, strict=True)]
    first, second = sorted(range(len(options)), key=lambda place: -scores[place])[:2]
    about = len(shared & spoken) / len(shared) if shared else 0.0
    if heard[first] >= 2 or (heard[first] == 1 and about >= _ENOUGH):
        clear = scores[first] >= _ENOUGH and scores[first] - scores[second] >= _MARGIN
        return _as_denied(answer, options, words[first], first, second) if clear else frozenset()
    if any(telling) or about < _ENOUGH or len(options) != 2:
        return frozenset()
    return _as_denied(answer, options, shared, first, second)


def _as_denied(answer: str, options: Sequence[str], words: set[str], first: int, second: int) -> frozenset[int]:
    """The first of two options where the answer denies as it does; else the second, where there is no third."""
    denies = _NEGATION.search(_about(answer, words)) is not None
    if denies == (_NEGATION.search(_bare(options[first])) is not None):
        return frozenset({first})
    return frozenset({second}) if len(options) == 2 else frozenset()


def _about(answer: str, words: set[str]) -> str:
    """The sentence with most of the words."""
    sentences = [_bare(part) for part in _SENTENCE.split(answer) if part.strip()] or [""]
    return max(sentences, key=lambda sentence: len(_words(sentence) & words))


def _bare(text: str) -> str:
    """Words in lower case, a blank around each, and a mark where a sentence ends."""
    marked = _SENTENCE.sub(" \x01 ", text.strip(_ENDS).casefold())
    return f" {_NO_WORD.sub(' ', marked).strip()} "


def _needle(option: str) -> str:
    bare = _bare(option)
    return bare.strip() if _CJK.search(bare) else bare


def _words(text: str) -> set[str]:
    """Words of three letters and more; of Chinese, pairs of characters; no denials."""
    bare = _NEGATION.sub(" ", _bare(text))
    found = {word for word in bare.split() if len(word) > 2 and not _CJK.search(word)}
    for run in re.findall("[\u3400-\u9fff]+", bare):
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    return found
