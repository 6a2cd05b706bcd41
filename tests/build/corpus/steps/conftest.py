"""Rows and replies for tests of steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.frameworks import Framework, load_framework
from axiometer.models.protocols import Finish, Reply
from axiometer.records.corpus_rows import Rule, Text, make_rule, make_text

Said = Callable[..., Reply]
MakeRule = Callable[..., Rule]
MakeText = Callable[..., Text]

FLAT = """
id: flat
version: 1
languages: [en]
names: {en: Flat values}
values:
  - {id: thrift, names: {en: Thrift}, definitions: {en: Spending no more than needed.}}
  - {id: valour, names: {en: Valour}, definitions: {en: Facing danger for others.}}
"""


@pytest.fixture(scope="session")
def core() -> Framework:
    return load_framework("core-socialist-values")


@pytest.fixture(scope="session")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Framework:
    """A framework of one level that it does not name, without Chinese."""
    file = Path(tmp_path_factory.mktemp("framework")) / "flat.yaml"
    file.write_text(FLAT, encoding="utf-8")
    return load_framework(file)


@pytest.fixture
def said() -> Said:
    """A reply that says a text, or an object as JSON."""

    def make(answer: object, finish: Finish = Finish.STOP, refusal: str | None = None) -> Reply:
        words = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        return Reply(words, finish, refusal=refusal)

    return make


@pytest.fixture
def a_text() -> MakeText:
    def make(words: str = "On the train a young man gave an old lady his seat.", lang: str = "en", **meta: str) -> Text:
        return make_text(lang=lang, text=words, source="test", meta=meta)

    return make


@pytest.fixture
def a_rule() -> MakeRule:
    def make(
        words: str = "It is kind to give your seat to an elderly person.",
        lang: str = "en",
        values: tuple[str, ...] = (),
        **meta: str,
    ) -> Rule:
        return make_rule(lang=lang, text=words, origin="write", values=values, text_id="a text", meta=meta)

    return make
