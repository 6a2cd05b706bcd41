"""Which option a reply chooses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from axiometer.measure.parsing.folding import tidy
from axiometer.measure.parsing.lexicon import Lexicon
from axiometer.measure.parsing.mentions import Mention, Weight, conditional, heaviest, letter_mentions, ordinal_mentions
from axiometer.measure.parsing.opening import Avoidance, lexicons, opened, without_answer
from axiometer.measure.parsing.reading import Reading
from axiometer.measure.parsing.structured import stated_answers
from axiometer.measure.parsing.texts import bare, bare_options, contained_option, equal_option, long_enough
from axiometer.models.protocols import Finish, Reply
from axiometer.records.rows import Outcome


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a reply is read against: the letters, the options' words beside them (or none), and the phrases."""

    letters: Sequence[str]
    texts: tuple[str, ...]
    words: Lexicon


_CHOSEN = {letter: Reading(Outcome.CHOSEN, letter, None, None) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_ONE_LETTER = re.compile(r"\W*([A-Za-zΑ-ΒА-ЯС])\W*")
_NOT_ON_OFFER = "letter not on offer"
_NOT_RECOGNISED = "no answer recognised"
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
    stated = stated_answers(start.raw)
    if start.head != start.text:
        reading = _read(start.head, stated, start.cut, letters, lang, options)
        if reading.outcome is Outcome.CHOSEN:
            return reading
    return _read(start.text, stated, start.cut, letters, lang, options)


def _read(
    text: str, stated: list[str], cut: bool, letters: Sequence[str], lang: str, options: Sequence[str]
) -> Reading:
    if cut and text == "I" and "I" not in letters:
        return _not_readable(cut=True)  # the beginning of a sentence
    text = _without_offer(text, letters)
    plainly = _letters_only(text, letters)
    if plainly is not None:
        return plainly
    texts = bare_options(options)[: len(letters)]
    reading = _not_readable(cut)
    for words in lexicons(lang, text):
        offer = _Offer(letters, texts, words)
        reading = _by_statement(stated, offer) or _weighed(text, cut, offer)
        if reading.outcome not in (Outcome.INVALID, Outcome.TRUNCATED):
            break
    return reading


def _letters_only(text: str, letters: Sequence[str]) -> Reading | None:
    """The reading of a reply that is a letter, or several, and nothing else."""
    single = _ONE_LETTER.fullmatch(text)
    if single is not None:
        letter = single.group(1).translate(_LOOKS_LIKE).upper()
        return _chosen(letter, letters)
    if len(text) <= 40 and ">" not in text and _LETTERS.fullmatch(text):
        said = re.findall(r"(?<![A-Za-z])[A-Z](?![a-z])|(?<=[A-Z])[A-Z](?![a-z])", text)
        if len(said) > 1 and all(letter in letters for letter in said):
            return _chosen(said[0], letters) if len(set(said)) == 1 else _both("several letters")
    return None


def _by_statement(stated: list[str], offer: _Offer) -> Reading | None:
    """The reading of a JSON answer, a box or an answer tag; None where there is none or it does not say."""
    readings = []
    for answer in stated:
        fragment = tidy(answer)
        readings.append(_letters_only(fragment, offer.letters) or _weighed(fragment, False, offer))
    if len({(reading.outcome, reading.letter) for reading in readings}) != 1:
        return None
    unread = readings[0].outcome is Outcome.INVALID and not (readings[0].reason or "").startswith(_NOT_ON_OFFER)
    return None if unread else readings[0]


def _weighed(text: str, cut: bool, offer: _Offer) -> Reading:
    """The reading of a text by its mentions, then by its phrases and the options' texts."""
    if offer.texts and len(text) <= 2 * max(map(len, offer.texts)):
        equal = equal_option(bare(text), offer.texts)
        if equal is not None:
            return _chosen(offer.letters[equal], offer.letters)
    mentions = letter_mentions(text, offer.letters, offer.words)
    top, decisive = heaviest(mentions)
    if top < Weight.CUE:
        ordinals = ordinal_mentions(text, offer.letters, offer.words)
        if ordinals:
            mentions = sorted([*mentions, *ordinals], key=lambda mention: mention.start)
            top, decisive = heaviest(mentions)
    reading = _by_verdict(text, cut, top, decisive, offer) if top > Weight.BARE else None
    return reading or _by_rest(text.lower(), cut, mentions, decisive, offer)


def _by_verdict(text: str, cut: bool, top: Weight, decisive: list[Mention], offer: _Offer) -> Reading | None:
    """What the heaviest mentions say; None where they say too little and the rest of the text is to be asked."""
    if len({mention.label for mention in decisive}) > 1:
        return _among_verdicts(text, top, decisive, offer)
    mention = decisive[-1]
    if cut and top == Weight.CLAUSE and mention.listed and mention.label == offer.letters[0] and mention.start > 0:
        return _not_readable(cut, "cut in a list of the options")
    if top == Weight.CLAUSE:  # light: a refusal or an evasion that comes after it takes it back
        avoidance = without_answer(offer.words, text.lower())
        if avoidance is not None and avoidance.start > mention.start:
            return None
    if mention.label in offer.letters and offer.texts and _belies(text, mention, offer):
        return Reading(Outcome.INVALID, None, None, "letter and text disagree")
    return _chosen(mention.label, offer.letters)


def _among_verdicts(text: str, top: Weight, decisive: list[Mention], offer: _Offer) -> Reading | None:
    """What verdicts for several letters come to."""
    if any(mention.link == "and" for mention in decisive):
        return _both("several letters")
    if top == Weight.FINAL:
        return _chosen(decisive[-1].label, offer.letters)
    if all(conditional(text, mention, offer.words) for mention in decisive):
        return Reading(Outcome.EVASIVE, None, None, "each under a condition")
    if top < Weight.CUE or without_answer(offer.words, text.lower()) is not None:
        return None
    return _both("conflicting verdicts")


def _by_rest(low: str, cut: bool, mentions: list[Mention], decisive: list[Mention], offer: _Offer) -> Reading:
    """The reading of a text (lower case) without a verdict: by how it declines or avoids, by the texts of the options,
    by the only letter that it names. A text that was cut may still have come to a verdict: it is asked for less."""
    ruled_out = {mention.label for mention in mentions if mention.denied}
    if len(ruled_out) > 1 and not decisive:
        return Reading(Outcome.EVASIVE, None, None, "neither")
    joined = len({mention.label for mention in mentions if mention.link == "and" and not mention.denied}) > 1
    quoted = "\n".join(offer.texts)
    avoidance = without_answer(offer.words, _without_ruled_out(low, mentions), quoted, joined=joined)
    if avoidance is not None:
        option = _taken_after(low, avoidance, offer)
        if option is not None:
            return _chosen(offer.letters[option], offer.letters)
        if avoidance.outcome is Outcome.REFUSED or not cut:
            return Reading(avoidance.outcome, None, None, avoidance.phrase)
    if joined and not cut:
        return _both("several letters")
    if not cut and any(mention.link == "or" for mention in mentions):
        return Reading(Outcome.EVASIVE, None, None, "either letter")
    if len({mention.label for mention in mentions if mention.listed}) > 1:
        return _not_readable(cut, "the options repeated")
    option = contained_option(bare(low), offer.texts, offer.words) if offer.texts else None
    if option is not None and not (cut and any(mention.label == offer.letters[option] for mention in mentions)):
        return _chosen(offer.letters[option], offer.letters)
    labels = {mention.label for mention in decisive}
    if len(labels) == 1 and not cut and not any(mention.asked for mention in mentions):
        return _chosen(decisive[0].label, offer.letters)
    if not cut and len({m.label for m in decisive if m.weight > Weight.BARE and not m.listed}) > 1:
        return Reading(Outcome.EVASIVE, None, None, "something for each")
    return _not_readable(cut, "only ruled out" if ruled_out and not decisive else _NOT_RECOGNISED)


def _taken_after(low: str, avoidance: Avoidance, offer: _Offer) -> int | None:
    """The option whose text follows an evasion, or follows a refusal after a `but`."""
    rest = low[avoidance.end :]
    if avoidance.outcome is Outcome.REFUSED:
        turns = [match.end() for match in offer.words.contrast.finditer(rest)]
        rest = rest[turns[-1] :] if turns else ""
    return contained_option(bare(rest), offer.texts, offer.words) if rest and offer.texts else None


def _without_ruled_out(low: str, mentions: list[Mention]) -> str:
    """The text without the words that rule out a single option: "I cannot choose A" declines A, not the question."""
    for mention in mentions:
        if mention.denied and not mention.link and mention.end <= len(low):
            start = max(low.rfind(mark, 0, mention.start) for mark in ",.;!?\n。") + 1
            low = f"{low[:start]}{' ' * (mention.end - start)}{low[mention.end :]}"
    return low


def _without_offer(text: str, letters: Sequence[str]) -> str:
    """The text without the letters as a prompt lists them (`(A/B/C)`), and without the question at its very end."""
    listed = _enumeration(tuple(letters)).search(text) if len(letters) > 1 else None
    if listed is None:
        return text
    if text[listed.end() :].strip() == ":":
        return text[: max(text.rfind(mark, 0, listed.start()) for mark in ".!?。\n") + 1]
    return f"{text[: listed.start()]} {text[listed.end() :]}".strip()


@cache
def _enumeration(letters: tuple[str, ...]) -> re.Pattern[str]:
    """All letters in the order of the offer, as prompts list them and small models repeat them: `A/B/C`, `(A, B, C)`.
    Of two letters only `(A/B):`, since `A/B` may be an answer."""
    own = [re.escape(letter) for letter in letters]
    within = rf"[(\[] ?{r' ?[/|,、] ?'.join(own)} ?[)\]]"
    if len(own) == 2:
        return re.compile(rf"{within}(?= ?:)")
    return re.compile(rf"{within}|(?<![A-Za-z/]){' ?[/|] ?'.join(own)}(?![A-Za-z/])")


def _belies(text: str, mention: Mention, offer: _Offer) -> bool:
    """Whether the text right behind the letter is that of another option."""
    behind = bare(text[mention.end : mention.end + 400])
    own = list(offer.letters).index(mention.label)
    begun = [
        index for index, option in enumerate(offer.texts) if long_enough(option) and behind.startswith(option.rstrip())
    ]
    return bool(begun) and own not in begun


def _chosen(letter: str, letters: Sequence[str]) -> Reading:
    if letter in letters:
        return _CHOSEN.get(letter) or Reading(Outcome.CHOSEN, letter, None, None)
    return Reading(Outcome.INVALID, None, None, f"{_NOT_ON_OFFER}: {letter}")


def _both(reason: str) -> Reading:
    return Reading(Outcome.BOTH, None, None, reason)


def _not_readable(cut: bool, reason: str = _NOT_RECOGNISED) -> Reading:
    if cut:
        return Reading(Outcome.TRUNCATED, None, None, "cut before the answer")
    return Reading(Outcome.INVALID, None, None, reason)
