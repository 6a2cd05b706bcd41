"""Wrong words are one line; help costs nothing; a configuration file is read as the command line is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from .conftest import Axiometer, listing

VERBS = (
    *("demo", "selftest", "import", "measure", "merge", "analyze", "report", "validate", "export"),
    *("framework", "framework list", "framework show", "framework check", "models", "models list", "models check"),
    *("run", "trace", "build"),
    *(f"build {verb}" for verb in ("corpus", "dedup", "conflicts", "dilemmas", "themes", "scenes", "translate", "map")),
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("mesure",), "there is no command 'mesure' (did you mean 'measure'?)"),
        (("zzz",), "there is no command 'zzz' (see `axiometer --help`)"),
        (("models", "chek"), "there is no command 'chek' (did you mean 'check'?)"),
        (("--colour",), "there is no option --colour"),
        (("measure", "--limt", "3"), "there is no option --limt (did you mean"),
        (("measure", "starter", "--limit"), "--limit needs a value"),
        (("measure", "starter", "--limit", "0"), "--limit must be a whole number of at least 1"),
        (("measure", "starter", "--limit", "-3"), "--limit must be a whole number of at least 1"),
        (("measure", "starter", "--limit", "many"), "--limit must be a whole number of at least 1"),
        (("measure", "starter", "--repeats", "0"), "--repeats must be a whole number of at least 1"),
        (("measure", "starter", "--concurrency", "0"), "--concurrency must be"),
        (("measure", "starter", "--max-calls", "0"), "--max-calls must be"),
        (("measure", "starter", "--max-usd", "-1"), "--max-usd must be a number of at least 0"),
        (("measure", "starter", "--max-usd", "nan"), "--max-usd must be a number of at least 0"),
        (("measure", "starter", "--temperature", "-1"), "--temperature must be a number from 0 to 5"),
        (("measure", "starter", "--temperature", "nan"), "--temperature must be a number from 0 to 5"),
        (("measure", "starter", "--max-tokens", "0"), "--max-tokens must be"),
        (("measure", "starter", "--seed", "1.5"), "--seed must be a whole number of at least 0"),
        (("measure", "starter", "more", "words"), "(more words)"),
        (("analyze",), "RUN is missing"),
        (("analyze", "run", "--resamples", "5"), "--resamples must be a whole number from 100 to 100000"),
        (("report",), "RUNS is missing"),
        (("report", "run", "--items", "-1"), "--items must be"),
        (("merge", "run"), "--output is missing"),
        (("export",), "TABLE is missing"),
        (("export", "table.parquet"), "--output is missing"),
        (("import",), "FORMAT is missing"),
        (("framework", "show"), "FRAMEWORK is missing"),
        (("selftest", "--simulations", "1"), "--simulations must be a whole number of at least 50"),
    ],
)
def test_wrong_words_are_one_line(inside: Axiometer, tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    assert expected in inside(*words).line
    assert listing(tmp_path) == {}


def test_no_words_at_all_are_answered_by_help(axiometer: Axiometer) -> None:
    for words in ((), ("models",), ("framework",)):
        said = axiometer(*words)
        assert (said.code, said.err) == (0, "")
        assert said.out.startswith("Usage: axiometer")


def test_every_verb_has_help_that_loads_nothing_heavy() -> None:
    program = (
        "import contextlib, io, sys\n"
        "from axiometer.cli.main import main\n"
        f"for verb in {VERBS!r}:\n"
        "    sys.argv = ['axiometer', *verb.split(), '--help']\n"
        "    out = io.StringIO()\n"
        "    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):\n"
        "        main()\n"
        "    assert out.getvalue().startswith('Usage: axiometer ' + verb), verb\n"
        "print([m for m in ('polars', 'numpy', 'scipy', 'openai', 'jinja2', 'vl_convert') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_mistake_of_ours_is_one_line_and_its_place_can_be_had(
    inside: Axiometer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> tuple[str, ...]:
        raise RuntimeError("of all things")

    monkeypatch.setattr("axiometer.frameworks.shipped", broken)
    said = inside("framework", "list")
    assert said.code == 1
    assert said.err.startswith("axiometer: a mistake in Axiometer, please report it: RuntimeError: of all things")
    assert said.err.count("\n") == 1
    monkeypatch.setenv("AXIOMETER_TRACEBACK", "1")
    monkeypatch.setattr("sys.argv", ["axiometer", "framework", "list"])
    from axiometer.cli.main import main

    with pytest.raises(RuntimeError):
        main()


def plan(inside: Axiometer, *words: object) -> dict[str, object]:
    said = inside("measure", *words, "--dry-run", "--json")
    assert said.code == 0, said.err
    (row,) = json.loads(said.out)
    assert isinstance(row, dict)
    return row


def test_a_configuration_file_gives_options_and_the_command_line_goes_before_it(
    inside: Axiometer, finished: Path, tmp_path: Path
) -> None:
    config = tmp_path / "c.yaml"
    content = {"items": str(finished / "items.parquet"), "model": "sim/balanced", "limit": 4, "dry-run": False}
    config.write_text(yaml.safe_dump({**content, "lang": ["en"], "repeats": 3, "system": None}), encoding="utf-8")
    assert plan(inside, "--config", config)["calls"] == 4 * 2 * 3
    assert plan(inside, "--config", config, "--limit", 2, "--repeats", 1)["calls"] == 2 * 2
    assert plan(inside, "--config", config, "-m", "sim/first-slot")["model"] == "sim/first-slot"
    assert listing(tmp_path).keys() == {"c.yaml"}


def test_names_in_a_configuration_file_may_be_those_of_the_command_line(
    inside: Axiometer, finished: Path, tmp_path: Path
) -> None:
    items = finished / "items.parquet"
    for text in ("json: true\ndry_run: true\n", "as_json: true\ndry-run: true\n"):
        (tmp_path / "c.yaml").write_text(text, encoding="gbk")
        said = inside("measure", items, "-m", "sim/balanced", "--config", "c.yaml")
        assert json.loads(said.out)[0]["model"] == "sim/balanced"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("modus: choice", "c.yaml: there is no option 'modus' (known: again, batch, concurrency"),
        ("config: other.yaml", "there is no option 'config'"),
        ("limit: 0", "c.yaml: --limit must be a whole number of at least 1"),
        ("limit: many", "c.yaml: --limit must be a whole number of at least 1"),
        ("repeats: 2.5", "--repeats must be a whole number of at least 1"),
        ("temperature: hot", "--temperature must be a number from 0 to 5"),
        ("max-usd: lots", "--max-usd must be a number of at least 0"),
        ("concurrency: 0", "--concurrency must be"),
        ("batch: yes please", "c.yaml: --batch"),
        ("limit: true", "c.yaml: limit cannot be True"),
        ("lang: no", "c.yaml: lang cannot be False (put it in quotes?)"),
        ("items: {a: 1}", "items cannot be {'a': 1}"),
        ("model: [[sim/balanced]]", "model cannot be ['sim/balanced']"),
        ("model: 5", "unknown model '5'"),
        ("models: missing.yaml", "missing.yaml: no such file"),
        ("framework: 5", "5: there is no such file"),
        ("shard: 1", "--shard 1 (write i/n"),
        ("items: 5", "5: no such file"),
    ],
)
def test_a_wrong_value_in_a_configuration_file_is_one_line(
    inside: Axiometer, finished: Path, tmp_path: Path, text: str, expected: str
) -> None:
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    words = [] if text.startswith("items") else [finished / "items.parquet"]
    words += [] if text.startswith("model:") else ["-m", "sim/balanced"]
    assert expected in inside("measure", *words, "-o", "new", "--config", "c.yaml").line
    assert listing(tmp_path).keys() == {"c.yaml"}


@pytest.mark.parametrize(
    ("verb", "file"),
    [
        ("corpus", "corpus"),
        ("conflicts", "conflicts"),
        ("dilemmas", "dilemmas"),
        ("themes", "themes"),
        ("scenes", "scenes"),
        ("translate", "translation"),
        ("map", "mapping"),
    ],
)
def test_status_of_damaged_work_is_one_line(inside: Axiometer, tmp_path: Path, verb: str, file: str) -> None:
    (tmp_path / f"{file}.yaml").write_text("format: 1\nasked: {}\nnoted: {}\n", encoding="utf-8")
    line = inside("build", verb, "--status", ".").line
    assert line == f"{file}.yaml: not a {file}.yaml as `axiometer build {verb}` writes it"


@pytest.mark.parametrize(
    "words",
    [
        ("conflicts", "starter"),
        ("themes", "--a", "starter", "--b", "starter", "--name-a", "ours", "-m", "sim/rulewriter"),
        ("scenes", "--framework", "core-socialist-values", "-m", "sim/rulewriter"),
        ("translate", "starter", "--to", "fr", "-m", "sim/rulewriter"),
        ("map", "--calibrate"),
    ],
)
def test_a_folder_of_other_things_is_left_as_it_is(inside: Axiometer, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("ours", encoding="utf-8")
    said = inside("build", *words, "-o", "other").line
    assert said.startswith(f"other: exists and is not the work of `axiometer build {words[0]}`")
    assert [each.name for each in (tmp_path / "other").iterdir()] == ["notes.txt"]


def test_build_lists_its_verbs_in_the_order_of_the_work(inside: Axiometer) -> None:
    shown = inside("build", "--help").out.split("Commands:\n")[1]
    verbs = [line.split()[0] for line in shown.splitlines() if line.startswith("  ") and line[2] != " "]
    made = ["corpus", "dedup", "conflicts", "dilemmas", "themes", "scenes", "statements", "blind", "translate", "map"]
    assert verbs == made
