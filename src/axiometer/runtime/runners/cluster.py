"""What has to be the same on every machine of a cluster, and how a task meets it there."""

from __future__ import annotations

import os
import pickle
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from axiometer.errors import InputError, file_error
from axiometer.runtime.runners.cores import share_cores_here
from axiometer.runtime.runners.outcome import answered

CONNECTS = 5.0  # seconds for a connection to the head node
ANSWERS = 20.0  # seconds for its answer, the start of Ray's program included
_MODE = "RAY_AUTH_MODE"
PROBES = 120.0  # seconds for a task on every node, the start of workers included
SAME = "every node needs the same Python, the same Ray and the same Axiometer"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a task finds where it was made: version of Axiometer, working folder, module path, threads."""

    version: str
    folder: str
    path: tuple[str, ...]
    threads: int


def own_version() -> str:
    """The version of Axiometer here."""
    return version("axiometer")


def entry() -> Callable[[bytes, bytes, dict[str, str]], bytes]:
    """The function that Ray runs. It is an inner one: Ray sends those by value, so that it has the number of threads
    set before anything that counts them is imported (Polars does at once)."""

    def run(blob: bytes, there: bytes, threads: dict[str, str]) -> bytes:
        import os

        for name, count in threads.items():
            os.environ.setdefault(name, count)
        from axiometer.runtime.runners.cluster import run_there

        return run_there(blob, there)

    return run


def run_there(blob: bytes, there: bytes) -> bytes:
    """Runs a packed task in a worker of a cluster as it would run where it was made (pickled `Surroundings`). It fails
    with an `InputError` where this machine has another version, or not the folder."""
    return answered(blob, lambda: _settle(there))


@cache
def _settle(pickled: bytes) -> None:
    there: Surroundings = pickle.loads(pickled)
    if there.version != own_version():
        raise InputError(
            "{node} has Axiometer {found}, the driver has {version}",
            node=socket.gethostname(),
            found=own_version(),
            version=there.version,
        )
    share_cores_here(there.threads)
    sys.path.extend(entry for entry in there.path if entry and entry not in sys.path)
    try:
        os.chdir(there.folder)
    except OSError as error:
        raise _not_shared(there.folder, socket.gethostname()) from error


def check_address(address: str) -> None:
    """Raises `InputError` where no cluster answers at `address`: Ray itself waits for minutes, or forever.

    Where the cluster wants a token, RAY_AUTH_MODE is set for this process, as Ray sets it for its own clusters but not
    for an address. Ray reads it when it is imported, so this comes before.
    """
    if address == "auto":
        return
    if "://" in address:
        raise InputError(
            "{address}: Ray's client is not used", address=address, mend="give HOST:PORT, on a machine of the cluster"
        )
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise InputError("{address!r} is no address of a Ray cluster", address=address, mend="give HOST:PORT, or auto")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECTS).close()
    except OSError as error:
        raise _unreached(address, str(error)) from error
    said = _asked(address, dict(os.environ))
    if said is not None and "AuthenticationError" in said and _MODE not in os.environ:
        said = _asked(address, {**os.environ, _MODE: "token"})
        if said is None:
            os.environ[_MODE] = "token"
    if said is not None:
        raise _unreached(address, said)


def _asked(address: str, environment: dict[str, str]) -> str | None:
    """None where the cluster is well, else what is wrong. Asked in a process of its own: Ray ends one that waits in
    vain, and cannot be interrupted before."""
    words = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--skip-version-check", "--address", address]
    try:
        health = subprocess.run(words, check=False, capture_output=True, text=True, timeout=ANSWERS, env=environment)
    except subprocess.TimeoutExpired:
        return "no answer"
    if health.returncode == 0:
        return None
    return next(reversed(health.stderr.strip().splitlines()), "no answer")


def check_nodes(ray: ModuleType, folder: Path) -> None:
    """Raises `InputError` for the first node that does not see `folder`, or has not this version of Axiometer."""
    probe = folder / f".axiometer-probe-{secrets.token_hex(8)}"
    word = secrets.token_hex(8)
    try:
        probe.write_text(word, encoding="utf-8")
        _check_nodes(ray, probe, word)
    except OSError as error:
        raise file_error(error, folder) from error
    finally:
        with suppress(OSError):
            probe.unlink()


def _check_nodes(ray: ModuleType, probe: Path, word: str) -> None:
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    remote = ray.remote(num_cpus=0, max_retries=0)(_look())
    asked = {}
    for node in ray.nodes():
        if node["Alive"] and node["Resources"].get("CPU", 0) >= 1:
            there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
            asked[node["NodeManagerAddress"]] = remote.options(scheduling_strategy=there).remote(str(probe))
    if not asked:
        raise InputError("the cluster has no cores for tasks", mend="start its nodes without --num-cpus=0")
    for node_name, reference in asked.items():
        try:
            has, found = ray.get(reference, timeout=PROBES)
        except ray.exceptions.RayError as error:
            why = next(iter(str(getattr(error, "cause", error)).strip().splitlines()), type(error).__name__)
            raise InputError(
                "{node} cannot run tasks: {why}",
                node=node_name,
                why=why,
                mend="install Axiometer in the Python of Ray there",
            ) from error
        if has != own_version():
            raise InputError(
                "{node} has Axiometer {found}, the driver has {version}",
                node=node_name,
                found=has,
                version=own_version(),
            )
        if found != word:
            raise _not_shared(str(probe.parent), node_name)


def _look() -> Callable[[str], tuple[str, str | None]]:
    """The function that says the version of Axiometer on a node and what a file says there (None: it is not seen).
    Sent by value, so that it runs beside any version."""

    def look(file: str) -> tuple[str, str | None]:
        from importlib.metadata import version
        from pathlib import Path

        found = version("axiometer")
        try:
            return found, Path(file).read_text(encoding="utf-8")
        except OSError:
            return found, None

    return look


def _not_shared(folder: str, node: str) -> InputError:
    return InputError(
        "{node} does not see this folder",
        file=folder,
        node=node,
        mend="work in a folder that every node has under the same path",
    )


def _unreached(address: str, why: str) -> InputError:
    return InputError("no Ray cluster answers at {address}: {why}", address=address, why=why)
