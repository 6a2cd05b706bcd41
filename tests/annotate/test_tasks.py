"""Tasks: shipped ones are whole in both languages, and a file that contradicts itself is told why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from axiometer.annotate.tasks import RESERVED_KEYS, Task, TaskKind, load_task, shipped_tasks
from axiometer.annotate.units import make_unit
from axiometer.errors import InputError
from axiometer.frameworks import load_framework

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("name", shipped_tasks())
def test_every_shipped_task_has_all_its_texts_in_both_languages(name: str) -> None:
    task = load_task(name)
    assert task.id == name
    for words in (task.title, task.instructions, task.purpose, task.consent, task.warning):
        assert HAN.search(words.zh) and not HAN.search(words.en) and len(words.en) > 10
    for label in task.labels:
        assert HAN.search(label.zh) and not HAN.search(label.en)
    assert {check.lang for check in task.checks} == {"en", "zh"}
    for lang in ("en", "zh"):
        assert sum(check.lang == lang for check in task.checks) >= 2
    assert "{retention}" in task.consent.en and "{retention}" in task.consent.zh
    assert Task.model_validate(task.content()) == task


def test_there_is_a_shipped_task_of_every_kind() -> None:
    assert {load_task(name).kind for name in shipped_tasks()} == set(TaskKind)


def test_a_task_takes_the_values_of_a_framework_as_its_labels() -> None:
    framework = load_framework("schwartz")
    task = load_task("classify").of_framework(framework)
    assert set(task.label_ids) == {value.id for value in framework.values} and task.source is None
    parents = {label.id: label.parent for label in task.labels}
    assert parents["openness-to-change"] is None and parents["self-direction"] == "openness-to-change"
    one = load_task("classify").of_framework(framework, framework.levels[0].id)
    assert [label.key for label in one.labels] == ["1", "2", "3", "4"] and one.level == framework.levels[0].id


def changed(name: str, tmp_path: Path, **changes: object) -> Path:
    content = load_task(name).content() | changes
    (tmp_path / "task.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return tmp_path / "task.yaml"


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("rule", {"labels": []}, "labels are missing"),
        ("rule", {"labels": [{"id": "a", "en": "A", "zh": "甲"}] * 2, "checks": []}, "the same id"),
        ("rule", {"labels": [{"id": "a,b", "en": "A", "zh": "甲"}], "checks": []}, "no comma"),
        ("rule", {"labels": [{"id": "a", "en": "A", "zh": "甲", "key": "u"}], "checks": []}, "without u"),
        ("rule", {"labels": [{"id": "a", "en": "A", "zh": "甲", "parent": "b"}], "checks": []}, "parent"),
        ("rule", {"checks": [{"lang": "en", "text": "t", "expected": "7"}]}, "is no label: 7"),
        ("choose", {"multi": True}, "neither options nor ordered"),
        ("choose", {"labels": [{"id": "3", "en": "A", "zh": "甲"}]}, "not a number"),
        ("check", {"labels": [{"id": "none", "en": "A", "zh": "甲"}], "checks": []}, "no label"),
        ("rule", {"colour": "red"}, "colour: there is no such key"),
        ("rule", {"title": {"en": "only"}}, "title > zh is missing"),
        ("rule", {"id": "../x"}, "id"),
    ],
)
def test_a_task_that_contradicts_itself_is_told_why(
    name: str, changes: dict[str, object], said: str, tmp_path: Path
) -> None:
    path = changed(name, tmp_path, **changes)
    with pytest.raises(InputError, match=said) as told:
        load_task(path)
    assert str(told.value).startswith(str(path))


def test_a_file_without_consent_has_the_standard_one(tmp_path: Path) -> None:
    content = load_task("rule").content()
    del content["consent"], content["warning"]
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert load_task(tmp_path / "own.yaml") == load_task("rule")
    with pytest.raises(InputError, match="there is no task 'nothing'"):
        load_task("nothing")


@given(st.text(max_size=12))
def test_only_labels_are_taken(said: str) -> None:
    unit = make_unit(subject="s", lang="en", text="t", options=("a", "b", "c"), hidden=(1,))
    known = {"choose": {"0", "2", "undecided", "refused"}, "rule": {"-1", "0", "1"}, "stance": {"unclear", "endorse"}}
    for name, labels in known.items():
        task = load_task(name)
        try:
            value = task.value_of(said, unit)
        except InputError:
            assert said.strip() not in labels
        else:
            assert value in task.known(unit)


def test_sets_are_kept_in_the_order_of_the_task() -> None:
    task, unit = load_task("check"), make_unit(subject="s", lang="en", text="t")
    assert task.value_of("language, unrealistic,language", unit) == "unrealistic,language"
    assert task.value_of("none", unit) == "none"
    for said in ("", "none,language", "nothing"):
        with pytest.raises(InputError):
            task.value_of(said, unit)
    assert not RESERVED_KEYS & {label.key for label in task.labels}
