"""Every statement is accounted for: what the simulated model plants comes back under the check that it belongs to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.build.statements.triples.planted import PROFILE, run, sound, statements, triples_of

from axiometer.build.statements.triples import checking, filters
from axiometer.build.statements.triples.rows import CHECK, REVERSE, WORDED, Form, dressed, sides
from axiometer.build.translation.numbers import lost as lost_numbers
from axiometer.build.translation.numbers import numbers
from axiometer.models import writer_triples
from axiometer.models.writer_news import statement_of
from axiometer.models.writer_triples import FOR_READERS, Telling, TripleFault, planted_triple, telling
from axiometer.records.corpus_rows import Statement
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Account

SHARES = {str(fault): 0.08 for fault in TripleFault} | {"overlooked": 0.3, "twins_turned": 0.1, "alarms": 0.05}
FAULTY = PROFILE.model_copy(update={"triples": PROFILE.triples.model_copy(update=SHARES)})
BELONGS = {
    TripleFault.SAME: filters.SAME,
    TripleFault.NUMBER: filters.NUMBERS,
    TripleFault.LENGTH: filters.LENGTH,
    TripleFault.NAME: filters.NAME,
    TripleFault.COVERT: checking.LEANS,
    TripleFault.MORE: checking.MORE_CHANGED,
    TripleFault.DOUBLE: checking.NO_ANSWERS,
}


def expected(row: Statement) -> str:
    """What ends the statement's triple, or `kept`."""
    shares, seed = FAULTY.triples, FAULTY.seed
    planted = planted_triple(shares, seed, row.id)
    for step in writer_triples.STEPS:
        if step == writer_triples.CHECK and planted.fault in BELONGS.keys() - FOR_READERS and not planted.mended:
            return BELONGS[planted.fault]
        if step == writer_triples.CHECK and not keeps_numbers(row):
            return filters.NUMBERS
        told = telling(shares, seed, step, row.id)
        if told in (Telling.REFUSED, Telling.LOST):
            return "refused" if told is Telling.REFUSED else "not JSON"
    if planted.alarmed:
        return checking.MORE_CHANGED
    if planted.fault in FOR_READERS and not planted.overlooked:
        return BELONGS[planted.fault]
    return "kept"


def lost(account: Account) -> Counter[str]:
    return Counter({**account.dropped, **account.failed})


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StageFolder]:
    return run(tmp_path_factory.mktemp("faulty"), statements(), FAULTY)


def test_every_planted_fault_is_found_by_the_check_that_it_belongs_to(faulty: dict[str, StageFolder]) -> None:
    rows = statements()
    written, checked = faulty[REVERSE].account(), faulty[CHECK].account()
    wanted = Counter(expected(row) for row in rows)
    kept = wanted.pop("kept")
    assert lost(written) + lost(checked) == wanted
    assert checked.kept == kept and written.rows == len(rows) and checked.rows == written.kept
    assert set(BELONGS.values()) <= wanted.keys()


def test_a_leading_question_is_not_taken_and_costs_no_call(faulty: dict[str, StageFolder]) -> None:
    by_id = {row.id: row for row in statements()}
    plainly = [
        triple
        for triple in triples_of(faulty[CHECK])
        if planted_triple(FAULTY.triples, FAULTY.seed, triple.statement).fault is TripleFault.OVERT
    ]
    assert len(plainly) > 10
    assert all(triple.question == by_id[triple.statement].question for triple in plainly)


def test_forms_that_are_turned_are_taken_off_and_no_others(faulty: dict[str, StageFolder]) -> None:
    for triple in triples_of(faulty[CHECK]):
        turned = planted_triple(FAULTY.triples, FAULTY.seed, triple.statement).turned
        lacking = {str(form) for form in (Form.PARAPHRASE, Form.TWINS) if sides(triple, form) is None}
        assert turned == lacking, triple


def test_without_faults_every_statement_gets_a_triple_in_all_forms_with_its_planted_reverse(tmp_path: Path) -> None:
    rows = statements("uk", "cn")
    stages = run(tmp_path, rows, sound())
    triples = triples_of(stages[CHECK])
    ids = {triple.statement for triple in triples}
    assert ids == {row.id for row in rows if keeps_numbers(row)}
    for triple in triples:
        known = statement_of(triple.said)
        assert known is not None
        assert triple.reversed_text == dressed(known.statement.reversed_text, triple.lang)
        assert all(sides(triple, form) is not None for form in WORDED)


def keeps_numbers(row: Statement) -> bool:
    """Whether the hand-written reverse kept all numbers."""
    known = statement_of(row.text)
    assert known is not None
    before, after = (numbers(text, row.lang) for text in (row.text, known.statement.reversed_text))
    return not lost_numbers(before, after) and not lost_numbers(after, before)
