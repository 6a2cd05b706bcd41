"""A YAML file may hold any option of a verb; what stands on the command line goes before it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import typer

from axiometer.cli.usage import usage_error
from axiometer.errors import InputError


def configured(context: typer.Context, config: Path | None) -> dict[str, Any]:
    """The verb's options by name: from the command line, else from `config`, else the defaults.

    Raises `InputError` for a missing file, wrong YAML, an option that the verb does not have, or a value that the
    command line would not take.
    """
    given = dict(context.params)
    if config is None:
        return given
    parameters = _parameters(context)
    for name, value in _read(config).items():
        parameter = parameters.get(str(name).replace("-", "_"))
        if parameter is None:
            known = ", ".join(sorted({_label(each) for each in parameters.values()}))
            raise InputError("there is no option {name!r}", file=config, mend="known: {known}", name=name, known=known)
        source = context.get_parameter_source(parameter.name)
        if value is None or (source is not None and source.name == "COMMANDLINE"):
            continue
        try:
            given[parameter.name] = parameter.process_value(context, _as_typed(parameter, value, config))
        except typer.BadParameter as error:
            raise usage_error(error, config) from error
    return given


def _parameters(context: typer.Context) -> dict[str, Any]:
    """The verb's options and arguments by every name that a file may call them: `as_json` is `json` there."""
    named = {}
    for parameter in context.command.params:
        if parameter.name == "config" or "--help" in parameter.opts:
            continue
        for name in (parameter.name, _label(parameter)):
            named[str(name).replace("-", "_")] = parameter
    return named


def _label(parameter: Any) -> str:
    return max((str(option).lstrip("-") for option in parameter.opts), key=len)


def _read(config: Path) -> dict[Any, Any]:
    from axiometer.records.yaml_files import read_yaml

    data = read_yaml(config)
    if not isinstance(data, dict):
        raise InputError("must be a mapping of names to values", file=config)
    return data


def _as_typed(parameter: Any, value: Any, config: Path) -> Any:
    """The value as it would stand on the command line; lists are for what may be repeated or stands between commas."""
    if isinstance(value, list):
        parts = [_word(parameter, part, config) for part in value]
        return parts if _takes_several(parameter) else ",".join(parts)
    word = _word(parameter, value, config)
    return [word] if _takes_several(parameter) else word


def _takes_several(parameter: Any) -> bool:
    """An option that may be repeated, or an argument of any number of words."""
    return bool(getattr(parameter, "multiple", False)) or parameter.nargs == -1


def _word(parameter: Any, value: Any, config: Path) -> Any:
    if isinstance(value, bool) and getattr(parameter, "is_flag", False):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float | datetime.date):
        label = _label(parameter)
        raise InputError("{name} cannot be {value!r}", file=config, mend="put it in quotes?", name=label, value=value)
    return str(value)
