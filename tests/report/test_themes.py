"""The section on themes: who is shown, what the numbers are called, and that nothing is said where there is nothing."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from axiometer.analyze import AnalysisOptions, analyze
from axiometer.records import Answer, Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item, to_frame
from axiometer.records.importers.recorded import recorded_answer
from axiometer.records.rows import PEOPLE, Outcome
from axiometer.report import RunView, figures, report
from axiometer.report.sections.themes import themes
from axiometer.report.texts import Texts
from axiometer.report.views import Study, study

from .conftest import noise

SETS = ("Ost <b>", "West")


def item(number: int, sets: tuple[str, ...]) -> Item:
    sides = [Option(f"{name} {number}", Role.SIDE, (Expression(ExpressionKind.POSITION, name, 1),)) for name in sets]
    return make_item(
        kind=ItemKind.THEME,
        lang="en",
        prompt=f"Scene {number}",
        options=(*sides, Option("neither", Role.DISTRACTOR)),
        clusters=(f"a{number % 24}", f"b{number % 25}"),
        source="test",
        meta={"theme": f"t{number % 2}", "theme_en": ("Even", "Odd")[number % 2], "theme_zh": ("偶", "奇")[number % 2]},
    )


def answers(items: list[Item], model: str, repeats: int, wording: str) -> pl.DataFrame:
    rows = []
    for each in items:
        for repeat in range(repeats):
            option = 0 if noise(model, each.id, repeat) < 0.3 + 0.3 * noise(each.id) else 1
            row = recorded_answer(each, model=model, raw="x", outcome=Outcome.CHOSEN, option=option, repeat=repeat)
            rows.append(row)
    return to_frame(rows, Answer).with_columns(model=pl.lit(model), wording=pl.lit(wording))


def view(name: str, people: dict[str, tuple[int, str]], sets: tuple[str, ...] = SETS) -> RunView:
    items = [item(number, sets if number % 2 else sets[::-1]) for number in range(60)]
    frame = pl.concat([answers(items, model, *how) for model, how in people.items()])
    found = analyze(to_frame(items, Item), frame, frameworks={}, options=AnalysisOptions(resamples=60))
    manifest = {"asked": {"models": [{"name": model, "identity": {}} for model in people]}, "noted": {}, "missing": 0}
    return RunView(name, manifest, to_frame(items, Item), frame.lazy(), found, {})


@pytest.fixture(scope="module")
def both() -> list[RunView]:
    return [view("models", {"m/one": (4, "w"), "m/two": (4, "w")}), view("persons", {PEOPLE: (7, PEOPLE)})]


def seen(runs: list[RunView], lang: str = "en") -> Study:
    return study(runs, Texts(lang))  # type: ignore[arg-type]


def test_people_and_models_are_dots_in_every_theme_and_cells_of_one_matrix(both: list[RunView]) -> None:
    section = themes(seen(both))
    assert section is not None
    tabs = [panel.tab for panel in section.panels]
    assert (
        tabs[0] == "Choices for Ost <b>" and "Agreement: Cohen's kappa" in tabs and tabs[-1] == "Differences by theme"
    )
    table = section.panels[0].charts[0].table
    assert table is not None
    assert [row[0] for row in table.rows[::3]] == ["All themes", "Even", "Odd"]
    assert {row[1] for row in table.rows} == {"m/one", "m/two", PEOPLE}
    kappa = section.panels[1].charts[0].table
    assert kappa is not None
    pairs = {row[1] for row in kappa.rows}
    assert {"people with itself", "m/one with itself", "m/one and m/two", "m/one and people"} <= pairs
    assert any("group of persons" in note for note in section.notes)


def test_the_share_of_the_second_of_two_sets_is_told_and_not_drawn(both: list[RunView]) -> None:
    section = themes(seen(both))
    assert section is not None
    assert any("the share for West is what is missing to 100%" in text for text in section.intro)
    assert "Choices for West" not in [panel.tab for panel in section.panels]


def test_themes_have_their_names_in_the_language_of_the_page(both: list[RunView]) -> None:
    section = themes(seen(both, "zh"))
    assert section is not None
    table = section.panels[0].charts[0].table
    assert table is not None and {row[0] for row in table.rows} == {"全部主题", "偶", "奇"}


def test_a_page_without_themes_has_no_such_section(run: RunView) -> None:
    assert themes(seen([run])) is None


def test_names_of_sets_stay_text_on_the_page_and_figures_are_written(both: list[RunView], tmp_path: Path) -> None:
    page = report(both, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Ost &lt;b&gt;" in page and "Ost <b>" not in page
    names = {path.name for path in figures(both, tmp_path / "figures", scale=1.0)}
    assert {"themes-ost-b.svg", "themes-ost-b.png", "themes-agreement-kappa.svg"} <= names
