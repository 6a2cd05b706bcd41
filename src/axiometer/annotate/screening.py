"""A judge put to answers whose labels we know, in both orders: whether it can judge at all, and where it errs.

The answers are the starter's, written by us: clear ones and hard ones. What is found here rules a judge out or lets it
try; it corrects no estimate, because a run's answers are others.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from axiometer.analyze.inference.intervals import wilson
from axiometer.errors import InputError
from axiometer.measure.design import Design
from axiometer.measure.judging.options import JudgeOptions
from axiometer.measure.judging.questions import JudgeQuestion, questions_about
from axiometer.models.simulated_judge import SimulatedJudge
from axiometer.records.ids import content_id
from axiometer.records.rows import Item, ItemKind, Mode, Option, Outcome, make_item
from axiometer.records.schemas import to_frame
from axiometer.records.tables import write_parquet
from axiometer.runtime import Progress
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Silent
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.runtime.stages.turns import in_turn
from axiometer.starter.judged import LANGUAGES, JudgedQuestion, LabelledAnswer, load_judged

TRUTHS: Final = ("s", "rs", "both", "neither")
UNREADABLE: Final = "unreadable"
CONFIDENCE: Final = 0.95
_SOURCE: Final = "starter: answers for screening judges"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of n answers with its interval (Wilson); each answer counts once, with the mean of its orders."""

    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class ScreenedLanguage:
    """One language: `right`, as labelled; `flipped`, of answers that stand for one side, those taken for the other;
    `alike`, answers of which the same was said in both orders; `confusion[label, said]` counts calls."""

    lang: str
    right: Rate
    flipped: Rate
    alike: Rate
    by_kind: dict[str, Rate]
    confusion: dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Screening:
    judge: str
    languages: tuple[ScreenedLanguage, ...]
    rows: pl.DataFrame
    calls: int
    hits: int


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer with its label, and the ids of the questions about it."""

    question: JudgedQuestion
    answer: LabelledAnswer
    asked: tuple[str, ...]

    @property
    def truth(self) -> str:
        """What a judge should say: of a refusal, that it is closer to neither."""
        return "neither" if self.answer.label == "refused" else self.answer.label


def screen_judge(
    judge: Respondent, output: Path, langs: Sequence[str] = LANGUAGES, progress: Progress | None = None
) -> Screening:
    """Puts the starter's labelled answers in these languages to a judge, both orders of each; the folder `output` keeps
    the calls (the same call goes on), and `screened.parquet`, a row for each call.

    Raises `InputError` for a language that the starter has not, or a simulated respondent that cannot judge, and
    `Stopped` as a run does.
    """
    unknown = [lang for lang in langs if lang not in LANGUAGES]
    if unknown:
        what = "there are no labelled answers in {lang!r}"
        raise InputError(what, mend="languages: {known}", lang=unknown[0], known=", ".join(LANGUAGES))
    if judge.model.wants_meta and not isinstance(judge.model, SimulatedJudge):
        raise InputError("{model} cannot judge answers", mend="for trying, use sim/judge", model=judge.model.name)
    if output.exists() and not (output.is_dir() and ((output / "questions").exists() or not any(output.iterdir()))):
        raise InputError("exists and is not a screening", file=output, mend="give another name with -o")
    with only_process(output):
        known, rows = _questions(langs)
        source = StageFolder(output / "questions")
        name = content_id("screen", [row.id for row in rows])[:12]
        source.keep_only([name])
        fates = [Fate(row.id, Status.KEPT, outputs=(row.id,)) for row in rows]
        source.write(name, to_frame(rows, JudgeQuestion), fates, name)
        said, calls, hits = asyncio.run(_ask(judge, output, source, name, progress or Silent()))
        table = _table(known, said)
        write_parquet(table, output / "screened.parquet")
    screened = tuple(_language(lang, table.filter(pl.col("lang") == lang)) for lang in langs)
    return Screening(judge.model.name, screened, table, calls, hits)


async def _ask(
    judge: Respondent, output: Path, source: StageFolder, name: str, progress: Progress
) -> tuple[dict[str, str], int, int]:
    """What the judge said, by question: s, rs, both, neither, or unreadable; calls made now, and answers found."""
    verdicts = StageFolder(output / "verdicts")
    async with in_turn(output, [judge], progress) as turns:
        await turns.ask(JudgeOptions(), judge, [InputPart(name, source, JudgeQuestion)], verdicts)
    said = dict.fromkeys(verdicts.fates_of(name, ["id"])["id"].to_list(), UNREADABLE)
    columns = verdicts.rows_of(name).select(pl.col("parent_ids").list.get(0), "outcome", "option")
    for question, outcome, option in columns.iter_rows():
        said[question] = _category(Outcome(outcome), option)
    return said, sum(tally.calls for tally in turns.tallies), sum(tally.hits for tally in turns.tallies)


def _category(outcome: Outcome, option: int | None) -> str:
    if outcome is Outcome.CHOSEN:
        return "s" if option == 0 else "rs"
    return "both" if outcome is Outcome.BOTH else "neither"


def _questions(langs: Sequence[str]) -> tuple[list[_Known], list[JudgeQuestion]]:
    known, rows = [], []
    for question, answer in _answers(langs):
        item = _item(question)
        subject = content_id("screened", item.id, answer.text)
        asked = questions_about(item, answer.text, (subject, item.id), Design(mode=Mode.JUDGED), {})
        known.append(_Known(question, answer, tuple(row.id for row in asked)))
        rows.extend(asked)
    return known, rows


def _answers(langs: Sequence[str]) -> Iterator[tuple[JudgedQuestion, LabelledAnswer]]:
    return ((question, answer) for lang in langs for question in load_judged(lang) for answer in question.answers)


def _item(question: JudgedQuestion) -> Item:
    return make_item(
        kind=ItemKind.STATEMENT,
        lang=question.lang,
        prompt=question.question,
        options=(Option(question.s), Option(question.rs)),
        clusters=(question.id,),
        source=_SOURCE,
        mapped=False,
    )


def _table(known: Sequence[_Known], said: dict[str, str]) -> pl.DataFrame:
    rows = [
        {
            "lang": each.question.lang,
            "question": each.question.id,
            "kind": each.answer.kind,
            "label": each.answer.label,
            "answer": each.answer.text,
            "order": number,
            "truth": each.truth,
            "said": said[asked],
        }
        for each in known
        for number, asked in enumerate(each.asked)
    ]
    return pl.DataFrame(rows)


def _language(lang: str, table: pl.DataFrame) -> ScreenedLanguage:
    right = pl.col("truth") == pl.col("said")
    opposite = ((pl.col("truth") == "s") & (pl.col("said") == "rs")) | (
        (pl.col("truth") == "rs") & (pl.col("said") == "s")
    )
    answers = table.group_by("question", "answer", maintain_order=True).agg(
        pl.col("kind", "truth").first(),
        right=right.mean(),
        flipped=opposite.mean(),
        alike=(pl.col("said").n_unique() == 1).cast(pl.Float64),
    )
    sided = answers.filter(pl.col("truth").is_in(["s", "rs"]))
    kinds = {kind: own["right"] for (kind,), own in answers.group_by("kind", maintain_order=True)}
    confusion = Counter[tuple[str, str]](zip(table["label"], table["said"], strict=True))
    return ScreenedLanguage(
        lang,
        _rate(answers["right"]),
        _rate(sided["flipped"]),
        _rate(answers["alike"]),
        {str(kind): _rate(values) for kind, values in kinds.items()},
        dict(confusion),
    )


def _rate(values: pl.Series) -> Rate:
    n, share = len(values), float(values.mean() or 0.0)  # type: ignore[arg-type]
    low, high = wilson(np.array([share]), np.array([float(n)]), CONFIDENCE)
    return Rate(share, float(low[0]), float(high[0]), n)
