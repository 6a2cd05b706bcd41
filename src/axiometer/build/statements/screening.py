"""Which subjects touch values: a model's judgement with its reason, in a file that people can edit.

`screen.yaml` names every subject with what the model said (`model`) and what holds (`keep`). Who changes `keep` has
decided: the entry is then a person's, in this and in every later run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pydantic
import yaml

from axiometer.build.corpus.steps.framework_text import overview
from axiometer.build.statements.topics.options import TOPIC
from axiometer.build.statements.topics.rows import Subject, SubjectKind
from axiometer.errors import InputError
from axiometer.frameworks import Framework
from axiometer.measure.asking.answers import Said, Truth, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Text
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.records.tables import write_text
from axiometer.records.yaml_files import read_located
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Dropped, Fate, Kept, Rejected, Status

SCREEN: Final = "screen-subjects"
APPLIED: Final = "screen"
UNTOUCHED: Final = "subject does not touch values"
MIXED: Final = "texts of no one subject: they were not judged together"
NOT_JUDGED: Final = "the model gave no verdict"
UNSCREENED: Final = "not screened"
_VERSION: Final = 1
_SCHEMA: Final = object_schema(reason={"type": "string"}, touches={"type": "boolean"})
_PROMPTING: Final = MaterialPrompting("subject-screen", _SCHEMA, '{"reason": "...", "touches": true/false}', 200)
_HEAD: Final = """\
# The subjects of your texts. Texts on a subject with `keep: false` are not read for statements.
# To decide otherwise than the model, change `keep` and give the same command again; `model` stays what the model said.
# What you decided of a subject that no text has now stands at the end, with `texts: 0`, and holds when it comes back.
# 文章的各个主题。keep 为 false 的主题，其文章不再提取陈述。
# 要改变模型的判断，请改 keep，再运行同一条命令；model 一项保持原样。
# 您对目前没有文章的主题所做的决定列在最后（texts: 0），该主题再出现时仍然有效。
"""


class ScreenAnswer(pydantic.BaseModel):
    """The form that is asked for."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    touches: Truth
    reason: Said = ""


@dataclass(frozen=True, slots=True)
class ScreenSubjects:
    """The stage: subjects in, the same out with `keep` and `reason`. A subject about which no answer can be used is
    kept: what does not touch values is found later, text by text. framework: whose values are meant; about: what the
    user means by values, in their words; with neither, what ought to be done in law, policy and conduct."""

    framework: Framework | None = None
    about: str | None = None
    name: str = SCREEN
    output: type[Subject] = Subject

    @property
    def fingerprint(self) -> Mapping[str, object]:
        whose = None if self.framework is None else [self.framework.id, self.framework.fingerprint]
        return {"version": _VERSION, "framework": whose, "about": self.about, **_PROMPTING.fingerprint}

    def render(self, row: Subject) -> Request | Kept[Subject] | Dropped:
        if row.kind is SubjectKind.OTHER:
            return _judged(row, keep=True, reason=MIXED)
        meta = {"id": row.id, "source": row.id, "label": row.label, "examples": list(row.examples)}
        values = "" if self.framework is None else overview(self.framework, prompt_language(row.lang))
        return _PROMPTING.request(
            row.lang,
            meta,
            sense=(self.about or "").strip(),
            values=values,
            label=row.label,
            keywords=", ".join(row.keywords),
            examples=row.examples,
        )

    def read(self, row: Subject, reply: Reply) -> Kept[Subject] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), ScreenAnswer)
        if isinstance(answer, Dropped):
            return _judged(row, keep=True, reason=f"{NOT_JUDGED}: {answer.reason}")
        if isinstance(answer, Rejected):
            return replace(answer, usable=_judged(row, keep=True, reason=f"{NOT_JUDGED}: {answer.problem}"))
        return _judged(row, keep=answer.touches, reason=shortened(answer.reason))

    def repair(self, row: Subject, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return _PROMPTING.repair(row.lang, asked, reply, rejected)


def _judged(row: Subject, *, keep: bool, reason: str) -> Kept[Subject]:
    return Kept((replace(row, keep=keep, reason=reason or None),), reason or None)


# -- the file for people ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A subject as the file has it. `model`: what the model said; `person`: whether a person decided `keep`."""

    id: str
    label: str
    nation: str | None
    lang: str
    keep: bool
    model: bool
    person: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """Subjects as they hold now, in the order of the file; `changed`: names of those that a person decided otherwise
    than the model; `gone`: of decisions by people whose subject no text has now."""

    subjects: tuple[Subject, ...]
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = field(default=())


class _Entry(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    id: str
    keep: pydantic.StrictBool
    label: str = ""
    nation: str | None = None
    lang: str = ""
    model: pydantic.StrictBool | None = None
    decided: str = "model"


def settle_screen(path: Path, subjects: Sequence[Subject]) -> Settled:
    """What holds of subjects that a model judged: a person's decision in the file at `path` wins. Writes the file.

    A decision is a person's where `keep` is not what `model` says there, or where `decided: person` stands. It belongs
    to its subject by id, or, where texts were added and ids changed, by nation, language and label, if only one subject
    has them. One that belongs to none stays in the file, behind the others.
    Raises `InputError` with the line for a file that is no YAML or has a wrong entry.
    """
    entries = read_screen(path) if path.exists() else []
    by_id = {entry.id: entry for entry in entries if entry.person}
    there = {subject.id for subject in subjects}
    by_name = {(entry.nation, entry.lang, entry.label): entry for entry in by_id.values() if entry.id not in there}
    names = Counter((subject.nation, subject.lang, subject.label) for subject in subjects)
    settled: list[Subject] = []
    written: list[dict[str, object]] = []
    used: set[str] = set()
    for subject in sorted(subjects, key=_largest):
        said = subject if subject.keep is not None else replace(subject, keep=True, reason=NOT_JUDGED)
        name = said.nation, said.lang, said.label
        decision = by_id.get(said.id) or (by_name.get(name) if names[name] == 1 else None)
        model = bool(said.keep)
        if decision is not None:
            used.add(decision.id)
            said = replace(said, keep=decision.keep, person=True)
        settled.append(said)
        written.append(_written(said, model))
    gone = [entry for entry in by_id.values() if entry.id not in used]
    written += map(_remembered, gone)
    text = yaml.safe_dump({"subjects": written}, allow_unicode=True, sort_keys=False, width=100)
    if not path.exists() or path.read_bytes() != (_HEAD + text).encode():  # saved in whatever encoding
        write_text(_HEAD + text, path)
    changed = tuple(subject.label for subject in settled if subject.person)
    return Settled(tuple(settled), changed, tuple(entry.label for entry in gone))


def read_screen(path: Path) -> list[Entry]:
    """The entries of a screen that people may have edited. Raises `InputError` with the line of what is wrong."""
    located = read_located(path)
    content = located.content
    listed = content.get("subjects") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise InputError(
            "no list of subjects", file=path, mend="delete the file: it is written again without your changes"
        )
    return [_entry(number, said, located.lines, path) for number, said in enumerate(listed)]


def _entry(number: int, said: object, lines: Mapping[tuple[str | int, ...], int], path: Path) -> Entry:
    try:
        entry = _Entry.model_validate(said)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ("subjects", number, *first["loc"])
        row = next(lines[place[:length]] for length in range(len(place), 0, -1) if place[:length] in lines)
        key = str(first["loc"][0]) if first["loc"] else "subjects"
        if first["type"] == "missing":
            raise InputError("{key} is missing", file=path, row=row, key=key) from error
        if key in ("keep", "model"):
            raise InputError("{key} is neither true nor false", file=path, row=row, key=key) from error
        raise InputError("{key}: {said}", file=path, row=row, key=key, said=first["msg"]) from error
    model = entry.keep if entry.model is None else entry.model
    return Entry(
        id=entry.id,
        label=entry.label,
        nation=entry.nation,
        lang=entry.lang,
        keep=entry.keep,
        model=model,
        person=entry.decided == "person" or entry.keep != model,
    )


def _written(subject: Subject, model: bool) -> dict[str, object]:
    return {
        "label": subject.label,
        "keep": bool(subject.keep),
        "model": model,
        "reason": subject.reason or "",
        "decided": "person" if subject.person else "model",
        "texts": subject.size,
        "nation": subject.nation,
        "lang": subject.lang,
        "keywords": ", ".join(subject.keywords),
        "id": subject.id,
    }


def _remembered(entry: Entry) -> dict[str, object]:
    """A person's decision on a subject that no text has now."""
    return {
        "label": entry.label,
        "keep": entry.keep,
        "model": entry.model,
        "decided": "person",
        "texts": 0,
        "nation": entry.nation,
        "lang": entry.lang,
        "id": entry.id,
    }


def _largest(subject: Subject) -> tuple[str, str, bool, int, str, str]:
    other = subject.kind is SubjectKind.OTHER
    return subject.nation or "", subject.lang, other, -subject.size, subject.label, subject.id


# -- applying it ------------------------------------------------------------------------------------------------------


def apply_screen(texts: StageFolder, output: StageFolder, subjects: Sequence[Subject]) -> None:
    """The texts whose subject is kept; the others are dropped with the subject's name and why. A text whose subject is
    not among `subjects` stays."""
    gone = {subject.id: subject for subject in subjects if subject.keep is False}
    rule = sorted((key, subject.label, subject.reason, subject.person) for key, subject in gone.items())
    basis = content_id("screen", _VERSION, [list(each) for each in rule])
    output.keep_only(texts.names())
    for part in texts.parts():
        signature = content_id("part", basis, part.digest)
        if output.is_made(part.name, signature):
            continue
        kept: list[Text] = []
        fates: list[Fate] = []
        for text in to_rows(texts.rows_of(part.name), Text):
            subject = gone.get(text.meta.get(TOPIC, ""))
            if subject is None:
                kept.append(text)
                fates.append(Fate(text.id, Status.KEPT, outputs=(text.id,)))
            else:
                fates.append(Fate(text.id, Status.DROPPED, reason=UNTOUCHED, note=_why(subject)))
        output.write(part.name, to_frame(kept, Text), fates, signature)


def unscreened(subjects: Sequence[Subject]) -> Iterator[Subject]:
    """All of them kept, as without a screen."""
    return (replace(subject, keep=True, reason=UNSCREENED) for subject in subjects)


def _why(subject: Subject) -> str:
    said = f"{subject.label}: {subject.reason}" if subject.reason else subject.label
    return f"{said} (decided by a person)" if subject.person else said
