"""Texts put under the subjects that their tags name: a barrier over all parts after each round."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.build.statements.tagging.asking import MOST_KNOWN
from axiometer.build.statements.tagging.consolidation import Merged, consolidate
from axiometer.build.statements.tagging.options import TAGS, TagOptions, parted
from axiometer.build.statements.topics.finding import Group, with_subject
from axiometer.build.statements.topics.options import TOPIC
from axiometer.build.statements.topics.rows import Topic, tag_id
from axiometer.build.work.search import Search
from axiometer.records.corpus_rows import Text
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.records.tables import read_table, write_rows
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status

TAG_TABLE: Final = "tags.parquet"
MOST_RARE: Final = 100
"""Tags of fewer texts than a subject must have that are subjects all the same when nobody is asked any more, for each
nation and language: a list that a person can still read."""
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class TagUse:
    """A tag as the model gave it: in how many texts, into which tag or topic it was merged with which cosine (1: by its
    form), and the id of that subject, None where too few texts have it to be one."""

    nation: str | None
    lang: str
    tag: str
    texts: int
    merged: str
    cosine: float
    subject: str | None


def assign_tags(
    tagged: StageFolder,
    output: StageFolder,
    table: Path,
    topics: Sequence[Topic],
    options: TagOptions,
    search: Search,
    *,
    last: bool = False,
) -> None:
    """Puts every text that has tags under the subject of the first of them that names one.

    Writes what became of the tags to `table`.

    Subjects are topics, and tags that at least `options.least` texts have when those that mean the same are one; in the
    last round also tags of fewer texts, as long as there are few of them (`MOST_RARE`). All texts with tags are looked
    at anew, so that a tag of this round can make a subject of one of an earlier. Parts keep their names, rows their
    order; none is dropped. Made anew where texts, topics or options changed.
    """
    parts = tagged.parts()
    known = [[topic.id, topic.name] for topic in topics]
    rule = [options.least, options.alike, search.embedder, last]
    basis = content_id("tags", VERSION, rule, known, [[part.name, part.digest] for part in parts])
    output.keep_only(tagged.names())
    if table.exists() and all(output.is_made(part.name, basis) for part in parts):
        return
    counts = _counts(tagged)
    uses: list[TagUse] = []
    subject_of: dict[Group, dict[str, str]] = {}
    for group in sorted(counts):
        names = {topic.name: topic.id for topic in reversed(topics) if (topic.nation or "", topic.lang) == group}
        merged = consolidate(counts[group], list(reversed(names)), group[1], options.alike, search)
        subject_of[group] = _subjects(group, counts[group], merged, names, options.least, last=last)
        uses.extend(_use(group, tag, counts[group][tag], merged.get(tag), subject_of[group]) for tag in counts[group])
    for part in parts:
        output.remove(part.name)
    write_rows(sorted(uses, key=_most_used), TagUse, table)
    for part in parts:
        rows = [_placed(text, subject_of) for text in to_rows(tagged.rows_of(part.name), Text)]
        fates = [Fate(text.id, Status.KEPT, outputs=(text.id,)) for text in rows]
        output.write(part.name, to_frame(rows, Text), fates, basis)


def read_tags(table: Path) -> list[TagUse]:
    """The tags that `assign_tags` wrote."""
    return list(to_rows(read_table(table, TagUse), TagUse))


def without_subject(texts: StageFolder) -> tuple[int, int]:
    """How many texts have no subject, and how many there are."""
    missing = total = 0
    for name in texts.names():
        said = texts.rows_of(name, ["meta"])["meta"]
        total += len(said)
        missing += len(said) - int(said.str.json_path_match(f"$.{TOPIC}").is_not_null().sum())
    return missing, total


def known_tags(topics: Sequence[Topic], uses: Sequence[TagUse]) -> dict[Group, tuple[str, ...]]:
    """What a model is shown in the next round: topics and subjects of most texts first, then other tags."""
    sizes: dict[Group, Counter[str]] = defaultdict(Counter)
    firm: dict[Group, set[str]] = defaultdict(set)
    for topic in topics:
        sizes[topic.nation or "", topic.lang][topic.name] += topic.size
        firm[topic.nation or "", topic.lang].add(topic.name)
    for use in uses:
        group = use.nation or "", use.lang
        sizes[group][use.merged] += use.texts
        if use.subject is not None:
            firm[group].add(use.merged)
    return {
        group: tuple(sorted(counts, key=lambda tag: (tag not in firm[group], -counts[tag], tag))[:MOST_KNOWN])
        for group, counts in sizes.items()
    }


def _counts(tagged: StageFolder) -> dict[Group, Counter[str]]:
    """In how many texts each tag stands, by nation and language."""
    found: dict[Group, Counter[str]] = defaultdict(Counter)
    for name in tagged.names():
        rows = tagged.rows_of(name, ["nation", "lang", "meta"]).select(["nation", "lang", "meta"])
        said = rows.with_columns(tags=rows["meta"].str.json_path_match(f"$.{TAGS}")).drop_nulls("tags")
        for nation, lang, tags in said.select("nation", "lang", "tags").iter_rows():
            found[nation or "", lang].update(parted(tags))
    return dict(found)


def _subjects(
    group: Group,
    counts: Mapping[str, int],
    merged: Mapping[str, Merged],
    topics: Mapping[str, str],
    least: int,
    *,
    last: bool,
) -> dict[str, str]:
    """The subject's id of every tag that names one. A text with two tags that were merged counts for both."""
    sizes = Counter[str]()
    for tag, into in merged.items():
        sizes[into.name] += counts[tag]
    rare = sorted((name for name, size in sizes.items() if size < least), key=lambda name: (-sizes[name], name))
    firm = {name for name, size in sizes.items() if size >= least} | set(rare[:MOST_RARE] if last else ())
    found = {}
    for tag, into in merged.items():
        if into.name in topics:
            found[tag] = topics[into.name]
        elif into.name in firm:
            found[tag] = tag_id(group[0] or None, group[1], into.name)
    return found


def _use(group: Group, tag: str, texts: int, merged: Merged | None, subjects: Mapping[str, str]) -> TagUse:
    into = merged or Merged(tag, 1.0)
    return TagUse(group[0] or None, group[1], tag, texts, into.name, into.cosine, subjects.get(tag))


def _most_used(use: TagUse) -> tuple[str, str, int, str]:
    return use.nation or "", use.lang, -use.texts, use.tag


def _placed(text: Text, subject_of: Mapping[Group, Mapping[str, str]]) -> Text:
    if TAGS not in text.meta:
        return text
    subjects = subject_of[text.nation or "", text.lang]
    found = (subjects[tag] for tag in parted(text.meta[TAGS]) if tag in subjects)
    return with_subject(text, next(found, None))
