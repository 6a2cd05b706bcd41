"""Topics, tags and the screen in a row, on the starter news with the simulated extractor."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.build.statements.topics.made import put, rows_of, searching

from axiometer.build.statements.screening import Settled
from axiometer.build.statements.subjects import SubjectOptions, Subjects, settle_subjects
from axiometer.build.statements.tagging.options import TagOptions
from axiometer.build.statements.topics.options import TOPIC, TopicOptions
from axiometer.build.statements.topics.rows import SubjectKind
from axiometer.errors import Stopped
from axiometer.models.simulated_writer import SimulatedWriter, load_writer
from axiometer.models.writer_news import text_of
from axiometer.models.writer_profile_topics import Subjects as Shares
from axiometer.models.writer_topics import planted_topic
from axiometer.records.corpus_rows import Text, make_text
from axiometer.runtime import Budget, Limits
from axiometer.runtime.progress import Silent
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.turns import in_turn
from axiometer.starter.news import NATIONS, load_news

OPTIONS = SubjectOptions(TopicOptions.of(), TagOptions.of())
PROFILE = load_writer("extractor")


def news(*nations: str) -> list[Text]:
    return [
        make_text(lang=each.lang, text=text.text, source=text.id, nation=nation)
        for nation, each in ((nation, load_news(nation)) for nation in nations)
        for text in each.texts
        if text.copy_of is None
    ]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


def settle(
    folder: Path,
    cache: Path,
    texts: list[Text],
    options: SubjectOptions = OPTIONS,
    limits: Limits | None = None,
    shares: Mapping[str, float] | None = None,
) -> tuple[Settled, int]:
    """What was settled, and how many calls were made for it."""
    profile = PROFILE.model_copy(update={"subjects": Shares(**(shares or PROFILE.subjects.model_dump()))})
    writer = Respondent(SimulatedWriter(profile), limits or Limits())
    source = put(StageFolder(folder / "in"), texts, 60)
    work = Subjects(
        texts=source,
        stage=lambda name: StageFolder(folder / "stages" / name),
        tables=folder / "tables",
        screen=folder / "screen.yaml",
        writer=writer,
        options=options,
        search=searching(cache),
    )

    async def run() -> tuple[Settled, int]:
        async with in_turn(folder, [writer], Silent()) as turns:
            settled = await settle_subjects(work, turns)
            return settled, sum(tally.calls for tally in turns.tallies)

    return asyncio.run(run())


def purity(folder: Path) -> float:
    groups: dict[str, list[str | None]] = defaultdict(list)
    for row in rows_of(StageFolder(folder / "stages" / "tag")):
        groups[row.meta[TOPIC]].append(planted_topic(row.text))
    return sum(Counter(each).most_common(1)[0][1] for each in groups.values()) / sum(map(len, groups.values()))


def digests(folder: Path) -> dict[str, str]:
    files = [*(folder / "stages").rglob("*.parquet"), *(folder / "tables").glob("*.parquet"), folder / "screen.yaml"]
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def check_recovery(folder: Path, texts: list[Text], settled: Settled) -> None:
    """Every text has a subject; texts with planted statements stay; most of those that only report go."""
    assert [row.id for row in rows_of(StageFolder(folder / "stages" / "tag"))] == [text.id for text in texts]
    assert purity(folder) > 0.85
    kept = {row.id for row in rows_of(StageFolder(folder / "stages" / "screen"))}
    with_views = {text.id for text in texts if text_of(text.text)[1].statements}  # type: ignore[index]
    assert with_views <= kept
    assert len(kept - with_views) <= len(texts) // 20
    assert sum(subject.size for subject in settled.subjects) == len(texts)


def test_starter_news_get_their_subjects_and_what_only_reports_goes(tmp_path: Path, cache: Path) -> None:
    texts = news("uk")
    settled, calls = settle(tmp_path, cache, texts)
    check_recovery(tmp_path, texts, settled)
    assert calls > 0
    assert {subject.kind for subject in settled.subjects} >= {SubjectKind.TOPIC, SubjectKind.TAG}
    tables = {name: pl.read_parquet(tmp_path / "tables" / f"{name}.parquet") for name in ("topics", "tags", "subjects")}
    assert tables["subjects"].height == len(settled.subjects)
    assert tables["topics"]["label"].null_count() == tables["topics"].height  # labels are those of the subjects
    assert tables["tags"].height > 0
    again, more = settle(tmp_path, cache, texts)
    assert (again, more) == (settled, 0)


def test_stopped_and_resumed_it_is_the_same_and_nothing_is_asked_twice(tmp_path: Path, cache: Path) -> None:
    texts = news("uk")
    whole, calls = settle(tmp_path / "one" / "whole", cache, texts)  # apart: journals beside each other are shared
    cut, made = tmp_path / "two" / "cut", 0
    for most in (calls // 4, calls // 4, calls // 4):
        with pytest.raises(Stopped):
            settle(cut, cache, texts, limits=Limits(concurrency=1, budget=Budget(max_calls=most)))
        made += most
    settled, rest = settle(cut, cache, texts)
    assert settled == whole
    assert made + rest == calls
    assert digests(cut) == digests(tmp_path / "one" / "whole")


def test_a_person_s_edit_holds_on_the_next_run_without_a_call(tmp_path: Path, cache: Path) -> None:
    texts = news("uk")
    settled, _ = settle(tmp_path, cache, texts)
    kept = next(subject for subject in settled.subjects if subject.keep)
    path = tmp_path / "screen.yaml"
    entry = f"label: {kept.label}\n  keep: true"
    assert entry in path.read_text(encoding="utf-8")
    path.write_text(
        path.read_text(encoding="utf-8").replace(entry, entry.replace("true", "false"), 1), encoding="utf-8"
    )
    edited, calls = settle(tmp_path, cache, texts)
    assert (edited.changed, calls) == ((kept.label,), 0)
    assert kept.id not in {row.meta[TOPIC] for row in rows_of(StageFolder(tmp_path / "stages" / "screen"))}


def test_unscreened_keeps_all_and_without_rounds_what_fits_no_topic_is_other(tmp_path: Path, cache: Path) -> None:
    texts = news("uk")
    options = replace(OPTIONS, tags=TagOptions.of(rounds=0), screened=False)
    settled, _ = settle(tmp_path, cache, texts, options)
    assert len(rows_of(StageFolder(tmp_path / "stages" / "screen"))) == len(texts)
    assert [subject.label for subject in settled.subjects if subject.kind is SubjectKind.OTHER] == ["other"]
    assert not (tmp_path / "screen.yaml").exists()


def test_a_model_that_gives_nothing_usable_loses_no_text(tmp_path: Path, cache: Path) -> None:
    texts = news("uk")
    settled, _ = settle(tmp_path, cache, texts, shares={"lost": 1.0, "refused": 0.0, "prose": 0.0})
    assert len(rows_of(StageFolder(tmp_path / "stages" / "screen"))) == len(texts)
    assert all(subject.keep for subject in settled.subjects)
    topics = [subject for subject in settled.subjects if subject.kind is SubjectKind.TOPIC]
    assert all(subject.label == ", ".join(subject.keywords[:3]) for subject in topics)


@pytest.mark.slow
def test_all_five_nations_are_worked_each_by_itself(tmp_path: Path, cache: Path) -> None:
    texts = news(*NATIONS)
    settled, _ = settle(tmp_path, cache, texts)
    check_recovery(tmp_path, texts, settled)
    nations = {text.id: text.nation for text in texts}
    rows = rows_of(StageFolder(tmp_path / "stages" / "tag"))
    subjects = {subject.id: subject for subject in settled.subjects}
    assert all(subjects[row.meta[TOPIC]].nation == nations[row.id] for row in rows)
