"""The page of a profile of expressed values: one HTML file per language that needs nothing else, and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from axiometer.records.tables import write_text
from axiometer.report.expressed_answers import MOST_ANSWERS, answers_of
from axiometer.report.expressed_views import TRANSPORTED, UNCORRECTED, ExpressedView, view_of
from axiometer.report.page import manifest_text, rendered, script_of, write_figures
from axiometer.report.parts import Section, text_of, whole_of
from axiometer.report.sections.expressed import shares_section, stances_section
from axiometer.report.sections.expressed_outcomes import classifier_section, domain_section, outcomes_section
from axiometer.report.sections.expressed_pairs import pairs_section
from axiometer.report.texts import LANGUAGES, Language, Texts

if TYPE_CHECKING:
    from axiometer.expression.profile import Profile

SCRIPT = "expressed.js"
MOST_NAMED = 4


def write_profile_page(profile: Profile, folder: Path, langs: Sequence[Language] = LANGUAGES) -> list[Path]:
    """Writes `profile.<lang>.html` into `folder` (a run's folder `profile`) for each language, and gives their paths.
    Raises `InputError` where a language is not known."""
    written = []
    for lang in langs:
        path = folder / f"profile.{lang}.html"
        write_text(profile_page(profile, Texts(lang)), path)
        written.append(path)
    return written


def write_profile_figures(profile: Profile, folder: Path, *, lang: Language = "en") -> list[Path]:
    """Every chart of the page as SVG and PNG in `folder`."""
    return write_figures(profile_sections(view_of(profile), Texts(lang)), folder)


def profile_page(profile: Profile, texts: Texts, *, limit: int = MOST_ANSWERS) -> str:
    """The page as text. Up to `limit` answers can be read on it."""
    view = view_of(profile)
    answers, script = answers_of(view, texts, limit), script_of(SCRIPT)
    return rendered(
        profile_sections(view, texts),
        texts,
        script=script,
        runs=False,
        title=texts("expressed.title", run=view.name),
        headline=_headline(view, texts),
        standfirst=_standfirst(view, texts),
        neutral=texts("expressed.neutral"),
        methods=texts.block("expressed_methods"),
        manifests=[(view.name, manifest_text(profile.summary))],
        manifest_intro=texts("expressed.manifest_intro"),
        made=texts("expressed.made", version=_version()),
        answers=answers,
        data={"json": answers.data},
    )


def profile_sections(view: ExpressedView, texts: Texts) -> tuple[Section, ...]:
    found = (
        shares_section(view, texts),
        stances_section(view, texts),
        pairs_section(view, texts),
        outcomes_section(view, texts),
        domain_section(view, texts),
        classifier_section(view, texts),
    )
    return tuple(section for section in found if section is not None)


def _headline(view: ExpressedView, texts: Texts) -> str:
    n = view.number("questions")
    if len(view.models) > MOST_NAMED:
        return texts("expressed.headline_many", models=len(view.models), n=n)
    return texts("expressed.headline", models=texts.listing(list(view.models)), n=n)


def _standfirst(view: ExpressedView, texts: Texts) -> str:
    said = view.of("classifier")
    asked = texts(
        "expressed.stand",
        n=view.number("answers"),
        read=view.number("read"),
        questions=view.number("questions"),
        languages=texts.listing([texts.named("language", lang) for lang in view.languages]),
        classifier=view.classifier_name,
        fitted=whole_of(said, "fitted"),
        file=view.trained_on(texts),
    )
    recorded = texts("expressed.stand_recorded") if view.recorded else ""
    return asked + recorded + state_said(view, texts)


def state_said(view: ExpressedView, texts: Texts) -> str:
    """How the shares stand to the classifier's errors, in a sentence or two."""
    correction = view.of("correction")
    if view.state == UNCORRECTED:
        return texts("expressed.state.uncorrected")
    if view.state == TRANSPORTED:
        source = text_of(correction, "source") or texts("expressed.unknown_source")
        beyond = whole_of(correction, "beyond")
        more = texts("expressed.beyond", n=beyond, total=whole_of(correction, "shares")) if beyond else ""
        return texts("expressed.state.transported", source=source) + more
    return texts("expressed.state.corrected", n=whole_of(correction, "labels"))


def _version() -> str:
    from importlib.metadata import version

    return version("axiometer")
