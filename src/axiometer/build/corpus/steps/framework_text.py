"""How a framework is shown in a prompt: names and short definitions in the prompt's language, in the tree's order.

What is shown are the framework's own words; nothing here says that it is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from axiometer.frameworks import Framework, Value

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
    levels = [framework.values_at(level.id) for level in framework.levels]
    fitting = [values for values in levels if 0 < len(values) <= _MOST_VALUES]
    shown = fitting[-1] if fitting else min((values for values in levels if values), key=len)
    return "\n".join(f"- {_named(value, framework, lang)}" for value in shown)


@lru_cache(maxsize=64)
def tree(framework: Framework, lang: str) -> str:
    """Every value once, below its first parent, as `id name`; those with nothing below them with their definition."""
    depths = {level.id: depth for depth, level in enumerate(framework.levels)}
    lines = []
    for value, depth in _in_order(framework, depths):
        leaf = not framework.children(value.id)
        shown = _named(value, framework, lang) if leaf else framework.name(value.id, lang)
        lines.append(f"{'  ' * depth}- {value.id} {shown}")
    return "\n".join(lines)


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
            lines.append(f"- {_named(value, framework, lang, f'（{level}）' if lang == 'zh' else f' ({level})')}")
    return "\n".join(lines)


def most_specific(framework: Framework, value_ids: Iterable[str]) -> tuple[str, ...]:
    """The given values without those that stand above another given one; each once, in the framework's order."""
    given = set(value_ids)
    above = {each for value_id in given for ids in framework.ancestors(value_id).values() for each in ids}
    return tuple(value.id for value in framework.values if value.id in given - above)


def _named(value: Value, framework: Framework, lang: str, addition: str = "") -> str:
    name = framework.name(value.id, lang) + addition
    definition = _shortened(_in_language(value.definitions, lang))
    if not definition:
        return name
    return f"{name}：{definition}" if lang == "zh" else f"{name}: {definition}"


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


def _in_order(framework: Framework, depths: Mapping[str, int]) -> Iterator[tuple[Value, int]]:
    """Depth first: a value, then what has it as its first parent."""
    below: dict[str | None, list[Value]] = {}
    for value in framework.values:
        below.setdefault(value.parents[0] if value.parents else None, []).append(value)
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        value = waiting.pop()
        yield value, depths[value.level]
        waiting.extend(reversed(below.get(value.id, [])))
