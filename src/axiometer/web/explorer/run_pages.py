"""Pages of one run: its respondents side by side, its items, one item; and respondents of several runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from axiometer.web.explorer import asking
from axiometer.web.explorer.beside import MOST, Compared, alike, labels_of
from axiometer.web.explorer.figures import (
    MOST_VALUES,
    compared_drawing,
    compared_outcomes,
    compared_outcomes_drawing,
    compared_rows,
    outcomes_drawing,
    profile_drawing,
    profile_rows,
    rank_panels,
)
from axiometer.web.explorer.index import OUTCOMES, RunIndex
from axiometer.web.explorer.item import items_at, number_of, presentations
from axiometer.web.explorer.library import Library
from axiometer.web.explorer.lineage import rules_behind
from axiometer.web.explorer.query import PAGE, matching, page_of
from axiometer.web.explorer.showing import explorer_page, ready_index, waiting, words_of
from axiometer.web.explorer.summary import (
    ALL,
    Profile,
    counted_shares,
    frameworks_of,
    is_machine_read,
    level_name,
    name_of,
    outcomes,
    profile,
    table_of,
)
from axiometer.web.explorer.tables import tables_in
from axiometer.web.words import Words

SEPARATOR = "~"
MOST_ROWS = 400


def run(library: Library, request: Request) -> Response:
    """A run: what was asked of whom, how it ended, what was chosen, in which languages, who chose alike."""
    index = ready_index(library, request)
    if isinstance(index, Response):
        return index
    at, words, lang = asking.place(request), words_of(request), _lang(request, index)
    shown, frameworks = profile_of(request, index), frameworks_of(index)
    ranking = _ranking(index, shown.level, words.lang)
    rows = outcomes(index)
    ended = outcomes(index, by_lang=True)
    labels = {each.number: each.name for each in index.sources.respondents}
    return explorer_page(
        request,
        "run.html",
        at=at,
        name=index.sources.folder.name,
        asked=index.sources.specification.asked,
        noted=index.sources.specification.noted,
        respondents=labels,
        as_read=list(labels.values()) if is_machine_read(index) else [],
        outcome_chart=outcomes_drawing(index, words, at).inline(),
        outcomes=_by_model(rows),
        outcome_names=_names(rows),
        by_lang=_by_lang(ended),
        profile=shown,
        profile_chart=profile_drawing(index, shown, words, at, lang).inline() if shown.shares else None,
        profile_rows=profile_rows(index, shown, words.lang),
        numbers={name: number for number, name in labels.items()},
        level=shown.level,
        level_names={each: level_name(frameworks, each, words.lang) for each in shown.levels},
        lang_of=lang,
        ranking=ranking,
        rank_charts=[(model, drawing.inline("panel")) for model, drawing in rank_panels(index, ranking, words, at)],
        agreement=_table(index, "agreement", pl.col("measure") == "raw"),
        languages=_table(index, "languages", pl.col("difference").is_not_null(), pl.col("level") == shown.level),
        tables=tables_in(index.sources.folder),
        compare_with=[f"{asking.place(request)}{SEPARATOR}{number}" for number in list(labels)[:MOST]],
    )


def profile_of(request: Request, index: RunIndex) -> Profile:
    return profile(index, asking.one(request, "level"), _lang(request, index))


def _lang(request: Request, index: RunIndex) -> str:
    langs = [ALL, *index.sources.specification.asked.get("items", {}).get("langs", {})]
    return asking.among(request, "lang_of", langs) or ALL


def _names(rows: pl.DataFrame) -> list[str]:
    """The outcomes that were met."""
    met = set(rows["outcome"].to_list())
    return [name for name in OUTCOMES if name in met]


def _by_model(rows: pl.DataFrame) -> dict[int, dict[str, tuple[int, int]]]:
    """Respondent to outcome to (n, of)."""
    found: dict[int, dict[str, tuple[int, int]]] = {}
    for row in rows.iter_rows(named=True):
        found.setdefault(row["model"], {})[row["outcome"]] = (row["n"], row["of"])
    return found


def _by_lang(rows: pl.DataFrame) -> dict[str, dict[int, dict[str, tuple[int, int]]]]:
    """Language to what `_by_model` gives of it; empty with one language."""
    langs = sorted(set(rows["lang"].to_list()))
    return {lang: _by_model(rows.filter(pl.col("lang") == lang)) for lang in langs} if len(langs) > 1 else {}


def _ranking(index: RunIndex, level: str, lang: str) -> list[dict[str, object]]:
    rows = _table(index, "ranking", pl.col("level") == level, pl.col("rank").is_not_null())
    frameworks = frameworks_of(index)
    return [{**row, "name": name_of(frameworks, str(row["value"]), lang)} for row in rows]


def _table(index: RunIndex, name: str, *kept: pl.Expr) -> list[dict[str, object]]:
    """Rows of a table of the analysis; none where there is no such table."""
    table = table_of(index.sources.folder, name)
    return [] if table is None else table.filter(*kept).head(MOST_ROWS).to_dicts()


def items(library: Library, request: Request) -> Response:
    """Items of a run that hold what is looked for, a page at a time."""
    index = ready_index(library, request, whole=False)
    if isinstance(index, Response):
        return index
    wanted, words = asking.wanted_of(request, index), words_of(request)
    found = page_of(matching(index, wanted), asking.count(request, "after"), asking.count(request, "before"))
    at = asking.place(request)
    return explorer_page(
        request,
        "items.html",
        at=at,
        name=index.sources.folder.name,
        wanted=wanted,
        query={"at": at, **asking.as_query(wanted)},
        found=found,
        last=found.first + len(found.numbers) - 1,
        size=PAGE,
        items=items_at(index, found.numbers),
        respondents={each.number: each.name for each in index.sources.respondents},
        incomplete=not index.is_whole,
        choices=_choices(index, words.lang, wanted.value),
    )


def _choices(index: RunIndex, lang: str, chosen: str) -> Mapping[str, Sequence[object]]:
    """What the filters offer."""
    frameworks = frameworks_of(index)
    listed = [(value.id, name_of(frameworks, value.id, lang)) for one in frameworks.values() for value in one.values]
    known = {value for value, _ in listed}
    if index.is_whole:
        others = counted_shares(index)["target"].unique().sort().to_list()
        listed += [(value, value) for value in others if value not in known][:MOST_VALUES]
    if chosen and chosen not in {value for value, _ in listed}:
        listed.append((chosen, chosen))
    langs = list(index.sources.specification.asked.get("items", {}).get("langs", {}))
    words = Words(lang)
    kinds, ends = ([(one, words(one)) for one in names] for names in (asking.KINDS, OUTCOMES))
    return {"values": listed, "langs": [(one, one) for one in langs], "kinds": kinds, "outcomes": ends}


def item(library: Library, request: Request) -> Response:
    """An item with every presentation of it, and where it comes from."""
    index = ready_index(library, request)
    if isinstance(index, Response):
        return index
    number = number_of(index, asking.row_id(request))
    if number is None:
        raise HTTPException(404)
    [found] = items_at(index, [number])
    frameworks, words = frameworks_of(index), words_of(request)
    rules = rules_behind(library.root, library.things(), found.parent_ids) if found.parent_ids else []
    known = {rule.id for rule in rules}
    return explorer_page(
        request,
        "item.html",
        at=asking.place(request),
        run=index.sources.folder.name,
        item=found,
        number=number,
        presentations=presentations(index, number),
        rules=rules,
        other_parents=[id_ for id_ in found.parent_ids if id_ not in known],
        name_of=lambda value: name_of(frameworks, value, words.lang),
        framework=frameworks.get(found.framework or ""),
    )


def compare(library: Library, request: Request) -> Response:
    """Respondents of any runs beside each other."""
    chosen, waiting = compared_of(library, request)
    if waiting is not None:
        return waiting
    words = words_of(request)
    labels = labels_of(chosen)
    pairs = alike(chosen) if len(chosen) > 1 else []
    ended = compared_outcomes(chosen) if chosen else pl.DataFrame(schema={"outcome": pl.String})
    return explorer_page(
        request,
        "compare.html",
        compared=list(zip(labels, chosen, strict=True)),
        as_read=[label for label, each in zip(labels, chosen, strict=True) if is_machine_read(each.index)],
        given=[f"{each.at}{SEPARATOR}{each.number}" for each in chosen],
        outcome_chart=compared_outcomes_drawing(chosen, labels, words, linked=True).inline() if chosen else None,
        outcomes=_by_model(ended),
        outcome_names=_names(ended),
        values=compared_rows(chosen, labels, words.lang),
        profile_chart=compared_drawing(chosen, labels, words, linked=True).inline() if chosen else None,
        pairs=pairs,
        offered=_offered(library, chosen),
        most=MOST,
    )


def compared_of(library: Library, request: Request) -> tuple[list[Compared], Response | None]:
    """The respondents that an address names, or the page to wait on. Raises a 400 for more than `MOST`, a 404 for one
    that is not there."""
    given = list(dict.fromkeys(request.query_params.getlist("with")))
    if len(given) > MOST or any(len(each) > 1_000 for each in given):
        raise HTTPException(400)
    chosen = []
    for each in given:
        at, _, number = each.rpartition(SEPARATOR)
        if not (number.isascii() and number.isdecimal() and library.is_run(at)):
            raise HTTPException(404)
        index = library.index(at)
        if int(number) >= len(index.sources.respondents):
            raise HTTPException(404)
        if not index.is_whole:
            return [], waiting(library, request, at, index)
        chosen.append(Compared(at, index, int(number)))
    return chosen, None


def _offered(library: Library, chosen: Sequence[Compared]) -> list[tuple[str, str]]:
    """Respondents that could be added: (what the address says, name with run)."""
    there = {(each.at, each.number) for each in chosen}
    return [
        (f"{thing.at}{SEPARATOR}{number}", f"{name} · {thing.at}")
        for thing in library.things()
        if thing.marker == "run.yaml"
        for number, name in enumerate(thing.models)
        if (thing.at, number) not in there
    ]
