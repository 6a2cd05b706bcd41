"""Statements of the starter news as the step before triples leaves them, and the stages run over them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from axiometer.build.statements.triples.checking import CheckTriples
from axiometer.build.statements.triples.rows import CHECK, REVERSE
from axiometer.build.statements.triples.writing import WriteTriples
from axiometer.models.simulated_writer import SimulatedWriter, load_writer
from axiometer.models.writer_profile import WriterProfile
from axiometer.models.writer_profile_triples import Triples
from axiometer.records.corpus_rows import Attribution, Statement, Triple
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime.progress import Silent
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.runtime.stages.turns import in_turn
from axiometer.starter.news import NATIONS, load_news

PROFILE = load_writer("extractor")
STATEMENTS = "statements"


def sound() -> WriterProfile:
    """The extractor without any planted fault of triples."""
    return PROFILE.model_copy(update={"triples": Triples().without_faults()})


def statements(*nations: str, copies: bool = False) -> list[Statement]:
    """The planted statements of nations (all by default) with their questions, stances and positions."""
    return [
        Statement(
            id=said.id,
            parent_ids=(text.id,),
            lang=news.lang,
            text=said.text,
            text_id=text.id,
            document=text.id,
            start=text.text.index(said.text),
            end=text.text.index(said.text) + len(said.text),
            verbatim=True,
            context=text.text[:400],
            topic=text.topic,
            outlet=text.outlet,
            nation=news.nation,
            date=text.date.isoformat(),
            source=f"{news.nation}.yaml",
            question=news.issues[said.issue].question,
            stance=said.stance,
            attribution=Attribution(said.attribution),
            speaker=said.speaker,
            role=said.role,
            source_group=f"source/{text.id}",
            issue_group=f"issue/{news.nation}/{said.issue}",
            position=f"{news.nation} 2023",
        )
        for news in map(load_news, nations or NATIONS)
        for text in news.texts
        if copies or text.copy_of is None
        for said in text.statements
    ]


def run(folder: Path, rows: Sequence[Statement], profile: WriterProfile) -> dict[str, StageFolder]:
    """Writes and checks triples of statements; gives the folders of all steps."""
    stages = {name: StageFolder(folder / name) for name in (STATEMENTS, REVERSE, CHECK)}
    fates = [Fate(row.id, Status.KEPT, outputs=(row.id,)) for row in rows]
    stages[STATEMENTS].write("part", to_frame(rows, Statement), fates, "planted")

    async def both() -> None:
        respondent = Respondent(SimulatedWriter(profile))
        async with in_turn(folder, [respondent], Silent()) as turns:
            steps: list[tuple[Any, str, type[Any]]] = [
                (WriteTriples(), STATEMENTS, Statement),
                (CheckTriples(), REVERSE, Triple),
            ]
            for stage, before, row_type in steps:
                parts = [InputPart("part", stages[before], row_type)]
                await turns.ask(stage, respondent, parts, stages[stage.name])

    asyncio.run(both())
    return stages


def triples_of(folder: StageFolder) -> list[Triple]:
    return list(to_rows(folder.rows_of("part"), Triple))
