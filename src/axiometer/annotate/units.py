"""What raters are shown, one thing at a time, and who is shown what in which order."""

from __future__ import annotations

from dataclasses import dataclass

from axiometer.records.ids import content_id


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing to label.

    `subject` is the id of the row that it shows; `text` is what is labelled, `context` what it answers or belongs to
    (may be empty), `options` those of the row in the row's own order. `clusters`: the sources that it shares with
    others, the units of resampling. `stratum`: what it was drawn within, `inclusion` the probability of that, in
    (0, 1]. `expected` is the label of an attention check; others have none. `hidden` are the numbers of options that
    nobody is shown: those that are beside the point of the task.
    """

    id: str
    parent_ids: tuple[str, ...]
    subject: str
    lang: str
    title: str
    text: str
    context: str
    options: tuple[str, ...]
    clusters: tuple[str, ...]
    stratum: str
    inclusion: float
    expected: str | None = None
    hidden: tuple[int, ...] = ()

    @property
    def shown(self) -> tuple[int, ...]:
        """The numbers of the options that raters choose from."""
        return tuple(number for number in range(len(self.options)) if number not in self.hidden)

    @property
    def is_check(self) -> bool:
        return self.expected is not None


@dataclass(frozen=True, slots=True)
class Assignment:
    """`rater` is shown `unit` at `place` (from 0). `order[slot]` is the number, in the unit, of the option that stands
    at that slot for this rater."""

    id: str
    parent_ids: tuple[str, ...]
    rater: str
    place: int
    unit: str
    order: tuple[int, ...]


def make_unit(
    *,
    subject: str,
    lang: str,
    text: str,
    title: str = "",
    context: str = "",
    options: tuple[str, ...] = (),
    clusters: tuple[str, ...] = (),
    stratum: str = "",
    inclusion: float = 1.0,
    expected: str | None = None,
    hidden: tuple[int, ...] = (),
) -> Unit:
    """A `Unit` whose id is the hash of its subject and of what a rater sees."""
    return Unit(
        id=content_id("unit", subject, lang, title, text, context, list(options)),
        parent_ids=(subject,),
        subject=subject,
        lang=lang,
        title=title,
        text=text,
        context=context,
        options=options,
        clusters=clusters,
        stratum=stratum,
        inclusion=inclusion,
        expected=expected,
        hidden=hidden,
    )


def make_assignment(rater: str, place: int, unit: str, order: tuple[int, ...]) -> Assignment:
    return Assignment(content_id("assignment", rater, place, unit, list(order)), (unit,), rater, place, unit, order)
