"""Judged and open runs as a user has them: from items to labels by people, killed in either round, mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from tests.cli.serving import acknowledged

from axiometer.measure.reading import open_run, read_free_answers, read_run_labels
from axiometer.records import Expression, ExpressionKind, Item, ItemKind, Option, make_item
from axiometer.records.tables import write_rows
from axiometer.testing import Behaviour

from .conftest import Axiometer, Serve, killed_at, to

JUDGED = ("--mode", "judged", "--judge", "sim/judge")
STREETS = {
    "en": (
        "Should Mill Street be closed on Sunday {n}?",
        "Close Mill Street on Sunday {n}.",
        "Keep it open on Sunday {n}.",
    ),
    "zh": ("第{n}个周日磨坊街该不该禁行？", "第{n}个周日磨坊街应当禁行。", "第{n}个周日磨坊街应当通行。"),
}


def statement(number: int, lang: str = "en") -> Item:
    prompt, *texts = (text.format(n=number) for text in STREETS[lang])
    options = tuple(
        Option(text, expresses=(Expression(ExpressionKind.POSITION, "Mercury 2020", sign),))
        for text, sign in zip(texts, (1, -1), strict=True)
    )
    return make_item(
        kind=ItemKind.STATEMENT, lang=lang, prompt=prompt, options=options, clusters=(f"i{number}",), source="test"
    )


@pytest.fixture
def items(tmp_path: Path) -> Path:
    write_rows([statement(n, lang) for n in range(60) for lang in STREETS], Item, tmp_path / "items.parquet")
    return tmp_path / "items.parquet"


def test_from_free_answers_to_labels_and_an_analysis_that_has_them(
    inside: Axiometer, items: Path, tmp_path: Path
) -> None:
    (tmp_path / "warm.yaml").write_text("name: warm\nvalues: {Mercury 2020: 1.0}\nseed: 3\n", encoding="utf-8")
    said = inside("measure", "items.parquet", "-m", "sim/warm.yaml", "-m", "sim/balanced", *JUDGED, "-o", "run")
    assert said.code == 0 and "480 presentations in run" in said.out, said.err
    assert inside("annotate", "sheet", "run", "-n", 40, "-o", "sheet.csv").code == 0
    sheet = pl.read_csv(tmp_path / "sheet.csv", infer_schema=False)
    truth = [
        "1" if one.strip("。.") in text and two.strip("。.") not in text else "2"
        for text, one, two in sheet.select("answer", "option_1", "option_2").iter_rows()
    ]
    sheet.with_columns(label=pl.Series(truth)).write_csv(tmp_path / "ada.csv")
    done = inside("annotate", "import", "run", "ada.csv")
    assert done.code == 0 and "40 labels of ada in run" in done.out
    labels = read_run_labels(tmp_path / "run")
    free = read_free_answers(tmp_path / "run")
    assert labels.height == 40 and set(labels["subject"]) <= set(free["id"])
    assert inside("analyze", "run", "--resamples", 200).code == 0
    assert inside("report", "run", "-o", "page.html").code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    plain = free.filter(~pl.col("text").str.contains('"'))["text"]
    assert sum(text in page for text in plain) == len(plain) > 50, "the page shows what the respondent said"
    assert '\\"closer\\"' not in page


def test_the_estimate_names_the_judge_and_nothing_is_written(inside: Axiometer, items: Path, tmp_path: Path) -> None:
    said = inside("measure", "items.parquet", "-m", "sim/balanced", *JUDGED, "--limit", 30, "--dry-run", "--json")
    respondent, judge = json.loads(said.out)
    assert (respondent["calls"], judge["calls"], judge["model"]) == (30, 60, "sim/judge")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["items.parquet"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--mode", "judged"), "--mode judged needs a judge (name another model with --judge provider/name)"),
        (("--judge", "sim/judge"), "--judge has no meaning with --mode choice (leave it out, or use --mode judged)"),
        (
            ("--mode", "judged", "--judge", "sim/communal"),
            "sim/communal cannot judge answers (for trying, use sim/judge)",
        ),
        ((*JUDGED, "--orders", "all"), "--orders all has no meaning with --mode judged: a judge sees both orders"),
        (
            ("--mode", "open", "--judge", "sim/judge"),
            "so a free answer cannot be told by values (ask it with --mode judged)",
        ),
    ],
)
def test_mistakes_are_one_line(inside: Axiometer, items: Path, words: tuple[str, ...], line: str) -> None:
    assert line in inside("measure", "items.parquet", "-m", "sim/balanced", *words, "-o", "run").line


def test_a_model_that_judges_itself_is_refused_unless_forced(
    inside: Axiometer, serve: Serve, items: Path, tmp_path: Path
) -> None:
    serve(Behaviour(mix=(("Close Mill Street, I would say.", 1.0),)))
    command = ("measure", "items.parquet", "--limit", 3, "-m", "openai-api/fake/m", "--mode", "judged")
    own = ("--judge", "openai-api/fake/m", "-o", "run")
    assert "openai-api/fake/m would judge its own answers" in inside(*command, *own).line
    assert inside(*command, *own, "--judge-itself").code == 0
    assert open_run(tmp_path / "run").specification.asked["judge"]["name"] == "openai-api/fake/m"


def test_what_is_said_of_respondents_is_not_said_of_the_judge(
    inside: Axiometer, serve: Serve, items: Path, tmp_path: Path
) -> None:
    server = serve(Behaviour(mix=(("Close Mill Street, I would say.", 1.0),)))
    words = ("--mode", "judged", "--judge", "openai-api/fake/j", "--system", "You are a mayor.", "--max-tokens", 99)
    more = ("--temperature", 0.7, "--max-calls", 9)
    said = inside("measure", "items.parquet", "--limit", 3, "-m", "openai-api/fake/m", *words, *more, "-o", "run")
    assert said.code == 0, said.err
    by_model = {str(each.body["model"]): each.body for each in server.received}
    assert by_model["m"]["temperature"] == 0.7 and "mayor" in str(by_model["m"]["messages"])
    assert by_model["j"]["temperature"] == 0.0 and "mayor" not in str(by_model["j"]["messages"])
    assert 99 in (by_model["m"].get("max_tokens"), by_model["m"].get("max_completion_tokens"))
    assert len(server.received) == 9, "the limit of calls is one for both rounds"


@pytest.mark.slow
def test_killed_in_either_round_a_run_ends_with_the_same_bytes_and_asks_nothing_again(
    axiometer: Axiometer, surroundings: dict[str, str], serve: Serve, items: Path, tmp_path: Path
) -> None:
    mix = (("I would say: close Mill Street on that Sunday.", 1.0), ("No, keep it open on that Sunday.", 1.0))
    server = serve(Behaviour(mix=mix, latency=0.02))
    reach = {**surroundings, **to(server)}
    command = ("measure", "items.parquet", "-m", "openai-api/fake/m", "--mode", "judged", "--judge")
    rest = ("openai-api/fake/j", "--concurrency", 8, "-o")
    assert axiometer(*command, *rest, "one/whole", env=to(server)).code == 0
    safe: dict[str, int] = {}
    for mark in ("journal/*.sqlite-wal", "free/m00-*.parquet"):
        assert killed_at(tmp_path, reach, mark, *command, *rest, "two/killed")
        answers = {digest: full for digest, (_, full) in server.each().items()}
        assert not [digest for digest, before in safe.items() if answers[digest] > before], "paid for again"
        safe = {digest: answers[digest] for digest in acknowledged(tmp_path / "two" / "killed")}
    assert not (tmp_path / "two" / "killed" / "answers").exists(), "it was killed before it had judged"
    assert axiometer(*command, *rest, "two/killed", env=to(server)).code == 0
    assert not [digest for digest, before in safe.items() if server.each()[digest][1] > before]
    for table in ("free", "answers"):
        one, other = (tmp_path / "one" / "whole" / table, tmp_path / "two" / "killed" / table)
        assert [path.read_bytes() for path in sorted(one.iterdir())] == [
            path.read_bytes() for path in sorted(other.iterdir())
        ]


def test_a_judge_is_screened_and_told_by_language_and_kind(inside: Axiometer, tmp_path: Path) -> None:
    said = inside("annotate", "screen", "-m", "sim/judge", "--lang", "en", "-o", "screened")
    assert said.code == 0 and "ironic" in said.out and "It corrects no estimate" in said.out
    told = json.loads(inside("annotate", "screen", "-m", "sim/judge", "--lang", "en", "-o", "screened", "--json").out)
    (english,) = told["languages"]
    assert told["calls"] == 0 and english["right"]["n"] == 57
    assert (
        sum(cell["n"] for cell in english["confusion"])
        == 114
        == pl.read_parquet(tmp_path / "screened" / "screened.parquet").height
    )
