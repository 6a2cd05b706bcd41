"""Short texts through `axiometer express score`: rate, memory of all processes, resuming after kill -9.

Linear classifiers, one of n-grams alone and one with the encoder, with the shapes of the one that ships. Memory is flat
where it does not grow with the number of texts. `python -m benchmarks expression-score` takes minutes, and `--small`
tries it out; `python -m benchmarks.expression_score 100000 1000000` is of these sizes (over an hour on two cores).
Texts and labels are synthetic: nothing is said of how right scores are.
"""

from __future__ import annotations

import csv
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ingest import account_of, digest, measured
from benchmarks.processes import Taken, run

FRAMEWORK = "core-socialist-values"
KINDS = ("n-grams", "n-grams and encoder")
SIZES = (20_000, 100_000)
SMALL = (4_000, 12_000)
TRAIN = 1_500
PART = 2_000

_WHO = ("People", "Teachers", "Neighbours", "Officials", "Children", "Friends", "Workers", "Doctors")
_ACT = ("share what they have", "keep their word", "hide the truth", "help a stranger", "obey the law", "ask for leave")
_ZH_WHO = ("人们", "老师", "邻居", "官员", "孩子", "朋友", "工人", "医生")
_ZH_ACT = ("分享所有", "信守诺言", "隐瞒真相", "帮助陌生人", "遵守法律", "征求同意")
_PLACES = ("in town", "at sea", "on the farm", "at school", "城里", "海上", "农场里", "学校里")


def short_text(number: int) -> str:
    """A sentence or two, Chinese or English, the same for the same number."""
    draw = random.Random(number)
    if number % 2:
        return f"{draw.choice(_WHO)} should {draw.choice(_ACT)} {draw.choice(_PLACES[:4])}. Case {number}."
    return f"{draw.choice(_ZH_WHO)}在{draw.choice(_PLACES[4:])}应当{draw.choice(_ZH_ACT)}。第{number}例。"


def write_texts(file: Path, count: int) -> Path:
    with file.open("w", encoding="utf-8") as handle:
        for number in range(count):
            handle.write(json.dumps({"id": number, "text": short_text(number)}, ensure_ascii=False) + "\n")
    return file


def write_labelled(file: Path, values: Sequence[str], count: int) -> Path:
    """Texts for training; a value's label follows from the words, so that there is something to learn."""
    words = (*_ACT, *_ZH_ACT)
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["text", *values])
        for number in range(count):
            text = short_text(10**9 + number)
            writer.writerow([text, *(int(words[place % len(words)] in text) for place in range(len(values)))])
    return file


TRAINING = """
import sys
from pathlib import Path
from axiometer.expression.labelled import read_labelled
from axiometer.expression.linear.training import LinearOptions, LinearTrainer
from axiometer.expression.splits import SplitKind
from axiometer.expression.training import TrainOptions, train
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of

table, folder, encoder, framework = sys.argv[1:]
own = load_framework(framework)
trainer = LinearTrainer(LinearOptions(**({} if encoder == "encoder" else {"encoder": None})))
data = read_labelled(Path(table), own, level="core")
train(data, own, path_of(framework), trainer, Path(folder), TrainOptions(split=SplitKind.RANDOM))
"""

SCORE = """
import sys, time
from pathlib import Path
from axiometer.expression.folder import open_folder
from axiometer.expression.scoring import ScoreOptions, score_texts
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import open_runner

classifier = CLASSIFIER
with open_runner("local") as runner:
    options = ScoreOptions(polarity=POLARITY, id_column="id")
    texts, output = sys.argv[1:]
    score_texts(open_folder(Path(classifier)), classifier, [texts], Path(output), options, runner, Silent())
"""


def expression_score(small: bool = False, sizes: tuple[int, ...] = SIZES) -> None:
    """Prints a table for each classifier, and what a killed run does."""
    sizes = SMALL if small else sizes
    with TemporaryDirectory() as name:
        folder = Path(name)
        for kind in KINDS:
            classifier = _trained(folder, kind)
            print(f"\n# express score, linear classifier of {kind}, local runner\n", flush=True)
            print(f"{'texts':>10} {'stances':>8} {'seconds':>8} {'texts/s':>8} {'CPU s':>7} {'peak MiB':>9}")
            peaks = []
            for count in sizes:
                taken = _scored(folder, kind, classifier, count, polarity=False)
                peaks.append(taken.memory)
            _scored(folder, kind, classifier, sizes[0], polarity=True)
            print(f"\nmemory at {sizes[-1]} / memory at {sizes[0]}: {peaks[-1] / peaks[0]:.2f}")
            _resumed(folder, kind, classifier, sizes[-1])


def _trained(folder: Path, kind: str) -> Path:
    from axiometer.frameworks import load_framework

    values = [value.id for value in load_framework(FRAMEWORK).values if value.level == "core"]
    table = write_labelled(folder / "labelled.csv", values, TRAIN)
    output = folder / f"classifier of {kind}"
    encoder = "encoder" if "encoder" in kind else "none"
    run([sys.executable, "-c", TRAINING, str(table), str(output), encoder, FRAMEWORK])
    return output


def _program(classifier: Path, polarity: bool) -> str:
    return SCORE.replace("CLASSIFIER", repr(str(classifier))).replace("POLARITY", repr(polarity))


def _scored(folder: Path, kind: str, classifier: Path, count: int, *, polarity: bool) -> Taken:
    texts, output = folder / f"texts-{count}.jsonl", folder / f"{kind}-{count}-{polarity}"
    if not texts.exists():
        write_texts(texts, count)
    taken = measured(_program(classifier, polarity), texts, output)
    figures = f"{taken.wall:>8.1f} {count / taken.wall:>8.0f} {taken.cpu:>7.0f} {taken.memory:>9.0f}"
    print(f"{count:>10} {'yes' if polarity else 'no':>8} {figures}", flush=True)
    return taken


def _resumed(folder: Path, kind: str, classifier: Path, count: int) -> None:
    texts, halted, whole = folder / f"texts-{count}.jsonl", folder / f"{kind}-halted", folder / f"{kind}-{count}-False"
    program = _program(classifier, polarity=False)
    for share in (0.3, 0.7):
        measured(program, texts, halted, kill_after=max(1, int(count / PART * share)))
    wall = measured(program, texts, halted).wall
    print(f"killed at 30 and 70 %; the rest took {wall:.1f} s; same bytes: {digest(halted) == digest(whole)}")
    complete = _in_order(halted, count) and account_of(halted) == (count, 0)
    print(f"complete and in order, every row accounted for: {complete}", flush=True)


def _in_order(output: Path, count: int) -> bool:
    """Whether the ids of all rows, part by part, are 0, 1, 2 and so on to the last."""
    import polars as pl

    expected = 0
    for file in sorted((output / "rows").glob("*.parquet")):
        ids = pl.read_parquet(file, columns=["id"])["id"].to_list()
        if ids != [str(number) for number in range(expected, expected + len(ids))]:
            return False
        expected += len(ids)
    return expected == count


if __name__ == "__main__":
    expression_score(sizes=tuple(map(int, sys.argv[1:])) or SIZES)
