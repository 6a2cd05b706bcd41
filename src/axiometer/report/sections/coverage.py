"""Which values met which: items per pair of values, how often the one was taken over the other, and where there is too
little to rank by."""

from __future__ import annotations

import polars as pl

from axiometer.analyze.coverage import FEW_ITEMS, FEW_SOURCES, Finding, Meetings, Thin
from axiometer.report.charts import Cell, matrix
from axiometer.report.parts import WIDE, Chart, Panel, Section, file_stem, some
from axiometer.report.views import LevelView, Respondent, Study

Cells = dict[tuple[int, int], Cell]

# A matrix with more rows than this cannot be read.
MOST_VALUES = 24
_PART = 20_000  # items that are counted at once: options in long form take room


def coverage(study: Study) -> Section | None:
    """A matrix of items per pair of values on the main level, and one per respondent of the choices in them."""
    texts, main = study.texts, study.main_level
    if main is None:
        return None
    warnings = _thin(study)
    if len(main.values) > MOST_VALUES:
        return Section("coverage", texts("coverage.title"), warnings) if warnings else None
    met = study.table("pairs").filter((pl.col("level") == main.id) & (pl.col("items") > 0))
    counts = {
        (str(a), str(b)): int(n) for a, b, n in met.group_by("value_a", "value_b").agg(pl.col("items").max()).rows()
    }
    if not counts:
        return None
    values = [value for value in main.values if any(value in pair for pair in counts)]
    panels = [_counted(study, main, values, counts)]
    for respondent in study.respondents:
        mine = met.filter((pl.col("model") == respondent.label) & pl.col("share_a").is_not_null())
        if len(mine):
            panels.append(_head_to_head(study, main, values, respondent, mine))
    possible = len(values) * (len(values) - 1) // 2
    fewest, most = min(counts.values()), max(counts.values())
    each = texts("coverage.each", n=fewest) if fewest == most else texts("coverage.each_range", low=fewest, high=most)
    covered = sum(1 for a, b in counts if a != b)
    note = texts("coverage.note", covered=covered, possible=possible, each=each)
    return Section("coverage", texts("coverage.title"), (texts("coverage.intro"), note, *warnings), tuple(panels))


def _thin(study: Study) -> tuple[str, ...]:
    """Where a ranking rests on too little, level by level; of an item's versions in several languages one counts."""
    first = pl.coalesce("parallel_id", "id").is_first_distinct()
    items = study.items.select("framework", "options", "clusters", first=first)
    frameworks = {name: framework for run in study.runs for name, framework in run.frameworks.items()}
    counted = {name: Meetings(frameworks.get(str(name))) for name in items["framework"].unique(maintain_order=True)}
    for part in items.iter_slices(_PART):
        for name, meetings in counted.items():
            meetings.add_items(part.filter(pl.col("first") & pl.col("framework").eq_missing(name)))
    said: list[str] = []
    for name, meetings in counted.items():
        shown = {level.id: level.name for level in study.levels} if name is not None else {}
        levels = {level: shown.get(level) or shown.get(f"{name}:{level}") for level in meetings.levels}
        for finding in meetings.findings([level for level, title in levels.items() if title is not None]):
            said.append(_warning(study, finding, str(levels[finding.level])))
    return (study.texts("coverage.thin.intro"), *said) if said else ()


def _warning(study: Study, finding: Finding, level: str) -> str:
    texts = study.texts
    names = [study.value_name(value) for value in finding.values]
    if finding.thin in (Thin.SOURCES, Thin.ITEMS):
        names = [texts("coverage.thin.counted", value=name, n=n) for name, n in zip(names, finding.counts, strict=True)]
    what = some(texts, names)
    if finding.thin is Thin.SOURCES:
        return texts("coverage.thin.sources", level=level, what=what, least=FEW_SOURCES)
    if finding.thin is Thin.ITEMS:
        return texts("coverage.thin.items", level=level, what=what, least=FEW_ITEMS)
    if finding.thin is Thin.APART:
        return texts("coverage.thin.apart", level=level, what=what)
    if finding.thin is Thin.THROUGH:
        return texts("coverage.thin.through", level=level, what=what, through=study.value_name(str(finding.through)))
    return texts("coverage.thin.weak", level=level, what=what, n=finding.counts[0])


def _counted(study: Study, level: LevelView, values: list[str], counts: dict[tuple[str, str], int]) -> Panel:
    texts, most = study.texts, max(counts.values())
    cells: Cells = {}
    for (a, b), n in counts.items():
        said = texts("coverage.tooltip", a=study.value_name(a), b=study.value_name(b), n=n)
        one, two = values.index(a), values.index(b)
        cells[one, two] = cells[two, one] = Cell(0.5 * n / most, str(n), said)
    title = texts("coverage.chart", level=level.name)
    return Panel(texts("coverage.items"), (_matrix(study, values, cells, title, "coverage"),))


def _head_to_head(
    study: Study, level: LevelView, values: list[str], respondent: Respondent, rows: pl.DataFrame
) -> Panel:
    """Each cell: the share of choices for the value of the row against that of the column; two hues meet at 50 %."""
    texts = study.texts
    cells: Cells = {}
    for a, b, n, share in rows.select("value_a", "value_b", "n", "share_a").iter_rows():
        for row, column, taken in ((a, b, share), (b, a, 1 - share)):
            said = texts(
                "coverage.head_to_head_tooltip",
                a=study.value_name(row),
                b=study.value_name(column),
                share=texts.percent(taken),
                n=int(n),
            )
            cell = Cell(0.85 * abs(2 * taken - 1), f"{100 * taken:.0f}", said, colour=0 if taken >= 0.5 else 1)
            cells[values.index(row), values.index(column)] = cell
    title = texts("coverage.head_to_head_chart", who=respondent.label, level=level.name)
    name = file_stem("head-to-head", respondent.label)
    return Panel(respondent.label, (_matrix(study, values, cells, title, name),), (texts("coverage.head_to_head"),))


def _matrix(study: Study, values: list[str], cells: Cells, title: str, name: str) -> Chart:
    names = [study.value_name(value) for value in values]
    return Chart(name, matrix(names, cells, title, size=46, width=WIDE))
