"""A corpus before anything is asked: everything that can be wrong is checked, nothing is written."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from axiometer.build.corpus.dedup import DedupOptions
from axiometer.build.corpus.dedup_rules import rule_files
from axiometer.build.corpus.ingest import Sources, check_sources
from axiometer.build.corpus.options import DEDUP, FILE, CorpusFolder, CorpusOptions
from axiometer.build.corpus.steps import COMPACT_STEPS, STEPS, Examples, read_examples, steps
from axiometer.build.work.folders import check_writes
from axiometer.errors import InputError, file_error
from axiometer.frameworks import Framework, load_framework
from axiometer.measure.specification import Specification, check_same, plain, specification_in
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Rule
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.rows import CallStage, Dropped, Kept, Rejected

FORMAT = 1
WRITERS = ("write", "compact", "refine", "label")  # origins of rules that a model wrote
AnyStage: TypeAlias = CallStage[Any, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One step that asks a model, and whom it asks."""

    stage: AnyStage
    respondent: Respondent

    @property
    def name(self) -> str:
        return self.stage.name


@dataclass(frozen=True, slots=True)
class CorpusPlan:
    """What `run_corpus` does. `enter`: the step at which rules without values come in."""

    options: CorpusOptions
    sources: Sources
    framework: Framework
    steps: tuple[Step, ...]
    examples: Examples | None
    dedup: DedupOptions
    specification: Specification

    def entry(self, valued: bool) -> str:
        """The step at which an imported table comes in; `valued`: its rules carry values of the framework."""
        if self.options.enter is not None:
            return self.options.enter
        if valued:
            return DEDUP
        return "classify" if self.options.compact else "refine"


def plan_corpus(
    paths: Sequence[str], options: CorpusOptions, respondent: Respondent, by_step: Mapping[str, Respondent]
) -> CorpusPlan:
    """Checks texts, framework, labels and models. `by_step`: who is asked instead of `respondent` at single steps.

    Raises an `AxiometerError` for anything that is wrong.
    """
    framework = load_framework(options.framework)
    names = COMPACT_STEPS if options.compact else STEPS
    _check_steps(by_step, names, options.enter)
    for chosen in (respondent, *by_step.values()):
        check_writes(chosen)
    examples = read_examples(options.labels, framework) if options.labels is not None else None
    sources = check_sources(paths, options.ingest)
    stages = steps(framework, compact=options.compact, examples=examples, seed=options.seed)
    asked = tuple(
        Step(Signed(stage, chosen.model.name), chosen)
        for stage in stages
        for chosen in (by_step.get(stage.name, respondent),)
    )
    dedup = DedupOptions.of(options.embedder, options.threshold, options.against)
    specification = _specify(paths, options, framework, asked, dedup)
    return CorpusPlan(options, sources, framework, asked, examples, dedup, specification)


def _check_steps(by_step: Mapping[str, Respondent], names: Sequence[str], enter: str | None) -> None:
    known = ", ".join(names)
    for step in by_step:
        if step not in names:
            raise InputError("there is no step {step!r}", mend="steps: {known}", step=step, known=known)
    enterable = [*names[names.index("write") + 1 :], DEDUP]
    if enter is not None and enter not in enterable:
        raise InputError(
            "rules cannot come in at the step {step!r}", mend="one of {known}", step=enter, known=", ".join(enterable)
        )


def _specify(
    paths: Sequence[str],
    options: CorpusOptions,
    framework: Framework,
    asked: Sequence[Step],
    dedup: DedupOptions,
) -> Specification:
    import polars

    import axiometer

    asked_for: dict[str, Any] = {
        "framework": {"name": framework.id, "digest": framework.fingerprint},
        "compact": options.compact,
        "steps": {
            step.name: {
                "name": step.respondent.model.name,
                "identity": plain(step.respondent.model.identity),
                **plain(step.stage.fingerprint),
            }
            for step in asked
        },
        "ingest": plain(options.ingest.fingerprint),
        "dedup": {
            "embedder": dedup.embedder,
            "threshold": dedup.threshold,
            "against": None if options.against is None else _digest(*rule_files(options.against)),
        },
        "labels": None if options.labels is None else _digest(options.labels),
        "enter": options.enter,
        "seed": options.seed,
    }
    noted = {
        "axiometer": axiometer.__version__,
        "polars": polars.__version__,
        "paths": list(paths),
        "limit": options.ingest.limit,
        "labels": None if options.labels is None else str(options.labels),
        "licence": options.licence,
        "probes": options.probes,
        "prices": {step.name: _price(step.respondent) for step in asked},
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    return Specification(asked_for, noted)


def _digest(*files: Path) -> str:
    digests = []
    for file in files:
        try:
            with file.open("rb") as handle:
                digests.append(hashlib.file_digest(handle, "sha256").hexdigest())
        except OSError as error:
            raise file_error(error, file) from error
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:32]


def _price(respondent: Respondent) -> dict[str, object] | None:
    price = respondent.price
    return None if price is None else {"input": price.input, "output": price.output, "currency": price.currency}


def read_corpus(folder: Path) -> Specification:
    """The specification of the corpus in `folder`. Raises `InputError` when there is none or it is damaged."""
    return specification_in(folder, FILE, "axiometer build corpus", _has_steps, format_=FORMAT)


def _has_steps(asked: Mapping[str, Any], noted: Mapping[str, Any]) -> bool:
    del noted
    steps = asked.get("steps")
    return isinstance(steps, dict) and all(isinstance(step, dict) and "name" in step for step in steps.values())


def check_folder(plan: CorpusPlan, folder: CorpusFolder) -> None:
    """Raises, before anything is written: `InputError` where the folder holds other things than a corpus,
    `SpecificationChanged` where it holds another corpus. More texts or another limit are the same corpus grown."""
    there = folder.path
    if (there / FILE).exists():
        check_same(read_corpus(there), plan.specification, there)
    elif there.is_dir() and any(not path.name.startswith(".") for path in there.iterdir()):
        raise InputError("exists and is not a corpus", file=there, mend="give another name with -o")


def settle_specification(plan: CorpusPlan, folder: CorpusFolder) -> None:
    """Writes `corpus.yaml`, or checks that the folder holds the same corpus, as `check_folder`."""
    check_folder(plan, folder)
    wanted = plan.specification
    if (folder.path / FILE).exists():
        old = read_corpus(folder.path)
        wanted = Specification(wanted.asked, {**wanted.noted, "created": old.noted.get("created")})
        if plain(wanted.noted) == plain(old.noted):
            return
    wanted.write(folder.path, FILE)


@dataclass(frozen=True, slots=True)
class Signed:
    """A step whose new rules say which model wrote them: `write` becomes `write@provider/name`."""

    stage: AnyStage
    model: str

    @property
    def name(self) -> str:
        return self.stage.name

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return self.stage.fingerprint

    @property
    def output(self) -> type[Any]:
        return self.stage.output

    def render(self, row: Any) -> Request | Kept[Any] | Dropped:
        rendered = self.stage.render(row)
        return self._signed(rendered) if isinstance(rendered, Kept) else rendered

    def read(self, row: Any, reply: Reply) -> Kept[Any] | Dropped | Rejected:
        read = self.stage.read(row, reply)
        return self._signed(read) if isinstance(read, Kept) else read

    def repair(self, row: Any, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return self.stage.repair(row, asked, reply, rejected)

    def _signed(self, kept: Kept[Any]) -> Kept[Any]:
        rows = tuple(self._with_origin(row) if isinstance(row, Rule) else row for row in kept.rows)
        return replace(kept, rows=rows)

    def _with_origin(self, rule: Rule) -> Rule:
        return replace(rule, origin=f"{rule.origin}@{self.model}") if rule.origin in WRITERS else rule
