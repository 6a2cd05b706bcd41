"""Published sets of rules on their way into a corpus: imported, joined with texts, labelled beside their own labels."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from axiometer.records import Rule
from axiometer.records.tables import read_rows

from .conftest import Said, run_in

FRAMEWORK = ("--framework", "core-socialist-values", "-m", "sim/rulewriter", "--processes", "1")
SOCIAL_COLUMNS = (
    "area",
    "split",
    "rot-agree",
    "rot-moral-foundations",
    "rot-categorization",
    "rot-bad",
    "rot",
    "rot-id",
)
SOCIAL = (
    (
        "confessions",
        "train",
        "3",
        "care-harm|fairness-cheating",
        "social-norms",
        "0",
        "It is kind to lend tools to a neighbour.",
        "rot/1",
    ),
    (
        "confessions",
        "dev",
        "4",
        "loyalty-betrayal",
        "morality-ethics",
        "0",
        "You should keep a friend's secret.",
        "rot/2",
    ),
    ("dearabby", "train", "2", "", "advice", "0", "It is rude to interrupt people who are speaking.", "rot/3"),
    ("dearabby", "train", "1", "", "advice", "0", "People should pay their own share of a dinner.", "rot/4"),
    ("dearabby", "train", "2", "", "advice", "1", "Unclear words of no use.", "rot/5"),
)
MIC_COLUMNS = ("Q", "A", "A_agrees", "rot", "moral", "rot-agree", "violation-severity", "rot-id", "chatbot", "split")
MIC = (
    ("May I tell?", "Sure.", "0", "you should keep a friend’s secret", "loyalty", "4", "3", "m/1", "bot", "train"),
    (
        "May I read?",
        "No.",
        "2",
        "It is wrong to read a stranger's letters.",
        "authority|liberty",
        "5",
        "4",
        "m/2",
        "bot",
        "train",
    ),
    ("Say thanks?", "Yes.", "2", "It is good to thank people who help you.", "care", "-1", "2", "m/3", "bot", "dev"),
)
CVC = (
    ("进门之前应当先敲门，这样才有礼貌。", ["国家"], ["文明"], ["文明礼仪"]),
    ("在公共场所说话应当轻声。", ["国家"], ["文明"], ["文明礼仪"]),
    ("收到别人的帮助应当道谢。", ["国家"], ["文明"], ["文明礼仪"]),
    ("借了别人的东西应当按时归还。", ["个人"], ["诚信"], []),
    ("答应别人的事情应当尽力做到。", ["个人"], ["诚信"], []),
)
LABELS = (
    ("进门之前应当先敲门，这样才有礼貌。", "文明礼仪", "1", ""),
    ("在公共场所说话应当轻声。", "文明礼仪", "1", ""),
    ("收到别人的帮助应当道谢。", "文明礼仪", "1", ""),
    ("在图书馆里可以大声说话。", "文明礼仪", "-1", "在图书馆里应当轻声说话。"),
    ("蓝色比绿色好看。", "文明礼仪", "0", ""),
)
TEXTS = (
    "The librarian stayed late so that the pupils could finish their reading.",
    "A driver gave back the wallet that was left in his cab.",
    "村里的会计每个月都把账目贴在门口。",
    "志愿者连续三年教老人使用手机。",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with the imported sets, texts and labels in it, in which commands are run."""

    folder: Path
    surroundings: Mapping[str, str]

    def run(self, *words: object) -> Said:
        said = run_in(self.folder, self.surroundings, *words)
        assert said.code == 0, said.err
        return said

    def account(self, corpus: str) -> dict[str, dict[str, object]]:
        told = json.loads(self.run("build", "corpus", "--status", corpus, "--json").out)
        return {step["step"]: step["account"] for step in told}

    def rules(self, corpus: str) -> list[dict[str, object]]:
        return pl.read_parquet(self.folder / corpus / "corpus" / "data" / "rules.parquet").to_dicts()

    def rejects(self, corpus: str) -> list[dict[str, object]]:
        return pl.read_parquet(self.folder / corpus / "corpus" / "rejects.parquet").to_dicts()

    def summary(self, corpus: str) -> dict[str, object]:
        found = json.loads((self.folder / corpus / "corpus" / "summary.json").read_text(encoding="utf-8"))
        assert isinstance(found, dict)
        return found


def table(path: Path, columns: tuple[str, ...], rows: object, delimiter: str = ",") -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows(rows)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, surroundings: dict[str, str]) -> Place:
    folder = tmp_path_factory.mktemp("sets")
    table(folder / "sc.tsv", SOCIAL_COLUMNS, SOCIAL, "\t")
    table(folder / "mic.csv", MIC_COLUMNS, MIC)
    table(folder / "labels.csv", ("rule", "values", "label", "rewrite"), LABELS)
    table(folder / "texts.csv", ("text",), [(text,) for text in TEXTS])
    names = ("rule", "level", "core values", "derived values")
    lines = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in CVC]
    (folder / "cvc.jsonl").write_text("\n".join(lines), encoding="utf-8")
    made = Place(folder, surroundings)
    for name, file in (("social-chemistry-101", "sc.tsv"), ("mic", "mic.csv"), ("cvc-rules", "cvc.jsonl")):
        made.run("import", name, file, "-o", Path(file).with_suffix(".parquet"))
    return made


@pytest.fixture(scope="module")
def both(place: Place) -> Place:
    """Three sets and texts in one corpus."""
    place.run("build", "corpus", "sc.parquet", "mic.parquet", "cvc.parquet", "texts.csv", *FRAMEWORK, "-o", "both")
    return place


@pytest.fixture(scope="module")
def labelled(place: Place) -> Place:
    """The same sets, all coming in where rules are labelled, with people's labels."""
    place.run(
        *("build", "corpus", "cvc.parquet", "sc.parquet", "--enter", "label", "--labels", "labels.csv"),
        *(*FRAMEWORK, "-o", "labelled"),
    )
    return place


def test_sets_come_in_where_they_belong_and_every_rule_is_accounted_for(both: Place) -> None:
    account = both.account("both")
    assert account["ingest"]["kept"] == len(TEXTS)
    assert account["imported"]["kept"] == 4 + 3 + 5
    assert account["refine"]["rows"] == account["write"]["outputs"] + 4 + 3  # type: ignore[operator]
    assert account["dedup"]["rows"] == account["label"]["outputs"] + 5  # type: ignore[operator]


def test_a_sets_own_labels_stand_beside_ours(both: Place) -> None:
    imported = {str(rule["source"]): [] for rule in both.rules("both")}
    for rule in both.rules("both"):
        imported[str(rule["source"])].append((rule, json.loads(str(rule["meta"]))))
    social, mic, cvc = imported["social-chemistry-101"], imported["mic"], imported["cvc-rules"]
    assert social and mic and len(cvc) == 5
    published = {row[-1]: row for row in SOCIAL}
    for rule, meta in social:
        (name,) = json.loads(meta["imported.rot-id"])
        assert json.loads(meta["imported.rot-agree"]) == {published[name][2]: 1}
        assert rule["label"] in (1, -1) and rule["values"] and rule["text_id"] is None
        assert rule["origin"] == "social-chemistry-101" or rule["rewritten"] or "refined_from" in meta
    assert all(rule["label"] in (1, -1) and "imported.violation-severity" in meta for rule, meta in mic)
    assert all(rule["label"] is None and rule["values"] for rule, _ in cvc)
    assert {tuple(json.loads(meta["imported.core-values"])) for _, meta in cvc} == {("文明",), ("诚信",)}


def test_the_card_names_the_sets_as_sources(both: Place) -> None:
    page = (both.folder / "both" / "corpus" / "README.md").read_text(encoding="utf-8")
    sources = page.partition("| Source | Rules |")[2].partition("\n\n")[0]
    assert all(name in sources for name in ("social-chemistry-101", "mic", "cvc-rules", "texts.csv"))
    assert "not stated" not in sources


def test_duplicates_are_found_across_sets(place: Place) -> None:
    said = place.run("build", "corpus", "sc.parquet", "mic.parquet", "--enter", "dedup", *FRAMEWORK, "-o", "raw")
    assert "calls made now, with planted injections: 0" in said.out
    secrets = [rule for rule in place.rules("raw") if "secret" in str(rule["text"])]
    (gone,) = place.rejects("raw")
    assert len(place.rules("raw")) == 6 and len(secrets) == 1
    assert gone["reason"] == "same words as another rule" and str(secrets[0]["id"]) in str(gone["note"])


def test_rules_enter_where_the_user_says(labelled: Place) -> None:
    account = labelled.account("labelled")
    assert [account[step]["rows"] for step in ("refine", "filter", "classify", "label")] == [0, 0, 0, 9]
    assert account["label"]["dropped"]["no value of the framework"] == 4  # type: ignore[index]
    assert all(rule["label"] in (1, -1) for rule in labelled.rules("labelled"))


def test_labels_by_people_are_shown_to_the_model_and_measured_in_the_card(labelled: Place) -> None:
    asked = next(rule for rule in read_rows(labelled.folder / "cvc.parquet", Rule) if rule.text == CVC[0][0])
    told = labelled.run("trace", asked.id, "--corpus", "labelled", "--prompts").out
    assert '"在图书馆里可以大声说话。" -> {"label": -1, "rewrite": "在图书馆里应当轻声说话。"}' in told
    assert '"蓝色比绿色好看。" -> {"label": 0, "rewrite": ""}' in told
    assert f'"{asked.text}" ->' not in told
    page = (labelled.folder / "labelled" / "corpus" / "README.md").read_text(encoding="utf-8")
    assert "with up to five examples for each rule, drawn with the seed 0 from 5 rules that people labelled" in page
    found = labelled.summary("labelled")["coverage"]
    assert isinstance(found, dict)
    assert found["by_value"]["derived"]["etiquette"]["people"] == 5
    kept = [rule for rule in labelled.rules("labelled") if "etiquette" in rule["values"]]  # type: ignore[operator]
    assert found["by_value"]["derived"]["etiquette"]["rules"]["n"] == len(kept) > 0
    assert found["by_value"]["derived"]["etiquette"]["rules"]["k"] > 0


def test_a_rule_that_was_reworded_is_traced_to_its_set(both: Place) -> None:
    reworded = [rule for rule in both.rules("both") if rule["rewritten"] and rule["text_id"] is None]
    assert reworded
    told = both.run("trace", reworded[0]["id"], "--corpus", "both").out
    before = json.loads(str(reworded[0]["meta"]))["before_rewrite"]
    assert "imported: " in told and before in told
    assert reworded[0]["source"] in ("social-chemistry-101", "mic")


def test_a_set_without_values_cannot_enter_before_rules_are_there(place: Place) -> None:
    said = run_in(
        *(place.folder, place.surroundings, "build", "corpus", "sc.parquet", "--enter", "screen"),
        *(*FRAMEWORK, "-o", "none"),
    )
    assert "rules cannot come in at the step 'screen'" in said.line
    assert not (place.folder / "none").exists()
