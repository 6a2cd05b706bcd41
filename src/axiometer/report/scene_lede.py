"""What is said of scenes in words, and how their numbers are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from axiometer.report.parts import number_of, text_of, whole_of
from axiometer.report.scene_views import ScenesView
from axiometer.report.texts import Texts

Row = Mapping[str, object]

ALL = "all"
MAIN = "distance_cosine"
FOUND = {MAIN: False, "macro_f1": False, "near_duplicates": True}  # and whether it is said as a percentage
SIMULATED = "sim/"


def scene_headline(views: Sequence[ScenesView], texts: Texts) -> str:
    """The title of a page of scenes alone."""
    scenes = sum(view.scenes.height for view in views)
    values = len({value for view in views for value in view.values})
    compared = any(len(view.conditions) > 1 for view in views)
    return texts("scene_page.headline" if compared else "scene_page.headline_one", n=scenes, values=values)


def scene_standfirst(views: Sequence[ScenesView], texts: Texts) -> str:
    """One sentence under that title."""
    return texts("scene_page.stand", model=texts.listing(list(dict.fromkeys(view.only("model") for view in views))))


def value_name(view: ScenesView, texts: Texts, value: str) -> str:
    """A value's name in the page's language, or what stands for all of them."""
    return texts("scenes.all") if value == ALL else view.framework.name(value, texts.lang)


def condition_name(texts: Texts, condition: str) -> str:
    return texts.named("scene_condition", condition)


def interval_of(texts: Texts, row: Row, digits: int = 2) -> str:
    """`0.46 to 0.48`, or empty where there is no interval."""
    low, high = number_of(row, "low"), number_of(row, "high")
    if low is None or high is None:
        return ""
    return texts("number.from_to", low=texts.decimal(low, digits), high=texts.decimal(high, digits))


def facts(view: ScenesView, texts: Texts) -> str:
    """How many scenes there are of what, who wrote them, and whose vectors they are compared by."""
    summary = view.analysis.summary
    counts = [
        texts(
            "scenes.condition_fact",
            n=view.scenes.filter(condition=name).height,
            condition=condition_name(texts, name),
            sources=whole_of(row, "sources"),
            kind=texts.named("scene_source", text_of(row, "source_kind")),
        )
        for name in view.conditions
        for row in [view.analysis.of(MAIN, name)]
    ]
    framework = view.framework
    options = summary["options"]
    embedder = str(options.get("embedder")) if isinstance(options, Mapping) else ""
    said = texts(
        "scenes.facts",
        counts=texts.listing(counts),
        model=view.only("model"),
        language=texts.named("language", view.only("lang")),
        n=len(view.values),
        framework=framework.names.get(texts.lang) or framework.names.get("en") or framework.id,
        embedder=embedder,
    )
    return said + (texts("scenes.simulated") if view.only("model").startswith(SIMULATED) else "")


def findings(view: ScenesView, texts: Texts) -> tuple[str, ...]:
    """One sentence per main measure: the difference, and how sure it is."""
    said = []
    for measure, percent in FOUND.items():
        rows = view.analysis.comparison.filter(measure=measure, value=ALL)
        row: Row = next(rows.iter_rows(named=True), {})
        low, high = number_of(row, "low"), number_of(row, "high")
        if low is None or high is None:
            continue
        said_of = texts.percent if percent else texts.decimal
        way = "up" if low > 0 else "down" if high < 0 else "open"
        said.append(
            texts(
                f"scenes.found.{measure}.{way}",
                with_rules=said_of(number_of(row, "with_rules")),
                without_rules=said_of(number_of(row, "without_rules")),
            )
        )
    return (texts("scenes.join").join(said),) if said else ()
