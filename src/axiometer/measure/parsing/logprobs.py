"""First-token candidates to probabilities of the letters."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from axiometer.measure.parsing.reading import LetterMass

# What tokenisers put around a letter: SentencePiece and byte-level blanks and newlines, brackets, quotes, bold.
_AROUND = " \t\r\n▁ĠĊĉ()[]{}<>\"'“”‘’«»„「」『』【】《》*_`#:;.,!?。、-–—$\\/|\u200b\u200c\u200d\ufeff"
# Full-width A as a byte-level tokeniser shows it: EF BC A1, three Latin-1 characters.
_BYTES_OF_FULL_WIDTH = "\u00ef\u00bc"


def letter_probabilities(first_token: Sequence[tuple[str, float]], letters: Sequence[str]) -> LetterMass | None:
    """The candidates (token, natural-log probability) merged by letter: `A`, ` A`, `▁A`, `(A`, `"A`, `**A`, `Ａ`.

    None if no candidate is a letter on offer. A lower-case `a` is not counted: it rather starts a word.
    """
    sums = dict.fromkeys(letters, 0.0)
    for token, logprob in first_token:
        letter = _letter(token)
        if letter in sums and not math.isnan(logprob):
            sums[letter] += math.exp(min(logprob, 0.0))
    mass = math.fsum(sums.values())
    if mass <= 0.0:
        return None
    return LetterMass(tuple(sums[letter] / mass for letter in letters), min(mass, 1.0))


def _letter(token: str) -> str:
    bare = token.strip(_AROUND)
    if len(bare) == 3 and bare.startswith(_BYTES_OF_FULL_WIDTH):
        return chr(ord(bare[2]) - 0xA1 + ord("A"))
    return unicodedata.normalize("NFKC", bare).strip(_AROUND) if len(bare) <= 4 else bare
