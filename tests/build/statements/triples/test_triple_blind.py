"""Blind baselines: style that tells is found, style that says nothing is not, and knowing an issue does not count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.build.statements.triples.planted import run, sound, statements, triples_of

from axiometer.build.statements.triples.blind import SOLVED, Accuracy, Judge, accuracy, style_report
from axiometer.build.statements.triples.rows import CHECK, WORDED, Form
from axiometer.build.statements.triples.style import FEATURES, features
from axiometer.records.corpus_rows import Triple

THINGS = (
    "bread",
    "bridges",
    "dogs",
    "trains",
    "apples",
    "parks",
    "taxes",
    "lamps",
    "boats",
    "ferries",
    "goats",
    "choirs",
)


def triple(number: int, shown: str, other: str) -> Triple:
    return Triple(f"t{number}", (), f"s{number}", "en", "Q?", shown, other)


def made(told_by: str | None, count: int = 240) -> tuple[list[Triple], dict[str, str]]:
    """Triples on 12 things, of which each is an issue; `told_by`: a word that every statement has and no reverse.
    Which of both sides denies is drawn."""
    rng = np.random.default_rng(5)
    triples, groups = [], {}
    for number in range(count):
        thing = THINGS[number % len(THINGS)]
        sides = [
            f"The council should pay for {thing} {number % 7}.",
            f"The council should not pay for {thing} {number % 7}.",
        ]
        first, second = sides if rng.random() < 0.5 else sides[::-1]
        triples.append(triple(number, first if told_by is None else f"{told_by} {first}", second))
        groups[f"s{number}"] = thing
    return triples, groups


def of(found: tuple[Accuracy, ...], judge: Judge, lang: str = "all", form: str = "original") -> Accuracy:
    return next(each for each in found if (each.judge, each.lang, each.form) == (judge, lang, form))


def test_style_that_says_nothing_is_told_about_half_and_half() -> None:
    report = style_report(*made(None))
    for judge in Judge:
        found = of(report.accuracies, judge)
        assert found.low is not None and found.high is not None and found.pairs == 240 and found.groups == 12
        assert found.low < 0.5 < found.high
    assert abs(len(report.solved(WORDED)) - len(report.mistaken(WORDED))) < 30


def test_a_word_that_only_statements_have_solves_them_all() -> None:
    report = style_report(*made("Perhaps"))
    assert of(report.accuracies, Judge.FORM).accuracy == 1.0 == of(report.accuracies, Judge.CHARACTERS).accuracy
    assert of(report.accuracies, Judge.FORM).low is None  # nothing to estimate a spread from
    assert len(report.solved(WORDED)) == 240 and not report.mistaken(WORDED)


def test_a_style_that_is_no_count_of_form_is_seen_by_characters_alone() -> None:
    triples, groups = made(None)
    odd = [triple(n, each.shown.replace("council", "kouncil"), each.reversed_text) for n, each in enumerate(triples)]
    report = style_report(odd, groups)
    assert of(report.accuracies, Judge.CHARACTERS).accuracy > 0.95
    assert of(report.accuracies, Judge.FORM).accuracy < 0.7


def test_knowing_an_issue_does_not_count_as_knowing_a_style() -> None:
    """Each issue has words of its own for either side; which are the statements' is drawn for the issue."""
    rng = np.random.default_rng(1)
    turned = {thing: rng.random() < 0.5 for thing in THINGS}
    triples, groups = [], {}
    for number in range(240):
        thing = THINGS[number % len(THINGS)]
        sides = (f"All are for {thing}, {number}.", f"All are for {thing[::-1]}, {number}.")
        triples.append(triple(number, *(sides[::-1] if turned[thing] else sides)))
        groups[f"s{number}"] = thing
    mixed = {f"s{number}": f"{number // len(THINGS)}" for number in range(240)}
    assert of(style_report(triples, mixed).accuracies, Judge.CHARACTERS).accuracy > 0.9, (
        "issues in all folds are learnt"
    )
    apart = of(style_report(triples, groups).accuracies, Judge.CHARACTERS)
    assert apart.low is not None and apart.low < 0.5


def test_few_pairs_or_issues_are_not_judged_and_the_language_is_named() -> None:
    triples, groups = made(None, 20)
    report = style_report(triples, groups)
    assert report.unjudged == ("en",) and report.accuracies == () and report.judged(WORDED) == 0
    report = style_report(made(None)[0], dict.fromkeys(groups, "one"))
    assert report.judged(WORDED) == 240 - 20 or report.unjudged == ()


def test_the_interval_of_an_accuracy_takes_issue_groups_as_units() -> None:
    """By hand: groups of 4 with 4, 4, 0 and 0 right have the share 0.5, and the standard error of four units."""
    import polars as pl

    frame = pl.DataFrame({"issue_group": [g for g in "abcd" for _ in range(4)], "by_form": [0.9] * 8 + [0.1] * 8})
    found = accuracy(frame, "by_form", "en", "original")
    assert (found.accuracy, found.groups, found.pairs) == (0.5, 4, 16)
    from scipy import stats

    se = np.sqrt(4 / 3 * 4 * 2.0**2) / 16
    half = stats.t.ppf(0.975, 3) * se / 0.25  # on the log-odds scale
    assert found.low == pytest.approx(1 / (1 + np.exp(half))) or found.low == pytest.approx(max(0.0, 0.5 - half * 0.25))


def test_features_count_what_they_are_called() -> None:
    said = dict(zip(FEATURES, features("Never, I think, should we not pay 20 dogs: “no”!", "en"), strict=True))
    assert (said["commas"], said["pauses"], said["quotation marks"], said["loud marks"], said["digits"]) == (
        2,
        1,
        2,
        1,
        2,
    )
    assert (said["denials"], said["begins with a denial"], said["oughts"], said["words"]) == (3, 1, 1, 10)
    assert features("", "xx").shape == (len(FEATURES),) and not features("Sí", "es")[-2:].any()


def test_hand_written_reverses_are_told_and_twins_hardly(tmp_path: Path) -> None:
    rows = statements("uk", "us")
    triples = triples_of(run(tmp_path, rows, sound())[CHECK])
    report = style_report(triples, {row.id: str(row.issue_group) for row in rows})
    own, twins = (of(report.accuracies, Judge.FORM, "en", form) for form in (Form.ORIGINAL, Form.TWINS))
    assert own.accuracy > 0.58 and own.low is not None and own.low > 0.5
    assert twins.low is not None and twins.low < 0.55 and twins.accuracy < own.accuracy
    assert report.pairs["by_form"].max() > SOLVED
