"""NaVAB: questions with a statement from a nation's news and its constructed reverse (Shi et al. 2025); JSON.

Fields: `raw_news, statement, filter_flag, full_source, source, "generated Q", "generated reverse statement",
"generated raw data"`. A row becomes an item of kind statement: the question, the statement (S, which expresses the
position of a named corpus) and the reverse (RS, which opposes it). The corpus is the nation, the outlet, and `official`
or `quoted`. The published pipeline calls every statement official that nobody is named for (`source` unknown); here
such a statement belongs to the file's corpus, but its attribution stays `unknown`.

S and RS are shown without blanks around them, because only S begins with one in the published files and a respondent
could tell it by that; all fields stay in `meta` as they were published, so that `export navab` gives them back.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from axiometer.messages import t
from axiometer.records.corpus_rows import Attribution
from axiometer.records.ids import content_id
from axiometer.records.importers.accounting import Account, FileFormat, Imported, ImportOptions, RowError, row_id
from axiometer.records.importers.cells import Cells, optional, require_columns, text
from axiometer.records.importers.languages import language_of_question
from axiometer.records.importers.navab_fields import (
    CONSTRUCTED,
    FIELDS,
    NEWS,
    OWN,
    PUBLISHED,
    QUESTION,
    REVERSED,
    Carried,
    carried_in,
)
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, make_item
from axiometer.records.spreadsheets import Record, SourceTable, read_source

SOURCE = "NaVAB (Shi et al. 2025)"
OFFICIAL, QUOTED = "official", "quoted"
NOTES = (
    "reverse statements (RS) are constructed: nobody said them",
    "some published items ask for facts, not for positions: the import cannot tell which, as the step"
    " value-or-fact of `axiometer build statements` does for own texts",
)
OTHER_LANGUAGE = "statements in another language than their question"
TWO_LANGUAGES = "statements in another language than their reverse, which tells one from the other"
BLANKS = "statements with blanks around them, shown without"
NOBODY = "statements for which nobody is named (the published pipeline calls them official)"
NO_ARTICLE = "rows without their article: each counts as a source of its own"
NO_VERDICT = "rows whose filter_flag says neither yes nor no"
REWORDED = "statements that read otherwise in `generated raw data`, where they were reversed"
FINDINGS = (NOBODY, BLANKS, OTHER_LANGUAGE, TWO_LANGUAGES, REWORDED, NO_ARTICLE, NO_VERDICT)

# As the published folders are called, and as people call their files.
_NATIONS = {
    **dict.fromkeys(("cn", "china", "chinese"), "cn"),
    **dict.fromkeys(("us", "usa"), "us"),
    **dict.fromkeys(("uk", "gb"), "uk"),
    **dict.fromkeys(("fr", "france", "french"), "fr"),
    **dict.fromkeys(("de", "germany", "german"), "de"),
}
_KINDS = {"official": OFFICIAL, "human": QUOTED, "quoted": QUOTED}
_GOVERNMENT = frozenset(
    (
        *("government", "the government", "official", "政府", "官方"),
        *("gouvernement", "le gouvernement", "regierung", "die regierung"),
    )
)
_NOBODY = frozenset(("none", "n/a", "未知", "不明", "inconnu", "unbekannt"))
_YES = re.compile(r"(yes|oui|ja)(?!\w)|是(?!否)")
_NO = re.compile(r"(no|non|nein)(?!\w)|否|不是")
_PAIR = re.compile(r"##\s*S:(?P<statement>.*?)##\s*RS:", re.DOTALL)


def _read(path: Path, options: ImportOptions) -> Imported:
    table = read_source(path)
    require_columns(table, *FIELDS)
    book = _Book(table, options, _nation(path, options), _kind(path))
    account = Account(table)
    account.each(book.item)
    closed = account.close()
    seen = Counter(what for found in book.found.values() for what in found)
    counts = {what: seen[what] for what in FINDINGS if seen[what]}
    return replace(closed, notes=(*closed.notes, *book.positions(account.items), *NOTES), counts=counts)


@dataclass(slots=True)
class _Book:
    """What the rows of one file share, and what was found in which of them."""

    table: SourceTable
    options: ImportOptions
    nation: str | None
    kind: str | None
    found: dict[str, list[str]] = field(default_factory=dict)

    def item(self, record: Record) -> Item:
        cells = record.cells
        absent = [name for name in FIELDS if name not in cells]
        if absent:
            raise RowError("missing field", absent[0])
        question, statement, reverse = (text(cells, name) for name in (QUESTION, "statement", REVERSED))
        if _words(statement) == _words(reverse):
            raise RowError("statement and reverse statement are the same", REVERSED)
        verdict = _verdict(cells.get("filter_flag"))
        if verdict is False:
            raise RowError("filter_flag says no", "filter_flag")
        carried = carried_in(cells)
        item = self._made(record, carried, question, statement, reverse)
        self.found.setdefault(item.id, _findings(cells, item, verdict))
        return item

    def _made(self, record: Record, carried: Carried | None, question: str, statement: str, reverse: str) -> Item:
        cells = record.cells
        published = {f"{PUBLISHED}{name}": cell for name in FIELDS if (cell := cells[name]) and name != "source"}
        for name, shown in (("statement", statement), (QUESTION, question), (REVERSED, reverse)):
            if cells[name] == shown:
                del published[f"{PUBLISHED}{name}"]
        said = _attribution(cells)
        attribution = Attribution(said["attribution"])
        position = self._position(attribution)
        own = {"nation": self.nation, "outlet": self.options.outlet, "constructed": CONSTRUCTED}
        own["statement_lang"], own["reversed_lang"] = language_of_question(statement), language_of_question(reverse)
        meta = {**said, **{name: value for name, value in own.items() if value is not None}}
        expresses = (_taking(position, 1), _taking(position, -1))
        lang, clusters, source, parents = language_of_question(question), _article(cells), SOURCE, None
        if carried is not None:
            meta = dict(carried.meta)
            lang, clusters, source, parents = carried.lang, carried.clusters, carried.source, carried.parent_ids
            if self.options.nation is None and self.options.outlet is None:
                expresses = carried.expresses
        return make_item(
            kind=ItemKind.STATEMENT,
            lang=self.options.lang or lang,
            prompt=question,
            options=(Option(statement, expresses=expresses[0]), Option(reverse, expresses=expresses[1])),
            clusters=clusters,
            source=source,
            framework=carried.framework if carried else None,
            parallel_id=carried.parallel_id if carried else None,
            parent_ids=(row_id(self.table, record),) if parents is None else parents,
            meta={**meta, **published},
        )

    def _position(self, attribution: Attribution) -> str:
        kind = self.kind or (QUOTED if attribution is Attribution.QUOTED else OFFICIAL)
        return " ".join(part for part in (self.nation, self.options.outlet, kind) if part)

    def positions(self, items: list[Item]) -> list[str]:
        """A note for each corpus: how many statements express its position; and where its name lacks a nation."""
        named = Counter(
            said.target
            for item in items
            for said in item.options[0].expresses
            if said.kind is ExpressionKind.POSITION and said.polarity > 0
        )
        what = "{n} statements (S) express the position {position!r}, their reverses (RS) oppose it"
        notes = [t(what, n=n, position=position) for position, n in sorted(named.items())]
        if self.kind is None and not any(OWN in record.cells for record in self.table.records):
            notes.append("the file's name says neither official nor human: each row's source decided")
        if {OFFICIAL, QUOTED} & named.keys():
            notes.append("no nation is named: give it with --nation, and the outlet with --outlet")
        return notes


def _taking(position: str, polarity: int) -> tuple[Expression, ...]:
    return (Expression(ExpressionKind.POSITION, position, polarity),)


def _findings(cells: Cells, item: Item, verdict: bool | None) -> list[str]:
    """What a person should know of a row that became an item."""
    statement = item.options[0].text
    reversed_there = _PAIR.search(cells["generated raw data"] or "")
    told = {
        OTHER_LANGUAGE: item.meta.get("statement_lang", item.lang) != item.lang,
        TWO_LANGUAGES: item.meta.get("statement_lang") != item.meta.get("reversed_lang"),
        REWORDED: reversed_there is not None and _words(reversed_there["statement"]) != _words(statement),
        BLANKS: cells["statement"] != statement,
        NOBODY: item.meta.get("attribution") == Attribution.UNKNOWN,
        NO_ARTICLE: not item.clusters,
        NO_VERDICT: verdict is None,
    }
    return [what for what, holds in told.items() if holds]


def _attribution(cells: Cells) -> dict[str, str]:
    """Whose view it is, the words of the file, and the speaker where there is one."""
    published = cells["source"]
    source = optional(cells, "source")
    folded = (source or "").casefold()
    if source is None or "unknown" in folded or folded in _NOBODY:
        said = {"attribution": Attribution.UNKNOWN.value}
    elif folded in _GOVERNMENT:
        said = {"attribution": Attribution.GOVERNMENT.value}
    else:
        said = {"attribution": Attribution.QUOTED.value, "speaker": source}
    return said if published is None else {**said, "published_source": published}


def _verdict(flag: str | None) -> bool | None:
    """What the model that screened the statement said behind its last `##`; None where that is neither yes nor no."""
    if flag is None or "##" not in flag:
        return None
    said = flag.rpartition("##")[2].strip(" \t\r\n*_\"'.:：“”「」").casefold()
    if _NO.match(said):
        return False
    return True if _YES.match(said) else None


def _words(statement: str) -> str:
    """The words alone: without width, case, blanks and punctuation."""
    folded = unicodedata.normalize("NFKC", statement).casefold()
    return "".join(character for character in folded if character.isalnum()) or "".join(folded.split())


def _article(cells: Cells) -> tuple[str, ...]:
    article = optional(cells, NEWS)
    return () if article is None else (f"navab/article:{content_id('article', article)}",)


def _kind(path: Path) -> str | None:
    kinds = {_KINDS[word] for word in _name_words(path.stem) if word in _KINDS}
    return kinds.pop() if len(kinds) == 1 else None


def _nation(path: Path, options: ImportOptions) -> str | None:
    """As the user says, else as the file's name says, else as the published folders are called."""
    if options.nation is not None and options.nation.strip():
        return options.nation.strip()
    for name in (path.stem, path.absolute().parent.name):
        words = _name_words(name) if name == path.stem else [name.casefold()]
        found = {_NATIONS[word] for word in words if word in _NATIONS}
        if len(found) == 1:
            return found.pop()
    return None


def _name_words(name: str) -> list[str]:
    return re.split(r"[^a-z]+", name.casefold())


navab = FileFormat(
    "navab",
    {
        "en": "NaVAB JSON: questions with statements from a nation's news and their constructed reverses",
        "zh": "NaVAB JSON：由某国新闻中的陈述及其人为构造的反向陈述组成的提问",
    },
    _read,
)
