"""A project goes to Label Studio and its annotations come back; no text of a row is markup there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from axiometer.annotate.label_studio import import_label_studio, labelling_config, write_label_studio
from axiometer.annotate.project import Project
from axiometer.annotate.rater_sheets import SheetProblems
from axiometer.annotate.starting import Wanted, numbered, start_project
from axiometer.annotate.tasks import load_task
from axiometer.errors import InputError, Refused
from axiometer.records.corpus_rows import Rule
from axiometer.records.tables import write_rows

from .conftest import rules


def annotated(rater: Any, choices: list[str], *, rewrite: str | None = None, **more: Any) -> dict[str, Any]:
    """An annotation as the format JSON has it."""
    result = [
        {
            "id": "a1",
            "from_name": "label",
            "to_name": "text",
            "type": "choices",
            "origin": "manual",
            "value": {"choices": choices},
        }
    ]
    if rewrite is not None:
        result.append(
            {
                "id": "a2",
                "from_name": "rewrite",
                "to_name": "text",
                "type": "textarea",
                "origin": "manual",
                "value": {"text": [rewrite]},
            }
        )
    return {
        "id": 7,
        "completed_by": rater,
        "result": result,
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": "2026-03-09T22:16:08.728353Z",
        "updated_at": "2026-03-09T22:16:08.728378Z",
        "lead_time": 4.288,
        **more,
    }


def exported(tasks: list[dict[str, Any]], annotations: dict[int, list[dict[str, Any]]], file: Path) -> Path:
    """Tasks as they come out again: numbered, with annotations."""
    content = [
        {"id": number + 100, "project": 83, "predictions": [], **task, "annotations": annotations.get(number, [])}
        for number, task in enumerate(tasks)
    ]
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return file


def test_options_keep_their_numbers_whatever_order_they_are_shown_in(choosing: Project, tmp_path: Path) -> None:
    written = write_label_studio(choosing, tmp_path)
    tasks = json.loads(written.tasks.read_text(encoding="utf-8"))
    assert written.rows == len(tasks) == len(choosing.units)
    orders = {tuple(choice["alias"] for choice in task["data"]["choices"])[:3] for task in tasks}
    assert len(orders) > 1 and all(sorted(order) == ["0", "1", "2"] for order in orders)
    texts = [task["data"]["choices"][0]["value"] for task in tasks]
    by_alias = {n: [annotated(3, [task["data"]["choices"][0]["alias"]])] for n, task in enumerate(tasks)}
    by_text = {n: [annotated({"id": 4, "email": "a@b.c"}, [texts[n]])] for n in range(len(tasks))}
    both = {n: by_alias[n] + by_text[n] for n in by_alias}
    done = import_label_studio(choosing, exported(tasks, both, tmp_path / "export.json"))
    assert dict(done.raters) == {"LS-3": len(tasks), "LS-4": len(tasks)} and done.changed == 2 * len(tasks)
    with choosing.store() as store:
        three, four = store.standing("LS-3"), store.standing("LS-4")
    assert {unit: kept.value for unit, kept in three.items()} == {unit: kept.value for unit, kept in four.items()}
    for task, text in zip(tasks, texts, strict=True):
        unit = choosing.units[task["data"]["unit"]]
        assert unit.options[int(three[unit.id].value or "")] == text
    assert b"a@b.c" not in b"".join(path.read_bytes() for path in choosing.folder.iterdir())


def test_labels_rewrites_skips_and_corrections_come_back(ruling: Project, tmp_path: Path) -> None:
    tasks = json.loads(write_label_studio(ruling, tmp_path).tasks.read_text(encoding="utf-8"))
    annotations = {
        0: [annotated(1, ["-1"], rewrite="<b>other</b> words"), annotated(2, ["相符"])],
        1: [annotated(1, ["fits"]), annotated(1, ["0"], updated_at="2026-03-10T00:00:00Z")],
        2: [annotated(1, [], was_cancelled=True)],
    }
    file = exported(tasks, annotations, tmp_path / "export.json")
    done = import_label_studio(ruling, file, {"1": "R01"})
    assert (dict(done.raters), done.skipped, done.changed) == ({"LS-2": 1, "R01": 2}, 1, 4)
    assert import_label_studio(ruling, file, {"1": "R01"}).changed == 0
    with ruling.store() as store:
        standing = store.standing("R01")
    found = [standing[tasks[number]["data"]["unit"]] for number in range(3)]
    assert [(kept.value, kept.rewrite) for kept in found] == [("-1", "<b>other</b> words"), ("0", None), (None, None)]
    assert found[0].seconds == 4.288


def test_several_labels_come_back_as_a_set(tmp_path: Path) -> None:
    write_rows(rules(8), Rule, tmp_path / "rules.parquet")
    wanted = Wanted(numbered(2), per_rater=4, overlap=0, framework="core-socialist-values", level="core")
    project = start_project(load_task("classify"), tmp_path / "rules.parquet", tmp_path / "p", wanted).project
    tasks = json.loads(write_label_studio(project, tmp_path).tasks.read_text(encoding="utf-8"))
    annotations = {0: [annotated(1, ["Equality", "freedom"])], 1: [annotated(1, ["none of these"])]}
    import_label_studio(project, exported(tasks, annotations, tmp_path / "export.json"))
    with project.store() as store:
        assert sorted(kept.value or "" for kept in store.labels()) == ["freedom,equality", "none"]
    bad = {0: [annotated(1, ["none", "freedom"])], 1: [annotated(1, ["liberty"])], 2: [annotated(1, [])]}
    with pytest.raises(SheetProblems) as problems:
        import_label_studio(project, exported(tasks, bad, tmp_path / "bad.json"))
    assert [error.row for error in problems.value.errors] == [1, 2, 3]


def test_the_configuration_is_well_formed_whatever_the_words(ruling: Project) -> None:
    config = ElementTree.fromstring(labelling_config(ruling, "en"))
    choices = config.find("Choices")
    assert choices is not None and [choice.get("alias") for choice in choices] == ["-1", "0", "1"]
    assert [choice.get("hotkey") for choice in choices] == ["r", "0", "1"]
    named = {element.get("name") for element in config.iter() if element.get("name")}
    assert named == {"context", "text", "label", "rewrite"}
    assert {element.get("toName") for element in config.iter()} - {None} == {"text"}
    task = ruling.task.model_copy(update={"title": ruling.task.title.model_copy(update={"en": '"><Script a="&'})})
    hostile = Project(**{**{name: getattr(ruling, name) for name in ruling.__dataclass_fields__}, "task": task})
    header = ElementTree.fromstring(labelling_config(hostile, "en")).find("Header")
    assert header is not None and header.get("value") == '"><Script a="&'


def test_annotators_are_shown_beforehand_what_they_agree_to_and_never_what_is_expected(
    ruling: Project, tmp_path: Path
) -> None:
    written = write_label_studio(ruling, tmp_path)
    page = ElementTree.fromstring(f"<div>{written.instructions.read_text(encoding='utf-8')}</div>")
    said = " ".join(page.itertext())
    for lang in ("zh", "en"):
        agreed = ruling.agreed(lang)
        assert all(text.splitlines()[0] in said for text in (agreed.purpose, agreed.warning, agreed.consent))
    assert said.index("同意") < said.index("only if you agree")
    assert "expected" not in written.tasks.read_text(encoding="utf-8")
    texts = list(ElementTree.parse(written.config).iter("Text"))
    assert texts and {each.get("valueType") for each in texts} == {"text"}


def test_what_an_export_holds_beside_labels_is_not_read(ruling: Project, tmp_path: Path) -> None:
    tasks = json.loads(write_label_studio(ruling, tmp_path).tasks.read_text(encoding="utf-8"))
    number = 10**30
    guess = {"model_version": "m", "score": 0.9, "result": annotated(1, ["1"])["result"]}
    more = {"prediction": guess, "draft_created_at": None, "unique_id": "x", "last_action": "updated", "parent": 4}
    said = annotated(number, ["0"], lead_time=float("inf"), ground_truth=True, **more)
    said["result"].append({"type": "relation", "from_id": "a1", "to_id": "a1", "direction": "right"})
    guessed = [{**task, "predictions": [guess], "drafts": [guess]} for task in tasks]
    file = exported(guessed, {0: [said]}, tmp_path / "e.json")
    assert dict(import_label_studio(ruling, file).raters) == {f"LS-{number}": 1}
    with ruling.store() as store:
        assert [(kept.value, kept.seconds) for kept in store.labels()] == [("0", None)]


def test_other_files_are_refused(ruling: Project, choosing: Project, tmp_path: Path) -> None:
    tasks = json.loads(write_label_studio(ruling, tmp_path).tasks.read_text(encoding="utf-8"))
    good = exported(tasks, {0: [annotated(1, ["0"])]}, tmp_path / "export.json")
    with pytest.raises(SheetProblems) as problems:
        import_label_studio(choosing, good)
    assert "not of this project" in str(problems.value.errors[0])
    with pytest.raises(InputError, match="no task has an annotation"):
        import_label_studio(ruling, exported(tasks, {}, tmp_path / "empty.json"))
    for content, said in (("{", "not JSON"), ('{"a": 1}', "not a list of tasks"), ("[[" * 5000, "not JSON")):
        (tmp_path / "bad.json").write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=said):
            import_label_studio(ruling, tmp_path / "bad.json")
    strange: list[Any] = [None, {"completed_by": "a@b.c", "result": []}, {"completed_by": 1, "result": [{"value": 3}]}]
    with pytest.raises(SheetProblems) as problems:
        import_label_studio(ruling, exported(tasks, {0: strange}, tmp_path / "strange.json"))
    assert len(problems.value.errors) == 3
    with pytest.raises(InputError, match="no pseudonym"):
        import_label_studio(ruling, good, {"1": "a person"})
    with ruling.store() as store:
        assert store.labels() == []


def test_nothing_of_an_export_is_taken_where_one_annotator_withdrew(ruling: Project, tmp_path: Path) -> None:
    tasks = json.loads(write_label_studio(ruling, tmp_path).tasks.read_text(encoding="utf-8"))
    file = exported(tasks, {0: [annotated(1, ["0"]), annotated(2, ["1"])]}, tmp_path / "export.json")
    with ruling.store() as store:
        store.withdraw("LS-2")
        with pytest.raises(Refused, match="LS-2 withdrew"):
            import_label_studio(ruling, file)
        assert store.labels() == []
