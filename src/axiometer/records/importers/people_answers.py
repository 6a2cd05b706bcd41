"""What a person wrote as an answer, read to an option of the item or to the outcome that it is."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from axiometer.records.importers.accounting import RowError
from axiometer.records.rows import Item, Outcome

# What people and survey programs write where somebody did not take one option; compared without case and signs.
_WORDS: dict[Outcome, frozenset[str]] = {
    outcome: frozenset(words.split("|"))
    for outcome, words in {
        Outcome.REFUSED: "refused|refuse|refuses|declined|decline|no answer|prefer not to say|wont say|will not say|"
        "rather not say|拒答|拒绝|拒绝回答|不愿回答|不想回答|不回答",
        Outcome.BOTH: "both|all|都选|两个都选|两者都选|两者皆选|两者都|都可以",
        Outcome.EVASIVE: "dont know|do not know|unsure|not sure|cannot say|cant say|it depends|depends|neither|none|"
        "skip|skipped|不知道|不确定|说不清|看情况|都不选|两者都不|跳过",
    }.items()
}
_LETTER = re.compile(r"[(\[]?([a-h])[)\].:]?")
_NUMBER = re.compile(r"[(\[]?(\d{1,2})(?:\.0)?[)\].:]?")
_ENUMERATED = re.compile(r"[(\[]?(?:[a-h]|\d{1,2})[)\].:、]\s*(?=\S)")
LETTER = "a letter, and nothing says which option had it"
NUMBER = "a number, and options were shown in another order"
BLANK = "no answer was written"
NOT_AN_OPTION = "not an option of the item"


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """What became of a cell: an option's index in the item, or another outcome and why."""

    outcome: Outcome
    option: int | None = None
    letter: str | None = None
    reason: str | None = None


class Unclear(Exception):
    """It cannot be known which option was meant; the message says why. Never reaches a user as it is."""


def read_person_answer(cell: str | None, item: Item, order: tuple[int, ...] | None) -> PersonAnswer:
    """The text of an option, its number (from 1, in the item's order), or its letter where `order` says which option
    stood where. Raises `Unclear` for a letter without an order, and for a number where options were shown in an order
    of their own: it may be the place."""
    written = folded(cell or "")
    if not written:
        return PersonAnswer(Outcome.INVALID, reason=BLANK)
    texts = [folded(option.text) for option in item.options]
    for form in (written, _ENUMERATED.sub("", written, count=1)):
        if texts.count(form) == 1:
            return PersonAnswer(Outcome.CHOSEN, texts.index(form))
    if number := _NUMBER.fullmatch(written):
        if order is not None and order != tuple(range(len(texts))):
            raise Unclear(NUMBER)
        place = int(number[1]) - 1
        if 0 <= place < len(texts):
            return PersonAnswer(Outcome.CHOSEN, place)
        return PersonAnswer(Outcome.INVALID, reason=f"no option has the number {number[1]}")
    if letter := _LETTER.fullmatch(written):
        if order is None:
            raise Unclear(LETTER)
        slot = ord(letter[1]) - ord("a")
        if slot < len(order):
            return PersonAnswer(Outcome.CHOSEN, order[slot], letter[1].upper())
        return PersonAnswer(Outcome.INVALID, letter=letter[1].upper(), reason=f"no option has the letter {letter[1]}")
    plain = re.sub(r"[^\w\s]", "", written).strip()
    for outcome, words in _WORDS.items():
        if plain in words:
            return PersonAnswer(outcome, reason=plain)
    return PersonAnswer(Outcome.INVALID, reason=NOT_AN_OPTION)


def folded(text: str) -> str:
    """A text without what copying it changes: width, case, spaces, a full stop at its end."""
    flat = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return flat.rstrip(" .。") if len(flat) > 2 else flat


def read_order(cell: str, options: int) -> tuple[int, ...]:
    """How options were shown, as their indexes from 0: `2,1,3` or `213` (numbers from 1), or `[1, 0, 2]` (from 0).

    Raises `RowError` for anything but an order of all options.
    """
    numbers = re.findall(r"\d+", unicodedata.normalize("NFKC", cell))
    if len(numbers) == 1 and len(numbers[0]) == options:
        numbers = list(numbers[0])
    places = [int(number) for number in numbers]
    first = min(places, default=0)
    order = tuple(place - first for place in places)
    if first not in (0, 1) or sorted(order) != list(range(options)):
        raise RowError(f"not an order of the item's {options} options, such as 2,1,3", "order")
    return order
