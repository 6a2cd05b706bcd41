"""Scenes that models wrote for values, with and without rules: how varied they are and how apart."""

from axiometer.analyze.scenes.analysis import ALL, SCENE_TABLES, SceneAnalysis, analyze_scenes
from axiometer.analyze.scenes.options import SceneOptions
from axiometer.analyze.scenes.reading import (
    Scenes,
    analyse_folder,
    analysis_of,
    holds_scenes,
    open_scenes,
    scene_options,
)

__all__ = [
    "ALL",
    "SCENE_TABLES",
    "SceneAnalysis",
    "SceneOptions",
    "Scenes",
    "analyse_folder",
    "analysis_of",
    "analyze_scenes",
    "holds_scenes",
    "open_scenes",
    "scene_options",
]
