"""Who may come in: tokens, sessions, cookies, and what a rater can reach."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from axiometer.web.explorer import routes as explorer

from .attacking import limited, raw
from .conftest import TOKEN, Client, Server, free_port, invited, project_of, server_of, units


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_another_address_than_this_machine_s_needs_a_token(tmp_path: Path, host: str) -> None:
    words = [sys.executable, "-m", "axiometer.cli.main", "serve", str(tmp_path), "--host", host]
    environment = {"PATH": "", "PYTHONPATH": ":".join(sys.path)}
    told = subprocess.run(words, check=False, capture_output=True, text=True, env=environment, timeout=30)
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
    client.cookies = {f"axiometer-rater-{served.port}": "made-up", f"axiometer-keeper-{served.port}": TOKEN}
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


@pytest.mark.parametrize("damage", ["nonsense", "folder"])
def test_a_damaged_file_of_sessions_is_one_line(tmp_path: Path, damage: str) -> None:
    project = project_of(tmp_path / "p", units(2))
    file = project.folder / "access.sqlite"
    file.mkdir() if damage == "folder" else file.write_bytes(b"nonsense" * 1000)
    words = [sys.executable, "-m", "axiometer.cli.main", "serve", str(project.folder), "--port", str(free_port())]
    environment = {"PATH": "", "PYTHONPATH": ":".join(sys.path), "AXIOMETER_TOKEN": TOKEN}
    told = subprocess.run(words, check=False, capture_output=True, text=True, env=environment, timeout=30)
    assert told.returncode == 1 and told.stderr.count("\n") == 1
    assert "access.sqlite" in told.stderr and "sessions" in told.stderr and "mistake" not in told.stderr


def test_a_full_disk_lets_nobody_in_takes_nothing_and_is_said_to_the_keeper(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    if not hasattr(resource, "prlimit"):
        pytest.skip("limits of another process cannot be set on this system")
    project = project_of(tmp_path / "p", units(2))
    server = server_of(project.folder, tmp_path / "log").start()
    try:
        client = server.client().enter(invited(project.folder, "R01")).agree()
        page, asked = client.get("/rate"), client.get("/rate/withdraw")
        link = invited(project.folder, "R02")
        assert server.process is not None
        most = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, most[1]))
        answers = [
            client.post("/rate/label", page, value="0"),
            client.post("/rate/withdraw", asked, sure="yes"),
            server.client().get(f"/r/{link}"),
        ]
        assert [answer.status for answer in answers] == [503] * 3
        assert all("Nothing that was acknowledged is lost" in answer.text for answer in answers)
        assert client.get("/rate").status == 200
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, most)
        assert client.post("/rate/label", page, value="0").status == 303
        assert server.client().get(f"/r/{link}").status == 200
        said = server.log.read_text()
        assert "labels cannot be kept" in said and "sessions cannot be kept" in said and "Traceback" not in said
    finally:
        server.stop()


def test_a_link_is_never_said_again_by_a_redirect(served: Server) -> None:
    token = invited(served.folder, "R03")
    answer = served.client().get(f"/r/{token}/")
    assert answer.status == 404 and "location" not in answer.headers
