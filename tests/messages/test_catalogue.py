"""Messages come in the reader's language, and every message of the command line has both."""

from __future__ import annotations

import ast
import asyncio
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from axiometer import messages
from axiometer.messages import language, t
from axiometer.models.registry import providers
from axiometer.models.simulated import load_profile, shipped_judges, shipped_profiles, shipped_writers
from axiometer.models.simulated_judge import load_judge
from axiometer.models.writer_profile import load_writer
from axiometer.records.rows import Outcome
from axiometer.similarity.labelled import shipped_pairs

PACKAGE = Path(messages.__file__).resolve().parents[1]
CATALOGUE: dict[str, str] = yaml.safe_load((PACKAGE / "messages" / "zh.yaml").read_text(encoding="utf-8")) or {}
VARIABLES = ("AXIOMETER_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def no_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_GB.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh"}, "zh"),
        ({"AXIOMETER_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        ({"AXIOMETER_LANG": "ZH-Hans", "LC_ALL": "C"}, "zh"),
        ({"AXIOMETER_LANG": "", "LANG": "zh_CN"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"AXIOMETER_LANG": "fr"}, "en"),
    ],
)
def test_the_user_s_choice_and_then_the_locale_decide(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], expected: str
) -> None:
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


@pytest.mark.parametrize("chosen", ["en", "zh"])
def test_a_message_without_translation_stays_english(monkeypatch: pytest.MonkeyPatch, chosen: str) -> None:
    monkeypatch.setenv("AXIOMETER_LANG", chosen)
    assert t("Nobody ever wrote {what} here", what="this") == "Nobody ever wrote this here"
    assert t('{"no": "fields"}') == '{"no": "fields"}'


def test_a_field_s_own_braces_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AXIOMETER_LANG", "zh")
    assert t("Nobody ever wrote {what} here", what="{x}") == "Nobody ever wrote {x} here"


def test_english_readers_do_not_pay_for_the_catalogue() -> None:
    program = "import sys; from axiometer.messages import t; t('Done'); print('yaml' in sys.modules)"
    outcome = subprocess.run(
        [sys.executable, "-c", program], env={"AXIOMETER_LANG": "en"}, capture_output=True, text=True, check=True
    )
    assert outcome.stdout.strip() == "False"


def fields(text: str) -> set[str]:
    """The names that `str.format` will ask for."""
    return {
        re.split(r"[.\[]", name, maxsplit=1)[0] for _, name, _, _ in string.Formatter().parse(text) if name is not None
    }


def calls(tree: ast.AST) -> list[tuple[ast.Call, str]]:
    """Every call of `t` with a literal first argument."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t" and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.append((node, first.value))
    return found


def headers(tree: ast.AST) -> list[tuple[int, str]]:
    """Line and text of every literal header of a table: `say_table` translates them itself."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say_table" and node.args:
            for part in ast.walk(node.args[0]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    found.append((part.lineno, part.value))
    return found


def sources() -> list[Path]:
    """The modules that translate: all that import `t`, in whatever room."""
    files = sorted(PACKAGE.rglob("*.py"))
    return [file for file in files if re.search(r"from axiometer\.messages import .*\bt\b", file.read_text("utf-8"))]


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_every_message_has_its_chinese_and_the_fields_it_is_given(file: Path) -> None:
    for call, text in calls(ast.parse(file.read_text(encoding="utf-8"))):
        place = f"{file.name}:{call.lineno}: {text!r}"
        assert text in CATALOGUE, f"{place} has no Chinese in zh.yaml"
        given = {keyword.arg for keyword in call.keywords}
        if None not in given:  # **fields cannot be counted here
            assert given == (fields(text) if given else set()), f"{place} is given {given}"
            assert given or "{" not in text, f"{place} has fields and is given none"


def test_every_header_of_a_table_has_its_chinese() -> None:
    trees = [ast.parse(file.read_text("utf-8")) for file in sorted((PACKAGE / "cli").glob("*.py"))]
    found = [header for tree in trees for header in headers(tree)]
    assert found
    assert not sorted({text for _, text in found} - CATALOGUE.keys())


def test_every_outcome_has_its_chinese() -> None:
    assert not sorted({str(outcome) for outcome in Outcome} - CATALOGUE.keys())


def profiles() -> set[str]:
    respondents = {load_profile(name).about for name in shipped_profiles()}
    judges = {load_judge(name).about for name in shipped_judges()}
    return respondents | judges | {load_writer(name).about for name in shipped_writers()}


def test_what_is_said_of_providers_and_profiles_has_its_chinese() -> None:
    assert not sorted(({provider.about for provider in providers()} | profiles()) - CATALOGUE.keys())


def test_what_a_check_of_a_respondent_finds_has_its_chinese() -> None:
    from axiometer.cli.respondents import Wanted, respondents
    from axiometer.measure.check import check_model

    (respondent,) = respondents(["sim/balanced"], Wanted())
    assert not sorted({finding.about for finding in asyncio.run(check_model(respondent))} - CATALOGUE.keys())


ENDS = {"Dropped", "Rejected", "End", "Fate", "SourceRow", "TableRow"}


def reasons(tree: ast.AST) -> set[str]:
    """Why rows of a corpus end: literal texts, and the names of constants, given to an end or returned for one."""
    found: set[str] = set()
    for node in ast.walk(tree):
        said: list[ast.expr] = []
        if isinstance(node, ast.Call) and (kind := getattr(node.func, "id", "")) in ENDS:
            literal = node.args[:1] if kind in {"Dropped", "Rejected"} else []
            literal += [keyword.value for keyword in node.keywords if keyword.arg in {"reason", "problem", "error"}]
            parts = [part for text in literal for part in ast.walk(text)]
            found |= {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
            said = [*node.args, *literal]
        elif isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "str | None":
            said = [part.value for part in ast.walk(node) if isinstance(part, ast.Return) and part.value]
        parts = [part for text in said for part in ast.walk(text)]
        found |= {part.id for part in parts if isinstance(part, ast.Name) and part.id.isupper()}
    return found


def constants(tree: ast.AST) -> set[tuple[str, str]]:
    """Name and text of every constant that is a text."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            text = node.value.value
            if isinstance(text, str):
                found |= {(target.id, text) for target in targets if isinstance(target, ast.Name)}
    return found


def test_why_rows_of_a_corpus_end_has_its_chinese() -> None:
    files = [
        file
        for room in ("build", "measure/asking", "expression/scoring", "records/texts")
        for file in sorted((PACKAGE / room).rglob("*.py"))
    ]
    trees = [ast.parse(file.read_text("utf-8")) for file in files]
    used = {reason for tree in trees for reason in reasons(tree)}
    named = {pair for tree in trees for pair in constants(tree)}
    said = {text for name, text in named if name in used} | {reason for reason in used if not reason.isupper()}
    assert {"touches no value", "near-duplicate", "cut off", "too long for a text", "damaged characters"} <= said
    assert not sorted(said - CATALOGUE.keys())


def test_chinese_and_english_have_the_same_fields() -> None:
    for english, chinese in CATALOGUE.items():
        assert isinstance(chinese, str) and chinese.strip(), english
        if "{" in english:
            assert fields(chinese) == fields(english), english


def test_the_catalogue_holds_nothing_that_the_code_no_longer_says() -> None:
    said = profiles() | {pair.kind for pair in shipped_pairs()}
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
    assert not sorted(CATALOGUE.keys() - said)
