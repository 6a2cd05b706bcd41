"""Options that several verbs share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from axiometer.messages import t

Items = Annotated[Path, typer.Argument(help=t("Table of items (.parquet), or `starter` for the starter set."))]
Run = Annotated[Path, typer.Argument(help=t("Folder of a run."))]
Model = Annotated[
    list[str] | None, typer.Option("--model", "-m", help=t("Respondent as provider/name; may be repeated."))
]
Judge = Annotated[
    str | None, typer.Option("--judge", help=t("Model that judges free answers (modes judged and open)."))
]
JudgeItself = Annotated[bool, typer.Option("--judge-itself", help=t("Let a respondent judge its own answers."))]
Output = Annotated[Path, typer.Option("--output", "-o", help=t("Where to write."))]
AsJson = Annotated[bool, typer.Option("--json", help=t("Print JSON to standard output."))]
Resamples = Annotated[int, typer.Option(min=100, max=100_000, help=t("Bootstrap resamples."))]
Seed = Annotated[int, typer.Option(min=0, help=t("Seed of everything that is drawn."))]
Lang = Annotated[str | None, typer.Option(help=t("Languages of the items, separated by commas; all by default."))]
Frameworks = Annotated[
    list[Path] | None, typer.Option("--framework", help=t("File of an own framework that the items use."))
]
ModelsFile = Annotated[
    Path | None, typer.Option("--models", help=t("File with endpoints, parameters, limits and prices of models."))
]
Temperature = Annotated[float | None, typer.Option(min=0.0, max=5.0, help=t("Sampling temperature (default 0)."))]
TopP = Annotated[
    float | None, typer.Option("--top-p", min=0.0, max=1.0, help=t("Nucleus sampling (default: not sent)."))
]
MaxTokens = Annotated[
    int | None, typer.Option(min=1, help=t("Tokens an answer may have (default 256; 24 for local models)."))
]
System = Annotated[str | None, typer.Option(help=t("System prompt (default: none)."))]
Reasoning = Annotated[str | None, typer.Option(help=t("Reasoning effort, where a model knows it (default: not sent)."))]
MaxCalls = Annotated[int | None, typer.Option(min=1, help=t("Stop after that many calls."))]
MaxUsd = Annotated[float | None, typer.Option(min=0.0, help=t("Stop before more than that is spent."))]
Concurrency = Annotated[int | None, typer.Option(min=1, help=t("Calls in flight at once (default 32; 1 if local)."))]
Limit = Annotated[int | None, typer.Option(min=1, help=t("Ask only a seeded sample of that many items."))]
Against = Annotated[Path | None, typer.Option(help=t("Existing corpus whose rules are not to be repeated."))]
EmbedderName = Annotated[str | None, typer.Option("--embedder", help=t("Embedder that finds near-duplicates."))]
Threshold = Annotated[float | None, typer.Option(min=0.0, max=1.0, help=t("Cosine from which rules are duplicates."))]
RunnerName = Annotated[str, typer.Option("--runner", help="local | ray")]
Address = Annotated[str | None, typer.Option(help=t("Address of a Ray cluster that runs already."))]
Processes = Annotated[int | None, typer.Option(min=1, help=t("Worker processes (default: one per core)."))]
Config = Annotated[Path | None, typer.Option(help=t("YAML file with any of these options."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=t("Say what it would take; ask nothing."))]
