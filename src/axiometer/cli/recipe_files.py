"""A recipe: a YAML file with variables at its top and a list of steps, each one verb of the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from axiometer.errors import InputError

OWN: Final = ("study", "recipe")
_KEYS: Final = ("about", "variables", "steps")
_STEP_KEYS: Final = ("step", "run", "with")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_STEP_NAME: Final = re.compile(r"[^\W_][\w.-]*")
_REFERENCE: Final = re.compile(r"\$(?:(\$)|([A-Za-z][A-Za-z0-9_]*)|\{([A-Za-z][A-Za-z0-9_]*)\})")

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One verb with its options, variables filled in. verb: its words; line: its own, lines: its options'."""

    name: str
    verb: tuple[str, ...]
    options: Mapping[str, object]
    line: int
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe as it will be run: `variables` with what was set from outside."""

    path: Path
    about: str
    variables: Mapping[str, object]
    steps: tuple[Step, ...]

    def places(self, begin: str | None, end: str | None) -> range:
        """The places of the steps from the one called `begin` to the one called `end`; without names from the first, to
        the last. Raises `InputError` for a name that no step has, and where nothing is left."""
        first = 0 if begin is None else self._place(begin)
        last = len(self.steps) - 1 if end is None else self._place(end)
        if last < first:
            what = "the step {end!r} comes before the step {begin!r}"
            raise InputError(what, file=self.path, begin=begin, end=end)
        return range(first, last + 1)

    def _place(self, name: str) -> int:
        names = [step.name for step in self.steps]
        if name not in names:
            mend = "one of {known}"
            raise InputError("no step is called {name!r}", file=self.path, mend=mend, name=name, known=", ".join(names))
        return names.index(name)


def read_recipe(path: Path, study: Path, settings: Sequence[str] = ()) -> Recipe:
    """The recipe in a file. study: the folder of what it makes; settings: `name=value` for variables.

    Raises `InputError`, with the line, for what is no recipe, and for a variable that there is not.
    """
    from axiometer.records.yaml_files import read_located

    located = read_located(path)
    reading = _Reading(path, located.lines)
    top = reading.mapping(located.content, (), _KEYS)
    steps = top.get("steps")
    if not isinstance(steps, list) or not steps:
        raise reading.wrong("a recipe needs a list of steps under `steps`", ())
    reading.define({"study": str(study), "recipe": str(path.parent)}, top.get("variables"), settings)
    built = tuple(reading.step(entry, number) for number, entry in enumerate(steps))
    for number, step in enumerate(built):
        if step.name in {earlier.name for earlier in built[:number]}:
            raise InputError("two steps are called {name!r}", file=path, row=step.line, name=step.name)
    given = {name: value for name, value in reading.known.items() if name not in OWN}
    return Recipe(path, str(top.get("about") or ""), given, built)


@dataclass(slots=True)
class _Reading:
    """Reads the parts of one file, knowing where each stands."""

    path: Path
    lines: Mapping[Place, int]
    known: dict[str, object] = field(default_factory=dict)

    def wrong(self, what: str, place: Place, *, mend: str | None = None, name: str = "", known: str = "") -> InputError:
        row = self.lines.get(place)
        return InputError(what, file=self.path, row=row, mend=mend, name=name, known=known)

    def mapping(self, content: object, place: Place, keys: Sequence[str]) -> Mapping[str, object]:
        if not isinstance(content, dict):
            raise self.wrong("must be a mapping of names to values", place)
        for key in content:
            if key not in keys:
                known = ", ".join(keys)
                raise self.wrong(
                    "there is no key {name!r} here",
                    (*place, str(key)),
                    mend="known: {known}",
                    name=str(key),
                    known=known,
                )
        return content

    def define(self, own: Mapping[str, object], variables: object, settings: Sequence[str]) -> None:
        """Fills `known`: each variable may name those above it."""
        self.known.update(own)
        if variables is not None and not isinstance(variables, dict):
            raise self.wrong("must be a mapping of names to values", ("variables",))
        given = {str(name): value for name, value in (variables or {}).items()}
        changed = _settings(settings, given, self.path)
        for name, value in given.items():
            place: Place = ("variables", name)
            if not _NAME.fullmatch(name) or name in OWN:
                what = "{name!r} cannot be a variable's name"
                raise self.wrong(what, place, mend="letters, digits and _; not study, not recipe", name=name)
            self.known[name] = self.filled(changed.get(name, value), place)

    def step(self, entry: object, number: int) -> Step:
        place: Place = ("steps", number)
        content = self.mapping(entry, place, _STEP_KEYS)
        name, verb = content.get("step"), content.get("run")
        if not isinstance(verb, str) or not verb.split():
            raise self.wrong("a step needs a verb under `run`", place)
        called = str(name) if name is not None else verb
        if name is not None and not _STEP_NAME.fullmatch(called):
            raise self.wrong("{name!r} cannot be a step's name", (*place, "step"), name=called)
        options = content.get("with") or {}
        if not isinstance(options, dict):
            raise self.wrong("must be a mapping of names to values", (*place, "with"))
        filled = {str(key): self.filled(value, (*place, "with", str(key))) for key, value in options.items()}
        lines = {key: self.lines[*place, "with", key] for key in filled}
        return Step(called, tuple(verb.split()), filled, self.lines[place], lines)

    def filled(self, value: object, place: Place) -> object:
        """The value with variables put in; a value that is a variable and nothing else keeps its kind."""
        if isinstance(value, list):
            entries: list[object] = []
            for index, entry in enumerate(value):
                found = self.filled(entry, (*place, index))
                entries.extend(found if isinstance(found, list) else [found])
            return entries
        if not isinstance(value, str):
            return value
        whole = _REFERENCE.fullmatch(value)
        if whole is not None and whole[1] is None:
            return self._value(whole[2] or whole[3], place)
        return _REFERENCE.sub(lambda found: "$" if found[1] else self._text(found[2] or found[3], place), value)

    def _value(self, name: str, place: Place) -> object:
        if name not in self.known:
            known = ", ".join(sorted(self.known))
            raise self.wrong("there is no variable {name!r}", place, mend="known: {known}", name=name, known=known)
        return self.known[name]

    def _text(self, name: str, place: Place) -> str:
        value = self._value(name, place)
        if value is None or isinstance(value, bool | list | dict):
            what = "the variable {name!r} is no text that could stand within another"
            raise self.wrong(what, place, name=name)
        return str(value)


def _settings(settings: Sequence[str], variables: Mapping[str, object], path: Path) -> dict[str, object]:
    """What `--set name=value` says: a list in brackets, `true` and `false` where the variable is one of them, nothing
    for none, and otherwise the text as it stands."""
    changed: dict[str, object] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise InputError("--set {setting}", mend="write --set name=value", setting=setting)
        if name not in variables:
            near = get_close_matches(name, variables, 1)
            mend = "did you mean {near!r}?" if near else "known: {known}"
            what, known = "there is no variable {name!r}", ", ".join(variables)
            raise InputError(what, file=path, mend=mend, name=name, near="".join(near), known=known)
        changed[name] = _setting(text.strip(), isinstance(variables[name], bool))
    return changed


def _setting(text: str, truth: bool) -> object:
    if text.startswith("[") and text.endswith("]"):
        entries = (entry.strip().strip("'\"") for entry in text[1:-1].split(","))
        return [entry for entry in entries if entry]
    if truth and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text or None
