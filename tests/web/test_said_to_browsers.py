"""What a page says to browsers: headers, and texts that are only ever texts."""

from __future__ import annotations

import datetime
from pathlib import Path

from axiometer.annotate.tasks import Words, load_task

from .conftest import HOSTILE, Client, Server, hidden, invited, project_of, server_of, units


def test_every_kind_of_answer_has_the_security_headers(served: Server, rater: Client) -> None:
    keeper = served.keeper()
    stranger = served.client()
    answers = [
        stranger.get("/"), stranger.get("/static/site.css"), stranger.get("/static/none"), stranger.get("/admin"),
        rater.get("/rate"), rater.post("/rate/label"), keeper.get("/admin"), stranger.ask("PUT", "/rate"),
        stranger.get("/", Host="evil.example"), stranger.ask("POST", "/rate/label", body=b"a" * 100_000),
    ]  # fmt: skip
    assert [answer.status for answer in answers] == [200, 200, 404, 403, 200, 403, 200, 405, 400, 413]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "server" not in answer.headers
    kept = [answer.headers["cache-control"] for answer in answers]
    assert kept[1].startswith("public") and all(each == "no-store" for each in kept[2:])


def test_hostile_texts_are_only_ever_texts(tmp_path: Path) -> None:
    """In items, options, other words, names of folders and addresses; the browser tests look whether anything runs."""
    from axiometer.annotate.units import make_unit

    row = make_unit(subject="x", lang="en", title=HOSTILE, context=HOSTILE, text=HOSTILE)
    rows = [row, make_unit(subject=HOSTILE, lang='en" onclick="x', text=HOSTILE + "2")]
    project = project_of(tmp_path / "<img src=x onerror=alert(1)>", rows, task="rule")
    server = server_of(project.folder, tmp_path / "log").start()
    try:
        raters = [server.client().enter(invited(project.folder, name)).agree() for name in project.raters]
        pages = [client.get("/rate/1") for client in raters]
        for number, client in enumerate(raters):
            for place in (1, 2):
                page = client.get(f"/rate/{place}")
                assert client.post("/rate/label", page, value=str(number), rewrite=HOSTILE).status == 303
                pages.append(client.get(f"/rate/{place}"))
        keeper = server.keeper()
        pages += [keeper.get("/admin"), keeper.get("/admin/differences"), keeper.get("/admin?lang=<script>")]
        pages += [keeper.get("/<script>alert(1)</script>"), keeper.get('/admin?x="><script>alert(1)</script>')]
    finally:
        server.stop()
    assert sum("&lt;script&gt;" in page.text for page in pages) >= 6
    assert "{{7*7}}" in pages[0].text
    for page in pages:
        text = page.text.lower()
        assert "<script>" not in text and "<img" not in text and 'onclick="x"' not in text


def test_an_expired_project_takes_nothing_more(tmp_path: Path) -> None:
    project = project_of(tmp_path / "p", units(3))
    text = (project.folder / "project.yaml").read_text(encoding="utf-8")
    past = datetime.date.today() - datetime.timedelta(days=3)
    (project.folder / "project.yaml").write_text(text.replace(project.retention.isoformat(), past.isoformat()))
    server = server_of(project.folder, tmp_path / "log").start()
    try:
        client = server.client().enter(invited(project.folder, "R01"))
        start = client.get("/rate/start")
        assert "Labels are no longer taken" in start.text and client.get("/rate").status == 303
        csrf = hidden(start.text, "/leave/rater")["csrf"]
        refused = client.post("/rate/label", csrf=csrf, unit="x", value="0")
        assert refused.status == 409 and f"until {past}" in refused.text
    finally:
        server.stop()


def test_what_the_keeper_wrote_is_a_text_too(tmp_path: Path) -> None:
    """The words of a task, the names of its labels, and who is responsible."""
    said = Words(en=HOSTILE, zh=HOSTILE)
    task = load_task("stance")
    named = [label.model_copy(update={"words": said, "help": said}) for label in task.labels]
    words = dict.fromkeys(("title", "purpose", "instructions", "warning"), said)
    consent = Words(en=HOSTILE + " {contact}", zh=HOSTILE + " {contact}")
    hostile = task.model_copy(update={**words, "consent": consent, "labels": tuple(named)})
    project = project_of(tmp_path / "p", units(2), task=hostile, contact=HOSTILE)
    server = server_of(project.folder, tmp_path / "log").start()
    try:
        client = server.client().enter(invited(project.folder, "R01"))
        pages = [client.get("/rate/start")]
        assert pages[0].text.count("&lt;/script&gt;") >= 5
        client.agree()
        pages += [client.get("/rate"), client.get("/rate/withdraw"), client.get("/rate?lang=zh")]
        keeper = server.keeper()
        pages += [keeper.get(path) for path in ("/admin", "/admin/agreement", "/admin/differences")]
    finally:
        server.stop()
    for page in pages:
        assert page.status == 200 and "<script>" not in page.text and "<img" not in page.text
