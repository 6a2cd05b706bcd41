"""Translations checked: what words and vectors show of each, part by part; then equal items among all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import polars as pl

from axiometer.build.translation import likeness, wording
from axiometer.build.translation.likeness import Likeness, measured_across
from axiometer.build.translation.rows import CheckedTranslation, ReturnTranslation
from axiometer.build.work.search import Search
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status

SAME_ITEM = "the same words as another item"


def check_translations(returned: StageFolder, output: StageFolder, search: Search) -> None:
    """Checks every part that is not checked yet or was checked otherwise. The threshold of `search` is the cosine that
    what comes back must have."""
    basis = content_id("check", wording.VERSION, likeness.VERSION, search.embedder, search.threshold)
    output.keep_only(returned.names())
    for part in returned.parts():
        signature = content_id("part", basis, part.digest)
        if output.is_made(part.name, signature):
            continue
        rows = list(to_rows(returned.rows_of(part.name), ReturnTranslation))
        kept: list[CheckedTranslation] = []
        fates: list[Fate] = []
        for row, found in zip(rows, _likenesses(rows, search), strict=True):
            problems = [*wording.problems(row), *found.problems(row.there.asked.texts, search.threshold)]
            if problems:
                note = "; ".join(f"{reason}: {what}" for reason, what in problems)
                fates.append(Fate(row.id, Status.DROPPED, reason=problems[0][0], note=note))
                continue
            kept.append(_checked(row, found))
            fates.append(Fate(row.id, Status.KEPT, outputs=(kept[-1].id,)))
        output.write(part.name, to_frame(kept, CheckedTranslation), fates, signature)


def _likenesses(rows: Sequence[ReturnTranslation], search: Search) -> list[Likeness]:
    """The cosines of every row; all texts of a part are embedded together."""
    texts = list(
        dict.fromkeys(
            text for row in rows for of_row in (row.there.asked.texts, row.there.texts, row.back) for text in of_row
        )
    )
    if not texts:
        return []
    vectors = search.vectors(texts)
    place = {text: number for number, text in enumerate(texts)}

    def of(row_texts: Sequence[str]) -> likeness.Cosines:
        found: likeness.Cosines = vectors[[place[text] for text in row_texts]]
        return found

    return [
        Likeness.of(
            of(row.there.asked.texts),
            of(row.there.texts) if measured_across(search.embedder, row.there.asked.source_lang, row.lang) else None,
            of(row.back),
        )
        for row in rows
    ]


def _checked(row: ReturnTranslation, found: Likeness) -> CheckedTranslation:
    across = () if found.across is None else _rounded(found.across)
    return CheckedTranslation(
        content_id("checked", row.id), (row.id,), row.lang, row.there.text, _rounded(found.back), across, row
    )


def _rounded(cosines: likeness.Cosines) -> tuple[float, ...]:
    return tuple(round(float(cosine), 4) for cosine in cosines.diagonal())


def drop_equal_items(checked: StageFolder, output: StageFolder, there: Sequence[tuple[str, str, str]]) -> None:
    """Of translations with equal words in one language the first stays, and none that an original has already.

    there: (id, language, words) of the originals, as `words_of` has them. A barrier over all parts.
    """
    parts = checked.parts()
    basis = content_id("distinct", [[part.name, part.digest] for part in parts], content_id("there", there))
    output.keep_only(checked.names())
    if all(output.is_made(part.name, basis) for part in parts):
        return
    first: dict[tuple[str, str], str] = defaultdict(str)
    for item, lang, words in there:
        first[lang, words] = item
    for part in parts:
        frame = checked.rows_of(part.name)
        fates, stays = [], []
        for row in to_rows(frame, CheckedTranslation):
            key = (row.lang, words_of(row.returned.there.texts))
            holder = first[key]
            if not holder:
                first[key] = row.id
                fates.append(Fate(row.id, Status.KEPT, outputs=(row.id,)))
            else:
                fates.append(Fate(row.id, Status.DROPPED, reason=SAME_ITEM, note=holder))
            stays.append(not holder)
        output.write(part.name, frame.filter(pl.Series(stays, dtype=pl.Boolean())), fates, basis)


def words_of(texts: Sequence[str]) -> str:
    """A key that equal texts share."""
    return content_id("words", list(texts))
