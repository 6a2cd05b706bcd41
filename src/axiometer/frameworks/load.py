"""Frameworks by id (those that ship with Axiometer) or by the path of a YAML file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from axiometer.errors import InputError
from axiometer.frameworks.check import read_and_check
from axiometer.frameworks.findings import Located
from axiometer.frameworks.labels import nearest
from axiometer.frameworks.model import Framework, Level, Value
from axiometer.frameworks.reading import Draft, DraftValue

_DATA = Path(__file__).parent / "data"
_FLAT_LEVEL = Level("value", {"zh": "价值", "en": "value"})  # the one level of a framework that names none


def shipped() -> tuple[str, ...]:
    """Ids of the frameworks that ship with Axiometer, in alphabetical order."""
    return tuple(sorted(path.stem for path in _DATA.glob("*.yaml")))


def path_of(id_or_path: str | Path) -> Path:
    """The file of a shipped framework or a user's file; `InputError` lists the shipped ids where it is neither."""
    text = str(id_or_path)
    if isinstance(id_or_path, str) and text in shipped():
        return _DATA / f"{text}.yaml"
    path = Path(id_or_path)
    if path.is_file() or isinstance(id_or_path, Path) or _looks_like_a_path(text):
        return path
    near = ", ".join(repr(each) for each in nearest(text, shipped()))
    known = ", ".join(shipped())
    mend = "shipped: {known}; or give the path of a YAML file"
    if near:
        mend = "did you mean {near}? shipped: {known}; or give the path of a YAML file"
    raise InputError("there is no framework {name!r}", mend=mend, name=text, known=known, near=near)


def load_framework(id_or_path: str | Path) -> Framework:
    """A shipped framework by its id, or a user's by the path of its YAML file.

    The same file is read once (again when it has changed). Raises `InputError` with the first problem that `check_file`
    finds, and how many more there are.
    """
    path = path_of(id_or_path)
    try:
        state = path.stat()
    except OSError as error:
        raise InputError("there is no such file", file=path) from error
    return _load(_State(path.absolute(), state.st_mtime_ns, state.st_size))


@dataclass(frozen=True, slots=True)
class _State:
    """A file at one moment: what the cache goes by."""

    path: Path
    changed_ns: int
    size: int


@lru_cache(maxsize=64)
def _load(state: _State) -> Framework:
    draft, findings = read_and_check(state.path)
    if findings:
        first = findings[0]
        more = f"{len(findings) - 1} more: " if len(findings) > 1 else ""
        mend = "; ".join(part for part in (first.mend, f"{more}axiometer framework check {state.path}") if part)
        raise InputError(first.message, file=state.path, row=first.line, mend=mend)
    assert draft is not None, "a file without findings has a draft"
    return _built(draft)


def _built(draft: Draft) -> Framework:
    levels = tuple(Level(level.id.text, _texts(level.names)) for level in draft.levels) or (_FLAT_LEVEL,)
    return Framework(
        id=draft.id.text,
        version=draft.version,
        names=_texts(draft.names),
        levels=levels,
        values=tuple(_value(value, levels[0].id) for value in draft.values),
        circular=tuple(member.text for member in draft.circular) or None,
        sources=draft.sources,
        description=_texts(draft.description),
    )


def _value(value: DraftValue, only_level: str) -> Value:
    return Value(
        id=value.id.text,
        level=value.level.text if value.level is not None else only_level,
        parents=tuple(dict.fromkeys(parent.text for parent in value.parents)),
        names=_texts(value.names),
        definitions=_texts(value.definitions),
        aliases={lang: tuple(alias.text for alias in aliases) for lang, aliases in value.aliases.items()},
        contested=_texts(value.contested) or None,
    )


def _texts(texts: Mapping[str, Located]) -> dict[str, str]:
    return {lang: text.text for lang, text in texts.items()}


def _looks_like_a_path(text: str) -> bool:
    return text.lower().endswith((".yaml", ".yml")) or "/" in text or os.sep in text
