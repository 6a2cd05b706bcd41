"""What a simulated model says when it is asked how two statements stand to each other (the step `statement-relate`).

Of statements that are planted in the starter news it says what is planted; of others it goes by words: nearly the same
words agree, or conflict where one denies what the other says. Pure functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from axiometer.models.draws import uniform, whole
from axiometer.models.protocols import Request
from axiometer.models.writer_news import Known, folded, statement_of
from axiometer.models.writer_profile_news import Relations

STEP: Final = "statement-relate"
AGREE, CONFLICT, UNRELATED = "agree", "conflict", "unrelated"

_ALL: Final = (AGREE, CONFLICT, UNRELATED)
_PROSE = ("Both statements touch on public affairs.", "两句都涉及公共事务。")
_REFUSED = ("I'm sorry, but I can't help with that.", "抱歉，我无法协助完成这个请求。")
_REASONS: Mapping[str, tuple[str, str]] = {
    AGREE: ("One issue, one side.", "同一件事，同一立场。"),
    CONFLICT: ("One issue, opposite sides.", "同一件事，立场相反。"),
    UNRELATED: ("Two different issues.", "两件不同的事。"),
}
_DENIAL: Final = re.compile(
    r"\b(?:not|no|never|nobody|nothing|cannot|without|wrong|oppose[sd]?|ban(?:ned)?|"
    r"ne|n'|n’|pas|jamais|aucun|aucune|interdire|interdits?|nicht|kein|keine[mnrs]?|nie|niemals|verboten|verbieten)\b|"
    r"n't\b|n’t\b|[不没无禁反]|别",
    re.I,
)
_ALIKE: Final = 0.5  # share of pieces in both, from which words that nobody planted are taken for one issue
_PIECE: Final = 3


def relation(first: str, second: str) -> str:
    """What is planted for two statements, or what their words show."""
    one, other = statement_of(first), statement_of(second)
    if one is not None and other is not None:
        if one.news.nation != other.news.nation or one.statement.issue != other.statement.issue:
            return UNRELATED
        return AGREE if _stance(one, first) == _stance(other, second) else CONFLICT
    if one is not None or other is not None:
        return UNRELATED if not _alike(first, second) else _by_words(first, second)
    return _by_words(first, second) if _alike(first, second) else UNRELATED


def answer(relations: Relations, seed: int, request: Request) -> str:
    """The text with which the writer answers `request.meta`: `first` and `second`, as they are shown; `source`, the
    pair; `order` (ab, ba); `attempt`."""
    meta = request.meta or {}
    pair, order = str(meta.get("source")), str(meta.get("order") or "ab")
    chinese = str(meta.get("lang") or "en").startswith("zh")
    draw = uniform(seed, "relate", pair, order)
    if draw < relations.refused:
        return _REFUSED[chinese]
    if not int(str(meta.get("attempt") or 0)) and draw < relations.refused + relations.prose:
        return _PROSE[chinese]
    said = said_of(relations, seed, pair, order, relation(str(meta.get("first")), str(meta.get("second"))))
    return json.dumps({"reason": _REASONS[said][chinese], "relation": said}, ensure_ascii=False)


def said_of(relations: Relations, seed: int, pair: str, order: str, truth: str) -> str:
    """What is said of a pair in one order: something else of those that are `wrong`, in both orders the same, and of
    those that are `swayed` in one of them."""
    if uniform(seed, "wrong", pair) < relations.wrong:
        return _other(truth, seed, "wrong as", pair)
    swayed = uniform(seed, "swayed", pair) < relations.swayed
    if swayed and order == ("ab", "ba")[whole(2, seed, "swayed at", pair)]:
        return _other(truth, seed, "swayed to", pair)
    return truth


def _other(truth: str, *key: object) -> str:
    return [each for each in _ALL if each != truth][whole(2, *key)]


def _stance(known: Known, words: str) -> int:
    """The stance that the words take: they may be the reverse of what stands in the text."""
    turned = folded(words) != folded(known.statement.text) and folded(words) == folded(known.statement.reversed_text)
    return -known.statement.stance if turned else known.statement.stance


def _alike(first: str, second: str) -> bool:
    one, other = _pieces(first), _pieces(second)
    return bool(one and other) and len(one & other) >= _ALIKE * min(len(one), len(other))


def _by_words(first: str, second: str) -> str:
    same = len(_DENIAL.findall(first)) % 2 == len(_DENIAL.findall(second)) % 2
    return AGREE if same else CONFLICT


def _pieces(text: str) -> set[str]:
    words = folded(_DENIAL.sub("", text))
    return {words[start : start + _PIECE] for start in range(max(0, len(words) - _PIECE + 1))}
