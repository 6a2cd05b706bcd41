"""YAML files that people write: read in whatever encoding they were saved, and checked against a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pydantic
import yaml

from axiometer.errors import InputError
from axiometer.records.encodings import read_text

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = {"extra_forbidden": "{place}: there is no such key", "missing": "{place} is missing"}
_NOT_A_MAPPING = {"model_type", "dict_type", "model_attributes_type"}

Model = TypeVar("Model", bound=pydantic.BaseModel)


def read_yaml(path: Path) -> object:
    """The content of a YAML file. Raises `InputError` for a missing, empty or unreadable file, with the line."""
    text = read_text(path).text
    try:
        return yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        row = min(mark.line + 1, text.rstrip().count("\n") + 1) if mark is not None else None
        raise InputError("not YAML: {problem}", file=path, row=row, problem=problem) from error


@dataclass(frozen=True, slots=True)
class Located:
    """A file's content, and at which line each of its parts stands: by the keys and indices that lead there."""

    content: object
    lines: Mapping[tuple[str | int, ...], int]


def read_located(path: Path) -> Located:
    """The content of a YAML file with its lines. Raises `InputError` as `read_yaml` does, and for a key that stands
    twice."""
    content = read_yaml(path)
    lines: dict[tuple[str | int, ...], int] = {}
    node = yaml.compose(read_text(path).text, Loader=_Loader)
    if node is not None:
        _note_lines(node, (), lines, path)
    return Located(content, lines)


def _note_lines(
    node: yaml.Node, place: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int], path: Path
) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            _note_lines(entry, (*place, index), lines, path)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inside, line = (*place, str(key.value)), key.start_mark.line + 1
            if inside in lines:
                raise InputError("the key {key!r} stands twice", file=path, row=line, key=str(key.value))
            lines[inside] = line
            _note_lines(value, inside, lines, path)


def checked(model: type[Model], content: object, file: Path | str) -> Model:
    """`content` as a `model`. Raises `InputError` naming the first key that is wrong."""
    try:
        return model.model_validate(content)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = " > ".join(str(part) for part in first["loc"])
        if first["type"] in _NOT_A_MAPPING:
            what = "{place}: must be a mapping of names to values" if place else "must be a mapping of names to values"
        else:
            what = _PLAIN.get(first["type"], "{place}: {said}" if place else "{said}")
        raise InputError(what, file=file, place=place, said=first["msg"].removeprefix("Value error, ")) from error
