"""A YAML file may hold any option of a verb; what stands on the command line goes before it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
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
    parameters = parameters_of(context.command)
    for name, value in _read(config).items():
        parameter = parameter_called(str(name), parameters, config)
        source = context.get_parameter_source(parameter.name)
        if value is None or (source is not None and source.name == "COMMANDLINE"):
            continue
        try:
            given[parameter.name] = parameter.process_value(context, as_typed(parameter, value, config))
        except typer.BadParameter as error:
            raise usage_error(error, config) from error
    return given


def parameters_of(command: Any) -> dict[str, Any]:
    """The verb's options and arguments by every name that a file may call them: `as_json` is `json` there."""
    named = {}
    for parameter in command.params:
        if parameter.name == "config" or "--help" in parameter.opts:
            continue
        for name in (parameter.name, label(parameter)):
            named[str(name).strip("_").replace("-", "_")] = parameter
    return named


def parameter_called(name: str, parameters: Mapping[str, Any], file: Path, row: int | None = None) -> Any:
    """The option or argument of that name among `parameters_of` a verb. Raises `InputError` with all names."""
    parameter = parameters.get(name.strip("_").replace("-", "_"))
    if parameter is None:
        known = ", ".join(sorted({label(each).strip("_") for each in parameters.values()}))
        what = "there is no option {name!r}"
        raise InputError(what, file=file, row=row, mend="known: {known}", name=name, known=known)
    return parameter


def label(parameter: Any) -> str:
    """The name that people use: the longest of an option's, an argument's own."""
    return max((str(option).lstrip("-") for option in parameter.opts), key=len)


def _read(config: Path) -> dict[Any, Any]:
    from axiometer.records.yaml_files import read_yaml

    data = read_yaml(config)
    if not isinstance(data, dict):
        raise InputError("must be a mapping of names to values", file=config)
    return data


def as_typed(parameter: Any, value: Any, file: Path, row: int | None = None) -> Any:
    """The value as it would stand on the command line; lists are for what may be repeated or stands between commas."""
    if isinstance(value, list):
        parts = [_word(parameter, part, file, row) for part in value]
        return parts if _takes_several(parameter) else ",".join(parts)
    word = _word(parameter, value, file, row)
    return [word] if _takes_several(parameter) else word


def _takes_several(parameter: Any) -> bool:
    """An option that may be repeated, or an argument of any number of words."""
    return bool(getattr(parameter, "multiple", False)) or parameter.nargs == -1


def _word(parameter: Any, value: Any, file: Path, row: int | None) -> Any:
    if isinstance(value, bool) and getattr(parameter, "is_flag", False):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float | datetime.date):
        what, mend = "{name} cannot be {value!r}", "put it in quotes?"
        raise InputError(what, file=file, row=row, mend=mend, name=label(parameter), value=value)
    return str(value)
