"""A random encoder trained on labelled texts: that everything runs on a device, how long it takes, with what F1.

A plumbing check and nothing more: an encoder that begins with random weights knows no language, and its F1 is far below
that of one that has read texts before. `python -m benchmarks expression-training --device cuda --data TABLE` trains one
of BERT's size; without a GPU a tiny one is trained.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.expression_score import FRAMEWORK, write_labelled
from benchmarks.expression_transformer import python_with_torch
from benchmarks.expression_transformer_run import write_encoder

# Texts, width, layers, epochs.
SIZES = {"cpu": (240, 64, 2, 2), "cuda": (4_500, 768, 12, 5)}
RATE = 1e-4


def expression_training(small: bool = False, device: str | None = None, data: str | None = None) -> None:
    """Prints how long `--architecture multilabel` took on the first 4,500 texts of a table, and its F1. device: `cpu`
    (the default) or `cuda`; data: labelled texts (default: synthetic ones)."""
    python = python_with_torch()
    device = device or "cpu"
    print(f"\n# express train, multilabel from random weights, {device}: a plumbing check, its F1 says nothing else\n")
    if python is None:
        print("not run: needs PyTorch (make test-train makes an environment that has it)")
        return
    size = "cpu" if small else device
    subprocess.run(
        [python, "-m", "benchmarks.expression_training", size, device, *([data] if data else [])], check=True
    )


def main() -> None:
    size, device, *data = sys.argv[1:]
    with TemporaryDirectory() as name:
        _train(Path(name), Path(data[0]) if data else None, SIZES[size], device)


def _train(folder: Path, table: Path | None, size: tuple[int, int, int, int], device: str) -> None:
    import torch

    from axiometer.expression.labelled import read_labelled
    from axiometer.expression.splits import SplitKind
    from axiometer.expression.training import TrainOptions, train
    from axiometer.expression.transformer.options import TransformerOptions
    from axiometer.expression.transformer.training import TransformerTrainer
    from axiometer.frameworks import load_framework
    from axiometer.frameworks.load import path_of

    count, width, layers, epochs = size
    framework = load_framework(FRAMEWORK)
    if table is None:
        values = [value.id for value in framework.values if value.level == "core"]
        table = write_labelled(folder / "texts.csv", values, count)
    data = read_labelled(table, framework, level="core")
    data = data.take(range(min(len(data), count)))
    encoder = folder / "encoder"
    write_encoder(encoder, sorted(set("".join(data.texts))), width, layers)
    options = TransformerOptions(str(encoder), epochs=epochs, patience=epochs, learning_rate=RATE, device=device)
    trainer, split = TransformerTrainer(options), TrainOptions(split=SplitKind.RANDOM)
    started = time.perf_counter()
    card = train(data, framework, path_of(FRAMEWORK), trainer, folder / "model", split).card
    seconds = time.perf_counter() - started
    where = torch.cuda.get_device_name() if device == "cuda" else f"{torch.get_num_threads()} threads"
    print(f"{layers} layers of {width}, {card.data.train.texts} texts, {epochs} epochs: {seconds:.1f} s on {where}")
    for side, found in (("validation", card.metrics.validation), ("test", card.metrics.test)):
        if found is not None:
            print(f"  {side:11} {found.texts:>6} texts   micro-F1 {found.micro:.3f}   macro-F1 {found.macro:.3f}")


if __name__ == "__main__":
    main()
