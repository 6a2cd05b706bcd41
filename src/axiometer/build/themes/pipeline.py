"""Runs a plan: rules matched, then scenes written, checked, filtered, made into items. The same call goes on."""

from __future__ import annotations

from pathlib import Path

from axiometer.build.dilemmas.pipeline import make_dilemmas
from axiometer.build.dilemmas.plan import settle_specification
from axiometer.build.themes.fates import RuleFate
from axiometer.build.themes.matching import Matching
from axiometer.build.themes.options import FILE, ThemesFolder
from axiometer.build.themes.plan import COMMAND, ThemesPlan, find_matches, plan_scenes, settle_themes
from axiometer.build.themes.publish import ThemesSummary, publish
from axiometer.build.work.folders import check_folder
from axiometer.errors import Stopped
from axiometer.records.corpus_rows import RulePair
from axiometer.records.tables import read_table, write_parquet
from axiometer.runtime import Progress
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import Runner


def run_themes(
    plan: ThemesPlan, output: Path, cache: Path, runner: Runner, progress: Progress | None = None
) -> ThemesSummary:
    """Makes theme items into the folder `output`, or goes on there. cache: the folder of vectors.

    Raises `SpecificationChanged` where the folder holds other work, `Stopped` when a limit, the breaker or Ctrl-C ended
    it: the same call goes on from there.
    """
    folder = ThemesFolder(Path(output))
    shown = progress or Silent()
    check_folder(folder.path, FILE, COMMAND)
    with only_process(folder.path):
        if (folder.path / FILE).exists():
            settle_themes(plan, folder)
        try:
            there = _read_matching(folder)
            matching = there or find_matches(plan, cache, runner, shown)
        except KeyboardInterrupt:
            raise Stopped("stopped; what was finished is kept") from None
        finally:
            shown.close()
        scenes = plan_scenes(plan, matching)
        settle_themes(plan, folder)
        settle_specification(scenes, folder.dilemmas)
        if there is None:
            write_parquet(matching.rules, folder.rules)
            write_parquet(matching.pairs, folder.pairs)
        made = make_dilemmas(scenes, folder.dilemmas, cache, runner, shown)
        return publish(plan, matching, made, folder)


def _read_matching(folder: ThemesFolder) -> Matching | None:
    """The matching of before, where it is there whole: what it comes from is in the specification that was settled."""
    if not folder.pairs.exists() or not folder.rules.exists():
        return None
    return Matching(read_table(folder.pairs, RulePair), read_table(folder.rules, RuleFate))
