"""1,000,000 synthetic texts through `ingest`: rate, linearity, memory of all processes, and resuming after kill -9.

`python -m benchmarks ingest` runs it whole; `python -m benchmarks.ingest 100000` a part of it.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import Taken, run

SIZES = (100_000, 300_000, 1_000_000)
PART = 2_000

_WHO = ("People", "Teachers", "Neighbours", "Officials", "Children", "Friends", "Workers", "Doctors")
_OUGHT = ("should", "ought to", "must not", "may", "need to", "had better", "are right to", "were wrong to")
_ACT = ("share what they have", "keep their word", "hide the truth", "help a stranger", "obey the law", "ask for leave")
_WHEN = ("when times are hard", "whatever it costs", "before anyone asks", "while others watch", "in public", "at home")
_ZH_WHO = ("人们", "老师", "邻居", "官员", "孩子", "朋友", "工人", "医生")
_ZH_OUGHT = ("应当", "不应", "可以", "必须", "最好", "无权", "理应", "不妨")
_ZH_ACT = ("分享所有", "信守诺言", "隐瞒真相", "帮助陌生人", "遵守法律", "征求同意")
_ZH_WHEN = ("在困难的时候", "无论代价多大", "在别人开口之前", "当着众人的面", "在公共场合", "在家里")


def write_texts(folder: Path, count: int) -> None:
    """`count` texts of about 100-300 characters, half zh and half en, one in fifty a repetition; nine tenths as JSON
    lines, the rest as CSV."""
    folder.mkdir(parents=True)
    draw = random.Random(20_000)
    lines = count * 9 // 10
    with (folder / "a.jsonl").open("w", encoding="utf-8") as handle:
        for n in range(lines):
            row = {"text": _text(draw, n, lines), "date": "2024-05-01", "outlet": "synthetic"}
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")
    with (folder / "b.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["n", "text"])
        writer.writerows([n, _text(draw, n, lines)] for n in range(lines, count))


def _text(draw: random.Random, n: int, known: int) -> str:
    number = draw.randrange(min(n, known)) if n and draw.random() < 0.02 else n
    own = random.Random(number)
    if number % 2:
        ought = (f"{own.choice(_WHO)} {own.choice(_OUGHT)} {own.choice(_ACT)}" for _ in range(own.randint(3, 8)))
        return f"{own.choice(_WHEN).capitalize()}: " + ". ".join(ought) + f". Case {number}."
    parts = (
        f"{own.choice(_ZH_WHO)}{own.choice(_ZH_OUGHT)}{own.choice(_ZH_ACT)}，{own.choice(_ZH_WHEN)}"
        for _ in range(own.randint(8, 20))
    )
    return "。".join(parts) + f"。第{number}例。"


INGEST = """
import sys, time
from pathlib import Path
from axiometer.build.corpus.ingest import IngestOptions, check_sources, ingest
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import open_runner
from axiometer.runtime.stages.parts import StageFolder

began = time.monotonic()
with open_runner("local") as runner:
    options = IngestOptions()
    ingest(check_sources([sys.argv[1]], options), options, StageFolder(Path(sys.argv[2])), runner, Silent())
print(time.monotonic() - began)
"""


def measured(program: str, texts: Path, output: Path, kill_after: int | None = None) -> Taken:
    """What a program takes, given two folders; it is killed when `kill_after` parts are there, its workers left to end
    by themselves."""

    def enough() -> bool:
        return kill_after is not None and len(list(output.glob("fates/*.parquet"))) >= kill_after

    return run([sys.executable, "-c", program, str(texts), str(output)], halt=enough)


def ingest(sizes: tuple[int, ...] = SIZES) -> None:
    """Prints a table, and what a killed run does."""
    print("\n# ingest of synthetic texts, local runner\n")
    print(f"{'texts':>10} {'seconds':>8} {'texts/s':>8} {'CPU s':>7} {'peak MiB':>9} {'kept':>9} {'the rest':>9}")
    rates = []
    with TemporaryDirectory() as name:
        for count in sizes:
            texts, output = Path(name) / f"texts-{count}", Path(name) / f"out-{count}"
            write_texts(texts, count)
            taken = measured(INGEST, texts, output)
            kept, rest = account_of(output)
            rates.append(count / taken.wall)
            figures = f"{taken.wall:>8.1f} {rates[-1]:>8.0f} {taken.cpu:>7.0f} {taken.memory:>9.0f}"
            print(f"{count:>10} {figures} {kept:>9} {rest:>9}", flush=True)
        print(f"\nrate at {sizes[-1]} / rate at {sizes[0]}: {rates[-1] / rates[0]:.2f}")
        _resumed(Path(name), sizes[0])


def account_of(output: Path) -> tuple[int, int]:
    from axiometer.runtime.stages.parts import StageFolder

    account = StageFolder(output).account()
    return account.kept, account.rows - account.kept


def _resumed(folder: Path, count: int) -> None:
    texts, halted = folder / f"texts-{count}", folder / "halted"
    parts = count // PART
    for share in (0.2, 0.5, 0.8):
        measured(INGEST, texts, halted, kill_after=int(parts * share))
    wall = measured(INGEST, texts, halted).wall
    equal = digest(halted) == digest(folder / f"out-{count}")
    print(f"killed at 20, 50 and 80 % of {count} texts; the last fifth took {wall:.1f} s; same bytes: {equal}")


def digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.parquet")):
        digest.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    ingest(tuple(map(int, sys.argv[1:])) or SIZES)
