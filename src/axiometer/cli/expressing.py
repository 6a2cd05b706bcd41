"""`axiometer express`: which values a text expresses; classifiers trained, evaluated, applied, models profiled."""

from __future__ import annotations

import typer

from axiometer.cli.expressing_evaluate import evaluate
from axiometer.cli.expressing_profile import profile
from axiometer.cli.expressing_score import score
from axiometer.cli.expressing_train import train
from axiometer.cli.usage import Verbs
from axiometer.messages import t

app = typer.Typer(cls=Verbs, rich_markup_mode=None)
app.command("train", help=t("Labelled texts to a classifier in a folder."))(train)
app.command("evaluate", help=t("Classifiers on labelled texts: measures, differences, mistakes, a page."))(evaluate)
app.command("score", help=t("Texts to probabilities of values. The same command goes on where it stopped."))(score)
app.command("profile", help=t("Open questions to models; which values their answers express, with intervals."))(profile)
