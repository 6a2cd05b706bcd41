"""What a user sees before choosing a threshold: bands of the rules, examples, and what labelled pairs say."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiometer.build.corpus import calibrate as module
from axiometer.build.corpus.calibrate import SHIPPED, CalibrationReport, calibrate_rules, duplicate_record, read_pairs
from axiometer.build.corpus.dedup import DedupOptions
from axiometer.build.corpus.polarity import polarity
from axiometer.errors import InputError
from axiometer.records import Rule, make_rule
from axiometer.records.tables import write_rows
from axiometer.runtime.runners import Runner
from axiometer.similarity.embedders import DEFAULT_EMBEDDER
from axiometer.similarity.labelled import OPPOSITE, shipped_pairs

TEXTS = (
    "One should pay taxes on time.",
    "Taxes should be paid on time.",
    "taxes should be paid on time",
    "You should help your neighbours.",
    "It is good to help one's neighbours.",
    "应当按时纳税",
    "人人都应当按时纳税",
)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.parquet"
    rows = [make_rule(lang="zh" if text[0] > "\u2e80" else "en", text=text, origin="set") for text in TEXTS]
    write_rows(rows, Rule, path)
    return path


def report(rules: Path | None, pairs: Path | None, cache: Path, runner: Runner, **more: int) -> CalibrationReport:
    return calibrate_rules(rules, pairs, DEFAULT_EMBEDDER, cache, runner, **more)


def test_every_pair_of_different_words_is_in_a_band_of_its_language(rules: Path, cache: Path, runner: Runner) -> None:
    found = report(rules, None, cache, runner)
    english, chinese = found.languages
    assert (english.lang, english.rules, english.compared, english.exact) == ("en", 4, 4, True)
    assert sum(band.pairs for band in english.bands) == 6 and sum(band.pairs for band in chinese.bands) == 1
    assert sum(band.share for band in english.bands) == pytest.approx(1)
    high = next(band for band in english.bands if band.low == 0.9)
    assert [(pair.a, pair.b) for pair in high.examples] == [TEXTS[:2]]
    assert high.examples[0].similarity == pytest.approx(0.9086, abs=1e-3)
    assert all(band.low <= pair.similarity <= band.high for band in english.bands for pair in band.examples)


def test_many_rules_are_drawn_by_seed_and_it_is_said(
    rules: Path, cache: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_RULES", 3)
    first, again = (report(rules, None, cache, runner, seed=1).languages[0] for _ in range(2))
    assert (first.rules, first.compared, first.exact) == (4, 3, False) and first == again
    assert sum(band.pairs for band in first.bands) == 3


def test_without_own_pairs_the_package_recommends_its_own_threshold(cache: Path, runner: Runner) -> None:
    found = report(None, None, cache, runner)
    (judged,) = found.judged
    assert judged.name == SHIPPED and judged.pairs == len(shipped_pairs()) and found.languages == ()
    assert found.threshold == DedupOptions.of().threshold and found.option == f"--threshold {found.threshold:g}"
    assert found.threshold is not None and judged.calibration.at(found.threshold).precision.share >= 0.95


def test_own_pairs_decide(tmp_path: Path, cache: Path, runner: Runner) -> None:
    shipped = [pair for pair in shipped_pairs() if pair.kind != OPPOSITE]
    lines = ["a,b,same,kind", *(f'"{pair.first}","{pair.second}",{int(pair.same)},' for pair in shipped if pair.same)]
    lines += [f'"{TEXTS[0]}","{TEXTS[3]}",no,unrelated']
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = report(None, path, cache, runner)
    assert [judged.name for judged in found.judged] == [SHIPPED, "mine.csv"]
    theirs, mine = (judged.calibration.threshold for judged in found.judged)
    assert found.threshold == mine and mine is not None and theirs is not None and mine < theirs


def test_where_no_threshold_will_do_none_is_recommended(tmp_path: Path, cache: Path, runner: Runner) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"a,b,same\n{TEXTS[0]},{TEXTS[1]},0\n{TEXTS[0]},{TEXTS[3]},1\n", encoding="utf-8")
    found = report(None, path, cache, runner)
    assert found.threshold is None and found.option is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\nx,y\n", "columns missing: same"),
        ("a,b,same\nx,y,1\nx,y,maybe\n", "line 3, column 'same': must be 1 .same. or 0, not 'maybe'"),
        ("a,b,same\nx,,1\n", "line 2, column 'b': empty"),
        ("", "no rows|empty"),
    ],
)
def test_a_file_of_pairs_that_is_none_is_told_by_row(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_pairs(path)


def test_pairs_are_read_with_the_words_that_people_use_for_yes(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("a,b,same,lang\nx,y,TRUE,en\nx,z,否,zh\nx,w,1.0,\n", encoding="utf-8")
    assert [(pair.same, pair.lang) for pair in read_pairs(path)] == [(True, "en"), (False, "zh"), (True, "")]


def test_a_card_is_told_what_the_threshold_did_to_labelled_pairs(cache: Path, runner: Runner) -> None:
    options = DedupOptions.of()
    record = duplicate_record(options, cache, runner)
    pairs = shipped_pairs()
    opposite = sum(pair.kind == OPPOSITE for pair in pairs)
    assert record.pairs == len(pairs) - opposite
    assert record.recall is not None and record.recall.n == sum(pair.same for pair in pairs)
    assert record.precision is not None and record.precision.share is not None and record.precision.share >= 0.95
    assert record.opposites is not None and record.opposites.n == opposite
    everything = duplicate_record(DedupOptions(DEFAULT_EMBEDDER, 0.01), cache, runner)
    same_polarity = sum(
        pair.same and polarity(pair.first, pair.lang) == polarity(pair.second, pair.lang) for pair in pairs
    )
    assert everything.recall is not None and everything.recall.k == same_polarity
    assert everything.opposites is not None and record.opposites.k <= everything.opposites.k < opposite / 2
