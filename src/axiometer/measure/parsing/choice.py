"""Which option a reply chooses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from axiometer.measure.parsing.folding import tidy
from axiometer.measure.parsing.lexicon import Lexicon
from axiometer.measure.parsing.mentions import Mention, Weight, conditional, heaviest, letter_mentions, ordinal_mentions
from axiometer.measure.parsing.opening import Opened, lexicons, opened, without_answer
from axiometer.measure.parsing.reading import Reading
from axiometer.measure.parsing.structured import stated_answers
from axiometer.measure.parsing.texts import bare, bare_options, contained_options, equal_option, long_enough
from axiometer.models.protocols import Finish, Reply
from axiometer.records.rows import Outcome

_CHOSEN = {letter: Reading(Outcome.CHOSEN, letter, None, None) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_ONE_LETTER = re.compile(r"\W*([A-Za-zΑ-ΒА-ЯС])\W*")
_AND = r"(?:(?:and|et|und|和|与|跟|及)\W*)?"
_LETTERS = re.compile(rf"\W*[A-Z](?:\W*{_AND}[A-Z](?![A-Za-z]{{3}})){{1,7}}\W*")
_LOOKS_LIKE = str.maketrans("ΑΒАВСД", "ABABCD")


def read_choice(reply: Reply, letters: Sequence[str], lang: str, options: Sequence[str] = ()) -> Reading:
    """How `reply` chose among `letters` (in the order shown); `options` are the texts beside them, in the same order.

    `lang` is the language asked in. Never raises; takes time linear in the length of the reply.
    """
    text = reply.text
    if (
        text in _CHOSEN
        and text in letters
        and not (reply.finish is Finish.FILTER or reply.filter_code or reply.refusal)
    ):
        return _CHOSEN[text]
    start = opened(reply)
    if isinstance(start, Reading):
        return start
    if start.head != start.text:
        reading = _read(start.head, start, letters, lang, options)
        if reading.outcome is Outcome.CHOSEN:
            return reading
    return _read(start.text, start, letters, lang, options)


def _read(text: str, start: Opened, letters: Sequence[str], lang: str, options: Sequence[str]) -> Reading:
    plainly = _letters_only(text, letters)
    if plainly is not None:
        return plainly
    reading = _not_readable(start.cut)
    for words in lexicons(lang, text):
        stated = _stated(start, text, letters, words, options)
        reading = stated if stated is not None else _weighed(text, start.cut, letters, words, options)
        if reading.outcome not in (Outcome.INVALID, Outcome.TRUNCATED):
            break
    return reading


def _letters_only(text: str, letters: Sequence[str]) -> Reading | None:
    """The reading of a reply that is a letter, or several, and nothing else."""
    single = _ONE_LETTER.fullmatch(text)
    if single is not None:
        letter = single.group(1).translate(_LOOKS_LIKE).upper()
        return _chosen(letter, letters)
    if len(text) <= 40 and _LETTERS.fullmatch(text):
        said = re.findall(r"(?<![A-Za-z])[A-Z](?![a-z])|(?<=[A-Z])[A-Z](?![a-z])", text)
        if len(said) > 1 and all(letter in letters for letter in said):
            return _chosen(said[0], letters) if len(set(said)) == 1 else _both("several letters")
    return None


def _stated(start: Opened, text: str, letters: Sequence[str], words: Lexicon, options: Sequence[str]) -> Reading | None:
    """The reading of a JSON answer, a box or an answer tag; None where there is none or it does not say."""
    if text is not start.text:
        return None
    readings = []
    for answer in stated_answers(start.raw):
        fragment = tidy(answer)
        reading = _letters_only(fragment, letters) or _weighed(fragment, False, letters, words, options)
        readings.append(reading)
    if not readings or any(reading.outcome is Outcome.INVALID for reading in readings):
        return readings[0] if readings and (readings[0].reason or "").startswith("letter not on offer") else None
    same = {(reading.outcome, reading.letter) for reading in readings}
    return readings[0] if len(same) == 1 else None


def _weighed(text: str, cut: bool, letters: Sequence[str], words: Lexicon, options: Sequence[str]) -> Reading:
    """The reading of a text by its mentions, then by the options' texts, then by its phrases."""
    texts = bare_options(options)
    said = bare(text) if texts else ""
    equal = equal_option(said, texts)
    if equal is not None and equal < len(letters):
        return _chosen(letters[equal], letters)
    mentions = letter_mentions(text, letters, words)
    top, decisive = heaviest(mentions)
    if top < Weight.CUE:
        ordinals = ordinal_mentions(text, letters, words)
        if ordinals:
            mentions = sorted([*mentions, *ordinals], key=lambda mention: mention.start)
            top, decisive = heaviest(mentions)
    low = text.lower()
    if top > Weight.BARE:
        reading = _by_verdict(text, low, top, decisive, letters, words, texts)
        if reading is not None:
            return reading
    return _by_rest(low, said, cut, mentions, decisive, letters, words, texts)


def _by_verdict(
    text: str,
    low: str,
    top: Weight,
    decisive: list[Mention],
    letters: Sequence[str],
    words: Lexicon,
    texts: tuple[str, ...],
) -> Reading | None:
    """What the heaviest mentions say; None where they say too little and the rest of the text is to be asked."""
    labels = {mention.label for mention in decisive}
    if len(labels) > 1:
        if any(mention.link == "and" for mention in decisive):
            return _both("several letters")
        if top == Weight.FINAL:
            return _chosen(decisive[-1].label, letters)
        if all(conditional(text, mention, words) for mention in decisive):
            return Reading(Outcome.EVASIVE, None, None, "each under a condition")
        return _both("conflicting verdicts") if top >= Weight.CUE else None
    mention = decisive[-1]
    if top == Weight.CLAUSE:  # light: a refusal or an evasion that comes after it takes it back
        avoided = without_answer(words, low)
        if avoided is not None and avoided[2] > mention.start:
            return None
    if mention.label in letters and texts and _belies(text, mention, letters, texts):
        return Reading(Outcome.INVALID, None, None, "letter and text disagree")
    return _chosen(mention.label, letters)


def _by_rest(
    low: str,
    said: str,
    cut: bool,
    mentions: list[Mention],
    decisive: list[Mention],
    letters: Sequence[str],
    words: Lexicon,
    texts: tuple[str, ...],
) -> Reading:
    quoted = "\n".join(texts)
    turns = [match.end() for match in words.contrast.finditer(low)] if texts else []
    if turns:
        repeated = contained_options(bare(low[turns[-1] :]), texts, words.denial)
        if len(repeated) == 1 and repeated[0] < len(letters):
            return _chosen(letters[repeated[0]], letters)
    joined = len({mention.label for mention in mentions if mention.link == "and" and not mention.denied}) > 1
    ruled_out = {mention.label for mention in mentions if mention.denied}
    if len(ruled_out) > 1 and not decisive:
        return Reading(Outcome.EVASIVE, None, None, "neither")
    avoided = without_answer(words, _without_ruled_out(low, mentions), quoted, joined=joined)
    if avoided is not None and not (cut and avoided[0] in (Outcome.EVASIVE, Outcome.BOTH)):
        return Reading(avoided[0], None, None, avoided[1])
    if joined and not cut:
        return _both("several letters")
    if not cut and any(mention.link == "or" for mention in mentions):
        return Reading(Outcome.EVASIVE, None, None, "either letter")
    repeated = contained_options(said, texts, words.denial)
    if len(repeated) == 1 and repeated[0] < len(letters):
        return _chosen(letters[repeated[0]], letters)
    labels = {mention.label for mention in mentions if not mention.denied and not mention.asked}
    if len(labels) == 1 and not cut and not any(mention.asked for mention in mentions):
        return _chosen(decisive[0].label, letters)
    return _not_readable(cut, denied=bool(mentions) and all(mention.denied for mention in mentions))


def _without_ruled_out(low: str, mentions: list[Mention]) -> str:
    """The text without the words that rule out a single option: "I cannot choose A" declines A, not the question."""
    for mention in mentions:
        if mention.denied and not mention.link and mention.end <= len(low):
            start = max(low.rfind(mark, 0, mention.start) for mark in ",.;!?\n。") + 1
            low = f"{low[:start]}{' ' * (mention.end - start)}{low[mention.end :]}"
    return low


def _belies(text: str, mention: Mention, letters: Sequence[str], texts: tuple[str, ...]) -> bool:
    """Whether the text right behind the letter is that of another option."""
    behind = bare(text[mention.end : mention.end + 400])
    own = list(letters).index(mention.label)
    starts = [i for i, option in enumerate(texts) if long_enough(option) and behind.startswith(option.rstrip())]
    return bool(starts) and own not in starts


def _chosen(letter: str, letters: Sequence[str]) -> Reading:
    if letter in letters:
        return _CHOSEN.get(letter) or Reading(Outcome.CHOSEN, letter, None, None)
    return Reading(Outcome.INVALID, None, None, f"letter not on offer: {letter}")


def _both(reason: str) -> Reading:
    return Reading(Outcome.BOTH, None, None, reason)


def _not_readable(cut: bool, denied: bool = False) -> Reading:
    if cut:
        return Reading(Outcome.TRUNCATED, None, None, "cut before the answer")
    return Reading(Outcome.INVALID, None, None, "only ruled out" if denied else "no answer recognised")
