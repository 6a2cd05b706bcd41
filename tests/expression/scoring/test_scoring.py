"""Scores of any number of texts: complete, in order, the same however often they were interrupted."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from axiometer.errors import InputError
from axiometer.expression.folder import open_folder
from axiometer.expression.scoring import ScoreOptions, ScoreSummary, score_texts
from axiometer.runtime.progress import Silent

SMALL = {"part_size": 10, "polarity": False}


class Here:
    """Runs tasks in this process, and is interrupted after some."""

    name = "here"

    def __init__(self, after: int | None = None) -> None:
        self.after, self.tasks = after, 0

    def map(self, function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        for task in tasks:
            if self.tasks == self.after:
                raise KeyboardInterrupt
            self.tasks += 1
            yield function(task)

    def close(self) -> None:
        return

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        return


def run(
    classifier: Path, texts: Path, output: Path, after: int | None = None, **options: Any
) -> tuple[ScoreSummary, int]:
    here = Here(after)
    chosen = ScoreOptions(**{**SMALL, **options})
    summary = score_texts(open_folder(classifier), str(classifier), [texts], output, chosen, here, Silent())
    return summary, here.tasks


def scores(output: Path) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(file) for file in sorted((output / "rows").glob("*.parquet"))])


def digest(output: Path) -> dict[str, str]:
    files = [*output.rglob("*.parquet"), output / "scores.json"]
    return {str(file.relative_to(output)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_every_row_is_scored_or_has_a_reason(grams: Path, texts: Path, tmp_path: Path) -> None:
    summary, _ = run(grams, texts, tmp_path / "scores")
    account = summary.account
    assert account.rows == 30 + 20 + 1 and account.kept == 48
    assert account.dropped == {"damaged characters": 1, "empty": 1} and account.failed == {"not JSON": 1}
    found = scores(tmp_path / "scores")
    assert found["source"].to_list() == [
        *(f"texts/a.jsonl:{n}" for n in range(1, 31) if n not in (8, 12, 20)),
        *(f"texts/b.csv:{n}" for n in range(2, 22)),
        "texts/c.txt",
    ]
    assert [file.texts for file in summary.files] == [27, 20, 1]
    assert json.loads((tmp_path / "scores" / "scores.json").read_text(encoding="utf-8"))["account"]["kept"] == 48


def test_scores_are_those_of_the_classifier(grams: Path, texts: Path, tmp_path: Path) -> None:
    run(grams, texts / "b.csv", tmp_path / "scores", id_column="key")
    classifier = open_folder(grams).classifier
    said = [line.split(",", 1)[1] for line in (texts / "b.csv").read_text(encoding="utf-8").splitlines()[1:]]
    expected = classifier.score(said).probabilities
    found = scores(tmp_path / "scores")
    assert found["id"].to_list() == [f"n{number}" for number in range(20)]
    for column, value in enumerate(classifier.values):
        assert np.allclose(found[f"presence.{value}"].to_numpy(), expected[:, column], atol=1e-6)
        reached = found["expressed"].list.contains(value).to_numpy()
        assert (reached == (expected[:, column] >= np.float32(classifier.thresholds[value]))).all()
    assert found["distance"].null_count() == found.height  # no encoder, no distance


def test_a_long_text_expresses_what_one_of_its_windows_does(grams: Path, texts: Path, tmp_path: Path) -> None:
    summary, _ = run(grams, texts / "c.txt", tmp_path / "scores", window=100)
    row = scores(tmp_path / "scores").row(0, named=True)
    assert row["windows"] > 10 and summary.windows == row["windows"]
    lines = (texts / "c.txt").read_text(encoding="utf-8").split("\n")
    parts = open_folder(grams).classifier.score(lines).probabilities
    assert row["presence.freedom"] > 0.5 and parts[:, 0].max() > 0.5


@pytest.mark.parametrize("after", [0, 1, 4])
def test_an_interrupted_run_ends_with_the_same_files(grams: Path, texts: Path, tmp_path: Path, after: int) -> None:
    _, tasks = run(grams, texts, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(grams, texts, tmp_path / "halted", after=after)
    assert not (tmp_path / "halted" / "scores.json").exists()
    assert run(grams, texts, tmp_path / "halted")[1] == tasks - after
    assert digest(tmp_path / "halted") == digest(tmp_path / "whole")
    assert run(grams, texts, tmp_path / "halted")[1] == 0


def test_other_options_do_not_mix_with_what_is_there(grams: Path, texts: Path, tmp_path: Path) -> None:
    run(grams, texts, tmp_path / "scores")
    before = digest(tmp_path / "scores")
    with pytest.raises(InputError, match="other options"):
        run(grams, texts, tmp_path / "scores", window=200)
    assert digest(tmp_path / "scores") == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="exists already"):
        run(grams, texts, tmp_path / "mine")


def test_scores_do_not_lie_among_the_texts(grams: Path, texts: Path) -> None:
    with pytest.raises(InputError, match="among the texts"):
        run(grams, texts, texts / "scores")


def test_a_limit_can_be_raised(grams: Path, texts: Path, tmp_path: Path) -> None:
    assert run(grams, texts, tmp_path / "scores", limit=25)[0].account.rows == 25
    summary, tasks = run(grams, texts, tmp_path / "scores", limit=51)
    assert summary.account.rows == 51 and tasks == 4  # two full parts stay
    run(grams, texts, tmp_path / "whole", limit=51)
    assert digest(tmp_path / "scores") == digest(tmp_path / "whole")


def test_texts_unlike_those_of_training_shift_the_shares(grams: Path, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("\n".join(f"河水比往年高{n}米" for n in range(200)), encoding="utf-8")
    summary, _ = run(grams, tmp_path / "other.txt", tmp_path / "scores", lines=True)
    assert summary.whole.shift is not None and summary.whole.by_chance is not None
    assert summary.whole.shift > 3 * summary.whole.by_chance
    assert summary.training.keys() == set(summary.values)


def test_an_attack_on_a_value_is_no_endorsement_of_it(grams: Path, tmp_path: Path) -> None:
    texts = [
        "每个人都可以自己选择怎样生活，这是应该的，值得骄傲。",
        "每个人都可以自己选择怎样生活？这种想法太荒唐，何必呢，早该扔掉。",
        "昨天城里下了一场雨。",
    ]
    file = tmp_path / "texts.jsonl"
    file.write_text("\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in texts), encoding="utf-8")
    summary, _ = run(grams, file, tmp_path / "scores", polarity=True)
    found = scores(tmp_path / "scores")
    assert found["expressed"].to_list()[:2] == [["freedom"], ["freedom"]]
    assert found["endorsed"].to_list() == [["freedom"], [], []]
    assert found["opposed"].to_list() == [[], ["freedom"], []]
    assert found["endorsed.freedom"].null_count() == 1  # nothing is told of what a text does not express
    assert summary.whole.opposed["freedom"] == pytest.approx(1 / 3)


PROGRAM = """
import sys
from pathlib import Path
from axiometer.expression.folder import open_folder
from axiometer.expression.scoring import ScoreOptions, score_texts
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import open_runner

classifier, texts, output = sys.argv[1:]
with open_runner("local", processes=1) as runner:
    options = ScoreOptions(part_size=2, polarity=False)
    score_texts(open_folder(Path(classifier)), classifier, [texts], Path(output), options, runner, Silent())
"""


@pytest.mark.slow
def test_a_killed_process_is_resumed(grams: Path, texts: Path, tmp_path: Path) -> None:
    run(grams, texts, tmp_path / "whole", part_size=2)
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(grams), str(texts), str(tmp_path / "killed")]) as process:
        deadline = time.monotonic() + 120
        while len(list((tmp_path / "killed").glob("fates/*.parquet"))) < 3 and time.monotonic() < deadline:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
    assert not (tmp_path / "killed" / "scores.json").exists()
    done = len(list((tmp_path / "killed").glob("fates/*.parquet")))
    _, tasks = run(grams, texts, tmp_path / "killed", part_size=2)
    assert tasks == len(list((tmp_path / "whole").glob("fates/*.parquet"))) - done
    assert digest(tmp_path / "killed") == digest(tmp_path / "whole")
