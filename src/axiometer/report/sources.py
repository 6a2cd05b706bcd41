"""What a page may be made of: runs, and folders of scenes, in any mixture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from axiometer.errors import InputError
from axiometer.report.loading import load_view
from axiometer.report.scene_views import ScenesView, load_scenes
from axiometer.report.views import RunView

Source: TypeAlias = RunView | ScenesView


def opened(folder: Path, seed: int = 0) -> Source:
    """The run, or the scenes, in `folder`, analysed if they are not yet. Raises `InputError` where there is neither."""
    from axiometer.analyze.scenes import holds_scenes

    return load_scenes(folder, seed) if holds_scenes(folder) else load_view(folder, seed)


def parted(views: Sequence[Source]) -> tuple[list[RunView], list[ScenesView]]:
    """Runs, and scenes, each in their order. Raises `InputError` where there is nothing, or two folders of scenes have
    the same name."""
    if not views:
        raise InputError("no run to report on")
    scenes = [view for view in views if isinstance(view, ScenesView)]
    names = [view.name for view in scenes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError("two folders are called {name!r}", mend="rename one of the folders", name=twice[0])
    return [view for view in views if isinstance(view, RunView)], scenes
