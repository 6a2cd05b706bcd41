"""A page of classifiers in a real browser: no script, no network, tabs that switch, nothing wider than the screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from axiometer.report.classifiers import classifier_report

from .test_browser import opened
from .test_classifier_pages import classifiers_view

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return classifier_report(classifiers_view(2), tmp_path_factory.mktemp("classifiers") / "page.html", lang="zh")


@pytest.mark.parametrize("width", [1_100, 390])
def test_every_panel_fits_the_screen_and_nothing_is_fetched(browser: Browser, page: Path, width: int) -> None:
    view = opened(browser, page, width=width, dark=True)
    assert view.page.evaluate("document.documentElement.scrollWidth") <= width
    for label in view.page.locator(".tabs > label").all():
        label.click()
        assert view.page.evaluate("document.documentElement.scrollWidth") <= width
    for chart in view.page.locator("svg.chart:visible").all():
        box = chart.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert view.complaints == [] and [url for url in view.fetched if not url.startswith(("file:", "data:"))] == []


def test_hostile_texts_are_read_as_texts(browser: Browser, page: Path) -> None:
    view = opened(browser, page)
    assert "<img src=x onerror=alert(1)>{{7*7}}" in view.page.locator("#mistakes").inner_text()
    assert view.page.locator("#mistakes img").count() == 0
