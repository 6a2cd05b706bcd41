"""What texts are about and which of it touches values: topics, tags in rounds, the screen, one after the other.

    settled = await settle_subjects(Subjects(...), turns)      texts to read for statements are in stage("screen")

Stages, in order: `topics` (barrier), `label` (asked), then while too many texts are without a subject `tag-1` (asked)
and `tagged-1` (barrier), `tag-2` …; `tag` (every text has a subject), `screen-subjects` (asked), `screen` (drops).
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.build.statements.screening import (
    APPLIED,
    SCREEN,
    ScreenSubjects,
    Settled,
    apply_screen,
    settle_screen,
    unscreened,
)
from axiometer.build.statements.tagging.asking import TAG, TagTexts
from axiometer.build.statements.tagging.assigning import (
    TAG_TABLE,
    TagUse,
    assign_tags,
    known_tags,
    read_tags,
    without_subject,
)
from axiometer.build.statements.tagging.options import TagOptions
from axiometer.build.statements.topics.finding import (
    EXAMPLES,
    excerpt,
    find_topics,
    read_topics,
    with_subject,
    write_topic_parts,
)
from axiometer.build.statements.topics.labelling import LABEL, LabelTopics
from axiometer.build.statements.topics.options import TOPIC, TopicOptions
from axiometer.build.statements.topics.rows import Subject, SubjectKind, Topic, tag_id
from axiometer.build.work.search import Search
from axiometer.frameworks import Framework
from axiometer.records.corpus_rows import Text
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.records.tables import write_rows
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import CallStage, Fate, Status
from axiometer.runtime.stages.turns import Turns

FOUND: Final = "topics"
TO_LABEL: Final = "topics-found"
TO_SCREEN: Final = "subjects"
SUBJECTS: Final = "subjects.parquet"
OTHER: Final = {"zh": "其他", "en": "other", "fr": "autres", "de": "Sonstiges"}
_PART: Final = "000000"


@dataclass(frozen=True, slots=True)
class SubjectOptions:
    """How subjects are found and screened. framework, about: as in `ScreenSubjects`; screened False keeps all."""

    topics: TopicOptions
    tags: TagOptions
    framework: Framework | None = None
    about: str | None = None
    screened: bool = True

    @property
    def stages(self) -> dict[str, CallStage[Topic, Topic] | CallStage[Text, Text] | CallStage[Subject, Subject]]:
        """The steps that ask a model, by name; of the rounds of tags the first stands for all."""
        asked: dict[str, CallStage[Topic, Topic] | CallStage[Text, Text] | CallStage[Subject, Subject]] = {}
        asked[LABEL] = LabelTopics()
        if self.tags.rounds:
            asked[TagTexts().name] = TagTexts()
        if self.screened:
            asked[SCREEN] = ScreenSubjects(self.framework, self.about)
        return asked


@dataclass(frozen=True, slots=True)
class Subjects:
    """The work: `texts` in, `stage(name)` the folder of each step, `tables` for what is found, `screen` the file for
    people, `writer` who is asked."""

    texts: StageFolder
    stage: Callable[[str], StageFolder]
    tables: Path
    screen: Path
    writer: Respondent
    options: SubjectOptions
    search: Search


async def settle_subjects(work: Subjects, turns: Turns) -> Settled:
    """Gives every text a subject (`meta["topic"]`) and keeps those whose subject touches values, in `stage("screen")`.

    Writes `topics.parquet`, `tags.parquet`, `subjects.parquet` into the tables, and the file for people. Raises what
    asking and embedding raise; the same call goes on from there.
    """
    find_topics(work.texts, work.stage(FOUND), work.tables, work.options.topics, work.search)
    await turns.check()
    write_topic_parts(work.tables, work.stage(TO_LABEL))
    parts = [InputPart(_PART, work.stage(TO_LABEL), Topic)]
    await turns.ask(LabelTopics(), work.writer, parts, work.stage(LABEL))
    topics = labelled(read_topics(work.tables), work.stage(LABEL))
    tagged, uses = await _tag_in_rounds(work, turns, topics)
    write_rows(uses, TagUse, work.tables / TAG_TABLE)
    place_others(tagged, work.stage(TAG))
    subjects = list(subjects_of(work.stage(TAG), topics, uses))
    if work.options.screened:
        _write_part(subjects, work.stage(TO_SCREEN))
        asked = ScreenSubjects(work.options.framework, work.options.about)
        await turns.ask(asked, work.writer, [InputPart(_PART, work.stage(TO_SCREEN), Subject)], work.stage(SCREEN))
        judged = {each.id: each for each in to_rows(work.stage(SCREEN).rows_of(_PART), Subject)}
        settled = settle_screen(work.screen, [judged.get(each.id, each) for each in subjects])
    else:
        settled = Settled(tuple(unscreened(subjects)))
    write_rows(list(settled.subjects), Subject, work.tables / SUBJECTS)
    apply_screen(work.stage(TAG), work.stage(APPLIED), settled.subjects)
    return settled


def labelled(topics: Sequence[Topic], labels: StageFolder) -> list[Topic]:
    """The topics, with labels where a model gave them."""
    found = {each.id: each for each in to_rows(labels.rows_of(_PART), Topic)} if labels.names() else {}
    return [found.get(topic.id, topic) for topic in topics]


def place_others(texts: StageFolder, output: StageFolder) -> None:
    """Puts texts that have no subject under "other", one of each nation and language. None is dropped."""
    output.keep_only(texts.names())
    for part in texts.parts():
        signature = content_id("others", 1, part.digest)
        if output.is_made(part.name, signature):
            continue
        rows = [
            text if TOPIC in text.meta else with_subject(text, other_id(text.nation, text.lang))
            for text in to_rows(texts.rows_of(part.name), Text)
        ]
        fates = [Fate(text.id, Status.KEPT, outputs=(text.id,)) for text in rows]
        output.write(part.name, to_frame(rows, Text), fates, signature)


def other_id(nation: str | None, lang: str) -> str:
    return tag_id(nation, lang, "")


def subjects_of(texts: StageFolder, topics: Sequence[Topic], uses: Sequence[TagUse]) -> Iterator[Subject]:
    """The subjects that texts have, with how many there are and some beginnings."""
    counts = Counter[str]()
    shown: dict[str, list[tuple[str, str]]] = defaultdict(list)
    groups: dict[str, tuple[str | None, str]] = {}
    for name in texts.names():
        for text in to_rows(texts.rows_of(name), Text):
            subject = text.meta[TOPIC]
            counts[subject] += 1
            groups[subject] = text.nation, text.lang
            if len(shown[subject]) < EXAMPLES:
                shown[subject].append((text.id, excerpt(text.text)))
    by_id = {topic.id: topic for topic in topics}
    tags: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for use in uses:
        if use.subject is not None:
            tags[use.subject].append((-use.texts, use.tag, use.merged))
    for subject, size in sorted(counts.items()):
        topic = by_id.get(subject)
        (nation, lang), seen = groups[subject], shown[subject]
        if topic is not None:
            kind, label, words, seen = SubjectKind.TOPIC, topic.name, topic.keywords, _of_topic(topic)
        elif subject in tags:
            used = sorted(tags[subject])
            kind, label, words = SubjectKind.TAG, used[0][2], tuple(tag for _, tag, _ in used)
        else:
            kind, label, words = SubjectKind.OTHER, OTHER.get(lang.split("-")[0], OTHER["en"]), ()
        ids, examples = tuple(each for each, _ in seen), tuple(words_ for _, words_ in seen)
        yield Subject(subject, ids, lang, nation, kind, label, words, size, examples)


async def _tag_in_rounds(work: Subjects, turns: Turns, topics: Sequence[Topic]) -> tuple[StageFolder, list[TagUse]]:
    """Asks for tags of texts without a subject until few are left; the folder of the last round, and its tags. Each
    round keeps its own table of tags: what the next one shows the model must not change when it is resumed."""
    before, options = work.stage(FOUND), work.options.tags
    uses: list[TagUse] = []
    rounds = 0
    for number in range(1, options.rounds + 1):
        missing, total = without_subject(before)
        if missing <= options.bound * total:
            break
        stage = TagTexts(number, known_tags(topics, uses) if number > 1 else {})
        parts = [InputPart(name, before, Text) for name in before.names()]
        await turns.ask(stage, work.writer, parts, work.stage(stage.name))
        before = work.stage(f"tagged-{number}")
        table = before.path / TAG_TABLE
        last = number == options.rounds
        assign_tags(work.stage(stage.name), before, table, topics, options, work.search, last=last)
        uses = read_tags(table)
        rounds = number
    _forget_rounds(work, rounds)
    return before, uses


def _forget_rounds(work: Subjects, last: int) -> None:
    """Takes away rounds of tags that other texts once needed: they are no part of the account any more."""
    number = last + 1
    while work.stage(f"{TAG}-{number}").path.exists():
        for name in (f"{TAG}-{number}", f"tagged-{number}"):
            shutil.rmtree(work.stage(name).path, ignore_errors=True)
        number += 1


def _of_topic(topic: Topic) -> list[tuple[str, str]]:
    return list(zip(topic.parent_ids, topic.examples, strict=True))


def _write_part(subjects: Sequence[Subject], output: StageFolder) -> None:
    frame = to_frame(subjects, Subject)
    signature = content_id("subjects", [[each.id, each.label, each.size, each.examples] for each in subjects])
    if not output.is_made(_PART, signature):
        fates = [Fate(each.id, Status.KEPT, outputs=(each.id,)) for each in subjects]
        output.write(_PART, frame, fates, signature)
