"""Trains the classifier that comes with Axiometer, from the published texts.

    python -m tools.train_shipped ../shared/data/valuecsv/ValueCSV_dev.xlsx          writes the package data
    python -m tools.train_shipped ../shared/data/valuecsv/ValueCSV_dev.xlsx --check  trains, compares, writes nothing

The same file, seed and versions (they are on the card) give the same bytes; other versions may give scores that differ
in the third place, which `--check` allows for. What the folder holds beside the classifier's own files stays there.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from axiometer.cli.console import progress_display
from axiometer.errors import AxiometerError
from axiometer.expression.card import FILE, FRAMEWORK_FILE, read_card
from axiometer.expression.folder import DEFAULT, open_folder
from axiometer.expression.labelled import Labelled, read_labelled
from axiometer.expression.linear.storing import WEIGHTS
from axiometer.expression.linear.training import LinearOptions, LinearTrainer
from axiometer.expression.seen import SEEN
from axiometer.expression.splits import AUTHORS_TRAIN, AUTHORS_VALIDATION, SplitKind
from axiometer.expression.training import TrainOptions, train
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "src" / "axiometer" / "expression" / "data" / DEFAULT
FRAMEWORK, LEVEL = "core-socialist-values", "core"
TEXTS = AUTHORS_TRAIN + AUTHORS_VALIDATION
OWN = (WEIGHTS, SEEN, FRAMEWORK_FILE, FILE)  # the card last: without it a folder is no classifier
NEAR = 0.01  # of probabilities

LICENCE = "CC BY 4.0 (texts and labels: ValueCSV, https://github.com/ValueCSV/ValueCSV); the weights hold no text"
ABOUT = (
    "Tells which of the twelve core values of the framework core-socialist-values a Chinese news text expresses. "
    "Trained on the first 4,500 texts of ValueCSV (GitHub ValueCSV/ValueCSV) by Axiometer; not by its authors. "
    "The published labels are weak: no agreement between people is known of them, and equal texts carry different "
    "labels; they were not given alike from the first row to the last (harmony: 30 % of the first 500 texts, 55 % of "
    "later ones), and probabilities are those of the last rows. Domain: Chinese news reports of about 370 characters. "
    "Of other texts (answers of models, single sentences, other languages) its scores are not validated: look at the "
    "distance, and label a sample. Expressing a value is not endorsing it, and a score says nothing of whether a text "
    "is right."
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the published table")
    parser.add_argument("--check", action="store_true", help="compare with what is there, write nothing")
    asked = parser.parse_args()
    try:
        data = read_labelled(asked.data, load_framework(FRAMEWORK), level=LEVEL)
        return _checked(data) if asked.check else _written(data)
    except AxiometerError as error:
        print(f"train_shipped: {error}", file=sys.stderr)
        return 1


def _trained(data: Labelled, folder: Path) -> Path:
    first = data.take(range(min(TEXTS, len(data))))
    options = TrainOptions(split=SplitKind.AUTHORS, licence=LICENCE, about=ABOUT)
    path = path_of(FRAMEWORK)
    done = train(
        first,
        load_framework(path),
        path,
        LinearTrainer(LinearOptions(by_order=True)),
        folder,
        options,
        progress_display(),
    )
    found = done.card.metrics.validation
    print(f"validation: micro-F1 {found.micro:.4f}, macro-F1 {found.macro:.4f}; {done.seconds:.0f} s")
    return folder


def _written(data: Labelled) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        made = _trained(data, Path(temporary) / DEFAULT)
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in OWN:
            shutil.copyfile(made / name, FOLDER / name)
    size = sum(file.stat().st_size for file in FOLDER.iterdir())
    print(f"{FOLDER.relative_to(ROOT)}: {size / 1e6:.1f} MB")
    return 0


def _checked(data: Labelled) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        made = _trained(data, Path(temporary) / DEFAULT)
        if all((made / name).read_bytes() == (FOLDER / name).read_bytes() for name in OWN):
            print("the same bytes")
            return 0
        texts = data.texts[:: max(1, len(data) // 200)]
        ours, theirs = (open_folder(folder).classifier.score(texts).probabilities for folder in (made, FOLDER))
        versions = read_card(made).versions, read_card(FOLDER).versions
    apart = float(np.abs(ours - theirs).max())
    print(f"other bytes; probabilities of {len(texts)} texts differ by at most {apart:.4f}; versions {versions}")
    return 0 if apart <= NEAR else 1


if __name__ == "__main__":
    sys.exit(main())
