"""`axiometer build map` as a user has it: released dilemmas whose map is not published, to an analysis."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from axiometer.frameworks import load_framework
from axiometer.models.draws import uniform
from axiometer.records.importers.starter import starter_items, starter_rules
from axiometer.records.rows import Answer, ExpressionKind, Role
from axiometer.records.tables import read_items, read_rows
from axiometer.testing import Behaviour

from .conftest import Axiometer, Serve

VERB = ("build", "map")
LETTERS = "ABC"
# The true rule of every option text, which no file that is imported says.
TRUTH: dict[str, str | None] = {}


def released(path: Path, rows: int) -> None:
    """A file as CVC / C-VARC releases it, from starter dilemmas in zh: options in a drawn order, no map, answers."""
    framework = load_framework("core-socialist-values")
    rules = starter_rules()
    table = []
    for item in starter_items(("zh",))[:rows]:
        order = sorted(range(3), key=lambda option: uniform("order", item.id, option))
        texts = [item.options[option].text for option in order]
        first, second = (rules[rule] for rule in item.clusters)
        for option, rule in zip(item.options, (*item.clusters, None), strict=True):
            TRUTH[option.text] = None if rule is None else rules[rule].texts["zh"]
        table.append(
            {
                "scene": item.prompt,
                "options": "\n".join(f"{letter}：{text}" for letter, text in zip(LETTERS, texts, strict=True)),
                "rot1": first.texts["zh"],
                "rot2": second.texts["zh"],
                "derived_values_1": framework.value(first.value).names["zh"],
                "derived_values_2": framework.value(second.value).names["zh"],
                "result": LETTERS[order.index(int(uniform("answer", item.id) * 2))],
            }
        )
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(table[0]))
        writer.writeheader()
        writer.writerows(table)


@pytest.fixture
def unmapped(inside: Axiometer, tmp_path: Path) -> Path:
    released(tmp_path / "model-x.csv", 198)
    said = inside("import", "cvc-dilemmas", "model-x.csv", "-o", "unmapped.parquet")
    assert said.code == 0, said.err
    return tmp_path / "unmapped.parquet"


def right_maps(folder: Path) -> list[bool]:
    """For each mapped item, whether each option's rule is the one that it was written for."""
    found = []
    for item in read_items(folder / "items.parquet"):
        words = dict(zip(item.clusters, (item.meta["rule_1"], item.meta["rule_2"]), strict=True))
        said = [
            next((words[e.target] for e in option.expresses if e.kind is ExpressionKind.RULE), None)
            for option in item.options
        ]
        found.append(said == [TRUTH[option.text] for option in item.options])
    return found


def test_a_map_is_recovered_answers_follow_and_shares_are_corrected_for_it(
    inside: Axiometer, unmapped: Path, tmp_path: Path
) -> None:
    said = inside(*VERB, unmapped, "-o", "items", "--answers", "unmapped.answers.parquet")
    assert said.code == 0, said.err
    assert "calibrated on: starter" in said.out
    items = read_items(tmp_path / "items" / "items.parquet")
    rejects = pl.read_csv(tmp_path / "items" / "rejects.csv")
    assert len(items) + rejects.height == 198 and rejects["reason"].null_count() == 0
    right = right_maps(tmp_path / "items")
    assert 100 < len(right) < 198 and sum(right) / len(right) > 0.85
    for item in items:
        assert item.mapped and item.meta["map_method"] == "embedder" and item.meta["map_calibrated"] == "starter"
        assert 0.8 <= float(item.meta["map_confidence"]) <= 1 and float(item.meta["map_sides"]) >= 0.8
        assert sorted(option.role for option in item.options) == [Role.DISTRACTOR, Role.SIDE, Role.SIDE]
        kinds = {e.kind for option in item.options for e in option.expresses}
        assert kinds == {ExpressionKind.RULE, ExpressionKind.VALUE}
    before = {answer.item: answer.option for answer in read_rows(tmp_path / "unmapped.answers.parquet", Answer)}
    for answer in read_rows(tmp_path / "items" / "answers" / "answers.parquet", Answer):
        item = next(each for each in items if each.id == answer.item)
        assert answer.option == before[item.meta["unmapped_id"]] and answer.parent_ids[0] == item.id
    recorded = "recorded/items/answers/answers.parquet"
    assert inside("measure", "items", "-m", recorded, "--orders", "one", "-o", "run").code == 0
    assert inside("analyze", "run", "--resamples", 200).code == 0
    summary = json.loads((tmp_path / "run" / "analysis" / "summary.json").read_text("utf-8"))
    assert summary["maps"]["recovered"] == len(items) and summary["maps"]["methods"] == {"embedder": len(items)}
    assert inside("report", "run", "-o", "page.html").code == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "recovered" in page and "embedder" in page


def fill(sheet: Path, path: Path, wrong: frozenset[int] = frozenset()) -> None:
    """Fills the sheet as a person would who knows the truth, and says `none` for the rows `wrong`."""
    with sheet.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for number, row in enumerate(rows):
        for rule in ("1", "2"):
            words = row[f"rule_{rule}"]
            fits = next(letter for letter in LETTERS if TRUTH[row[f"option_{letter}"]] == words)
            row[f"fits_rule_{rule}"] = "none" if number in wrong else fits
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_people_check_a_blind_sheet_and_their_answers_become_probabilities_with_ends(
    inside: Axiometer, unmapped: Path, tmp_path: Path
) -> None:
    assert inside(*VERB, unmapped, "-o", "items", "--sheet", 120).code == 0
    sheet = tmp_path / "items" / "sheet.csv"
    assert "map_" not in sheet.read_text("utf-8-sig") and "confidence" not in sheet.read_text("utf-8-sig")
    fill(sheet, tmp_path / "filled.csv", wrong=frozenset({3, 5}))
    kept = sheet.read_bytes()
    said = inside(*VERB, unmapped, "-o", "items", "--sheet", 120, "--checked", "filled.csv", "--json")
    assert said.code == 0, said.err
    assert sheet.read_bytes() == kept  # a sheet that people may be filling in is not written again
    people = json.loads(said.out)["people"]
    assert people["checked"] == 120 and people["none"] == 2
    p = [block["p"] for block in people["blocks"]]
    assert p == sorted(p) and len(p) > 1
    items = read_items(tmp_path / "items" / "items.parquet")
    for item in items:
        assert item.meta["map_calibrated"] == "people"
        low, point, high = (float(item.meta[f"map_{name}"]) for name in ("low", "confidence", "high"))
        assert 0.5 < low <= point <= high <= 1 and point >= 0.8
    right = right_maps(tmp_path / "items")
    mean = sum(float(item.meta["map_confidence"]) for item in items) / len(items)
    assert abs(mean - sum(right) / len(right)) < 0.08


def test_mistakes_on_the_sheet_and_on_the_command_line_are_one_line(
    inside: Axiometer, unmapped: Path, tmp_path: Path
) -> None:
    run = (*VERB, unmapped, "-o", "items")
    assert inside(*run).code == 0
    fill(tmp_path / "items" / "sheet.csv", tmp_path / "filled.csv")
    good = (tmp_path / "filled.csv").read_text("utf-8").splitlines()
    rows = list(csv.reader(good))

    def with_row(*cells: tuple[int, str]) -> str:
        changed = [list(row) for row in rows]
        for column, cell in cells:
            changed[1][column] = cell
        with (tmp_path / "bad.csv").open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows(changed)
        return inside(*run, "--checked", "bad.csv").line

    assert with_row((8, "D")).startswith("bad.csv, line 2, column 'fits_rule_1': 'D' is not an answer")
    assert "no answer" in with_row((9, "")) and "fits_rule_2" in with_row((9, ""))
    assert "cannot fit both" in with_row((8, "A"), (9, "A"))
    assert "no item to map" in with_row((0, "x"))
    assert "too few to calibrate" in _few(inside, run, rows, tmp_path)
    assert "unknown method" in inside(*run, "--method", "tarot").line
    assert "--least 0.5 is not from 0.55 to 1" in inside(*run, "--least", "0.5").line
    assert "two different names" in inside(*run, "--positions", "S").line
    assert "seed" in inside(*run, "--seed", 5).err and inside(*run, "--seed", 5).code == 1
    assert "no items" in inside(*VERB, "-o", "other").line
    known = tmp_path / "known.parquet"
    assert inside("import", "starter", "-o", known.name, "--lang", "en").code == 0
    assert "the map is known already" in inside(*VERB, known, "-o", "other").line


def _few(inside: Axiometer, run: tuple[object, ...], rows: list[list[str]], folder: Path) -> str:
    with (folder / "few.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows[:6])
    return inside(*run, "--checked", "few.csv").line


def test_a_judge_is_asked_in_both_orders_and_the_account_is_what_was_planted(
    inside: Axiometer, unmapped: Path, tmp_path: Path
) -> None:
    from axiometer.models.writer_maps import WAYS, planted_map, planted_truth
    from axiometer.models.writer_profile import load_writer

    run = (*VERB, unmapped, "-o", "judged", "--method", "llm/sim/rulewriter")
    dry = inside(*run, "--dry-run", "--json")
    assert json.loads(dry.out)[0]["calls"] == 2 * 198
    said = inside(*run, "--json", "--keep-unsure")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert found["calibrated"] == "no" and found["items"] == 198
    assert [step["step"] for step in found["steps"]] == ["judge", "map"]
    assert found["steps"][0]["account"]["rows"] == 396 and found["steps"][1]["account"]["kept"] == found["mapped"]
    profile = load_writer("rulewriter")
    planted = {
        item.id: planted_map(profile.maps, profile.seed, item.id, planted_truth(profile.seed, item.id))
        for item in read_items(unmapped)
    }
    items = read_items(tmp_path / "judged" / "items.parquet")
    mapped = [item for item in items if item.mapped]
    assert len(items) == 198 and found["mapped"] == len(mapped) and found["kept_unsure"] == 198 - len(mapped)
    assert 150 < len(mapped) < 198
    for item in mapped:
        both = planted[item.meta["unmapped_id"]].said
        ways = {way for way in both if way is not None}
        assert len(ways) == 1, "calls that differ are never a map"
        left = next(place for place, option in enumerate(item.options) if option.role is Role.DISTRACTOR)
        assert WAYS[ways.pop()][2] == left
    sure = [item.id for item in items if not item.mapped]
    agreeing = [item for item in sure if planted[item].said[0] == planted[item].said[1]]
    assert len(agreeing) < 12  # one of their calls was refused
    again = inside(*run, "--json", "--keep-unsure")
    assert json.loads(again.out)["calls"] == 0
    account = json.loads(inside(*VERB, "--status", "judged", "--json").out)
    assert [step["step"] for step in account] == ["judge", "map"] and account[0]["account"]["rows"] == 396


def test_answers_that_are_none_or_to_other_items_are_told_before_a_judge_is_asked(
    inside: Axiometer, unmapped: Path, tmp_path: Path
) -> None:
    run = (*VERB, unmapped, "-o", "judged", "--method", "llm/sim/rulewriter")
    assert "no such file" in inside(*run, "--answers", "missing.parquet").line
    assert "columns missing" in inside(*run, "--answers", unmapped).line
    assert inside("import", "starter", "-o", "known.parquet", "--lang", "en").code == 0
    assert inside("measure", "known.parquet", "-m", "sim/balanced", "-o", "run", "--limit", 3).code == 0
    assert "to an item that can be mapped" in inside(*run, "--answers", "run/answers").line
    assert not (tmp_path / "judged").exists()


def test_a_judge_is_measured_on_the_starter_dilemmas(inside: Axiometer, tmp_path: Path) -> None:
    said = inside(*VERB, "-o", "measured", "--method", "llm/sim/rulewriter", "--calibrate", "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)["calibration"]
    assert found["items"] == 396 and 0.8 < found["whole"]["share"] < 0.97
    assert json.loads((tmp_path / "measured" / "calibration.json").read_text("utf-8"))["method"] == "llm/sim/rulewriter"


def test_the_weights_that_ship_are_those_that_the_command_measures(inside: Axiometer, tmp_path: Path) -> None:
    from axiometer.build.mapping.calibration import shipped

    said = inside(*VERB, "--calibrate", "-o", "measured")
    assert said.code == 0, said.err
    found = json.loads((tmp_path / "measured" / "calibration.json").read_text("utf-8"))
    known = shipped()
    assert found["weights"] == pytest.approx(known["weights"], rel=1e-3)
    assert found["whole"] == pytest.approx(known["whole"]) and found["whole"]["share"] > 0.8


def test_positions_of_two_sets_are_expressed_by_the_sides(inside: Axiometer, unmapped: Path, tmp_path: Path) -> None:
    assert inside(*VERB, unmapped, "-o", "items", "--positions", "S,RS", "--sheet", 0).code == 0
    assert not (tmp_path / "items" / "sheet.csv").exists()
    for item in read_items(tmp_path / "items" / "items.parquet"):
        named = {e.target for option in item.options for e in option.expresses if e.kind is ExpressionKind.POSITION}
        assert named == {"S", "RS"}


def test_a_service_is_asked_no_more_calls_than_allowed_and_goes_on_where_it_stopped(
    inside: Axiometer, serve: Serve, unmapped: Path, tmp_path: Path
) -> None:
    server = serve(Behaviour(rulewriter=True))
    run = (*VERB, unmapped, "-o", "judged", "--method", "llm/openai-api/fake/m", "--temperature", "0")
    stopped = inside(*run, "--max-calls", 100)
    assert stopped.code == 3 and not (tmp_path / "judged" / "items.parquet").exists()
    assert server.counts.answered == 100
    waiting = json.loads(inside(*VERB, "--status", "judged", "--json").out)
    assert waiting[1]["waiting"] == 198
    assert inside(*run).code == 0
    assert server.counts.answered == 396 and server.counts.repeated == 0
    assert len(read_items(tmp_path / "judged" / "items.parquet")) == 198  # its two calls never differ
    assert inside(*run, "--least", "0.9").code == 0 and server.counts.answered == 396
