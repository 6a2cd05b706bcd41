from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from tests.build.corpus.ingest.conftest import Here, Ingest

from axiometer.build.corpus.ingest import IngestOptions, check_sources, ingest
from axiometer.build.corpus.ingest.duplicates import SeenKeys
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import open_runner
from axiometer.runtime.stages.parts import StageFolder

Task = TypeVar("Task")
Result = TypeVar("Result")
SUBJECTS, VERBS, THINGS = (
    ("我们", "老师", "孩子", "邻居"),
    ("应当尊重", "不可欺骗", "可以帮助"),
    ("朋友", "老人", "外人"),
)


def sentence(draw: random.Random) -> str:
    """One of many thousand, so that some repeat."""
    return f"{draw.choice(SUBJECTS)}{draw.choice(VERBS)}{draw.choice(THINGS)}，情形{draw.randrange(80)}。"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Three files with duplicates within and across them, a long document, broken lines."""
    draw = random.Random(7)
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, count in (("a.jsonl", 900), ("c.jsonl", 700)):
        lines = [json.dumps({"text": sentence(draw)}) for _ in range(count)]
        lines[count // 2] = "{broken"
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    long = "".join(f"{sentence(draw)}" for _ in range(300))
    (folder / "b.txt").write_text(long, encoding="utf-8")
    return folder


class Stops(Here):
    """Dies after some tasks."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        for number, result in enumerate(super().map(function, tasks)):
            if number == self.after:
                raise KeyboardInterrupt
            yield result


OPTIONS = {"part_size": 100, "max_characters": 300}


@pytest.mark.parametrize("after", [0, 1, 8, 9, 12])
def test_an_interrupted_run_ends_with_the_same_bytes(run: Ingest, texts: Path, after: int) -> None:
    whole = run(texts, folder="whole", **OPTIONS)
    assert whole.folder.account().dropped["same words as an earlier text"] > 50
    with pytest.raises(KeyboardInterrupt):
        run(texts, folder="halted", runner=Stops(after), **OPTIONS)
    resumed = run(texts, folder="halted", **OPTIONS)
    assert resumed.bytes == whole.bytes
    assert resumed.tasks == whole.tasks - after
    assert run(texts, folder="halted", **OPTIONS).tasks == 0


def test_runners_give_the_same_bytes(run: Ingest, texts: Path) -> None:
    whole = run(texts, folder="whole", **OPTIONS)
    with open_runner("local", processes=2) as local:
        assert run(texts, folder="local", runner=local, **OPTIONS).bytes == whole.bytes


def test_a_killed_process_leaves_only_whole_parts_and_is_resumed(tmp_path: Path, texts: Path) -> None:
    whole, killed = StageFolder(tmp_path / "whole"), StageFolder(tmp_path / "killed")
    options = IngestOptions(part_size=20)
    ingest(check_sources([texts], options), options, whole, Here(), Silent())
    program = (
        "import sys; from pathlib import Path\n"
        "from axiometer.build.corpus.ingest import IngestOptions, check_sources, ingest\n"
        "options = IngestOptions(part_size=20)\n"
        "from axiometer.runtime.progress import Silent\n"
        "from axiometer.runtime.runners import open_runner\n"
        "from axiometer.runtime.stages.parts import StageFolder\n"
        "with open_runner('local', processes=1) as runner:\n"
        "    sources = check_sources([sys.argv[1]], options)\n"
        "    ingest(sources, options, StageFolder(Path(sys.argv[2])), runner, Silent())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(texts), str(killed.path)]) as process:
        deadline = time.monotonic() + 60
        while len(list(killed.path.glob("fates/*.parquet"))) < 5 and time.monotonic() < deadline:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
    before = {part.name: part for part in killed.parts()}
    assert len(before) >= 5
    again = Here()
    ingest(check_sources([texts], options), options, killed, again, Silent())
    assert again.tasks == len(whole.parts()) - len(before)
    assert killed.parts() == whole.parts()


def test_a_file_that_is_added_behind_leaves_whole_parts_alone(run: Ingest, texts: Path) -> None:
    count = len(run(texts, folder="grown", **OPTIONS).fates)
    (texts / "d.txt").write_text("最后来的一篇文章，讲的是诚实。", encoding="utf-8")
    grown = run(texts, folder="grown", **OPTIONS)
    assert grown.tasks == 1  # the last part was not full
    assert len(grown.fates) == count + 1
    assert grown.bytes == run(texts, folder="afresh", **OPTIONS).bytes


def test_a_file_that_changes_redoes_what_follows_it_and_nothing_before(run: Ingest, texts: Path) -> None:
    first = run(texts, folder="changed", **OPTIONS)
    file = texts / "c.jsonl"
    file.write_text(file.read_text(encoding="utf-8") + "\n" + json.dumps({"text": "新加的一句话。"}), encoding="utf-8")
    changed = run(texts, folder="changed", **OPTIONS)
    assert 7 <= changed.tasks < first.tasks
    assert changed.bytes == run(texts, folder="afresh", **OPTIONS).bytes
    (texts / "b.txt").unlink()
    removed = run(texts, folder="changed", **OPTIONS)
    assert removed.bytes == run(texts, folder="afresh without", **OPTIONS).bytes


def test_other_options_redo_everything(run: Ingest, texts: Path) -> None:
    first = run(texts, folder="other", **OPTIONS)
    assert run(texts, folder="other", **{**OPTIONS, "max_characters": 200}).tasks == first.tasks
    assert run(texts, folder="other", **{**OPTIONS, "max_characters": 200, "lang": "zh"}).tasks == first.tasks


def test_a_limit_counts_source_rows_and_can_be_raised(run: Ingest, texts: Path) -> None:
    assert len(run(texts, folder="limit", limit=250, **OPTIONS).fates) == 250
    raised = run(texts, folder="limit", limit=430, **OPTIONS)
    assert (len(raised.fates), raised.tasks) == (430, 3)
    lowered = run(texts, folder="limit", limit=200, **OPTIONS)
    assert (len(lowered.fates), lowered.tasks) == (200, 0)
    whole = run(texts, folder="limit", **OPTIONS)
    assert whole.bytes == run(texts, folder="whole", **OPTIONS).bytes


def test_pieces_that_repeat_are_left_out_and_ids_stay_unique(run: Ingest, tmp_path: Path) -> None:
    boilerplate = "".join(f"第{n}条：本站文章不得转载，违者必究。" for n in range(20))
    (tmp_path / "a.txt").write_text("甲篇讲的是诚实的道理。\n" + "ha ha ha " * 200, encoding="utf-8")
    (tmp_path / "b.txt").write_text(boilerplate * 3, encoding="utf-8")
    (tmp_path / "c.txt").write_text(boilerplate * 3 + " ", encoding="utf-8")
    found = run(tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "c.txt", max_characters=300)
    assert found.ends == ["kept", "kept", "same words as an earlier text"]
    assert len(found.fates[0].outputs) < 6
    parent = found.texts[-1].parent_ids[0]
    assert parent in (found.fates[2].note or "")


def test_seen_keys_are_a_set() -> None:
    draw = random.Random(3)
    seen, expected = SeenKeys(), set[int]()
    for _ in range(60):
        asked = [draw.randrange(2**64) for _ in range(50)] + draw.sample(sorted(expected), min(20, len(expected)))
        assert seen.known(asked) == expected & set(asked)
        fresh = set(asked) - expected
        seen.add(fresh)
        expected |= fresh
    assert len(seen) == len(expected)
    assert seen.known([]) == set()
