"""What choice and agreement share: from a reply to the text that is read, or to a reading at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from axiometer.measure.parsing.folding import plain, tidy
from axiometer.measure.parsing.lexicon import LANGUAGES, Lexicon, lexicon
from axiometer.measure.parsing.reading import Reading
from axiometer.measure.parsing.thinking import without_thinking
from axiometer.models.protocols import Finish, Reply
from axiometer.records.rows import Outcome

# Letters by which a text shows that it is (also) in another language than the one asked in.
_FOREIGN = {
    "zh": re.compile("[ß-öø-ÿœ]"),
    "en": re.compile("[ß-öø-ÿœ]"),
    "fr": re.compile("[äößñ\u3400-\u9fff]"),
    "de": re.compile("[à-ãå-õø-ûý-ÿœ\u3400-\u9fff]"),
}
# A base model that goes on with the next exercise by itself: what follows is no answer to ours.
_NEXT_TURN = re.compile(
    r"\n(?:#{1,4} ?)?\[?(?:questions?|q|user|human|case|situation|scenario|instructions?|问题|用户|题目|情境|下一题"
    r"|cas|fall|frage|utilisateur|nutzer|benutzer)\]?[ 0-9.]{0,5}:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer of a reply: `raw` plain but for its tags, `text` tidied, `head` the part before the next turn that
    the model played itself (equal to `text` where it played none), `cut` whether the length limit ended the reply."""

    raw: str
    text: str
    head: str
    cut: bool


class Avoidance(NamedTuple):
    """That a text gives no answer: the outcome, the phrase it rests on, and where that stands."""

    outcome: Outcome
    phrase: str
    start: int
    end: int


def opened(reply: Reply) -> Opened | Reading:
    """The text to read, or the reading of a reply that has none: filtered, refused by field, empty, cut in thought."""
    if reply.finish is Finish.FILTER or reply.filter_code:
        return Reading(Outcome.FILTERED, None, None, reply.filter_code or "content filter")
    if reply.refusal and reply.refusal.strip():
        return Reading(Outcome.REFUSED, None, None, "refusal field of the service")
    cut = reply.finish is Finish.LENGTH
    thought = without_thinking(plain(reply.text))
    text = tidy(thought.answer)
    if not text:
        reason = "empty reply"
        if thought.seen:
            reason = "the reasoning never ended" if thought.open else "no answer after the reasoning"
        elif cut:
            reason = "cut before the answer"
        return Reading(Outcome.TRUNCATED if cut else Outcome.INVALID, None, None, reason)
    turn = _NEXT_TURN.search(text, 1)
    return Opened(thought.answer, text, text[: turn.start()] if turn is not None else text, cut)


def lexicons(lang: str, text: str) -> Iterator[Lexicon]:
    """The phrases to read with, first those of the language asked in (with English), where the text shows no letters
    of another one, then those of all languages."""
    base = lang.split("-")[0].lower()
    if base in _FOREIGN and not _FOREIGN[base].search(text):
        yield lexicon(("zh", "en") if base in ("zh", "en") else (base, "en"))
    yield lexicon(LANGUAGES)


def without_answer(words: Lexicon, text: str, quoted: str = "", *, joined: bool = False) -> Avoidance | None:
    """How a text (lower case) declines or avoids an answer; None where no phrase says so.

    REFUSED declines to answer (cannot help, has no opinions, stays neutral, against its rules). EVASIVE answers
    without taking a side (depends, both have merits, hard to say; `neither` too). An inability to choose counts as
    refused where nothing in the text weighs the sides. Phrases that stand in `quoted` (the options) do not count.
    `joined` says that several letters are named together: that both have merits then makes them BOTH the answer.
    """
    refused = _found(words.refused, text, quoted)
    unable = _found(words.unable, text, quoted)
    disclaimer = _found(words.disclaimer, text, quoted)
    if refused is None and unable is not None and disclaimer is not None:
        refused = unable
    if refused is not None:
        return Avoidance(Outcome.REFUSED, refused.group().strip(), *refused.span())
    neither = _found(words.neither, text, quoted)
    if neither is not None:
        return Avoidance(Outcome.EVASIVE, "neither", *neither.span())
    for outcome, pattern in (
        (Outcome.BOTH, words.both_alone),
        (Outcome.BOTH, words.both),
        (Outcome.EVASIVE, words.evasive),
        (Outcome.BOTH if joined else Outcome.EVASIVE, words.even),
    ):
        found = _found(pattern, text, quoted)
        if found is not None:
            return Avoidance(outcome, found.group().strip(), *found.span())
    last = unable or disclaimer
    return Avoidance(Outcome.REFUSED, last.group().strip(), *last.span()) if last is not None else None


def _found(pattern: re.Pattern[str], text: str, quoted: str) -> re.Match[str] | None:
    for match in pattern.finditer(text):
        if not quoted or match.group().strip() not in quoted:
            return match
    return None
