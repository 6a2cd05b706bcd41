"""A folder of `axiometer build scenes` read back, embedded and analysed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from axiometer.analyze.files import SUMMARY
from axiometer.analyze.scenes.analysis import SceneAnalysis, analyze_scenes
from axiometer.analyze.scenes.options import SceneOptions
from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.measure.specification import Specification, specification_in
from axiometer.records.corpus_rows import GeneratedScene
from axiometer.records.tables import read_table
from axiometer.similarity.vectors import Vectors

FILE = "scenes.yaml"
TABLE = "scenes.parquet"
ANALYSIS = "analysis"


@dataclass(frozen=True, slots=True)
class Scenes:
    """Scenes as they lie on disk: what was asked, the table (schema_of(GeneratedScene)), and the framework of their
    values."""

    folder: Path
    specification: Specification
    table: pl.DataFrame
    framework: Framework

    @property
    def order(self) -> tuple[str, ...]:
        """The framework's values in its order."""
        return tuple(value.id for value in self.framework.values)


def holds_scenes(folder: Path) -> bool:
    """Whether the folder is one of `axiometer build scenes`."""
    return (folder / FILE).is_file()


def open_scenes(folder: Path | str) -> Scenes:
    """The scenes in `folder`. Raises `InputError` when there are none yet, or not of one framework, language and
    model: what differs between those would be taken for a difference between values or conditions."""
    folder = Path(folder)
    specification = specification_in(folder, FILE, "axiometer build scenes")
    file = folder / TABLE
    if not file.exists():
        raise InputError("no scenes yet", file=folder, mend="run `axiometer build scenes` to its end")
    table = read_table(file, GeneratedScene)
    if table.is_empty():
        raise InputError("the table holds no scenes", file=file)
    for column in ("framework", "lang", "model"):
        found = sorted(table[column].unique().to_list())
        if len(found) > 1:
            raise InputError(
                "scenes of several kinds ({found}) cannot be compared as one",
                file=file,
                column=column,
                mend="make a folder for each",
                found=", ".join(found[:4]),
            )
    framework = load_framework(folder / "frameworks" / f"{table['framework'][0]}.yaml")
    return Scenes(folder, specification, table, framework)


def scene_options(embedder: str | None, threshold: float | None, seed: int) -> SceneOptions:
    """Options with the embedder's measured threshold where none is given (None where none was measured). Raises
    `InputError` for a threshold that no cosine can be asked to reach."""
    from axiometer.similarity.embedders import DEFAULT_EMBEDDER
    from axiometer.similarity.kernel import check_threshold
    from axiometer.similarity.thresholds import measured_thresholds

    name = embedder or DEFAULT_EMBEDDER
    measured = measured_thresholds().get(name)
    if threshold is not None:
        check_threshold(threshold)
    elif measured is not None:
        threshold = measured.threshold
    return SceneOptions(seed=seed, embedder=name, threshold=threshold)


def analyse_folder(scenes: Scenes, options: SceneOptions, cache: Path) -> SceneAnalysis:
    """Embeds what the cache lacks, measures, and writes `analysis/` into the folder. Raises `InputError` where there is
    too little to compare."""
    vectors = _embedded(scenes.table["text"].to_list(), str(options.embedder), cache)
    analysis = analyze_scenes(scenes.table, vectors, scenes.order, options, file=scenes.folder / TABLE)
    analysis.write(scenes.folder / ANALYSIS)
    return analysis


def analysis_of(scenes: Scenes, seed: int, cache: Path) -> SceneAnalysis:
    """The folder's analysis: the one on disk when it is not older than the scenes, else a fresh one, written."""
    summary = scenes.folder / ANALYSIS / SUMMARY
    if summary.exists() and summary.stat().st_mtime >= (scenes.folder / TABLE).stat().st_mtime:
        return SceneAnalysis.read(scenes.folder / ANALYSIS)
    return analyse_folder(scenes, scene_options(None, None, seed), cache)


def _embedded(texts: list[str], embedder: str, cache: Path) -> Vectors:
    """A vector for each text; many are embedded by all cores, a service is asked from this process."""
    from axiometer.runtime.runners import open_runner
    from axiometer.similarity.cache import TEXTS_PER_PART, embedded
    from axiometer.similarity.embedders import DEFAULT_EMBEDDER

    if embedder != DEFAULT_EMBEDDER or len(texts) <= TEXTS_PER_PART:
        return embedded(texts, embedder, cache)
    with open_runner("local") as runner:
        return embedded(texts, embedder, cache, map_tasks=runner.map)
