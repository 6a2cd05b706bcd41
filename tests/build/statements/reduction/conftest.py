"""The starter news as statements, straight from their truth, with questions that differ in words and in polarity."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from axiometer.build.statements.reduction.candidates import find_pairs, read_found
from axiometer.build.statements.reduction.options import ReductionOptions
from axiometer.build.statements.reduction.pipeline import Judged, reduce_statements
from axiometer.build.statements.reduction.publish import ISSUES, OPPOSED, REMOVED
from axiometer.build.statements.reduction.reducing import Summary
from axiometer.build.statements.reduction.relating import RelateStatements, RelationQuestion, write_questions
from axiometer.build.work.search import Search
from axiometer.models.simulated_writer import SimulatedWriter, load_writer
from axiometer.models.writer_profile import WriterProfile
from axiometer.records.corpus_rows import Attribution, Statement
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime.progress import Silent
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.runners import open_runner
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.runtime.stages.turns import in_turn
from axiometer.similarity.embedders import DEFAULT_EMBEDDER
from axiometer.starter.news import NATIONS, News, load_news

ASKED = {
    "en": ("Is the following right? {}", "Is it wrong to say this: {}"),
    "fr": ("Faut-il dire oui à ceci : {}", "A-t-on tort de dire ceci : {}"),
    "de": ("Ist das richtig: {}", "Ist es falsch zu sagen: {}"),
    "zh": ("下面这种主张对吗：{}", "下面这种主张不对吗：{}"),
}
PART = 60


def starter_statements(nation: str) -> list[Statement]:
    """The planted statements. Of three, one has the question of its issue, one another wording, one a question that
    asks for the opposite, with the stance that answers it."""
    news = load_news(nation)
    rows = []
    for number, (text, said) in enumerate((one, each) for one in news.texts for each in one.statements):
        issue = news.issues[said.issue]
        question, stance = issue.question, said.stance
        if number % 3:
            question = ASKED[news.lang][number % 3 - 1].format(issue.claim)
            stance = said.stance if number % 3 == 1 else -said.stance
        start = text.text.index(said.text)
        rows.append(
            Statement(
                said.id,
                (text.id,),
                news.lang,
                said.text,
                text.id,
                text.id,
                start,
                start + len(said.text),
                True,
                text.text,
                topic=issue.topic,
                outlet=text.outlet,
                nation=nation,
                date=text.date.isoformat(),
                question=question,
                stance=stance,
                attribution=Attribution(said.attribution),
                speaker=said.speaker,
                role=said.role,
            )
        )
    return rows


def starter_copies(news: News) -> dict[str, str]:
    return {text.id: text.copy_of for text in news.texts if text.copy_of is not None}


def write_statements(rows: Sequence[Statement], output: StageFolder) -> StageFolder:
    for start in range(0, max(len(rows), 1), PART):
        some = rows[start : start + PART]
        fates = [Fate(row.id, Status.KEPT, outputs=(row.id,)) for row in some]
        output.write(f"part-{start // PART:06d}", to_frame(some, Statement), fates, "by hand")
    return output


@dataclass(slots=True)
class Work:
    """A reduction in a folder, by the simulated judge."""

    path: Path
    rows: Sequence[Statement]
    copies: dict[str, str] = field(default_factory=dict)
    profile: WriterProfile = field(default_factory=lambda: load_writer("extractor"))
    options: ReductionOptions = field(default_factory=ReductionOptions.of)

    @property
    def output(self) -> StageFolder:
        return StageFolder(self.path / "reduce")

    @property
    def search(self) -> Search:
        return Search(DEFAULT_EMBEDDER, 0.9, self.path.parent / "vectors", open_runner("local"), Silent(), "reduce")

    def run(self) -> Summary:
        statements = write_statements(self.rows, StageFolder(self.path / "attribute"))
        found = StageFolder(self.path / "pairs")
        find_pairs(statements, found, self.options, self.search, self.copies)
        return self.reduce(statements, found)

    def reduce(self, statements: StageFolder, found: StageFolder) -> Summary:
        verdicts = Judged(asyncio.run(self._judge(found)), "llm/sim/extractor")
        return reduce_statements(
            statements, found, verdicts, self.output, self.path / "tables", self.options, self.search
        )

    async def _judge(self, found: StageFolder) -> StageFolder:
        asked, answered = StageFolder(self.path / "asked"), StageFolder(self.path / "answered")
        names = write_questions(found, asked)
        respondent = Respondent(SimulatedWriter(self.profile))
        async with in_turn(self.path, [respondent], Silent()) as turns:
            inputs = [InputPart(name, asked, RelationQuestion) for name in names]
            await turns.ask(RelateStatements(), respondent, inputs, answered)
        return answered

    def kept(self) -> list[Statement]:
        return [row for name in self.output.names() for row in to_rows(self.output.rows_of(name), Statement)]

    def issue_of(self) -> dict[str, str]:
        """Statement -> issue, of kept and removed ones."""
        removed = self.table(REMOVED)
        found = dict(zip(removed["id"].to_list(), removed["issue"].to_list(), strict=True))
        return found | {row.id: row.issue_group or "" for row in self.kept()}

    def table(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.path / "tables" / name)

    @property
    def issues(self) -> pl.DataFrame:
        return self.table(ISSUES)

    @property
    def opposed(self) -> pl.DataFrame:
        return self.table(OPPOSED)

    def wording_of(self) -> dict[str, str]:
        """Statement -> the wording that stands for it."""
        wordings, _ = read_found(StageFolder(self.path / "pairs"))
        return {member: wording.id for wording in wordings for member in wording.members}


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """All five nations, split, by the simulated judge."""
    folder = tmp_path_factory.mktemp("starter")
    rows = [row for nation in NATIONS for row in starter_statements(nation)]
    copies = {copy: of for nation in NATIONS for copy, of in starter_copies(load_news(nation)).items()}
    work = Work(folder / "work", rows, copies)
    work.run()
    return work
