"""`axiometer express score` with a transformer: batches of like length, and all padded to 512 tokens."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import run

# Texts, width and layers of the encoder.
SIZES = {"cpu": (500, 512, 4), "cuda": (8_000, 768, 12)}
SMALL = (96, 128, 4)
PROFILES = {"news": "texts as long as the published news", "questions": "texts as long as the published questions"}
TRAIN = Path(".venv-train/bin/python")
WAYS = {"buckets": "axiometer, batches of like length", "512": "all padded to 512 tokens"}


def expression_transformer(small: bool = False, device: str | None = None) -> None:
    """Prints a line per way and their ratio. Both ways are `express score` with one and the same classifier, from file
    to scores, in one process; they give the same probabilities. Start and opening are not timed. device: `cpu` (the
    default) or `cuda`."""
    python = python_with_torch()
    device = device or "cpu"
    count, width, layers = SMALL if small else SIZES[device]
    print(f"\n# express score, {count} texts, a random BERT ({layers} layers of {width}), float32, {device}\n")
    if python is None:
        print("not run: needs PyTorch (make test-train makes an environment that has it)")
        return
    print(f"{'':38} {'texts/s':>8} {'CPU s':>7} {'peak MiB':>9} {'padding':>8}")
    for profile, title in PROFILES.items():
        print(title)
        _compare([python, "-m", "benchmarks.expression_transformer_run"], profile, (count, width, layers), device)


def _compare(program: list[str], profile: str, sizes: tuple[int, int, int], device: str) -> None:
    """Both ways on texts of one kind of lengths."""
    hidden = {"CUDA_VISIBLE_DEVICES": ""} if device == "cpu" else {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        run([*program, "make", str(folder), *map(str, sizes), profile], hidden)
        seconds: dict[str, float] = {}
        cpu: dict[str, float] = {}
        for way, said_of in WAYS.items():
            taken = run([*program, way, str(folder)], hidden)
            said = json.loads((folder / f"{way}.json").read_text(encoding="utf-8"))
            if not said["device"].startswith(device):
                raise SystemExit(f"there is no {device} here: PyTorch chose {said['device']}")
            seconds[way], cpu[way] = said["seconds"], said["cpu"]
            line = f"  {said_of:36} {sizes[0] / said['seconds']:>8.1f} {said['cpu']:>7.1f} {taken.memory:>9.0f}"
            print(f"{line} {said['padding']:>8.1%}", flush=True)
        run([*program, "compare", str(folder)], hidden)
        far = json.loads((folder / "compare.json").read_text(encoding="utf-8"))
    print(
        f"  lengths {far['lengths']} tokens (10, 50, 90 % of texts); probabilities differ by {far['far']:.1e} at most"
    )
    ratios = f"{seconds['512'] / seconds['buckets']:.2f} times as many texts a second as padded to 512"
    print(f"  {ratios} ({cpu['512'] / cpu['buckets']:.2f} times as many a second of CPU)")


def python_with_torch() -> str | None:
    """A Python that has PyTorch."""
    if importlib.util.find_spec("torch") is not None and importlib.util.find_spec("transformers") is not None:
        return sys.executable
    return str(TRAIN) if TRAIN.exists() else None
