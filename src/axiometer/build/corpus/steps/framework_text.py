"""How a framework is shown in a prompt: names and short definitions in the prompt's language, in the tree's order.

What is shown are the framework's own words; nothing here says that it is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from axiometer.frameworks import Framework, Value
from axiometer.frameworks.labels import normalise

# A list of more values than this is too long to read a text against.
_MOST_VALUES = 20
# Beyond these a definition is cut at a clause; the shipped frameworks' are all shorter.
_MOST_CHARACTERS, _MOST_WORDS = 40, 24
_FALLBACK = "en"


def framework_name(framework: Framework, lang: str) -> str:
    """The framework's name in `lang`, else in English, else in any language, else its id."""
    return _in_language(framework.names, lang) or framework.id


@lru_cache(maxsize=64)
def overview(framework: Framework, lang: str) -> str:
    """One line a value of the most specific level with at most 20 values: `- name: definition`.

    Where every level has more, the smallest one is shown.
    """
    shown = framework.values_at(_shown_level(framework))
    return "\n".join(f"- {framework.name(value.id, lang)}{_definition(value, lang)}" for value in shown)


@lru_cache(maxsize=64)
def tree(framework: Framework, lang: str) -> str:
    """Every value once, below its first parent, by id and name; those with nothing below them with their definition."""
    lines = []
    for value, depth in _in_order(framework):
        definition = "" if framework.children(value.id) else _definition(value, lang)
        lines.append(f"{'  ' * depth}- {_id_and_name(value, framework, lang)}{definition}")
    return "\n".join(lines)


@lru_cache(maxsize=64)
def outline(framework: Framework, lang: str) -> str:
    """`tree` in fewer words: definitions are those of the level that `overview` shows, and what is below stands in one
    line by id and name."""
    level = _shown_level(framework)
    deepest = [each.id for each in framework.levels].index(level)
    lines: list[str] = []
    below: list[str] = []
    for value, depth in _in_order(framework):
        name = _id_and_name(value, framework, lang)
        if depth > deepest:
            below.append(name)
            continue
        _close(lines, below, deepest)
        lines.append(f"{'  ' * depth}- {name}{_definition(value, lang) if value.level == level else ''}")
    _close(lines, below, deepest)
    return "\n".join(lines)


def _close(lines: list[str], below: list[str], depth: int) -> None:
    """Moves what was gathered below a value into a line of its own."""
    if below:
        lines.append(f"{'  ' * (depth + 1)}- {', '.join(below)}")
        below.clear()


@lru_cache(maxsize=4096)
def chosen(framework: Framework, value_ids: tuple[str, ...], lang: str) -> str:
    """The given values and all above them, broadest first: `- name (level): definition`."""
    wanted = set(value_ids)
    for value_id in value_ids:
        wanted.update(above for ids in framework.ancestors(value_id).values() for above in ids)
    lines = []
    for value in framework.values:
        if value.id in wanted:
            level = _in_language(framework.level(value.level).names, lang) or value.level
            named = f"（{level}）" if lang == "zh" else f" ({level})"
            lines.append(f"- {framework.name(value.id, lang)}{named}{_definition(value, lang)}")
    return "\n".join(lines)


def most_specific(framework: Framework, value_ids: Iterable[str]) -> tuple[str, ...]:
    """The given values without those that stand above another given one; each once, in the framework's order."""
    given = set(value_ids)
    above = {each for value_id in given for ids in framework.ancestors(value_id).values() for each in ids}
    return tuple(value.id for value in framework.values if value.id in given - above)


def _id_and_name(value: Value, framework: Framework, lang: str) -> str:
    """The id, and the name where it says more than the id."""
    name = framework.name(value.id, lang)
    return value.id if normalise(name) == normalise(value.id) else f"{value.id} {name}"


def _definition(value: Value, lang: str) -> str:
    """What follows a name: colon and definition, or nothing where the framework has none."""
    definition = _shortened(_in_language(value.definitions, lang))
    return definition and ("：" if lang == "zh" else ": ") + definition


def _in_language(texts: Mapping[str, str], lang: str) -> str:
    """The text on one line; a definition of several lines would break the list."""
    found = texts.get(lang) or texts.get(_FALLBACK) or next(iter(texts.values()), "")
    return " ".join(found.split())


def _shortened(definition: str) -> str:
    words = definition.split(" ")
    if len(words) > _MOST_WORDS:
        return " ".join(words[:_MOST_WORDS]).rstrip(",;:. ") + " …"
    if len(words) <= 2 and len(definition) > _MOST_CHARACTERS:
        return definition[:_MOST_CHARACTERS].rstrip("，；、。") + "…"
    return definition


def _shown_level(framework: Framework) -> str:
    """The most specific level with at most 20 values; where every level has more, the smallest one."""
    sizes = {level.id: len(framework.values_at(level.id)) for level in framework.levels}
    fitting = [level for level, size in sizes.items() if 0 < size <= _MOST_VALUES]
    return fitting[-1] if fitting else min((level for level in sizes if sizes[level]), key=sizes.__getitem__)


def _in_order(framework: Framework) -> Iterator[tuple[Value, int]]:
    """Depth first: a value with the depth of its level, then what has it as its first parent."""
    depths = {level.id: depth for depth, level in enumerate(framework.levels)}
    below: dict[str | None, list[Value]] = {}
    for value in framework.values:
        below.setdefault(value.parents[0] if value.parents else None, []).append(value)
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        value = waiting.pop()
        yield value, depths[value.level]
        waiting.extend(reversed(below.get(value.id, [])))
