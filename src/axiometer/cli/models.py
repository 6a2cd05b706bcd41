"""`axiometer models list | check`."""

from __future__ import annotations

from typing import Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import say, say_json, say_table
from axiometer.cli.usage import Verbs
from axiometer.messages import t

app = typer.Typer(cls=Verbs, rich_markup_mode=None)


@app.command("list", help=t("The providers, and what is known of each."))
def list_(models: options.ModelsFile = None, as_json: options.AsJson = False) -> None:
    from axiometer.models.registry import providers
    from axiometer.models.settings import load_models
    from axiometer.models.simulated import load_profile, shipped_judges, shipped_profiles, shipped_writers
    from axiometer.models.simulated_judge import load_judge
    from axiometer.models.writer_profile import load_writer

    known = load_models(models)
    profiles = [(f"sim/{name}", load_profile(name).about) for name in shipped_profiles()]
    profiles += [(f"sim/{name}", load_writer(name).about) for name in shipped_writers()]
    profiles += [(f"sim/{name}", load_judge(name).about) for name in shipped_judges()]
    if as_json:
        say_json(
            {
                "providers": [{"name": f"{p.prefix}/{p.form}", "about": t(p.about)} for p in providers()],
                "simulated": [{"name": name, "about": t(about)} for name, about in profiles],
                "local": ["local/smollm2-135m"],
                "models.yaml": sorted(known.models),
            }
        )
        return
    say_table(["name", "about"], [[f"{p.prefix}/{p.form}", t(p.about)] for p in providers()])
    say_table(["simulated respondent", "about"], [[name, t(about)] for name, about in profiles])
    say(t("embedded: local/smollm2-135m (135 million parameters, mostly English; for trying, not for results)"))
    if known.models:
        say_table(
            ["models.yaml", "price in", "price out", "as of"],
            [
                [
                    name,
                    entry.price and entry.price.input,
                    entry.price and entry.price.output,
                    entry.price and entry.price.as_of,
                ]
                for name, entry in sorted(known.models.items())
            ],
        )


@app.command("check", help=t("Call a respondent and say what it can do."))
def check(
    name: Annotated[str, typer.Argument(help=t("Respondent as provider/name."))],
    models: options.ModelsFile = None,
    as_json: options.AsJson = False,
) -> None:
    import asyncio

    from axiometer.cli.respondents import Wanted, respondents
    from axiometer.measure.check import check_model

    (respondent,) = respondents([name], Wanted(models_file=models))
    findings = asyncio.run(check_model(respondent))
    if as_json:
        say_json({finding.about: finding.found for finding in findings})
        return
    say_table(["question", "found"], [[t(finding.about), t(finding.found)] for finding in findings], title=name)
