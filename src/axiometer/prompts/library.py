"""Wordings as data files, `templates/<step>/<lang>/<number>.j2`, compiled once.

The first line of a file says its version: `{# version: 1 #}`. A version goes up when the words change, so that answers
to different words are never mixed unseen; the hash tells them apart even where somebody forgot.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from axiometer.errors import InputError

_VERSION = re.compile(r"\{#\s*version:\s*(\d+)\s*#\}[ \t]*\r?\n?")
_STEP = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Template:
    """One wording of one step in one language. Equal source is equal wording: comparison leaves the compiled form out.

    `folder` is the user's folder that the wording came from, None for a shipped one.
    """

    step: str
    lang: str
    number: int
    version: int
    source: str
    folder: Path | None = None
    _fill: Callable[..., str] = field(repr=False, compare=False, kw_only=True)

    @property
    def id(self) -> str:
        """`choice/zh/1@1`; a wording from a user's folder has the folder's name in front (`mine:choice/zh/1@1`)."""
        name = f"{self.step}/{self.lang}/{self.number}@{self.version}"
        return name if self.folder is None else f"{self.folder.name}:{name}"

    @property
    def hash(self) -> str:
        """32 hex digits (128 bits) of the SHA-256 of the source, whatever its line endings."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:32]

    def render(self, **fields: object) -> str:
        """The prompt. What the fields contain is never read as template code.

        Raises `InputError` where the template asks for a field that is not given, or does what the sandbox forbids.
        """
        try:
            return self._fill(**fields)
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise InputError(
                f"the wording {self.id} cannot be filled in: {error}",
                mend=f"fields given: {', '.join(sorted(fields)) or 'none'}",
            ) from error


def load_template(step: str, lang: str, number: int, folder: Path | None = None) -> Template:
    """The wording `number` (from 1) of a step in a language; a user's `folder` (`<folder>/<step>/<lang>/<n>.j2`) comes
    before the shipped ones. Raises `InputError` where there is none or where it is no template."""
    for root in _roots(folder):
        if number in _numbers(step, lang, root):
            return _load(step, lang, number, root)
    have = sorted({n for root in _roots(folder) for n in _numbers(step, lang, root)})
    raise InputError(
        f"there is no wording {step}/{lang}/{number}",
        file=folder,
        mend=f"wordings there are: {', '.join(map(str, have))}"
        if have
        else f"languages of {step!r}: {', '.join(languages(step, folder)) or 'none'}",
    )


def wordings(step: str, lang: str, folder: Path | None = None) -> tuple[Template, ...]:
    """All wordings of a step in a language by number; empty where there are none."""
    numbers = {number for root in _roots(folder) for number in _numbers(step, lang, root)}
    return tuple(load_template(step, lang, number, folder) for number in sorted(numbers))


def languages(step: str, folder: Path | None = None) -> tuple[str, ...]:
    """The languages in which a step has wordings, in alphabetical order."""
    found: set[str] = set()
    for root in _roots(folder):
        place = _place(root, step)
        if place is not None and place.is_dir():
            found.update(entry.name for entry in place.iterdir() if _numbers(step, entry.name, root))
    return tuple(sorted(found))


def _roots(folder: Path | None) -> tuple[Path | None, ...]:
    return (None,) if folder is None else (folder, None)


def _place(root: Path | None, step: str) -> Traversable | None:
    if not _STEP.fullmatch(step):
        return None
    base: Traversable = root if root is not None else files(__package__).joinpath("templates")
    return base.joinpath(step)


@cache
def _numbers(step: str, lang: str, root: Path | None) -> frozenset[int]:
    place = _place(root, step)
    if place is None or not _LANG.fullmatch(lang):
        return frozenset()
    folder = place.joinpath(lang)
    if not folder.is_dir():
        return frozenset()
    names = (entry.name for entry in folder.iterdir())
    return frozenset(int(name[:-3]) for name in names if re.fullmatch(r"[1-9]\d{0,5}\.j2", name))


@cache
def _load(step: str, lang: str, number: int, root: Path | None) -> Template:
    place = _place(root, step)
    assert place is not None  # `_numbers` found the file
    file = place.joinpath(lang, f"{number}.j2")
    where = str(file)
    try:
        source = file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", file=where, mend="templates are UTF-8 text") from error
    version = _VERSION.match(source)
    if version is None:
        raise InputError("has no version", file=where, row=1, mend="let the first line be {# version: 1 #}")
    try:
        compiled = _environment().from_string(source[version.end() :])
    except TemplateSyntaxError as error:
        raise InputError(f"is no Jinja2 template: {error.message}", file=where, row=error.lineno + 1) from error
    return Template(step, lang, number, int(version.group(1)), source, root, _fill=compiled.render)


@cache
def _environment() -> SandboxedEnvironment:
    # Prompts are text for a model, not HTML: escaping would change what it reads.
    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
