"""Counted by letter: shown where a run asked in one order, beside content and never instead of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from axiometer.report import RunView, report
from axiometer.report.sections.letters import letters
from axiometer.report.texts import Texts
from axiometer.report.views import study


def in_order(run: RunView, orders: str, mode: str = "choice") -> RunView:
    asked = {**run.manifest["asked"], "design": {"orders": orders, "mode": mode}}  # type: ignore[dict-item]
    return replace(run, manifest={**run.manifest, "asked": asked})


@pytest.mark.parametrize(("orders", "mode"), [("swap", "choice"), ("all", "choice"), ("one", "logprob")])
def test_letters_are_left_out_where_orders_are_several_or_nothing_was_chosen(
    run: RunView, orders: str, mode: str
) -> None:
    assert letters(study([in_order(run, orders, mode)], Texts("en"))) is None


def test_shares_of_letters_add_up_and_pairs_say_what_chance_would_give(run: RunView) -> None:
    view = study([in_order(run, "one")], Texts("en"))
    section = letters(view)
    assert section is not None
    shares, same = section.panels
    table = shares.charts[0].table
    assert table is not None and table.headers[1:4] == ("A", "B", "C")
    for row in table.rows:
        assert sum(float(cell.rstrip("%")) for cell in row[1:4]) == pytest.approx(100, abs=0.2)
    listed = same.charts[0].table
    assert listed is not None and len(listed.rows) == 3
    first = view.table("letters").row(0, named=True)
    assert (
        listed.rows[0][1] == f"{100 * first['same']:.1f}%" and listed.rows[0][3] == f"{100 * first['by_chance']:.1f}%"
    )


def test_runs_of_both_kinds_stand_side_by_side_on_one_page(
    run: RunView, make_run: Callable[..., RunView], respondents: tuple[object, ...], tmp_path: Path
) -> None:
    other = in_order(make_run("both orders", respondents[:1]), "swap")
    view = study([in_order(run, "one"), other], Texts("zh"))
    section = letters(view)
    assert section is not None and section.panels[0].charts[0].table is not None
    assert len(section.panels[0].charts[0].table.rows) == 4
    compared = view.table("letters").select(pl.concat([pl.col("model_a"), pl.col("model_b")]).unique())
    assert compared.height == 4  # also across the runs, on what both were asked
    page = report([in_order(run, "one"), other], tmp_path / "page.html", lang="zh").read_text("utf-8")
    assert 'id="letters"' in page and "按字母计数" in page and 'id="profile"' in page
