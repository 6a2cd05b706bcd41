"""Of rules that say the same in one language the best stays, and every other one says of which it is a duplicate."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from axiometer.build.corpus.dedup import EXISTING, NEAR, SAME, DedupOptions, dedup
from axiometer.build.corpus.dedup_rules import candidates, comparable
from axiometer.build.corpus.dedup_table import dedup_table
from axiometer.build.work import search as dedup_search
from axiometer.errors import InputError
from axiometer.records import Rule, make_rule, to_frame, to_rows
from axiometer.records.tables import read_table, write_rows
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.similarity.embedders import DEFAULT_EMBEDDER
from axiometer.similarity.thresholds import default_threshold

OPTIONS = DedupOptions(DEFAULT_EMBEDDER, 0.75)
TAXES, TAXES_TOO = "One should pay taxes on time.", "Taxes should be paid on time."
LONGER = "Everyone should pay their taxes on time."
POOL = (
    TAXES,
    TAXES_TOO,
    "taxes should be paid on time",
    LONGER,
    "You should help your neighbours.",
    "It is good to help one's neighbours.",
    "It is wrong to lie to friends.",
    "You should not lie to your friends.",
    "应当按时纳税",
    "应当按时纳税。",
    "人人都应当按时纳税",
)


def rule(text: str, label: int | None = 1, *, lang: str | None = None, of: str = "text", **more: object) -> Rule:
    told = lang or ("zh" if text[0] > "\u2e80" else "en")
    return replace(make_rule(lang=told, text=text, origin="write@m", label=label, text_id=of), **more)  # type: ignore[arg-type]


def placed(folder: Path, *parts: Sequence[Rule]) -> list[InputPart[Rule]]:
    stage = StageFolder(folder)
    for number, rules in enumerate(parts):
        fates = [Fate(each.id, Status.KEPT, outputs=(each.id,)) for each in rules]
        stage.write(f"{number:06d}", to_frame(rules, Rule), fates, "made")
    return [InputPart(f"{number:06d}", stage, Rule) for number in range(len(parts))]


def kept(stage: StageFolder) -> list[Rule]:
    return [each for part in stage.parts() for each in to_rows(stage.rows_of(part.name), Rule)]


def fates(stage: StageFolder) -> dict[str, Fate]:
    return {fate.id: fate for part in stage.parts() for fate in to_rows(stage.fates_of(part.name), Fate)}


def test_every_rule_has_a_fate_in_the_part_that_it_came_in(tmp_path: Path, cache: Path, runner: Runner) -> None:
    first, second = rule(TAXES_TOO), rule("You should help your neighbours.")
    better = rule(TAXES, of="other")
    output = StageFolder(tmp_path / "dedup")
    dedup(placed(tmp_path / "label", [first, second], [better]), output, OPTIONS, cache, runner)
    assert [(part.name, part.rows, part.fates) for part in output.parts()] == [("000000", 1, 2), ("000001", 1, 1)]
    account = output.account()
    assert (account.rows, account.kept, account.dropped) == (3, 2, {NEAR: 1})
    assert kept(output) == [second, better]
    fate = fates(output)[first.id]
    assert fate.reason == NEAR and fate.note == f"of {better.id} at 0.91"
    assert fates(output)[better.id].outputs == (better.id,)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (rule(LONGER, 1, meta={"labelled_by": "people"}), rule(TAXES, 1)),
        (rule(LONGER, 1), rule(TAXES, None)),
        (rule(LONGER, None), rule(TAXES, 1, rewritten_from="old")),
        (rule(LONGER, 1, rewritten_from="old"), rule(TAXES, -1, rewritten_from="old")),
        (rule(LONGER, -1, meta={"labelled_by": "people"}), rule(TAXES, 0)),
        (rule(TAXES), rule(LONGER)),
        tuple(sorted((rule(TAXES, of="a"), rule(TAXES, of="b")), key=lambda each: each.id)),
    ],
    ids=["people", "labelled", "imported", "polished", "turned round", "shorter", "id"],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_the_better_labelled_stays_then_the_shorter_then_the_lower_id(
    tmp_path: Path, cache: Path, runner: Runner, better: Rule, worse: Rule, swapped: bool
) -> None:
    rules = [worse, better] if swapped else [better, worse]
    output = StageFolder(tmp_path / "dedup")
    dedup(placed(tmp_path / "label", rules), output, OPTIONS, cache, runner)
    assert kept(output) == [better]


def test_a_translation_is_no_duplicate(tmp_path: Path, cache: Path, runner: Runner) -> None:
    rules = [rule(TAXES), rule("应当按时纳税"), rule("应当按时纳税", lang="ja", of="x")]
    output = StageFolder(tmp_path / "dedup")
    dedup(placed(tmp_path / "label", rules), output, DedupOptions(DEFAULT_EMBEDDER, 0.5), cache, runner)
    assert kept(output) == rules


def test_a_rule_and_its_opposite_both_stay(tmp_path: Path, cache: Path, runner: Runner) -> None:
    rules = [rule("不应当考试作弊"), rule("应当考试作弊"), rule("You should obey."), rule("You should not obey.")]
    parts = placed(tmp_path, rules)
    dedup(parts, StageFolder(tmp_path / "out"), DedupOptions(DEFAULT_EMBEDDER, 0.6), cache, runner)
    assert {each.text for each in kept(StageFolder(tmp_path / "out"))} == {each.text for each in rules}


def test_equal_words_are_duplicates_whatever_the_embedder_says(tmp_path: Path, cache: Path, runner: Runner) -> None:
    rules = [
        rule("Never lie"),
        rule("never  LIE!"),
        rule("应当诚实"),
        rule("应当，诚实。", lang="zh-Hant"),
        rule("!?"),
        rule("?!"),
    ]
    output = StageFolder(tmp_path / "dedup")
    dedup(placed(tmp_path / "label", rules), output, DedupOptions(DEFAULT_EMBEDDER, 1.0), cache, runner)
    assert {each.text for each in kept(output)} == {"Never lie", "应当诚实", "!?", "?!"}
    assert output.account().dropped == {SAME: 2}
    assert fates(output)[rules[1].id].note == f"of {rules[0].id} at 1.00"


def test_the_rules_of_an_existing_corpus_stay_and_are_not_repeated(tmp_path: Path, cache: Path, runner: Runner) -> None:
    there = tmp_path / "there.parquet"
    old = [rule(TAXES, -1), rule(TAXES_TOO, -1, of="b"), rule("应当诚实")]
    write_rows(old, Rule, there)
    new = [
        rule("Everyone should pay their taxes on time."),
        rule("应当诚实！", 1),
        rule("You should help your neighbours."),
    ]
    output = StageFolder(tmp_path / "dedup")
    dedup(placed(tmp_path / "label", new), output, replace(OPTIONS, against=there), cache, runner)
    assert kept(output) == [new[2]]
    told = fates(output)
    assert told[new[0].id].reason == told[new[1].id].reason == EXISTING
    assert (told[new[0].id].note or "").split()[1] in {old[0].id, old[1].id}
    assert told[new[1].id].note == f"of {old[2].id} at 1.00"


@pytest.mark.parametrize("inside", ["corpus/data/rules.parquet", "data/rules.parquet", "any.parquet"])
def test_an_existing_corpus_is_a_folder_of_one_or_its_tables(
    tmp_path: Path, cache: Path, runner: Runner, inside: str
) -> None:
    write_rows([rule(TAXES)], Rule, tmp_path / "there" / inside)
    output = StageFolder(tmp_path / "dedup")
    options = DedupOptions.of(threshold=0.75, against=tmp_path / "there")
    dedup(placed(tmp_path / "label", [rule(TAXES_TOO)]), output, options, cache, runner)
    assert output.account().dropped == {EXISTING: 1}


def test_nothing_is_done_again_until_something_changes(tmp_path: Path, cache: Path, runner: Runner) -> None:
    output = StageFolder(tmp_path / "dedup")
    inputs = placed(tmp_path / "label", [rule(TAXES)], [rule(TAXES_TOO)])

    def times() -> list[int]:
        return [output.fates_file(part.name).stat().st_mtime_ns for part in output.parts()]

    dedup(inputs, output, OPTIONS, cache, runner)
    before = times()
    dedup(inputs, output, OPTIONS, cache, runner)
    assert times() == before
    dedup(inputs, output, replace(OPTIONS, threshold=0.99), cache, runner)
    assert output.account().kept == 2 and times() != before
    dedup(inputs[:1], output, OPTIONS, cache, runner)
    assert [part.name for part in output.parts()] == ["000000"]
    write_rows([rule(TAXES_TOO)], Rule, tmp_path / "old.parquet")
    dedup(inputs, output, replace(OPTIONS, against=tmp_path / "old.parquet"), cache, runner)
    assert output.account().dropped == {EXISTING: 2}
    write_rows([rule("Never lie.")], Rule, tmp_path / "old.parquet")
    dedup(inputs, output, replace(OPTIONS, against=tmp_path / "old.parquet"), cache, runner)
    assert output.account().dropped == {NEAR: 1}


def test_no_parts_and_empty_parts_are_nothing_to_do(tmp_path: Path, cache: Path, runner: Runner) -> None:
    output = StageFolder(tmp_path / "dedup")
    dedup([], output, OPTIONS, cache, runner)
    assert output.parts() == []
    dedup(placed(tmp_path / "label", [], []), output, OPTIONS, cache, runner)
    assert [part.rows for part in output.parts()] == [0, 0]


def test_blocks_on_a_runner_find_the_same_and_leave_nothing_behind(
    tmp_path: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = [rule(text, of=str(number)) for number, text in enumerate(POOL)]
    inputs = placed(tmp_path / "label", rules[:6], rules[6:])
    here, there = StageFolder(tmp_path / "here"), StageFolder(tmp_path / "there")
    dedup(inputs, here, OPTIONS, tmp_path / "vectors", runner)
    monkeypatch.setattr(dedup_search, "ON_RUNNER", 2)
    dedup(inputs, there, OPTIONS, tmp_path / "vectors", runner)
    assert [here.fates_file(part.name).read_bytes() for part in here.parts()] == [
        there.fates_file(part.name).read_bytes() for part in there.parts()
    ]
    assert not (tmp_path / "vectors" / "blocks").exists()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chosen=st.lists(st.tuples(st.sampled_from(POOL), st.sampled_from([1, None, -1])), min_size=1, max_size=9),
    cut=st.integers(0, 9),
    threshold=st.sampled_from([0.6, 0.75, 0.95]),
)
def test_what_stays_is_unlike_and_what_goes_is_like_something_that_stays(
    tmp_path_factory: pytest.TempPathFactory,
    cache: Path,
    runner: Runner,
    chosen: list[tuple[str, int | None]],
    cut: int,
    threshold: float,
) -> None:
    folder = tmp_path_factory.mktemp("case")
    rules = [rule(text, label, of=str(number)) for number, (text, label) in enumerate(chosen)]
    output = StageFolder(folder / "dedup")
    options = DedupOptions(DEFAULT_EMBEDDER, threshold)
    dedup(placed(folder / "label", rules[:cut], rules[cut:]), output, options, cache, runner)
    stay = {each.id: each for each in kept(output)}
    search = dedup_search.Search(DEFAULT_EMBEDDER, threshold, cache, runner, Silent())
    vectors = dict(zip([each.id for each in rules], search.vectors([each.text for each in rules]), strict=True))
    for one in stay.values():
        for other in stay.values():
            if one.id != other.id and one.lang == other.lang:
                assert float(vectors[one.id] @ vectors[other.id]) < threshold + 1e-5
                assert comparable(one.text) != comparable(other.text)
    told = fates(output)
    for each in rules:
        fate = told[each.id]
        if fate.status is Status.KEPT:
            continue
        other_id = (fate.note or "").split()[1]
        if fate.reason == NEAR:
            assert other_id in stay and float(vectors[each.id] @ vectors[other_id]) > threshold - 1e-5
        else:
            assert comparable(next(r for r in rules if r.id == other_id).text) == comparable(each.text)


def test_the_order_does_not_depend_on_parts() -> None:
    rules = [rule(text, of=str(number)) for number, text in enumerate(POOL)]
    columns = ["id", "lang", "text", "label", "rewritten_from", "meta"]
    frame = to_frame(rules, Rule).select(columns)
    assert candidates([frame])["id"].to_list() == candidates([frame[6:], frame[:6]])["id"].to_list()


def test_without_a_threshold_the_measured_one_of_the_embedder_holds() -> None:
    assert DedupOptions.of() == DedupOptions(DEFAULT_EMBEDDER, default_threshold(DEFAULT_EMBEDDER))
    assert DedupOptions.of("openai/embedding", 0.7).embedder == "openai/embedding"
    with pytest.raises(InputError, match="no measured threshold"):
        DedupOptions.of("openai/embedding")
    for wrong in (0.0, -0.5, 1.01):
        with pytest.raises(InputError, match="above 0 and is at most 1"):
            DedupOptions.of(threshold=wrong)


def test_an_existing_corpus_that_is_none_is_told_at_once(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["1"], "text": ["x"]}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match="no texts in the columns lang"):
        DedupOptions.of(against=tmp_path / "t.parquet")
    with pytest.raises(InputError, match="no such file"):
        DedupOptions.of(against=tmp_path / "missing")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=r"no \.parquet files"):
        DedupOptions.of(against=tmp_path / "folder")


def test_a_table_keeps_its_columns_and_lists_what_goes(tmp_path: Path, cache: Path, runner: Runner) -> None:
    rules = [rule(TAXES_TOO), rule("=Never lie."), rule(TAXES, of="b"), rule("=never lie", of="c")]
    write_rows(rules, Rule, tmp_path / "rules.parquet")
    found = dedup_table(tmp_path / "rules.parquet", tmp_path / "out.parquet", OPTIONS, cache, runner)
    assert (found.account.rows, found.account.kept, found.account.dropped) == (4, 2, {NEAR: 1, SAME: 1})
    stayed = read_table(tmp_path / "out.parquet", Rule)["text"].to_list()
    assert stayed == [TAXES, "=never lie"]
    with found.rejects.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [(row["text"], row["reason"]) for row in rows] == [(TAXES_TOO, NEAR), ("'=Never lie.", SAME)]
    assert rows[0]["of"] == rules[2].id and float(rows[0]["similarity"]) == pytest.approx(0.9086, abs=1e-3)


def test_a_table_of_texts_alone_will_do(tmp_path: Path, cache: Path, runner: Runner) -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "lang": ["en", "en"], "text": [TAXES, TAXES_TOO], "n": [1, 2]})
    frame.write_parquet(tmp_path / "t.parquet")
    dedup_table(tmp_path / "t.parquet", tmp_path / "out.parquet", OPTIONS, cache, runner)
    assert pl.read_parquet(tmp_path / "out.parquet").rows() == [("a", "en", TAXES, 1)]


def test_a_table_is_not_written_over_itself_and_blank_rules_are_told(
    tmp_path: Path, cache: Path, runner: Runner
) -> None:
    write_rows([rule(TAXES)], Rule, tmp_path / "rules.parquet")
    with pytest.raises(InputError, match="written over themselves"):
        dedup_table(tmp_path / "rules.parquet", tmp_path / "rules.parquet", OPTIONS, cache, runner)
    write_rows([rule(TAXES), replace(rule(TAXES), text="  ")], Rule, tmp_path / "blank.parquet")
    with pytest.raises(InputError, match=r"line 2, column 'text': the rule has no words"):
        dedup_table(tmp_path / "blank.parquet", tmp_path / "out.parquet", OPTIONS, cache, runner)
    assert not (tmp_path / "out.parquet").exists()


def test_an_empty_table_stays_empty(tmp_path: Path, cache: Path, runner: Runner) -> None:
    write_rows([], Rule, tmp_path / "rules.parquet")
    found = dedup_table(tmp_path / "rules.parquet", tmp_path / "out.parquet", OPTIONS, cache, runner)
    assert found.account.rows == 0 and read_table(tmp_path / "out.parquet", Rule).height == 0


def test_vectors_are_made_once(tmp_path: Path, runner: Runner) -> None:
    search = dedup_search.Search(DEFAULT_EMBEDDER, 0.8, tmp_path, runner, Silent())
    first = search.vectors([TAXES, TAXES_TOO])
    files = sorted(tmp_path.rglob("part-*.npy"))
    again = search.vectors([TAXES_TOO, TAXES])
    assert sorted(tmp_path.rglob("part-*.npy")) == files and np.array_equal(again, first[::-1])
