"""Preferences: a prompt with an answer that is to be chosen and one that is to be rejected.

Items are put by the wordings that `measure` uses: a choice with letters, in both orders (style `letters`), or the free
question of mode `judged`, answered with the statement itself (style `statement`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from axiometer.align.targets import Sides, Target, sides_for
from axiometer.errors import InputError, Refused
from axiometer.measure.design import LETTERS, Orders, permutations
from axiometer.prompts import Template, load_template, wordings
from axiometer.records.ids import content_id
from axiometer.records.rows import Item, ItemKind


class Style(StrEnum):
    LETTERS = "letters"
    STATEMENT = "statement"
    BOTH = "both"

    @property
    def parts(self) -> tuple[Style, ...]:
        return (Style.LETTERS, Style.STATEMENT) if self is Style.BOTH else (self,)


class Kind(StrEnum):
    """Where a preference comes from: an item, or one of the controls (controls.py)."""

    ITEM = "item"
    REFUSAL = "refusal"
    NEUTRALITY = "neutrality"


@dataclass(frozen=True, slots=True)
class Preference:
    """One row of preference data. `target`: what it teaches, None of a control; `part`: train or validation; `wording`:
    the template of the prompt (None of a control, whose prompt stands as it is)."""

    id: str
    parent_ids: tuple[str, ...]
    kind: str
    lang: str
    part: str
    style: str | None
    wording: str | None
    target: str | None
    prompt: str
    chosen: str
    rejected: str


def make_preference(
    *,
    parents: tuple[str, ...],
    kind: Kind,
    lang: str,
    part: str,
    prompt: str,
    chosen: str,
    rejected: str,
    style: Style | None = None,
    wording: str | None = None,
    target: Target | None = None,
) -> Preference:
    """A `Preference` whose id is the hash of what a model would see."""
    named = None if target is None else target.words
    name = content_id("preference", lang, prompt, chosen, rejected)
    said = None if style is None else str(style)
    return Preference(name, parents, str(kind), lang, part, said, wording, named, prompt, chosen, rejected)


def item_preferences(item: Item, target: Target, style: Style, number: int, part: str) -> Iterator[Preference]:
    """The preferences of one item for a target: two with letters (both orders), one with the statement. `number`: how
    many wordings are used."""
    sides = sides_for(item, target)
    assert sides is not None  # targets of items are found before
    for one in style.parts:
        for template in templates_for(item, one, number):
            for prompt, chosen, rejected in _put(item, sides, one, template):
                yield make_preference(
                    parents=(item.id,),
                    kind=Kind.ITEM,
                    lang=item.lang,
                    part=part,
                    prompt=prompt,
                    chosen=chosen,
                    rejected=rejected,
                    style=one,
                    wording=template.id,
                    target=target,
                )


def templates_for(item: Item, style: Style, number: int) -> Sequence[Template]:
    """The first `number` wordings by which `measure` puts such an item. Raises `Refused` for a language without prompts
    and `InputError` where there are not so many."""
    step = "choice" if style is Style.LETTERS else _FREE.get(ItemKind(item.kind), "free-open")
    known = wordings(step, item.lang)
    if not known:
        raise Refused("there are no prompts in language {lang!r} (have zh, en, fr, de)", lang=item.lang)
    if number > len(known):
        said = "--wordings {wanted}: there are {n} wordings of {step!r} in {lang!r}"
        raise InputError(said, wanted=number, n=len(known), step=step, lang=item.lang)
    return [load_template(step, item.lang, each) for each in range(1, number + 1)]


_FREE = {ItemKind.STATEMENT: "free-answer", ItemKind.OPEN: "free-bare"}


def _put(item: Item, sides: Sides, style: Style, template: Template) -> Iterator[tuple[str, str, str]]:
    """(prompt, chosen, rejected) of each way in which an item is put."""
    if style is Style.STATEMENT:
        yield template.render(prompt=item.prompt), item.options[sides.chosen].text, item.options[sides.rejected].text
        return
    for order in permutations(item, Orders.SWAP):
        letters = LETTERS[: len(order)]
        shown = [(letter, item.options[index].text) for letter, index in zip(letters, order, strict=True)]
        prompt = template.render(prompt=item.prompt, options=shown)
        yield prompt, letters[order.index(sides.chosen)], letters[order.index(sides.rejected)]
