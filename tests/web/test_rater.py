"""A rater's pages without a script: plain forms do all that is needed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from axiometer.annotate.project import Project
from axiometer.annotate.store import Kept
from axiometer.annotate.tasks import load_task
from axiometer.frameworks import load_framework
from axiometer.web.access import DAYS_TO_WITHDRAW, Access

from .conftest import Client, Server, hidden, invited, project_of, server_of, units


class Work:
    """A project, its server, and clients for its raters."""

    def __init__(self, project: Project, server: Server) -> None:
        self.project, self.server = project, server

    def rater(self, name: str = "R01") -> Client:
        return self.server.client().enter(invited(self.project.folder, name)).agree()

    def kept(self, rater: str = "R01") -> list[Kept]:
        with self.project.store() as store:
            return list(store.standing(rater).values())

    def events(self) -> int:
        with self.project.store() as store:
            return max((kept.seq for kept in [*store.labels(), *store.skips()]), default=0)


def at_work(folder: Path, project: Project) -> Iterator[Work]:
    server = server_of(project.folder, folder / "log").start()
    yield Work(project, server)
    server.stop()


@pytest.fixture
def choosing(tmp_path: Path) -> Iterator[Work]:
    yield from at_work(tmp_path, project_of(tmp_path / "p", units(3)))


@pytest.fixture
def ruling(tmp_path: Path) -> Iterator[Work]:
    yield from at_work(tmp_path, project_of(tmp_path / "p", units(2), task="rule"))


@pytest.fixture
def classifying(tmp_path: Path) -> Iterator[Work]:
    task = load_task("classify").of_framework(load_framework("schwartz"))
    yield from at_work(tmp_path, project_of(tmp_path / "p", units(2), task=task))


def label(client: Client, value: object, path: str = "/rate", **fields: object) -> None:
    answer = client.post("/rate/label", client.get(path), value=value, **fields)
    assert (answer.status, answer.headers["location"]) == (303, "/rate")


def test_nothing_is_shown_or_taken_before_the_rater_agreed_to_the_texts(choosing: Work) -> None:
    client = choosing.server.client().enter(invited(choosing.project.folder, "R01"))
    assert client.get("/rate").headers["location"] == "/rate/start"
    assert client.get("/rate/1").headers["location"] == "/rate/start"
    start = client.get("/rate/start")
    agreed = choosing.project.agreed("en")
    assert choosing.project.retention.isoformat() in start.text and agreed.purpose[:40] in start.text
    csrf = hidden(start.text, "/rate/start")["csrf"]
    unit = next(iter(choosing.project.units))
    assert client.post("/rate/label", csrf=csrf, unit=unit, value="0", client="0" * 32).status == 403
    for fields in ({}, {"agree": "yes", "digest": "of other texts"}, {"agree": "no"}):
        client.post("/rate/start", start, **fields)
        assert client.get("/rate").status == 303
    client.post("/rate/start", start, agree="yes")
    assert client.get("/rate").status == 200
    with choosing.project.store() as store:
        assert store.consent("R01") == choosing.project.consent_digest


def test_rows_come_one_after_the_other_to_the_end(choosing: Work) -> None:
    client = choosing.rater()
    shown = []
    for value in ("0", "1", "undecided"):
        page = client.get("/rate")
        shown.append(hidden(page.text, "/rate/label")["unit"])
        assert client.post("/rate/label", page, value=value, seconds="2.34").headers["location"] == "/rate"
    assert shown == [row.unit for row in choosing.project.assignments["R01"]]
    assert "Done, thank you" in client.get("/rate").text
    assert [(kept.unit, kept.value, kept.seconds) for kept in choosing.kept()] == [
        (unit, value, 2.3) for unit, value in zip(shown, ("0", "1", "undecided"), strict=True)
    ]


def test_options_stand_in_the_rater_s_order_and_count_by_what_they_are(choosing: Work) -> None:
    for name in choosing.project.raters:
        client = choosing.rater(name)
        for place, row in enumerate(choosing.project.assignments[name], start=1):
            text = client.get(f"/rate/{place}").text
            assert [int(value) for value in re.findall(r'name="value" value="(\d)"', text)] == list(row.order)
            texts = re.findall(r'name="value" value="\d".*?<span class="said">([^<]*)', text)
            assert texts == [choosing.project.units[row.unit].options[option] for option in row.order]


def test_the_same_press_counts_once_and_another_answer_is_an_edit(choosing: Work) -> None:
    client = choosing.rater()
    page = client.get("/rate")
    for _ in range(3):
        client.post("/rate/label", page, value="0")
    assert choosing.events() == 1
    client.post("/rate/label", page, value="1")  # gone back to the page as it was
    (kept,) = choosing.kept()
    assert kept.value == "1" and choosing.events() == 2


def test_two_tabs_do_not_clash(choosing: Work) -> None:
    client = choosing.rater()
    one, two = client.get("/rate"), client.get("/rate")
    client.post("/rate/label", one, value="0")
    assert "2 / 3" in client.get("/rate").text
    client.post("/rate/label", two, value="1")
    (kept,) = choosing.kept()
    assert kept.value == "1"  # an edit of the same row, never a second label
    assert "2 / 3" in client.get("/rate").text


def test_a_press_that_comes_late_does_not_undo_what_was_said_since(choosing: Work) -> None:
    client = choosing.rater()
    page = client.get("/rate")
    client.post("/rate/label", page, value="0", client="1" * 32)
    client.post("/rate/label", page, value="1", client="2" * 32, late="yes")
    assert [kept.value for kept in choosing.kept()] == ["0"]
    fresh = client.get("/rate")
    client.post("/rate/label", fresh, value="1", client="3" * 32, late="yes")
    assert [kept.value for kept in choosing.kept()] == ["0", "1"]


def test_undo_brings_the_row_back(choosing: Work) -> None:
    client = choosing.rater()
    label(client, "0")
    label(client, "1")
    undone = client.post("/rate/undo", client.get("/rate"))
    assert undone.headers["location"] == "/rate/2" and [kept.value for kept in choosing.kept()] == ["0"]
    client.post("/rate/undo", client.get("/rate"))
    assert client.post("/rate/undo", client.get("/rate/1"), client="f" * 32).headers["location"] == "/rate"
    assert choosing.kept() == []


def test_a_skipped_row_is_passed_over_and_can_be_labelled_later(choosing: Work) -> None:
    client = choosing.rater()
    client.post("/rate/skip", client.get("/rate"))
    assert "2 / 3" in client.get("/rate").text and choosing.kept()[0].skipped
    label(client, "0")
    label(client, "0")
    end = client.get("/rate").text
    assert "2 of 3 rows labelled, 1 passed over" in end and 'href="/rate/1"' in end
    again = client.get("/rate/1")
    assert "You passed this row over" in again.text
    label(client, "1", "/rate/1")
    assert not any(kept.skipped for kept in choosing.kept())


def test_an_earlier_row_shows_what_stands_and_can_be_changed(choosing: Work) -> None:
    client = choosing.rater()
    label(client, "1")
    page = client.get("/rate/1").text
    assert re.search(r'class="choice chosen" name="value" value="1"', page)
    label(client, "0", "/rate/1")
    assert [kept.value for kept in choosing.kept()] == ["0"]
    assert client.get("/rate/4").status == 404 and client.get("/rate/0").status == 404


def test_a_rater_leaves_and_comes_back_by_the_link(choosing: Work) -> None:
    token = invited(choosing.project.folder, "R01")
    client = choosing.server.client().enter(token).agree()
    label(client, "0")
    assert client.post("/leave/rater", client.get("/rate")).status == 303
    assert client.get("/rate").status == 403
    back = choosing.server.client().enter(token)
    assert "2 / 3" in back.get("/rate").text


def test_who_withdraws_leaves_nothing_behind_and_cannot_come_back(choosing: Work) -> None:
    token = invited(choosing.project.folder, "R01")
    client = choosing.server.client().enter(token).agree()
    other = choosing.rater("R02")
    label(client, "0")
    label(other, "1")
    asked = client.get("/rate/withdraw")
    assert client.post("/rate/withdraw", asked).headers["location"] == "/rate/withdraw"
    assert len(choosing.kept()) == 1  # nothing goes without the tick
    gone = client.post("/rate/withdraw", asked, sure="yes")
    assert gone.status == 200 and "You have withdrawn" in gone.text
    assert choosing.kept() == [] and len(choosing.kept("R02")) == 1
    assert client.get("/rate").status == 403 and choosing.server.client().get(f"/r/{token}").status == 403
    with choosing.project.store() as store:
        assert store.withdrawn() == ("R01",) and store.consent("R01") is None
    keeper = choosing.server.keeper()
    assert "withdrew" in keeper.get("/admin").text
    csrf = hidden(keeper.get("/admin").text, "/leave/keeper")["csrf"]
    assert keeper.post("/admin/invite", csrf=csrf, rater="R01").status == 409


def test_other_words_are_kept_with_the_label(ruling: Work) -> None:
    client = ruling.rater()
    words = "另一种说法 <b>&\n第二行"
    label(client, "-1", rewrite=words)
    (kept,) = ruling.kept()
    assert (kept.value, kept.rewrite) == ("-1", words)
    shown = client.get("/rate/1").text
    assert "另一种说法 &lt;b&gt;&amp;\n第二行</textarea>" in shown
    too_long = client.post("/rate/label", client.get("/rate/1"), value="1", rewrite="x" * 4001)
    assert too_long.status == 400 and ruling.kept()[0].value == "-1"


def test_several_labels_are_kept_in_the_task_s_order_and_none_is_said_outright(classifying: Work) -> None:
    client = classifying.rater()
    page = client.get("/rate")
    names = re.findall(r'type="checkbox" name="value" value="([^"]*)"', page.text)
    labels = {label.id: label for label in classifying.project.task.labels}
    assert sorted(names) == sorted(labels) and "depth1" in page.text
    for name in names:  # a value stands below the one above it
        assert labels[name].parent is None or names.index(labels[name].parent) < names.index(name)
    first, second = sorted((names[5], names[2]), key=list(labels).index)
    empty = client.post("/rate/label", page)
    assert empty.status == 400 and "nothing is chosen" in empty.text and classifying.kept() == []
    label(client, [names[5], names[2]])
    label(client, "none")
    assert [kept.value for kept in classifying.kept()] == [f"{first},{second}", "none"]
    assert client.get("/rate/1").text.count(" checked") == 2


def test_pages_speak_the_reader_s_language_and_keep_the_choice(choosing: Work) -> None:
    client = choosing.rater()
    assert "说明" in client.get("/rate", Accept_Language="zh-CN,zh;q=0.9").text
    chosen = client.get("/rate?lang=zh")
    assert "您会怎么做" in chosen.text and 'lang="zh-Hans"' in chosen.text
    assert "您会怎么做" in client.get("/rate").text and "Instructions" in client.get("/rate?lang=en").text
    assert client.get("/rate?lang=xx").status == 200


def test_an_undo_from_a_page_that_is_old_takes_back_nothing_that_it_did_not_show(choosing: Work) -> None:
    client = choosing.rater()
    label(client, "0")
    old = client.get("/rate")
    label(client, "1")  # in another tab
    assert client.post("/rate/undo", old).headers["location"] == "/rate" and len(choosing.kept()) == 2
    assert client.post("/rate/undo", client.get("/rate")).headers["location"] == "/rate/2"
    assert len(choosing.kept()) == 1
    assert client.post("/rate/undo", client.get("/rate"), last="x").status == 400


def test_a_skip_may_say_why_and_the_keeper_sees_it(choosing: Work) -> None:
    client = choosing.rater()
    client.post("/rate/skip", client.get("/rate"), reason="distressing")
    (kept,) = choosing.kept()
    assert kept.skipped and kept.reason == "distressing"
    assert re.search(r'value="distressing" selected', client.get("/rate/1").text)
    assert client.post("/rate/skip", client.get("/rate"), reason="<script>").status == 400
    keeper = choosing.server.keeper()
    page = keeper.get("/admin/skipped").text
    assert "Rows that were passed over: 1." in page and "<strong>R01</strong>: too distressing" in page
    assert choosing.project.units[kept.unit].text in page
    assert client.get("/admin/skipped").status == 403


def test_a_text_as_long_as_the_page_lets_it_be_is_taken_whole(ruling: Work) -> None:
    client = ruling.rater()
    lines = "\n".join(["x" * 39] * 100)  # 3,999 characters for the page; a form sends each line break as two
    label(client, "-1", rewrite=lines.replace("\n", "\r\n"))
    assert ruling.kept()[0].rewrite == lines


def test_who_gave_labels_can_withdraw_them_after_the_last_day_too(tmp_path: Path) -> None:
    project = project_of(tmp_path / "p", units(3))
    server = server_of(project.folder, tmp_path / "log").start()
    keeper = server.keeper()
    made = keeper.post("/admin/invite", keeper.get("/admin"), rater="R01")
    (token,) = re.findall(r"/r/([\w-]+)", made.text)
    client = server.client().enter(token).agree()
    label(client, "0")
    server.stop()
    text = (project.folder / "project.yaml").read_text(encoding="utf-8")
    past = (datetime.date.today() - datetime.timedelta(days=3)).isoformat()
    (project.folder / "project.yaml").write_text(text.replace(project.retention.isoformat(), past), encoding="utf-8")
    server.start()
    try:
        keeper = server.keeper()
        assert "This day is over" in keeper.get("/admin").text
        access = Access(project.folder / "access.sqlite")
        good = access.invitations()["R01"].expires.date() - project.retention
        access.close()
        assert good == datetime.timedelta(days=DAYS_TO_WITHDRAW)
        gone = client.post("/rate/withdraw", client.get("/rate/withdraw"), sure="yes")
        assert gone.status == 200 and "You have withdrawn" in gone.text
        with project.store() as store:
            assert store.labels() == []
    finally:
        server.stop()
