"""Writes that others would like to cause, and forms that are damaged."""

from __future__ import annotations

import json

import pytest

from axiometer.annotate.project import open_project
from axiometer.web.annotation.routes import ROUTES

from .conftest import Client, Server, hidden, invited

WRITES = sorted(route.path for route in ROUTES if "POST" in (route.methods or ()))  # type: ignore[attr-defined]


def test_there_are_writes_to_protect() -> None:
    assert {"/rate/label", "/rate/undo", "/rate/skip", "/rate/withdraw", "/admin/settle", "/admin/invite"} <= set(
        WRITES
    )


@pytest.mark.parametrize("path", WRITES)
def test_a_form_without_the_session_s_own_token_is_refused(served: Server, rater: Client, path: str) -> None:
    keeping = path.startswith("/admin")
    client = served.keeper() if keeping else rater
    other = served.keeper() if keeping else served.client().enter(invited(served.folder, "R02")).agree()
    page = other.get("/admin" if keeping else "/rate").text
    strangers = hidden(page, "/leave/keeper" if keeping else "/leave/rater")["csrf"]
    fields = {"agree": "yes", "sure": "yes", "value": "0", "rater": "R01"}
    for token in ("", "0" * 64, strangers):
        assert client.post(path, csrf=token, **fields).status == 403
    assert client.post(path, **fields).status == 403
    assert client.ask("GET", path).status in (200, 404, 405)
    with open_project(served.folder).store() as store:
        assert store.labels() == [] and store.withdrawn() == () and store.settled() == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_write_from_another_site_s_page_is_refused(served: Server, rater: Client, headers: dict[str, str]) -> None:
    page = rater.get("/rate")
    fields = {**hidden(page.text, "/rate/label"), "value": "0"}
    assert rater.ask("POST", "/rate/label", fields, headers).status == 403


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_a_write_of_another_kind_of_body_is_refused(rater: Client, kind: str) -> None:
    fields = hidden(rater.get("/rate").text, "/rate/label")
    answer = rater.ask("POST", "/rate/label", headers={"Content-Type": kind}, body=json.dumps(fields).encode())
    assert answer.status == 415


def test_damaged_forms_are_refused_without_a_traceback(served: Server, rater: Client) -> None:
    csrf = hidden(rater.get("/rate").text, "/rate/label")["csrf"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    bodies = (b"\xff\xfe", b"csrf=%ff%fe", b"&".join(b"a=1" for _ in range(2000)), f"csrf={csrf}&csrf={csrf}".encode())
    for body in bodies:
        assert rater.ask("POST", "/rate/label", headers=form, body=body).status == 400
    page = rater.get("/rate")
    assert rater.post("/rate/label", page, value="0", client="' or 1=1 --").status == 400
    assert rater.post("/rate/label", page, value="7").status == 400
    assert rater.post("/rate/label", page, value="0", unit="a" * 1000).status == 400
    assert "Traceback" not in served.log.read_text()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "POST"])
def test_methods_that_a_page_does_not_have_are_refused(rater: Client, method: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert rater.ask(method, "/rate", headers=headers).status in (400, 405)
    assert rater.ask(method, "/static/site.css", headers=headers).status in (400, 405)
