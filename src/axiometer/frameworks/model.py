"""A framework: values on levels, from the broadest to the most specific, with names in several languages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field

from axiometer.errors import InputError
from axiometer.frameworks.labels import nearest, normalise

_FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Level:
    """One storey of a framework; `names` maps a language to its name (`zh`: 核心价值)."""

    id: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Value:
    """Something that can be valued.

    `parents` are ids of values on higher levels, at least one of them on the level directly above; a value may have
    several. `names`, `definitions` and `contested` map a language to a text, `aliases` a language to other labels
    under which published data know the value. `contested` says in which senses the value is understood where they
    differ, and is None where the framework's sources name none.
    """

    id: str
    level: str
    parents: tuple[str, ...]
    names: Mapping[str, str]
    definitions: Mapping[str, str]
    aliases: Mapping[str, tuple[str, ...]]
    contested: Mapping[str, str] | None = None

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class _Label:
    """A label under which a value answers. `kind`: 0 its id, 1 a name, 2 an alias; ids belong to no language."""

    value: str
    kind: int
    lang: str | None
    depth: int


@dataclass(frozen=True, slots=True)
class _Index:
    """What `Framework` looks up; derived from its fields once."""

    values: dict[str, Value]
    depths: dict[str, int]
    ancestors: dict[str, frozenset[str]]
    labels: dict[str, tuple[_Label, ...]]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Framework:
    """A tree or graph of values.

    `levels` run from top (broadest) to bottom; a flat framework has one. `circular` is the order of the values of one
    level around a circle, where the theory has one. The parts must fit together (ids unique, parents known and on a
    higher level): `load_framework` and `check_file` see to it.
    """

    id: str
    version: str
    names: Mapping[str, str]
    levels: tuple[Level, ...]
    values: tuple[Value, ...]
    circular: tuple[str, ...] | None
    sources: tuple[str, ...]
    description: Mapping[str, str]
    _index: _Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", _index(self))

    def __hash__(self) -> int:
        return hash(self._index.fingerprint)

    def __contains__(self, value_id: object) -> bool:
        return value_id in self._index.values

    @property
    def fingerprint(self) -> str:
        """32 hex digits of the SHA-256 of the whole content: any change of any field changes it."""
        return self._index.fingerprint

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the framework's own names."""
        return tuple(self.names)

    def value(self, value_id: str) -> Value:
        """The value with this exact id; `InputError` names the nearest ids otherwise. For labels, use `resolve`."""
        found = self._index.values.get(value_id)
        if found is None:
            raise self._unknown("has no value with id", value_id, {known: known for known in self._index.values})
        return found

    def level(self, level_id: str) -> Level:
        """The level with this id; `InputError` lists the levels otherwise."""
        for level in self.levels:
            if level.id == level_id:
                return level
        levels = ", ".join(level.id for level in self.levels)
        raise InputError(
            "framework {framework!r} has no level {level!r}",
            mend="its levels: {levels}",
            framework=self.id,
            level=level_id,
            levels=levels,
        )

    def values_at(self, level_id: str) -> tuple[Value, ...]:
        """The values of one level, in the framework's order."""
        level = self.level(level_id)
        return tuple(value for value in self.values if value.level == level.id)

    def children(self, value_id: str) -> tuple[str, ...]:
        """Ids of the values that name this one as a parent, in the framework's order."""
        parent = self.value(value_id).id
        return tuple(value.id for value in self.values if parent in value.parents)

    def ancestors(self, value_id: str) -> dict[str, frozenset[str]]:
        """Level id -> ids of all values above this one, for every level above its own (top first)."""
        value = self.value(value_id)
        above = self._index.ancestors[value.id]
        depth = self._index.depths[value.level]
        return {
            level.id: frozenset(i for i in above if self._index.values[i].level == level.id)
            for level in self.levels[:depth]
        }

    def ancestors_at(self, value_id: str, level_id: str) -> tuple[str, ...]:
        """What a value counts for on a level: its ancestors there, itself on its own level, nothing on lower ones.

        In the framework's order.
        """
        value, level = self.value(value_id), self.level(level_id)
        if value.level == level.id:
            return (value.id,)
        above = self._index.ancestors[value.id]
        return tuple(other.id for other in self.values if other.id in above and other.level == level.id)

    def levels_of(self, value_ids: Iterable[str]) -> tuple[str, ...]:
        """Ids of the levels on which at least one of these values counts (`ancestors_at`), top first."""
        counted: set[str] = set()
        for value_id in value_ids:
            value = self.value(value_id)
            counted.add(value.level)
            counted.update(self._index.values[above].level for above in self._index.ancestors[value.id])
        return tuple(level.id for level in self.levels if level.id in counted)

    def name(self, value_id: str, lang: str) -> str:
        """The name of a value in a language; where there is none, in English, else in any language, else its id."""
        names = self.value(value_id).names
        if lang in names:
            return names[lang]
        return names.get(_FALLBACK_LANGUAGE) or next(iter(names.values()), value_id)

    def resolve(self, label: str, lang: str | None = None, *, level: str | None = None) -> str:
        """The id of the value that a label means: its id, one of its names or one of its aliases.

        Case, width, white space, hyphens and other punctuation do not matter. `lang` looks only at names and aliases of
        that language (`zh` includes `zh-Hant`), `level` only at values of that level. No two values of one level
        answer to one label (`check_file` sees to it); values of different levels may. Then ids and names go before
        aliases, and after that the upper level before the lower one, because the broader value claims less: in
        `schwartz`, `Stimulation` is the basic value, and the refined one with `level="refined"`.
        Raises `InputError` with the nearest names where nothing answers to the label.
        """
        if level is not None:
            self.level(level)
        exact = self._index.values.get(label)
        if exact is not None and level in (None, exact.level):
            return exact.id
        for candidate in self._index.labels.get(normalise(label), ()):
            if level is not None and self._index.values[candidate.value].level != level:
                continue
            if lang is None or candidate.lang is None or _is_language(candidate.lang, lang):
                return candidate.value
        raise self._unresolved(label, lang, level)

    def shared_labels(self) -> dict[str, tuple[str, ...]]:
        """Normalised label -> ids of the values that answer to it, where they are several; the first one is taken."""
        shared = {
            label: tuple(dict.fromkeys(entry.value for entry in entries))
            for label, entries in self._index.labels.items()
        }
        return {label: ids for label, ids in shared.items() if len(ids) > 1}

    def _unresolved(self, label: str, lang: str | None, level: str | None) -> InputError:
        at_level = f" on level {level!r}" if level else ""
        in_lang = f" in language {lang!r}" if lang else ""
        owners: dict[str, str] = {}
        for value in self.values:
            if level in (None, value.level):
                for spelling in (*_spellings(value, lang), value.id):
                    owners.setdefault(spelling, value.id)
        return self._unknown(f"has{at_level}{in_lang} no value called", label, owners)

    def _unknown(self, what: str, label: str, owners: Mapping[str, str]) -> InputError:
        """`owners` maps the spellings to suggest from to their values; each value is suggested once."""
        first_of: dict[str, str] = {}
        for spelling in nearest(label, owners, n=9):
            first_of.setdefault(owners[spelling], spelling)
        near = " or ".join(repr(spelling) for spelling in list(first_of.values())[:3])
        mend = f"did you mean {near}?; " if near else ""
        return InputError(
            f"framework {self.id!r} {what} {label!r}", mend=f"{mend}`axiometer framework show` lists its values"
        )


def _spellings(value: Value, lang: str | None) -> Iterator[str]:
    """Names, then aliases, of one language or of all."""
    yield from (name for language, name in value.names.items() if lang is None or _is_language(language, lang))
    for language, aliases in value.aliases.items():
        if lang is None or _is_language(language, lang):
            yield from aliases


def _is_language(language: str, wanted: str) -> bool:
    return language == wanted or language.startswith(wanted + "-")


def _index(framework: Framework) -> _Index:
    values = {value.id: value for value in framework.values}
    depths = {level.id: depth for depth, level in enumerate(framework.levels)}
    return _Index(
        values=values,
        depths=depths,
        ancestors={value_id: _ancestors(value_id, values) for value_id in values},
        labels=_labels(framework.values, depths),
        fingerprint=_fingerprint(framework),
    )


def _ancestors(value_id: str, values: Mapping[str, Value]) -> frozenset[str]:
    above: set[str] = set()
    waiting = list(values[value_id].parents)
    while waiting:
        parent = waiting.pop()
        if parent not in above:
            above.add(parent)
            waiting.extend(values[parent].parents)
    return frozenset(above)


def _labels(values: tuple[Value, ...], depths: Mapping[str, int]) -> dict[str, tuple[_Label, ...]]:
    """Normalised label -> the values that answer to it, in the order of preference that `resolve` documents."""
    found: dict[str, list[_Label]] = {}
    for value in values:
        depth = depths[value.level]
        found.setdefault(normalise(value.id), []).append(_Label(value.id, 0, None, depth))
        for lang, name in value.names.items():
            found.setdefault(normalise(name), []).append(_Label(value.id, 1, lang, depth))
        for lang, aliases in value.aliases.items():
            for alias in aliases:
                found.setdefault(normalise(alias), []).append(_Label(value.id, 2, lang, depth))
    return {label: tuple(sorted(entries, key=_preference)) for label, entries in found.items()}


def _preference(label: _Label) -> tuple[bool, int, int]:
    return label.kind == 2, label.depth, label.kind


def _fingerprint(framework: Framework) -> str:
    content = {
        "id": framework.id,
        "version": framework.version,
        "names": framework.names,
        "levels": [asdict(level) for level in framework.levels],
        "values": [asdict(value) for value in framework.values],
        "circular": framework.circular,
        "sources": framework.sources,
        "description": framework.description,
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]
