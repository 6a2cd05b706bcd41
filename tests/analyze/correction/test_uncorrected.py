"""Which tables rest on a judge's word alone is asked of all tables in one way."""

from __future__ import annotations

import polars as pl
import pytest

from axiometer.analyze import TABLES, Analysis
from axiometer.analyze.correction.uncorrected import ABOUT_THE_JUDGE, uncorrected, uncorrected_in


def table(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame(columns)


def test_what_a_judge_read_is_uncorrected_wherever_nothing_corrects_it() -> None:
    shares = table(model=["a", "b", "c", "d"], mode=["choice", "judged", "open", "judged"], share=[0.5, 0.4, 0.3, None])
    assert uncorrected_in("shares", shares) == ("b", "c"), "without an estimate there is nothing to correct"
    corpora = table(model=["a", "b"], mode=["judged"] * 2, share=[0.5, 0.6], corrected=[0.55, None])
    assert uncorrected_in("corpora", corpora) == ("b",)
    gaps = table(
        model_a=["a", "a"], model_b=["a", "a"], mode_a=["choice", "agree"], mode_b=["judged", "logprob"],
        gap=[0.1, 0.2], corrected=[None, None],
    )  # fmt: skip
    assert uncorrected_in("mode_gaps", gaps) == ("a",)
    assert uncorrected({"shares": shares, "corpora": corpora.head(1), "mode_gaps": gaps.tail(1)}) == {
        "shares": ["b", "c"]
    }


@pytest.mark.parametrize("name", sorted(ABOUT_THE_JUDGE))
def test_tables_about_the_judge_itself_are_no_estimates_about_respondents(name: str) -> None:
    assert name in TABLES
    assert uncorrected_in(name, table(model=["a"], mode=["judged"], share=[0.1])) == ()


def test_every_other_table_of_an_analysis_can_be_asked(kit, eight) -> None:
    """A table without modes could not be: none may be added that way."""
    from axiometer.analyze import AnalysisOptions, analyze

    items = kit.dilemmas(eight[:3], 8, 4)
    rows = [answer for name in ("x", "y") for answer in kit.Respondent(name, seed=len(name)).answers(items)]
    found: Analysis = analyze(
        kit.items_frame(items), kit.frame(rows), frameworks={}, options=AnalysisOptions(resamples=20)
    )
    for name, frame in found.tables().items():
        modes = {"mode", "mode_a"} & set(frame.columns)
        assert modes or name in {*ABOUT_THE_JUDGE, "support"}, name
    assert found.summary["uncorrected"] == {}
