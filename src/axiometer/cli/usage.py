"""How the command line answers to wrong words: help for none, and one line for each mistake."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from axiometer.errors import InputError

_SEE = "see `{command} --help`"
_MUST_BE = {
    int: "{name} must be a whole number",
    float: "{name} must be a number",
    bool: "{name} must be true or false",
}
_AT_LEAST = {
    int: "{name} must be a whole number of at least {least}",
    float: "{name} must be a number of at least {least}",
}
_BETWEEN = {
    int: "{name} must be a whole number from {least} to {most}",
    float: "{name} must be a number from {least} to {most}",
}


class Verbs(TyperGroup):
    """A group of commands that shows its help when nothing is asked of it and knows near misses."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args:
            typer.echo(ctx.get_help())
            ctx.exit()
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in self.commands:
            near = get_close_matches(name, self.commands, 1)
            raise InputError(
                "there is no command {name!r}",
                mend="did you mean {near!r}?" if near else _SEE,
                name=name,
                near=near[0] if near else "",
                command=ctx.command_path,
            )
        return super().resolve_command(ctx, args)


def usage_error(error: typer.TyperException, file: Path | None = None, row: int | None = None) -> InputError:
    """The mistake that Typer found, in our words where its kind is known. `file`, `row`: where the value stands, if not
    on the command line."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "axiometer"
    parameter = getattr(error, "param", None)
    option = getattr(error, "option_name", None)
    if hasattr(error, "possibilities"):
        near = ", ".join(sorted(error.possibilities or ()))
        mend = "did you mean {near}?" if near else _SEE
        return InputError("there is no option {option}", mend=mend, option=option, near=near, command=command)
    if option is not None:
        return InputError("{option} needs a value", mend=_SEE, option=option, command=command)
    if parameter is not None and hasattr(error, "param_type"):
        return InputError("{name} is missing", file=file, row=row, mend=_SEE, name=shown(parameter), command=command)
    if parameter is not None:
        return _wrong_value(parameter, str(getattr(error, "message", error)), file, row)
    return InputError(" ".join(str(error).split()).rstrip("."), mend=None if context is None else f"{command} --help")


def shown(parameter: Any) -> str:
    """An option by its long name, an argument by its own."""
    options = [str(option) for option in parameter.opts if str(option).startswith("-")]
    return max(options, key=len) if options else str(parameter.metavar or parameter.name).upper()


def _wrong_value(parameter: Any, said: str, file: Path | None, row: int | None) -> InputError:
    kind = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    least, most = getattr(parameter, "min", None), getattr(parameter, "max", None)
    if kind not in _MUST_BE:
        return InputError("{name}: {said}", file=file, row=row, name=shown(parameter), said=said)
    texts = _MUST_BE if least is None else _AT_LEAST if most is None else _BETWEEN
    least, most = (f"{bound:g}" if bound is not None else "" for bound in (least, most))
    return InputError(texts[kind], file=file, row=row, name=shown(parameter), least=least, most=most)
