"""Rules as a corpus publishes them: one row each, with their values on every level and where they come from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from axiometer.build.corpus.steps.rule_texts import IMPORTED_SET
from axiometer.errors import InputError
from axiometer.frameworks import Framework
from axiometer.records.corpus_rows import Rule
from axiometer.records.tables import parquet_files
from axiometer.runtime.stages.parts import StageFolder

LICENCE = "licence"
IMPORTED_LICENCE = "imported.licence"
_SOURCE = {name: pl.String() for name in ("source", "outlet", "nation", "date", "url")}


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is known of the text that a rule was written from."""

    source: str | None = None
    outlet: str | None = None
    nation: str | None = None
    date: str | None = None
    url: str | None = None
    licence: str | None = None


_UNKNOWN = SourceFacts()


def level_column(level_id: str) -> str:
    """The column that holds a rule's values on a level: `higher-order` is in `values_higher_order`."""
    return f"values_{level_id.replace('-', '_')}"


def release_schema(framework: Framework) -> pl.Schema:
    """The columns of the published rules, in order."""
    lists = pl.List(pl.String())
    return pl.Schema(
        {
            "id": pl.String(),
            "text": pl.String(),
            "lang": pl.String(),
            "framework": pl.String(),
            "values": lists,
            **{level_column(level.id): lists for level in framework.levels},
            "value_names": lists,
            "label": pl.Int64(),
            "rewritten": pl.Boolean(),
            "evidence": pl.Boolean(),
            "rewritten_from": pl.String(),
            "origin": pl.String(),
            "text_id": pl.String(),
            **_SOURCE,
            "licence": pl.String(),
            "meta": pl.String(),
        }
    )


@dataclass(frozen=True, slots=True)
class Publisher:
    """Turns rules into published rows.

    `sources` maps the id of a text to what is known of it; `licence` holds where neither text nor rule names one.
    """

    framework: Framework
    sources: Mapping[str, SourceFacts]
    licence: str | None = None
    _levels: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict, init=False)

    def frame(self, rules: Iterable[Rule]) -> pl.DataFrame:
        """One row per rule, in order, with the columns of `release_schema`."""
        schema = release_schema(self.framework)
        rows = [self.row(rule) for rule in rules]
        return pl.DataFrame({name: [row[name] for row in rows] for name in schema}, schema=schema)

    def row(self, rule: Rule) -> dict[str, object]:
        known = [value for value in rule.values if value in self.framework]
        facts = self.sources.get(rule.text_id or "", _UNKNOWN)
        return {
            "id": rule.id,
            "text": rule.text,
            "lang": rule.lang,
            "framework": rule.framework,
            "values": list(rule.values),
            **{level_column(level.id): self._at(known, level.id) for level in self.framework.levels},
            "value_names": [self.framework.name(value, rule.lang) for value in known],
            "label": rule.label,
            "rewritten": rule.rewritten_from is not None,
            "evidence": rule.is_evidence,
            "rewritten_from": rule.rewritten_from,
            "origin": rule.origin,
            "text_id": rule.text_id,
            "source": facts.source or _imported_set(rule) or None,
            "outlet": facts.outlet,
            "nation": facts.nation,
            "date": facts.date,
            "url": facts.url,
            "licence": facts.licence or rule.meta.get(IMPORTED_LICENCE) or self.licence,
            "meta": json.dumps(rule.meta, ensure_ascii=False, sort_keys=True),
        }

    def _at(self, values: Sequence[str], level: str) -> list[str]:
        """What the values count for on a level, each once; ancestors come from the tree."""
        cached = self._levels.setdefault(level, {})
        found: dict[str, None] = {}
        for value in values:
            if value not in cached:
                cached[value] = self.framework.ancestors_at(value, level)
            found.update(dict.fromkeys(cached[value]))
        return list(found)


def _imported_set(rule: Rule) -> str:
    """The set that a rule without a text was imported from, or nothing; an origin with `@` is a step and its model."""
    if rule.text_id is not None:
        return ""
    return rule.meta.get(IMPORTED_SET, "" if "@" in rule.origin else rule.origin)


def source_facts(texts: StageFolder | None, wanted: pl.Series) -> dict[str, SourceFacts]:
    """What is known of the texts with these ids. The texts are read as a stream: memory holds the wanted ones only."""
    folder = None if texts is None else texts.path / "rows"
    if folder is None or not folder.exists() or wanted.is_empty():
        return {}
    ids = pl.LazyFrame({"id": wanted.unique()}, schema={"id": pl.String()})
    rows = pl.scan_parquet(parquet_files(folder), glob=False).select("id", *_SOURCE, "meta")
    try:
        found = rows.join(ids, on="id", how="semi").collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError("cannot be read: {why}", file=folder, why=str(error).splitlines()[0]) from error
    return dict(_facts(found))


def _facts(found: pl.DataFrame) -> Iterator[tuple[str, SourceFacts]]:
    for text_id, source, outlet, nation, date, url, meta in found.iter_rows():
        licence = json.loads(meta).get(LICENCE) if meta and meta != "{}" else None
        yield text_id, SourceFacts(source, outlet, nation, date, url, licence)
