"""The language of a short text such as a question, among the languages that have prompts wherever it is not plain."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from axiometer.records.importers.cells import language_of

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Of the languages that have prompts, those that are spelt: one sentence is too little to tell a hundred apart.
_SPELT = ("en", "fr", "de")
_SURE = 0.8
_KANA_OR_HANGUL = re.compile("[\u3041-\u30fa\u1100-\u11ff\uac00-\ud7a3]")
_OTHER_SHARE = 0.1


def language_of_question(text: str) -> str:
    """`zh` for Chinese in either script; else the likeliest of English, French and German, or another language where
    py3langid is sure of it; `en` without letters."""
    letters = sum(map(str.isalpha, text))
    if not letters:
        return "en"
    foreign = len(_KANA_OR_HANGUL.findall(text)) >= _OTHER_SHARE * letters
    if not foreign and language_of(text) == "zh":
        return "zh"
    lang, probability = _identifier().classify(text)
    if lang in _SPELT or probability >= _SURE:
        return str(lang)
    return next(str(lang) for lang, _ in _identifier().rank(text) if lang in _SPELT)


@cache
def _identifier() -> LanguageIdentifier:
    """One for the process: its model takes a second to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
