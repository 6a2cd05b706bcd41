"""`kill -9` while a corpus is built: nothing acknowledged is asked again, and the same corpus comes out."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.serving import acknowledged, answered, environment, server

from axiometer.runtime.journal import GROUP_SIZE

TOPICS = ("harvest", "library", "bridge", "hospital", "school", "market", "river", "orchestra", "factory", "court")
PEOPLE = ("a nurse", "two neighbours", "the mayor", "an apprentice", "a driver", "her brother", "a shopkeeper")


def write_texts(path: Path, count: int) -> Path:
    """Distinct short texts, half of them Chinese."""
    draw = random.Random(5)
    with path.open("w", encoding="utf-8") as handle:
        for number in range(count):
            topic, person = draw.choice(TOPICS), draw.choice(PEOPLE)
            english = f"At the {topic} number {number}, {person} kept a promise although it was costly."
            chinese = f"第{number}号市场里，一位店主宁可亏本也把答应过的货按时送到了顾客手中。"
            handle.write(json.dumps({"text": english if number % 2 else chinese}, ensure_ascii=False) + "\n")
    return path


def build(texts: Path, corpus: Path, *more: str) -> list[str]:
    return [
        *(sys.executable, "-m", "axiometer.cli.main", "build", "corpus", str(texts), "-m", "openai-api/fake/m"),
        *("--framework", "core-socialist-values", "--concurrency", "200", "-o", str(corpus), *more),
    ]


def digests(corpus: Path) -> dict[str, str]:
    """The content of everything that a corpus consists of but journals, caches and the file with its date."""
    return {
        str(path.relative_to(corpus)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("stages", "corpus")
        for path in sorted((corpus / folder).rglob("*"))
        if path.is_file()
    }


def check_killed_and_resumed(folder: Path, count: int, kills: int, seed: int, *more: str) -> dict[str, str]:
    texts = write_texts(folder / "texts.jsonl", count)
    draw = random.Random(seed)
    with server(0.05, "--rulewriter") as url:
        started = time.monotonic()
        whole = folder / "a" / "corpus"
        subprocess.run(build(texts, whole), env=environment(url), check=True)
        seconds = time.monotonic() - started
    killed = folder / "b" / "corpus"
    with server(0.05, "--rulewriter") as url:
        before: dict[str, int] = {}
        safe: set[str] = set()
        for _ in range(kills):
            with subprocess.Popen(build(texts, killed, *more), env=environment(url)) as process:
                time.sleep(draw.uniform(0.4, 1.0) * seconds / kills + (6 if more else 0))
                os.kill(process.pid, signal.SIGKILL)
            now = answered(url)
            again = {digest for digest in safe if now[digest] > before[digest]}
            assert again == set(), "an acknowledged request was asked again"
            safe, before = acknowledged(killed), now
        subprocess.run(build(texts, killed, *more), env=environment(url), check=True)
        end = answered(url)
        assert {digest for digest in safe if end[digest] > before[digest]} == set()
        lost = sum(end.values()) - len(end)
        assert lost <= kills * (200 + GROUP_SIZE), "more was lost than was in flight or on its way to the disk"
    assert digests(killed) == digests(whole)
    return digests(killed)


def test_a_corpus_killed_twice_is_the_corpus_of_one_go(tmp_path: Path) -> None:
    found = check_killed_and_resumed(tmp_path, 120, 2, 1)
    assert "corpus/data/rules.parquet" in found


@pytest.mark.slow
def test_two_thousand_texts_killed_three_times_on_local(tmp_path: Path) -> None:
    found = check_killed_and_resumed(tmp_path, 2_000, 3, 2)
    assert "corpus/data/rules.parquet" in found


@pytest.mark.slow
def test_two_thousand_texts_killed_three_times_on_ray_give_what_local_gives(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    found = check_killed_and_resumed(tmp_path, 2_000, 3, 3, "--runner", "ray")
    assert "corpus/data/rules.parquet" in found
