"""Whether a text supports a statement in other words than its own: names, numbers, denials and words are compared.

Nothing is understood here. A statement that passes may still say something else; one that fails says something that
cannot be found in the words it is said to rest on.
"""

from __future__ import annotations

import re
from typing import Final

from axiometer.build.statements.extraction.lexicon import Support, even, language, support
from axiometer.build.statements.extraction.names import missing_names
from axiometer.build.statements.extraction.spans import QUOTES, Span, find_span, is_dense, passage_of, sentences
from axiometer.build.translation.numbers import WORD_LANGUAGES, lost, numbers
from axiometer.build.translation.wording import contradicts

NO_WORDS: Final = "its words do not stand in the text"
TOO_SHORT: Final = "too short"
NUMBER: Final = "a number that its passage does not have"
OTHER_NAME: Final = "a name that its passage does not have"
DENIAL: Final = "denies what its words say, or says what they deny"
TORN: Final = "torn out of a denial"
OTHER_WORDS: Final = "other words than its passage"
REASONS: Final = (NO_WORDS, TOO_SHORT, NUMBER, OTHER_NAME, DENIAL, TORN, OTHER_WORDS)

LEAST_SHARED: Final = 0.6
"""Share of a statement's content words that its passage must have."""
LEAST_OF_SPAN: Final = 0.4
"""Share of them that the words it rests on must have."""

_LEAST_WORDS: Final = 3
_LEAST_DENSE: Final = 5  # characters
_CONTENT: Final = 4  # letters of a word that is compared
_STEM: Final = 5  # letters by which words are: forms of one word differ at their ends
_REACH: Final = 3  # words around what a statement takes from its words, within the clause, in which a denial counts
_REACH_DENSE: Final = 6  # characters
_SMALL: Final = 2  # numbers up to this one in words stand in too many phrases
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CLAUSE = re.compile(r"[,;:，；：、。.!?！？—–()（）]")


def unsupported(statement: str, span: Span, text: str, lang: str) -> str | None:
    """Why `text` does not support a statement that is said to rest on its words in `span`: one of `REASONS`, or None.

    Words, names and numbers may come from the sentences that hold the span and the one before them (a statement says
    what `it` is); denials must be those of the words themselves. A statement whose words are among those of the span
    can only be too short, or torn out of a denial.
    """
    words = text[slice(*span)]
    lists = None if (code := language(lang)) is None else support(code)
    if _short(statement) or _short(words):
        return TOO_SHORT
    inner = find_span(statement, words)
    if inner is not None:
        return TORN if lists is not None and is_torn(text, span[0] + inner[0], lists) else None
    if lists is not None and is_torn(text, span[0], lists):
        return TORN
    passage = text[slice(*passage_of(text, span))]
    if _lost_number(statement, passage, lang, lists):
        return NUMBER
    if missing_names(statement, passage, text, lang):
        return OTHER_NAME
    if lists is not None and turned(covered(words, statement), statement, lists, lang):
        return DENIAL
    if shared(statement, passage) < LEAST_SHARED or shared(statement, words) < LEAST_OF_SPAN:
        return OTHER_WORDS
    return None


def is_torn(text: str, start: int, lists: Support) -> bool:
    """Whether words that begin at `start` stand in a clause that words before it in the sentence deny (it is not true
    that ...). A quotation mark between them begins another voice."""
    begin = max((begin for begin, _ in sentences(text) if begin <= start), default=0)
    before = even(text[begin:start])
    found = [match.end() for match in lists.denies_clause.finditer(before)]
    if not found:
        return False
    between = before[found[-1] :]
    return not any(mark in QUOTES and mark != "'" for mark in between) and _CLAUSE.search(between) is None


def turned(words: str, statement: str, lists: Support, lang: str) -> bool:
    """Whether a statement denies what its words say: an odd number of denials more or fewer, or, in the languages of
    `models.contradiction.lexical`, an opposite in place of a word."""
    if (denials(statement, lists) - denials(words, lists)) % 2:
        return True
    return lang.partition("-")[0] in WORD_LANGUAGES and contradicts(words, statement, lang.partition("-")[0])


def denials(words: str, lists: Support) -> int:
    """How many words of a text deny."""
    return len(lists.denials.findall(lists.no_denials.sub(" ", even(words))))


def covered(words: str, statement: str) -> str:
    """What a statement takes from the words it rests on: from the first word that both have to the last one, and a
    little of the clause around them."""
    dense = is_dense(words)
    tokens = [match.span() for match in re.finditer(r"\w" if dense else _WORD, words)]
    theirs = _content(statement)
    if dense:
        common = [i for i in range(len(tokens) - 1) if words[tokens[i][0] : tokens[i + 1][1]] in theirs]
    else:
        common = [i for i, (begin, end) in enumerate(tokens) if words[begin:end].casefold()[:_STEM] in theirs]
    if not common:
        return words
    reach = _REACH_DENSE if dense else _REACH
    first, last = common[0], min(common[-1] + dense, len(tokens) - 1)
    begin, end = tokens[max(0, first - reach)][0], tokens[min(len(tokens) - 1, last + reach)][1]
    for mark in _CLAUSE.finditer(words, begin, tokens[first][0]):
        begin = mark.end()
    stop = _CLAUSE.search(words, tokens[last][1], end)
    return words[begin : end if stop is None else stop.start()]


def shared(statement: str, passage: str) -> float:
    """Share of the content words of a statement that stand in a passage: by their first letters, or by pairs of
    characters where no spaces part words."""
    wanted = _content(statement)
    if not wanted:
        return 0.0
    return len(wanted & _content(passage)) / len(wanted)


def _content(text: str) -> set[str]:
    if is_dense(text):
        characters = re.sub(r"[\W_]+", "", text)
        return {characters[i : i + 2] for i in range(len(characters) - 1)}
    return {word.casefold()[:_STEM] for word in _WORD.findall(text) if len(word) >= _CONTENT}


def _lost_number(statement: str, passage: str, lang: str, lists: Support | None) -> bool:
    """Whether a number of the statement, in digits or in words, is nowhere in the passage."""
    code = lang.partition("-")[0]
    ours, theirs = numbers(statement, code), numbers(passage, code)
    if code in WORD_LANGUAGES:
        words = {value for value in ours.said - ours.digits if value > _SMALL and value.denominator == 1}
        return bool(lost(ours, theirs) or words - theirs.said)
    known = {} if lists is None else lists.numbers
    said = {word.casefold() for word in _WORD.findall(passage)}
    in_words = {value for word, value in known.items() if word in said}
    if any(value not in theirs.digits and float(value) not in in_words for value in ours.digits):
        return True
    for word in {word.casefold() for word in _WORD.findall(statement)} & known.keys() - said:
        if known[word] not in {float(value) for value in theirs.digits}:
            return True
    return False


def _short(words: str) -> bool:
    if is_dense(words):
        return sum(map(str.isalnum, words)) < _LEAST_DENSE
    return len(_WORD.findall(words)) < _LEAST_WORDS
