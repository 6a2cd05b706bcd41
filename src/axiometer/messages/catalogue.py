"""Chooses the language and translates; the English text is the key, so the code reads as the user sees it."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]

# POSIX: the first of these that is set and not empty decides.
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language() -> Language:
    """`zh` where `AXIOMETER_LANG`, or else the locale, starts with `zh`; `en` otherwise.

    Read at every call, so that a program can change its mind.
    """
    chosen = next((os.environ[name] for name in ("AXIOMETER_LANG", *LOCALE_VARIABLES) if os.environ.get(name)), "")
    return "zh" if chosen.strip().lower().startswith("zh") else "en"


def t(text: str, /, **fields: object) -> str:
    """The message in the reader's language, with `fields` put in by `str.format`.

    A text without a translation stays English. Without fields the text is taken as it stands, braces included.
    """
    wording = chinese().get(text, text) if language() == "zh" else text
    return wording.format(**fields) if fields else wording


@lru_cache(maxsize=1)
def chinese() -> dict[str, str]:
    """English text to Chinese text. Read on first use: a reader of English pays nothing."""
    import yaml

    # The C loader is part of the wheels; a build without libyaml has only the slow one, which reads the same.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    catalogue = yaml.load(Path(__file__).with_name("zh.yaml").read_text(encoding="utf-8"), Loader=loader)
    return {str(english): str(wording) for english, wording in (catalogue or {}).items()}
