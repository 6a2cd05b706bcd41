"""A fake server as a process of its own, and what it and a journal say was asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axiometer.runtime.journal import read_entries


@contextmanager
def server(latency: float, *more: str) -> Iterator[str]:
    """The address of a server that runs as long as the context."""
    command = [sys.executable, "-m", "axiometer.testing", "--port", "0", "--latency", str(latency), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def answered(url: str) -> dict[str, int]:
    """How often the server answered each distinct request in full."""
    with urllib.request.urlopen(url.removesuffix("/v1") + "/__counts__?each") as reply:
        return {digest: answers for digest, (_, answers) in json.load(reply)["each"].items()}


def acknowledged(folder: Path) -> set[str]:
    """The server's digests of the requests whose answers are in the journal of a run or corpus."""
    return {json.loads(entry.raw)["id"].removeprefix("chatcmpl-") for entry in read_entries(folder / "journal")}


def environment(url: str) -> dict[str, str]:
    return {**os.environ, "FAKE_BASE_URL": url, "FAKE_API_KEY": "none", "AXIOMETER_LANG": "en"}
