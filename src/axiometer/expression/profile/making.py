"""A run's free answers to a profile: scored, counted by question, compared, put right where there are labels."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from axiometer.analyze.correction.corrected import OUTSIDE
from axiometer.analyze.frames import framed, number
from axiometer.analyze.options import AnalysisOptions
from axiometer.errors import InputError
from axiometer.expression.card import FRAMEWORK_FILE
from axiometer.expression.folder import Opened
from axiometer.expression.profile.correcting import (
    Correction,
    counts_of_card,
    counts_of_evaluation,
    transported,
    uncorrected,
)
from axiometer.expression.profile.ends import outcome_table
from axiometer.expression.profile.estimates import Basis, difference_table, share_table
from axiometer.expression.profile.profile import FOLDER, FORMAT, Kind, Profile, State, write_profile
from axiometer.expression.profile.questions import Questions, questions_of
from axiometer.expression.profile.readings import readings
from axiometer.expression.profile.tables import ANSWERS
from axiometer.expression.profile.units import Units, units_by_model
from axiometer.expression.scoring.summary import shift_of, training_shares
from axiometer.expression.scoring.texts import PRESENCE
from axiometer.frameworks.load import path_of
from axiometer.measure.labels import EXPRESSED, in_order, read_run_labels, write_asked
from axiometer.measure.reading import FreeRun
from axiometer.messages import t
from axiometer.runtime.progress import Progress

LEAST_QUESTIONS = 20
"""With fewer questions there is no interval (`AnalysisOptions.min_sources`)."""


@dataclass(frozen=True, slots=True)
class ProfileOptions:
    """window, polarity: as in scoring. transported: where no answer of the run is labelled, correct by the classifier's
    errors on its validation texts, or by those in `validation`, a folder of `express evaluate`."""

    window: int = 800
    polarity: bool = True
    transported: bool = False
    validation: Path | None = None
    resamples: int = 1000
    seed: int = AnalysisOptions().seed


def make_profile(
    run: FreeRun, opened: Opened, options: ProfileOptions, progress: Progress, *, framework_file: Path | None = None
) -> Profile:
    """The profile of a run's respondents, written under its folder. framework_file: of the classifier's values, where
    it is mapped to a framework of the user's own.

    Texts that the classifier has read before are not read again. Raises `InputError` where no answer could be read, or
    what is asked of the correction is not there.
    """
    classifier, framework = opened.classifier, opened.framework
    values = in_order(framework, classifier.values)
    file = framework_file or _framework_file(opened)
    folder = run.folder / FOLDER
    read = readings(run.answers, classifier, folder, progress, window=options.window, polarity=options.polarity)
    if read.is_empty():
        raise InputError("no answer could be read", file=run.folder, mend="see in free/ how they ended")
    labels = read_run_labels(run.folder, EXPRESSED, values)
    labels = labels.filter(pl.col("subject").is_in(read["id"].implode()))
    questions = questions_of(run.items)
    correction = _correction(labels, opened, options)
    analysis = AnalysisOptions(seed=options.seed, resamples=options.resamples, min_sources=LEAST_QUESTIONS)
    everyone = units_by_model(run.answers, read, labels, questions, values)
    basis = Basis(values, questions, correction, analysis)
    shares = share_table(everyone, basis)
    profile = Profile(
        shares=shares,
        differences=difference_table(everyone, basis),
        outcomes=outcome_table(run.answers, read, run.items, run.models, questions, analysis, recorded=run.recorded),
        answers=_answers(run, read, values),
        summary=_summary(run, opened, options, basis, everyone, labels, shares),
        framework=framework,
    )
    write_profile(profile, run.folder, file)
    write_asked(run.folder, file, values)
    return profile


def _framework_file(opened: Opened) -> Path:
    own = opened.folder / FRAMEWORK_FILE
    return own if opened.framework.id == opened.card.framework else path_of(opened.framework.id)


def _correction(labels: pl.DataFrame, opened: Opened, options: ProfileOptions) -> Correction:
    if not labels.is_empty():
        answers, people = labels["subject"].n_unique(), labels["rater"].n_unique()
        return Correction(State.CORRECTED, f"{answers} of the run's answers, labelled by {people} people")
    if options.validation is not None:
        return transported(counts_of_evaluation(options.validation, opened), _source(opened, options))
    if options.transported:
        return transported(counts_of_card(opened), _source(opened, options))
    return uncorrected()


def _answers(run: FreeRun, read: pl.DataFrame, values: tuple[str, ...]) -> pl.DataFrame:
    """The table `answers`: every answer that is there, with what the classifier says of it."""
    about = pl.col("meta").str.json_path_match("$.about")
    items = run.items.select("id", "source", question="prompt", about=about)
    stances = [name for name in ("endorsed", "opposed") if name in read.columns]
    said = read.select(
        "id",
        "expressed",
        "distance",
        "out_of_domain",
        *(pl.when("told").then(name).alias(name) for name in stances),
        presence=pl.concat_list(f"{PRESENCE}{value}" for value in values),
    )
    told = run.answers.join(items, left_on="item", right_on="id", how="left", maintain_order="left")
    told = told.join(said, on="id", how="left", maintain_order="left")
    kept = told.select(name for name in ANSWERS if name in told.columns)
    return pl.concat([framed([], ANSWERS), kept], how="diagonal")


def _summary(
    run: FreeRun,
    opened: Opened,
    options: ProfileOptions,
    basis: Basis,
    everyone: Mapping[str, Units],
    labels: pl.DataFrame,
    shares: pl.DataFrame,
) -> dict[str, Any]:
    import axiometer

    correction = basis.correction
    return {
        "format": FORMAT,
        "run": {"name": run.folder.name, "fingerprint": run.specification.fingerprint},
        "recorded": run.recorded,
        "models": list(everyone),
        "langs": sorted(set(run.items["lang"])),
        "framework": opened.framework.id,
        "values": list(basis.values),
        "classifier": _about(opened),
        "options": {**asdict(options), "validation": options.validation and options.validation.name}
        | {"confidence": basis.options.confidence, "least_questions": LEAST_QUESTIONS},
        "correction": {
            "state": str(correction.state),
            "note": correction.note,
            "labels": labels["subject"].n_unique(),
            "raters": labels["rater"].n_unique(),
            **_beyond(shares, correction),
            "texts": max((len(each) for each in correction.elsewhere.values()), default=0),
            "source": _source(opened, options) if correction.elsewhere else None,
        },
        "shift": {model: _shift(own, opened, basis) for model, own in everyone.items()},
        "notes": [*opened.notes, *_notes(run, options, correction)],
        "versions": {"axiometer": axiometer.__version__, "polars": pl.__version__, "python": platform.python_version()},
        "counts": {
            "questions": _questions(run, basis.questions),
            "items": run.items.height,
            "answers": run.answers.height,
            "read": sum(len(own) for own in everyone.values()),
        },
    }


def _source(opened: Opened, options: ProfileOptions) -> str:
    """What texts the classifier's errors were counted on."""
    return options.validation.name if options.validation else f"{opened.card.data.file}, {opened.card.data.split}"


def _beyond(shares: pl.DataFrame, correction: Correction) -> dict[str, int]:
    """How many of the shares that were corrected by errors elsewhere lie at 0 or 100 %, or beyond with all of their
    interval: more than a few say that the errors are others here."""
    if correction.state is not State.TRANSPORTED:
        return {}
    own = shares.filter(pl.col("kind") == str(Kind.EXPRESSED))
    out = own.filter((pl.col("corrected_why_not") == OUTSIDE) | (pl.col("corrected") <= 0) | (pl.col("corrected") >= 1))
    return {"beyond": out.height, "shares": own.height}


def _questions(run: FreeRun, questions: Questions) -> int:
    return len({questions.group[item] for item in run.items["id"]})


def _notes(run: FreeRun, options: ProfileOptions, correction: Correction) -> list[str]:
    notes = []
    if run.missing:
        notes.append(t("{n} presentations are not answered yet: the same command asks them", n=run.missing))
    if correction.state is State.CORRECTED and (options.transported or options.validation is not None):
        notes.append(t("the run has labels of its own: errors on other texts were not needed"))
    return notes


def _shift(own: Units, opened: Opened, basis: Basis) -> dict[str, float | None]:
    """By chance: for as many texts as there are questions, since repeats and translations are no further draws."""
    training = training_shares(opened.card, basis.values)
    predicted = dict(zip(basis.values, own.presence.mean(axis=0).tolist(), strict=True)) if len(own) else {}
    shift, chance = shift_of(predicted, training, basis.questions.count(own.group))
    return {"shift": shift, "by_chance": chance}


def _about(opened: Opened) -> dict[str, Any]:
    """What a reader should know of the classifier."""
    card, found = opened.card, opened.card.metrics.validation
    return {
        "name": opened.classifier.name,
        "digest": card.digest,
        "architecture": str(card.architecture),
        "framework": card.framework,
        "about": card.about,
        "licence": card.licence,
        "file": card.data.file,
        "fitted": card.data.fitted.texts,
        "fitted_on": card.data.fitted_on,
        "split": card.data.split,
        "thresholds": {value: number(cut) for value, cut in opened.classifier.thresholds.items()},
        "training": training_shares(card, opened.classifier.values),
        "validation": {
            "texts": found.texts,
            "micro": number(found.micro),
            "macro": number(found.macro),
            "values": {each.value: asdict(each) for each in found.values},
        },
    }
