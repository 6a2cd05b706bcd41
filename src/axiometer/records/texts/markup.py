"""The words of HTML without its markup."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_BREAKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section"),
        *("table", "td", "th", "title", "tr", "ul"),
    )
)
_SILENT = frozenset({"script", "style", "noscript", "template", "svg"})
_TAG = re.compile(
    r"</?(?:html|head|body|article|section|div|p|br|hr|span|a|b|i|u|em|strong|font|center|blockquote|pre|img|script|style"
    r"|table|tbody|thead|tr|td|th|ul|ol|li|h[1-6])(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


def has_markup(text: str) -> bool:
    """Whether `text` holds at least two tags of HTML, or one that breaks a line. A lone `<b>` may be talked about."""
    if "<" not in text:
        return False
    found = _TAG.findall(text)
    return len(found) > 1 or any(tag[1:3].lower() in ("br", "p>", "hr") for tag in found)


def without_markup(text: str) -> str:
    """The words between the tags; a tag that begins a block becomes a line break, scripts and styles go."""
    words = _Words()
    words.feed(text)
    words.close()
    return "".join(words.found)


def without_entities(text: str) -> str:
    """`text` with named and numbered characters written out (`&nbsp;`, `&#8220;`); a bare `&` stays."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _SILENT and self._silent is None:
            self._silent = tag
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = None
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if self._silent is None:
            self.found.append(data)
