"""The command line as a user has it: a process of its own, in an empty folder. Where many mistakes are tried, `inside`
runs the same entry point in this process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from axiometer.cli.main import main
from axiometer.testing import Behaviour, FakeServer

KEY = "planted-key-0123456789abcdef"
_LOCALE = ("AXIOMETER_LANG", "AXIOMETER_MODELS", "LC_ALL", "LC_MESSAGES", "LANG")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command ended with and said."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line of a mistake, without the program's name."""
        assert self.code == 1, (self.code, self.out, self.err)
        assert self.out == ""
        assert self.err.count("\n") == 1 and self.err.startswith("axiometer: "), self.err
        assert "mistake in Axiometer" not in self.err and "自身的错误" not in self.err, self.err
        return self.err.removeprefix("axiometer: ").rstrip("\n")


Axiometer = Callable[..., Said]
Serve = Callable[..., FakeServer]


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "axiometer.cli.main", *(str(word) for word in words)]


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of every command: English, no keys, one cache."""
    kept = {name: value for name, value in os.environ.items() if name not in _LOCALE and not name.endswith("_API_KEY")}
    return {**kept, "AXIOMETER_LANG": "en", "AXIOMETER_CACHE": str(tmp_path_factory.mktemp("cache"))}


def run_in(folder: Path, surroundings: Mapping[str, str], *words: object) -> Said:
    done = subprocess.run(
        command(*words), cwd=folder, env=dict(surroundings), capture_output=True, check=False, timeout=120
    )
    said = Said(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
    assert "Traceback" not in said.err, said.err
    return said


def killed_at(folder: Path, surroundings: Mapping[str, str], mark: str, *words: object) -> bool:
    """Starts a command and kills it when a file like `mark` is in its output, the last of `words`; whether it had to be
    killed."""
    with subprocess.Popen(
        command(*words), cwd=folder, env=dict(surroundings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and not list((folder / str(words[-1])).glob(mark)):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


@pytest.fixture
def axiometer(tmp_path: Path, surroundings: dict[str, str]) -> Axiometer:
    """Runs `axiometer WORDS` as a process in `tmp_path`."""

    def run(*words: object, env: Mapping[str, str] | None = None) -> Said:
        return run_in(tmp_path, {**surroundings, **(env or {})}, *words)

    return run


@pytest.fixture
def inside(
    tmp_path: Path,
    surroundings: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Axiometer:
    """Runs `axiometer WORDS` in this process, in `tmp_path`."""
    for name in _LOCALE:
        monkeypatch.delenv(name, raising=False)
    for name in ("AXIOMETER_LANG", "AXIOMETER_CACHE"):
        monkeypatch.setenv(name, surroundings[name])
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Said:
        monkeypatch.setattr("sys.argv", ["axiometer", *(str(word) for word in words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int)
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts a fake service with the planted behaviour; commands reach it as `openai-api/fake/m`."""
    started: list[FakeServer] = []

    def start(behaviour: Behaviour | None = None) -> FakeServer:
        started.append(FakeServer(behaviour or Behaviour()).start())
        monkeypatch.setenv("FAKE_BASE_URL", started[-1].base_url)
        monkeypatch.setenv("FAKE_API_KEY", KEY)
        return started[-1]

    yield start
    for server in started:
        server.close()


def to(server: FakeServer) -> dict[str, str]:
    """The environment in which a process reaches `server`."""
    return {"FAKE_BASE_URL": server.base_url, "FAKE_API_KEY": KEY}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, surroundings: dict[str, str]) -> Path:
    """A folder with `items.parquet` (12 starter dilemmas) and their finished, analysed `run` by sim/balanced."""
    folder = tmp_path_factory.mktemp("finished")
    for words in (
        ("import", "starter", "-o", "all.parquet", "--lang", "en"),
        ("measure", "all.parquet", "-m", "sim/balanced", "-o", "run", "--limit", "12"),
        ("analyze", "run", "--resamples", "100"),
    ):
        said = run_in(folder, surroundings, *words)
        assert said.code == 0, said.err
    (folder / "items.parquet").write_bytes((folder / "run" / "items" / "000000.parquet").read_bytes())
    return folder


def listing(folder: Path) -> dict[str, bytes | None]:
    """Every file under `folder` with its bytes, folders with None: equal before and after where nothing was written."""
    return {str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes() for path in folder.rglob("*")}
