"""Raters in a real browser: keys, a closed tab, a killed server, two tabs, hostile texts, phones; nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from axiometer.annotate.project import Project, open_project
from axiometer.annotate.starting import Wanted, start_project
from axiometer.annotate.tasks import load_task
from axiometer.annotate.units import make_unit
from axiometer.cli.main import app
from axiometer.records.importers.starter import starter_items
from axiometer.records.rows import Item
from axiometer.records.tables import write_rows

from .conftest import HOSTILE, TOKEN, Server, invited, project_of, server_of, units

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


class Rater:
    """Someone at a keyboard, in a browser of their own."""

    def __init__(self, browser: Browser, server: Server, token: str, **context: object) -> None:
        self.server, self.token = server, token
        self.context = browser.new_context(**{"locale": "en-GB", **context})  # type: ignore[arg-type]
        self.complaints: list[str] = []
        self.page = self.open(f"/r/{token}")

    def open(self, path: str) -> Page:
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)
        self.page.goto(f"http://127.0.0.1:{self.server.port}{path}")
        self.page.wait_for_url("**/rate**")
        return self.page

    def _heard(self, message: object) -> None:
        text = str(getattr(message, "text", ""))
        if "Failed to load resource" not in text:  # what a dead server sounds like
            self.complaints.append(text)

    def agree(self) -> Rater:
        self.page.check("input[name=agree]")
        self.page.click("main form button")
        self.page.wait_for_selector("#row")
        return self

    def unit(self) -> str:
        return self.page.input_value("#label input[name=unit]")

    def press(self, key: str) -> None:
        """Presses a key and waits until the page is another."""
        before = self.page.get_attribute("main", "data-state")
        self.page.keyboard.press(key)
        self.page.wait_for_function(
            "before => (document.querySelector('main').dataset.state || '') !== before", arg=before, timeout=60_000
        )

    def choose(self, slot: int) -> tuple[str, str]:
        """Chooses by the option's number on the page; gives the unit and what was chosen."""
        button = self.page.locator("#label button[name=value]").nth(slot)
        chosen = self.unit(), str(button.get_attribute("value"))
        self.press(str(slot + 1))
        return chosen


def dilemmas(folder: Path, n: int) -> Project:
    write_rows(starter_items(("en",))[:n], Item, folder / "items.parquet")
    wanted = Wanted(raters=("R01", "R02"), per_rater=n, overlap=1.0, attention=0)
    return start_project(load_task("choose"), folder / "items.parquet", folder / "p", wanted).project


def kept(project: Project) -> dict[tuple[str, str], str]:
    with project.store() as store:
        labels = [(label.rater, label.unit, label.value or "") for label in store.labels()]
    assert len({label[:2] for label in labels}) == len(labels)
    return {(rater, unit): value for rater, unit, value in labels}


def events(project: Project) -> int:
    import sqlite3

    connection = sqlite3.connect(project.folder / "labels.sqlite")
    (count,) = connection.execute("select count(*) from events where kind = 'label'").fetchone()
    connection.close()
    return int(count)


@pytest.mark.slow
def test_two_raters_label_thirty_dilemmas_through_a_closed_tab_and_a_killed_server(
    browser: Browser, tmp_path: Path
) -> None:
    project = dilemmas(tmp_path, 30)
    server = server_of(project.folder, tmp_path / "log").start()
    said: dict[tuple[str, str], str] = {}

    def label(rater: Rater, name: str, number: int) -> None:
        unit, value = rater.choose((number * (3 if name == "R01" else 5)) % 7 % 2)
        said[name, unit] = value

    try:
        tokens = {name: invited(project.folder, name) for name in project.raters}
        raters = {name: Rater(browser, server, token).agree() for name, token in tokens.items()}
        for number in range(30):
            for name, rater in raters.items():
                if number == 12 and name == "R01":  # closes the tab in the middle and comes back by the link
                    rater.page.close()
                    rater.open(f"/r/{tokens[name]}")
                    rater.page.wait_for_selector("#row")
                    assert rater.page.inner_text("#place") == "13 / 30"
                if number == 20 and name == "R02":  # the server dies, a key is pressed, the server comes back
                    server.kill()
                    unit = rater.unit()
                    value = str(rater.page.locator("#label button[name=value]").nth(1).get_attribute("value"))
                    rater.page.keyboard.press("2")
                    rater.page.wait_for_selector("#state.waiting")
                    assert "Not saved yet" in rater.page.inner_text("#state")
                    server.start()
                    rater.page.wait_for_function(
                        "unit => (document.querySelector('input[name=unit]') || {}).value !== unit",
                        arg=unit,
                        timeout=60_000,
                    )
                    said[name, unit] = value
                    continue
                label(rater, name, number)
        for rater in raters.values():
            assert "Done, thank you" in rater.page.inner_text("h1")
            assert rater.complaints == []
        assert kept(project) == said and len(said) == 60 and events(project) == 60
        told = json.loads(CliRunner().invoke(app, ["annotate", "agreement", str(project.folder), "--json"]).output)
        keeper = browser.new_page()
        keeper.goto(f"http://127.0.0.1:{server.port}/a/{TOKEN}")
        keeper.wait_for_url("**/admin")
        assert keeper.locator("#raters tbody tr").all_inner_texts()[0].split()[:4] == ["R01", "30", "0", "30"]
        keeper.click("text=Agreement")
        shown = {
            str(cell.get_attribute("data-measure")): cell.inner_text()
            for cell in keeper.locator("#overall td[data-measure]").all()
        }
        expected = {
            row["measure"]: "-" if row["estimate"] is None else f"{row['estimate']:.3f}" for row in told["overall"]
        }
        assert shown == expected and told["units"] == 30 and 0 < float(shown["raw"]) < 1
    finally:
        server.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A project of seven rows, one of them hostile, for raters who do not meet."""
    folder = tmp_path_factory.mktemp("browsed")
    hostile = make_unit(subject="h", lang="en", title=HOSTILE, context=HOSTILE, text=HOSTILE, options=(HOSTILE, "no"))
    project = project_of(folder / "p", [*units(6), hostile], tuple(f"R{number:02d}" for number in range(1, 9)))
    server = server_of(project.folder, folder / "log").start()
    yield server
    server.stop()


def test_keys_label_undo_skip_and_go_back_and_on(browser: Browser, served: Server) -> None:
    rater = Rater(browser, served, invited(served.folder, "R01")).agree()
    project = open_project(served.folder)
    assert f"/r/{rater.token}" not in rater.page.url and rater.page.evaluate("history.length") <= 3
    first = rater.choose(0)
    rater.press("u")
    assert rater.unit() == first[0] and rater.page.inner_text("#place") == "1 / 7"
    rater.press("b")  # the second option by its letter
    rater.press("s")
    assert rater.page.inner_text("#place") == "3 / 7"
    rater.page.keyboard.press("ArrowLeft")
    rater.page.wait_for_url("**/rate/2")
    assert "passed this row over" in rater.page.inner_text("main")
    rater.page.keyboard.press("ArrowLeft")
    rater.page.wait_for_url("**/rate/1")
    assert rater.page.locator("button.chosen").count() == 1
    rater.press("0")
    mine = {unit: value for (name, unit), value in kept(project).items() if name == "R01"}
    assert mine == {first[0]: "undecided"} and rater.complaints == []


def test_a_second_tab_sees_what_the_first_did(browser: Browser, served: Server) -> None:
    rater = Rater(browser, served, invited(served.folder, "R02")).agree()
    one = rater.page
    two = rater.open("/rate")
    rater.page = one
    unit, value = rater.choose(0)
    two.bring_to_front()
    two.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    two.wait_for_function("() => document.querySelector('#place').textContent.startsWith('2 / ')")
    one.bring_to_front()
    stale = rater.context.new_page()
    stale.goto(f"http://127.0.0.1:{served.port}/rate/1")
    other = str(stale.locator("#label button[name=value]").nth(1).get_attribute("value"))
    stale.keyboard.press("2")
    stale.wait_for_function("() => document.querySelector('#place').textContent.startsWith('2 / ')")
    mine = {each: said for (name, each), said in kept(open_project(served.folder)).items() if name == "R02"}
    assert other != value and mine == {unit: other}


def test_a_label_given_while_the_server_is_away_is_sent_when_the_rater_comes_back(
    browser: Browser, tmp_path: Path
) -> None:
    project = project_of(tmp_path / "p", units(3))
    server = server_of(project.folder, tmp_path / "log").start()
    try:
        rater = Rater(browser, server, invited(project.folder, "R01")).agree()
        unit = rater.unit()
        value = str(rater.page.locator("#label button[name=value]").nth(0).get_attribute("value"))
        server.kill()
        rater.page.keyboard.press("1")
        rater.page.wait_for_selector("#state.waiting")
        rater.page.close()
        assert kept(project) == {}
        server.start()
        rater.open("/rate")
        rater.page.wait_for_function("() => document.querySelector('#place').textContent.startsWith('2 / ')")
        assert kept(project) == {("R01", unit): value}
        assert rater.page.evaluate("localStorage.length") == 0
    finally:
        server.stop()


def test_hostile_texts_do_nothing_in_a_browser(browser: Browser, served: Server) -> None:
    rater = Rater(browser, served, invited(served.folder, "R03")).agree()
    place = 1 + [row.unit for row in open_project(served.folder).assignments["R03"]].index(
        next(unit.id for unit in open_project(served.folder).units.values() if unit.subject == "h")
    )
    rater.open(f"/rate/{place}")
    assert rater.page.inner_text("#row h1") == HOSTILE
    assert rater.page.evaluate("window.hacked") is None and rater.page.locator("main img").count() == 0
    rater.press("1")
    keeper = rater.context.new_page()
    keeper.goto(f"http://127.0.0.1:{served.port}/a/{TOKEN}")
    keeper.wait_for_url("**/admin")
    keeper.goto(f"http://127.0.0.1:{served.port}/admin/differences")
    assert keeper.evaluate("window.hacked") is None and rater.complaints == []


def test_pages_work_without_a_script(browser: Browser, served: Server) -> None:
    rater = Rater(browser, served, invited(served.folder, "R04"), java_script_enabled=False).agree()
    for number in range(7):
        assert rater.page.inner_text("#place").startswith(f"{number + 1} / 7")
        rater.page.locator("#label button[name=value]").nth(number % 2).click()
        rater.page.wait_for_load_state()
    assert "Done" in rater.page.inner_text("h1")
    assert sum(name == "R04" for name, _ in kept(open_project(served.folder))) == 7


def test_other_words_are_asked_for_and_chinese_is_written_without_pressing_keys(
    browser: Browser, tmp_path: Path
) -> None:
    project = project_of(tmp_path / "p", units(2, "zh"), task="rule")
    server = server_of(project.folder, tmp_path / "log").start()
    try:
        rater = Rater(browser, server, invited(project.folder, "R01"), locale="zh-CN").agree()
        rater.page.keyboard.press("r")
        assert "请写出另一种说法" in rater.page.inner_text("#state")
        rater.page.keyboard.type("us 0 1 先帮忙")  # letters that are keys elsewhere
        rater.press("Control+Enter")
        with project.store() as store:
            (label,) = store.labels()
        assert (label.value, label.rewrite) == ("-1", "us 0 1 先帮忙") and label.seconds is not None
        rater.page.keyboard.press("r")
        rater.page.keyboard.press("Escape")
        rater.press("r")
        with project.store() as store:
            assert [(each.value, each.rewrite) for each in store.labels()][1] == ("-1", None)
        assert rater.complaints == []
    finally:
        server.stop()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pages_fit_a_phone_and_every_control_has_a_name(browser: Browser, served: Server, lang: str) -> None:
    rater = Rater(
        browser,
        served,
        invited(served.folder, "R05" if lang == "en" else "R06"),
        locale="zh-CN" if lang == "zh" else "en-GB",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    for path in ("/rate/start", "/rate/withdraw"):
        rater.page.goto(f"http://127.0.0.1:{served.port}{path}")
        assert rater.page.evaluate("document.documentElement.scrollWidth") <= 390
    rater.page.goto(f"http://127.0.0.1:{served.port}/rate/start")
    rater.agree()
    assert rater.page.get_attribute("html", "lang") == ("zh-Hans" if lang == "zh" else "en")
    assert rater.page.evaluate("document.documentElement.scrollWidth") <= 390
    sizes = rater.page.locator("main button:visible, main a.tool:visible, main select:visible").all()
    assert all((box := each.bounding_box()) is not None and box["height"] >= 44 for each in sizes)
    nameless = rater.page.evaluate(
        "[...document.querySelectorAll('button, a, input:not([type=hidden]), textarea, select, progress')]"
        ".filter(each => !(each.textContent.trim() || each.ariaLabel || (each.labels && each.labels.length))).length"
    )
    assert nameless == 0
    rater.page.locator("#label button[name=value]").nth(0).tap()
    rater.page.wait_for_function("() => document.querySelector('#place').textContent.startsWith('2 / ')")


def test_keys_can_be_turned_off_and_what_happens_is_said_aloud(browser: Browser, served: Server) -> None:
    rater = Rater(browser, served, invited(served.folder, "R07")).agree()
    rater.press("1")
    assert rater.page.inner_text("#told") == "Saved · 2 / 7"
    rater.page.locator("select[name=reason]").focus()
    rater.page.keyboard.press("u")  # picks in the list, and undoes nothing
    rater.page.click("[data-keys-switch]")
    assert rater.page.get_attribute("[data-keys-switch]", "aria-pressed") == "false"
    rater.page.keyboard.press("s")
    rater.page.reload()
    rater.page.keyboard.press("1")
    rater.page.wait_for_timeout(300)
    assert rater.page.inner_text("#place") == "2 / 7"
    rater.page.click("[data-keys-switch]")
    rater.press("1")
    assert rater.page.inner_text("#place") == "3 / 7" and rater.complaints == []


def test_a_label_that_comes_too_late_for_the_project_bars_no_page(browser: Browser, tmp_path: Path) -> None:
    project = project_of(tmp_path / "p", units(3))
    server = server_of(project.folder, tmp_path / "log").start()
    try:
        rater = Rater(browser, server, invited(project.folder, "R01")).agree()
        server.kill()
        rater.page.keyboard.press("1")
        rater.page.wait_for_selector("#state.waiting")
        rater.page.close()
        text = (project.folder / "project.yaml").read_text(encoding="utf-8")
        (project.folder / "project.yaml").write_text(text.replace(project.retention.isoformat(), "2020-01-01"))
        server.start()
        rater.open("/rate/withdraw")
        rater.page.wait_for_selector("main[data-refused='409']")
        assert "no longer taken" in rater.page.inner_text("main")
        rater.open("/rate/withdraw")
        rater.page.check("input[name=sure]")
        rater.page.click("main form button")
        rater.page.wait_for_selector("text=You have withdrawn")
    finally:
        server.stop()
