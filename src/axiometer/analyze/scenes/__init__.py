"""Scenes that models wrote for values, with and without rules: how varied they are and how apart."""

from axiometer.analyze.scenes.analysis import ALL, SCENE_TABLES, SceneAnalysis, analyze_scenes
from axiometer.analyze.scenes.options import SceneOptions

__all__ = ["ALL", "SCENE_TABLES", "SceneAnalysis", "SceneOptions", "analyze_scenes"]
