from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
import yaml

from axiometer.cli.main import main
from axiometer.frameworks import load_framework
from axiometer.measure.reading import open_run
from axiometer.records import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item
from axiometer.records.tables import write_rows
from axiometer.testing import Behaviour, FakeServer

FRAMEWORK = load_framework("core-socialist-values")
VALUES = ("freedom", "harmony", "justice", "friendship")

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Runs `axiometer validate` with these words and gives exit code, standard output and standard error."""
    monkeypatch.setenv("AXIOMETER_LANG", "en")
    monkeypatch.setenv("AXIOMETER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["axiometer", "validate", *(str(word) for word in words)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return run


def profile(folder: Path, steerable: float) -> str:
    file = folder / f"steerable-{steerable:g}.yaml"
    file.write_text(yaml.safe_dump({"name": file.stem, "steerable": steerable, "chatty": 0.0}), encoding="utf-8")
    return f"sim/{file}"


def item(first: str, second: str, number: int, *, tags: tuple[str, str] | None = None) -> Item:
    """A dilemma whose options name the values that they serve; `tags`: what the table says that they express."""
    names = [FRAMEWORK.name(value, "en") for value in (first, second)]
    sides = [
        Option(f"do it for {name}", Role.SIDE, (Expression(ExpressionKind.VALUE, tag, 1),))
        for name, tag in zip(names, tags or (first, second), strict=True)
    ]
    return make_item(
        kind=ItemKind.DILEMMA,
        lang="en",
        prompt=f"Scene {number} of {first} and {second}.",
        options=(*sides, Option("oil the door", Role.DISTRACTOR)),
        clusters=(f"{first}-{number}", f"{second}-{number}"),
        source="test",
        framework=FRAMEWORK.id,
    )


def dilemmas(each: int) -> list[Item]:
    return [item(*pair, number) for pair in combinations(VALUES, 2) for number in range(each)]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    write_rows(dilemmas(10), Item, tmp_path / "items.parquet")
    return tmp_path / "items.parquet"


def follows_the_prompt(body: dict[str, object]) -> str:
    """The letter of the option that names what the system prompt names; the first of a side otherwise."""
    messages = body["messages"]
    assert isinstance(messages, list)
    options = dict(re.findall(r"^\W*([A-C])\W+(do it .+|oil .+)$", messages[-1]["content"], re.MULTILINE))
    led = messages[0]["content"] if messages[0]["role"] == "system" else ""
    for letter, text in options.items():
        if text.startswith("do it for ") and f"for whom {text.removeprefix('do it for ')} matters" in led:
            return letter
    return min(letter for letter, text in options.items() if text.startswith("do it for "))


def test_a_steerable_respondent_moves_on_every_value_and_a_deaf_one_on_none(
    command: Command, table: Path, tmp_path: Path
) -> None:
    for steerable, expected in ((3, "moves"), (0, "does not move")):
        output = tmp_path / f"v{steerable}"
        code, said, _ = command(table, "-m", profile(tmp_path, steerable), "-o", output, "--resamples", 200)
        assert code == 0
        found = json.loads((output / "validation.json").read_text(encoding="utf-8"))
        assert {row["value"]: row["verdict"] for row in found["models"][0]["values"]} == dict.fromkeys(VALUES, expected)
        assert said.count(expected) >= len(VALUES)
        assert "items do not discriminate" in said
        assert "it does not show what they measure" in said.replace("\n", " ")
    assert "60 of 60 items do not discriminate" in said
    assert "says as much of this respondent as of the items" in said


def test_an_item_with_its_values_swapped_is_listed_with_its_prompt(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = item("freedom", "justice", 99, tags=("justice", "freedom"))
    write_rows([*dilemmas(4), wrong], Item, tmp_path / "items.parquet")
    with FakeServer(Behaviour(answer=follows_the_prompt)) as server:
        monkeypatch.setenv("FAKE_BASE_URL", server.base_url)
        monkeypatch.setenv("FAKE_API_KEY", "none")
        code, said, _ = command(tmp_path / "items.parquet", "-m", "openai-api/fake/m", "-o", tmp_path / "out")
        assert server.repeated() == {}
    assert code == 0
    found = pl.read_parquet(tmp_path / "out" / "item_discrimination.parquet")
    assert found.filter(~pl.col("discriminates"))["item"].to_list() == [wrong.id]
    assert found.filter(pl.col("item") == wrong.id)["discrimination"].item() == -1.0
    assert "1 of 25 items do not discriminate: 0 did not move, 1 moved the other way" in said
    assert wrong.prompt in said


def test_a_dry_run_foretells_every_call_and_asks_nothing(command: Command, table: Path, tmp_path: Path) -> None:
    model = profile(tmp_path, 1)
    words = (table, "-m", model, "-o", tmp_path / "out", "--values", "freedom,和谐", "--others", "0.5")
    code, said, _ = command(*words, "--dry-run", "--json")
    assert code == 0
    foretold = {folder: rows[0]["calls"] for folder, rows in json.loads(said).items()}
    assert set(foretold) == {"baseline", "freedom", "harmony"}
    assert foretold["freedom"] == 2 * (30 + 15)
    assert not (tmp_path / "out").exists()
    code, said, _ = command(*words, "--dry-run")
    assert str(sum(foretold.values())) in said and not (tmp_path / "out").exists()
    code, _, progress = command(*words)
    assert code == 0
    assert f"3 runs, {sum(foretold.values())} calls at most" in progress
    for folder, calls in foretold.items():
        assert open_run(tmp_path / "out" / folder).answers.height == calls


def test_what_was_stopped_goes_on_by_the_same_command(command: Command, table: Path, tmp_path: Path) -> None:
    words = (table, "-m", profile(tmp_path, 3), "-o", tmp_path / "out", "--resamples", 200)
    code, _, told = command(*words, "--max-calls", 150)
    assert code == 3
    assert told.strip().splitlines()[-1].startswith("axiometer: --max-calls 150 reached")
    assert not (tmp_path / "out" / "validation.json").exists()
    code, said, _ = command(*words, "--json")
    assert code == 0
    whole = command(table, "-m", profile(tmp_path, 3), "-o", tmp_path / "other" / "out", "--resamples", 200, "--json")
    assert json.loads(said) == json.loads(whole[1])
    for name in ("validation.parquet", "verdicts.parquet", "item_discrimination.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "other" / "out" / name).read_bytes()


def test_options_may_stand_in_a_file(command: Command, table: Path, tmp_path: Path) -> None:
    config = {"items": str(table), "model": profile(tmp_path, 2), "output": "out", "values": ["freedom", "harmony"]}
    (tmp_path / "v.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    code, said, _ = command("--config", tmp_path / "v.yaml", "--json", "--resamples", 200)
    assert code == 0
    assert json.loads(said)["values"] == ["freedom", "harmony"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "no respondent"),
        (("-m", "sim/balanced", "--values", "fredom"), "did you mean"),
        (("-m", "sim/balanced", "--values", "patriotism"), "at stake in no item"),
        (("-m", "sim/balanced", "--level", "none"), "has no level"),
        (("-m", "sim/balanced", "--mode", "agree"), "--mode choice"),
        (("-m", "sim/balanced"), "no folder"),
    ],
)
def test_mistakes_are_told_in_one_line(command: Command, table: Path, words: tuple[str, ...], expected: str) -> None:
    code, _, told = command(table, *words)
    assert code == 1
    assert expected in told and told.count("\n") == 1


def test_the_starter_items_are_validated_in_both_languages(command: Command, tmp_path: Path) -> None:
    words = ("starter", "-m", "sim/balanced", "--values", "freedom,harmony", "-o", tmp_path / "out")
    code, said, _ = command(*words, "--resamples", 200)
    assert code == 0
    verdicts = pl.read_parquet(tmp_path / "out" / "verdicts.parquet")
    assert set(verdicts["lang"]) == {"all", "en", "zh"}
    assert verdicts.filter(pl.col("lang") == "all")["verdict"].to_list() == ["moves", "moves"]
    assert "by language" in said
    prompts = open_run(tmp_path / "out" / "freedom").specification.asked["steering"]["prompts"]
    assert FRAMEWORK.name("freedom", "zh") in prompts["zh"] and FRAMEWORK.name("freedom", "en") in prompts["en"]


@pytest.mark.slow
def test_all_values_of_the_starter_items_move_a_steerable_respondent(command: Command, tmp_path: Path) -> None:
    code, _, _ = command("starter", "-m", profile(tmp_path, 3), "-o", tmp_path / "out")
    assert code == 0
    verdicts = pl.read_parquet(tmp_path / "out" / "verdicts.parquet").filter(pl.col("lang") == "all")
    assert verdicts.height == 12
    assert set(verdicts["verdict"]) == {"moves"}


def test_the_words_on_the_terminal_are_chinese_for_a_chinese_reader(
    command: Command, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AXIOMETER_LANG", "zh")
    code, said, told = command(
        table, "-m", profile(tmp_path, 3), "-o", tmp_path / "out", "--values", "freedom", "--resamples", 200
    )
    assert code == 0
    assert "有变动" in said and "自由" in said and "不加引导" in told
    assert not re.search(r"\b(moves|verdict|items|steering)\b", said + told)
