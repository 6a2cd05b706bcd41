from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.records import Expression, ExpressionKind, Item, ItemKind, to_frame, to_rows
from axiometer.records.exporters import exporters
from axiometer.records.importers import Imported, ImportOptions, importer
from axiometer.records.importers.languages import language_of_question
from axiometer.records.importers.navab import (
    BLANKS,
    NO_ARTICLE,
    NO_VERDICT,
    NOBODY,
    OTHER_LANGUAGE,
    REWORDED,
    TWO_LANGUAGES,
)
from axiometer.records.importers.navab_fields import FIELDS, OWN

Write = Callable[..., Path]
Row = dict[str, object]


def row(number: int = 1, **more: object) -> Row:
    """One published row about a parking rule, as the pipeline writes it: a blank before statement and source."""
    said, denied = f"The town should close street {number}.", f"The town should keep street {number} open."
    return {
        "raw_news": f"Street {number} was discussed for hours.",
        "statement": f" {said}",
        "filter_flag": "it is about a policy. ## yes",
        "full_source": "no speaker is named. ## unknown",
        "source": " unknown",
        "generated Q": f"Should the town close street {number}?",
        "generated reverse statement": denied,
        "generated raw data": f"Q: Should the town close street {number}? ## S: {said} ## RS: {denied}",
        **more,
    }


def read(path: Path, **options: str) -> Imported:
    return importer("navab").read(path, ImportOptions(**options))  # type: ignore[arg-type]


def export(items: list[Item], output: Path) -> list[Row]:
    exporters()["navab"].write(items, Path("items.parquet"), output)
    rows: list[Row] = json.loads(output.read_text(encoding="utf-8"))
    return rows


def position(item: Item) -> str:
    (said,), (denied,) = (option.expresses for option in item.options)
    assert (said.kind, said.polarity, denied) == (
        *(ExpressionKind.POSITION, 1),
        Expression(ExpressionKind.POSITION, said.target, -1),
    )
    return said.target


@pytest.mark.parametrize(("name", "corpus", "nobody"), [("official", "official", 8), ("human", "quoted", 0)])
def test_all_published_items_are_imported_with_both_options_mapped(
    name: str, corpus: str, nobody: int, published: Callable[[str], Path], accounted: Callable[[Imported], None]
) -> None:
    path = published(f"navab/{name}_statement_result_first8.json")
    imported = read(path)
    accounted(imported)
    assert imported.summary() == "imported 8, rejected 0"
    rows = json.loads(path.read_text(encoding="utf-8"))
    for item, source in zip(imported.items, rows, strict=True):
        assert item.kind is ItemKind.STATEMENT and item.mapped and item.lang == "zh"
        assert position(item) == corpus
        assert item.prompt == source["generated Q"]
        assert item.options[0].text == source["statement"].strip() != source["statement"]
        assert item.options[1].text == source["generated reverse statement"]
        assert item.meta["published_source"] == source["source"]
        assert item.meta["constructed"] == "reversed"
    assert imported.counts.get(NOBODY, 0) == nobody
    speakers = [item.meta.get("speaker") for item in imported.items]
    assert speakers == [None if nobody else source["source"].strip() for source in rows]
    assert len({item.clusters for item in imported.items}) == 8
    assert imported.counts.get(OTHER_LANGUAGE, 0) == (1 if name == "official" else 0)
    assert list(to_rows(to_frame(imported.items, Item), Item)) == imported.items


def test_published_items_come_back_from_an_export_as_they_were_published(
    published: Callable[[str], Path], tmp_path: Path
) -> None:
    path = published("navab/official_statement_result_first8.json")
    first = read(path, nation="cn")
    rows = export(first.items, tmp_path / "again.json")
    assert [{name: row[name] for name in FIELDS} for row in rows] == json.loads(path.read_text(encoding="utf-8"))
    assert read(tmp_path / "again.json").items == first.items


def test_an_english_statement_under_a_chinese_question_is_an_item_of_the_questions_language(write: Write) -> None:
    english = row(1, **{"generated Q": "市政府應不應該關閉這條街道？", "generated reverse statement": "不應關閉街道。"})
    imported = read(write("official.json", [english, row(2)]))
    mixed, plain = imported.items
    assert (mixed.lang, mixed.meta["statement_lang"], mixed.meta["reversed_lang"]) == ("zh", "en", "zh")
    assert (plain.lang, plain.meta["statement_lang"]) == ("en", "en")
    assert (imported.counts[OTHER_LANGUAGE], imported.counts[TWO_LANGUAGES]) == (1, 1)
    assert [item.lang for item in read(write("official.json", [english, row(2)]), lang="fr").items] == ["fr", "fr"]


@pytest.mark.parametrize(
    ("question", "lang"),
    [
        ("臺灣應否延長諮詢期？", "zh"),
        ("政府是否应当延长咨询期（consultation）？", "zh"),
        ("Should the government extend the consultation?", "en"),
        ("Le gouvernement doit-il prolonger la consultation ?", "fr"),
        ("Sollte die Regierung die Anhörung verlängern?", "de"),
        ("Was macht die EU?", "de"),
        ("¿Debería el gobierno prolongar la consulta pública sobre las escuelas?", "es"),
        ("政府は協議を延長するべきですか？", "ja"),
        ("1997?", "en"),
    ],
)
def test_a_question_s_language_is_told_from_one_sentence(question: str, lang: str) -> None:
    assert language_of_question(question) == lang


@pytest.mark.parametrize(
    ("name", "options", "corpus"),
    [
        ("official_statement_result.json", {}, "official"),
        ("human_statement_result.json", {"nation": "cn"}, "cn quoted"),
        ("china/official_statement_result.json", {}, "cn official"),
        ("german/human_statement_result.json", {"outlet": "Tagblatt"}, "de Tagblatt quoted"),
        ("official_uk.json", {}, "uk official"),
        ("china/official.json", {"nation": "hk"}, "hk official"),
        ("chinadaily/official.json", {"nation": " "}, "official"),
    ],
)
def test_the_corpus_is_named_by_options_then_by_the_file(
    name: str, options: dict[str, str], corpus: str, write: Write
) -> None:
    imported = read(write(name, [row()]), **options)
    assert position(imported.items[0]) == corpus
    assert any(repr(corpus) in note for note in imported.notes)
    assert any("--nation" in note for note in imported.notes) == (corpus == "official")


def test_a_file_whose_name_says_nothing_is_sorted_by_who_is_named(write: Write) -> None:
    rows = [row(1), row(2, source=" the mayor"), row(3, source="Government"), row(4, source=None)]
    imported = read(write("pairs.json", rows), nation="us")
    assert [position(item) for item in imported.items] == ["us official", "us quoted", "us official", "us official"]
    assert [item.meta["attribution"] for item in imported.items] == ["unknown", "quoted", "government", "unknown"]
    assert [item.meta.get("speaker") for item in imported.items] == [None, "the mayor", None, None]
    assert any("neither official nor human" in note for note in imported.notes)
    assert imported.counts[NOBODY] == 2, "what the published pipeline calls official is still attributed to nobody"


def test_bad_rows_are_rejected_one_by_one_with_reason_and_column(
    write: Write, accounted: Callable[[Imported], None]
) -> None:
    lacking = row(2)
    del lacking["filter_flag"]
    copied = row(1, raw_news="A wire copy of the same.")
    rows: list[object] = [
        row(1),
        lacking,
        row(3, **{"generated reverse statement": "the  town should close STREET 3"}),
        row(4, **{"generated Q": " "}),
        row(5, filter_flag="it is the weather.\n\n## no"),
        copied,
        row(7, statement=""),
        row(8, **{"generated reverse statement": None}),
        "not a row",
        row(10, filter_flag="noted as a norm ## not sure"),
        row(11, statement="The town \ufffd\ufffd street 11."),
        row(12, filter_flag="## 否。"),
        row(13, axiometer={"expresses": 3}),
    ]
    imported = read(write("official_us.json", rows))
    accounted(imported)
    assert [(r.row, r.column, r.reason) for r in imported.rejected] == [
        (2, "filter_flag", "missing field"),
        (3, "generated reverse statement", "statement and reverse statement are the same"),
        (4, "generated Q", "empty"),
        (5, "filter_flag", "filter_flag says no"),
        (6, None, "duplicate of row 1"),
        (7, "statement", "empty"),
        (8, "generated reverse statement", "empty"),
        (9, None, "not a record (a JSON object is expected)"),
        (11, "statement", "damaged characters (U+FFFD)"),
        (12, "filter_flag", "filter_flag says no"),
        (13, "axiometer", "not what `axiometer export navab` writes there"),
    ]
    assert [position(item) for item in imported.items] == ["us official"] * 2
    assert imported.counts == {NOBODY: 2, BLANKS: 2, NO_VERDICT: 1}


def test_half_a_character_that_json_escapes_is_damage_and_no_crash(write: Write) -> None:
    text = json.dumps([row(1, statement="half \ud800"), row(2, full_source="half \udfff")])
    imported = read(write("official.json", text))
    assert [(r.row, r.column, r.reason) for r in imported.rejected] == [(1, "statement", "damaged characters (U+FFFD)")]
    assert imported.items[0].meta["published.full_source"] == "half \ufffd"


def test_items_of_one_article_share_a_source_and_those_without_share_none(write: Write) -> None:
    rows = [row(1), row(2, raw_news=" Street 1 was discussed for hours."), row(3), row(4, raw_news="")]
    imported = read(write("official.json", rows))
    first, second, third, lone = (item.clusters for item in imported.items)
    assert first == second != third
    assert lone == () and imported.counts[NO_ARTICLE] == 1


def test_a_statement_that_was_reversed_in_other_words_is_counted(write: Write) -> None:
    other = row(1, **{"generated raw data": "Q: Why? ## S: Street 1 shall be closed soon. ## RS: It shall not."})
    spaced = row(2, **{"generated raw data": "Q: Why? \n## S: The town should close street 2 .\n## RS: No."})
    assert read(write("official.json", [other, spaced])).counts[REWORDED] == 1


def test_a_file_without_the_published_fields_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match="generated Q"):
        read(write("official.json", [{"statement": "One should.", "source": "unknown"}]))


TEXTS = st.text("aZé中國論 　，。.?!\"'/##\n\t0", max_size=12)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            **dict.fromkeys(("statement", "generated Q", "generated reverse statement"), TEXTS),
            **dict.fromkeys(("raw_news", "filter_flag", "full_source", "generated raw data"), st.none() | TEXTS),
            "source": st.none() | st.sampled_from([" unknown", "政府", " 某人", "", "None"]),
        }
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, nation=st.sampled_from([None, "cn", "Côte d'Ivoire"]), name=st.sampled_from(["human", "pairs"]))
def test_an_export_gives_the_same_items_again(
    rows: list[Row], nation: str | None, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("navab")
    path = folder / f"{name}.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    first = read(path, nation=nation) if nation else read(path)
    assert first.kept_rows + len(first.rejected) == len(rows)
    if not first.items:
        return
    again = export(first.items, folder / "official_german.json")
    second = read(folder / "official_german.json")
    assert second.items == first.items and not second.rejected
    assert second.counts == first.counts
    assert export(second.items, folder / "third.json") == again


def test_a_nation_that_is_named_anew_renames_the_corpus_of_an_export(write: Write, tmp_path: Path) -> None:
    export(read(write("official.json", [row()])).items, tmp_path / "official_again.json")
    (renamed,) = read(tmp_path / "official_again.json", nation="fr", outlet="Le Jour").items
    assert position(renamed) == "fr Le Jour official"


def test_every_field_of_ours_is_checked_before_it_is_believed(write: Write, tmp_path: Path) -> None:
    (good,) = export(read(write("official.json", [row()])).items, tmp_path / "good.json")
    held = good[OWN]
    assert isinstance(held, dict)
    wrong: list[object] = [{name: kept for name, kept in held.items() if name != left} for left in held]
    wrong += [{**held, "lang": 3}, {**held, "clusters": "one"}, {**held, "meta": {"a": 1}}, {**held, "parent_ids": [1]}]
    wrong += [{**held, "expresses": [[["position", "c", 2]], []]}, {**held, "expresses": [[["mood", "c", 1]], []]}]
    wrong += [{**held, "expresses": [[]]}, "text", [], 7]
    imported = read(write("official_bad.json", [{**row(i), OWN: each} for i, each in enumerate(wrong)]))
    assert Counter(row.column for row in imported.rejected) == {OWN: len(wrong)}
