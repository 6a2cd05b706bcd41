"""What pages say is there in Chinese, and nothing else is."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from axiometer import web
from axiometer.web.words import Words, catalogue, own_words, preferred

PACKAGE = Path(web.__file__).parent
SAID = re.compile(r"""\bt\(\s*(?:"([^"]*)"|'([^']*)')""")


def said_in_templates() -> set[str]:
    found = set()
    for file in (PACKAGE / "templates").rglob("*.html"):
        found |= {one or other for one, other in SAID.findall(file.read_text(encoding="utf-8"))}
    return found


def literals() -> set[str]:
    found = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_everything_that_a_page_says_has_its_chinese() -> None:
    said = said_in_templates()
    assert len(said) > 60 and not sorted(said - catalogue().keys())


def test_the_words_of_pages_hold_nothing_that_no_page_says() -> None:
    assert not sorted(own_words().keys() - said_in_templates() - literals())


def test_both_languages_have_the_same_fields() -> None:
    for english, chinese in own_words().items():
        names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, chinese)]
        assert names[0] == names[1], english


def test_pages_do_not_change_what_the_command_line_says() -> None:
    from axiometer.messages.catalogue import chinese

    assert not sorted(key for key, wording in own_words().items() if chinese().get(key, wording) != wording)


def test_a_reader_is_told_in_their_language() -> None:
    assert Words("zh")("{n} done", n=3) == "已完成 3 条" and Words("en")("{n} done", n=3) == "3 done"
    assert Words("zh")("nobody ever translated this") == "nobody ever translated this"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr,zh;q=0.5", "zh"),
        ("en;q=0.2,zh;q=0.7", "zh"),
        ("", "en"),
        ("de", "en"),
        (";q=x,zh", "zh"),
    ],
)
def test_the_browser_s_order_of_languages_counts(header: str, expected: str) -> None:
    assert preferred(header) == expected
