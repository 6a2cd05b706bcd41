from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.records import ItemKind
from axiometer.records.importers import Imported, ImportOptions, importer

Write = Callable[..., Path]
KEY = "some-model_candour_care_candour-care-coc_mild-{}"


def read(path: Path, options: ImportOptions | None = None) -> Imported:
    return importer("conflictscope").read(path, options or ImportOptions())


def test_published_prompts_are_open_items_with_their_pair_of_values(
    published: Callable[[str], Path], accounted: Callable[[Imported], None]
) -> None:
    values = published("conflictscope/HHH_value_set.json")
    imported = read(published("conflictscope/HHH_prompts_first60.json"), ImportOptions(companion=values))
    accounted(imported)
    assert imported.summary() == "imported 60, rejected 0"
    for item in imported.items:
        assert (item.kind, item.options, item.mapped) == (ItemKind.OPEN, (), False)
        assert {item.meta["value_1"], item.meta["value_2"]} <= {"helpfulness", "harmlessness", "honesty"}
        assert item.meta["meaning_1"].startswith("being as")
        assert item.clusters == (f"conflictscope/pair:{item.meta['value_1']}|{item.meta['value_2']}",)


def test_keys_without_a_pair_repeated_keys_and_empty_prompts_are_rejected(
    write: Write, accounted: Callable[[Imported], None]
) -> None:
    entries = [
        (KEY.format(1), '"Tell my aunt."'),
        (KEY.format(1), '"Tell my uncle."'),
        ("no pair here", '"Tell my niece."'),
        (KEY.format(2), "null"),
        (KEY.format(3), '"Tell my aunt."'),
    ]
    imported = read(write("p.json", "{" + ",".join(f'"{key}": {value}' for key, value in entries) + "}"))
    accounted(imported)
    assert [(r.row, r.reason) for r in imported.rejected] == [
        (2, "duplicate of row 1"),
        (3, "the pair of values cannot be read from the key"),
        (4, "empty"),
        (5, "duplicate of row 1"),
    ]
    (item,) = imported.items
    assert (item.meta["value_1"], item.meta["value_2"], item.meta["template"]) == ("candour", "care", "coc_mild")


def test_values_that_the_value_set_does_not_have_are_rejected(write: Write) -> None:
    values = write("values.json", {"candour": "saying what one thinks"})
    imported = read(write("p.json", {KEY.format(1): "Tell my aunt."}), ImportOptions(companion=values))
    assert [(r.column, r.reason) for r in imported.rejected] == [("key", "not in the value set: care")]


def test_a_framework_that_is_given_resolves_the_pair(write: Write) -> None:
    key = "m_Benevolence_Achievement_Benevolence-Achievement-cc-1"
    (item,) = read(write("p.json", {key: "Help."}), ImportOptions(framework="schwartz")).items
    assert (item.framework, item.meta["value_1"], item.meta["value_2"]) == ("schwartz", "benevolence", "achievement")


def test_an_array_instead_of_an_object_is_not_this_format(write: Write) -> None:
    with pytest.raises(InputError, match="columns missing: key"):
        read(write("p.json", [{"prompt": "Tell my aunt."}]))
