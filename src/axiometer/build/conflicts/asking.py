"""Candidates with the word of a chat model, asked about each pair in both orders: journaled, limited, resumable."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import polars as pl

from axiometer.build.conflicts.judging import JudgePairs, PairQuestion, PairVerdict, judged, questions
from axiometer.build.conflicts.options import PairsFolder
from axiometer.build.conflicts.scoring import with_scores
from axiometer.models.protocols import Contradiction
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime import Progress, Tally
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.runtime.stages.turns import in_turn

_ASKED = ("id", "text_a", "text_b", "lang")


def ask(folder: PairsFolder, model: str, respondent: Respondent, progress: Progress) -> Tally:
    """Asks about all candidates that have no answer yet, and writes the scored parts. model: the judge's own name.

    Raises `Stopped` when a limit, the breaker or Ctrl-C ended the work; then the parts that were finished are scored
    when the same command goes on.
    """
    asked, answered = folder.judge(model, "questions"), folder.judge(model, "verdicts")
    inputs = [InputPart(name, asked, PairQuestion) for name in write_questions(folder.candidates, asked)]
    tally = asyncio.run(_ask(inputs, answered, folder, respondent, progress))
    score_judged(folder.candidates, asked, answered, folder.scored(model), model)
    return tally


async def _ask(
    inputs: list[InputPart[PairQuestion]],
    output: StageFolder,
    folder: PairsFolder,
    respondent: Respondent,
    progress: Progress,
) -> Tally:
    async with in_turn(folder.path, [respondent], progress) as turns:
        await turns.ask(JudgePairs(), respondent, inputs, output, "judge")
        return turns.tallies[0]


def write_questions(candidates: StageFolder, output: StageFolder) -> list[str]:
    """The questions about each part of candidates, as a part of the same name; gives the names."""
    parts = candidates.parts()
    for name in {part.name for part in output.parts()} - {part.name for part in parts}:
        output.remove(name)
    for part in parts:
        signature = content_id("questions", part.digest)
        there = output.part(part.name)
        if there is not None and there.signature == signature:
            continue
        rows: list[PairQuestion] = []
        fates: list[Fate] = []
        for pair, first, second, lang in candidates.rows_of(part.name, _ASKED).select(_ASKED).iter_rows():
            both = questions(pair, first, second, lang)
            rows += both
            fates.append(Fate(pair, Status.KEPT, outputs=tuple(question.id for question in both)))
        output.write(part.name, to_frame(rows, PairQuestion), fates, signature)
    return [part.name for part in parts]


def score_judged(
    candidates: StageFolder, asked: StageFolder, answered: StageFolder, output: StageFolder, model: str
) -> None:
    """Writes the scored parts of what was answered: a pair whose orders were both answered has scores; of the others it
    is said why."""
    for part in candidates.parts():
        verdicts = answered.part(part.name)
        assert verdicts is not None, f"{answered.path}: {part.name} is not there"
        signature = content_id("judged", part.digest, verdicts.signature, verdicts.digest, verdicts.retry)
        there = output.part(part.name)
        if there is not None and there.signature == signature:
            continue
        pairs = candidates.rows_of(part.name)
        found = judged(to_rows(answered.rows_of(part.name), PairVerdict))
        owners = dict(asked.rows_of(part.name, ["id", "pair"]).select("id", "pair").iter_rows())
        ends = _ends(answered.fates_of(part.name), owners)
        fates = [_fate(pair, found.get(pair), ends) for pair in pairs["id"].to_list()]
        scored = with_scores(pairs, [found.get(pair) for pair in pairs["id"].to_list()], model)
        output.write(part.name, scored.filter(pl.col("method").is_not_null()), fates, signature)


def _ends(fates: pl.DataFrame, owners: Mapping[str, str]) -> dict[str, Fate]:
    """Pair -> why it has no scores: a failed question before a dropped one."""
    found: dict[str, Fate] = {}
    unanswered = fates.filter(pl.col("status") != str(Status.KEPT)).sort("status", descending=True, maintain_order=True)
    for fate in to_rows(unanswered, Fate):
        pair = owners[fate.id]
        if fate.status is Status.FAILED or pair not in found:
            found[pair] = Fate(pair, fate.status, fate.reason, fate.error, fate.retry, fate.note)
    return found


def _fate(pair: str, contradiction: Contradiction | None, ends: Mapping[str, Fate]) -> Fate:
    return ends[pair] if contradiction is None else Fate(pair, Status.KEPT, outputs=(pair,))
