"""Answers a second, CPU per answer and memory of `axiometer measure`, beside its peers on the same prompts."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import Taken, fake_server, run
from benchmarks.prompts_of import prompts_of
from benchmarks.sets import write_items

LATENCY = 0.050
IN_FLIGHT = 100
ANSWERS = 10_000
PEER_ANSWERS = 2_000


def throughput(peers: str | None = None, answers: int = ANSWERS) -> None:
    """Prints one line per way of asking. Every way has a start-up, so long ones are asked more."""
    print(f"\n# {answers} answers from a fake server, {LATENCY * 1000:.0f} ms each, {IN_FLIGHT} in flight\n")
    print(f"{'':34} {'answers':>8} {'answers/s':>10} {'CPU ms/answer':>14} {'peak MiB':>9}")
    with TemporaryDirectory() as name, fake_server(LATENCY) as url:
        folder = Path(name)
        items = write_items(folder / "items", answers // 2)
        python = sys.executable
        environment = {"FAKE_BASE_URL": url, "FAKE_API_KEY": "none"}
        ours = _show("axiometer measure", answers, run(_measure(items, folder / "run"), environment))
        bare = _show(
            "bare openai aiohttp loop",
            answers,
            run([python, "-m", "benchmarks.bare_loop", url, str(items), str(answers), str(IN_FLIGHT)]),
        )
        pool = _show(
            "thread pool with barrier, CSV",
            PEER_ANSWERS,
            run(
                [
                    *(python, "-m", "benchmarks.barrier_pool", url, str(items)),
                    *(str(PEER_ANSWERS), str(IN_FLIGHT), str(folder / "answers.csv")),
                ]
            ),
        )
        task = _inspect(peers, folder, items, url) if peers else None
    _ratios({"bare loop": bare, "thread pool": pool, "Inspect Task": task}, ours)


def _measure(items: Path, output: Path) -> list[str]:
    command = [sys.executable, "-m", "axiometer.cli.main", "measure", str(items), "-m", "openai-api/fake/fake"]
    return [*command, "-o", str(output), "--concurrency", str(IN_FLIGHT)]


def _inspect(peers: str, folder: Path, items: Path, url: str) -> float:
    prompts = folder / "prompts.json"
    prompts.write_text(json.dumps(list(islice(prompts_of(items), PEER_ANSWERS))), encoding="utf-8")
    command = [peers, "benchmarks/inspect_task.py", url, str(prompts), str(IN_FLIGHT), str(folder / "logs")]
    return _show("Inspect Task", PEER_ANSWERS, run(command))


def _show(name: str, answers: int, taken: Taken) -> float:
    each = taken.cpu / answers * 1000
    print(f"{name:34} {answers:>8} {answers / taken.wall:>10.0f} {each:>14.2f} {taken.memory:>9.0f}", flush=True)
    return each


def _ratios(others: Mapping[str, float | None], ours: float) -> None:
    print()
    for name, each in others.items():
        if each is not None:
            print(f"CPU per answer, ours / {name}: {ours / each:.2f}   {name} / ours: {each / ours:.2f}")
