"""The page of an evaluation of classifiers: one HTML file that needs nothing else, and its figures."""

from __future__ import annotations

from pathlib import Path

from axiometer.records.tables import write_text
from axiometer.report.classifier_views import ClassifiersView
from axiometer.report.page import manifest_text, rendered, write_figures
from axiometer.report.parts import Section, whole_of
from axiometer.report.sections.classifier_details import (
    calibration_section,
    confusion_section,
    curves_section,
    mistakes_section,
)
from axiometer.report.sections.classifiers import interval_of, measures_section, texts_section, values_section
from axiometer.report.texts import Language, Texts


def classifier_report(view: ClassifiersView, output: Path, *, lang: Language = "en") -> Path:
    """Writes the page to `output` and gives its path. Raises `InputError` where `lang` is not known."""
    texts = Texts(lang)
    html = rendered(
        classifier_sections(view, texts),
        texts,
        runs=False,
        title=texts("page.title", runs=view.name),
        headline=_headline(view, texts),
        standfirst=_standfirst(view, texts),
        neutral=texts("classifiers.neutral"),
        methods=texts.block("classifier_methods"),
        manifests=[(view.name, manifest_text(view.evaluation.summary))],
        manifest_intro=texts("classifiers.manifest_intro"),
        made=texts("classifiers.made", version=_version()),
    )
    write_text(html, output)
    return output


def classifier_figures(view: ClassifiersView, folder: Path, *, lang: Language = "en") -> list[Path]:
    """Every chart of the page as SVG and PNG in `folder`."""
    return write_figures(classifier_sections(view, Texts(lang)), folder)


def classifier_sections(view: ClassifiersView, texts: Texts) -> tuple[Section, ...]:
    found = (
        texts_section(view, texts),
        measures_section(view, texts),
        values_section(view, texts),
        calibration_section(view, texts),
        curves_section(view, texts),
        confusion_section(view, texts),
        mistakes_section(view, texts),
    )
    return tuple(section for section in found if section is not None)


def _headline(view: ClassifiersView, texts: Texts) -> str:
    n = len(view.models)
    if n == 1:
        return texts("classifiers.headline_one", model=view.models[0], values=len(view.values))
    return texts("classifiers.headline", count=n, values=len(view.values))


def _standfirst(view: ClassifiersView, texts: Texts) -> str:
    said = []
    for model in view.models:
        row = view.evaluation.of("micro_f1", model)
        macro = view.evaluation.of("macro_f1", model)
        estimates = [each if isinstance(each, float) else None for each in (row["estimate"], macro["estimate"])]
        micro, mean = (texts.decimal(each, 3) for each in estimates)
        interval = interval_of(texts, row)
        shown = texts("scenes.with_interval", estimate=micro, interval=interval) if interval else micro
        said.append(texts("classifiers.stand_one", model=model, micro=shown, macro=mean))
    n = whole_of(view.evaluation.summary, "texts")
    return texts("classifiers.stand", n=n, said=texts("number.semicolon").join(said))


def _version() -> str:
    from importlib.metadata import version

    return version("axiometer")
