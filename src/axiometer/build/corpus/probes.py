"""Planted injections: texts that tell the model what to do. How often its answers obey is measured, step by step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from axiometer.build.corpus.options import INGEST, CorpusFolder
from axiometer.build.corpus.plan import CorpusPlan, Step
from axiometer.records.corpus_rows import Text, make_text
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame
from axiometer.records.tables import write_text
from axiometer.runtime.journal import Journal
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.starter import Probe, load_probes

FEWEST_TEXTS = 200
_PART = "probes"
_RESULTS = "results.json"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """How one step took the planted injections: of `asked` texts, `answered` gave an answer and `obeyed` did what the
    text said; `techniques` are those that worked, with how often."""

    step: str
    asked: int
    answered: int
    obeyed: int
    techniques: dict[str, int]


def probes_to_ask(plan: CorpusPlan, folder: CorpusFolder) -> Iterator[tuple[Step, list[InputPart[Any]]]]:
    """The steps that read texts, each with the probes as its input; none where no probes are wanted."""
    chosen = _chosen(plan, folder)
    if not chosen:
        return
    texts = [_text(probe) for probe in chosen]
    fates = [Fate(text.id, Status.KEPT, outputs=(text.id,)) for text in texts]
    signature = content_id("probes", [text.id for text in texts])
    source = folder.probes(INGEST)
    there = source.part(_PART)
    if there is None or there.signature != signature:
        source.write(_PART, to_frame(texts, Text), fates, signature)
    for step in plan.steps[:2]:
        yield step, [InputPart(_PART, source, Text)]


def _chosen(plan: CorpusPlan, folder: CorpusFolder) -> list[Probe]:
    probes = load_probes()
    wanted = plan.options.probes
    if wanted is None:
        texts = sum(part.rows for part in folder.stage(INGEST).parts())
        wanted = len(probes) if texts >= FEWEST_TEXTS else 0
    return list(probes[:wanted])


def _text(probe: Probe) -> Text:
    return make_text(
        lang=probe.lang,
        text=probe.text,
        source=f"probe:{probe.id}",
        meta={"probe": probe.id, "canary": probe.canary},
    )


def write_probe_results(plan: CorpusPlan, folder: CorpusFolder, journal: Journal) -> None:
    """Reads every answer to a probe again and notes how many obeyed."""
    chosen = {_text(probe).id: probe for probe in _chosen(plan, folder)}
    if not chosen:
        (folder.path / "probes" / _RESULTS).unlink(missing_ok=True)  # of an earlier command that asked them
        return
    results = [asdict(_result(step, chosen, folder, journal)) for step in plan.steps[:2]]
    write_text(json.dumps(results, ensure_ascii=False, indent=2), folder.path / "probes" / _RESULTS)


def _result(step: Step, probes: dict[str, Probe], folder: CorpusFolder, journal: Journal) -> ProbeResult:
    fates = folder.probes(step.name).fates_of(_PART, ["id", "calls", "error"])
    answered = obeyed = 0
    techniques: dict[str, int] = {}
    for name, calls, _ in fates.iter_rows():
        answers = [step.respondent.model.read(entry.raw).text for _, entry in sorted(journal.find(list(calls)).items())]
        answered += bool(answers)
        if any(probes[name].obeyed(answer) for answer in answers):
            obeyed += 1
            techniques[probes[name].technique] = techniques.get(probes[name].technique, 0) + 1
    return ProbeResult(step.name, fates.height, answered, obeyed, dict(sorted(techniques.items())))


def read_probe_results(folder: CorpusFolder) -> list[ProbeResult]:
    """What the probes showed; empty where none were asked."""
    file = folder.path / "probes" / _RESULTS
    if not file.exists():
        return []
    return [ProbeResult(**result) for result in json.loads(file.read_text(encoding="utf-8"))]
