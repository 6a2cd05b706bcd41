"""A page of scenes alone in a real browser: no script, no network, tabs that switch, nothing wider than the screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from axiometer.report import report

from .test_browser import opened
from .test_scene_pages import scenes_view

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, view = tmp_path_factory.mktemp("scenes"), scenes_view("scenes")
    return {lang: report([view], folder / f"{lang}.html", lang=lang) for lang in ("en", "zh")}  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_tabs_show_one_panel_each_without_a_script(browser: Browser, pages: dict[str, Path], lang: str) -> None:
    view = opened(browser, pages[lang])
    for place in range(5):
        view.page.locator(f"label[for=tab-scenes-{place}]").click()
        shown = [panel.is_visible() for panel in view.page.locator("#scenes .panel").all()]
        assert shown == [place == other for other in range(5)]
    assert view.complaints == [] and [url for url in view.fetched if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("width", [1_100, 390])
def test_the_picture_fits_the_screen_and_tells_values_by_shape_in_the_dark(
    browser: Browser, pages: dict[str, Path], width: int
) -> None:
    view = opened(browser, pages["zh"], width=width, dark=True)
    box = view.page.locator("#scenes svg.chart:visible").first.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert view.page.evaluate("document.documentElement.scrollWidth") <= width
    drawn = view.page.locator("#scenes svg.chart:visible").first
    assert drawn.locator("text.halo").count() == 24 and drawn.locator("path[fill-opacity]").count() == 24
