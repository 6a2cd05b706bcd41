"""Text made safe to look at: control characters are spelt out, everything else stays as it was."""

from __future__ import annotations

import re

# C0 and C1 controls but tab and newline; XML and HTML forbid or swallow them, terminals act on them.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


def shown(text: str) -> str:
    r"""`text` with control characters written as escapes (`\x1b`), so that a reader sees what a model really sent."""
    return _CONTROLS.sub(_escape, text.replace("\r\n", "\n"))


def _escape(found: re.Match[str]) -> str:
    point = ord(found.group())
    return f"\\x{point:02x}" if point < 256 else f"\\u{point:04x}"
