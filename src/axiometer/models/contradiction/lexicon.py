"""The word lists of the model `lexical`, as `lexicon/en.yaml` and `lexicon/zh.yaml` hold them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import as_file, files
from typing import TypeVar

import pydantic

from axiometer.models.contradiction.forces import Force
from axiometer.records.yaml_files import checked, read_yaml

Words = tuple[str, ...]
ByForce = dict[Force, Words]


class _Lexicon(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    version: int
    plain: Words
    negations: Words
    judgements: ByForce
    priority: Words
    yielding: Words
    opposites: tuple[tuple[Words, Words], ...]
    stop: Words


class EnglishLexicon(_Lexicon):
    """`adverbs` may stand inside an operator, words of `after_judgement` begin what is judged. `auxiliaries` are
    negated by the word after them, `predicates` by the word before. `require` is an obligation whose negation exempts.
    Words of `opposites` are stems or phrases of stems."""

    circumstances: Words
    adverbs: Words
    after_judgement: Words
    auxiliaries: ByForce
    predicates: dict[str, Words]
    irregular: dict[str, str]


class ChineseLexicon(_Lexicon):
    """`flipping` turns a judgement round; `dressing` may stand before it and `closing` after it."""

    circumstances_before: Words
    circumstances_after: Words
    modals: ByForce
    between_modals: Words
    flipping: Words
    dressing: Words
    closing: Words


Lexicon = TypeVar("Lexicon", bound=_Lexicon)


@cache
def english() -> EnglishLexicon:
    """The English lists."""
    return _load(EnglishLexicon, "en")


@cache
def chinese() -> ChineseLexicon:
    """The Chinese lists."""
    return _load(ChineseLexicon, "zh")


@cache
def digest() -> str:
    """32 hex digits of the SHA-256 of both lists: other words are another model."""
    folder = files(__package__) / "lexicon"
    content = b"".join((folder / f"{lang}.yaml").read_bytes().replace(b"\r\n", b"\n") for lang in ("en", "zh"))
    return hashlib.sha256(content).hexdigest()[:32]


def _load(kind: type[Lexicon], lang: str) -> Lexicon:
    with as_file(files(__package__) / "lexicon" / f"{lang}.yaml") as path:
        return checked(kind, read_yaml(path), path)
