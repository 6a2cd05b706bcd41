"""The page of a profile in a real browser: no network, nothing wider than the screen, answers found, opened, safe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from axiometer.report.expressed import write_profile_page

from .expressed_profiles import profile
from .test_browser import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("profile")
    english, chinese = write_profile_page(profile(state="corrected"), folder / "few")
    (many,) = write_profile_page(profile(models=20, level="derived"), folder / "many", langs=("zh",))
    return {"en": english, "zh": chinese, "many": many}


@pytest.mark.parametrize("width", [1_280, 390])
@pytest.mark.parametrize("name", ["zh", "many"])
def test_every_panel_fits_the_screen_and_nothing_is_fetched(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    view = opened(browser, pages[name], width=width, dark=True)
    assert view.page.evaluate("document.documentElement.scrollWidth") <= width
    for label in view.page.locator(".tabs > label").all():
        label.click()
        assert view.page.evaluate("document.documentElement.scrollWidth") <= width
    for folded in view.page.locator("#profile details:visible > summary").all()[:3]:
        folded.click()
    assert view.page.evaluate("document.documentElement.scrollWidth") <= width
    for chart in view.page.locator("svg.chart.wide:visible, svg.chart.narrow:visible").all():
        box = chart.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert view.complaints == [] and [url for url in view.fetched if not url.startswith(("file:", "data:"))] == []


def test_choosing_a_value_and_a_model_leaves_the_answers_that_express_it(
    browser: Browser, pages: dict[str, Path]
) -> None:
    view, found = opened(browser, pages["en"]), profile(state="corrected")
    value, model = found.values[4], found.models[1]
    assert view.page.locator("#how").is_disabled()
    view.page.locator("#value").select_option("4")
    view.page.locator("#respondent").select_option("1")
    view.page.locator("#sort").select_option("surest")
    view.page.wait_for_timeout(300)
    own = found.answers.filter(model=model).filter(outcome="chosen")
    expected = sum(value in expressed for expressed in own["expressed"].to_list())
    assert view.found() == f"{expected} of 144 answers" and 0 < expected < 48
    view.page.locator(".item > button").first.click()
    highest = max(presence[4] for presence in own["presence"].to_list())
    assert f"{found.framework.name(value, 'en')} {highest:.2f}" in view.page.locator(".item .body").inner_text()


def test_refusals_are_found_and_searching_finds_chinese(browser: Browser, pages: dict[str, Path]) -> None:
    view = opened(browser, pages["zh"])
    view.page.locator("#outcome").select_option("refused")
    view.page.wait_for_timeout(300)
    assert view.found() == "144 份回答中的 2 份"
    view.page.locator("#outcome").select_option("")
    view.search("第7条回答 model<i>-2")
    assert view.found() == "144 份回答中的 2 份"


def test_hostile_answers_are_read_as_texts(browser: Browser, pages: dict[str, Path]) -> None:
    view = opened(browser, pages["en"])
    view.page.locator(".item > button").first.click()
    assert "<img src=x onerror=alert(1)>{{7*7}} <b>bold</b>" in view.page.locator(".item .raw").inner_text()
    assert view.page.locator("#answers img, #answers .item b b").count() == 0
    assert "Should <b>one</b> do 0?" in view.page.locator(".item .head").first.inner_text()
    assert view.complaints == []
