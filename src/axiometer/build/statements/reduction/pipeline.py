"""The step `reduce`: what was judged in; kept statements, removals and issues out. A barrier over all parts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from axiometer.build.conflicts.judging import AB
from axiometer.build.statements.reduction.candidates import read_found
from axiometer.build.statements.reduction.edges import (
    CONTRADICTS,
    UNDECIDED,
    Edges,
    Integers,
    Signs,
    Word,
    combined,
    polarity,
)
from axiometer.build.statements.reduction.options import ReductionOptions
from axiometer.build.statements.reduction.publish import Told, word_names, write_parts, write_tables
from axiometer.build.statements.reduction.reducing import Summary, reduced
from axiometer.build.statements.reduction.relating import Relation
from axiometer.build.statements.reduction.wordings import Wording
from axiometer.build.work.search import Search
from axiometer.models.contradiction.lexical import NAME as LEXICAL
from axiometer.records.ids import content_id
from axiometer.records.tables import write_text
from axiometer.runtime.stages.parts import StageFolder
from axiometer.similarity.nearest import exact_cosines
from axiometer.similarity.vectors import Vectors

SUMMARY: Final = "reduction.json"
_VERSION: Final = 2
_SAID: Final = {Relation.AGREE: Word.AGREE, Relation.CONFLICT: Word.CONFLICT, Relation.UNRELATED: Word.UNRELATED}


@dataclass(frozen=True, slots=True)
class Judged:
    """Verdicts of a judge (`relating`): parts of `RelationVerdict`. method: its name, `llm/...`."""

    answered: StageFolder
    method: str

    @property
    def folder(self) -> StageFolder:
        return self.answered

    def words(self, name: str, pairs: Sequence[str]) -> tuple[Signs, Signs]:
        """What was said of the pairs of a part in both orders."""
        place = {pair: number for number, pair in enumerate(pairs)}
        said = np.full((2, len(pairs)), Word.MISSING, np.int8)
        columns = ["pair", "order", "relation"]
        for pair, order, relation in self.answered.rows_of(name, columns).select(columns).iter_rows():
            said[0 if order == AB else 1, place[pair]] = _SAID[Relation(relation)]
        return said[0], said[1]

    def shown(self, name: str, pairs: Sequence[str]) -> tuple[list[str | None], list[str | None]]:
        ab, ba = self.words(name, pairs)
        return word_names(ab), word_names(ba)


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of a model that computes (`conflicts.scoring.score`), `lexical` or `nli/...`: parts of `RulePair`."""

    scored: StageFolder
    method: str

    @property
    def folder(self) -> StageFolder:
        return self.scored

    def words(self, name: str, pairs: Sequence[str]) -> tuple[Signs, Signs]:
        """Conflict from `CONTRADICTS` on, else silence; a pair that could not be scored is silent, too: of a language
        that word lists do not know they say nothing."""
        said = []
        for score in self._scores(name, pairs):
            conflict = np.nan_to_num(score, nan=0.0) >= CONTRADICTS
            said.append(np.where(conflict, Word.CONFLICT, Word.SILENCE).astype(np.int8))
        return said[0], said[1]

    def shown(self, name: str, pairs: Sequence[str]) -> tuple[list[str | None], list[str | None]]:
        ab, ba = ([None if np.isnan(x) else f"{x:.3f}" for x in score] for score in self._scores(name, pairs))
        return ab, ba

    def _scores(self, name: str, pairs: Sequence[str]) -> NDArray[np.float64]:
        columns = ["id", "contradiction_ab", "contradiction_ba"]
        found = pl.DataFrame({"id": pairs}).join(
            self.scored.rows_of(name, columns).select(columns), on="id", how="left", maintain_order="left"
        )
        return np.stack([found[column].cast(pl.Float64).fill_null(np.nan).to_numpy() for column in columns[1:]])


Verdicts: TypeAlias = Judged | Scored


def reduce_statements(
    statements: StageFolder,
    found: StageFolder,
    verdicts: Verdicts,
    output: StageFolder,
    tables: Path,
    options: ReductionOptions,
    search: Search,
) -> Summary:
    """Writes the parts of `statements` that are kept to `output` and the tables to `tables`; gives the account.

    Parts and tables are made again where a statement, a pair, a verdict or an option changed, and left otherwise.
    """
    signature = _signature(statements, found, verdicts, options, search)
    done = tables / SUMMARY
    if done.exists() and all(output.is_made(name, signature) for name in statements.names()):
        said = json.loads(done.read_text(encoding="utf-8"))
        if said.pop("signature") == signature:
            return Summary(**said)
    wordings, names = read_found(found)
    edges, told, unanswered = judged_edges(wordings, found, names, verdicts, options, search.vectors)
    reduction = reduced(wordings, edges, options, _dates(statements), unanswered)
    ids = write_tables(wordings, edges, reduction, told, options, tables)
    write_parts(statements, output, wordings, reduction, ids, signature)
    written = {"signature": signature, **asdict(reduction.summary)}
    write_text(json.dumps(written, ensure_ascii=False, indent=2) + "\n", done)
    return reduction.summary


def judged_edges(
    wordings: Sequence[Wording],
    found: StageFolder,
    names: Sequence[str],
    verdicts: Verdicts,
    options: ReductionOptions,
    embed: Callable[[Sequence[str]], Vectors],
) -> tuple[Edges, Told, int]:
    """The edges of all pairs of which something can be said, what was said of each pair, and how many are left out."""
    place = {wording.id: number for number, wording in enumerate(wordings)}
    columns = ["id", "rule_a", "rule_b", "similarity"]
    pairs: list[str] = []
    ends: list[tuple[list[int], list[int]]] = []
    likeness, words = [], []
    shown: tuple[list[str | None], list[str | None]] = ([], [])
    for name in names:
        frame = found.rows_of(name, columns)
        ids = frame["id"].to_list()
        pairs += ids
        ends.append(([place[each] for each in frame["rule_a"]], [place[each] for each in frame["rule_b"]]))
        likeness.append(frame["similarity"].to_numpy().astype(np.float32))
        words.append(np.stack(verdicts.words(name, ids)))
        for every, some in zip(shown, verdicts.shown(name, ids), strict=True):
            every.extend(some)
    i = np.array([each for one, _ in ends for each in one], np.int64)
    j = np.array([each for _, other in ends for each in other], np.int64)
    ab, ba = np.concatenate(words, axis=1) if words else np.empty((2, 0), np.int8)
    said = said_by_stances(wordings, i, j, options.same_question, embed)
    sign, weight, doubtful = combined(ab, ba, said, coarse=verdicts.method == LEXICAL)
    similarity = np.concatenate(likeness) if likeness else np.empty(0, np.float32)
    edges = Edges(i, j, sign, weight, doubtful, similarity, np.arange(len(i)))
    known = sign != UNDECIDED
    return edges.where(known), Told(pairs, *shown, said, verdicts.method), int((~known).sum())


def said_by_stances(
    wordings: Sequence[Wording],
    i: Integers,
    j: Integers,
    same_question: float,
    embed: Callable[[Sequence[str]], Vectors],
) -> Signs:
    """The polarity of each pair, of questions whose cosine reaches `same_question`."""
    if not len(i):
        return np.empty(0, np.int8)
    questions = embed([wording.question for wording in wordings])
    stances = np.array([wording.stance for wording in wordings], np.int8)
    return polarity(stances[i], stances[j], exact_cosines(questions, i, j) >= same_question)


def _dates(statements: StageFolder) -> dict[str, list[str | None]]:
    """Of each nation the years in which it has statements."""
    found: dict[str, set[str | None]] = defaultdict(set)
    for name in statements.names():
        for nation, date in statements.rows_of(name, ["nation", "date"]).select("nation", "date").iter_rows():
            found[nation or ""].add(date[:4] if date else None)
    return {nation: list(years) for nation, years in found.items()}


def _signature(
    statements: StageFolder, found: StageFolder, verdicts: Verdicts, options: ReductionOptions, search: Search
) -> str:
    digests = [[part.name, part.digest] for folder in (statements, found, verdicts.folder) for part in folder.parts()]
    return content_id("reduced", _VERSION, asdict(options), search.embedder, verdicts.method, digests)
