"""The dataset card: honest numbers, in two languages, and whatever texts contain stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from axiometer.build.corpus.card import (
    CardContext,
    Counting,
    DuplicateRecord,
    ProbeRecord,
    PromptRecord,
    StepRecord,
    card,
    share_of,
)
from axiometer.build.corpus.card.markdown import code, plain, table
from axiometer.build.corpus.card.shares import Clusters
from axiometer.build.corpus.card.words import Words
from axiometer.build.corpus.coverage import Coverage, Reached
from axiometer.build.corpus.release_rows import Publisher, SourceFacts
from axiometer.frameworks import load_framework
from axiometer.records import Rule, make_rule
from axiometer.runtime.stages.rows import Account

FRAMEWORK = load_framework("core-socialist-values")
NASTY = "<script>alert(1)</script> | [x](http://x.y) `code` **bold** =1+1\n# heading"
STEPS = (
    StepRecord("ingest", Account(10, 9, {"empty": 1}, outputs=9)),
    StepRecord(
        "screen",
        Account(9, 6, {"touches no value": 2}, {"not JSON": 1}, 6, 1, 900, 90, 10),
        "openai/m",
        {"temperature": 0.0, "top_p": None},
        ("m-2024",),
        0.5,
        (PromptRecord("corpus-screen/en/1@1", "abcd"),),
    ),
    StepRecord("write", Account(6, 6, outputs=8, tokens_in=100, tokens_out=10, calls=6), "sim/rulewriter", usd=0.25),
    StepRecord("dedup", Account(8, 5, {"near-duplicate": 2, "same words as another rule": 1}, outputs=5)),
)


def context(**more: Any) -> CardContext:
    told = CardContext("try", FRAMEWORK, STEPS, DuplicateRecord("use/multilingual-v3", 0.8), version="1.2", seed=7)
    return replace(told, **more)


def rules() -> list[Rule]:
    return [
        make_rule(lang="en", text=NASTY, origin="write@m", label=1, values=("sincerity",), text_id="t"),
        make_rule(lang="zh", text="应当诚实", origin="cvc-rules", values=("integrity", "tolerance")),
        make_rule(lang="en", text="Be kind.", origin="write@m", label=-1, rewritten_from="x", values=("tolerance",)),
        make_rule(lang="en", text="Be polite.", origin="write@m", label=1, rewritten_from="y", values=("tolerance",)),
    ]


def written(lang: str = "en", listed: list[Rule] | None = None, **more: Any) -> str:
    facts = {"t": SourceFacts(source=f"{NASTY}.csv:3", outlet=NASTY, nation="XX", licence=NASTY)}
    counting = Counting(FRAMEWORK)
    counting.add(Publisher(FRAMEWORK, facts).frame(rules() if listed is None else listed))
    return card(context(**more), counting.counts(), {"screen": 3}, lang)


def test_counts_are_by_value_on_every_level_and_no_value_is_left_out() -> None:
    page = written()
    assert "| Integrity | `integrity` | 2 |" in page and "| Friendship | `friendship` | 3 |" in page
    assert "| Tolerance | `tolerance` | 3 |" in page and "| Prosperity | `prosperity` | 0 |" in page
    assert "Values without a rule: 10. Rules without a value on this level: 0." in page
    assert "| Personal | `personal` | 4 |" in page


def test_a_rule_counts_once_for_a_value_that_several_of_its_values_stand_under() -> None:
    counting = Counting(FRAMEWORK)
    both = make_rule(lang="en", text="x", origin="o", values=("sincerity", "keeping-promises"))
    counting.add(Publisher(FRAMEWORK, {}).frame([both]))
    counts = counting.counts()
    assert counts.values["core"]["integrity"] == 1 and counts.values["derived"]["keeping-promises"] == 1
    assert counts.without == {"sphere": 0, "core": 0, "derived": 0}


def test_the_account_models_prompts_and_cost_are_stated() -> None:
    page = written()
    assert "| ingest | 10 | 9 | 1 | 0 | 9 | 0 |" in page and "| screen | 9 | 6 | 2 | 1 | 6 | 1 |" in page
    assert "| screen | failed | not JSON | 1 |" in page and "| dedup | dropped | near-duplicate | 2 |" in page
    assert "| screen | `openai/m` | `temperature=0.0, served=m-2024` | 10 | 900 | 90 | 0.50 USD |" in page
    assert "In all: 16 calls, 1,000 tokens in, 100 tokens out, 0.75 USD." in page
    assert "| `corpus-screen/en/1@1` | `abcd` | screen |" in page
    assert "Made with Axiometer 1.2, seed 7." in page and "Dropped: 3." in page


def test_a_prompt_of_several_steps_is_listed_once() -> None:
    repair = PromptRecord("corpus-repair/en/1@1", "ef")
    page = written(steps=tuple(replace(step, prompts=(repair,)) for step in STEPS[1:3]))
    assert "| `corpus-repair/en/1@1` | `ef` | screen, write |" in page


@pytest.mark.parametrize(("lang", "said"), [("en", "This corpus is a trial"), ("zh", "本语料库仅供试验")])
def test_a_simulated_model_is_said_to_be_one(lang: str, said: str) -> None:
    assert said in written(lang) and said not in written(lang, steps=STEPS[:2])


def test_an_unknown_price_is_said_and_not_added_up() -> None:
    page = written(steps=(*STEPS[:2], replace(STEPS[2], usd=None), STEPS[3]))
    assert "100 tokens out, price not known." in page and "0.50 USD |" in page


def test_the_share_of_rules_turned_round_has_an_interval_and_is_no_evidence() -> None:
    page = written()
    assert "33.3% (95% interval 6.1–79.2%; 1 of 3)" in page and "no evidence about what its source says" in page
    assert "Rules that fit and were reworded: 1." in page
    assert "| not labelled by us (imported) | 1 |" in page


def test_what_was_not_measured_is_said() -> None:
    page = written()
    for said in (
        "Not measured: how often the models obey",
        "Precision and recall of this threshold were not measured",
        "There were no labels by people",
        "zero-shot",
        "Nobody has checked these labels",
    ):
        assert said in page
    assert "### Warnings" not in page


def test_what_was_measured_is_said_with_its_interval() -> None:
    reached = Reached(share_of(3, 12), 5)
    page = written(
        duplicates=DuplicateRecord(
            "e", 0.812, share_of(19, 20), share_of(10, 20), share_of(3, 4), 40, "pairs.yaml", against="old/corpus"
        ),
        coverage=Coverage("e", 0.812, reached, {"en": reached}, {"core": {"integrity": reached}}),
        probes=(ProbeRecord("screen", 1, 24),),
        examples=5,
        people_checked=40,
        compact=True,
        warnings=("screen: the same answer <b>always</b>",),
    )
    for said in (
        "is 0.812 or more",
        "precision 95.0% (95% interval 76.4–99.1%; 19 of 20), recall 50.0% (95% interval 29.9–70.1%; 10 of 20).",
        "it takes as one: 75.0% (95% interval 30.1–95.4%; 3 of 4)",
        "Rules near one of the corpus `old/corpus` were dropped",
        "| screen | 4.2% (95% interval 0.7–20.2%; 1 of 24) |",
        "| Integrity | 25.0% (95% interval 8.9–53.2%; 3 of 12) | 5 |",
        "People labelled 5 rules.",
        "from 5 rules that people labelled",
        "People looked at 40 rules",
        "compact mode",
        "- screen: the same answer &lt;b&gt;always&lt;/b&gt;",
    ):
        assert said in page, said


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_whatever_texts_contain_stays_text(lang: str) -> None:
    page = written(lang, name=NASTY, licence=NASTY, warnings=(NASTY,))
    body = page.split("---\n", 2)[2]
    assert "<" not in re.sub(r"```.*?```", "", body, flags=re.S).replace("<0.1%", "")
    assert not re.search(r"(?<!\\)\]\(http", body) and "**bold**" not in body and "\n# heading" not in body
    for line in body.splitlines():
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line)
            assert cells[0] == cells[-1] == "" and len(cells) in range(4, 10)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_front_matter_is_yaml_that_names_the_table(lang: str) -> None:
    matter = yaml.safe_load(written(lang, name="a: b # --- {x}").split("---\n")[1])
    assert matter["pretty_name"] == "a: b # --- {x}" and matter["language"] == ["en", "zh"]
    assert matter["configs"][0]["data_files"] == [{"split": "train", "path": "data/rules.parquet"}]
    assert matter["license"] == "other" and "license_name" not in matter and matter["size_categories"] == ["n<1K"]


def test_one_licence_of_all_rules_is_the_licence() -> None:
    counting = Counting(FRAMEWORK)
    counting.add(Publisher(FRAMEWORK, {}, "CC0").frame(rules()))
    matter = yaml.safe_load(card(context(), counting.counts(), {}, "en").split("---\n")[1])
    assert (matter["license"], matter["license_name"]) == ("other", "CC0")
    counting = Counting(FRAMEWORK)
    counting.add(Publisher(FRAMEWORK, {}).frame(rules()))
    matter = yaml.safe_load(card(context(), counting.counts(), {}, "en").split("---\n")[1])
    assert matter["license"] == "unknown"


def test_the_chinese_card_is_in_chinese() -> None:
    reached = Reached(share_of(3, 12), 5)
    page = written(
        "zh",
        [rules()[1]],
        coverage=Coverage("e", 0.8, reached, {"zh": reached}, {"core": {"integrity": reached}}),
        probes=(ProbeRecord("screen", 0, 24),),
    )
    assert "| 初筛（screen） | 9 | 6 | 2 | 1 | 6 | 1 |" in page and "25.0%（95% 区间 8.9–53.2%；12 中有 3）" in page
    assert "| 初筛（screen） | 0.0%（95% 区间 0.0–13.8%；24 中有 0） |" in page
    prose = re.sub(r"```.*?```|`[^`]*`", "", page.split("---\n", 2)[2], flags=re.S)
    left = set(re.findall(r"[A-Za-z]{4,}", prose))
    assert left <= {
        "English", "README", "Axiometer", "JSON", "Lines", "ingest", "screen", "write", "dedup", "rules", "false"
    }  # fmt: skip


def test_the_english_card_has_no_chinese_but_what_is_in_the_rules() -> None:
    page = written("en", [rules()[0]])
    page = page.replace("中文版见 [README.zh.md](README.zh.md)。", "")
    assert not re.search("[\u4e00-\u9fff]", page)


def test_many_sources_are_put_together_at_the_end() -> None:
    counting = Counting(FRAMEWORK)
    facts = {str(n): SourceFacts(source=f"file{n:02d}.csv:{n}") for n in range(40)}
    listed = [make_rule(lang="en", text="x", origin="o", text_id=str(n)) for n in range(40)]
    counting.add(Publisher(FRAMEWORK, facts).frame(listed))
    page = card(context(), counting.counts(), {}, "en")
    assert "| file24.csv | 1 |" in page and "| file25.csv | 1 |" not in page and "| … +15 | 15 |" in page


def test_counting_in_pieces_is_counting() -> None:
    publisher = Publisher(FRAMEWORK, {})
    whole, pieces = Counting(FRAMEWORK), Counting(FRAMEWORK)
    whole.add(publisher.frame(rules()))
    for rule in rules():
        pieces.add(publisher.frame([rule]))
    assert whole.counts() == pieces.counts()


@given(st.text())
def test_plain_words_hold_no_tag_no_cell_and_no_line(text: str) -> None:
    shown = plain(text, most=1000)
    assert "<" not in shown and ">" not in shown and len(shown.splitlines()) <= 1
    assert not re.search(r"(?<!\\)(?:\\\\)*[|`*_\[\]]", shown)


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_table_keeps_its_columns(cells: list[str]) -> None:
    lines = table(["h"] * len(cells), [cells]).split("\n")
    assert len(lines) == 3
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines} == {len(cells) + 1}


@given(st.text())
def test_code_is_closed_where_it_was_opened(text: str) -> None:
    shown = code(text)
    assert shown.count("`") == 2 and shown.startswith("`") and shown.endswith("`") and len(shown.splitlines()) == 1


def test_shares_are_wilsons() -> None:
    share = share_of(10, 20)
    assert (share.share, share.low, share.high) == pytest.approx((0.5, 0.2993, 0.7007), abs=1e-4)
    assert share_of(0, 0).share is None and share_of(0, 10).low == 0 and share_of(10, 10).high == 1
    with pytest.raises(ValueError, match="3 of 2"):
        share_of(3, 2)


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0, "0.0%"), (0.0001, "<0.1%"), (0.5, "50.0%"), (0.9999, ">99.9%"), (1.0, "100.0%")]
)
def test_what_is_neither_nothing_nor_all_is_not_shown_as_such(share: float, shown: str) -> None:
    assert Words("en").percent(share) == shown


def test_rules_of_one_text_count_as_related() -> None:
    """Where all rules of a text say the same, they are worth one rule; where texts do not matter, each is worth one."""
    alone = Clusters(20, 5, 5, 20)  # twenty texts of one rule, five rewritten
    assert share_of(5, 20, alone).low == pytest.approx(share_of(5, 20).low, abs=0.01)
    same = Clusters(20, 5 * 9, 5 * 9, 20 * 9)  # twenty texts of three rules, those of five texts all rewritten
    assert same.effective(15, 60) == pytest.approx(alone.effective(5, 20))
    assert share_of(0, 60, Clusters(20, 0, 0, 180)).high == pytest.approx(share_of(0, 20).high)


def test_the_interval_over_texts_covers_what_was_planted() -> None:
    """Texts with a rate of their own (beta, mean 0.2) and three rules each: nominal coverage, unlike plain Wilson."""
    draw = np.random.default_rng(3)
    covered = {"clustered": 0, "plain": 0}
    for _ in range(400):
        k = draw.binomial(3, draw.beta(0.2, 0.8, size=150))
        clusters = Clusters(150, float((k**2).sum()), float((k * 3).sum()), 150 * 9.0)
        for name, share in (
            ("clustered", share_of(int(k.sum()), 450, clusters)),
            ("plain", share_of(int(k.sum()), 450)),
        ):
            assert share.low is not None and share.high is not None
            covered[name] += share.low <= 0.2 <= share.high
    assert 0.92 <= covered["clustered"] / 400 <= 0.98
    assert covered["plain"] / 400 < 0.9
