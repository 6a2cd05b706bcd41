"""The page: one HTML file that needs nothing else, and the figures beside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import jinja2
import yaml
from markupsafe import Markup

from axiometer.records.tables import write_text
from axiometer.report.charts.drawing import LIGHT, MARKS, OUTCOMES, mark
from axiometer.report.fonts import page_fonts, register
from axiometer.report.items import item_data, selection
from axiometer.report.lede import headline, portraits, standfirst
from axiometer.report.loading import load_view
from axiometer.report.parts import Chart, Section
from axiometer.report.sections import asked, sections
from axiometer.report.shown import shown
from axiometer.report.texts import Language, Texts
from axiometer.report.views import RunView, Study, study

_FONT_PLACE = "/*axiometer-font*/"

# The same colours, lighter where paper is dark.
_DARK = {
    "ink": "#e8ebf0",
    "soft": "#a3adba",
    "line": "#48515e",
    "grid": "#2b323c",
    "band": "#1d232b",
    "paper": "#14181e",
    "c0": "#5eb1e8",
    "c1": "#f0a93b",
    "c2": "#d58fc2",
    "c3": "#8fd0f5",
    "c4": "#b9c0c8",
    "c5": "#d8bf52",
}


def report(
    runs: Sequence[RunView | Path | str],
    output: Path | str,
    *,
    lang: Language = "en",
    limit_items: int = 2_000,
    seed: int = 0,
) -> Path:
    """Writes the page for one or several runs (views, or run folders) to `output` and gives its path.

    Up to `limit_items` items can be opened on the page with their presentations and raw answers; above, the most
    telling and a sample drawn with `seed` (`items.selection` has the rule, the page states it).
    Raises `InputError` where there is no run, two runs share a name, or `lang` is not known.
    """
    views = [run if isinstance(run, RunView) else load_view(Path(run), seed) for run in runs]
    view = study(views, Texts(lang))
    write_text(page(view, limit_items=limit_items, seed=seed), Path(output))
    return Path(output)


def page(view: Study, *, limit_items: int, seed: int) -> str:
    """The page as text."""
    chosen = selection(view, limit_items, seed)
    data = item_data(view, chosen)
    told, built = asked(view), sections(view)
    script, styles = _part("items.js"), _part("page.css")
    html = (
        _environment(view.texts)
        .get_template("page.html.j2")
        .render(
            lang=view.texts.lang,
            title=view.texts("page.title", runs=", ".join(run.name for run in view.runs)),
            headline=headline(view, told.items),
            standfirst=standfirst(view, told.items, told.presentations),
            policy=_policy(script),
            style=Markup(_FONT_PLACE + _style(max((len(section.panels) for section in built), default=0)) + styles),
            script=Markup(script),
            asked=told,
            portraits=portraits(view),
            sections=built,
            selection=chosen,
            seed=str(seed),
            data=data,
            methods=view.texts.block("methods.entries"),
            manifests=[(run.name, _manifest(run.manifest)) for run in view.runs],
            version=version("axiometer"),
        )
    )
    return html.replace(_FONT_PLACE, page_fonts(html, view.texts.lang), 1)


def figures(runs: Sequence[RunView], folder: Path, *, lang: Language = "en", scale: float = 2.0) -> list[Path]:
    """Every chart of the page as SVG (with the glyphs it needs inside) and PNG in `folder`; gives the files' paths."""
    import vl_convert

    register()
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for chart in _charts(sections(study(runs, Texts(lang)))):
        svg = chart.wide.file()
        write_text(svg, folder / f"{chart.name}.svg")
        (folder / f"{chart.name}.png").write_bytes(vl_convert.svg_to_png(svg, scale=scale))
        written += [folder / f"{chart.name}.svg", folder / f"{chart.name}.png"]
    return written


def _charts(built: Sequence[Section]) -> list[Chart]:
    """All charts, each under a name of its own."""
    found: dict[str, Chart] = {}
    for chart in (chart for section in built for panel in section.panels for chart in panel.charts):
        name, number = chart.name, 2
        while name in found:
            name, number = f"{chart.name}-{number}", number + 1
        found[name] = Chart(name, chart.wide, chart.narrow, chart.table, chart.caption)
    return list(found.values())


def _environment(texts: Texts) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("axiometer.report"),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["t"] = texts
    environment.globals["mark"] = _swatch
    environment.filters["shown"] = shown
    return environment


def _part(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def _swatch(series: int) -> Markup:
    return Markup(
        '<svg class="swatch" viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true">{}</svg>'
    ).format(mark(series, 0, 0))


def _style(tabs: int) -> str:
    """Colours as CSS variables, light and dark, the classes of the charts, and which tab shows which panel."""
    light = "".join(f"--{name}:{colour};" for name, colour in LIGHT.items())
    dark = "".join(f"--{name}:{colour};" for name, colour in _DARK.items())
    marks = "".join(f".f{n}{{fill:var(--c{n})}}.s{n}{{stroke:var(--c{n})}}" for n in range(MARKS))
    kinds = "".join(f".o{n}{{fill:{colour}}}" for n, colour in enumerate(OUTCOMES))
    shown = "".join(
        f".tabs>input:nth-of-type({n}):checked~.panel:nth-of-type({n}){{display:block}}" for n in range(1, tabs + 1)
    )
    night = f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return f":root{{{light}}}{night}{marks}{kinds}{shown}"


def _policy(script: str) -> str:
    """Nothing may be loaded or run but what the page itself carries: its one script, by its hash."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _manifest(manifest: Mapping[str, object]) -> str:
    return yaml.safe_dump(_plain(manifest), allow_unicode=True, sort_keys=False, width=100)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
