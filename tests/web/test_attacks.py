"""Attacks on a real server process: each is refused, and says so in a few words."""

from __future__ import annotations

import datetime
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from axiometer.annotate.project import open_project
from axiometer.web.annotation.routes import ROUTES
from axiometer.web.explorer import routes as explorer

from .conftest import HOSTILE, TOKEN, Client, Server, free_port, hidden, invited, project_of, server_of, units

WRITES = sorted(route.path for route in ROUTES if "POST" in (route.methods or ()))  # type: ignore[attr-defined]
SHORT = """
import json, sys
from pathlib import Path
from axiometer.web.options import Limits, WebOptions
from axiometer.web.serving import serve
serve(Path(sys.argv[1]), WebOptions(port=int(sys.argv[2]), annotate=".", token=sys.argv[3],
      limits=Limits(**json.loads(sys.argv[4]))))
"""


def limited(folder: Path, **limits: float) -> Server:
    """A server with limits that a test can wait for."""
    project_of(folder, units(3))
    server = Server(folder, free_port(), folder.parent / "log")
    with server.log.open("wb") as log:
        server.process = subprocess.Popen(
            [sys.executable, "-c", SHORT, str(folder), str(server.port), TOKEN, json.dumps(limits)],
            stdout=log,
            stderr=log,
        )
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
            return server
        except OSError:
            time.sleep(0.05)
    raise AssertionError(server.log.read_text())


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits half a second for headers and for bodies."""
    server = limited(tmp_path_factory.mktemp("hasty") / "p", header_seconds=0.5, body_seconds=0.5)
    yield server
    server.stop()


@pytest.fixture
def rater(served: Server) -> Client:
    return served.client().enter(invited(served.folder, "R01")).agree()


def raw(server: Server, *pieces: bytes, pause: float = 0.0, patience: float = 5.0) -> bytes:
    """What comes back for bytes as they stand, sent one piece after the other, until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=patience) as connection:
        found = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            while part := connection.recv(65536):
                found += part
        except (ConnectionError, TimeoutError):
            pass
        return found


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


# -- who may come in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_another_address_than_this_machine_s_needs_a_token(tmp_path: Path, host: str) -> None:
    words = [sys.executable, "-m", "axiometer.cli.main", "serve", str(tmp_path), "--host", host]
    environment = {"PATH": "", "PYTHONPATH": ":".join(sys.path)}
    told = subprocess.run(words, check=False, capture_output=True, text=True, env=environment)
    assert told.returncode == 1 and "give a token" in told.stderr and told.stderr.count("\n") == 1


def test_it_listens_on_this_machine_only(served: Server) -> None:
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("no /proc/net/tcp on this system")
    listening = [line.split()[1] for line in table.read_text().splitlines()[1:] if line.split()[3] == "0A"]
    assert [place for place in listening if place.endswith(f":{served.port:04X}")] == [f"0100007F:{served.port:04X}"]


@pytest.mark.parametrize("path", ["/rate", "/rate/1", "/rate/start", "/rate/withdraw", "/admin", "/admin/differences"])
def test_pages_are_closed_to_those_without_a_session(served: Server, path: str) -> None:
    client = served.client()
    assert client.get(path).status == 403
    client.cookies = {"axiometer-rater": "made-up", "axiometer-keeper": TOKEN}
    assert client.get(path).status == 403


def test_what_else_is_in_the_folder_is_the_keeper_s_alone_where_raters_come(served: Server, rater: Client) -> None:
    paths = sorted(route.path for route in explorer.routes(served.folder))
    assert len(paths) > 8
    for path in paths:
        assert served.client().get(path).status == 403 and rater.get(path).status == 403, path
    assert served.keeper().get(paths[0]).status == 200


def test_wrong_short_and_expired_tokens_open_nothing_and_read_alike(served: Server) -> None:
    good = invited(served.folder, "R03")
    stale = invited(served.folder, "R04", days=-1)
    answers = [served.client().get(f"/r/{token}") for token in (stale, good[:-1], good + "x", "x" * 2000, TOKEN)]
    assert {answer.status for answer in answers} == {403} and len({answer.text for answer in answers}) == 1
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert served.client().get(f"/a/{good}").status == 403
    assert served.client().get("/r/").status == 404


def test_a_newer_link_ends_the_older_one_and_its_sessions(served: Server) -> None:
    old = invited(served.folder, "R03")
    client = served.client().enter(old)
    assert client.get("/rate/start").status == 200
    new = invited(served.folder, "R03")
    assert client.get("/rate/start").status == 403 and served.client().get(f"/r/{old}").status == 403
    assert served.client().enter(new).get("/rate/start").status == 200


def test_the_keeper_s_token_cannot_be_guessed_at_leisure(tmp_path: Path) -> None:
    server = limited(tmp_path / "p", token_rate=0.01, token_burst=4)
    try:
        said = [server.client().get(f"/a/guess-{number}").status for number in range(6)]
        assert said == [403, 403, 403, 403, 429, 429]
        assert server.client().get(f"/a/{TOKEN}").status == 429  # even the right one, until the wait is over
        assert server.client().get(f"/r/{invited(server.folder, 'R01')}").status == 200
    finally:
        server.stop()


def test_a_rater_sees_and_changes_nothing_but_own_work(tmp_path: Path) -> None:
    project = project_of(tmp_path / "p", units(4))
    server = server_of(project.folder, tmp_path / "log").start()
    try:
        one = server.client().enter(invited(project.folder, "R01")).agree()
        assert one.get("/admin").status == 403 and one.get("/admin/labels.csv").status in (403, 404)
        page = one.get("/rate")
        assert one.post("/rate/label", page, unit="another-unit", value="0").status == 404
        assert one.post("/rate/label", page, rater="R02", value="0").status == 303
        with project.store() as store:
            assert [kept.rater for kept in store.labels()] == ["R01"]
        other = server.client().enter(invited(project.folder, "R02")).agree()
        assert "0 done" in other.get("/rate").text
    finally:
        server.stop()


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(served: Server) -> None:
    entered = served.client().get(f"/r/{invited(served.folder, 'R02')}")
    flags = entered.headers["set-cookie"].lower()
    assert "httponly" in flags and "samesite=strict" in flags and "path=/" in flags


def test_no_token_and_no_secret_is_in_the_log_or_in_any_file(tmp_path: Path) -> None:
    project = project_of(tmp_path / "p", units(3))
    server = server_of(project.folder, tmp_path / "log").start()
    try:
        token = invited(project.folder, "R01")
        rater, keeper = server.client().enter(token).agree(), server.keeper()
        link = keeper.post("/admin/invite", keeper.get("/admin"), rater="R02").text
        made = link.split("/r/")[1].split("<")[0]
        server.client().get(f"/r/{token}wrong")
        raw(server, b"GET /r/" + token.encode() + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nBad Header\r\n\r\n")
        secrets = [TOKEN, token, made, *rater.cookies.values(), *keeper.cookies.values()]
    finally:
        server.stop()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.name == "access.sqlite" for file in files)
    found = [(file.name, secret) for file in files for secret in secrets if secret.encode() in file.read_bytes()]
    assert len(secrets) == 5 and not found


# -- writes that others would like to cause ----------------------------------------------------------------------------


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


# -- requests that would wear the server out ---------------------------------------------------------------------------


def test_a_body_that_says_that_it_is_too_large_is_not_read(served: Server) -> None:
    head = b"POST /rate/label HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000000000\r\n\r\n"
    assert status_of(raw(served, head)) == 413


def test_a_body_that_does_not_say_how_large_it_is_is_cut(served: Server, rater: Client) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in rater.cookies.items()).encode()
    head = b"POST /rate/label HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nCookie: " + cookie
    kind = b"\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
    chunk = b"8000\r\n" + b"a" * 0x8000 + b"\r\n"
    assert status_of(raw(served, head + kind, *[chunk] * 4)) == 413


def test_headers_without_end_are_cut(served: Server) -> None:
    answer = raw(served, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-Long: " + b"a" * 200_000)
    assert status_of(answer) in (0, 400, 431)
    assert served.client().get("/").status == 200


def test_a_client_that_sends_its_headers_drop_by_drop_is_cut(hasty: Server) -> None:
    began = time.monotonic()
    drops = [b"GET / HTTP/1.1\r\n", b"Host: 127.0.0.1\r\n", *[b"X: y\r\n"] * 40]
    assert raw(hasty, *drops, pause=0.1) == b"" and time.monotonic() - began < 4.5


def test_a_client_that_sends_nothing_is_cut(hasty: Server) -> None:
    began = time.monotonic()
    assert raw(hasty) == b"" and time.monotonic() - began < 3


def test_a_later_request_on_the_same_connection_is_cut_too(hasty: Server) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=5) as connection:
        connection.sendall(b"GET /static/icon.svg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            for letter in (b"G", b"E", b"T", *[b" "] * 40):
                connection.sendall(letter)
                time.sleep(0.1)
    assert time.monotonic() - began < 3


def test_a_client_that_sends_its_body_drop_by_drop_is_cut(hasty: Server) -> None:
    client = hasty.client().enter(invited(hasty.folder, "R01")).agree()
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items()).encode()
    head = b"POST /rate/label HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\nCookie: " + cookie
    kind = b"\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
    began = time.monotonic()
    answer = raw(hasty, head + kind, *[b"a"] * 40, pause=0.1)
    assert status_of(answer) in (0, 408) and time.monotonic() - began < 4.5


def test_slow_clients_keep_nobody_else_waiting(hasty: Server) -> None:
    slow = [socket.create_connection(("127.0.0.1", hasty.port)) for _ in range(200)]
    for connection in slow:
        connection.sendall(b"GET / HTTP/1.1\r\n")
    began = time.monotonic()
    assert hasty.client().get("/").status == 200 and time.monotonic() - began < 2
    for connection in slow:
        connection.close()


def test_those_who_ask_too_often_wait_and_others_do_not(tmp_path: Path) -> None:
    server = limited(tmp_path / "p", session_rate=1, session_burst=20, address_rate=1, address_burst=30)
    try:
        one = server.client().enter(invited(server.folder, "R01"))
        other = server.client().enter(invited(server.folder, "R02"))
        said = [one.get("/rate/start").status for _ in range(30)]
        assert said[:15] == [200] * 15 and 429 in said
        assert other.get("/rate/start").status == 200
        stranger = [Client(server.port, {"axiometer-rater": f"x{number}"}).get("/").status for number in range(40)]
        assert 429 in stranger  # a new made-up cookie for each request does not help
        assert other.get("/rate/start").status == 200
    finally:
        server.stop()


# -- names that lead elsewhere -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "a@127.0.0.1", "127.0.0.1/x"]
)
def test_a_name_that_is_not_ours_is_refused(served: Server, host: str) -> None:
    """DNS rebinding: a stranger's name that points to this machine."""
    answer = raw(served, b"GET / HTTP/1.1\r\nConnection: close\r\nHost: " + host.encode() + b"\r\n\r\n")
    assert status_of(answer) == 400


def test_a_request_without_a_host_is_refused(served: Server) -> None:
    assert status_of(raw(served, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")) == 400
    assert status_of(raw(served, b"GET / HTTP/1.0\r\n\r\n")) == 400
    twice = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert status_of(raw(served, twice)) == 400


@pytest.mark.parametrize(
    "path",
    [
        "/static/../site.py", "/static/..%2f..%2fsite.py", "/static/%2e%2e/site.py", "/static//etc/passwd",
        "/static/..\\site.py", "/static/%00", "/static/site.css%00.py", "/../../../../etc/passwd", "//etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd", "/project.yaml", "/labels.sqlite", "/access.sqlite", "/r/../access.sqlite",
        "/rate/../../project.yaml", "/rate/99999999999999999999", "/rate/0", "/rate/-1",
    ],
)  # fmt: skip
def test_no_path_leads_to_a_file(served: Server, path: str) -> None:
    client = served.client().enter(invited(served.folder, "R01")).agree()
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    answer = raw(served, head.encode())
    assert status_of(answer) in (400, 404) and b"root:" not in answer and b"SQLite" not in answer


# -- what a page says to browsers --------------------------------------------------------------------------------------


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
        assert client.post("/rate/label", csrf=csrf, unit="x", value="0").status == 403
    finally:
        server.stop()
