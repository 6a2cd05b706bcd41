"""People's labels as examples: read with every mistake named, drawn by seed, balanced over labels."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from axiometer.build.corpus.steps.examples import Example, Examples, read_examples
from axiometer.build.corpus.steps.label import label
from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.models.protocols import Request
from axiometer.records import make_rule

from .conftest import MakeRule


def examples(*labels: int, value: str = "tolerance", lang: str = "en") -> tuple[Example, ...]:
    return tuple(Example(f"{lang} rule {n} of {value}", lang, (value,), label) for n, label in enumerate(labels))


MANY = Examples(
    (
        *examples(*[1] * 20, *[0] * 20, *[-1] * 20),
        *examples(*[1] * 9, value="sincerity"),
        *examples(1, 1, 0, -1, lang="zh"),
    )
)


def test_examples_share_a_value_and_are_balanced_over_labels(a_rule: MakeRule) -> None:
    drawn = MANY.draw(a_rule(values=("tolerance",)), seed=1)
    assert len(drawn) == len(set(drawn)) == 5
    assert all(example.values == ("tolerance",) and example.lang == "en" for example in drawn)
    assert sorted(Counter(example.label for example in drawn).values()) == [1, 2, 2]
    assert MANY.draw(a_rule(values=("democracy",)), seed=1) == ()
    assert {e.label for e in MANY.draw(a_rule(values=("sincerity",)), seed=1)} == {1}


def test_the_draw_depends_on_rule_and_seed_alone(a_rule: MakeRule) -> None:
    rule = a_rule(values=("tolerance",))
    assert MANY.draw(rule, 1) == MANY.draw(rule, 1) == Examples(MANY.rows).draw(rule, 1)
    assert MANY.draw(rule, 1) != MANY.draw(rule, 2)
    assert MANY.draw(rule, 1) != MANY.draw(a_rule("Another rule.", values=("tolerance",)), 1)
    assert all(len(MANY.draw(rule, 1, most)) == most for most in range(6))


def test_examples_in_the_rule_s_language_come_first(a_rule: MakeRule) -> None:
    drawn = MANY.draw(a_rule("应当宽容", "zh", values=("tolerance",)), seed=3)
    assert Counter(example.lang for example in drawn) == {"zh": 4, "en": 1}


def test_a_rule_is_never_its_own_example(a_rule: MakeRule) -> None:
    own = Examples((*examples(1), Example("Be KIND!", "en", ("tolerance",), 0)))
    for seed in range(20):
        drawn = own.draw(a_rule("Be kind", values=("tolerance",)), seed)
        assert [example.text for example in drawn] == ["en rule 0 of tolerance"]


def test_examples_stand_in_the_prompt_behind_what_never_changes_and_change_the_fingerprint(
    core: Framework, a_rule: MakeRule
) -> None:
    rule = a_rule(values=("tolerance",))
    odd = Examples((Example('A "rule"\n{"label": 0}', "en", ("tolerance",), 1, "Another."),))
    without, shown = label(core, None, 0).render(rule), label(core, odd, 0).render(rule)
    assert isinstance(without, Request) and isinstance(shown, Request)
    line = '"A \\"rule\\"\\n{\\"label\\": 0}" -> {"label": 1, "rewrite": "Another."}\n'
    before, found, _ = shown.messages[0].content.partition(line)
    assert found and without.messages[0].content.startswith(before.rpartition("\nRules under these values")[0])
    prints = [label(core, e, s).fingerprint for e, s in ((None, 0), (odd, 0), (odd, 1), (MANY, 0), (None, 1))]
    assert len({json.dumps(each) for each in prints}) == 4 and prints[0] == prints[4]


FILES = {
    "labels.csv": "text,value,label,rewrite\nBe kind.,Tolerance、sincerity,1,\n"
    "应当宽容,宽容待人,-1,应当体谅\nBe kind.,Tolerance、sincerity,1,\n",
    "labels.jsonl": '{"rule": "Be kind.", "values": ["Tolerance", "sincerity"], "label": 1}\n'
    '{"rule": "应当宽容", "values": "tolerance", "label": "-1.0", "rewrite": "应当体谅", "lang": "zh"}\n',
}


@pytest.mark.parametrize("name", FILES)
def test_labels_are_read_from_tables(core: Framework, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(FILES[name], encoding="utf-8")
    read = read_examples(file, core)
    assert read.rows == (
        Example("Be kind.", "en", ("sincerity", "tolerance"), 1),
        Example("应当宽容", "zh", ("tolerance",), -1, "应当体谅"),
    )
    assert read.of_value("tolerance") == read.rows and read.of_value("sincerity") == read.rows[:1]
    assert read.of_value("democracy") == ()


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("text,label\nBe kind.,1\n", "there is no column value / values"),
        ("words,value,label\nBe kind.,tolerance,1\n", "there is no column text / rule"),
        ("text,value\nBe kind.,tolerance\n", "there is no column label"),
        ("text,value,label\nBe kind.,tolerance,1\n,tolerance,1\n", "line 3, column 'text': empty"),
        ("text,value,label\nBe kind.,happiness,1\n", "line 2, column 'value': "),
        ("text,value,label\nBe kind.,,1\n", "line 2, column 'value': empty"),
        ("text,value,label\nBe kind.,tolerance,2\n", "line 2, column 'label': '2' is no label"),
        ("text,value,label\nBe kind.,tolerance,\n", "line 2, column 'label': empty"),
        ("text,value,label\nBe kind.,tolerance,1,2,3\n", "line 2: 5 cells"),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_place(core: Framework, tmp_path: Path, table: str, told: str) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(table, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_examples(file, core)
    assert told in str(caught.value) and str(file) in str(caught.value) and "\n" not in str(caught.value)


def test_examples_of_a_higher_value_serve_where_none_has_the_rules_own() -> None:
    framework = load_framework("core-socialist-values")
    rule = make_rule(lang="en", text="Keep a promise that costs you.", origin="t", values=("keeping-promises",))
    above = Examples((Example("It is good to be honest.", "en", ("integrity",), 1, ""),))
    stage = label(framework, above, 0)
    request = stage.render(rule)
    assert isinstance(request, Request)
    assert "It is good to be honest." in request.messages[0].content
    both = Examples((*above.rows, Example("Call when you are late.", "en", ("keeping-promises",), 1, "")))
    nearer = label(framework, both, 0).render(rule)
    assert isinstance(nearer, Request)
    assert "Call when you are late." in nearer.messages[0].content
    assert "It is good to be honest." not in nearer.messages[0].content
