"""Many raters posting labels at once to `axiometer serve`, in this machine: how long until a label is acknowledged.

    python -m benchmarks.raters --raters 50 --seconds 60

Every rater has a session of its own and labels one row after the other: a POST, which is acknowledged once the label
is on disk, and the page that follows. All start at the same moment, then each rests `--pause` seconds after a page (0:
none rests, and the server is as full as it can be). Afterwards the file of labels is compared with what was
acknowledged.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import os
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import numpy as np

from axiometer.annotate.assigning import assign
from axiometer.annotate.project import AssignmentDesign, Project, Source, create_project
from axiometer.annotate.tasks import load_task
from axiometer.annotate.units import make_unit
from axiometer.web.access import Access
from axiometer.web.site import ACCESS

ROWS: Final = 200
_COOKIE: Final = re.compile(rb"set-cookie: ([^;]+);", re.IGNORECASE)
_LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_FIELD: Final = re.compile(r'<input type="hidden" name="(csrf|digest|unit|seen)" value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it. Times in milliseconds; `lost`: acknowledged labels that are not in the file, `doubled`: events
    beyond one for each acknowledged label."""

    raters: int
    seconds: float
    pause: float
    labels: int
    per_second: float
    post_p50: float
    post_p95: float
    post_p99: float
    post_worst: float
    page_p50: float
    page_p95: float
    refused: int
    lost: int
    doubled: int


@dataclass(slots=True)
class Rater:
    """One rater's connection, and what it was told."""

    name: str
    token: str
    port: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    posts: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    refused: int = 0
    _cookie: bytes = b""
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and body of one request on the kept connection."""
        if self._writer is None or self._writer.is_closing():
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self._reader is not None
        body = urlencode(fields).encode() if fields else b""
        kind = b"Content-Type: application/x-www-form-urlencoded\r\n" if fields else b""
        cookie = b"Cookie: " + self._cookie + b"\r\n" if self._cookie else b""
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n".encode()
        self._writer.write(head + kind + cookie + b"\r\n" + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        if found := _COOKIE.search(answer):
            self._cookie = found[1]
        length = _LENGTH.search(answer)
        text = await self._reader.readexactly(int(length[1]) if length else 0)
        if b"connection: close" in answer.lower():
            self._writer.close()
        return int(answer.split(b" ", 2)[1]), text.decode()

    async def enter(self) -> None:
        await self.ask("GET", f"/r/{self.token}")
        _, start = await self.ask("GET", "/rate/start")
        await self.ask("POST", "/rate/start", {**dict(_FIELD.findall(start)), "agree": "yes"})

    async def work(self, until: float, pause: float) -> None:
        """Labels rows until the time is over; after the last row it begins again, which edits."""
        number, (_, page) = 0, await self.ask("GET", "/rate/1")
        while time.perf_counter() < until:
            fields = dict(_FIELD.findall(page))
            value = str(secrets.randbelow(2))
            began = time.perf_counter()
            status, _ = await self.ask(
                "POST", "/rate/label", {**fields, "value": value, "client": secrets.token_hex(16)}
            )
            posted = time.perf_counter()
            number += 1
            if status == 303:
                self.posts.append(posted - began)
                self.acknowledged[fields["unit"]] = value
            else:
                self.refused += 1
            _, page = await self.ask("GET", f"/rate/{number % ROWS + 1}")
            self.pages.append(time.perf_counter() - posted)
            if pause:
                await asyncio.sleep(pause)


def make_project(folder: Path, raters: int) -> Project:
    """A project of the task `choose` in which every rater is shown the same rows."""
    rows = [
        make_unit(
            subject=f"item-{number}",
            lang="en",
            text=f"A neighbour asks for help with task {number}, and you have promised the evening to somebody else.",
            options=("Help, and explain it to the other", "Keep the promise, and help on another day"),
        )
        for number in range(ROWS)
    ]
    names = tuple(f"R{number:03d}" for number in range(1, raters + 1))
    design = AssignmentDesign(raters=names, per_rater=ROWS, overlap=1.0, shared_by=raters, attention=0, seed=1)
    task = load_task("choose")
    source = Source(table="generated", digest="0", rows=ROWS)
    return create_project(
        folder, task, rows, assign(rows, [], design, shuffle=task.shuffle), source=source, design=design
    )


def measure(raters: int, seconds: float, pause: float) -> Load:
    """Starts a server on a new project, lets the raters work, and compares what is kept with what was acknowledged."""
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "project", raters)
        access = Access(project.folder / ACCESS)
        ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
        tokens = {name: access.invite(name, ends) for name in project.raters}
        access.close()
        port = _free_port()
        words = [sys.executable, "-m", "axiometer.cli.main", "serve", str(project.folder), "--annotate", "."]
        environment = {**os.environ, "AXIOMETER_TOKEN": secrets.token_urlsafe(24)}
        server = subprocess.Popen([*words, "--port", str(port)], env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait_for(port)
            people = [Rater(name, token, port) for name, token in tokens.items()]
            took = asyncio.run(_together(people, seconds, pause))
        finally:
            server.terminate()
            server.wait()
        return _summed(project, people, took, pause)


async def _together(people: Sequence[Rater], seconds: float, pause: float) -> float:
    for each in people:
        await each.enter()
    began = time.perf_counter()
    await asyncio.gather(*(each.work(began + seconds, pause) for each in people))
    return time.perf_counter() - began


def _summed(project: Project, people: Sequence[Rater], took: float, pause: float) -> Load:
    with project.store() as store:
        kept = {(label.rater, label.unit): label.value for label in store.labels()}
    connection = sqlite3.connect(project.folder / "labels.sqlite")
    (events,) = connection.execute("select count(*) from events").fetchone()
    connection.close()
    posts = np.array([each for rater in people for each in rater.posts]) * 1000
    pages = np.array([each for rater in people for each in rater.pages]) * 1000
    lost = sum(kept.get((rater.name, unit)) != value for rater in people for unit, value in rater.acknowledged.items())
    p50, p95, p99, worst = (round(float(each), 1) for each in np.quantile(posts, [0.5, 0.95, 0.99, 1.0]))
    page50, page95 = (round(float(each), 1) for each in np.quantile(pages, [0.5, 0.95]))
    return Load(
        len(people),
        round(took, 1),
        pause,
        len(posts),
        round(len(posts) / took, 1),
        p50,
        p95,
        p99,
        worst,
        page50,
        page95,
        sum(rater.refused for rater in people),
        lost,
        int(events) - len(posts),
    )


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the server does not listen")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raters", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=0.5)
    asked = parser.parse_args()
    print(json.dumps(asdict(measure(asked.raters, asked.seconds, asked.pause)), indent=2))


if __name__ == "__main__":
    main()
