"""The page in a real browser without a network: it reads, searches, opens, prints, and hostile texts stay texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from axiometer.report import RunView, report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(run: RunView, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    return {lang: report([run], folder / f"{lang}.html", lang=lang) for lang in ("en", "zh")}  # type: ignore[arg-type]


class Opened:
    """A page opened from a file with the network cut, and everything that it complained about or tried to fetch."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page, self.complaints, self.fetched = page, [], []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: self.fetched.append(request.url))
        page.goto(path.as_uri())
        page.evaluate("document.fonts.ready")

    complaints: list[str]
    fetched: list[str]

    def search(self, words: str) -> None:
        self.page.locator("#words").fill(words)
        self.page.wait_for_timeout(400)  # the page waits 120 ms for the next letter

    def found(self) -> str:
        return self.page.locator("#found").inner_text()


def opened(browser: Browser, path: Path, *, width: int = 1_100, dark: bool = False) -> Opened:
    context = browser.new_context(
        offline=True, viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    return Opened(context.new_page(), path)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_opens_without_a_network_and_without_complaint(
    browser: Browser, pages: dict[str, Path], lang: str
) -> None:
    view = opened(browser, pages[lang])
    assert view.page.locator(".item").count() == 20
    assert view.complaints == []
    assert [url for url in view.fetched if not url.startswith(("file:", "data:"))] == []


def test_search_finds_a_chinese_answer_and_opening_shows_it(
    browser: Browser, pages: dict[str, Path], run: RunView
) -> None:
    view = opened(browser, pages["zh"])
    view.search("因为它更公平")
    answers = run.answers.lazy().collect()
    expected = answers.filter(pl.col("raw").str.contains("因为它更公平"))["item"].n_unique()
    assert f"{expected} 道" in view.found()
    view.page.locator(".item > button").first.click()
    assert "我选择甲，因为它更公平。" in view.page.locator(".item .raw").all_inner_texts()


def test_search_knows_values_by_the_names_of_their_broader_values(browser: Browser, pages: dict[str, Path]) -> None:
    view = opened(browser, pages["en"])
    view.search("rule of law")
    assert view.page.locator(".item").count() > 0
    view.search("no such words anywhere")
    assert view.found() == "No item fits."


def test_filters_narrow_the_list(browser: Browser, pages: dict[str, Path], run: RunView) -> None:
    view = opened(browser, pages["en"])
    view.page.locator("#outcome").select_option("refused")
    view.page.wait_for_timeout(300)
    refused = run.answers.lazy().collect().filter(pl.col("outcome") == "refused")["item"].n_unique()
    assert view.found().startswith(f"{refused} of ")
    view.page.locator("#lang").select_option("zh")
    view.page.wait_for_timeout(300)
    assert int(view.found().split()[0]) < refused


def test_hostile_texts_are_shown_and_do_nothing(browser: Browser, pages: dict[str, Path]) -> None:
    view = opened(browser, pages["en"])
    view.search("hacked")
    for button in view.page.locator(".item > button").all()[:5]:
        button.click()
    raws = view.page.locator(".item .raw").all_inner_texts()
    assert any("<script>document.body.dataset.hacked = 1" in raw for raw in raws)
    view.search("7*7")
    view.page.locator(".item > button").first.click()
    assert any("{{7*7}}" in raw for raw in view.page.locator(".item .raw").all_inner_texts())
    assert view.page.evaluate("document.body.dataset.hacked") is None
    assert view.page.locator("img, .item script, .item b b").count() == 0
    assert view.complaints == []


def test_a_right_to_left_mark_cannot_reach_beyond_its_answer(browser: Browser, pages: dict[str, Path]) -> None:
    view = opened(browser, pages["en"])
    view.search("gnp.exe")
    view.page.locator(".item > button").first.click()
    raw = view.page.locator(".item .raw bdi", has_text="gnp.exe").first
    assert raw.evaluate("element => getComputedStyle(element).unicodeBidi") == "isolate"


def test_a_link_in_the_list_of_differences_opens_its_item(browser: Browser, pages: dict[str, Path]) -> None:
    view = opened(browser, pages["en"])
    link = view.page.locator("#contested a[data-item]").first
    start = link.inner_text()[:40]
    link.click()
    assert view.page.locator(".item.open").count() == 1
    assert view.page.locator(".item.open .head").inner_text().startswith(start)


def test_chinese_is_drawn_in_the_font_that_the_page_carries(browser: Browser, pages: dict[str, Path]) -> None:
    view = opened(browser, pages["zh"])
    drawn = view.page.evaluate(
        """() => ["自由", "平等", "\\ue000\\ue001"].map((text) => {
          const canvas = document.createElement("canvas");
          const brush = canvas.getContext("2d");
          brush.font = '40px "Axiometer Chinese"';
          brush.fillText(text, 5, 60);
          return canvas.toDataURL();
        })"""
    )
    assert len(set(drawn)) == 3
    assert view.page.evaluate("[...document.fonts].map((face) => [face.family, face.status])") == [
        ["Axiometer Latin", "loaded"],
        ["Axiometer Chinese", "loaded"],
    ]


def test_a_tab_shows_its_panel_alone(browser: Browser, pages: dict[str, Path]) -> None:
    view = opened(browser, pages["en"])
    panels = view.page.locator("#profile .panel")
    assert [panel.is_visible() for panel in panels.all()].count(True) == 1
    view.page.locator("#profile label").first.click()
    assert panels.first.is_visible()


@pytest.mark.parametrize("width", [360, 768])
def test_nothing_is_wider_than_a_small_screen(browser: Browser, pages: dict[str, Path], width: int) -> None:
    view = opened(browser, pages["en"], width=width)
    assert view.page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_paper_has_light_ink(browser: Browser, pages: dict[str, Path]) -> None:
    view = opened(browser, pages["en"], dark=True)
    colours = view.page.evaluate(
        "() => { const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]; }"
    )
    paper, ink = (sum(int(part) for part in colour[4:-1].split(",")) for colour in colours)
    assert paper < 150 < 600 < ink


def test_the_page_prints_with_every_panel(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    view = opened(browser, pages["zh"])
    view.page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes()[:5] == b"%PDF-"
    view.page.emulate_media(media="print")
    assert all(panel.is_visible() for panel in view.page.locator("#profile .panel").all())
    assert not view.page.locator("nav").is_visible()
