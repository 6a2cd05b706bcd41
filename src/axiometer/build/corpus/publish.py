"""From a finished corpus folder to its release: what the card must be told is gathered here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import axiometer
from axiometer.build.corpus.calibrate import duplicate_record
from axiometer.build.corpus.card import CardContext, ProbeRecord, PromptRecord, StepRecord
from axiometer.build.corpus.coverage import Coverage, coverage
from axiometer.build.corpus.options import DEDUP, IMPORTED, INGEST, CorpusFolder
from axiometer.build.corpus.plan import CorpusPlan, Step
from axiometer.build.corpus.probes import read_probe_results
from axiometer.build.corpus.release import SUMMARY, release
from axiometer.build.work.accounts import StepAccount
from axiometer.build.work.rejects import PassedStep
from axiometer.measure.specification import plain
from axiometer.messages import t
from axiometer.records.ids import content_id
from axiometer.records.tables import write_text
from axiometer.runtime.progress import Progress
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.parts import StageFolder

VERSION = 1
_MADE = "release.json"


def publish(
    plan: CorpusPlan, folder: CorpusFolder, accounts: list[StepAccount], runner: Runner, progress: Progress
) -> int:
    """Writes the release of a corpus whose steps are all done; gives how many rules it holds. `accounts`: its `status`.
    Does nothing where there is one of the same rules, accounts and options."""
    made = folder.path / _MADE
    signature = _signature(plan, folder, accounts)
    there = _there(made, folder)
    if there is not None and there[0] == signature:
        return there[1]
    made.unlink(missing_ok=True)
    rules = _release(plan, folder, accounts, runner, progress)
    write_text(json.dumps({"signature": signature, "rules": rules}) + "\n", made)
    return rules


def _signature(plan: CorpusPlan, folder: CorpusFolder, accounts: list[StepAccount]) -> str:
    """All that decides the release: the rules that stay, what became of all others, and what the card says."""
    return content_id(
        "release",
        VERSION,
        axiometer.__version__,
        folder.path.resolve().name,
        plain(plan.specification.asked),
        plan.options.licence,
        [[part.name, part.digest] for name in (DEDUP, INGEST) for part in folder.stage(name).parts()],
        [asdict(account) for account in accounts],
        [asdict(result) for result in read_probe_results(folder)],
    )


def _there(made: Path, folder: CorpusFolder) -> tuple[str, int] | None:
    """Signature and number of rules of the release that is there; None where there is none or it is not whole."""
    if not made.exists() or not (folder.release / SUMMARY).exists():
        return None
    try:
        said = json.loads(made.read_text(encoding="utf-8"))
        return str(said["signature"]), int(said["rules"])
    except (ValueError, KeyError, TypeError):
        return None


def _release(
    plan: CorpusPlan, folder: CorpusFolder, accounts: list[StepAccount], runner: Runner, progress: Progress
) -> int:
    context = CardContext(
        name=folder.path.resolve().name,
        framework=plan.framework,
        steps=tuple(_steps(plan, accounts)),
        duplicates=duplicate_record(plan.dedup, folder.vectors, runner, progress),
        seed=plan.options.seed,
        compact=plan.options.compact,
        version=axiometer.__version__,
        examples=0 if plan.examples is None else len(plan.examples.rows),
        licence=plan.options.licence,
        coverage=_coverage(plan, folder, runner, progress),
        probes=tuple(ProbeRecord(found.step, found.obeyed, found.asked) for found in read_probe_results(folder)),
        warnings=tuple(_warnings(accounts)),
    )
    passed = list(_passed(plan, folder))
    return release(folder.stage(DEDUP), folder.release, context, texts=folder.stage(INGEST), steps=passed).rules


def _steps(plan: CorpusPlan, accounts: list[StepAccount]) -> Iterator[StepRecord]:
    asked = {step.name: step for step in plan.steps}
    for account in accounts:
        step = asked.get(account.step)
        if step is None:
            yield StepRecord(account.step, account.account)
            continue
        yield StepRecord(
            name=account.step,
            account=account.account,
            model=account.model,
            parameters=_parameters(step.respondent.model.identity),
            usd=account.usd,
            prompts=tuple(_prompts(step)),
        )


def _parameters(identity: Mapping[str, object]) -> dict[str, object]:
    """What is worth a line on a card: sampling and host, without what was left at the service's default."""
    sampling = identity.get("sampling")
    said: dict[str, object] = {name: value for name, value in identity.items() if isinstance(value, str | int | float)}
    if isinstance(sampling, Mapping):
        said.update({str(name): value for name, value in sampling.items() if value is not None})
    return said


def _prompts(step: Step) -> Iterator[PromptRecord]:
    """Every wording in the step's fingerprint, each once."""
    languages: Any = step.stage.fingerprint["prompts"]
    seen: set[str] = set()
    for templates in languages.values():
        for name, digest in templates:
            if name not in seen:
                seen.add(name)
                yield PromptRecord(name, digest)


def _coverage(plan: CorpusPlan, folder: CorpusFolder, runner: Runner, progress: Progress) -> Coverage | None:
    if plan.examples is None:
        return None
    stage = folder.stage(DEDUP)
    rules = (stage.rows_of(name) for name in stage.names())
    return coverage(rules, plan.examples.rows, plan.framework, plan.dedup, folder.vectors, runner, progress)


def _warnings(accounts: list[StepAccount]) -> Iterator[str]:
    for account in accounts:
        if account.alike is not None:
            same, answers = account.alike
            said = "{step}: the same answer in {same} of {answers} calls; look at them"
            yield t(said, step=account.step, same=same, answers=answers)
        if account.retry:
            yield t("{step}: {n} calls failed and are made again on resume", step=account.step, n=account.retry)


def _passed(plan: CorpusPlan, folder: CorpusFolder) -> Iterator[PassedStep]:
    """Every step with the folders that its parts came from."""
    yield PassedStep(INGEST, folder.stage(INGEST))
    imported = folder.imported.parts()
    if imported:
        yield PassedStep(IMPORTED, folder.imported)
    names = [INGEST, *(step.name for step in plan.steps), DEDUP]
    for before, name in pairwise(names):
        inputs: dict[str, StageFolder] = dict.fromkeys(folder.stage(before).names(), folder.stage(before))
        inputs.update({part.name: folder.imported for part in imported if part.extra["enter"] == name})
        yield PassedStep(name, folder.stage(name), inputs)
