"""A project as a labelling configuration and tasks for Label Studio, and its annotations read back.

Format: labelstud.io, "Label Studio Task Format" and the tags Choices, Choice, TextArea. All annotators of a project
there see a task's options in one order, which is drawn by a hash of the row; sheets and the page for raters give each
rater an order of its own. Annotators enter as raters of their own, `LS-` and their number there: no name and no address
is read.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from axiometer.annotate.project import STORE, Project, Rater
from axiometer.annotate.rater_sheets import FIRST_AGREE, LONGEST_REWRITE, SheetProblems
from axiometer.annotate.store import Entry, LabelStore
from axiometer.annotate.tasks import LANGUAGES, NOTHING, TaskLabel
from axiometer.annotate.units import Unit
from axiometer.errors import InputError
from axiometer.models.draws import uniform
from axiometer.records.tables import write_text

CONFIG: Final = "config.xml"
INSTRUCTIONS: Final = "instructions.html"
TASKS: Final = "tasks.json"
LABEL: Final = "label"
REWRITE: Final = "rewrite"
PREFIX: Final = "LS-"
_NOTHING: Final = TaskLabel(id=NOTHING, en="none of these", zh="都没有")
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Written:
    config: Path
    tasks: Path
    instructions: Path
    rows: int


@dataclass(frozen=True, slots=True)
class ImportedAnnotations:
    """`raters`: how many labels each annotator gave, by pseudonym; `changed` are new or other than before."""

    raters: Mapping[str, int]
    skipped: int
    changed: int


def write_label_studio(project: Project, folder: Path) -> Written:
    """Writes into `folder` `config.xml` (to paste under Labeling Interface), `tasks.json` (to import): every unit of
    the project, checks too, once; how many annotators each is to have is set there; and `instructions.html`: all that
    raters read and agree to beforehand, to be shown there before labelling."""
    lang = "zh" if project.langs and all(lang.startswith("zh") for lang in project.langs) else "en"
    tasks = [_task(project, unit) for unit in sorted(project.units.values(), key=_place)]
    config, file, before = folder / CONFIG, folder / TASKS, folder / INSTRUCTIONS
    write_text(labelling_config(project, lang), config)
    write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", file)
    write_text(instructions(project), before)
    return Written(config, file, before, len(tasks))


def instructions(project: Project) -> str:
    """Purpose, warning, consent and instructions in Chinese and English, as HTML."""
    lines = []
    for lang in reversed(LANGUAGES):
        agreed, task = project.agreed(lang), project.task
        lines.append(f"<h3>{escape(task.title.said(lang))}</h3>")
        texts = (agreed.purpose, agreed.warning, agreed.consent, FIRST_AGREE.said(lang), task.instructions.said(lang))
        lines += [f"<p>{escape(part)}</p>" for text in texts for part in text.strip().splitlines() if part.strip()]
    return "\n".join(lines) + "\n"


def labelling_config(project: Project, lang: str) -> str:
    """The labelling interface as XML; every text is an attribute, so no text of a user is markup."""
    task = project.task
    view = ElementTree.Element("View")
    _add(view, "Header", value=task.title.said(lang))
    _add(view, "Header", value=task.instructions.said(lang).strip(), size="5")
    if any(unit.title for unit in project.units.values()):
        _add(view, "Text", name="title", value="$title", valueType="text")
    if any(unit.context for unit in project.units.values()):
        _add(view, "Text", name="context", value="$context", valueType="text")
    _add(view, "Text", name="text", value="$text", valueType="text")
    choices = {"name": LABEL, "toName": "text", "choice": "multiple" if task.multi else "single", "required": "true"}
    if task.source == "options":
        _add(view, "Choices", **choices, value="$choices")
    else:
        if any(unit.options for unit in project.units.values()):
            _add(view, "Text", name="options", value="$options", valueType="text")
        group = _add(view, "Choices", **choices, showInline="false")
        for label in (*task.labels, *((_NOTHING,) if task.multi else ())):
            hotkey = {"hotkey": label.key} if label.key is not None else {}
            hint = {"hint": label.help.said(lang)} if label.help is not None else {}
            _add(group, "Choice", value=label.words.said(lang), alias=label.id, **hotkey, **hint)
    if task.rewrite:
        _add(view, "TextArea", name=REWRITE, toName="text", maxSubmissions="1", editable="true", rows="2")
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def _add(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, attributes)


def _place(unit: Unit) -> tuple[float, str]:
    return uniform("label studio", unit.id), unit.id


def _task(project: Project, unit: Unit) -> dict[str, object]:
    data: dict[str, object] = {
        "unit": unit.id,
        "project": project.id,
        "lang": unit.lang,
        "title": unit.title,
        "context": unit.context,
        "text": unit.text,
    }
    if project.task.source == "options":
        order = sorted(unit.shown, key=lambda option: uniform("label studio", unit.id, option))
        shown = order if project.task.shuffle else unit.shown
        fixed = [{"value": label.words.said(unit.lang), "alias": label.id} for label in project.task.labels]
        data["choices"] = [{"value": unit.options[option], "alias": str(option)} for option in shown] + fixed
    elif unit.options:
        data["options"] = "\n".join(f"{number}. {text}" for number, text in enumerate(unit.options, 1))
    return {"data": data}


# -- reading ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    project: Project
    file: Path
    names: Mapping[str, str]
    entries: dict[str, dict[str, tuple[str, Entry]]] = field(default_factory=dict)
    errors: list[InputError] = field(default_factory=list)


def import_label_studio(project: Project, file: Path, raters: Mapping[str, str] | None = None) -> ImportedAnnotations:
    """Takes the annotations of an export in the format JSON as labels of the project. `raters`: pseudonyms by an
    annotator's number; others are `LS-` and the number. Of two annotations of one task by one annotator the later
    stands; a task that an annotator skipped is skipped.

    Raises `InputError` for a file that is no such export, `SheetProblems` with an error for each annotation that cannot
    be used (by number of the task in the file; nothing is taken then), `Refused` as `LabelStore.record` does.
    """
    for name in (raters or {}).values():
        if not _is_pseudonym(name):
            raise InputError("{name!r} is no pseudonym", mend="letters, digits, - and _", name=name)
    reading = _Reading(project, file, raters or {})
    for number, task in enumerate(_tasks(file), 1):
        try:
            _take_task(reading, task, number)
        except InputError as error:
            reading.errors.append(error.at(file, number))
    if reading.errors:
        raise SheetProblems(reading.errors, file)
    if not reading.entries:
        raise InputError("no task has an annotation", file=file)
    found = {rater: [entry for _, entry in own.values()] for rater, own in reading.entries.items()}
    with LabelStore(project.folder / STORE, until=project.retention) as store:
        changed = store.record_all(found, f"label studio {file.name}")
    labels = {rater: sum(entry.value is not None for entry in own) for rater, own in sorted(found.items())}
    return ImportedAnnotations(labels, sum(map(len, found.values())) - sum(labels.values()), changed)


def _is_pseudonym(name: str) -> bool:
    try:
        Rater.model_validate(name)
    except ValueError:
        return False
    return True


def _tasks(file: Path) -> Sequence[Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InputError("no such file", file=file) from error
    except (ValueError, RecursionError) as error:
        raise InputError("not JSON", file=file, mend="export the project in the format JSON") from error
    if not isinstance(content, list):
        raise InputError("not a list of tasks", file=file, mend="export the project in the format JSON")
    return content


def _take_task(reading: _Reading, task: object, number: int) -> None:
    data = _mapping(task, "data")
    unit = reading.project.units.get(str(data.get("unit")))
    if unit is None or data.get("project") != reading.project.id:
        raise InputError("a task that is not of this project", mend="export the project whose tasks came from here")
    annotations = task.get("annotations") if isinstance(task, dict) else None
    if not isinstance(annotations, list):
        raise InputError("no list `annotations`", mend="export the project in the format JSON, not JSON-MIN")
    for annotation in annotations:
        try:
            _take(reading, unit, data, annotation)
        except InputError as error:
            reading.errors.append(error.at(reading.file, number))


def _take(reading: _Reading, unit: Unit, data: Mapping[str, Any], annotation: object) -> None:
    if not isinstance(annotation, dict):
        raise InputError("an annotation that is no object")
    rater = _rater(reading, annotation.get("completed_by"))
    at = str(annotation.get("updated_at") or annotation.get("created_at") or "")
    said = _said(annotation.get("result"))
    value = None
    if not annotation.get("was_cancelled"):
        chosen = said.get(LABEL, [])
        if not chosen:
            raise InputError("an annotation of {rater} without a label", rater=rater)
        value = _value(reading.project, unit, data, chosen)
    rewrite = " ".join(said.get(REWRITE, [])).strip() if reading.project.task.rewrite else ""
    if len(rewrite) > LONGEST_REWRITE:
        raise InputError("longer than {n} characters", column=REWRITE, n=LONGEST_REWRITE)
    entry = Entry(unit.id, value, rewrite or None, _seconds(annotation.get("lead_time")))
    own = reading.entries.setdefault(rater, {})
    if unit.id not in own or _moment(own[unit.id][0]) <= _moment(at):
        own[unit.id] = (at, entry)


def _rater(reading: _Reading, said: object) -> str:
    """The pseudonym of an annotator: `completed_by` is a number, or an object with one, and an address that is left
    unread."""
    number = said.get("id") if isinstance(said, dict) else said
    if isinstance(number, bool) or not isinstance(number, int):
        raise InputError("an annotation without the number of its annotator")
    return reading.names.get(str(number), f"{PREFIX}{number}")


def _seconds(said: object) -> float | None:
    there = isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said < math.inf
    return float(said) if there else None  # type: ignore[arg-type]


def _said(result: object) -> dict[str, list[str]]:
    """What was chosen and written, by the name of the control."""
    found: dict[str, list[str]] = {}
    for region in result if isinstance(result, list) else []:
        if isinstance(region, dict) and isinstance(region.get("value"), dict):
            kind = "text" if region.get("type") == "textarea" else "choices"
            values = region["value"].get(kind)
            listed = [values] if isinstance(values, str) else values if isinstance(values, list) else []
            found.setdefault(str(region.get("from_name")), []).extend(map(str, listed))
    return found


def _value(project: Project, unit: Unit, data: Mapping[str, Any], chosen: Sequence[str]) -> str:
    aliases = dict(_aliases(project, unit, data))
    named = [aliases.get(each, each) for each in chosen]
    if len(named) > 1 and (not project.task.multi or NOTHING in named):
        raise InputError("labels that do not stand together: {said}", said=", ".join(chosen))
    return project.task.value_of(",".join(named), unit)


def _aliases(project: Project, unit: Unit, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Words as they stand in an export without aliases, and what they stand for."""
    for label in (*project.task.labels, *((_NOTHING,) if project.task.multi else ())):
        yield label.en, label.id
        yield label.zh, label.id
    if project.task.source == "options":
        for option in unit.shown:
            yield unit.options[option], str(option)
    for choice in data.get("choices") or []:
        if isinstance(choice, dict) and "alias" in choice:
            yield str(choice["alias"]), str(choice["alias"])


def _mapping(task: object, name: str) -> Mapping[str, Any]:
    found = task.get(name) if isinstance(task, dict) else None
    if not isinstance(found, dict):
        raise InputError("a task without `{name}`", name=name, mend="export the project in the format JSON")
    return found


def _moment(at: str) -> datetime.datetime:
    try:
        found = datetime.datetime.fromisoformat(at.replace("Z", "+00:00"))
    except ValueError:
        return datetime.datetime.min.replace(tzinfo=datetime.UTC)
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)
