"""tools/environment.py: what pip knows is handed to uv, and nothing else is needed."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tools" / "environment.py"


def load() -> ModuleType:
    specification = importlib.util.spec_from_file_location("environment_tool", PROGRAM)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module  # a dataclass looks its module up
    specification.loader.exec_module(module)
    return module


environment = load()
TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)


@given(values=st.dictionaries(st.sampled_from(["index-url", "find-links", "proxy", "cert"]), TEXT))
def test_settings_are_read_as_pip_prints_them(values: dict[str, str]) -> None:
    listing = "".join(f"global.{name}={value!r}\n" for name, value in values.items())
    assert environment.pip_settings(listing) == values


def test_environment_outranks_the_install_section_which_outranks_global() -> None:
    listing = "install.cert='b'\n:env:.index-url='c'\nglobal.cert='a'\nglobal.index-url='a'\ninstall.index-url='b'\n"
    assert environment.pip_settings(listing) == {"index-url": "c", "cert": "b"}


def test_lines_that_are_no_settings_are_passed_over() -> None:
    assert environment.pip_settings("WARNING: a=b\ndownload.index-url='x'\nglobal.cert=unquoted\n\n") == {}


def test_everything_pip_was_told_reaches_uv() -> None:
    told = {
        "index-url": "https://user:word@mirror.example/simple",
        "extra-index-url": "\nfile:///one\nfile:///two",
        "find-links": "/wheels /more",
        "trusted-host": "mirror.example",
        "cert": "/etc/cert.pem",
        "proxy": "proxy.example:3128",
        "default-timeout": "180",
    }
    assert environment.uv_variables(told, {}, uv_is_configured=False) == {
        "UV_DEFAULT_INDEX": "https://user:word@mirror.example/simple",
        "UV_EXTRA_INDEX_URL": "file:///one file:///two",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INSECURE_HOST": "mirror.example",
        "SSL_CERT_FILE": "/etc/cert.pem",
        "HTTP_PROXY": "http://proxy.example:3128",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "UV_HTTP_TIMEOUT": "180",
    }


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX", "UV_EXTRA_INDEX_URL"])
def test_a_user_who_told_uv_where_to_look_is_not_overruled(name: str) -> None:
    told = {"index-url": "https://other.example/simple", "cert": "/etc/cert.pem"}
    assert environment.uv_variables(told, {name: "file:///mine"}, False) == {"SSL_CERT_FILE": "/etc/cert.pem"}
    assert environment.uv_variables(told, {}, uv_is_configured=True) == {"SSL_CERT_FILE": "/etc/cert.pem"}


@given(st.dictionaries(st.sampled_from(["SSL_CERT_FILE", "HTTPS_PROXY", "UV_HTTP_TIMEOUT"]), st.text(min_size=1)))
def test_nothing_that_is_already_set_is_changed(present: dict[str, str]) -> None:
    told = {"cert": "/c", "proxy": "p:1", "timeout": "9"}
    assert not environment.uv_variables(told, present, False).keys() & present.keys()


def test_uv_is_taken_from_the_lock_with_its_hashes() -> None:
    requirement = environment.locked("uv", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert requirement.startswith("uv==")
    assert requirement.count("--hash=sha256:") > 5
    assert requirement.count("==") == 1
    with pytest.raises(environment.SetupError, match="does not pin"):
        environment.locked("uv", "uvloop==1.0 \\\n    --hash=sha256:00\n")


def wheel(folder: Path, name: str) -> Path:
    """A real wheel with one module, made by hand so that nothing is fetched."""
    content = {
        f"{name}.py": "VALUE = 7\n",
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{name}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{name}-1.0.dist-info/RECORD"
    rows = []
    for path, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text.encode())}\n")
    file = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for path, text in {**content, record: "".join(rows) + f"{record},,\n"}.items():
            archive.writestr(path, text)
    return file


def test_an_index_that_only_pip_conf_names_is_reached_by_uv(tmp_path: Path) -> None:
    page = tmp_path / "simple" / "axiometerprobe"
    page.mkdir(parents=True)
    file = wheel(page, "axiometerprobe")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (page / "index.html").write_text(f'<!DOCTYPE html><a href="{file.name}#sha256={digest}">{file.name}</a>')
    configuration = tmp_path / "pip.conf"
    configuration.write_text(f"[global]\nindex-url = {(tmp_path / 'simple').as_uri()}\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    told = {**kept, "PIP_CONFIG_FILE": str(configuration), "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    told["UV_CACHE_DIR"] = str(tmp_path / "cache")
    # pip is asked through an interpreter that has one; the project's own environment has none.
    interpreter = Path(sys.base_prefix) / "bin" / "python3"
    install = ["uv", "pip", "install", "--quiet", "--target", str(tmp_path / "to"), "axiometerprobe==1.0"]
    outcome = subprocess.run(
        [interpreter, PROGRAM, *install], env=told, capture_output=True, text=True, check=False, timeout=120
    )
    assert outcome.returncode == 0, outcome.stderr
    assert (tmp_path / "to" / "axiometerprobe.py").is_file()


def test_a_python_that_is_not_there_is_named_in_one_line() -> None:
    outcome = subprocess.run(
        [ROOT / "tools" / "setup.sh"],
        env={**os.environ, "PYTHON": "python-of-nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert outcome.stderr == "setup: there is no python-of-nowhere here\n"


def test_a_python_that_is_too_old_is_refused_in_one_line(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    # Stands for an interpreter of another version: it answers -V and fails the question for its age.
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.1" && exit 0\nexit 1\n')
    old.chmod(0o755)
    outcome = subprocess.run(
        [ROOT / "tools" / "setup.sh"],
        env={**os.environ, "PYTHON": str(old)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert outcome.stderr == f"setup: Axiometer needs Python 3.11 or newer; {old} is Python 3.9.1\n"


@pytest.mark.slow
def test_a_fresh_clone_sets_itself_up_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    kept = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    told = {**kept, "PYTHON": str(Path(sys.base_prefix) / "bin" / "python3")}

    def make(target: str) -> str:
        done = subprocess.run(
            ["make", "--no-print-directory", target],
            cwd=clone,
            env=told,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "Setting up .venv" in make("setup")
    assert make("setup") == ""
    where = [clone / ".venv" / "bin" / "python", "-c", "import axiometer; print(axiometer.__file__)"]
    found = subprocess.run(where, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert found.strip() == str(clone / "src" / "axiometer" / "__init__.py")
