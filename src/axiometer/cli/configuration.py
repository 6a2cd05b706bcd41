"""A YAML file may hold any option of a verb; what stands on the command line goes before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
import yaml

from axiometer.errors import InputError

_LISTS = {"model", "framework"}
_NAMES = {int: "a whole number", bool: "true or false", str: "text"}


def configured(context: typer.Context, config: Path | None) -> dict[str, Any]:
    """The verb's options by name: from the command line, else from `config`, else the defaults.

    Raises `InputError` for a missing file, wrong YAML or an option that the verb does not have.
    """
    given = dict(context.params)
    if config is None:
        return given
    if not config.exists():
        raise InputError("no such file", file=config)
    try:
        data = yaml.safe_load(config.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        raise InputError("not readable as YAML", file=config, row=None if line is None else line + 1) from error
    if not isinstance(data, dict):
        raise InputError("must be a mapping of option names to values", file=config)
    for name, value in data.items():
        key = str(name).replace("-", "_")
        if key not in given or key == "config":
            raise InputError(f"unknown option {name!r}", file=config, mend=f"known: {', '.join(sorted(given))}")
        source = context.get_parameter_source(key)
        if source is not None and source.name == "COMMANDLINE":
            continue
        given[key] = _typed(key, value, context, config)
    return given


def _typed(key: str, value: Any, context: typer.Context, config: Path) -> Any:
    """`value` converted as the command line would convert it."""
    if key in _LISTS and not isinstance(value, list):
        value = [value]
    if key == "lang" and isinstance(value, list):
        value = ",".join(str(part) for part in value)
    wanted = type(context.params[key])
    if wanted in (int, bool, str) and type(value) is not wanted:
        raise InputError(f"option {key!r} must be {_NAMES[wanted]}, not {value!r}", file=config)
    return value
