"""`axiometer framework list | show | check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import say, say_json, say_table
from axiometer.cli.usage import Verbs
from axiometer.errors import AxiometerError
from axiometer.messages import language, t

app = typer.Typer(cls=Verbs, rich_markup_mode=None)


@app.command("list", help=t("The frameworks in the package."))
def list_(as_json: options.AsJson = False) -> None:
    from axiometer.frameworks import load_framework, shipped

    frameworks = [load_framework(name) for name in shipped()]
    rows = [
        [
            framework.id,
            framework.names.get(language(), framework.id),
            " / ".join(
                f"{len(framework.values_at(level.id))} {level.names.get(language(), level.id)}"
                for level in framework.levels
            ),
        ]
        for framework in frameworks
    ]
    if as_json:
        say_json([dict(zip(("id", "name", "levels"), row, strict=True)) for row in rows])
        return
    say_table(["id", "name", "levels"], rows)


@app.command("show", help=t("The values of a framework, with definitions."))
def show(
    framework: Annotated[str, typer.Argument(help=t("Id of a shipped framework, or a YAML file."))],
    as_json: options.AsJson = False,
) -> None:
    from axiometer.frameworks import load_framework

    known = load_framework(framework)
    if as_json:
        say_json(
            {
                "id": known.id,
                "version": known.version,
                "names": dict(known.names),
                "levels": [level.id for level in known.levels],
                "values": [
                    {
                        "id": value.id,
                        "level": value.level,
                        "parents": list(value.parents),
                        "names": dict(value.names),
                        "definitions": dict(value.definitions),
                    }
                    for value in known.values
                ],
                "sources": list(known.sources),
            }
        )
        return
    say(f"{known.names.get(language(), known.id)} ({known.id}, {known.version})")
    if language() in known.description:
        say(known.description[language()])
    for level in known.levels:
        say_table(
            ["id", "zh", "en", "parents", "definition"],
            [
                [
                    value.id,
                    value.names.get("zh", ""),
                    value.names.get("en", ""),
                    ", ".join(value.parents),
                    value.definitions.get(language(), ""),
                ]
                for value in known.values_at(level.id)
            ],
            title=level.names.get(language(), level.id),
        )
    for source in known.sources:
        say(f"{t('source')}: {source}")


@app.command("check", help=t("Find mistakes in a framework file, each with its line."))
def check(file: Annotated[Path, typer.Argument(help=t("YAML file."))]) -> None:
    from axiometer.frameworks import check_file

    findings = check_file(file)
    for finding in findings:
        say(str(finding))
    if findings:
        raise AxiometerError(t("{file}: {n} findings", file=file, n=len(findings)))
    say(t("{file}: no findings", file=file))
