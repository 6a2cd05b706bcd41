"""A project of dilemmas as raters meet it, and a server as a process of its own."""

from __future__ import annotations

import datetime
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from axiometer.annotate.assigning import assign
from axiometer.annotate.project import AssignmentDesign, Project, Source, create_project
from axiometer.annotate.tasks import Task, load_task
from axiometer.annotate.units import Unit, make_unit
from axiometer.web.access import Access

TOKEN = "a-token-of-the-keeper-0123456789"
HOSTILE = '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">\'"&{{7*7}}'


def units(n: int, lang: str = "en") -> list[Unit]:
    """Dilemmas of one sentence with two options."""
    words = (
        ("A friend asks number {n} of you.", "Help at once", "Finish your work first")
        if lang == "en"
        else ("第 {n} 位朋友请您帮忙。", "马上帮忙", "先做完手头的事")
    )
    return [
        make_unit(
            subject=f"item-{number}",
            lang=lang,
            text=words[0].format(n=number),
            options=words[1:],
            clusters=(f"source-{number}",),
        )
        for number in range(1, n + 1)
    ]


def project_of(
    folder: Path,
    rows: list[Unit],
    raters: tuple[str, ...] = ("R01", "R02"),
    task: Task | str = "choose",
    retention: datetime.date | None = None,
    contact: str | None = None,
) -> Project:
    """A project in which every rater is shown every row."""
    chosen = load_task(task) if isinstance(task, str) else task
    design = AssignmentDesign(
        raters=raters, per_rater=len(rows), overlap=1.0, shared_by=len(raters), attention=0, seed=1
    )
    assignments = assign(rows, [], design, shuffle=chosen.shuffle)
    source = Source(table="items.parquet", digest="0", rows=len(rows))
    return create_project(
        folder, chosen, rows, assignments, source=source, design=design, retention=retention, contact=contact
    )


def invited(folder: Path, rater: str, days: float = 30) -> str:
    """A new token of a rater."""
    access = Access(folder / "access.sqlite")
    token = access.invite(rater, datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days))
    access.close()
    return token


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Client:
    """A plain HTTP client with cookies, without anything that a browser does on its own."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        fields: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = dict(headers or {})
        if self.cookies:
            sent.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if fields is not None:
            body = urlencode(fields, doseq=True).encode()
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie" and (found := re.match(r"([^=]+)=([^;]*)", value)):
                self.cookies[found[1]] = found[2].strip('"')
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, page: Answer | None = None, /, **fields: object) -> Answer:
        """Sends a form with the token that `page` carries, and what else the page's form of that address holds."""
        return self.ask("POST", path, {**({} if page is None else hidden(page.text, path)), **fields})

    def enter(self, token: str, keeper: bool = False) -> Client:
        assert self.get(f"/{'a' if keeper else 'r'}/{token}").status == 200
        return self

    def agree(self) -> Client:
        start = self.get("/rate/start")
        if 'action="/rate/start"' not in start.text:
            return self
        assert self.post("/rate/start", start, agree="yes").status == 303
        return self


def hidden(html: str, action: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', html, re.S)
    assert form, f"no form to {action}"
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[0]))


@dataclass
class Server:
    """`axiometer serve` as a process."""

    folder: Path
    port: int
    log: Path
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "axiometer.cli.main",
                    "serve",
                    str(self.folder),
                    "--port",
                    str(self.port),
                    *self.options,
                ],
                env={**os.environ, "AXIOMETER_TOKEN": TOKEN, "AXIOMETER_LANG": "en"},
                stdout=log,
                stderr=log,
            )
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.05)
        raise AssertionError("the server does not listen")

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)

    def client(self) -> Client:
        return Client(self.port)

    def keeper(self) -> Client:
        return self.client().enter(TOKEN, keeper=True)


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def server_of(folder: Path, log: Path, *options: str) -> Server:
    return Server(folder, free_port(), log, options)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two raters, six rows, hostile texts among them."""
    folder = tmp_path_factory.mktemp("served") / "dilemmas"
    rows = units(5)
    hostile = make_unit(
        subject="hostile", lang="en", title=HOSTILE, context=HOSTILE, text=HOSTILE, options=(HOSTILE, f"2 {HOSTILE}")
    )
    project_of(folder, [*rows, hostile], ("R01", "R02", "R03", "R04"))
    server = server_of(folder, folder.parent / "log").start()
    yield server
    server.stop()


@pytest.fixture
def rater(served: Server) -> Client:
    return served.client().enter(invited(served.folder, "R01")).agree()
