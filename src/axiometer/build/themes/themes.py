"""Themes as a file of them says: what they are called, and the keywords by which rules are put under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file
from pathlib import Path

import pydantic

from axiometer.build.corpus.ingest.languages import code_of
from axiometer.build.dilemmas.rows import ThemeNames
from axiometer.build.themes.keywords import Search, is_keyword, plain, search_for
from axiometer.errors import InputError
from axiometer.records.ids import content_id
from axiometer.records.yaml_files import checked, read_yaml
from axiometer.starter import data

SHIPPED = "themes.yaml"
ALL = "all"
"""All themes together, in accounts and in the tables of an analysis: no theme may be called so."""

_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"

ByLanguage = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme. names, about: by language; keywords, exceptions: by the language of the rules (`zh` is for zh-Hant,
    too)."""

    id: str
    names: Mapping[str, str]
    about: Mapping[str, str]
    keywords: ByLanguage
    exceptions: ByLanguage


@dataclass(frozen=True, slots=True)
class Themes:
    """All themes of a file, in its order."""

    themes: tuple[Theme, ...]

    @property
    def names(self) -> ThemeNames:
        return {theme.id: dict(theme.names) for theme in self.themes}

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(theme.id for theme in self.themes)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that any theme has keywords for."""
        return tuple(sorted({lang for theme in self.themes for lang in theme.keywords}))

    @property
    def digest(self) -> str:
        """Of what decides which rules are under which theme and what it is called."""
        return content_id(
            "themes",
            [
                [
                    theme.id,
                    dict(theme.names),
                    {lang: list(words) for lang, words in theme.keywords.items()},
                    {lang: list(words) for lang, words in theme.exceptions.items()},
                ]
                for theme in self.themes
            ],
        )

    def of(self, texts: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
        """The ids of the themes of each text. texts: (words, language without script or country)."""
        searches: dict[str, list[tuple[str, Search]]] = {
            lang: [
                (theme.id, search_for(theme.keywords[lang], theme.exceptions.get(lang, ())))
                for theme in self.themes
                if lang in theme.keywords
            ]
            for lang in self.languages
        }
        found = []
        for words, lang in texts:
            text = plain(words)
            found.append(tuple(theme for theme, search in searches.get(lang, ()) if search.finds(text)))
        return found


class _Theme(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    id: str = pydantic.Field(pattern=_ID)
    names: dict[str, str] = pydantic.Field(min_length=1)
    about: dict[str, str] = {}
    keywords: dict[str, tuple[str, ...]] = pydantic.Field(min_length=1)
    exceptions: dict[str, tuple[str, ...]] = pydantic.Field(default={}, alias="except")


class _File(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    version: int = 1
    themes: tuple[_Theme, ...]


def load_themes(path: Path | None = None) -> Themes:
    """The themes of a file, or the six that come with Axiometer.

    Raises `InputError` for a missing, damaged or empty file, an unknown key, an id that stands twice, a language that
    is none, and a keyword that cannot be looked for.
    """
    if path is not None:
        return _read(path)
    with as_file(data() / SHIPPED) as shipped:
        return _read(shipped)


def _read(path: Path) -> Themes:
    said = checked(_File, read_yaml(path), path)
    if not said.themes:
        raise InputError("the file holds no themes", file=path)
    themes = tuple(_theme(theme, path) for theme in said.themes)
    ids = [theme.id for theme in themes]
    twice = next((each for each in ids if ids.count(each) > 1), None)
    if twice is not None:
        raise InputError("the theme {id} stands there twice", file=path, id=twice)
    return Themes(themes)


def _theme(theme: _Theme, path: Path) -> Theme:
    if theme.id == ALL:
        raise InputError("the theme id {id} is taken: it stands for all themes together", file=path, id=theme.id)
    unnamed = next((lang for lang, name in theme.names.items() if not name.strip()), None)
    if unnamed is not None:
        raise InputError("the theme {id} has an empty name", file=path, id=theme.id)
    return Theme(
        theme.id,
        {code_of(lang, path): " ".join(name.split()) for lang, name in theme.names.items()},
        {code_of(lang, path): about for lang, about in theme.about.items()},
        _by_language(theme.id, theme.keywords, path),
        _by_language(theme.id, theme.exceptions, path),
    )


def _by_language(theme: str, lists: Mapping[str, Sequence[str]], path: Path) -> ByLanguage:
    found: dict[str, tuple[str, ...]] = {}
    for lang, words in lists.items():
        if not words:
            raise InputError("the theme {id} has no keywords for the language {lang}", file=path, id=theme, lang=lang)
        wrong = next((word for word in words if not is_keyword(word)), None)
        if wrong is not None:
            raise InputError(
                "the theme {id}: the keyword {word!r} cannot be looked for",
                file=path,
                mend="write whole words, the beginning of some as smuggl*, or * between two for any one word",
                id=theme,
                word=wrong,
            )
        base = code_of(lang, path).split("-")[0]
        found[base] = (*found.get(base, ()), *words)
    return found
