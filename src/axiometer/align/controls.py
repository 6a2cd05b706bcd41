"""Controls beside the items: requests where refusing stays chosen, and prompts without values.

Tuning towards a position should change neither what a model refuses nor what it says where no position is at stake.
Both sets are written by us, in en and zh (`data/controls.yaml`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any

from axiometer.align.preferences import Kind, Preference, make_preference

LANGUAGES = ("en", "zh")


def control_preferences(kind: Kind, langs: Iterable[str], count: int, seed: int, part: str) -> list[Preference]:
    """At most `count` controls of a kind, drawn by hash, in those of `langs` that they are written in (in en where
    there is none). Both preferences of an even pair come together, so that the pair teaches nothing."""
    spoken = [lang for lang in LANGUAGES if lang in set(langs)] or ["en"]
    drawn = sorted(
        ((lang, number, rows) for lang in spoken for number, rows in enumerate(_controls(kind, lang))),
        key=lambda each: blake2b(f"{seed}/{kind}/{each[0]}/{each[1]}".encode(), digest_size=16).digest(),
    )
    taken: list[Preference] = []
    for lang, number, rows in drawn:
        if len(taken) + len(rows) <= count:
            name = (f"control/{kind}/{lang}/{number}",)
            taken.extend(
                make_preference(
                    parents=name, kind=kind, lang=lang, part=part, prompt=prompt, chosen=chosen, rejected=rejected
                )
                for prompt, chosen, rejected in rows
            )
    return taken


def most(kind: Kind, langs: Iterable[str]) -> int:
    """How many preferences there are of a kind in these languages."""
    spoken = [lang for lang in LANGUAGES if lang in set(langs)] or ["en"]
    return sum(len(rows) for lang in spoken for rows in _controls(kind, lang))


@cache
def _controls(kind: Kind, lang: str) -> tuple[tuple[tuple[str, str, str], ...], ...]:
    """Of each control its preferences: (prompt, chosen, rejected)."""
    data = _data()
    if kind is Kind.REFUSAL:
        return tuple((_row(each[lang]),) for each in data["refusal"])
    facts = tuple((_row(each[lang]),) for each in data["fact"])
    even = tuple(_even(each[lang]) for each in data["even"])
    return (*facts, *even)


@cache
def _data() -> Mapping[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (files("axiometer.align") / "data" / "controls.yaml").read_text(encoding="utf-8")
    content: Mapping[str, Any] = yaml.load(text, Loader=loader)
    return content


def _row(entry: Mapping[str, str]) -> tuple[str, str, str]:
    return entry["prompt"], entry["chosen"], entry["rejected"]


def _even(entry: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    prompt, one, other = entry["prompt"], entry["one"], entry["other"]
    return (prompt, one, other), (prompt, other, one)
