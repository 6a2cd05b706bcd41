"""Texts through a transformer with an output per value: batches of like length, and all padded to 512 tokens."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import run

TEXTS, FEW = 1_000, 96
WIDTH, FEW_WIDTH = 512, 128  # of the encoder's vectors
PROFILES = {"news": "texts as long as the published news", "questions": "texts as long as the published questions"}
TRAIN = Path(".venv-train/bin/python")
WAYS = {"buckets": "axiometer, batches of like length", "512": "all padded to 512 tokens"}


def expression_transformer(small: bool = False) -> None:
    """Prints a line per way and their ratio. CPU: of computing alone, without start and tokens. Both ways compute one
    and the same network, and give the same logits."""
    python = _python()
    count, width = (FEW, FEW_WIDTH) if small else (TEXTS, WIDTH)
    print(f"\n# {count} texts through a random BERT (4 layers of {width}), 12 outputs, float32\n")
    if python is None:
        print("not run: needs PyTorch (make test-train makes an environment that has it)")
        return
    print(f"{'':38} {'texts/s':>8} {'CPU s':>7} {'peak MiB':>9} {'padding':>8}")
    for profile, title in PROFILES.items():
        _compare([python, "-m", "benchmarks.expression_transformer_run"], profile, title, count, width)


def _compare(program: list[str], profile: str, title: str, count: int, width: int) -> None:
    """Both ways on texts of one kind of lengths."""
    print(title)
    with TemporaryDirectory() as name:
        folder = Path(name)
        run([*program, "make", str(folder), str(count), str(width), profile])
        seconds: dict[str, float] = {}
        cpu: dict[str, float] = {}
        for way, said_of in WAYS.items():
            taken = run([*program, way, str(folder)])
            said = json.loads((folder / f"{way}.json").read_text(encoding="utf-8"))
            seconds[way], cpu[way] = said["seconds"], said["cpu"]
            line = f"  {said_of:36} {count / said['seconds']:>8.1f} {said['cpu']:>7.1f} {taken.memory:>9.0f}"
            print(f"{line} {said['padding']:>8.1%}", flush=True)
        run([*program, "compare", str(folder)])
        far = json.loads((folder / "compare.json").read_text(encoding="utf-8"))
    print(f"  lengths {far['lengths']} tokens (10, 50, 90 % of texts); logits differ by {far['far']:.1e} at most")
    ratios = f"{seconds['512'] / seconds['buckets']:.2f} times as many texts a second as padded to 512"
    print(f"  {ratios} ({cpu['512'] / cpu['buckets']:.2f} times as many a second of CPU)")


def _python() -> str | None:
    """A Python that has PyTorch."""
    if importlib.util.find_spec("torch") is not None and importlib.util.find_spec("transformers") is not None:
        return sys.executable
    return str(TRAIN) if TRAIN.exists() else None
