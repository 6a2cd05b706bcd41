from __future__ import annotations

import hashlib
import json
import signal
from pathlib import Path

import polars as pl
import pytest
from tests.build.corpus.conftest import FRAMEWORK, Notes, Workshop, other_writer, write_texts
from tests.build.corpus.test_imported import imported

from axiometer.build.corpus.ingest import IngestOptions
from axiometer.build.corpus.options import CorpusFolder
from axiometer.build.corpus.pipeline import CorpusSummary
from axiometer.build.corpus.probes import read_probe_results
from axiometer.build.corpus.status import status
from axiometer.errors import InputError, SpecificationChanged, Stopped
from axiometer.models.simulated_writer import expected, load_writer, planted
from axiometer.records import Text, to_rows
from axiometer.runtime import Budget, Limits, Tally


def bytes_of(corpus: Path) -> dict[str, str]:
    return {
        str(path.relative_to(corpus)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("stages", "corpus")
        for path in sorted((corpus / folder).rglob("*"))
        if path.is_file()
    }


def texts_of(corpus: Path) -> list[Text]:
    stage = CorpusFolder(corpus).stage("ingest")
    return [text for part in stage.parts() for text in to_rows(stage.rows_of(part.name), Text)]


def test_the_account_is_the_planted_one(built: CorpusSummary) -> None:
    profile = load_writer("rulewriter")
    truth = expected(planted(profile, text.id, lang=text.lang, framework=FRAMEWORK) for text in texts_of(built.folder))
    found = {each.step: each.account for each in built.steps}
    for step, planned in truth.items():
        account = found[str(step)]
        assert (account.rows, account.kept, account.outputs, account.repaired) == (
            planned.rows,
            planned.kept,
            planned.outputs,
            planned.repaired,
        ), step
        assert (dict(account.dropped), dict(account.failed)) == (dict(planned.dropped), dict(planned.failed)), step


def test_every_row_of_every_step_is_explained(built: CorpusSummary) -> None:
    outputs = None
    for each in built.steps:
        account = each.account
        assert account.kept + sum(account.dropped.values()) + sum(account.failed.values()) == account.rows
        assert each.waiting == 0
        assert outputs is None or account.rows == outputs
        outputs = account.outputs
    assert outputs == built.rules > 50


def test_values_of_the_release_are_the_planted_ones(built: CorpusSummary) -> None:
    profile = load_writer("rulewriter")
    planted_values = {
        rule.written: rule.values
        for text in texts_of(built.folder)
        for rule in planted(profile, text.id, lang=text.lang, framework=FRAMEWORK).rules
    }
    rules = pl.read_parquet(built.release / "data" / "rules.parquet").filter(~pl.col("rewritten"))
    judged = [
        set(row["values"]) == set(planted_values[row["text"]])
        for row in rules.to_dicts()
        if row["text"] in planted_values
    ]
    assert len(judged) > 40
    assert sum(judged) / len(judged) > 0.95


def test_a_finished_corpus_asks_nothing_and_changes_nothing(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 20)
    first = workshop.build(texts)
    before = bytes_of(first.folder)
    card = first.release / "README.md"
    written = card.stat().st_mtime_ns
    again = workshop.build(texts)
    assert again.calls == again.hits == 0 and again.rules == first.rules
    assert bytes_of(again.folder) == before
    assert card.stat().st_mtime_ns == written
    (first.release / "summary.json").unlink()
    assert bytes_of(workshop.build(texts).folder) == before


def test_an_interrupted_corpus_is_the_corpus_of_one_go(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 30)
    whole = workshop.build(texts, name="a/corpus")
    calls = 0
    for most in (15, 40):
        with pytest.raises(Stopped):
            workshop.build(texts, name="b/corpus", limits=Limits(budget=Budget(max_calls=most)))
        calls += most
    rest = workshop.build(texts, name="b/corpus")
    assert bytes_of(rest.folder) == bytes_of(whole.folder)
    assert rest.calls + calls == whole.calls


def test_more_texts_are_the_same_corpus_grown_and_repay_nothing(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts" / "a.csv", 24)
    first = workshop.build(texts.parent)
    assert len(texts_of(first.folder)) == 24
    write_texts(workshop.folder / "texts" / "b.csv", 12, seed=2)
    grown = workshop.build(texts.parent)
    assert grown.steps[0].account.rows == 36
    assert 0 < grown.calls < first.calls
    assert len(texts_of(grown.folder)) > 24


def test_a_higher_limit_goes_on(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 30)
    first = workshop.build(texts, ingest=IngestOptions(limit=12))
    assert first.steps[0].account.rows == 12
    more = workshop.build(texts, ingest=IngestOptions(limit=30))
    assert more.steps[0].account.rows == 30
    alone = workshop.build(texts, name="alone/corpus")
    assert bytes_of(more.folder)["corpus/data/rules.parquet"] == bytes_of(alone.folder)["corpus/data/rules.parquet"]


def test_another_framework_in_the_same_folder_is_refused_with_the_difference(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 3)
    workshop.build(texts)
    with pytest.raises(SpecificationChanged, match="compact: False -> True"):
        workshop.build(texts, compact=True)


def test_compact_asks_once_for_three_steps_and_accounts_for_each(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 60)
    full, compact = workshop.build(texts, name="full/c"), workshop.build(texts, name="compact/c", compact=True)
    found = {each.step: each for each in compact.steps}
    assert list(found) == ["ingest", "screen", "write", "classify", "label", "dedup"]
    assert found["write"].account.calls == 0 and found["screen"].account.calls >= 60
    assert compact.calls < 0.6 * full.calls
    profile = load_writer("rulewriter")
    texts_planted = [
        planted(profile, text.id, lang=text.lang, framework=FRAMEWORK) for text in texts_of(compact.folder)
    ]
    truth = expected(texts_planted, compact=True)
    for step, planned in truth.items():
        assert dict(found[str(step)].account.dropped) == dict(planned.dropped), step


def test_imported_rules_without_values_come_in_where_rules_are_refined(workshop: Workshop) -> None:
    summary = workshop.build(imported(workshop.folder, None))
    found = {each.step: each.account for each in summary.steps}
    assert (found["write"].rows, found["imported"].rows, found["refine"].rows) == (0, 30, 30)
    rules = pl.read_parquet(summary.release / "data" / "rules.parquet")
    assert rules.height > 0
    assert all(json.loads(meta)["imported.agreement"] == "4" for meta in rules["meta"])
    assert set(rules["text_id"]) == {None}


def test_imported_rules_with_values_of_the_framework_need_no_model(workshop: Workshop) -> None:
    summary = workshop.build(imported(workshop.folder, FRAMEWORK))
    assert summary.calls == 0
    assert {each.step: each.account.rows for each in summary.steps}["dedup"] == 30
    asked = workshop.build(imported(workshop.folder, FRAMEWORK), name="asked", enter="classify")
    assert {each.step: each.account.rows for each in asked.steps}["classify"] == 30
    assert asked.calls > 50


def test_texts_and_imported_rules_make_one_corpus(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 20)
    summary = workshop.build(texts, imported(workshop.folder, None))
    origins = set(pl.read_parquet(summary.release / "data" / "rules.parquet")["origin"])
    assert any(origin.startswith("write@sim/rulewriter") for origin in origins)
    found = {each.step: each.account for each in summary.steps}
    assert found["refine"].rows == found["write"].outputs + 30


def test_injections_are_asked_apart_from_the_corpus_and_counted(built: CorpusSummary) -> None:
    results = read_probe_results(CorpusFolder(built.folder))
    assert [result.step for result in results] == ["screen", "write"]
    assert all(result.answered == result.asked >= 24 and 0 < result.obeyed < result.asked for result in results)
    assert not [text for text in texts_of(built.folder) if "canary" in text.meta]
    assert "obeyed" in (built.release / "README.md").read_text(encoding="utf-8")


def test_single_steps_can_have_another_model(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 12)
    summary = workshop.build(texts, by_step={"label": other_writer(workshop.folder)})
    models = {each.step: each.model for each in summary.steps}
    assert models["classify"] == "sim/rulewriter" and models["label"] == "sim/other"


@pytest.mark.parametrize(
    ("by_step", "options", "said"),
    [
        ({"lable": "sim/rulewriter"}, {}, "there is no step 'lable'"),
        ({}, {"enter": "screen"}, "cannot come in at the step 'screen'"),
        ({}, {"threshold": 1.5}, "threshold"),
        ({}, {"against": Path("nowhere")}, "nowhere"),
        ({}, {"labels": Path("nowhere.csv")}, "nowhere.csv"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    workshop: Workshop, by_step: dict[str, str], options: dict[str, object], said: str
) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 5)
    with pytest.raises(InputError, match=said):
        workshop.build(texts, by_step=by_step, **options)
    assert not (workshop.folder / "corpus").exists()


def test_a_folder_with_other_things_is_refused(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "corpus" / "texts.csv", 5)
    with pytest.raises(InputError, match="is not a corpus"):
        workshop.build(texts)
    assert [path.name for path in texts.parent.iterdir() if not path.name.startswith(".")] == ["texts.csv"]


def test_status_can_be_asked_while_steps_are_open(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 60)
    with pytest.raises(Stopped):
        workshop.build(texts, limits=Limits(budget=Budget(max_calls=80)))
    found = {each.step: each for each in status(workshop.folder / "corpus")}
    assert found["screen"].account.rows == 60 and found["screen"].waiting == 0
    assert found["write"].waiting == found["screen"].account.outputs


def test_a_respondent_that_knows_only_items_is_refused(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 5)
    with pytest.raises(InputError, match="answers items and writes none"):
        workshop.build(texts, model="sim/balanced")


def test_a_ctrl_c_while_nothing_is_asked_stops_before_the_next_step(workshop: Workshop) -> None:
    class Impatient(Notes):
        def show(self, tally: Tally) -> None:
            if tally.name == "write" and not tally.done:  # between the steps: no call is in flight
                signal.raise_signal(signal.SIGINT)

    texts = write_texts(workshop.folder / "texts.csv", 12)
    workshop.notes = Impatient()
    with pytest.raises(Stopped, match="stopped"):
        workshop.build(texts)
    found = {each.step: each for each in status(workshop.folder / "corpus")}
    assert found["screen"].waiting == 0 and found["write"].account.rows == 0
    workshop.notes = Notes()
    assert workshop.build(texts).rules > 0


def test_a_ctrl_c_in_a_corpus_that_asks_nothing_more_is_heard_too(workshop: Workshop) -> None:
    class Impatient(Notes):
        def show(self, tally: Tally) -> None:
            if tally.name == "classify":
                signal.raise_signal(signal.SIGINT)

    texts = write_texts(workshop.folder / "texts.csv", 6)
    workshop.build(texts)
    workshop.notes = Impatient()
    with pytest.raises(Stopped, match="stopped"):
        workshop.build(texts)


def test_the_account_of_a_combined_call_made_by_two_models_counts_both(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 12)
    summary = workshop.build(texts, compact=True, by_step={"write": other_writer(workshop.folder)})
    found = {each.step: each.account for each in summary.steps}
    assert found["write"].calls >= found["write"].rows > 0
    assert found["write"].tokens_in > 0
