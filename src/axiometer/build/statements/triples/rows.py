"""What of a triple is decided here, not read from an answer: which twin takes which side, how texts are dressed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from axiometer.build.dilemmas.filters import UNSPACED
from axiometer.models.draws import uniform
from axiometer.records.corpus_rows import Statement, Triple
from axiometer.records.ids import content_id

REVERSE: Final = "reverse"
CHECK: Final = "check-triple"
TRIPLE_PAIRS: Final = "triple-pairs"
WEIGH: Final = "weigh-triples"

_UNSPACED = re.compile(f"[{UNSPACED}]")
_MARKS: Final = '"“”„«»「」『』'
_QUOTED = re.compile(f"[{_MARKS}]([^{_MARKS}]*)[{_MARKS}][.。．]?")
_TRAILING = re.compile(r"[\s,;:，；：、—–-]+$")
_STOPS: Final = ".。．"
_ENDS: Final = ("!", "?", "！", "？", "…")
_NO_FULL_STOP: Final = frozenset({"th", "lo", "km", "my"})


class Form(StrEnum):
    """In which words both sides are shown: the statement's own, those of a paraphrase by the model that wrote the
    reverse, or twins that differ in their denial alone; `blind` and `origin` are the own words without the question."""

    ORIGINAL = "original"
    PARAPHRASE = "paraphrase"
    TWINS = "twins"
    BLIND = "blind"
    ORIGIN = "origin"


WORDED: Final = (Form.ORIGINAL, Form.PARAPHRASE, Form.TWINS)
"""Forms that differ in words; the others hide the question."""


def denial_is_original(statement: str) -> bool:
    """Whether of a statement's twins the one with the denial takes the statement's side: drawn for each, so that a
    denial says nothing about who is who."""
    return uniform("twins", statement) < 0.5


def sides(triple: Triple, form: Form) -> tuple[str, str] | None:
    """(statement's side, reverse's side) in the words of a form; None where the triple has none in it."""
    if form is Form.PARAPHRASE:
        pair = (triple.paraphrase, triple.reversed_paraphrase)
    elif form is Form.TWINS:
        pair = (triple.affirmed, triple.negated)
        pair = pair[::-1] if denial_is_original(triple.statement) else pair
    else:
        pair = (triple.shown, triple.reversed_text)
    return None if pair[0] is None or pair[1] is None else (pair[0], pair[1])


def make_triple(
    statement: Statement,
    *,
    question: str,
    shown: str,
    reversed_text: str,
    paraphrases: tuple[str | None, str | None] = (None, None),
    twins: tuple[str | None, str | None] = (None, None),
    names: Iterable[str] = (),
) -> Triple:
    """A triple whose id is the hash of its statement and of its words. paraphrases: of the statement, of the reverse;
    twins: without and with the denial."""
    words = (question, shown, reversed_text, *paraphrases, *twins)
    return Triple(
        id=content_id("triple", statement.id, *words),
        parent_ids=(statement.id,),
        statement=statement.id,
        lang=statement.lang,
        question=question,
        shown=shown,
        reversed_text=reversed_text,
        paraphrase=paraphrases[0],
        reversed_paraphrase=paraphrases[1],
        affirmed=twins[0],
        negated=twins[1],
        said=statement.text,
        stance=statement.stance,
        names=tuple(dict.fromkeys(name.strip() for name in names if name.strip())),
    )


def dressed(text: str, lang: str) -> str:
    """`text` as every side is shown: without quotation marks around it, with a capital and a full stop. What a source
    quotes in the middle of a sentence would otherwise be known by its small letter."""
    plain = _TRAILING.sub("", " ".join(text.split()))
    quoted = _QUOTED.fullmatch(plain)
    plain = _TRAILING.sub("", plain if quoted is None else quoted[1])
    if not plain:
        return plain
    plain = plain[0].upper() + plain[1:]
    if plain.endswith(_ENDS):
        return plain
    plain = plain.rstrip(_STOPS)
    if lang.partition("-")[0] in _NO_FULL_STOP:
        return plain
    return plain + ("。" if _UNSPACED.search(plain[-1:]) else ".")
