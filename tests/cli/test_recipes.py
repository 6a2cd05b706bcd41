"""`axiometer run` as a user has it: recipes resumed and stopped like single verbs, mistakes in one line."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import textwrap
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from axiometer.cli.recipe_files import read_recipe
from axiometer.errors import InputError
from axiometer.testing import Behaviour

from .conftest import Axiometer, Serve, command, listing, run_in

RECIPES = Path(__file__).parents[2] / "recipes"
SMALL = """\
about: Starter dilemmas, measured.
variables:
  items: starter
  respondents: [sim/balanced, sim/communal]
  limit: 12
  folder: $study/run
  figures: false
steps:
  - step: answers
    run: measure
    with:
      items: $items
      model: $respondents
      lang: [en]
      limit: $limit
      output: ${folder}
  - step: estimates
    run: analyze
    with: {run: $folder, resamples: 100}
  - run: report
    with:
      runs: $folder
      output: $study/page.html
      figures: $figures
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_a_recipe_runs_its_steps_in_order_and_the_same_command_repeats_no_work(
    inside: Axiometer, small: Path, tmp_path: Path
) -> None:
    said = inside("run", small)
    assert said.code == 0, said.err
    shown = [line.strip() for line in said.err.splitlines() if line.startswith("  axiometer ")]
    assert [shlex.split(line)[1] for line in shown] == ["measure", "analyze", "report"]
    assert shown[0].endswith(
        "measure starter --model sim/balanced --model sim/communal --lang en --limit 12 --output studies/small/run"
    )
    assert "--no-figures" in shown[2] and "step 3 of 3, report:" in said.err
    study = tmp_path / "studies" / "small"
    assert (study / "page.html").exists() and not (study / "figures").exists()
    answers = listing(study / "run" / "answers")
    again = inside("run", small)
    assert again.code == 0 and listing(study / "run" / "answers") == answers and "24/24" not in again.err
    assert "made by another specification" in inside("run", small, "--set", "limit=13").err


def test_a_shown_command_can_be_typed_as_it_stands(inside: Axiometer, small: Path, tmp_path: Path) -> None:
    shown = inside("run", small, "--dry-run", "-o", "my study").out
    (line,) = [line for line in shown.splitlines() if line.startswith("  axiometer measure")]
    said = inside(*shlex.split(line)[1:])
    assert said.code == 0 and (tmp_path / "my study" / "run" / "run.yaml").exists()


def test_a_dry_run_writes_nothing_and_says_what_can_be_said(inside: Axiometer, small: Path, tmp_path: Path) -> None:
    before = listing(tmp_path)
    said = inside("run", small, "--dry-run")
    assert said.code == 0 and said.err == "" and "tokens out at most" in said.out
    found = json.loads(inside("run", small, "--dry-run", "--json", "--set", "respondents=[sim/reticent]").out)
    assert listing(tmp_path) == before
    assert [step["step"] for step in found] == ["answers", "estimates", "report"]
    assert [row["model"] for row in found[0]["dry_run"]] == ["sim/reticent"] and found[0]["waits_for"] is None
    assert found[1]["waits_for"] == found[2]["waits_for"] == "answers" and found[1]["dry_run"] is None


def test_json_is_all_that_is_printed_and_holds_what_each_step_says(inside: Axiometer, small: Path) -> None:
    found = json.loads(inside("run", small, "--json").out)
    assert found[0]["result"]["presentations"] == 48
    assert set(found[1]["result"]) >= {"options", "levels"}
    assert found[2]["result"][-1].endswith("page.html")


def test_a_part_of_the_steps_runs_alone_and_needs_what_came_before(inside: Axiometer, small: Path) -> None:
    line = inside("run", small, "--from", "estimates").line
    assert line == f"{small}, line 19: no such file or folder, and no earlier step makes it: studies/small/run"
    said = inside("run", small, "--to", "answers")
    assert said.code == 0 and "step 1 of 1, answers:" in said.err
    said = inside("run", small, "--from", "estimates", "--to", "estimates")
    assert said.code == 0 and "report" not in said.err
    assert (
        "'answers' comes before the step 'estimates'"
        in inside("run", small, "--from", "estimates", "--to", "answers").line
    )


def test_a_limit_stops_the_recipe_as_it_stops_the_verb_and_the_same_command_goes_on(
    inside: Axiometer, serve: Serve, tmp_path: Path
) -> None:
    server = serve(Behaviour())
    recipe = tmp_path / "limited.yaml"
    content = yaml.safe_load(SMALL)
    content["variables"] |= {"respondents": ["openai-api/fake/m"], "most": 10}
    content["steps"][0]["with"]["max-calls"] = "$most"
    recipe.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    said = inside("run", recipe)
    assert said.code == 3 and "--max-calls 10 reached; the same command goes on from here" in said.err
    assert "step 2" not in said.err and server.counts.answered == 10
    assert inside("run", recipe, "--set", "most=").code == 0
    assert server.counts.answered == 24 and server.counts.repeated == 0


def test_an_error_of_a_step_is_its_own_and_ends_the_recipe(inside: Axiometer, small: Path, tmp_path: Path) -> None:
    said = inside("run", small, "--set", "respondents=[sim/nobody]")
    assert said.code == 1 and said.err.splitlines()[-1].startswith(
        "axiometer: unknown simulated respondent 'sim/nobody'"
    )
    assert "step 2" not in said.err


STEP = "steps:\n  - run: measure\n    with:\n      {}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [", ", line 1: not YAML"),
        ("- 1\n", ", line 1: must be a mapping"),
        ("about: x\n", ": a recipe needs a list of steps under `steps`"),
        ("stpes: []\n", ", line 1: there is no key 'stpes' here (known: about, variables, steps)"),
        ("steps:\n  - with: {}\n", ", line 2: a step needs a verb under `run`"),
        ("steps:\n  - run: mesure\n", ", line 2: there is no command 'mesure' (did you mean 'measure'?)"),
        ("steps:\n  - run: build\n", ", line 2: there is no command 'build' (known: build "),
        ("steps:\n  - run: build rules\n", ", line 2: there is no command 'build rules'"),
        ("steps:\n  - run: run\n", ", line 2: there is no command 'run'"),
        ("steps:\n  - {run: measure, wth: {}}\n", "there is no key 'wth' here (known: step, run, with)"),
        ("steps:\n  - {step: a, run: measure}\n  - {step: a, run: measure}\n", ", line 3: two steps are called 'a'"),
        ("steps:\n  - {step: ' a', run: measure}\n", "' a' cannot be a step's name"),
        (STEP.format("modle: x"), ", line 4: there is no option 'modle' (known: "),
        (STEP.format("dry-run: true"), ", line 4: there is no option 'dry-run'"),
        (STEP.format("limit: 0"), ", line 4: --limit must be a whole number of at least 1"),
        (STEP.format("limit: {a: 1}"), ", line 4: limit cannot be"),
        (STEP.format("items: none.parquet"), ", line 4: no such file or folder, and no earlier step makes it"),
        (STEP.format("items: $itmes"), ", line 4: there is no variable 'itmes' (known: recipe, study)"),
        (STEP.format("limit: 1\n      limit: 2"), ", line 5: the key 'limit' stands twice"),
        ("steps:\n  - run: report\n", ", line 2: RUNS is missing"),
        ("variables: {study: x}\nsteps: [{run: measure}]\n", "'study' cannot be a variable's name"),
        ("variables:\n  a: [1, 2]\n" + STEP.format("limit: x$a"), "the variable 'a' is no text"),
    ],
)
def test_a_mistake_is_told_in_one_line_before_anything_runs(
    inside: Axiometer, tmp_path: Path, text: str, expected: str
) -> None:
    recipe = tmp_path / "wrong.yaml"
    recipe.write_text(text, encoding="utf-8")
    line = inside("run", recipe).line
    assert line.startswith(f"{recipe}") and expected in line
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.yaml"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("run", "nothing.yaml"), "nothing.yaml: no such file"),
        (("run", "small.yaml", "--set", "limit"), "--set limit (write --set name=value)"),
        (("run", "small.yaml", "--set", "limits=3"), "there is no variable 'limits' (did you mean 'limit'?)"),
        (("run", "small.yaml", "--from", "x"), "no step is called 'x' (one of answers, estimates, report)"),
    ],
)
def test_a_mistake_on_the_command_line_is_told_in_one_line(
    inside: Axiometer, small: Path, words: tuple[str, ...], expected: str
) -> None:
    assert expected in inside(*words).line


@given(st.text(st.characters(blacklist_categories=["Cs"])), st.text("ab$ {}-", max_size=8))
def test_variables_are_put_in_where_they_stand_and_two_dollars_are_one(value: str, around: str) -> None:
    written, outside = value.replace("$", "$$"), around.replace("$", "$$")
    options = {"a": f"{outside}${{v}}{outside}", "b": "$v"}
    content = {"variables": {"v": written}, "steps": [{"run": "x", "with": options}]}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "r.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        (step,) = read_recipe(path, Path("s")).steps
    assert step.options == {"a": f"{around}{value}{around}", "b": value}


def test_variables_may_name_those_above_them_and_lists_join(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    text = """
    variables: {a: one, b: $a/two, many: [x, $b], none: null}
    steps: [{run: v, with: {p: [$many, z], q: $none, r: $recipe/f, s: $study/g}}]
    """
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    (step,) = read_recipe(path, Path("out"), ["a=1"]).steps
    assert step.options == {"p": ["x", "1/two", "z"], "q": None, "r": f"{tmp_path}/f", "s": "out/g"}
    path.write_text("variables: {b: $a, a: 1}\nsteps: [{run: v}]\n", encoding="utf-8")
    with pytest.raises(InputError, match="there is no variable 'a'"):
        read_recipe(path, Path("out"))


@pytest.mark.parametrize("name", ["cvc", "cvc-published"])
def test_a_shipped_recipe_is_sound_and_can_be_looked_at_without_running(
    inside: Axiometer, tmp_path: Path, name: str
) -> None:
    said = inside("run", RECIPES / f"{name}.yaml", "--dry-run", "--json")
    assert said.code == 0, said.err
    assert len(json.loads(said.out)) > 10 and listing(tmp_path) == {}


def test_the_first_half_of_our_recipe_goes_from_rules_to_a_page(tmp_path: Path, surroundings: dict[str, str]) -> None:
    words = ("run", RECIPES / "cvc.yaml", "--to", "page", "-o", "s", "--set", "pairs=40")
    said = run_in(tmp_path, surroundings, *words, "--set", "respondents=[sim/communal]")
    assert said.code == 0, said.err
    assert {path.name for path in (tmp_path / "s").iterdir()} == {"pairs", "items", "answers", "report.html"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cvc", "cvc-published"])
def test_a_shipped_recipe_runs_without_a_key_from_its_first_step_to_its_last(
    tmp_path: Path, surroundings: dict[str, str], name: str
) -> None:
    words = ("run", RECIPES / f"{name}.yaml", "-o", "s", "--set", "per_value=10")
    said = run_in(tmp_path, surroundings, *words)
    assert said.code == 0, said.err
    pages = {path.name for path in (tmp_path / "s").glob("*.html")}
    assert pages == {"report.html", "themes.html", "scenes.html"}
    page = (tmp_path / "s" / "report.html").read_text(encoding="utf-8")
    assert ("Counted by letter, in one order" in page) == (name == "cvc-published")


@pytest.mark.parametrize(("ending", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 3)])
def test_killed_or_interrupted_the_same_command_makes_the_same_tables(
    small: Path, tmp_path: Path, surroundings: dict[str, str], ending: signal.Signals, code: int
) -> None:
    words = ("run", small, "--set", "limit=150", "--to", "answers")
    assert run_in(tmp_path, surroundings, *words, "-o", "whole").code == 0
    cut = command(*words, "-o", "cut")
    with subprocess.Popen(cut, cwd=tmp_path, env=surroundings, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not list((tmp_path / "cut" / "run").glob("journal/*.sqlite")):
            time.sleep(0.002)
        process.send_signal(ending)
        assert process.wait() == code
    assert run_in(tmp_path, surroundings, *words, "-o", "cut").code == 0
    for folder in ("items", "answers"):
        assert listing(tmp_path / "cut" / "run" / folder) == listing(tmp_path / "whole" / "run" / folder)
