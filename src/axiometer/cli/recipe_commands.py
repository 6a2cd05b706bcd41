"""From a recipe's steps to commands of this program, checked before the first of them runs."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args

import typer

from axiometer.cli.configuration import as_typed, label, parameter_called, parameters_of
from axiometer.cli.recipe_files import Recipe, Step
from axiometer.cli.usage import usage_error
from axiometer.errors import InputError

PROGRAM: Final = "axiometer"
STARTER: Final = "starter"
_WHOLE: Final = ("dry_run", "as_json", "status")  # said of the whole recipe, not of a step
_GLOB: Final = "*?["


@dataclass(frozen=True, slots=True)
class Command:
    """A step as it stands on the command line. words: without the program's name; inputs: files and folders that it
    reads; waits_for: the earlier step that makes the first of them that is not there yet."""

    step: Step
    words: tuple[str, ...]
    inputs: tuple[Path, ...]
    has_dry_run: bool
    has_json: bool
    waits_for: str | None = None

    @property
    def shown(self) -> str:
        """The command, to be copied into a shell."""
        return shlex.join([PROGRAM, *self.words])


def commands(recipe: Recipe, root: Any, places: range) -> list[Command]:
    """The commands of the steps at these places. root: the program's own group of verbs.

    Raises `InputError` with the line in the recipe: anywhere, for an unknown verb or option and for a value that a verb
    would not take; of these steps, for an input that is not there and that none of them makes before.
    """
    made: list[tuple[Path, str]] = []
    found = []
    for number, step in enumerate(recipe.steps):
        verb = _verb(step, root, recipe.path)
        options = dict(_options(step, verb, recipe.path))
        words = tuple(_words(step, verb, options))
        _check_values(step, verb, words, recipe.path)
        if number not in places:
            continue
        inputs = [entry for name, typed in options.items() for entry in _inputs(verb, name, typed)]
        waits_for = None
        for file, name in inputs:
            if file.exists():
                continue
            maker = next((by for output, by in made if _makes(output, file)), None)
            if maker is None:
                row = _line(step, verb, name)
                raise InputError(
                    "no such file or folder, and no earlier step makes it: {path}", file=recipe.path, row=row, path=file
                )
            waits_for = waits_for or maker
        made += [(Path(typed), step.name) for name, typed in options.items() if name == "output"]
        names = {parameter.name for parameter in verb.params}
        files = tuple(file for file, _ in inputs)
        found.append(Command(step, words, files, "dry_run" in names, "as_json" in names, waits_for))
    return found


def _verb(step: Step, root: Any, file: Path) -> Any:
    """The verb of the command line that the step names."""
    verb, said = root, PROGRAM
    for word in step.verb:
        known = getattr(verb, "commands", {})
        if word not in known or (verb is root and word == "run"):
            near = get_close_matches(word, [name for name in known if name != "run"], 1)
            mend = "did you mean {near!r}?" if near else "see `{command} --help`"
            fields = {"name": " ".join(step.verb), "near": near[0] if near else "", "command": said}
            raise InputError("there is no command {name!r}", file=file, row=step.line, mend=mend, **fields)
        verb, said = known[word], f"{said} {word}"
    if hasattr(verb, "commands"):
        known_verbs = ", ".join(f"{' '.join(step.verb)} {name}" for name in verb.commands)
        what = "there is no command {name!r}"
        raise InputError(
            what, file=file, row=step.line, mend="known: {known}", name=" ".join(step.verb), known=known_verbs
        )
    return verb


def _options(step: Step, verb: Any, file: Path) -> Iterator[tuple[str, Any]]:
    """The step's options by the parameters' own names, each as it would be on the command line."""
    parameters = {name: each for name, each in parameters_of(verb).items() if each.name not in _WHOLE}
    for name, value in step.options.items():
        parameter = parameter_called(name, parameters, file, step.lines[name])
        if value is None or value == []:
            continue
        yield parameter.name, as_typed(parameter, value, file, step.lines[name])


def _words(step: Step, verb: Any, options: dict[str, Any]) -> Iterator[str]:
    yield from step.verb
    by_name = {parameter.name: parameter for parameter in verb.params}
    for parameter in verb.params:
        if parameter.param_type_name == "argument" and parameter.name in options:
            yield from _listed(options[parameter.name])
    for name, typed in options.items():
        parameter = by_name[name]
        if parameter.param_type_name == "argument":
            continue
        if isinstance(typed, bool):
            yield from parameter.opts[:1] if typed else parameter.secondary_opts[:1]
            continue
        for word in _listed(typed):
            said = f"--{label(parameter)}"
            yield from (f"{said}={word}",) if word.startswith("-") else (said, word)


def _listed(typed: Any) -> list[str]:
    return list(typed) if isinstance(typed, list) else [typed]


def _check_values(step: Step, verb: Any, words: Sequence[str], file: Path) -> None:
    """Lets the verb read its words, without running it."""
    try:
        verb.make_context(" ".join((PROGRAM, *step.verb)), list(words[len(step.verb) :]))
    except typer.TyperException as error:
        parameter = getattr(error, "param", None)
        row = _line(step, verb, parameter.name) if parameter is not None else step.line
        raise usage_error(error, file, row) from error


def _line(step: Step, verb: Any, name: str) -> int:
    """Where the option of that name stands in the recipe; the step itself where it stands nowhere."""
    parameters = parameters_of(verb)
    return next(
        (line for key, line in step.lines.items() if parameters[key.strip("_").replace("-", "_")].name == name),
        step.line,
    )


def _inputs(verb: Any, name: str, typed: Any) -> Iterator[tuple[Path, str]]:
    """The files and folders that an option names, which must be there; `starter` and patterns are left to the verb."""
    parameter = next(each for each in verb.params if each.name == name)
    kind = parameter.type_descriptor.annotation
    is_path = kind is Path or Path in get_args(kind)
    for word in _listed(typed):
        named_file = is_path or name == "texts" or (name == "framework" and Path(word).suffix in (".yaml", ".yml"))
        if name != "output" and named_file and word != STARTER and not set(_GLOB) & set(word):
            yield Path(word), name


def _makes(output: Path, file: Path) -> bool:
    """Whether a step with this output makes the file: the output itself, in it, or a table beside it (NAME.*)."""
    beside = file.parent == output.parent and file.name.startswith(f"{output.stem}.")
    return output == file or output in file.parents or (bool(output.suffix) and beside)
