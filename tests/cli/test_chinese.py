"""A reader of Chinese meets Chinese: tables, next steps, and the line of a mistake."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
import yaml

import axiometer
from axiometer.errors import InputError, Refused, Stopped, file_error
from axiometer.messages import t
from axiometer.messages.catalogue import chinese

from .conftest import Axiometer

PACKAGE = Path(axiometer.__file__).parent
ROOMS = ("build", "cli", "expression", "measure", "models", "runtime", "similarity")
HAN = re.compile("[\u4e00-\u9fff]")
COMMAND = re.compile(r"pip install '\S+'")  # reads the same in every language


@pytest.fixture
def zh(inside: Axiometer, monkeypatch: pytest.MonkeyPatch) -> Axiometer:
    monkeypatch.setenv("AXIOMETER_LANG", "zh")
    return inside


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("measure", "missing.parquet", "-m", "sim/balanced", "-o", "new"), "missing.parquet：没有此文件"),
        (("measure", "two.csv", "-m", "sim/balanced", "-o", "new"), "two.csv：不是 Parquet 文件"),
        (("measure", "two.csv", "-m", "sim/nobody", "-o", "new"), "未知的模拟应答者 'sim/nobody'（可用：balanced"),
        (("measure", "two.csv", "-m", "openai/m", "-o", "new"), "没有服务 'openai' 的密钥（请设置 OPENAI_API_KEY"),
        (("measure", "starter", "--limit", "0"), "--limit 须为不小于 1 的整数"),
        (
            ("measure", "starter", "-m", "sim/balanced", "--mode", "x"),
            "--mode x 无效（可选：choice, logprob, likelihood, agree, judged, open, free）",
        ),
        (("measure", "starter", "--colour", "x"), "没有选项 --colour"),
        (("measure",), "没有给出题目（请给出题目表"),
        (("mesure",), "没有命令 'mesure'（是否想用 'measure'？）"),
        (("import", "moralchoice", "two.csv", "-o", "new.parquet"), "two.csv：缺少列：scenario_id"),
        (("import", "table", "two.csv", "-o", "n.parquet", "--mapping", "bad.yaml"), "bad.yaml, 第 1 行：不是 YAML"),
        (("framework", "show", "nothing"), "没有框架 'nothing'（自带：core-socialist-values"),
        (("analyze", "missing"), "missing：此处没有 run.yaml（请给出由 `axiometer measure` 生成的文件夹）"),
        (("report", "missing", "-o", "x.txt"), "x.txt：须以 .html 结尾"),
        (("build", "corpus"), "没有给出文本（请给出文件、文件夹或通配符）"),
        (
            ("build", "corpus", "two.csv", "--framework", "schwartz", "-m", "sim/rulewriter"),
            "two.csv：看不出哪一列是文本",
        ),
        (("build", "corpus", "--status", "missing"), "missing：此处没有 corpus.yaml"),
        (("trace", "123456"), "corpora 下没有语料库（请用 --corpus 文件夹 指定）"),
    ],
)
def test_mistakes_are_told_in_chinese(zh: Axiometer, tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    (tmp_path / "two.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("a: [", encoding="utf-8")
    assert expected in zh(*words).line


def test_a_run_is_told_in_chinese(zh: Axiometer, finished: Path, tmp_path: Path) -> None:
    items = finished / "items.parquet"
    said = zh("measure", items, "-m", "sim/reticent", "-o", "run")
    assert "24 次呈现" in said.out and "应答者" in said.out and "已选择" in said.out and "下一步" in said.out
    assert "已选择" in said.err
    said = zh("analyze", "run", "--resamples", 100)
    assert "选择中体现它的份额" in said.out and "核心价值" in said.out
    assert not re.search(r"\b(share|value|tier|outcome|interval)\b", said.out)
    assert "由另一设定生成" in zh("measure", items, "-m", "sim/balanced", "-o", "run").line
    said = zh("measure", items, "-m", "sim/balanced", "-o", "other", "--max-calls", 3)
    assert said.code == 3 and said.err == "axiometer: 已达到 --max-calls 3；用同一命令可从此处继续\n"


def test_a_corpus_is_told_in_chinese(zh: Axiometer, tmp_path: Path) -> None:
    lines = [f"第 {number} 位居民按时归还了借来的东西，邻居们都说应当如此。" for number in range(12)]
    (tmp_path / "texts.txt").write_text("\n".join([*lines, lines[0]]), encoding="utf-8")
    words = ("build", "corpus", "texts.txt", "--lines", "--framework", "core-socialist-values", "-m", "sim/rulewriter")
    said = zh(*words, "--dry-run")
    assert "没有提问" in said.out and "调用数上限" in said.out
    said = zh(*words, "-o", "corpus")
    assert said.code == 0 and "保留" in said.err
    assert "步骤" in said.out and "舍弃" in said.out and "条规则" in said.out and "查看一条规则的来历" in said.out
    assert not re.search(r"\b(kept|dropped|failed|waiting|reason|fate|calls|rules in)\b", said.out)
    rule = json.loads((tmp_path / "corpus/corpus/data/rules.jsonl").read_text("utf-8").splitlines()[0])
    said = zh("trace", rule["id"][:12], "--corpus", "corpus")
    assert said.out.startswith(f"规则 {rule['id']}\n") and "来源文本" in said.out and "调用" in said.out
    assert not re.search(r"\b(kept|call|answer|tokens|source text)\b", said.out)


@pytest.mark.parametrize("variables", [{"LANG": "zh_CN.UTF-8"}, {"LC_ALL": "zh_TW.UTF-8", "LANG": "en_GB.UTF-8"}])
def test_the_locale_chooses_the_language(axiometer: Axiometer, variables: dict[str, str]) -> None:
    said = axiometer("analyze", "missing", env={"AXIOMETER_LANG": "", **variables})
    assert "此处没有 run.yaml" in said.line


def told() -> list[tuple[str, str]]:
    """(place, text) of every literal text that an error of these rooms is made of."""
    found = []
    for file in sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in {
                "InputError",
                "Refused",
                "Stopped",
            }:
                continue
            texts = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "mend")]
            found += [
                (f"{file.relative_to(PACKAGE)}:{text.lineno}", text.value)
                for text in texts
                if isinstance(text, ast.Constant) and isinstance(text.value, str)
            ]
    return found


def test_every_mistake_of_the_rooms_that_users_meet_has_its_chinese() -> None:
    missing = [(place, text) for place, text in told() if text not in chinese() and not COMMAND.fullmatch(text)]
    assert told() and not missing


def test_an_error_can_be_told_in_another_language_and_reads_as_english() -> None:
    error = InputError("columns missing: {missing}", file="a.csv", row=3, column="b", mend="{n} more", missing="x", n=2)
    assert str(error) == "a.csv, line 3, column 'b': columns missing: x (2 more)"
    assert (error.what, error.mend) == ("columns missing: x", "2 more")
    assert error.told(lambda text, /, **fields: text.upper().lower().format(**fields) if fields else text) == str(error)
    assert str(Refused("braces {stay} as they are")) == "braces {stay} as they are"
    assert str(Stopped("{n} done", n="{braces}")) == "{braces} done"


@pytest.mark.parametrize("number", [2, 13, 17, 20, 21, 28, 30])
def test_what_the_operating_system_refuses_is_told_in_words(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    error = file_error(OSError(number, "unused", "folder/.page.html.4711.tmp"))
    assert str(error).startswith("folder/page.html: ") and "unused" not in str(error)
    monkeypatch.setenv("AXIOMETER_LANG", "zh")
    assert HAN.search(error.told(t))


def test_no_text_stands_twice_in_the_catalogue() -> None:
    text = (PACKAGE / "messages" / "zh.yaml").read_text(encoding="utf-8")
    keys = re.findall(r'^("(?:[^"\\]|\\.)*"): ', text, re.MULTILINE)
    assert len(keys) == len(set(keys)) == len(yaml.safe_load(text))
