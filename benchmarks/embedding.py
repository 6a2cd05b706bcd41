"""Embedding 250,000 short Chinese sentences: rate and memory, by number of threads, and what ours chooses."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.processes import run
from benchmarks.sentences import sentences

SENTENCES, FEW = 250_000, 10_000
SAMPLE, DEFAULT_SAMPLE = 20_000, 1_000  # the library's own default takes a second for 90 on two cores


def embedding(small: bool = False) -> None:
    """Prints a line per number of threads, and ours twice: embedded, and read again from the cache."""
    count = FEW if small else SENTENCES
    texts = sentences(count)
    length = sum(map(len, texts)) / len(texts)
    print(f"\n# embedding short Chinese sentences ({length:.0f} characters on average), use/multilingual-v3\n")
    print(f"{'':34} {'sentences':>10} {'seconds':>8} {'per second':>11} {'peak MiB':>9}")
    with TemporaryDirectory() as name:
        folder = Path(name)
        for way in dict.fromkeys(("1", "2", str(psutil.cpu_count()))):
            _show(f"library, threads={way}", way, texts[: min(SAMPLE, count)], folder)
        _show("library, default threads (4)", "default", texts[:DEFAULT_SAMPLE], folder)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        _show(f"axiometer, {cores} processes, cached", "ours", texts, folder)
        _show("axiometer, again from the cache", "ours", texts, folder)


def _show(name: str, way: str, texts: list[str], folder: Path) -> None:
    file = folder / "sentences.txt"
    file.write_text("\n".join(texts), encoding="utf-8")
    memory = run([sys.executable, "-m", "benchmarks.embedding_run", way, str(file), str(folder)]).memory
    seconds = json.loads((folder / "seconds.json").read_text(encoding="utf-8"))
    rate = len(texts) / seconds
    print(f"{name:34} {len(texts):>10} {seconds:>8.1f} {rate:>11.0f} {memory:>9.0f}", flush=True)
