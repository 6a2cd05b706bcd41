"""`axiometer build themes` as a user has it: from two rule sets to shares of positions, resumed, with its mistakes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from tests.build.themes.planted import write_sets

from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.records.tables import read_items, read_rows, write_rows
from axiometer.testing import Behaviour

from .conftest import Axiometer, Serve, killed_at, run_in

SIM = "sim/rulewriter"
FAKE = "openai-api/fake/m"
SETS = ("--a", "cvc.parquet", "--b", "social.parquet")
_BETWEEN = re.compile(r"^<<<([0-9a-f]{8})\n(.*?)\n\1>>>$", re.DOTALL | re.MULTILINE)


def test_two_rule_sets_become_items_answers_and_shares_of_positions(inside: Axiometer, tmp_path: Path) -> None:
    write_sets(tmp_path, 20)
    words = ("build", "themes", *SETS, "--name-a", "CVC", "-m", SIM, "-o", "items")
    said = inside(*words, "--dry-run")
    assert said.code == 0 and "Nothing was asked" in said.out and not (tmp_path / "items").exists()
    assert "Style, CVC minus social" in said.out
    said = inside(*words)
    assert said.code == 0, said.err
    for expected in (
        "CVC: ",
        "under no theme",
        "surrogacy",
        "length, before",
        "form, matched",
        "near and alike go with",
    ):
        assert expected in said.out
    items = read_items(tmp_path / "items" / "items.parquet")
    assert len(items) > 40
    assert inside("measure", "items", "-m", "sim/balanced", "--repeats", 2, "-o", "run").code == 0
    assert inside("analyze", "run", "--resamples", 100).code == 0
    shares = pl.read_parquet(tmp_path / "run" / "analysis" / "shares.parquet").filter(pl.col("level") == "position")
    assert shares["value"].to_list() == ["CVC", "social"] and shares["items"].to_list() == [len(items)] * 2
    assert shares["share"].sum() == pytest.approx(1.0)
    status = json.loads(inside("build", "themes", "--status", "items", "--json").out)
    assert len(status["themes"]) == 6 and [step["waiting"] for step in status["steps"]] == [0, 0, 0, 0]
    assert "rules: CVC" in inside("build", "themes", "--status", "items").out


def test_a_service_is_told_the_theme_and_no_answer_is_asked_for_twice(
    inside: Axiometer, serve: Serve, tmp_path: Path
) -> None:
    write_sets(tmp_path, 10)
    (tmp_path / "own.yaml").write_text(
        "themes:\n  - id: weapons\n    names: {en: guns and rifles, zh: 枪支}\n"
        "    keywords: {en: [gun*, handgun*, rifle*]}\n",
        encoding="utf-8",
    )
    prompts: list[str] = []

    def said_by_service(body: dict[str, object]) -> str:
        messages = body["messages"]
        assert isinstance(messages, list)
        prompt = str(messages[0]["content"])
        prompts.append(prompt)
        shown = [text for _, text in _BETWEEN.findall(prompt)]
        if len(shown) == 2:
            scene = {
                "scene": f"You meet {shown[0].split()[0]} and {shown[1].split()[0]} at noon, number {len(prompts)}."
            }
            sides = {f"side_{n}": f"You turn to what {len(rule)} letters ask." for n, rule in enumerate(shown, 1)}
            return json.dumps({**scene, **sides, "irrelevant": "You tie your shoes."})
        lengths = [re.findall(r"\d+", side)[0] for side in shown[3:5]]
        fits = {f"side_{n}_fits": "1" if lengths[n - 1] == str(len(shown[0])) else "2" for n in (1, 2)}
        return json.dumps(
            dict.fromkeys(("realistic", "possible", "exclusive", "even", "none_named_right", "irrelevant"), True) | fits
        )

    server = serve(Behaviour(answer=said_by_service))
    words = ("build", "themes", *SETS, "--themes", "own.yaml", "-m", FAKE, "-o", "items", "--threshold", 1)
    stopped = inside(*words, "--max-calls", 5)
    assert stopped.code == 3 and "--max-calls 5" in stopped.err
    said = inside(*words)
    assert said.code == 0, said.err
    assert server.counts.repeated == 0 and server.counts.answered >= 5
    written = [prompt for prompt in prompts if len(_BETWEEN.findall(prompt)) == 2]
    assert written and all("this theme: guns and rifles" in prompt for prompt in written)
    assert not any("guns and rifles" in prompt for prompt in prompts if prompt not in written)
    items = read_items(tmp_path / "items" / "items.parquet")
    assert items and {item.meta["theme"] for item in items} == {"weapons"}
    sets = {
        name: {rule.id: rule.text for rule in read_rows(tmp_path / f"{name}.parquet", Rule)}
        for name in ("cvc", "social")
    }
    for item in items:  # the side that names the length of a rule expresses that rule and the set that it is of
        for option in item.options[:2]:
            position, rule = (each.target for each in option.expresses)
            assert re.findall(r"\d+", option.text)[0] == str(len(sets[position][rule]))
    assert "lang: None -> zh" in inside(*words, "--lang", "zh").line
    assert "caliper: 1.6 -> 2.0" in inside(*words, "--caliper", 2).line


@pytest.mark.slow  # the stages are those of `build dilemmas`, which is killed in every run of the tests
def test_killed_anywhere_the_same_items_come_out(surroundings: Mapping[str, str], tmp_path: Path) -> None:
    write_sets(tmp_path, 12)
    words = ("build", "themes", *SETS, "-m", SIM, "--scenes", 2, "-o")
    assert run_in(tmp_path, surroundings, *words, "whole").code == 0
    marks = ("themes.yaml", "matches/pairs.parquet", "stages/write/rows/*", "items.parquet")
    killed = sum(killed_at(tmp_path, surroundings, mark, *words, "cut") for mark in marks)
    said = run_in(tmp_path, surroundings, *words, "cut")
    assert said.code == 0, said.err
    assert killed >= 2
    for name in ("items.parquet", "rejects.csv", "matches/pairs.parquet", "matches/rules.parquet"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-m", SIM, "-o", "i"), "two rule sets are needed"),
        (("--a", "cvc.parquet", "-m", SIM, "-o", "i"), "two rule sets are needed"),
        ((*SETS, "-o", "i"), "no model"),
        ((*SETS, "-m", SIM), "no folder for the items"),
        (("--a", "cvc.parquet", "--b", "missing.parquet", "-m", SIM, "-o", "i"), "missing.parquet: no such file"),
        (("--a", "cvc.parquet", "--b", "cvc.parquet", "-m", SIM, "-o", "i"), "both rule sets are called cvc"),
        ((*SETS, "--name-a", "x", "--name-b", " x ", "-m", SIM, "-o", "i"), "both rule sets are called x"),
        ((*SETS, "--name-a", " ", "-m", SIM, "-o", "i"), "the name of a rule set is empty"),
        (("--a", "cvc.parquet", "--b", "other.parquet", "-m", SIM, "-o", "i"), "not a table of rules"),
        (("--a", "cvc.parquet", "--b", "plain.parquet", "-m", SIM, "-o", "i"), "no rule of plain holds a keyword"),
        (
            ("--a", "cvc.parquet", "--b", "french.parquet", "-m", SIM, "-o", "i"),
            "its languages are fr, keywords are in en, zh",
        ),
        (("--a", "cvc.parquet", "--b", "clash.parquet", "-m", SIM, "-o", "i"), "stands for one rule in cvc"),
        (("--a", "cvc.parquet", "--b", "chinese.parquet", "-m", SIM, "-o", "i"), "say with --lang"),
        ((*SETS, "--themes", "none.yaml", "-m", SIM, "-o", "i"), "none.yaml: no such file"),
        ((*SETS, "--themes", "empty.yaml", "-m", SIM, "-o", "i"), "the file holds no themes"),
        ((*SETS, "--themes", "typo.yaml", "-m", SIM, "-o", "i"), "there is no such key"),
        ((*SETS, "--caliper", "1", "-m", SIM, "-o", "i"), "--caliper 1 is not above 1"),
        ((*SETS, "--from", "0.95", "-m", SIM, "-o", "i"), "the range of cosines from 0.95 to"),
        ((*SETS, "--sample", "7000", "-m", SIM, "-o", "i"), "--sample 7000 is more than 6000"),
        ((*SETS, "--per-theme", "0", "-m", SIM, "-o", "i"), "--per-theme"),
        ((*SETS, "-m", "sim/balanced", "-o", "i"), "sim/balanced answers items and writes none"),
        ((*SETS, "-m", SIM, "-o", "cvc.parquet"), "a file stands where a folder is needed"),
        ((*SETS, "-m", SIM, "-o", "full"), "exists and is not the work of `axiometer build themes`"),
        (("--status", "full"), "no themes.yaml here"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    inside: Axiometer, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    cvc, social = write_sets(tmp_path, 4)
    first = next(iter(read_rows(cvc, Rule)))
    for name, texts in {
        "plain": [("en", "One should smile."), ("en", "Always knock.")],
        "french": [("fr", "Il ne faut pas fumer de drugs."), ("fr", "Il faut voter.")],
        "chinese": [("zh", "应当禁止吸毒"), ("zh", "应当积极投票")],
    }.items():
        rules = [make_rule(lang=lang, text=text, origin="x") for lang, text in texts]
        write_rows(rules, Rule, tmp_path / f"{name}.parquet")
    clash = pl.read_parquet(social).with_columns(
        id=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(first.id)).otherwise("id")
    )
    clash.write_parquet(tmp_path / "clash.parquet")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "other.parquet")
    (tmp_path / "empty.yaml").write_text("themes: []\n", encoding="utf-8")
    (tmp_path / "typo.yaml").write_text(
        "themes:\n  - {id: a, names: {en: a}, keyword: {}, keywords: {en: [a]}}\n", "utf-8"
    )
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine", encoding="utf-8")
    before = {path.name for path in tmp_path.iterdir()}
    assert expected in inside("build", "themes", *words).line
    assert {path.name for path in tmp_path.iterdir()} == before


def test_where_nothing_is_matched_nothing_is_left_and_other_calipers_may_be_tried(
    inside: Axiometer, tmp_path: Path
) -> None:
    write_sets(tmp_path, 8)
    rules = [make_rule(lang="en", text=text, origin="x") for text in ("One must not sell drugs.", "Guns.")]
    write_rows(rules, Rule, tmp_path / "few.parquet")
    words = ("build", "themes", "--a", "cvc.parquet", "--b", "few.parquet", "-m", SIM, "-o", "items")
    said = inside(*words, "--from", 0.7)
    assert said.code == 1 and said.err.splitlines()[-1] == (
        "axiometer: no rule of cvc is matched with a rule of few (lower --from (0.7), or widen --caliper (1.6))"
    )
    assert {path.name for path in (tmp_path / "items").iterdir()} <= {".lock"}
    assert inside(*words, "--from", 0.0, "--caliper", 20).code == 0


def test_themes_are_told_in_chinese(inside: Axiometer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sets(tmp_path, 12, ("zh", "zh"))
    monkeypatch.setenv("AXIOMETER_LANG", "zh")
    said = inside("build", "themes", *SETS, "-m", SIM, "-o", "items")
    assert said.code == 0 and "不属任何主题" in said.out and "文风差异" in said.out and "未配对的原因" in said.out
    assert not re.search(r"\b(before|matched|chosen|length|theme|rule set|rules|near)\b", said.out)
    assert {item.lang for item in read_items(tmp_path / "items" / "items.parquet")} == {"zh"}
