"""What is planted in a simulated rule writer: shares of texts, of rules and of calls, by step."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Literal

import pydantic

from axiometer.models.simulated import profile_path
from axiometer.models.writer_profile_news import Extraction, Relations
from axiometer.models.writer_profile_topics import Subjects
from axiometer.models.writer_profile_triples import Triples
from axiometer.records.yaml_files import checked, read_yaml

Share = pydantic.Field(0.0, ge=0, le=1)


class Step(StrEnum):
    """What a simulated rule writer can be asked; `compact` is screen, write and classify in one call."""

    SCREEN = "screen"
    WRITE = "write"
    REFINE = "refine"
    FILTER = "filter"
    CLASSIFY = "classify"
    LABEL = "label"
    COMPACT = "compact"


class Malformed(pydantic.BaseModel):
    """Shares of a step's calls that are answered in another form than the one asked for.

    `prose`: words and no JSON. `empty`: nothing. `cut`: JSON cut off by the length limit. `wrong_form`: JSON whose main
    field is 7. `unknown_label` (classify and compact): labels that the framework does not know; after a combined call
    its rules are then classified by a call of their own. The last two are still answers: `fence` puts the JSON into a
    code fence, `alias` (classify and compact) gives values by a name or an alias.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    prose: float = Share
    empty: float = Share
    cut: float = Share
    wrong_form: float = Share
    unknown_label: float = Share
    fence: float = Share
    alias: float = Share


class Labels(pydantic.BaseModel):
    """Weights of the labels of rules: 1 (`fit`; `fit_rewritten` with other words proposed), 0 (`irrelevant`), -1
    (`conflict`; `conflict_rewritten` with a rule proposed that the framework would have instead)."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    fit: float = pydantic.Field(0.75, ge=0)
    fit_rewritten: float = pydantic.Field(0.1, ge=0)
    irrelevant: float = pydantic.Field(0.05, ge=0)
    conflict: float = pydantic.Field(0.04, ge=0)
    conflict_rewritten: float = pydantic.Field(0.06, ge=0)

    @pydantic.model_validator(mode="after")
    def _something(self) -> Labels:
        if not sum(self.model_dump().values()) > 0.0:
            raise ValueError("at least one weight must be above 0")
        return self


class Conflicts(pydantic.BaseModel):
    """Weights of the relations of pairs of rules. `swayed`: pairs of which something else is said in one of the orders.
    `prose`: calls that are answered in words, and in the form asked for when asked again."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    contradiction: float = pydantic.Field(0.2, ge=0)
    tension: float = pydantic.Field(0.4, ge=0)
    same: float = pydantic.Field(0.1, ge=0)
    unrelated: float = pydantic.Field(0.3, ge=0)
    swayed: float = pydantic.Field(0.08, ge=0, le=1)
    prose: float = pydantic.Field(0.03, ge=0, le=1)

    @pydantic.model_validator(mode="after")
    def _something(self) -> Conflicts:
        if not self.contradiction + self.tension + self.same + self.unrelated > 0.0:
            raise ValueError("at least one weight must be above 0")
        return self


class Dilemmas(pydantic.BaseModel):
    """Shares of scenes with a fault (`writer_dilemmas.SceneFault`), one each at most. `overlooked`: faults for a reader
    that the check does not see; `alarms`: sound scenes in which it sees one. Of the calls of each step: `refused`;
    `prose`, answered in words and in the form asked for when asked again; `lost`, answered in words both times."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    turned: float = pydantic.Field(0.03, ge=0)
    misfit: float = pydantic.Field(0.04, ge=0)
    compatible: float = pydantic.Field(0.04, ge=0)
    impossible: float = pydantic.Field(0.02, ge=0)
    unrealistic: float = pydantic.Field(0.04, ge=0)
    named_right: float = pydantic.Field(0.02, ge=0)
    uneven: float = pydantic.Field(0.03, ge=0)
    third: float = pydantic.Field(0.02, ge=0)
    long_side: float = pydantic.Field(0.03, ge=0)
    judging: float = pydantic.Field(0.02, ge=0)
    quoted: float = pydantic.Field(0.03, ge=0)
    same: float = pydantic.Field(0.01, ge=0)
    copied: float = pydantic.Field(0.03, ge=0)
    overlooked: float = pydantic.Field(0.1, ge=0, le=1)
    alarms: float = pydantic.Field(0.02, ge=0, le=1)
    refused: float = pydantic.Field(0.01, ge=0)
    lost: float = pydantic.Field(0.01, ge=0)
    prose: float = pydantic.Field(0.03, ge=0)

    @pydantic.model_validator(mode="after")
    def _at_most_all(self) -> Dilemmas:
        calls = self.refused + self.lost + self.prose
        faults = sum(self.model_dump().values()) - calls - self.overlooked - self.alarms
        if calls > 1.0 or faults > 1.0 + 1e-9:
            raise ValueError("faults, and refused, lost and prose, must be shares of at most 1 together")
        return self

    def without_faults(self) -> Dilemmas:
        """Sound scenes alone, and every call answered in the form asked for."""
        return Dilemmas(**dict.fromkeys(Dilemmas.model_fields, 0.0))


class Scenes(pydantic.BaseModel):
    """How scenes for values differ, and what is wrong with lists of them (`writer_scenes`).

    `patterns`: distinct patterns of a value's scenes without rules; `patterns_per_rule`: of the scenes of one rule.
    Shares of scenes: `overlap` of a pattern that all values have in common, so that no value can be told from it;
    `stock`, which say what the others of their pattern say, in words that hardly differ (near-duplicates); each also
    `_with_rules`. At most one of: `empty`, `repeated` (the list's first scene again), `echoed` (words of the prompt),
    `declined`, `quoted` (the rule as it stands), `named` (the value's name). Shares of calls: `refused`, `lost` (words
    and no list, also when asked again), `prose` (the same, mended); `short` and `long` lists, `mended` of the short.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    patterns: int = pydantic.Field(16, ge=1)
    patterns_per_rule: int = pydantic.Field(8, ge=1)
    overlap: float = pydantic.Field(0.3, ge=0, le=1)
    overlap_with_rules: float = pydantic.Field(0.15, ge=0, le=1)
    stock: float = pydantic.Field(0.1, ge=0, le=1)
    stock_with_rules: float = pydantic.Field(0.05, ge=0, le=1)
    empty: float = pydantic.Field(0.01, ge=0)
    repeated: float = pydantic.Field(0.01, ge=0)
    echoed: float = pydantic.Field(0.01, ge=0)
    declined: float = pydantic.Field(0.005, ge=0)
    quoted: float = pydantic.Field(0.03, ge=0)
    named: float = pydantic.Field(0.03, ge=0)
    refused: float = pydantic.Field(0.01, ge=0)
    lost: float = pydantic.Field(0.01, ge=0)
    prose: float = pydantic.Field(0.03, ge=0)
    short: float = pydantic.Field(0.05, ge=0)
    long: float = pydantic.Field(0.03, ge=0)
    mended: float = pydantic.Field(0.6, ge=0, le=1)

    @pydantic.model_validator(mode="after")
    def _at_most_all(self) -> Scenes:
        faults = self.empty + self.repeated + self.echoed + self.declined + self.quoted + self.named
        if faults > 1.0 or self.refused + self.lost + self.prose > 1.0 or self.short + self.long > 1.0:
            raise ValueError("faults of scenes, of calls and of lists must be shares of at most 1 together")
        return self

    def without_faults(self) -> Scenes:
        """The same patterns and near-duplicates, in whole lists of sound scenes."""
        names = ("empty", "repeated", "echoed", "declined", "quoted", "named", "refused", "lost", "prose", "short")
        return self.model_copy(update=dict.fromkeys((*names, "long"), 0.0))


class Translations(pydantic.BaseModel):
    """Shares of translations with a fault (`writer_translation.TranslationFault`), one each at most. `mended`: faulty
    ones of which the way back tells the original; `slips`: sound ones of which it tells something else. Of the calls of
    each step: `refused`; `prose`, answered in words and in the form asked for when asked again; `lost`, in words both
    times."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    exchanged: float = pydantic.Field(0.03, ge=0)
    negated: float = pydantic.Field(0.03, ge=0)
    number: float = pydantic.Field(0.02, ge=0)
    untranslated: float = pydantic.Field(0.02, ge=0)
    summary: float = pydantic.Field(0.02, ge=0)
    same: float = pydantic.Field(0.01, ge=0)
    other: float = pydantic.Field(0.01, ge=0)
    echo: float = pydantic.Field(0.01, ge=0)
    declined: float = pydantic.Field(0.01, ge=0)
    mended: float = pydantic.Field(0.1, ge=0, le=1)
    slips: float = pydantic.Field(0.02, ge=0, le=1)
    refused: float = pydantic.Field(0.01, ge=0)
    lost: float = pydantic.Field(0.01, ge=0)
    prose: float = pydantic.Field(0.03, ge=0)

    @pydantic.model_validator(mode="after")
    def _at_most_all(self) -> Translations:
        calls = self.refused + self.lost + self.prose
        faults = sum(self.model_dump().values()) - calls - self.mended - self.slips
        if calls > 1.0 or faults > 1.0 + 1e-9:
            raise ValueError("faults, and refused, lost and prose, must be shares of at most 1 together")
        return self

    def without_faults(self) -> Translations:
        """Sound translations alone, and every call answered in the form asked for."""
        return Translations(**dict.fromkeys(Translations.model_fields, 0.0))


class Maps(pydantic.BaseModel):
    """What is said of which option fits which rule. Shares of items: `turned`, the two sides taken for each other in
    both calls; `swayed`, in one of them; `unsure`, in one call no option is named for a rule. Of calls: `refused`;
    `prose`, answered in words and in the form asked for when asked again."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    turned: float = pydantic.Field(0.04, ge=0, le=1)
    swayed: float = pydantic.Field(0.06, ge=0, le=1)
    unsure: float = pydantic.Field(0.03, ge=0, le=1)
    refused: float = pydantic.Field(0.01, ge=0, le=0.5)
    prose: float = pydantic.Field(0.03, ge=0, le=0.5)

    def without_faults(self) -> Maps:
        """The same errors of reading, and every call answered in the form asked for."""
        return self.model_copy(update={"refused": 0.0, "prose": 0.0})


class WriterProfile(pydantic.BaseModel):
    """What is planted in a simulated rule writer. Shares are of 1.

    `relevant`: texts that touch a value. `rules`: weights of one, two and three rules for a text. `second_value`: rules
    that have two values. `refusals`, `filtered` (by a content filter), `malformed`: of the calls of each step.
    `repaired`: malformed answers that asking once more mends. `unfit`: rules written too long, which `refine`
    shortens. `off_value`: rules about no value. `label_errors`: rules that get another label than their own.
    `duplicates`: rules that say what rules of other texts say. `injections_obeyed`: texts with a planted instruction
    that is followed. `conflicts`: what is said of pairs of rules. `dilemmas`: scenes
    for such pairs. `scenes`: scenes for values. `translations`: of items, there and
    back. `maps`: which option fits which rule. `extraction`: value statements of news, and whose they are.
    `relations`: how two of them stand to each other.
    `triples`: statements and their reverses. `subjects`: what texts are about, and whether it touches values.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    kind: Literal["writer"]
    name: str
    about: str = ""
    relevant: float = pydantic.Field(0.6, ge=0, le=1)
    rules: tuple[float, ...] = pydantic.Field((0.5, 0.35, 0.15), min_length=1, max_length=3)
    second_value: float = Share
    refusals: dict[Step, float] = {}
    filtered: dict[Step, float] = {}
    malformed: dict[Step, Malformed] = {}
    repaired: float = Share
    unfit: float = Share
    off_value: float = Share
    labels: Labels = Labels()
    label_errors: float = Share
    duplicates: float = Share
    injections_obeyed: float = Share
    conflicts: Conflicts = Conflicts()
    dilemmas: Dilemmas = Dilemmas()
    scenes: Scenes = Scenes()
    maps: Maps = Maps()
    translations: Translations = Translations()
    extraction: Extraction = Extraction()
    relations: Relations = Relations()
    triples: Triples = Triples()
    subjects: Subjects = Subjects()
    seed: int = 0

    @pydantic.model_validator(mode="after")
    def _shares_fit(self) -> WriterProfile:
        if not sum(self.rules) > 0.0 or min(self.rules) < 0.0:
            raise ValueError("rules: weights must not be negative, and one must be above 0")
        for step in Step:
            total = self.refusals.get(step, 0.0) + self.filtered.get(step, 0.0)
            total += sum(self.malformed.get(step, Malformed()).model_dump().values())
            if total > 1.0 or min(self.refusals.get(step, 0.0), self.filtered.get(step, 0.0)) < 0.0:
                raise ValueError(f"{step}: refusals, filtered and malformed must be shares of at most 1 together")
        return self

    def without_faults(self) -> WriterProfile:
        """This profile, with every call answered in the form asked for."""
        plain = {"refusals": {}, "filtered": {}, "malformed": {}, "dilemmas": self.dilemmas.without_faults()}
        plain |= {"scenes": self.scenes.without_faults(), "translations": self.translations.without_faults()}
        plain |= {"maps": self.maps.without_faults(), "extraction": self.extraction.without_faults()}
        plain |= {"relations": self.relations.without_faults()}
        plain |= {"triples": self.triples.without_faults(), "subjects": self.subjects.without_faults()}
        return self.model_copy(update=plain)


def load_writer(name: str) -> WriterProfile:
    """A writer's profile that ships (`rulewriter`), or one from a YAML file with `kind: writer`.

    Raises `InputError` for an unknown name or a wrong file.
    """
    path: Path = profile_path(name)
    return checked(WriterProfile, read_yaml(path), path)
