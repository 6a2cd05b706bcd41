"""Makes the project's virtual environments from their locks; needs only Python >= 3.11 and pip.

uv does the work and is itself taken from `requirements.lock`. It is fetched into a temporary folder with
`pip install --target`, which neither needs `venv` or `ensurepip` (Debian ships Python without them) nor is forbidden
under an externally managed Python (PEP 668). uv does not read pip's configuration, so what pip was told about indexes,
certificates and proxies is handed to uv through its environment, never through arguments or files: an address may
carry a password.
"""

from __future__ import annotations

import argparse
import ast
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAIN_LOCK = ROOT / "requirements.lock"

# A user who has told uv where to look is not overruled by what pip was told.
UV_INDEX_VARIABLES = ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")


class SetupError(Exception):
    """Set-up cannot go on; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One virtual environment: where it is, what is locked for it, and whether the package itself belongs in it.

    extra: an extra of the package that is not in the lock (PyTorch comes in many builds), for an editable one.
    """

    folder: Path
    lock: Path
    editable: bool
    extra: str | None = None

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        return self.folder / "axiometer-setup.json"

    def wanted(self) -> dict[str, str]:
        """What the stamp of an up-to-date environment says; the folder counts because scripts carry its path."""
        content = hashlib.sha256(self.lock.read_bytes())
        if self.editable:
            content.update((ROOT / "pyproject.toml").read_bytes())
        return {"folder": str(self.folder), "content": content.hexdigest()}

    def found(self) -> dict[str, str]:
        """What the stamp says now; empty where there is none."""
        try:
            stamp = json.loads(self.stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}


def pip_settings(listing: str) -> dict[str, str]:
    """The settings that `pip install` obeys, from the output of `pip config list`.

    Lines read `section.name='value'`; the environment outranks the section `install`, which outranks `global`.
    Lines that are not settings (warnings) are passed over.
    """
    ranks = {"global": 0, "install": 1, ":env:": 2}
    found: dict[str, tuple[int, str]] = {}
    for line in listing.splitlines():
        key, separator, quoted = line.partition("=")
        section, dot, name = key.partition(".")
        if not separator or not dot or section not in ranks:
            continue
        try:
            value = ast.literal_eval(quoted)
        except (SyntaxError, ValueError):
            continue
        if isinstance(value, str) and (name not in found or ranks[section] >= found[name][0]):
            found[name] = (ranks[section], value)
    return {name: value for name, (_, value) in found.items()}


def uv_variables(pip: Mapping[str, str], environment: Mapping[str, str], uv_is_configured: bool) -> dict[str, str]:
    """The variables to add for uv so that it reaches packages the way pip does.

    Nothing that `environment` already sets is changed. Where uv has index settings of its own (`uv_is_configured`, or
    a variable), pip's are left out. Several indexes are searched for the best match as pip does; that is safe here
    because every package is held to the hashes of the lock.
    """
    added: dict[str, str] = {}
    if not uv_is_configured and not any(environment.get(name) for name in UV_INDEX_VARIABLES):
        if pip.get("index-url"):
            added["UV_DEFAULT_INDEX"] = pip["index-url"]
        if pip.get("extra-index-url"):
            added["UV_EXTRA_INDEX_URL"] = " ".join(pip["extra-index-url"].split())
            added["UV_INDEX_STRATEGY"] = "unsafe-best-match"
        if pip.get("find-links"):
            added["UV_FIND_LINKS"] = ",".join(pip["find-links"].split())
        if pip.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
            added["UV_NO_INDEX"] = "1"
        if pip.get("trusted-host"):
            added["UV_INSECURE_HOST"] = " ".join(pip["trusted-host"].split())
    if pip.get("cert"):
        added["SSL_CERT_FILE"] = pip["cert"]
    if pip.get("proxy"):
        proxy = pip["proxy"] if "://" in pip["proxy"] else f"http://{pip['proxy']}"
        added |= {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy}
    timeout = pip.get("timeout") or pip.get("default-timeout") or ""
    if timeout.isdigit():
        added["UV_HTTP_TIMEOUT"] = timeout
    return {name: value for name, value in added.items() if not environment.get(name)}


def locked(package: str, lock: str) -> str:
    """The requirement of `package` in the text of a lock, with its hashes."""
    lines = lock.splitlines(keepends=True)
    for start, line in enumerate(lines):
        if line.startswith(f"{package}=="):
            end = start + 1
            while end < len(lines) and lines[end].startswith(" "):
                end += 1
            return "".join(lines[start:end])
    raise SetupError(f"requirements.lock does not pin {package} (run: make lock)")


def requirements_of(extra: str) -> list[str]:
    """What the extra of the package asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [str(requirement) for requirement in project["optional-dependencies"][extra]]


def uv_has_configuration(environment: Mapping[str, str]) -> bool:
    """Whether a uv.toml of the user or the system exists, or one was named."""
    home = Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    files = (home / "uv" / "uv.toml", Path("/etc/uv/uv.toml"))
    return bool(environment.get("UV_CONFIG_FILE")) or any(file.is_file() for file in files)


def has_pip() -> bool:
    return subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def environment_for_uv() -> dict[str, str]:
    """This process's environment and what pip knows about reaching packages."""
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    added = uv_variables(pip_settings(listing), os.environ, uv_has_configuration(os.environ))
    # The user's other environment must not become the target, nor a Python be fetched from elsewhere.
    kept = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "CONDA_PREFIX"}}
    return {**kept, "UV_PYTHON_DOWNLOADS": "never", **added}


def run(command: Sequence[str | Path], environment: Mapping[str, str], purpose: str) -> None:
    """Runs a command whose own output goes to the terminal."""
    outcome = subprocess.run([str(part) for part in command], env=dict(environment), cwd=ROOT, check=False)
    if outcome.returncode != 0:
        raise SetupError(f"{purpose} failed (see above)")


@contextmanager
def uv_program(avoid: Path | None = None) -> Iterator[Path]:
    """A uv to run: that of .venv, or one fetched by pip for as long as this lasts, or the system's.

    `avoid`: an environment that is about to be made anew, whose uv would vanish under its own feet.
    """
    locked_one = ROOT / ".venv" / "bin" / "uv"
    if avoid != ROOT / ".venv" and runs(locked_one):
        yield locked_one
        return
    with tempfile.TemporaryDirectory(prefix="axiometer-setup-") as name:
        if has_pip():
            yield fetched_uv(Path(name))
            return
        system = shutil.which("uv")
        if system is None:
            raise SetupError(f"{sys.executable} has no pip (install it, e.g. the package python3-pip)")
        yield Path(system)


def runs(program: Path) -> bool:
    """Whether a program is there and starts (a copied environment may hold another machine's)."""
    try:
        return subprocess.run([str(program), "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def fetched_uv(folder: Path) -> Path:
    """The locked uv, put into `folder` by pip and checked against the lock's hashes."""
    requirement = folder / "uv.txt"
    requirement.write_text(locked("uv", MAIN_LOCK.read_text(encoding="utf-8")), encoding="utf-8")
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary", ":all:"]
    # A user's "always --user" or "only in a virtual environment" would refuse a folder that is neither.
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_ROOT_USER_ACTION": "ignore"}
    target = ["--require-hashes", "--target", folder / "uv", "-r", requirement]
    run([sys.executable, "-m", "pip", "install", *options, *target], environment, "fetching uv with pip")
    return folder / "uv" / "bin" / "uv"


def version_of(python: Path) -> str | None:
    """`major.minor` of an interpreter, or None where it does not run or is too old."""
    question = "import sys; print('%d.%d' % sys.version_info[:2]); sys.exit(sys.version_info < (3, 11))"
    try:
        answer = subprocess.run([str(python), "-c", question], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def prepare(environment: Environment, chosen: bool) -> None:
    """Brings one environment up to date; does and prints nothing when it is.

    `chosen`: this interpreter was named by the user, so an environment of another version is made anew.
    """
    wanted, found = environment.wanted(), environment.found()
    version = version_of(environment.python)
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    usable = version is not None and found.get("folder", wanted["folder"]) == wanted["folder"]
    if usable and chosen:
        usable = version == here
    if usable and found == wanted:
        return
    name = environment.folder.relative_to(ROOT)
    print(f"Setting up {name} with Python {version if usable else here} (a minute the first time)", flush=True)
    with uv_program(avoid=None if usable else environment.folder) as uv:
        settings = environment_for_uv()
        environment.stamp.unlink(missing_ok=True)
        if not usable:
            make = [uv, "venv", "--quiet", "--clear", "--no-project", "--python", sys.executable, environment.folder]
            run(make, settings, f"making {name}")
        install = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", environment.python]
        run([*install, environment.lock], settings, f"installing the packages of {environment.lock.name}")
        if environment.editable:
            itself = [uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
            run([*itself, "--python", environment.python, "-e", ROOT], settings, "installing axiometer")
        if environment.extra is not None:
            beyond = [uv, "pip", "install", "--quiet", "--constraint", environment.lock, "--python", environment.python]
            print(f"Fetching the extra {environment.extra} (PyTorch: some minutes, up to some GB)", flush=True)
            run([*beyond, *requirements_of(environment.extra)], settings, f"installing the extra {environment.extra}")
    environment.stamp.write_text(json.dumps(wanted), encoding="utf-8")


@contextmanager
def alone() -> Iterator[None]:
    """Holds the repository's folder, so that `make demo` and `make test` at once set up one after the other."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    setup = verbs.add_parser("setup", help="make or refresh .venv, or another with --peers, --nli, --train")
    setup.add_argument("--chosen", action="store_true", help="the user named this Python")
    setup.add_argument("--peers", action="store_true", help="the environment of benchmarks/peers.lock")
    setup.add_argument("--nli", action="store_true", help=".venv-nli: the same and the extra `nli`")
    setup.add_argument("--train", action="store_true", help=".venv-train: the same and the extra `train`")
    uv = verbs.add_parser("uv", help="run uv with pip's index settings: environment.py uv pip compile ...")
    uv.add_argument("rest", nargs=argparse.REMAINDER)
    asked = parser.parse_args(arguments)
    try:
        if asked.verb == "uv":
            with uv_program() as program:
                run([program, *asked.rest], environment_for_uv(), "uv")
        else:
            with alone():
                if asked.peers:
                    prepare(Environment(ROOT / ".venv-peers", ROOT / "benchmarks" / "peers.lock", False), asked.chosen)
                elif asked.nli or asked.train:
                    extra = "nli" if asked.nli else "train"
                    prepare(Environment(ROOT / f".venv-{extra}", MAIN_LOCK, True, extra), asked.chosen)
                else:
                    prepare(Environment(ROOT / ".venv", MAIN_LOCK, True), asked.chosen)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
