"""What ships: whole, in Chinese and English, and able to read the labels of published data."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polars
import pytest

from axiometer.errors import InputError
from axiometer.frameworks import check_file, load_framework, shipped
from axiometer.frameworks.load import path_of

PUBLISHED = Path(__file__).parents[3] / "shared" / "data"
CORE = load_framework("core-socialist-values")
SCHWARTZ = load_framework("schwartz")

DERIVED_IN_CHINESE = """
高质量发展 均衡发展 科技创新 改革创新 | 民主选举 民主决策 | 文明礼仪 文化修养 文化繁荣 精神文明 生态文明 |
人际关系 社会秩序 阶层和谐 生态和谐 | 意志自由 行为自由 社会自由 | 机会平等 权利平等 人格平等 分配平等 |
制度公正 程序公正 分配公正 矫正公正 | 依法治国 依法执政 依法行政 科学立法 严格守法 全民守法 法治教育 |
维护国家 文化认同 民族团结 自我奉献 | 责任担当 专业精神 团队合作 奋斗意识 公平竞争 合作共赢 |
真诚无欺 信守承诺 言行一致 实事求是 | 尊重他人 关爱他人 宽容待人
"""

# Labels as published English releases spell them, with the Chinese value that each stands for.
DERIVED_IN_ENGLISH = """
High-quality development=高质量发展; Reform innovation=改革创新; Civilized etiquette=文明礼仪;
Cultural cultivation=文化修养; Cultural prosperity=文化繁荣; Interpersonal relationships=人际关系; Free will=意志自由;
Free behavior=行为自由; Equal opportunities=机会平等; Equal rights=权利平等; Equal personality=人格平等;
Equal distribution=分配平等; Rule of law in governing the country=依法治国; Rule of law in governance=依法执政;
Rule of law in administration=依法行政; Strict law observance=严格守法; Universal law observance=全民守法;
Legal education=法治教育; Maintaining national unity=维护国家; Maintaining national unit=维护国家;
Selfless dedication=自我奉献; Professional spirit=专业精神; Striving awareness=奋斗意识;
Consistency between words and deeds=言行一致; Respecting others=尊重他人; Caring for others=关爱他人;
Tolerating others=宽容待人
"""

VALUE_EVAL = """
Self-direction: thought; Self-direction: action; Stimulation; Hedonism; Achievement; Power: dominance; Power: resources;
Face; Security: personal; Security: societal; Tradition; Conformity: rules; Conformity: interpersonal; Humility;
Benevolence: dependability; Benevolence: caring; Universalism: concern; Universalism: nature; Universalism: tolerance
"""


@pytest.mark.parametrize("framework_id", shipped())
def test_a_shipped_framework_is_whole_and_bilingual(framework_id: str) -> None:
    path = path_of(framework_id)
    assert [str(finding) for finding in check_file(path)] == []
    framework = load_framework(framework_id)
    assert framework.id == framework_id
    assert {"zh", "en"} <= set(framework.languages) & set(framework.description)
    assert framework.sources
    for value in framework.values:
        assert {"zh", "en"} <= set(value.names) & set(value.definitions)
        for text in (value.definitions["zh"], (value.contested or {}).get("zh", "文。")):
            assert re.search("[\u4e00-\u9fff]", text)
            assert text.endswith("。")
            assert text.count("。") == 1
        for text in (value.definitions["en"], (value.contested or {}).get("en", "A.")):
            assert text.isascii()
            assert text.endswith(".")


@pytest.mark.parametrize("framework_id", shipped())
def test_definitions_differ_from_each_other(framework_id: str) -> None:
    values = load_framework(framework_id).values
    for lang in ("zh", "en"):
        assert len({value.definitions[lang] for value in values}) == len(values)


@pytest.mark.parametrize(
    ("framework_id", "sizes"),
    [
        ("core-socialist-values", {"sphere": 3, "core": 12, "derived": 50}),
        ("schwartz", {"higher-order": 4, "basic": 10, "refined": 19}),
        ("moral-foundations", {"foundation": 6}),
        ("moral-foundations-classic", {"foundation": 5}),
        ("moralchoice-rules", {"rule": 10}),
    ],
)
def test_a_framework_has_as_many_values_as_its_theory(framework_id: str, sizes: dict[str, int]) -> None:
    framework = load_framework(framework_id)
    assert {level.id: len(framework.values_at(level.id)) for level in framework.levels} == sizes


def test_derived_core_socialist_values_stand_under_their_core_values() -> None:
    for core, names in zip(CORE.values_at("core"), DERIVED_IN_CHINESE.split("|"), strict=True):
        assert [CORE.name(child, "zh") for child in CORE.children(core.id)] == names.split()
    assert [CORE.name(core.id, "zh") for core in CORE.values_at("core")] == (
        ["富强", "民主", "文明", "和谐", "自由", "平等", "公正", "法治", "爱国", "敬业", "诚信", "友善"]
    )


@pytest.mark.parametrize("pair", [pair.strip() for pair in DERIVED_IN_ENGLISH.split(";")])
def test_published_english_spellings_resolve(pair: str) -> None:
    english, chinese = pair.split("=")
    assert CORE.resolve(english, level="derived") == CORE.resolve(english) == CORE.resolve(chinese)


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Civility", "civility"),
        ("Civilization", "civility"),
        ("Friendship", "friendship"),
        ("Kindness", "friendship"),
        ("Friendliness", "friendship"),
        ("文化素养", "cultural-literacy"),
        ("法制教育", "legal-education"),
        ("法治执政", "law-based-exercise-of-power"),
        ("严格执法", "strict-observance-of-law"),
        ("Nation", "national"),
        ("Society", "social"),
        ("Person", "personal"),
        ("国家", "national"),
        ("国家层面", "national"),
        ("富強", "prosperity"),
    ],
)
def test_drifted_labels_resolve(label: str, value: str) -> None:
    assert CORE.resolve(label) == value


def test_the_nineteen_labels_of_value_eval_resolve_and_its_twentieth_does_not() -> None:
    labels = [label.strip() for label in VALUE_EVAL.split(";")]
    assert {SCHWARTZ.resolve(label, level="refined") for label in labels} == {
        v.id for v in SCHWARTZ.values_at("refined")
    }
    with pytest.raises(InputError):
        SCHWARTZ.resolve("Universalism: objectivity")


def test_three_schwartz_values_straddle_two_higher_order_values() -> None:
    above = {value.id: SCHWARTZ.ancestors_at(value.id, "higher-order") for value in SCHWARTZ.values_at("refined")}
    assert {value for value, ids in above.items() if len(ids) == 2} == {"face", "humility", "hedonism-refined"}
    assert all(above.values())
    assert SCHWARTZ.resolve("Openness to change") == SCHWARTZ.resolve("openness_to_change") == "openness-to-change"


def test_neighbours_on_the_circle_of_schwartz_share_a_higher_order_value() -> None:
    circle = SCHWARTZ.circular
    assert circle is not None
    for here, there in zip(circle, circle[1:] + circle[:1], strict=True):
        shared = set(SCHWARTZ.ancestors_at(here, "higher-order")) & set(SCHWARTZ.ancestors_at(there, "higher-order"))
        border = (here, there) == ("universalism-tolerance", "self-direction-thought")
        assert bool(shared) != border


@pytest.mark.parametrize("label", ["care-harm", "fairness-cheating", "loyalty-betrayal", "authority-subversion",
                                   "sanctity-degradation"])  # fmt: skip
def test_foundations_of_social_chemistry_resolve_to_themselves(label: str) -> None:
    classic = load_framework("moral-foundations-classic")
    assert classic.resolve(label) == classic.resolve(label.replace("-", "/")) == label


@pytest.mark.parametrize("framework_id", ["moral-foundations", "moral-foundations-classic"])
@pytest.mark.parametrize("pole", ["harm", "cheating", "betrayal", "subversion", "degradation"])
def test_a_label_of_the_opposite_pole_alone_is_not_taken_for_the_foundation(framework_id: str, pole: str) -> None:
    with pytest.raises(InputError):
        load_framework(framework_id).resolve(pole)


@pytest.mark.parametrize("name", ["high", "low"])
def test_columns_and_rules_of_moralchoice_resolve(name: str) -> None:
    path = PUBLISHED / "moralchoice" / f"moralchoice_{name}_ambiguity_first300.csv"
    if not path.is_file():
        pytest.skip("the published MoralChoice files are not here")
    rules = load_framework("moralchoice-rules")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [column for column in rows[0] if re.match("a[12]_", column)]
    assert len(columns) == 20
    resolved = [rules.resolve(column) for column in columns]
    assert resolved[:10] == resolved[10:] == [rule.id for rule in rules.values]
    assert {rules.resolve(row["generation_rule"]) for row in rows} <= set(resolved)


def test_columns_of_valuecsv_resolve_to_the_twelve_core_values() -> None:
    path = PUBLISHED / "valuecsv" / "ValueCSV_dev.xlsx"
    if not path.is_file():
        pytest.skip("the published ValueCSV file is not here")
    columns = polars.read_excel(path, read_options={"n_rows": 1}).columns
    labels = [column for column in columns if column.endswith("_scr")]
    assert len(labels) == 12
    assert {CORE.resolve(label) for label in labels} == {value.id for value in CORE.values_at("core")}
