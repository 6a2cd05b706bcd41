"""Texts of four nations in four kinds of files, and frameworks other than the one that most tests use."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from tests.build.corpus.conftest import InThisProcess, Notes

from axiometer.build.corpus.options import CorpusFolder, CorpusOptions
from axiometer.build.corpus.pipeline import CorpusSummary, run_corpus
from axiometer.build.corpus.plan import plan_corpus
from axiometer.build.corpus.trace import trace
from axiometer.models.registry import open_model
from axiometer.records import Text, to_rows
from axiometer.runtime import Limits
from axiometer.runtime.respondent import Respondent

CHINESE = (
    ("村民们自发修好了门前的小路，谁也没有要工钱。", "2024年3月5日"),
    ("会计每个月都把账目贴在村委会门口，让大家看得明白。", "2024/03/06"),
    ("志愿者连续三年每周教老人使用手机，从不缺席。", "2024-03"),
)
FRENCH = (
    ("Le maire a renoncé à sa prime afin que la bibliothèque du village reste ouverte aux enfants.", "2024-05-01"),
    ("La voisine âgée a partagé son repas avec les ouvriers qui réparaient le pont sous la pluie.", "2024-05-02"),
    ("Le boulanger a rendu la monnaie que le client avait oubliée sur le comptoir.", "2024-05-03"),
)
GERMAN = (
    ("Die Feuerwehr fuhr trotz des Sturms hinaus und rettete die Familie aus dem überfluteten Haus.", 1),
    ("Der Lehrer blieb jeden Nachmittag länger, um den neuen Schülern beim Lesen zu helfen.", 2),
    ("Die Nachbarn stritten lange über den Zaun und einigten sich am Ende vor Gericht.", 3),
)
ENGLISH = "The driver found a wallet in his cab and drove back across the city to return it to its owner."
WHERE = {
    "zh": ("zh.csv", "人民日报", "中国"),
    "fr": ("fr.jsonl", "Le Journal", "France"),
    "de": ("de.xlsx", "Die Zeitung", "Deutschland"),
}
FLAT = """
id: workshop-virtues
version: 1
languages: [fr]
names: {fr: Vertus d'atelier}
levels:
  - {id: virtue, names: {fr: vertu}}
values:
  - {id: patience, level: virtue, names: {fr: Patience}, definitions: {fr: Prendre le temps qu'il faut.}}
  - {id: precision, level: virtue, names: {fr: Précision}, definitions: {fr: Faire juste.}}
  - {id: order, level: virtue, names: {fr: "Ordre | <i>rangement</i>"}, definitions: {fr: Ranger ses outils.}}
"""


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder: GBK table, text file, JSON lines, workbook; each names its columns in its own way."""
    folder = tmp_path_factory.mktemp("nations") / "texts"
    folder.mkdir()
    rows = [f"{text},人民日报,中国,{date},https://zh.example/{n}" for n, (text, date) in enumerate(CHINESE, 1)]
    (folder / "zh.csv").write_bytes("\n".join(["正文,媒体,国家,日期,链接", *rows]).encode("gbk"))
    (folder / "en.txt").write_text(ENGLISH, encoding="utf-8")
    about = {"outlet": "Le Journal", "nation": "France"}
    lines = [
        json.dumps({"content": text, **about, "date": date, "url": f"https://fr.example/{n}"}, ensure_ascii=False)
        for n, (text, date) in enumerate(FRENCH, 1)
    ]
    (folder / "fr.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with xlsxwriter.Workbook(folder / "de.xlsx", {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["text", "publisher", "country", "published", "link"])
        for n, (text, day) in enumerate(GERMAN, 1):
            sheet.write_row(n, 0, [text, "Die Zeitung", "Deutschland"])
            sheet.write_datetime(n, 3, datetime.datetime(2024, 6, day))
            sheet.write_string(n, 4, f"https://de.example/{n}")
    return folder


def build(texts: Path, framework: str, output: Path) -> CorpusSummary:
    person = Respondent(open_model("sim/rulewriter"), Limits())
    plan = plan_corpus([str(texts)], CorpusOptions(framework=framework), person, {})
    return run_corpus(plan, output, InThisProcess(), Notes())


@pytest.fixture(scope="module")
def built(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> CorpusSummary:
    return build(texts, "schwartz", tmp_path_factory.mktemp("schwartz") / "corpus")


def texts_of(summary: CorpusSummary) -> list[Text]:
    stage = CorpusFolder(summary.folder).stage("ingest")
    return [text for part in stage.parts() for text in to_rows(stage.rows_of(part.name), Text)]


def rules_of(summary: CorpusSummary) -> pl.DataFrame:
    return pl.read_parquet(summary.release / "data" / "rules.parquet")


def test_texts_of_all_files_are_read_with_what_is_said_about_them(built: CorpusSummary) -> None:
    found = {text.text: text for text in texts_of(built)}
    assert len(found) == 10
    told = [(found[text].lang, found[text].date, found[text].url) for text, _ in CHINESE]
    assert told == [
        ("zh", "2024-03-05", "https://zh.example/1"),
        ("zh", "2024-03-06", "https://zh.example/2"),
        ("zh", "2024-03", "https://zh.example/3"),
    ]
    assert [(found[text].lang, found[text].date) for text, _ in FRENCH] == [("fr", date) for _, date in FRENCH]
    assert [(found[text].lang, found[text].date) for text, _ in GERMAN] == [
        ("de", f"2024-06-0{day}") for _, day in GERMAN
    ]
    assert (found[ENGLISH].lang, found[ENGLISH].outlet) == ("en", None)


def test_a_rule_is_published_with_outlet_nation_date_and_address(built: CorpusSummary) -> None:
    sources = {text.id: text for text in texts_of(built)}
    rules = rules_of(built).to_dicts()
    assert {"zh", "fr", "de"} <= {rule["lang"] for rule in rules}
    for rule in rules:
        text = sources[rule["text_id"]]
        assert (rule["date"], rule["url"]) == (text.date, text.url)
        if rule["lang"] == "en":
            continue
        file, outlet, nation = WHERE[rule["lang"]]
        assert (rule["outlet"], rule["nation"]) == (outlet, nation)
        assert Path(rule["source"].rpartition(":")[0]).name == file
    for name in ("README.md", "README.zh.md"):
        page = (built.release / name).read_text(encoding="utf-8")
        assert all(word in page for _, outlet, nation in WHERE.values() for word in (outlet, nation))


def test_rules_are_asked_for_in_the_language_of_the_text(built: CorpusSummary) -> None:
    last = {
        "fr": "Write one to three rules in French.",
        "de": "Write one to three rules in German.",
        "en": "Write one to three rules in English.",
        "zh": "用中文写",
    }
    asked = set()
    for text in texts_of(built):
        for event in trace(built.folder, text.id).events:
            if event.step == "write" and event.id == text.id:
                assert last[text.lang] in event.calls[0].prompt
                asked.add(text.lang)
    assert asked >= {"fr", "de", "zh"}


def test_a_prompt_speaks_of_values_by_the_names_that_the_framework_has_in_its_language(built: CorpusSummary) -> None:
    prompts = {
        text.lang: event.calls[0].prompt
        for text in texts_of(built)
        for event in trace(built.folder, text.id).events
        if event.step == "classify"
    }
    assert "universalism-concern 普世主义—关切" in prompts["zh"]
    assert "普世主义" not in prompts["fr"] and "universalism-concern" in prompts["fr"]


@pytest.mark.parametrize(
    ("framework", "levels"),
    [("moral-foundations", ["foundation"]), ("flat.yaml", ["virtue"])],
)
def test_other_frameworks_give_corpora_in_their_own_terms(
    texts: Path, tmp_path: Path, framework: str, levels: list[str]
) -> None:
    named = framework
    if framework.endswith(".yaml"):
        (tmp_path / framework).write_text(FLAT, encoding="utf-8")
        named = str(tmp_path / framework)
    summary = build(texts, named, tmp_path / "corpus")
    rules = rules_of(summary)
    assert summary.rules == rules.height > 0
    assert [name for name in rules.columns if name.startswith("values_")] == [f"values_{level}" for level in levels]
    assert all(rules["values"].list.len() > 0)
    assert rules["values"].to_list() == rules[f"values_{levels[0]}"].to_list()
    page = (summary.release / "README.md").read_text(encoding="utf-8")
    if framework == "flat.yaml":
        assert "Ordre \\| &lt;i&gt;rangement&lt;/i&gt;" in page and "Vertus d'atelier" in page
        (tmp_path / framework).unlink()
        first = trace(summary.folder, rules["id"][0])
        assert first.events[-1].step == "dedup"


def test_a_framework_of_three_levels_is_derived_from_its_tree(built: CorpusSummary) -> None:
    rules = rules_of(built)
    assert [name for name in rules.columns if name.startswith("values_")] == [
        "values_higher_order",
        "values_basic",
        "values_refined",
    ]
    refined = rules.filter(pl.col("values_refined").list.len() > 0)
    assert refined.height > 0
    assert all(refined["values_basic"].list.len() > 0) and all(refined["values_higher_order"].list.len() > 0)
