"""Triples become items of kind statement: the question, the statement (S) and its constructed reverse (RS).

S expresses the position of the statement's corpus (+1), RS opposes it (-1). All forms of one statement share clusters,
so none counts as a source of its own. Two forms hide the question: `blind` asks which side a respondent takes all the
same, `origin` which of the two was published, and so its options express nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from axiometer.build.statements.triples.rows import Form, sides
from axiometer.build.statements.triples.words import base_language
from axiometer.errors import InputError
from axiometer.records.corpus_rows import Statement, Triple
from axiometer.records.importers.navab_fields import CONSTRUCTED
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item

SOURCE: Final = "statements"
STATEMENT: Final = "statement"
"""`meta[STATEMENT]`: the id of the statement, the same in all forms."""

SOLVED_STYLE: Final = "solved"
"""`meta["style"]` of items whose statement is told by its style alone; others have none."""

_WITHOUT_QUESTION: Final[Mapping[Form, Mapping[str, str]]] = {
    Form.BLIND: {
        "zh": "下面是关于同一个问题的两句话，问题本身没有给出。",
        "en": "Here are two sentences on one question, which is not shown.",
        "fr": "Voici deux phrases sur une même question, qui n’est pas montrée.",
        "de": "Hier sind zwei Sätze zu ein und derselben Frage, die nicht gezeigt wird.",
    },
    Form.ORIGIN: {
        "zh": "下面两句话中，一句出自真实发表的文字，另一句是由它改写成相反意思的。哪一句是原来发表的？",
        "en": "One of these two sentences was published; the other was made from it by turning its meaning round. "
        "Which one was published?",
        "fr": "L’une de ces deux phrases a été publiée ; l’autre en a été tirée en inversant son sens. "
        "Laquelle a été publiée ?",
        "de": "Einer dieser beiden Sätze wurde veröffentlicht; der andere wurde daraus gemacht, indem sein Sinn "
        "umgekehrt wurde. Welcher wurde veröffentlicht?",
    },
}
"""What stands in place of the question; English for other languages."""


def triple_items(
    triple: Triple,
    statement: Statement,
    forms: Sequence[Form] = (Form.ORIGINAL,),
    *,
    writer: str = "",
    checker: str = "",
    solved: bool = False,
) -> list[Item]:
    """An item for each form that the triple has. writer, checker: the models' names. solved: style alone tells the
    statement in all these forms (`blind.StyleReport`). Raises `InputError` for a statement without a position."""
    if statement.position is None:
        raise InputError("the statement {id} has no position", mend="the step reduce names it", id=statement.id)
    more = {"written_by": writer, "checked_by": checker, "style": SOLVED_STYLE if solved else ""}
    return [
        _item(triple, statement, statement.position, form, pair, more)
        for form in forms
        if (pair := sides(triple, form)) is not None
    ]


def _item(
    triple: Triple, statement: Statement, position: str, form: Form, pair: tuple[str, str], more: Mapping[str, str]
) -> Item:
    hidden = _WITHOUT_QUESTION.get(form)
    prompt = triple.question if hidden is None else hidden.get(base_language(triple.lang), hidden["en"])
    clusters = (statement.issue_group or statement.id, statement.source_group)
    return make_item(
        kind=ItemKind.STATEMENT,
        lang=triple.lang,
        prompt=prompt,
        options=tuple(
            Option(text, Role.SIDE, () if form is Form.ORIGIN else _taking(position, polarity))
            for text, polarity in zip(pair, (1, -1), strict=True)
        ),
        clusters=tuple(dict.fromkeys(cluster for cluster in clusters if cluster)),
        source=SOURCE,
        parent_ids=(triple.id, statement.id, statement.text_id),
        meta={**_meta(triple, statement, form), **{name: said for name, said in more.items() if said}},
    )


def _taking(position: str, polarity: int) -> tuple[Expression, ...]:
    return (Expression(ExpressionKind.POSITION, position, polarity),)


def _meta(triple: Triple, statement: Statement, form: Form) -> dict[str, str]:
    """What is known of a statement, as strings; a speaker by role alone."""
    known = {
        STATEMENT: statement.id,
        "form": form.value,
        "constructed": CONSTRUCTED,
        "question": triple.question,
        "stance": None if triple.stance is None else f"{triple.stance:+d}",
        "attribution": None if statement.attribution is None else statement.attribution.value,
        "role": statement.role,
        "outlet": statement.outlet,
        "nation": statement.nation,
        "date": statement.date,
        "topic": statement.topic,
        "source": statement.source,
        "attribution_doubt": statement.doubt and "yes",
    }
    return {name: said for name, said in known.items() if said}
