"""The rules among which conflicts are looked for, and which pairs of them may be candidates at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from axiometer.build.corpus.dedup_rules import language, rule_files
from axiometer.build.corpus.polarity import polarity
from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.records.ids import content_id
from axiometer.records.tables import read_part, whole
from axiometer.similarity.drawing import names_of
from axiometer.similarity.tail import Tail

PLAIN_KEYS = {"language": "language", "origin": "origin", "source": "text_id"}
VALUE = "value"
_OPTIONAL = {
    "values": pl.List(pl.String()),
    "framework": pl.String(),
    "origin": pl.String(),
    "text_id": pl.String(),
}
_WORD = 64


def read_rules(path: Path, *, least: int = 2) -> pl.DataFrame:
    """The rules of a corpus or a table: id, lang, text, values, framework, origin, text_id, language.

    Columns beyond the first three may be missing. Raises `InputError` for what is no table of rules, a rule without
    words, an id that stands twice, and fewer rules than `least`.
    """
    rules = pl.concat([_needed(file) for file in rule_files(path)])
    blank = rules.with_row_index("row", 1).filter(pl.col("text").fill_null("").str.strip_chars() == "")
    if blank.height:
        raise InputError("the rule has no words", file=path, row=int(blank["row"][0]), column="text")
    twice = rules.filter(pl.col("id").is_duplicated())
    if twice.height:
        raise InputError("the id {id!r} stands at more than one rule", file=path, column="id", id=twice["id"][0])
    if not rules.height:
        raise InputError("the table holds no rules", file=path)
    if rules.height < least:
        raise InputError("fewer than two rules make no pair", file=path)
    codes = {lang: language(lang) for lang in rules["lang"].unique().to_list()}
    return rules.with_columns(language=pl.col("lang").replace_strict(codes, return_dtype=pl.String))


def digest_of(rules: pl.DataFrame) -> str:
    """What the result depends on, in 32 hex digits."""
    columns = ["id", "lang", "text", "values", "framework", "origin", "text_id"]
    hashes = rules.select(columns).rows()
    return content_id("rules", len(hashes), [content_id(*row) for row in hashes])


def _needed(file: Path) -> pl.DataFrame:
    table = read_part(file)
    given = {name: table.schema.get(name) for name in _OPTIONAL}
    return table.select(
        *(pl.col(name).cast(pl.String()) for name in ("id", "lang", "text")),
        *(
            pl.col(name) if given[name] == dtype else pl.lit(None, dtype).alias(name)
            for name, dtype in _OPTIONAL.items()
        ),
    )


def framework_of(rules: pl.DataFrame, chosen: str | None) -> Framework | None:
    """The framework that was chosen, else the one that the rules name, if it is one and can be loaded."""
    if chosen is not None:
        return load_framework(chosen)
    named = rules["framework"].drop_nulls().unique().to_list()
    if len(named) != 1:
        return None
    try:
        return load_framework(named[0])
    except InputError:
        return None


@dataclass(frozen=True, slots=True)
class Blocking:
    """Which pairs may be candidates. names: a number per rule that its id gives (`names_of`). opposed: its polarity.

    codes: one number per rule for each key of which it has one (-1: not known, so in no pair); masks: bits per rule for
    each key of which it may have several (no bit: in no pair). `within` says of each whether pairs share it or do not.
    """

    names: NDArray[np.uint64]
    opposed: NDArray[np.int8]
    codes: tuple[NDArray[np.int32], ...]
    codes_within: tuple[bool, ...]
    masks: tuple[NDArray[np.uint64], ...]
    masks_within: tuple[bool, ...]

    def allows(self, tail: Tail) -> NDArray[np.bool_]:
        """Which pairs are not kept apart by a key."""
        i, j = tail.i, tail.j
        allowed = np.ones(len(tail), np.bool_)
        for codes, within in zip(self.codes, self.codes_within, strict=True):
            one, other = codes[i], codes[j]
            allowed &= (one >= 0) & (other >= 0) & ((one == other) == within)
        for masks, within in zip(self.masks, self.masks_within, strict=True):
            share = np.zeros(len(tail), np.bool_)
            for word in masks.T:
                share |= (word[i] & word[j]) != 0
            valued = np.asarray(masks.any(axis=1))
            allowed &= valued[i] & valued[j] & (share == within)
        return allowed

    def opposite(self, tail: Tail) -> NDArray[np.bool_]:
        """Which pairs say yes and no."""
        return np.asarray(self.opposed[tail.i] != self.opposed[tail.j])

    def write(self, path: Path) -> None:
        """Writes it whole or not at all (.npz)."""
        parts: dict[str, NDArray[np.generic]] = {f"code{n}": codes for n, codes in enumerate(self.codes)}
        parts |= {f"mask{n}": masks for n, masks in enumerate(self.masks)}
        with whole(path) as temporary, temporary.open("wb") as handle:
            np.savez(
                handle,
                names=self.names,
                opposed=self.opposed,
                codes_within=np.array(self.codes_within, np.bool_),
                masks_within=np.array(self.masks_within, np.bool_),
                **parts,  # type: ignore[arg-type]  # the stubs take them for `allow_pickle`
            )


def read_blocking(path: Path) -> Blocking:
    """What `Blocking.write` wrote; a worker reads it once for all blocks."""
    there = path.stat()
    return _read_blocking(path.resolve(), there.st_ino, there.st_mtime_ns)


@lru_cache(maxsize=1)
def _read_blocking(path: Path, _inode: int, _written: int) -> Blocking:
    with np.load(path, allow_pickle=False) as found:
        codes, masks = found["codes_within"].tolist(), found["masks_within"].tolist()
        return Blocking(
            found["names"],
            found["opposed"],
            tuple(found[f"code{n}"] for n in range(len(codes))),
            tuple(codes),
            tuple(found[f"mask{n}"] for n in range(len(masks))),
            tuple(masks),
        )


def blocking_of(
    rules: pl.DataFrame, within: Sequence[str], across: Sequence[str], framework: Framework | None
) -> Blocking:
    """The blocking by these keys: language, origin, source (text), value, or a level of the framework.

    Raises `InputError` for another key, and where a level is named and no framework is known.
    """
    codes: list[tuple[NDArray[np.int32], bool]] = []
    masks: list[tuple[NDArray[np.uint64], bool]] = []
    for keys, same in ((within, True), (across, False)):
        for key in keys:
            if key in PLAIN_KEYS:
                codes.append((_codes(rules[PLAIN_KEYS[key]]), same))
            else:
                masks.append((_masks(_values_at(rules, key, framework)), same))
    signs = [polarity(text, lang) for text, lang in rules.select("text", "lang").iter_rows()]
    return Blocking(
        names_of(rules["id"].to_list()),
        np.array(signs, np.int8),
        tuple(each for each, _ in codes),
        tuple(same for _, same in codes),
        tuple(each for each, _ in masks),
        tuple(same for _, same in masks),
    )


def _codes(column: pl.Series) -> NDArray[np.int32]:
    known = {value: number for number, value in enumerate(column.drop_nulls().unique(maintain_order=True).to_list())}
    return np.array([known.get(value, -1) for value in column.to_list()], np.int32)


def _values_at(rules: pl.DataFrame, key: str, framework: Framework | None) -> list[tuple[str, ...]]:
    listed = [tuple(values or ()) for values in rules["values"].to_list()]
    if key == VALUE:
        return listed
    if framework is None:
        raise InputError(
            "pairs cannot be told apart by {key!r}",
            mend="known: language, value, origin, source; levels need rules of one framework, or --framework",
            key=key,
        )
    return [values_on(values, key, framework) for values in listed]


def values_on(values: Sequence[str], level: str, framework: Framework) -> tuple[str, ...]:
    """What values count for on a level, each once; values that the framework does not have count for nothing."""
    framework.level(level)
    return tuple(
        dict.fromkeys(above for value in values if value in framework for above in framework.ancestors_at(value, level))
    )


def _masks(values: Sequence[Sequence[str]]) -> NDArray[np.uint64]:
    known = {value: number for number, value in enumerate(sorted({each for those in values for each in those}))}
    masks = np.zeros((len(values), max(1, -(-len(known) // _WORD))), np.uint64)
    for row, those in enumerate(values):
        for value in those:
            number = known[value]
            masks[row, number // _WORD] |= np.uint64(1 << (number % _WORD))
    return masks
