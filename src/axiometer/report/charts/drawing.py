"""The smallest vocabulary for SVG: elements, text, marks, a legend, and a finished drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from axiometer.report.fonts import FAMILY, font_face, text_width, wrapped
from axiometer.report.shown import shown

SIZE = 13.0
SMALL = 11.5
MARKS = 6
MARGIN = 16.0

# Okabe and Ito's colours without a red-green pair; the shape of a mark says the same as its colour.
LIGHT = {
    "ink": "#1c2430",
    "soft": "#5b6675",
    "line": "#c9d0d9",
    "grid": "#e6eaef",
    "band": "#f3f5f8",
    "paper": "#ffffff",
    "c0": "#0072b2",
    "c1": "#c77c00",
    "c2": "#9a4f86",
    "c3": "#3d9bd1",
    "c4": "#4a4f57",
    "c5": "#8a6d00",
}

STYLE = """
text{font-family:"%(family)s",sans-serif;font-size:13px;fill:%(ink)s}
.heading{font-size:15px}.small{font-size:11.5px}.soft{fill:%(soft)s}.end{text-anchor:end}.middle{text-anchor:middle}
.grid{stroke:%(grid)s;stroke-width:1}.zero{stroke:%(soft)s;stroke-width:1}.rule{stroke:%(line)s;stroke-width:1}
.band{fill:%(band)s}.paper{fill:%(paper)s}.range{stroke-width:7;opacity:.2;fill:none}.interval{stroke-width:2;fill:none}
.hollow{stroke-width:1.8}.cell{stroke:%(paper)s;stroke-width:1}.on,.deep{fill:#fff}
.absent{fill:none;stroke:%(line)s;stroke-width:1}
.halo{paint-order:stroke;stroke:%(paper)s;stroke-width:3px;stroke-linejoin:round}
"""


def stylesheet() -> str:
    """The styles of a figure that stands alone, in its light colours."""
    rules = [STYLE % {"family": FAMILY, **LIGHT}]
    for index in range(MARKS):
        colour = LIGHT[f"c{index}"]
        rules.append(f".f{index}{{fill:{colour}}}.s{index}{{stroke:{colour}}}")
    rules.append("".join(f".o{index}{{fill:{colour}}}" for index, colour in enumerate(OUTCOMES)))
    return "".join(rules).replace("\n", "")


# Chosen, distractor, both, evasive, refused, invalid, truncated, filtered, error: told apart by lightness as well.
OUTCOMES = ("#0072b2", "#7db4d6", "#c9b458", "#d9a6c4", "#9a4f86", "#4a4f57", "#8b95a1", "#5d4a1f", "#b9c0c8")


@dataclass(frozen=True, slots=True)
class Series:
    """One respondent (or language) in a chart: its label and the number that gives its colour and shape."""

    label: str
    mark: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished chart: SVG elements, its size in pixels, and what it shows in words."""

    body: Markup
    width: float
    height: float
    title: str

    def inline(self, kind: str = "wide") -> Markup:
        """The chart for the page; colours come from the page's own styles."""
        return element(
            "svg",
            self._title() + self.body,
            class_=f"chart {kind}",
            viewBox=f"0 0 {number(self.width)} {number(self.height)}",
            width=number(self.width),
            # What is in an image is hidden from those who listen, and so would be its links.
            role="group" if "<a " in self.body else "img",
            aria_label=self.title,
        )

    def file(self) -> str:
        """The chart as a file of its own: its title above it, its colours and the glyphs it uses inside."""
        lines = wrapped(shown(self.title), SIZE + 2, self.width - 2 * MARGIN)
        top = MARGIN + 22 * len(lines) + 6
        width, height = self.width + 2 * MARGIN, self.height + top + MARGIN
        heading = Markup("").join(
            label(MARGIN, MARGIN + 8 + 22 * index, text, "heading") for index, text in enumerate(lines)
        )
        moved = Markup('<g transform="translate({} {})">{}</g>').format(number(MARGIN), number(top), self.body)
        drawn = rectangle(0, 0, width, height, "paper") + heading + moved
        style = Markup("<style>{}</style>").format(Markup(font_face(set(str(drawn)) - {"\n"}) + stylesheet()))
        svg = element(
            "svg",
            style + self._title() + drawn,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(width)} {number(height)}",
            width=number(width),
            height=number(height),
        )
        return f"{svg}\n"

    def _title(self) -> Markup:
        return element("title", shown(self.title))


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel, without needless digits."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def element(tag: str, content: str = "", **attributes: str) -> Markup:
    """One element; attribute values and content that is not `Markup` are escaped. `class_` is `class`, `_` is `-`."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-") if name != "viewBox" else name}="{escape(shown(value))}"'
        for name, value in attributes.items()
        if value
    )
    return Markup(f"<{tag}{written}>{escape(content)}</{tag}>") if content else Markup(f"<{tag}{written}/>")


def group(content: str, tooltip: str = "", link: str = "") -> Markup:
    """Marks that share a tooltip, if there is one, and an address to which they lead, if there is one.

    Such a link is for pointers; whoever draws it has the same links in a table, where a keyboard meets them once.
    """
    named = element("title", shown(tooltip)) + Markup(content) if tooltip else Markup(content)
    if link:
        return element("a", named, href=link, tabindex="-1", aria_label=tooltip)
    return element("g", named) if tooltip else named


def label(x: float, y: float, content: str, style: str = "", full: str = "") -> Markup:
    """Text whose middle height is at `y`; `full` is shown as a tooltip where `content` was cut."""
    tooltip = element("title", shown(full)) if full and full != content else Markup("")
    return element("text", escape(shown(content)) + tooltip, x=number(x), y=number(y + 4.5), class_=style)


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> Markup:
    end = f"H{number(x2)}" if y1 == y2 else f"V{number(y2)}" if x1 == x2 else f"L{number(x2)} {number(y2)}"
    return element("path", d=f"M{number(x1)} {number(y1)}{end}", class_=style)


def rectangle(x: float, y: float, width: float, height: float, style: str, **more: str) -> Markup:
    return element(
        "rect",
        x=number(x),
        y=number(y),
        width=number(max(width, 0.0)),
        height=number(max(height, 0.0)),
        class_=style,
        **more,
    )


_SHAPES = (
    None,  # circle
    "M-4.4-4.4h8.8v8.8h-8.8z",
    "M0-6L6 0L0 6L-6 0z",
    "M0-5.8L5.7 4.6H-5.7z",
    "M0 5.8L5.7-4.6H-5.7z",
    "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
)


NEUTRAL = -1  # the mark of something that belongs to no series, such as a difference between two


def colour_of(series: int) -> int:
    """The number of a series' colour."""
    return 4 if series == NEUTRAL else series % MARKS


def shape_of(series: int) -> int:
    """The number of a series' shape. Past six series shapes move on against colours, so 36 pairs differ."""
    return 0 if series == NEUTRAL else (series + series // MARKS) % len(_SHAPES)


def mark(series: int, x: float, y: float, hollow: bool = False) -> Markup:
    """The dot of a series; hollow where there is no interval."""
    colour = colour_of(series)
    style = f"hollow paper s{colour}" if hollow else f"f{colour}"
    path = _SHAPES[shape_of(series)]
    if path is None:
        return element("circle", cx=number(x), cy=number(y), r="4.9", class_=style)
    return element("path", d=path, transform=f"translate({number(x)} {number(y)})", class_=style)


def legend(series: Sequence[Series], width: float) -> tuple[Markup, float]:
    """Names beside their marks, wrapped to `width`; gives the drawing and its height. Empty for a single series."""
    if len(series) < 2:
        return Markup(""), 0.0
    drawn, x, y = Markup(""), 8.0, 12.0
    for entry in series:
        wide = text_width(entry.label, SIZE) + 30
        if x > 8 and x + wide > width:
            x, y = 8.0, y + 22
        drawn += mark(entry.mark, x, y) + label(x + 11, y, entry.label)
        x += wide
    return drawn, y + 18
