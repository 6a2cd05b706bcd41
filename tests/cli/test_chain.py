"""Rules to a report, whole: planted values are recovered through items that were mined, written, checked and filtered
on the way, what faults of scenes do to them is told, and `kill -9` at any moment changes nothing."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from numpy.typing import NDArray
from tests.cli.serving import acknowledged, answered

from axiometer.analyze import AnalysisOptions, analyze
from axiometer.build.dilemmas.rows import SETTINGS
from axiometer.frameworks import load_framework
from axiometer.models.protocols import Message, Request
from axiometer.models.simulated_writer import load_writer
from axiometer.models.writer_dilemmas import WRITE, SceneFault, answer, planted_scene
from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.records.ids import content_id
from axiometer.records.rows import Item, Option
from axiometer.records.tables import read_items, write_rows
from axiometer.runtime.journal import GROUP_SIZE
from axiometer.testing import Behaviour

from .conftest import Axiometer, Serve, command, run_in, to
from .test_build_dilemmas import FAKE

FRAMEWORK = "core-socialist-values"
VALUES = tuple(value.id for value in load_framework(FRAMEWORK).values_at("core"))
RULES = 300
STEP = 1.2  # logits between two planted tiers
# Twelve values in three tiers, in three orders that share no tier: every value is once on top.
ORDERS = {
    f"chain-{number + 1}": [VALUES[(3 * place + number * 4 + place // 4) % 12] for place in range(12)]
    for number in range(3)
}

_WHO = ("neighbours", "a colleague", "your parents", "a stranger", "the town", "your friends", "a child", "the team")
_OUGHT = ("You should", "It is good to", "One ought to", "It is wrong not to", "You are expected to")
_ACT = (
    *("keep a promise to {who}", "tell {who} the truth about money", "share your harvest with {who}"),
    *("let {who} decide for themselves", "stand up for {who} in public", "work late for {who}", "be polite to {who}"),
    *("hear what {who} think before a decision", "give {who} the same chance", "obey the law although {who} object"),
)
_WHEN = ("when time is short", "although it costs you", "in hard times", "even if nobody sees it", "at the meeting")


def write_rules(path: Path) -> Path:
    """300 different rules, 25 of each core value. What a rule says and the value it stands for are not related: items
    must carry the value from the rule to the answer by their map, not by their words."""
    said = [
        f"{ought} {act.format(who=who)} {when}." for ought in _OUGHT for act in _ACT for who in _WHO for when in _WHEN
    ]
    texts = random.Random(4).sample(said, RULES)
    rules = [
        make_rule(lang="en", text=text, origin="test", values=(VALUES[n % len(VALUES)],), framework=FRAMEWORK)
        for n, text in enumerate(texts)
    ]
    write_rows(rules, Rule, path)
    return path


def write_respondents(folder: Path) -> list[str]:
    """Three respondents with values planted in three tiers of four, a pull to the first place, refusals, and effects of
    their own for each rule and item."""
    names = []
    for seed, (name, order) in enumerate(ORDERS.items()):
        profile = {
            "name": name,
            "framework": FRAMEWORK,
            "values": {value: STEP * (1 - place // 4) for place, value in enumerate(order)},
            "slot_bias": [0.4, 0.0, 0.0],
            "refusals": {"default": 0.02},
            "invalid": 0.01,
            "effects": {"item": 0.3, "rule": 0.3},
            "seed": 100 + seed,
        }
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(profile), encoding="utf-8")
        names.append(f"sim/{name}.yaml")
    return names


def tier_of(model: str, value: str) -> int:
    """The planted tier, 1 is the top."""
    order = ORDERS[model.removeprefix("sim/").removesuffix(".yaml")]
    return 1 + order.index(value) // 4


@dataclass(frozen=True, slots=True)
class Found:
    """How the tiers of a respondent came out: pairs of values of different planted tiers, those that were put into
    tiers the same way round, and those whose sets of ranks say the opposite of what is planted."""

    pairs: int
    separated: int
    level: int
    reversed_tiers: int
    reversed_ranks: int


def found_of(ranking: pl.DataFrame, model: str) -> Found:
    rows = {row["value"]: row for row in ranking.filter(pl.col("model") == model).iter_rows(named=True)}
    assert set(rows) == set(VALUES)
    pairs = [(a, b) for a in VALUES for b in VALUES if tier_of(model, a) < tier_of(model, b)]
    above = [rows[b]["tier"] - rows[a]["tier"] for a, b in pairs]
    return Found(
        pairs=len(pairs),
        separated=sum(each > 0 for each in above),
        level=sum(each == 0 for each in above),
        reversed_tiers=sum(each < 0 for each in above),
        reversed_ranks=sum(rows[a]["rank_low"] > rows[b]["rank_high"] for a, b in pairs),
    )


@pytest.mark.slow
def test_planted_tiers_are_recovered_from_three_hundred_rules_to_the_report(inside: Axiometer, tmp_path: Path) -> None:
    write_rules(tmp_path / "rules.parquet")
    said = inside("build", "conflicts", "rules.parquet", "-o", "pairs", "--from", 0.3, "--kind", "tension")
    assert said.code == 0, said.err
    said = inside("build", "dilemmas", "pairs", "-m", "sim/rulewriter", "-o", "items", "--limit", 2_000)
    assert said.code == 0, said.err
    assert "not realistic" in said.out and "near-duplicate of another scene" in said.out
    respondents = write_respondents(tmp_path)
    said = inside("measure", "items", *(word for name in respondents for word in ("-m", name)), "-o", "run")
    assert said.code == 0, said.err
    assert inside("analyze", "run").code == 0
    ranking = pl.read_parquet(tmp_path / "run" / "analysis" / "ranking.parquet").filter(pl.col("level") == "core")
    models = sorted(ranking["model"].unique().to_list())
    assert len(models) == 3
    recovered = {model: found_of(ranking, model) for model in models}
    for found in recovered.values():
        assert found.pairs == 48
        assert found.reversed_ranks == 0 and found.reversed_tiers == 0
        assert found.separated >= 0.9 * found.pairs
    assert inside("report", "run", "-o", "page.html").code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    check_page(page, ranking)
    print(*(f"{model}: {found}" for model, found in recovered.items()), sep="\n")


def check_page(page: str, ranking: pl.DataFrame) -> None:
    """Each respondent's tiers stand on the page: value, rank and tier of every row in a table."""
    framework = load_framework(FRAMEWORK)
    rows = [re.sub(r"<[^>]+>", "|", row).split("|") for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)]
    cells = [tuple(cell.strip() for cell in row if cell.strip()) for row in rows]
    for row in ranking.iter_rows(named=True):
        name = framework.name(row["value"], "en")
        shown = [
            each for each in cells if each and each[0] == name and str(row["tier"]) in each and str(row["rank"]) in each
        ]
        assert shown, f"{row['model']}: {name} is not shown in tier {row['tier']} and at rank {row['rank']}"


def put_right(item: Item, fault: SceneFault | None) -> Item:
    """The item as its words are: where the sides were turned, each side expresses what the other is said to."""
    if fault is not SceneFault.TURNED:
        return item
    one, other, *rest = item.options
    options = (Option(one.text, one.role, other.expresses), Option(other.text, other.role, one.expresses), *rest)
    return replace(item, options=options)


@pytest.mark.slow
def test_scene_faults_that_the_check_overlooks_attenuate_as_their_share_says(inside: Axiometer, tmp_path: Path) -> None:
    """A respondent that reads the words, not the map: of scenes that were turned and overlooked it takes the sides for
    what they are. Its shares, counted by the map, are drawn to 0.5 by 1 - 2e, e being the share of such scenes."""
    write_rules(tmp_path / "rules.parquet")
    assert inside("build", "conflicts", "rules.parquet", "-o", "pairs", "--from", 0.3, "--kind", "tension").code == 0
    shipped = load_writer("rulewriter")
    dilemmas = shipped.dilemmas.model_copy(update={"turned": 0.2, "overlooked": 0.5})
    careless = shipped.model_copy(update={"name": "careless", "dilemmas": dilemmas})
    written = {"kind": "writer", **careless.model_dump(mode="json")}
    (tmp_path / "careless.yaml").write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    said = inside("build", "dilemmas", "pairs", "-m", "sim/careless.yaml", "-o", "items", "--limit", 2_000)
    assert said.code == 0, said.err
    scenes = {}
    for part in sorted((tmp_path / "items" / "stages" / "alike" / "rows").glob("*.parquet")):
        scenes.update(pl.read_parquet(part, columns=["id", "parent_ids"]).iter_rows())
    items = list(read_items(tmp_path / "items" / "items.parquet"))
    faults = [planted_scene(dilemmas, careless.seed, scenes[item.parent_ids[0]][0]).fault for item in items]
    share = sum(fault is SceneFault.TURNED for fault in faults) / len(items)
    left = {str(fault): faults.count(fault) for fault in SceneFault if fault in faults}
    assert 0.05 < share < 0.2
    write_rows(
        [put_right(item, fault) for item, fault in zip(items, faults, strict=True)], Item, tmp_path / "real.parquet"
    )
    write_respondents(tmp_path)
    assert inside("measure", "real.parquet", "-m", "sim/chain-1.yaml", "-o", "run").code == 0
    answers = pl.concat([pl.read_parquet(part) for part in sorted((tmp_path / "run" / "answers").glob("*.parquet"))])
    by_words, by_map = (shares(tmp_path / name, answers) for name in ("real.parquet", "items/items.parquet"))
    slope = float(np.polyfit(by_words - 0.5, by_map - 0.5, 1)[0])
    print(f"faults in the {len(items)} items: {left}; turned {share:.3f}; shares drawn to 0.5 by {slope:.3f}, ", end="")
    print(f"expected {1 - 2 * share:.3f}; at the shipped rates about {1 - 2 * shipped_share():.4f}")
    assert slope == pytest.approx(1 - 2 * share, abs=0.06)


def shares(items: Path, answers: pl.DataFrame) -> NDArray[np.float64]:
    """The shares of the core values, in one order."""
    frameworks = {FRAMEWORK: load_framework(FRAMEWORK)}
    found = analyze(pl.read_parquet(items), answers, frameworks=frameworks, options=AnalysisOptions(resamples=100))
    rows = found.shares.filter((pl.col("level") == "core") & (pl.col("lang") == "all")).sort("value")
    assert rows["value"].to_list() == sorted(VALUES)
    return rows["share"].to_numpy()


def shipped_share() -> float:
    """The share of items whose sides are turned, at the rates of the shipped writer."""
    dilemmas = load_writer("rulewriter").dilemmas
    faults = sum(float(getattr(dilemmas, str(fault))) for fault in SceneFault)
    turned = dilemmas.turned * dilemmas.overlooked
    return turned / (1 - faults + turned)


# -- kill -9 ----------------------------------------------------------------------------------------------------------


def killed(
    folder: Path, surroundings: Mapping[str, str], words: tuple[object, ...], seconds: float, draw: random.Random
) -> bool:
    """Starts a command, kills it at a random moment within about `seconds`; whether it had to be killed."""
    with subprocess.Popen(
        command(*words), cwd=folder, env=dict(surroundings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        time.sleep(seconds * draw.uniform(0.4, 0.9))
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


def finished(folder: Path, surroundings: Mapping[str, str], *words: object) -> float:
    """Runs a command to its end; seconds that it took."""
    began = time.monotonic()
    said = run_in(folder, surroundings, *words)
    assert said.code == 0, said.err
    return time.monotonic() - began


def check_killed(
    folder: Path,
    surroundings: Mapping[str, str],
    words: tuple[object, ...],
    tables: tuple[str, ...],
    in_flight: int = 0,
) -> None:
    """Three kills at random moments, then the same command to its end: the same tables, and no request whose answer is
    in the journal was sent again. in_flight: of the calls, where a service is asked."""
    draw, url = random.Random(11), surroundings.get("FAKE_BASE_URL")
    whole, cut = folder / "a" / "whole", folder / "b" / "cut"  # apart: answers of neighbours would be taken
    seconds = finished(folder, surroundings, *words, "-o", whole)
    if url:  # answers that came are not waited for again, so the work is cut in about equal pieces
        seconds = 1.0 + (seconds - 1.0) / 3
    else:  # what the first run put into caches is there
        seconds = 0.8 * finished(folder, surroundings, *words, "-o", folder / "c" / "timed")
    kills, safe, before = 0, set[str](), answered(url) if url else {}
    asked = sum(before.values())
    for last in (False, False, False, True):
        if last:
            finished(folder, surroundings, *words, "-o", cut)
        else:
            kills += killed(folder, surroundings, (*words, "-o", cut), seconds, draw)
        if url:
            now = answered(url)
            assert not {digest for digest in safe if now[digest] > before[digest]}, "an acknowledged call was repeated"
            safe, before = acknowledged(cut), now
    assert kills >= 2, "it ended before it could be killed"
    lost = sum(before.values()) - 2 * asked
    assert 0 <= lost <= kills * (in_flight + GROUP_SIZE), "more was lost than was in flight or on its way to the disk"
    for table in tables:
        one, other = sorted(whole.glob(table)), sorted(cut.glob(table))
        assert one and [path.name for path in one] == [path.name for path in other]
        assert all(path.read_bytes() == (cut / path.relative_to(whole)).read_bytes() for path in one), table


_BETWEEN = re.compile(r"^<<<([0-9a-f]{8})\n(.*?)\n\1>>>$", re.DOTALL | re.MULTILINE)


class Writer:
    """A service that writes scenes as `sim/rulewriter` does, without faults, from the rules between the marks; asked to
    check one, it tells for which rule it wrote each side."""

    def __init__(self) -> None:
        self._sound = load_writer("rulewriter").dilemmas.without_faults()
        self._written: dict[str, str] = {}

    def __call__(self, body: dict[str, object]) -> str:
        messages = body["messages"]
        assert isinstance(messages, list)
        first, second, *checked = (text for _, text in _BETWEEN.findall(str(messages[0]["content"])))
        if checked:
            scene, side_1, side_2, _ = checked
            fits = ["1" if self._written[scene + side] == first else "2" for side in (side_1, side_2)]
            good = dict.fromkeys(("realistic", "possible", "exclusive", "even", "none_named_right", "irrelevant"), True)
            return json.dumps({"reason": "", **good, "side_1_fits": fits[0], "side_2_fits": fits[1]})
        source = content_id(first, second)
        setting = SETTINGS[int(source[:8], 16) % len(SETTINGS)]
        meta = {"step": WRITE, "source": source, "first": first, "second": second, "setting": setting, "lang": "en"}
        said = answer(self._sound, 0, Request((Message("user", ""),), meta=meta))
        scene = json.loads(said)
        self._written |= {scene["scene"] + scene["side_1"]: first, scene["scene"] + scene["side_2"]: second}
        return said


@pytest.mark.slow
def test_every_step_of_the_chain_killed_three_times_gives_what_one_go_gives(
    surroundings: Mapping[str, str], serve: Serve, tmp_path: Path
) -> None:
    write_rules(tmp_path / "rules.parquet")
    for step in ("conflicts", "dilemmas", "measure"):
        (tmp_path / step).mkdir()
    words: tuple[object, ...] = ("build", "conflicts", tmp_path / "rules.parquet", "--from", 0.3, "--per-rule", 40)
    check_killed(
        tmp_path / "conflicts", surroundings, words, ("pairs.parquet", "histogram.parquet", "coverage.parquet")
    )
    pairs = tmp_path / "conflicts" / "b" / "cut"
    writing = serve(Behaviour(answer=Writer(), latency=0.05))
    words = ("build", "dilemmas", pairs, "-m", FAKE, "--limit", 1_500, "--concurrency", 32)
    check_killed(
        tmp_path / "dilemmas", {**surroundings, **to(writing)}, words, ("items.parquet", "rejects.csv"), in_flight=32
    )
    items = tmp_path / "dilemmas" / "b" / "cut"
    assert json.loads((items / "summary.json").read_text(encoding="utf-8"))["items"] > 100
    answering = serve(Behaviour(latency=0.05))
    words = ("measure", items, "-m", FAKE, "--orders", "all", "--concurrency", 32)
    check_killed(tmp_path / "measure", {**surroundings, **to(answering)}, words, ("answers/*.parquet",), in_flight=32)
