"""`axiometer analyze SCENES`: scenes compared, with rules and without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from axiometer.cli.console import say, say_json, say_table
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.analyze.scenes import SceneAnalysis

SCENES_FILE: Final = "scenes.yaml"
REASONS = 3
NAMES: Final = {
    "distance_cosine": "cosine distance within values",
    "distance_euclidean": "Euclidean distance within values",
    "ratio_cosine": "between over within, cosine",
    "ratio_euclidean": "between over within, Euclidean",
    "silhouette": "silhouette",
    "vendi": "Vendi score",
    "near_duplicates": "share with a near-duplicate",
    "macro_f1": "macro-F1 of a classifier",
    "assigned": "share assigned to their value",
}
Row = dict[str, Any]


def analyze_scenes(
    folder: Path, seed: int, embedder: str | None, threshold: float | None, *, as_json: bool = False
) -> None:
    """Embeds and compares the scenes in `folder`, writes its `analysis` and says the numbers over all values."""
    from axiometer.analyze.scenes import analyse_folder, open_scenes, scene_options
    from axiometer.models.local_weights import cache_folder

    scenes = open_scenes(folder)
    analysis = analyse_folder(scenes, scene_options(embedder, threshold, seed), cache_folder() / "vectors")
    if as_json:
        say_json(analysis.summary)
        return
    _say(analysis)
    say(t("Next: axiometer report {folder}", folder=folder))


def _say(analysis: SceneAnalysis) -> None:
    from axiometer.analyze.scenes import ALL

    for value, why in analysis.summary["left_out"].items():  # type: ignore[attr-defined]
        say(t("value {value} is left out: {why}", value=value, why=why))
    measures = analysis.measures.filter(value=ALL).to_dicts()
    differences = {row["measure"]: row for row in analysis.comparison.filter(value=ALL).iter_rows(named=True)}
    names = list(dict.fromkeys(row["measure"] for row in measures))
    conditions = list(dict.fromkeys(row["condition"] for row in measures))
    found = {(row["measure"], row["condition"]): row for row in measures}
    headers = ["measure", *(header for condition in conditions for header in (condition, "95 % interval"))]
    if differences:
        headers += ["difference", "95 % interval", "p, adjusted"]
    rows = []
    for name in names:
        cells: list[object] = [t(NAMES[name])]
        for condition in conditions:
            row = found[name, condition]
            cells += [row["estimate"], _interval(row)]
        if differences:
            row = differences[name]
            cells += [row["difference"], _interval(row), _p(row["p_adjusted"])]
        rows.append(cells)
    say_table(headers, rows, title=t("mean of {n} values", n=analysis.measures["value"].n_unique() - 1))
    reasons = dict.fromkeys(row["why_not"] for row in measures if row["why_not"])
    if reasons:
        say(t("no interval: {why}", why="; ".join(list(reasons)[:REASONS])))


def _interval(row: Row) -> str:
    low, high = row["low"], row["high"]
    if low is None or high is None:
        return "-"
    return t("{low} to {high}", low=f"{low:.3f}", high=f"{high:.3f}")


def _p(p: float | None) -> str | None:
    return None if p is None else "<0.001" if p < 0.001 else f"{p:.3f}"
