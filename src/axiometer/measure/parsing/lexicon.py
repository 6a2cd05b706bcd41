"""The phrases by which answers are recognised: YAML lists per language, compiled once into one pattern per use.

A list is a set of literals in lower case and simplified characters. `(a|b)` writes alternatives, ` … ` a gap within a
clause (blank on both sides), `…` the same without blanks (for Chinese). The order within
a list does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

import yaml

LANGUAGES = ("zh", "en", "fr", "de")
ORDINALS = ("first", "second", "third", "fourth", "former", "latter")

_LATIN = "a-zà-öø-ÿœß"
_IS_LATIN = re.compile(f"[{_LATIN}]")
_WORD_GAP, _TIGHT_GAP = "\ue000", "\ue001"  # private use: folded text may hold them, phrases never do
_SYMBOLS = {
    _WORD_GAP: r"[ ](?:[^.!?\n。]{0,40}?[ ])??",
    _TIGHT_GAP: r"[^.!?\n。]{0,20}?",
    " ": r"[ \n]",
}


@dataclass(frozen=True, slots=True)
class Named:
    """Phrases of several kinds, found together; where two kinds match at one place the first kind holds."""

    any: re.Pattern[str]
    kinds: tuple[tuple[str, re.Pattern[str]], ...]

    def found(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Kind, start and end of each occurrence, none within another."""
        position = 0
        while (match := self.any.search(text, position)) is not None:
            for kind, pattern in self.kinds:
                own = pattern.match(text, match.start())
                if own is not None:
                    yield kind, *own.span()
                    position = own.end()
                    break
            else:
                position = match.end()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The compiled phrases of some languages. `before` reads leftwards from a mention, on reversed text; `after` reads
    on from its end; the others search a clause or a whole text in lower case."""

    before: re.Pattern[str]
    before_stance: re.Pattern[str]
    clause_start: re.Pattern[str]
    after: re.Pattern[str]
    joint: re.Pattern[str]
    either: re.Pattern[str]
    after_article: re.Pattern[str]
    hypothetical: re.Pattern[str]
    forced: re.Pattern[str]
    denial: re.Pattern[str]
    no_denial: re.Pattern[str]
    final: re.Pattern[str]
    revised: re.Pattern[str]
    contrast: re.Pattern[str]
    refused: re.Pattern[str]
    unable: re.Pattern[str]
    disclaimer: re.Pattern[str]
    evasive: re.Pattern[str]
    even: re.Pattern[str]
    both: re.Pattern[str]
    both_alone: re.Pattern[str]
    neither: re.Pattern[str]
    ordinals: Named
    stances: Named
    yes_no: re.Pattern[str]
    option_word: re.Pattern[str]


@cache
def lexicon(languages: tuple[str, ...]) -> Lexicon:
    """The phrases of `languages` (of zh, en, fr, de) together."""
    lists: dict[str, list[str]] = {}
    for lang in languages:
        for name, phrases in _read(lang).items():
            lists.setdefault(name, []).extend(phrases)
    options = _any(lists["option_words"], backwards=True)
    fillers = _any([*lists["option_words"], *lists["adverbs"]], backwards=True)
    stance_fillers = _any([*lists["option_words"], *lists["adverbs"], *lists["stance_adverbs"]], backwards=True)
    searched = {
        name: re.compile(_any(lists[name], search=True))
        for name in (
            *("hypothetical", "forced", "denial", "no_denial", "revised", "contrast", "refused", "unable"),
            *("disclaimer", "evasive", "even", "both", "neither"),
        )
    }
    searched["final"] = re.compile(_any([*lists["final"], *lists["revised"]], search=True))
    searched["no_denial"] = re.compile("|".join((searched["no_denial"].pattern, *map(_set_aside, languages))))
    return Lexicon(
        before=_before(lists, fillers, [], []),
        before_stance=_before(lists, stance_fillers, lists["stance_cues"], lists["stance_not"]),
        clause_start=_clause_start(lists, fillers),
        after=_after(lists),
        joint=_between(lists["joint"], lists["option_words"], r"[&+、]|,? ?(?:&|\+)"),
        either=_between(lists["either"], lists["option_words"], r"vs\.?|versus|\?,? ?|/"),
        after_article=re.compile(rf" (?:{_any(lists['after_article'])}|[a-z]{{3,}}[a-rt-z]s(?![{_LATIN}]))"),
        ordinals=_named(lists, ORDINALS),
        stances=_named(lists, ("partial", "disagree", "agree", "mixed")),
        yes_no=_yes_no(lists),
        both_alone=re.compile(rf"\A\W*{_any(lists['both_alone'])}\W*\Z"),
        option_word=re.compile(rf"[ :(\[\"']*{options}"),
        **searched,
    )


def _set_aside(lang: str) -> str:
    """A denial of another option beside the one that is chosen: "statt B nehme ich A" denies nothing else. An English
    `a` that a word follows is the article ("not a good idea to choose B")."""
    lists = _read(lang)
    option = rf"[a-h](?![{_LATIN}])" + (r"(?<!a(?= [a-z]))" if lang == "en" else "")
    return rf"{_any(lists['set_aside'], search=True)}[ \"'(\[]*(?:{_any(lists['option_words'])} ?)?{option}"


_GLUE = r"[ \n\"'(\[{<>=#~|$\\]*"
_COLON = r"[ \n\"'(\[{<>=:#~|$\\-]*"


def _before(lists: dict[str, list[str]], fillers: str, cues: list[str], not_cues: list[str]) -> re.Pattern[str]:
    """What stands left of a mention, read backwards: it is denied, or a verdict, or named as the answer."""
    labels = _any(lists["labels"], backwards=True)
    denied = _any([*lists["denied_before"], *lists["no_letter_before"], *not_cues], backwards=True)
    return re.compile(
        rf"{_COLON}(?:(?<=:)(?P<headed>{_GLUE}{labels})|(?:{fillers}{_COLON}){{0,4}}"
        rf"(?:(?P<denied>{denied})"
        rf"|(?P<cue>{_any([*lists['cues'], *cues], backwards=True)})"
        rf"|(?<=[:=\-\n>])(?P<label>{_GLUE}{labels})"
        rf"|(?P<weak>{_any(lists['weak_cues'], backwards=True)})))"
    )


def _clause_start(lists: dict[str, list[str]], fillers: str) -> re.Pattern[str]:
    starters = _any([*lists["contrast"], *lists["starters"]], backwards=True)
    return re.compile(
        r"[ \"'(\[{<>=#~|$\\-]*"
        rf"(?:{fillers}[ \"'(\[<]*){{0,4}}"
        rf"(?:(?P<start>\Z)|(?P<line>\n)|(?P<inside>[.!?;:,。、)\]]|{starters}))"
    )


def _after(lists: dict[str, list[str]]) -> re.Pattern[str]:
    """What stands right of a mention, in the order of precedence."""
    tail = rf"[\"'\])}}>]*(?: ?{_any(lists['option_words_after'])}[\"'\])}}>]*)?"
    closers = _any(lists["closers"])
    return re.compile(
        rf"(?P<none>{_any(lists['no_letter_after'])})"
        rf"|{tail} ?,? ?(?P<denied>{_any(lists['denied_after'])})"
        rf"|{tail} ?,? ?(?P<verdict>{_any(lists['verdict_after'])})"
        rf"|{tail} ?,? ?(?P<hypothetical>{_any(lists['hypothetical_after'])})"
        rf"|{tail}[ ,.:;!\n()-]*(?P<because>{_any(lists['because'])})"
        rf"|{tail} ?(?P<preferred>{_any(lists['preferred_after'])})"
        rf"|[\"'\]}}>]*(?: ?[.):、\]}}|]| ?-)[\"']? ?(?P<lead>[^ \n.,;!?)\"'\]}}])"
        rf"|{tail}(?: ?{closers})?(?:(?P<line>[ .!。,;:?\\$|}}\"')\]-]*(?:\n|\Z))"
        rf"|(?P<closed> ?[.!?;,:。、()\]|\\]| -|\.\.| {_any(lists['denied_before'])}))"
    )


def _between(words: list[str], options: list[str], signs: str) -> re.Pattern[str]:
    """All that stands between two mentions which are named together."""
    verbs = _any(["选", "选择", "choose", "choosing", "choisir", *options])
    return re.compile(rf"[\"')\] ,]*(?:{signs}|{_any(words)})[ \"'(\[]*(?:{verbs}[ \"'(\[]*){{0,2}}")


def _named(lists: dict[str, list[str]], names: tuple[str, ...]) -> Named:
    every = [phrase for name in names for phrase in lists[name]]
    kinds = tuple((name, re.compile(_any(lists[name]))) for name in names)
    return Named(re.compile(_any(every, search=True)), kinds)


def _yes_no(lists: dict[str, list[str]]) -> re.Pattern[str]:
    said = rf"(?P<yes>{_any(lists['yes'])})|(?P<no>{_any(lists['no'])})"
    return re.compile(rf"[\"'(\[ ]*(?:{said})(?=[ .,!?;:。、\n\"')\]]|\Z)")


def _read(lang: str) -> dict[str, list[str]]:
    text = files(__package__).joinpath("phrases", f"{lang}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, list[str]] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


def _any(phrases: Iterable[str], *, backwards: bool = False, search: bool = False) -> str:
    """A pattern that matches any of the phrases as whole words, longer ones first.

    Branches are gathered under their first character, so that one that does not begin here costs next to nothing; a
    pattern that searches asks for the word's beginning only after that character, so that it can skip by it.
    """
    tails: dict[str, set[tuple[int, str]]] = {}
    for phrase in phrases:
        for first, tail, length in _beginnings(_segments(phrase, backwards)):
            tails.setdefault(first, set()).add((-length, tail))
    branches = []
    for first, ends in sorted(tails.items()):
        start = re.escape(first)
        if search and _IS_LATIN.match(first):
            start += f"(?<![{_LATIN}]{start})(?<![{_LATIN}]'{start})"
        branches.append(f"{start}(?:{'|'.join(tail for _, tail in sorted(ends))})")
    return f"(?:{'|'.join(branches)})(?:(?<![{_LATIN}])|(?![{_LATIN}]))" if branches else "(?!)"


def _segments(phrase: str, backwards: bool) -> list[tuple[str, ...]]:
    """A phrase as a sequence of alternatives, in reading order: `(a|b) c` is [(a, b), (" c",)]. Groups within groups
    are multiplied out."""
    spaced = " ".join(phrase.split()).replace(" … ", _WORD_GAP).replace("…", _TIGHT_GAP)
    segments = [_alternatives(piece) for piece in _pieces(spaced)]
    if not backwards:
        return segments
    return [tuple(choice[::-1] for choice in choices) for choices in reversed(segments)]


def _pieces(phrase: str) -> list[str]:
    """The phrase cut at its outermost brackets; a piece in brackets keeps the opening one."""
    pieces, depth = [""], 0
    for symbol in phrase:
        depth -= symbol == ")"
        if depth == 0 and symbol in "()":
            pieces.append("(" if symbol == "(" else "")
        else:
            pieces[-1] += symbol
        depth += symbol == "("
    return [piece for piece in pieces if piece]


def _alternatives(piece: str) -> tuple[str, ...]:
    if not piece.startswith("("):
        return (piece,)
    choices, depth = [""], 0
    for symbol in piece[1:]:
        depth += (symbol == "(") - (symbol == ")")
        if symbol == "|" and depth == 0:
            choices.append("")
        else:
            choices[-1] += symbol
    inner = ([_alternatives(part) for part in _pieces(choice)] for choice in choices)
    return tuple("".join(parts) for pieces in inner for parts in product(*pieces))


def _beginnings(segments: list[tuple[str, ...]]) -> Iterator[tuple[str, str, int]]:
    """First character, pattern of what follows it, and length, of each way in which a sequence can begin."""
    if not segments:
        return
    head, rest = segments[0], segments[1:]
    pattern = "".join(_group(choices) for choices in rest)
    length = sum(max(map(len, choices)) for choices in rest)
    buckets: dict[str, list[str]] = {}
    for choice in head:
        if choice:
            buckets.setdefault(choice[0], []).append(choice[1:])
        else:
            yield from _beginnings(rest)
    for first, ends in buckets.items():
        yield first, _group(tuple(ends)) + pattern, max(map(len, ends)) + 1 + length


def _group(choices: tuple[str, ...]) -> str:
    written = [_written(choice) for choice in sorted(set(choices), key=lambda choice: (-len(choice), choice))]
    return written[0] if len(written) == 1 else f"(?:{'|'.join(written)})"


def _written(literal: str) -> str:
    return "".join(_SYMBOLS.get(symbol) or re.escape(symbol) for symbol in literal)
