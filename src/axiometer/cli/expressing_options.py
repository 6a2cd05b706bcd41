"""What the verbs of `axiometer express` share: options, and how they name a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.expression.folder import Opened

FrameworkName = Annotated[
    str | None, typer.Option("--framework", help=t("Framework of the values (default: the classifier's own)."))
]
MapFile = Annotated[
    Path | None, typer.Option("--map", help=t("YAML file: values of the classifier to values of the framework."))
]
Level = Annotated[str | None, typer.Option(help=t("Level of the framework on which labels are looked up."))]
TextColumn = Annotated[str | None, typer.Option(help=t("Column of the texts."))]


def opened_classifier(named: str, given: Mapping[str, Any]) -> Opened:
    """The classifier of that name, or in that folder, in the framework and by the map that are given."""
    from axiometer.expression.folder import open_classifier
    from axiometer.frameworks import load_framework

    wanted = None if given["framework"] is None else load_framework(given["framework"])
    mapping = None if given["mapping"] is None else Path(given["mapping"])
    return open_classifier(Path(named) if Path(named).is_dir() else named, wanted, mapping)
