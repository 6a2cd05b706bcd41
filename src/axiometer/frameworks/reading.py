"""A framework's YAML file as a draft whose every text knows its line, and what is wrong with the file's form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from axiometer.errors import InputError, file_error
from axiometer.frameworks.findings import Finding, Located
from axiometer.frameworks.labels import did_you_mean

# libyaml is ten times faster and ships with most wheels of PyYAML; both give the same nodes.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_FRAMEWORK_KEYS = (
    "id", "version", "languages", "names", "description", "sources", "levels", "values", "circular",
)  # fmt: skip
_LEVEL_KEYS = ("id", "names")
_VALUE_KEYS = ("id", "level", "parents", "names", "definitions", "aliases", "contested")
_TEXT_TAG = "tag:yaml.org,2002:str"
_NUMBER_TAGS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_NULL_TAG = "tag:yaml.org,2002:null"
_DEEPEST = 50  # a whole framework is five deep
_ID = re.compile(r"\w+(?:-\w+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

Texts = Mapping[str, Located]


@dataclass(frozen=True, slots=True)
class DraftLevel:
    id: Located
    names: Texts


@dataclass(frozen=True, slots=True)
class DraftValue:
    """A value as written. `level` is None where it is missing."""

    id: Located
    level: Located | None
    parents: tuple[Located, ...]
    names: Texts
    definitions: Texts
    aliases: Mapping[str, tuple[Located, ...]]
    contested: Texts


@dataclass(frozen=True, slots=True)
class Draft:
    """A framework as written, before its parts are held against each other."""

    id: Located
    version: str
    languages: tuple[str, ...]
    names: Texts
    description: Texts
    sources: tuple[str, ...]
    levels: tuple[DraftLevel, ...]
    values: tuple[DraftValue, ...]
    circular: tuple[Located, ...]


def read_draft(path: Path) -> tuple[Draft | None, list[Finding]]:
    """The draft (None where the file is no YAML mapping) and what is wrong with the file's form.

    Raises `InputError` where the file cannot be opened.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError("there is no such file", file=path) from error
    except OSError as error:
        raise file_error(error, path) from error
    form = _Form(str(path))
    node = form.compose(raw)
    return (form.framework(node) if node is not None else None), form.findings


@dataclass(slots=True)
class _Form:
    """Walks YAML nodes, gives located texts, and notes in `findings` whatever has the wrong form."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def note(self, node: yaml.Node, code: str, message: str, mend: str | None = None) -> None:
        line, column = _place(node)
        self.findings.append(Finding(line, column, code, message, mend, self.file))

    def compose(self, raw: bytes) -> yaml.Node | None:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            message, mend = f"byte {error.start} is not UTF-8", "save the file as UTF-8"
            self.findings.append(Finding(line, 1, "not-utf-8", message, mend, self.file))
            return None
        try:
            if (deep := _too_deep(text)) is not None:
                self.findings.append(Finding(deep, 1, "bad-yaml", "nested too deeply to be read", None, self.file))
                return None
            node = yaml.compose(text, Loader=_Loader)
        except yaml.YAMLError as error:
            self.findings.append(_yaml_finding(error, text, self.file))
            return None
        if node is None:
            self.findings.append(Finding(1, 1, "empty", "the file is empty", None, self.file))
        return node

    def framework(self, node: yaml.Node) -> Draft | None:
        parts = self.mapping(node, "a framework", _FRAMEWORK_KEYS, required=("id", "names", "values"))
        if parts is None:
            return None
        id_ = self.identifier(parts, "a framework")
        names = self.by_language(parts.get("names"), "names")
        levels = tuple(self.levels(parts.get("levels")))
        return Draft(
            id=id_ or Located("", *_place(node)),
            version=self.version(parts.get("version")),
            languages=tuple(self.languages(parts.get("languages"))) or tuple(names),
            names=names,
            description=self.by_language(parts.get("description"), "description"),
            sources=tuple(source.text for source in self.texts(parts.get("sources"), "sources")),
            levels=levels,
            values=tuple(self.values(parts.get("values"))),
            circular=self.texts(parts.get("circular"), "circular"),
        )

    def levels(self, node: yaml.Node | None) -> Iterator[DraftLevel]:
        for item in self.items(node, "levels"):
            parts = self.mapping(item, "a level", _LEVEL_KEYS, required=_LEVEL_KEYS)
            id_ = self.identifier(parts, "a level") if parts is not None else None
            if parts is not None and id_ is not None:
                yield DraftLevel(id_, self.by_language(parts.get("names"), "names"))

    def values(self, node: yaml.Node | None) -> Iterator[DraftValue]:
        items = self.items(node, "values")
        if node is not None and isinstance(node, yaml.SequenceNode) and not items:
            self.note(node, "empty", "the framework has no values")
        for item in items:
            parts = self.mapping(item, "a value", _VALUE_KEYS, required=("id",))
            id_ = self.identifier(parts, "a value") if parts is not None else None
            if parts is None or id_ is None:
                continue
            yield DraftValue(
                id=id_,
                level=self.text(parts["level"], "level") if "level" in parts else None,
                parents=self.texts(parts.get("parents"), "parents"),
                names=self.by_language(parts.get("names"), "names"),
                definitions=self.by_language(parts.get("definitions"), "definitions"),
                aliases=self.aliases(parts.get("aliases")),
                contested=self.by_language(parts.get("contested"), "contested"),
            )

    def mapping(
        self, node: yaml.Node, what: str, allowed: Sequence[str], required: Sequence[str] = ()
    ) -> dict[str, yaml.Node] | None:
        """Key -> node of the keys that are allowed; None where the node is no mapping."""
        if not isinstance(node, yaml.MappingNode):
            self.note(node, "wrong-type", f"{what} is a mapping of keys to values, not {_kind(node)}")
            return None
        parts: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name not in allowed:
                mend = did_you_mean(name, allowed) or f"the keys of {what}: {', '.join(allowed)}"
                self.note(key, "unknown-key", f"{what} has no key {name!r}", mend)
            elif name in parts:
                self.note(key, "duplicate-key", f"{what} has the key {name!r} twice", "keep one of them")
            else:
                parts[name] = value
        for name in required:
            if name not in parts:
                self.note(node, "missing-key", f"{what} lacks the key {name!r}")
        return parts

    def items(self, node: yaml.Node | None, key: str) -> list[yaml.Node]:
        if node is None or node.tag == _NULL_TAG:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.note(node, "wrong-type", f"{key!r} is a list, not {_kind(node)}", f"write {key}: [...]")
            return []
        return list(node.value)

    def text(self, node: yaml.Node, what: str) -> Located | None:
        """A text, or None where the node is something else or blank."""
        if not isinstance(node, yaml.ScalarNode) or node.tag != _TEXT_TAG:
            mend = "put it in quotes" if isinstance(node, yaml.ScalarNode) and node.value else None
            self.note(node, "wrong-type", f"{what!r} is a text, not {_kind(node)}", mend)
            return None
        if not node.value.strip():
            self.note(node, "empty", f"{what!r} is empty")
            return None
        return Located(node.value.strip(), *_place(node))

    def texts(self, node: yaml.Node | None, key: str) -> tuple[Located, ...]:
        found = (self.text(item, f"an item of {key}") for item in self.items(node, key))
        return tuple(text for text in found if text is not None)

    def identifier(self, parts: Mapping[str, yaml.Node], what: str) -> Located | None:
        if "id" not in parts:
            return None  # `mapping` has said so
        found = self.text(parts["id"], "id")
        if found is not None and not _ID.fullmatch(found.text):
            mend = "use letters and digits, joined by single hyphens"
            self.note(parts["id"], "bad-id", f"{found.text!r} cannot be the id of {what}", mend)
        return found

    def version(self, node: yaml.Node | None) -> str:
        if node is None:
            return "1"
        if isinstance(node, yaml.ScalarNode) and node.tag in _NUMBER_TAGS:
            return str(node.value)
        found = self.text(node, "version")
        return found.text if found is not None else ""

    def languages(self, node: yaml.Node | None) -> Iterator[str]:
        for item in self.items(node, "languages"):
            # The node's own text is read, not its type: YAML takes Norwegian, `no`, for false.
            if isinstance(item, yaml.ScalarNode) and self.is_language(item):
                yield item.value
            elif not isinstance(item, yaml.ScalarNode):
                self.note(item, "wrong-type", f"a language is a text, not {_kind(item)}")

    def is_language(self, node: yaml.ScalarNode) -> bool:
        if _LANGUAGE.fullmatch(node.value):
            return True
        self.note(node, "bad-language", f"{node.value!r} is no language code", "write zh, en, fr, zh-Hant, ...")
        return False

    def language_parts(self, node: yaml.Node | None, key: str) -> Iterator[tuple[str, yaml.Node]]:
        if node is None or node.tag == _NULL_TAG:
            return
        if not isinstance(node, yaml.MappingNode):
            mend = f"write {key}: {{zh: ..., en: ...}}"
            self.note(node, "wrong-type", f"{key!r} maps languages to texts and is not {_kind(node)}", mend)
            return
        seen: set[str] = set()
        for language, value in node.value:
            if not isinstance(language, yaml.ScalarNode):
                self.note(language, "wrong-type", f"a language is a text, not {_kind(language)}")
            elif self.is_language(language):
                if language.value in seen:
                    self.note(language, "duplicate-key", f"{key!r} has the language {language.value!r} twice")
                else:
                    seen.add(language.value)
                    yield language.value, value

    def by_language(self, node: yaml.Node | None, key: str) -> dict[str, Located]:
        found = {language: self.text(value, key) for language, value in self.language_parts(node, key)}
        return {language: text for language, text in found.items() if text is not None}

    def aliases(self, node: yaml.Node | None) -> dict[str, tuple[Located, ...]]:
        return {language: self.texts(value, "aliases") for language, value in self.language_parts(node, "aliases")}


def _too_deep(text: str) -> int | None:
    """The line where nesting passes `_DEEPEST`, if it does: composing recurses, and libyaml's recursion crashes."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            return _place(event)[0]
    return None


def _place(part: yaml.Node | yaml.Event) -> tuple[int, int]:
    mark = part.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    if node.tag == _NULL_TAG:
        return "nothing"
    kinds = {_TEXT_TAG: "a text", **dict.fromkeys(_NUMBER_TAGS, "a number"), "tag:yaml.org,2002:bool": "yes or no"}
    return kinds.get(node.tag, f"of type {node.tag.rsplit(':', 1)[-1]}")


def _yaml_finding(error: yaml.YAMLError, text: str, file: str) -> Finding:
    line, column, problem = 1, 1, str(error).splitlines()[0]
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            line, column = mark.line + 1, mark.column + 1
        problem = error.problem or problem
    elif isinstance(error, yaml.reader.ReaderError):
        line, problem = text.count("\n", 0, error.position) + 1, "a character that YAML does not allow"
    return Finding(line, column, "bad-yaml", f"not valid YAML: {problem}", None, file)
