"""The rules among which duplicates are looked for: in the order in which they are kept, and those with equal words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from axiometer.build.corpus.polarity import polarity
from axiometer.errors import InputError
from axiometer.frameworks.labels import normalise
from axiometer.records.corpus_rows import RuleLabel
from axiometer.records.tables import parquet_files, read_part, schema_in

LABELLED_BY, PEOPLE = "labelled_by", "people"
COLUMNS = ("id", "lang", "text", "label", "rewritten_from", "meta")
_EXISTING = ("id", "lang", "text")
_PUBLISHED = ("corpus/data/rules.parquet", "data/rules.parquet")


def quality() -> pl.Expr:
    """How good a rule's label is, 0 the best. Of two duplicates the better stays:

    0 fits, said by people (`meta["labelled_by"]` is `people`); 1 fits, said by a model, in the words that it was
    written in; 2 imported, without a label of ours; 3 fits, polished by a model (other words than before); 4 conflicts
    with the framework and was turned round (no evidence about its source); 5 does not concern the framework.
    """
    label, rewritten = pl.col("label"), pl.col("rewritten_from").is_not_null()
    fits = label.eq_missing(pl.lit(int(RuleLabel.KEEP)))
    return (
        pl.when(fits & by_people())
        .then(0)
        .when(fits & ~rewritten)
        .then(1)
        .when(label.is_null())
        .then(2)
        .when(fits)
        .then(3)
        .when(label == int(RuleLabel.REWRITE))
        .then(4)
        .otherwise(5)
    )


def by_people() -> pl.Expr:
    """Whether people gave the rule its label."""
    return pl.col("meta").str.json_path_match(f"$.{LABELLED_BY}").eq_missing(pl.lit(PEOPLE))


def language(lang: str) -> str:
    """The language within which rules are compared: without script or country (`zh-Hant` is `zh`)."""
    return lang.split("-")[0].lower()


def candidates(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The rules of all parts, best first: by the quality of their label, then the shorter, then by id.

    Columns: position (of the rule among the rows of all parts), id, lang, language (see `language`), polarity, text,
    words (what remains where spelling does not count).
    """
    rules = pl.concat(parts).with_row_index("position")
    return (
        rules.with_columns(quality=quality(), length=pl.col("text").str.len_chars(), **_compared())
        .sort("quality", "length", "id", "position")
        .select("position", "id", "lang", "language", "polarity", "text", "words")
    )


def _compared() -> dict[str, pl.Expr]:
    return {
        "language": pl.col("lang").map_elements(language, return_dtype=pl.String),
        "words": pl.col("text").map_elements(comparable, return_dtype=pl.String),
        "polarity": pl.struct("text", "lang").map_elements(_polarity, return_dtype=pl.Int8),
    }


def _polarity(rule: dict[str, str]) -> int:
    return polarity(rule["text"], rule["lang"])


def comparable(text: str) -> str:
    """The text without what is no word: case, width, white space, punctuation. A text of signs alone stays as it is."""
    return normalise(text) or text


def first_with_same_words(rules: pl.DataFrame) -> pl.DataFrame:
    """`rules` with `same_as`: the position of the first rule of its language with equal words, null for that one."""
    first = pl.col("position").first().over("language", "words")
    return rules.with_columns(same_as=pl.when(first == pl.col("position")).then(None).otherwise(first))


def existing_rules(path: Path) -> pl.DataFrame:
    """The rules of a corpus that is there already: its folder, its published folder, or a table of rules.

    Columns: id, lang, language, polarity, text, words. Raises `InputError` as `rule_files`.
    """
    return pl.concat([read_part(file, _EXISTING) for file in rule_files(path)]).with_columns(**_compared())


def rule_files(path: Path) -> list[Path]:
    """The tables of rules of a corpus: of its folder or its published folder, or the table or folder of tables itself.

    Raises `InputError` where one has no id, language or text, or where there is none.
    """
    published = next((found for name in _PUBLISHED if (found := path / name).is_file()), None)
    files = parquet_files(published or path)
    for file in files:
        schema = schema_in(file)
        missing = [name for name in _EXISTING if schema.get(name) != pl.String()]
        if missing:
            raise InputError(
                "not a table of rules: no texts in the columns {missing}", file=file, missing=", ".join(missing)
            )
    return files
