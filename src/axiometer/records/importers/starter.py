"""The starter set as items: dilemmas between rules tied to values, each in zh and in en with one `parallel_id`.

Files: `rules.yaml` (`version, framework, rules: [{id, value, zh, en}]`) and `dilemmas/*.yaml` (`version, dilemmas:
[{id, rules: [first, second], zh: {prompt, sides, distractor}, en: …}]`). The first side expresses the first rule and
its value, the second side the second; the distractor expresses nothing. A folder of the same layout can be given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path

import yaml

from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.records.ids import content_id
from axiometer.records.importers.accounting import Imported, ImportOptions, Rejected
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item
from axiometer.starter import data

SOURCE = "axiometer starter v1, Apache-2.0"
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class StarterRule:
    """A judgement and an action, tied to one value; `texts` by language."""

    id: str
    value: str
    texts: Mapping[str, str]


def starter_items(langs: tuple[str, ...] = LANGUAGES) -> list[Item]:
    """The items that ship with Axiometer, by file and place, the languages of a dilemma side by side."""
    unknown = [lang for lang in langs if lang not in LANGUAGES]
    if unknown:
        known = " and ".join(LANGUAGES)
        raise InputError(f"the starter set has no language {', '.join(unknown)}", mend=f"it has {known}")
    return [item for item in _shipped() if item.lang in langs]


@cache
def starter_rules() -> Mapping[str, StarterRule]:
    """The rules behind the shipped dilemmas, by id."""
    return _rules(data())[0]


def starter_rule_rows() -> list[Rule]:
    """The same rules as rows of a corpus, the languages of a rule side by side."""
    framework = _rules(data())[1]
    return [
        make_rule(lang=lang, text=rule.texts[lang], origin="starter", values=(rule.value,), framework=framework.id)
        for rule in starter_rules().values()
        for lang in LANGUAGES
    ]


@cache
def _shipped() -> tuple[Item, ...]:
    return tuple(_items(data()))


@dataclass(frozen=True, slots=True)
class StarterFormat:
    """The importer of the starter set; needs no file."""

    name: str
    describe: Mapping[str, str]
    needs_file: bool = False
    gives_run: bool = False

    def read(self, path: Path | None, options: ImportOptions) -> Imported:
        if path is not None and not path.is_dir():
            raise InputError("not a folder with rules.yaml and dilemmas/", file=path)
        all_items = _shipped() if path is None else tuple(_items(path))
        items = [item for item in all_items if options.lang in (None, item.lang)]
        if not items:
            raise InputError(f"the starter set has no language {options.lang}", mend="it has zh and en")
        return Imported(items, [], _no_rejects(), len(items), len(items))


def _no_rejects() -> list[Rejected]:
    return []  # files of the project's own making are refused whole where anything in them is wrong


def _items(folder: Traversable | Path) -> Iterator[Item]:
    rules, framework = _rules(folder)
    files = sorted(
        (file for file in (folder / "dilemmas").iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name
    )
    if not files:
        raise InputError("no dilemmas/*.yaml", file=str(folder))
    seen: dict[str, str] = {}
    for file in files:
        for dilemma in _entries(_load(file), "dilemmas", file):
            name = str(dilemma.get("id"))
            if name in seen:
                raise InputError(f"dilemma {name} also stands in {seen[name]}", file=file.name)
            seen[name] = file.name
            yield from _parallel(dilemma, rules, framework.id, file.name)


def _rules(folder: Traversable | Path) -> tuple[dict[str, StarterRule], Framework]:
    file = folder / "rules.yaml"
    content = _load(file)
    framework = load_framework(str(content.get("framework")))
    rules: dict[str, StarterRule] = {}
    for entry in _entries(content, "rules", file):
        texts = {lang: str(entry[lang]) for lang in LANGUAGES if entry.get(lang)}
        rule = StarterRule(str(entry.get("id")), framework.value(str(entry.get("value"))).id, texts)
        if rule.id in rules or len(texts) < len(LANGUAGES):
            raise InputError(f"rule {rule.id} comes twice or lacks a language", file=file.name)
        rules[rule.id] = rule
    return rules, framework


def _parallel(
    dilemma: Mapping[str, object], rules: Mapping[str, StarterRule], framework: str, file: str
) -> Iterator[Item]:
    name = str(dilemma.get("id"))
    acted_on = dilemma.get("rules")
    if not isinstance(acted_on, list) or len(acted_on) != 2 or any(rule not in rules for rule in acted_on):
        raise InputError(f"dilemma {name}: rules must be two of those in rules.yaml", file=file)
    pair = (rules[acted_on[0]], rules[acted_on[1]])
    for lang in LANGUAGES:
        texts = dilemma.get(lang)
        if not isinstance(texts, dict):
            raise InputError(f"dilemma {name} has no {lang}", file=file)
        prompt, sides, distractor = texts.get("prompt"), texts.get("sides"), texts.get("distractor")
        if not (isinstance(sides, list) and len(sides) == 2 and all([prompt, distractor, *sides])):
            raise InputError(f"dilemma {name}, {lang}: needs prompt, two sides and distractor", file=file)
        yield make_item(
            kind=ItemKind.DILEMMA,
            lang=lang,
            prompt=str(prompt),
            options=(
                *(Option(str(side), Role.SIDE, _expressed(rule)) for side, rule in zip(sides, pair, strict=True)),
                Option(str(distractor), Role.DISTRACTOR),
            ),
            clusters=tuple(rule.id for rule in pair),
            source=SOURCE,
            framework=framework,
            parallel_id=f"starter/{name}",
            parent_ids=(content_id("row", file, name),),
            meta={"dilemma": name},
        )


def _expressed(rule: StarterRule) -> tuple[Expression, ...]:
    return (Expression(ExpressionKind.RULE, rule.id, 1), Expression(ExpressionKind.VALUE, rule.value, 1))


def _entries(content: Mapping[str, object], key: str, file: Traversable | Path) -> list[Mapping[str, object]]:
    entries = content.get(key)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"not a file of {key}", file=str(file))
    return entries


def _load(file: Traversable | Path) -> Mapping[str, object]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # several times faster where libyaml is there
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
    except (OSError, yaml.YAMLError) as error:
        raise InputError("missing or not YAML", file=str(file)) from error
    if not isinstance(content, dict):
        raise InputError("not a mapping", file=str(file))
    return content


starter = StarterFormat(
    "starter",
    {
        "en": "the dilemmas that ship with Axiometer, in zh and en (no file needed)",
        "zh": "Axiometer 自带的两难情境，中英文各一份（无需文件）",
    },
)
