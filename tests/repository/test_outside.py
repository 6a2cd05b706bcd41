"""What stands around the code: locks, licence, CI, citation, and that no file names a place of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import axiometer

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ["requirements.lock", "benchmarks/peers.lock"]


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def pins(lock: str) -> dict[str, list[str]]:
    """Package name -> versions that the lock pins, one for each range of Python versions."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([a-z0-9][a-z0-9._-]*)==(\S+)", line):
            found.setdefault(canonicalize_name(match[1]), []).append(match[2])
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_a_pin_with_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text and "@" not in text
    for block in re.split(r"\n(?=\S)", text.strip()):
        first, *hashes = block.splitlines()
        assert re.match(r"[a-z0-9][a-z0-9._-]*==\S+( ; .+)? \\$", first), first
        assert hashes and all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes), first


def test_the_lock_holds_a_fitting_version_of_every_dependency() -> None:
    project = PROJECT["project"]
    wanted = [
        *project["dependencies"],
        *project["optional-dependencies"]["local"],
        *PROJECT["dependency-groups"]["dev"],
    ]
    locked = pins("requirements.lock")
    for line in [*wanted, *PROJECT["build-system"]["requires"]]:
        requirement = Requirement(line)
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{line} is not locked (make lock)"
        assert all(requirement.specifier.contains(Version(version)) for version in versions), (line, versions)


def test_the_peers_lock_holds_a_fitting_version_of_every_peer() -> None:
    locked = pins("benchmarks/peers.lock")
    for line in (ROOT / "benchmarks" / "peers.in").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            versions = locked[canonicalize_name(requirement.name)]
            assert all(requirement.specifier.contains(Version(version)) for version in versions), (line, versions)


def test_training_frameworks_stay_out_of_the_lock() -> None:
    assert not {"torch", "transformers"} & pins("requirements.lock").keys()


def test_no_file_names_a_package_index_or_a_place_on_the_maker_s_machine() -> None:
    # Written apart, so that this file does not name them either.
    hosts = ["py" + "pi.org", "python" + "hosted.org", "py" + "pi.tuna", "mirrors." + "aliyun", "npm" + "js.org"]
    places = ["/wo" + "rk/", "/root" + "/", "/opt/" + "wheels", "/.lib" + "rary"]
    pattern = re.compile("|".join(map(re.escape, [*hosts, *places])))
    for file in tracked():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        assert not (found := pattern.search(text)), f"{file.relative_to(ROOT)} names {found and found[0]}"


def test_the_licence_is_the_whole_of_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    for number in range(1, 10):
        assert re.search(rf"^   {number}\. [A-Z]", text, re.MULTILINE), number
    assert "END OF TERMS AND CONDITIONS" in text and "APPENDIX: How to apply" in text
    assert PROJECT["project"]["license"] == "Apache-2.0"


def test_the_version_is_the_same_wherever_it_is_written() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    version = PROJECT["project"]["version"]
    assert str(citation["version"]) == version
    assert axiometer.__version__ == version


def test_the_citation_has_what_the_format_requires() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] in {"software", "dataset"}
    assert citation["license"] == PROJECT["project"]["license"]
    assert citation["title"] and citation["message"]
    assert all("name" in author or {"family-names", "given-names"} <= author.keys() for author in citation["authors"])


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert sections[0] == "Unreleased"
    assert all(Version(section) for section in sections[1:])
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds and kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_example_of_settings_sets_nothing() -> None:
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        assert not line or line.startswith("#"), line
        assert not re.match(r"# \w+_KEY=(?!none$)\S", line), f"{line} holds a key"


def test_ci_on_github_runs_what_ci_runs_here() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert oldest in job["strategy"]["matrix"]["python"]


def test_ci_lints_and_tests_and_can_be_executed() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert os.access(script, os.X_OK)
    assert [line for line in lines if line.startswith("make ")] == ["make lint", "make test"]
    assert any(line.startswith("set -e") for line in lines)


@pytest.mark.parametrize("target", ["setup", "demo", "test", "test-all", "lint", "bench", "docs", "lock"])
def test_make_knows_its_targets(target: str) -> None:
    plan = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert plan.returncode == 0, plan.stderr
    assert plan.stdout.splitlines()[0] == "tools/setup.sh"
    assert len(plan.stdout.splitlines()) > 1 or target == "setup"


BROWSER_TEST = """
import pytest

@pytest.fixture
def browser():
    pytest.skip("no chromium here")

@pytest.mark.browser
def test_the_page(browser):
    pass

@pytest.mark.browser
@pytest.mark.skipif(True, reason="not today")
def test_another_page():
    pass

@pytest.mark.browser
@pytest.mark.xfail(reason="known")
def test_a_known_flaw():
    assert False

def test_of_something_else():
    pytest.skip("no data here")
"""


@pytest.mark.parametrize(("ci", "closing"), [("true", "1 skipped, 1 xfailed, 2 "), ("", "3 skipped, 1 xfailed")])
def test_a_skipped_browser_test_fails_in_ci_only(tmp_path: Path, ci: str, closing: str) -> None:
    (tmp_path / "test_page.py").write_text(BROWSER_TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser: needs chromium\n")
    told = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    outcome = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "browser_tests_must_run", "-n", "2", "-q", "test_page.py"],
        cwd=tmp_path,
        env={**told, "CI": ci, "PYTHONPATH": str(ROOT / "tools")},
        capture_output=True,
        text=True,
        check=False,
    )
    last = outcome.stdout.splitlines()[-1]
    assert closing in last, outcome.stdout
    assert (outcome.returncode != 0) == bool(ci), outcome.stdout
    assert ("a browser test was skipped in CI: " in outcome.stdout) == bool(ci)
