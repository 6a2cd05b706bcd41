"""The page: one HTML file that needs nothing else, and the figures beside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from axiometer.report.parts import Chart, Section
from axiometer.report.scene_lede import scene_headline, scene_standfirst
from axiometer.report.scene_views import ScenesView
from axiometer.report.sections import asked, sections
from axiometer.report.sections.scenes import scene_sections
from axiometer.report.shown import shown
from axiometer.report.sources import Source, opened, parted
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
    runs: Sequence[Source | Path | str],
    output: Path | str,
    *,
    lang: Language = "en",
    limit_items: int = 2_000,
    seed: int = 0,
) -> Path:
    """Writes the page for one or several runs and folders of scenes (views, or folders) to `output` and gives its path.

    Up to `limit_items` items can be opened on the page with their presentations and raw answers; above, the most
    telling and a sample drawn with `seed` (`items.selection` has the rule, the page states it).
    Raises `InputError` where there is nothing to report on, two folders share a name, or `lang` is not known.
    """
    views = [opened(Path(each), seed) if isinstance(each, Path | str) else each for each in runs]
    html = page(views, Texts(lang), limit_items=limit_items, seed=seed)
    write_text(html, Path(output))
    return Path(output)


def page(views: Sequence[Source], texts: Texts, *, limit_items: int, seed: int) -> str:
    """The page as text. What belongs to runs (respondents, items) is left out where there are scenes only."""
    runs, scenes = parted(views)
    view = study(runs, texts) if runs else None
    built = (*(sections(view) if view else ()), *scene_sections(scenes, texts))
    told = _of_runs(view, limit_items, seed) if view else _of_scenes(scenes, texts)
    return rendered(
        built,
        texts,
        script=script_of("items.js"),
        title=texts("page.title", runs=", ".join(each.name for each in views)),
        methods=_methods(texts, runs, scenes),
        manifests=[(each.name, manifest_text(each.manifest)) for each in views],
        **told,
    )


def rendered(built: Sequence[Section], texts: Texts, *, script: str = "", **said: object) -> str:
    """A page of these sections with the fonts that it needs. said: what the template asks for beside them (`title`,
    `headline`, `standfirst`, `methods`, `manifests`, `runs`); script: of the page, where it has one."""
    styles = _style(max((len(section.panels) for section in built), default=0)) + _part("page.css")
    html = (
        _environment(texts)
        .get_template("page.html.j2")
        .render(
            lang=texts.lang,
            policy=_policy(script),
            style=Markup(_FONT_PLACE + styles),
            sections=built,
            version=version("axiometer"),
            script=Markup(script),
            **said,
        )
    )
    return html.replace(_FONT_PLACE, page_fonts(html, texts.lang), 1)


def _of_runs(view: Study, limit_items: int, seed: int) -> dict[str, object]:
    """What the page says of respondents and items."""
    chosen, told = selection(view, limit_items, seed), asked(view)
    return {
        "runs": True,
        "headline": headline(view, told.items),
        "standfirst": standfirst(view, told.items, told.presentations),
        "asked": told,
        "portraits": portraits(view),
        "selection": chosen,
        "seed": str(seed),
        "data": item_data(view, chosen),
    }


def _of_scenes(scenes: Sequence[ScenesView], texts: Texts) -> dict[str, object]:
    return {
        "runs": False,
        "headline": scene_headline(scenes, texts),
        "standfirst": scene_standfirst(scenes, texts),
    }


def _methods(texts: Texts, runs: Sequence[RunView], scenes: Sequence[ScenesView]) -> list[object]:
    blocks = [*(["methods.entries"] if runs else []), *(["scene_methods"] if scenes else [])]
    found = [texts.block(block) for block in blocks]
    return [entry for block in found if isinstance(block, list) for entry in block]


def figures(views: Sequence[Source], folder: Path, *, lang: Language = "en", scale: float = 2.0) -> list[Path]:
    """Every chart of the page as SVG (with the glyphs it needs inside) and PNG in `folder`; gives the files' paths."""
    texts, (runs, scenes) = Texts(lang), parted(views)
    built = (*(sections(study(runs, texts)) if runs else ()), *scene_sections(scenes, texts))
    return write_figures(built, folder, scale)


def write_figures(built: Sequence[Section], folder: Path, scale: float = 2.0) -> list[Path]:
    """Every chart of these sections as SVG and PNG in `folder`."""
    import vl_convert

    register()
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for chart in _charts(built):
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
        found[name] = replace(chart, name=name)
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


def script_of(name: str) -> str:
    """A script of the templates, for `rendered`, after what all of them share."""
    return _part("listing.js") + _part(name)


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
    """Nothing may be loaded or run but what the page itself carries: its one script, if any, by its hash."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def manifest_text(manifest: Mapping[str, object]) -> str:
    """A manifest as the page shows it: YAML."""
    return yaml.safe_dump(_plain(manifest), allow_unicode=True, sort_keys=False, width=100)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
