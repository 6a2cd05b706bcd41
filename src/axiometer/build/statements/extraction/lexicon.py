"""The word lists of a language, from `data/`: by what a statement is held against its passage, and by whom it may be
said."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

LANGUAGES: Final = ("zh", "en", "fr", "de")
"""Languages with word lists. In others only what needs none is checked, and no pattern speaks."""

_DENSE = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Support:
    """Words that deny, phrases that only look so, what denies the clause behind it, and words for numbers."""

    denials: re.Pattern[str]
    no_denials: re.Pattern[str]
    denies_clause: re.Pattern[str]
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Voices:
    """By what a speaker is found and told. Patterns match whole words, in any case.

    `saying`: verbs, `no_saying`: words that only look like one; `according`: words before a speaker (according to);
    `relates`: what stands between a verb and the words that are said (that). `government`: bodies; `offices`: whose
    holders, where they are not named, speak for them; `own`: the outlet itself; `opinion`: openings of opinion
    pieces; `vague`: speakers that nobody can name; `impersonal`: how nobody says something; `organisations`: speakers
    that are groups; `pronouns`; `aside`: how a place or a time begins; `no_name`: words with a capital before a name;
    `official`: in the names of official outlets; `notices`: how one begins that an outlet prints; `we`: who writes;
    `letter`: how a reader's letter begins; `roles`: what somebody is, right before a Chinese name.
    """

    saying: re.Pattern[str]
    according: re.Pattern[str]
    relates: re.Pattern[str]
    government: re.Pattern[str]
    own: re.Pattern[str]
    opinion: re.Pattern[str]
    vague: re.Pattern[str]
    impersonal: re.Pattern[str]
    organisations: re.Pattern[str]
    pronouns: re.Pattern[str]
    official: re.Pattern[str]
    offices: re.Pattern[str]
    no_saying: re.Pattern[str]
    aside: re.Pattern[str]
    no_name: re.Pattern[str]
    we: re.Pattern[str]
    notices: re.Pattern[str]
    letter: re.Pattern[str]
    roles: re.Pattern[str]


def language(lang: str) -> str | None:
    """The language's code where it has word lists."""
    code = lang.lower().replace("_", "-").partition("-")[0]
    return code if code in LANGUAGES else None


@cache
def support(lang: str) -> Support:
    """The lists of one of `LANGUAGES`."""
    data = _data(f"support_{lang}.yaml")
    return Support(
        any_of(data["denials"]),
        any_of(data["no_denials"]),
        any_of(data["denies_clause"]),
        {str(word): float(value) for word, value in data["numbers"].items()},
    )


@cache
def voices(lang: str) -> Voices:
    """The lists of one of `LANGUAGES`."""
    data = _data(f"attribution_{lang}.yaml")
    return Voices(**{name: any_of(data[name]) for name in Voices.__dataclass_fields__})


@cache
def digest() -> str:
    """A hash of all lists: part of what makes a part anew."""
    texts = [_text(f"{kind}_{lang}.yaml") for kind in ("support", "attribution") for lang in LANGUAGES]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def even(text: str) -> str:
    """A text as the lists are matched with: in lower case with one kind of apostrophe; every place stays its own."""
    lowered = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    return lowered.replace("’", "'").replace("‘", "'")


def any_of(words: list[str]) -> re.Pattern[str]:
    """A pattern for any of `words` in an `even` text, the longest first, none within a longer word. A word that ends
    with `*` may go on, one that begins with `*` may stand at the end of one; a blank stands for any white space. No
    words: a pattern that matches nothing."""
    if not words:
        return re.compile(r"(?!)")
    return re.compile("|".join(map(_pattern, sorted(map(str, words), key=len, reverse=True))))


def _pattern(word: str) -> str:
    bare = even(word.strip("*"))
    body = r"\s+".join(map(re.escape, bare.split()))
    if _DENSE.search(bare):
        return body
    before = r"\w*" if word.startswith("*") else r"(?<![^\W_])" if bare[0].isalnum() else ""
    after = r"\w*" if word.endswith("*") else r"(?![^\W_])" if bare[-1].isalnum() else ""
    return before + body + after


def _data(name: str) -> dict[str, Any]:
    import yaml

    loaded: dict[str, Any] = yaml.load(_text(name), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


def _text(name: str) -> str:
    return (files("axiometer.build.statements.extraction") / "data" / name).read_text(encoding="utf-8")
