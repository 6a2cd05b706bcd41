"""Which planted text a row is of, and which planted words a statement rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from axiometer.build.statements.options import PREPARE, StatementsFolder
from axiometer.build.statements.starter_texts import starter_text_of
from axiometer.records.corpus_rows import Statement, Text
from axiometer.records.schemas import Row, to_rows
from axiometer.runtime.stages.parts import StageFolder
from axiometer.starter.news import News, NewsText, PlantedStatement, load_news

_ENOUGH = 0.5
"""The share of planted words that must stand in the words of a statement for it to be that one."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A statement with the planted statement or the planted fact that it rests on; neither: it is of something else."""

    statement: Statement
    news: News
    text: NewsText
    planted: PlantedStatement | None
    fact: str | None


@dataclass(frozen=True)
class Truth:
    """The starter texts of a run by the ids that they have in it. nations: those that were asked for."""

    folder: StatementsFolder
    nations: tuple[str, ...]
    texts: dict[str, tuple[Text, News, NewsText]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: StatementsFolder, nations: Sequence[str]) -> Truth:
        truth = cls(folder, tuple(nations))
        for text in rows_of(folder.stage(PREPARE), Text):
            planted = starter_text_of(text.url)
            if planted is not None:
                truth.texts[text.id] = (text, *planted)
        return truth

    def news(self) -> Iterator[News]:
        return map(load_news, self.nations)

    def match(self, statement: Statement) -> Matched | None:
        """None for a statement of a text that is none of the starter's."""
        known = self.texts.get(statement.text_id)
        if known is None:
            return None
        text, news, planted = known
        span = (statement.start, statement.end)
        passage = _passage(text.text)
        said = [(passage.shared(each.text, span), each) for each in planted.statements]
        facts = [(passage.shared(fact, span), fact) for fact in planted.facts]
        best = max(said, key=lambda pair: pair[0], default=(0.0, None))
        fact = max(facts, key=lambda pair: pair[0], default=(0.0, None))
        if best[0] >= max(_ENOUGH, fact[0]):
            return Matched(statement, news, planted, best[1], None)
        return Matched(statement, news, planted, None, fact[1] if fact[0] >= _ENOUGH else None)

    def matched(self, stage: str) -> list[Matched]:
        """All statements that a step kept, those of the starter texts."""
        rows = rows_of(self.folder.stage(stage), Statement)
        return [found for row in rows if (found := self.match(row)) is not None]


@dataclass(frozen=True)
class Passage:
    """A text in which words are looked for by their letters and digits alone."""

    text: str

    def shared(self, words: str, span: tuple[int, int]) -> float:
        """The share of `words`, where they stand in the text, that lies within `span`; 0 where they do not."""
        letters, places = self._folded
        sought, _ = _fold(words)
        begin = letters.find(sought) if sought else -1
        if begin < 0:
            return 0.0
        first, last = places[begin], places[begin + len(sought) - 1] + 1
        return max(0, min(last, span[1]) - max(first, span[0])) / (last - first)

    @cached_property
    def _folded(self) -> tuple[str, list[int]]:
        return _fold(self.text)


@lru_cache(maxsize=64)
def _passage(text: str) -> Passage:
    return Passage(text)


def _fold(text: str) -> tuple[str, list[int]]:
    """Letters and digits in lower case, and where each stands."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for folded in character.casefold():
            if folded.isalnum():
                letters.append(folded)
                places.append(place)
    return "".join(letters), places


def rows_of(stage: StageFolder, row_type: type[Row]) -> Iterator[Row]:
    """All rows of a step."""
    for name in stage.names():
        yield from to_rows(stage.rows_of(name), row_type)
