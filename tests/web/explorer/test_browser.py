"""The explorer in a real browser, by keyboard, with the policy that browsers hold pages to."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from benchmarks.explorer import SERVER

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture
def address(served: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-c", SERVER, str(served), str(port)]) as process:
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "lang"), [(1280, "light", "en"), (390, "dark", "zh")])
def test_a_reader_finds_an_item_by_keyboard(width: int, scheme: str, lang: str, address: str, browser: Browser) -> None:
    page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/explore?lang={lang}")
    page.click("text=runs/demo")
    page.wait_for_selector("#values")
    assert page.locator("svg.chart").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("svg.chart a").first.click()  # a part of a bar, without a script of ours
    page.wait_for_url("**/explore/items?**model=0&outcome=chosen")
    page.go_back()
    page.wait_for_selector("#values")
    page.click(".button >> nth=0")
    page.wait_for_selector("form.filters")
    page.wait_for_load_state("load")  # keys are heard from then on
    page.keyboard.press("/")
    page.keyboard.type("案例 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=**")
    first = page.locator("a.open").first.inner_text()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore/item**")
    assert page.locator(".question").inner_text().strip() == first.strip()
    assert page.locator(".presented").count() == 6
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
