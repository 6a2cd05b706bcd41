"""Rules of the starter set, and scenes made of them by the simulated writer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.build.scenes.options import REQUESTS, SceneOptions, ScenesFolder
from axiometer.build.scenes.pipeline import run_scenes
from axiometer.build.scenes.plan import plan_scenes
from axiometer.build.scenes.publish import ScenesSummary
from axiometer.build.scenes.rows import SceneList
from axiometer.models.simulated_writer import SimulatedWriter, load_writer
from axiometer.models.writer_profile import WriterProfile
from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.records.importers.starter import starter_rules
from axiometer.records.schemas import to_rows
from axiometer.records.tables import write_rows
from axiometer.runtime.respondent import Respondent

HOME = "core-socialist-values"
PROFILE = load_writer("rulewriter")
Make = Callable[..., tuple[ScenesSummary, ScenesFolder]]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The starter rules in both languages; their values are derived ones."""
    found = [
        make_rule(lang=lang, text=rule.texts[lang], origin="s", values=(rule.value,), framework=HOME)
        for lang in ("en", "zh")
        for rule in starter_rules().values()
    ]
    write_rows(found, Rule, tmp_path / "rules.parquet")
    return tmp_path / "rules.parquet"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes scenes into the folder `scenes`."""

    def run(
        rules: Path | None = None, profile: WriterProfile = PROFILE, framework: str = HOME, **options: object
    ) -> tuple[ScenesSummary, ScenesFolder]:
        wanted = SceneOptions.of(**options)  # type: ignore[arg-type]
        plan = plan_scenes(framework, rules, wanted, Respondent(SimulatedWriter(profile)))
        summary = run_scenes(plan, tmp_path / "scenes")
        return summary, ScenesFolder(tmp_path / "scenes")

    return run


def lists_of(folder: ScenesFolder) -> list[SceneList]:
    """Every list that was asked for."""
    stage = folder.stage(REQUESTS)
    return [row for name in stage.names() for row in to_rows(stage.rows_of(name), SceneList)]
