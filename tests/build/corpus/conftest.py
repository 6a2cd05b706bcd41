"""A corpus built in this process, from texts of our own, by the simulated writer."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from axiometer.build.corpus.options import CorpusOptions
from axiometer.build.corpus.pipeline import CorpusSummary, run_corpus
from axiometer.build.corpus.plan import plan_corpus
from axiometer.models.registry import open_model
from axiometer.models.simulated import profile_path
from axiometer.runtime import Limits, Tally
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.runners import Runner, open_runner

Task = TypeVar("Task")
Result = TypeVar("Result")

FRAMEWORK = "core-socialist-values"
SCENES = (
    "On the {n}th day of the flood {who} shared the last of the bread with strangers.",
    "{who} returned the purse with {n} coins that had been left on the bench.",
    "For {n} years {who} kept the books of the cooperative without a single error.",
    "第{n}天，{who}把捡到的钱包交给了车站的值班人员。",
    "{who}连续{n}个晚上在社区教老人使用手机。",
    "会议上，{who}提出了{n}条不同意见，大家耐心听完才表决。",
)
PEOPLE = ("a young teacher", "the miller's son", "an old nurse", "王师傅", "村里的会计", "一名大学生")


class InThisProcess:
    """A runner without workers."""

    name = "local"

    def __enter__(self) -> InThisProcess:
        return self

    def __exit__(self, *exception: object) -> None:
        return

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        return map(function, tasks)

    def close(self) -> None:
        return


class Notes:
    """Progress that only remembers what must be seen."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def show(self, tally: Tally) -> None:
        return

    def note(self, line: str) -> None:
        self.lines.append(line)

    def close(self) -> None:
        return


def write_texts(path: Path, count: int, seed: int = 1) -> Path:
    draw = random.Random(seed)
    lines = [draw.choice(SCENES).format(n=number, who=draw.choice(PEOPLE)) for number in range(1, count + 1)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["text", *(f'"{line}"' for line in lines)]), encoding="utf-8")
    return path


def other_writer(folder: Path) -> str:
    """The name of a second writer, which says what the shipped one says."""
    profile = folder / "other.yaml"
    shipped = profile_path("rulewriter").read_text(encoding="utf-8")
    profile.write_text(shipped.replace("name: rulewriter", "name: other"), encoding="utf-8")
    return f"sim/{profile}"


@dataclass(slots=True)
class Workshop:
    """Builds corpora in one folder."""

    folder: Path
    notes: Notes

    def build(
        self,
        *paths: Path,
        name: str = "corpus",
        model: str = "sim/rulewriter",
        by_step: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        **options: object,
    ) -> CorpusSummary:
        def person(which: str) -> Respondent:
            return Respondent(open_model(which), limits or Limits())

        wanted = CorpusOptions(framework=FRAMEWORK, **options)  # type: ignore[arg-type]
        others = {step: person(which) for step, which in (by_step or {}).items()}
        plan = plan_corpus([str(path) for path in paths], wanted, person(model), others)
        return run_corpus(plan, self.folder / name, InThisProcess(), self.notes)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path, Notes())


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> CorpusSummary:
    """A corpus of 240 texts, for tests that only look."""
    folder = tmp_path_factory.mktemp("built")
    return Workshop(folder, Notes()).build(write_texts(folder / "texts.csv", 240))


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for vectors: nothing is embedded twice."""
    return tmp_path_factory.mktemp("vectors")


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with open_runner("local", processes=2) as opened:
        yield opened
