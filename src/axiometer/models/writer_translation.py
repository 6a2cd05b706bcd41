"""What a simulated rule writer says as a translator (the steps `item-translate` and `item-back`), with faults planted
at known shares. Pure functions.

It knows no language. Texts of the starter set it has in both; its own dilemmas it tells again from the same templates;
of any other text it makes signs, which no check passes. Back it says the original, some words exchanged for like ones,
with the planted fault in that language; so it must be told the original (`Request.meta`, never sent to a service).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from axiometer.models.draws import uniform, weighted, whole
from axiometer.models.protocols import Request
from axiometer.models.writer_dilemmas import CHINESE, ENGLISH, Telling, Words
from axiometer.models.writer_profile import Translations

TRANSLATE: Final = "item-translate"
BACK: Final = "item-back"
STEPS: Final = (TRANSLATE, BACK)


class TranslationFault(StrEnum):
    """What is wrong with a translation.

    exchanged: two options stand for each other; negated: an option is denied, or is no longer; number: a number is
    another one, or one too many; untranslated: an option stays as it was; summary: a scene's first sentence stands for
    the whole; same: two options have become one; other: the text of another item; echo: words of the request before the
    text; declined: a refusal in place of the text.
    """

    EXCHANGED = "exchanged"
    NEGATED = "negated"
    NUMBER = "number"
    UNTRANSLATED = "untranslated"
    SUMMARY = "summary"
    SAME = "same"
    OTHER = "other"
    ECHO = "echo"
    DECLINED = "declined"


_NEED_OPTIONS: Final = {TranslationFault.EXCHANGED: 2, TranslationFault.SAME: 2}
_SOUND: Final = "sound"


@dataclass(frozen=True, slots=True)
class PlantedTranslation:
    """What is planted for a translation that is wanted. mended: the way back tells the original in spite of the fault;
    slips: it tells something else although the translation is sound."""

    fault: TranslationFault | None
    mended: bool
    slips: bool


def planted_translation(translations: Translations, seed: int, source: str, options: int) -> PlantedTranslation:
    """What is planted for the request with the id `source`, for an item with that many options."""
    shares = {str(fault): float(getattr(translations, fault)) for fault in TranslationFault}
    drawn = weighted({**shares, _SOUND: max(0.0, 1.0 - sum(shares.values()))}, seed, "translation", source)
    fault = None if drawn == _SOUND else TranslationFault(drawn)
    if fault is not None and options < _NEED_OPTIONS.get(fault, 0):
        fault = None
    mended = fault is not None and uniform(seed, "mended", source) < translations.mended
    slips = fault is None and uniform(seed, "slips", source) < translations.slips
    return PlantedTranslation(fault, mended, slips)


def telling(translations: Translations, seed: int, step: str, source: str) -> Telling:
    """How the call of a step about the request with the id `source` is answered."""
    point = uniform(seed, "telling", step, source)
    for told, share in ((Telling.REFUSED, translations.refused), (Telling.LOST, translations.lost)):
        if point < share:
            return told
        point -= share
    return Telling.PROSE if point < translations.prose else Telling.PLAIN


def answer(translations: Translations, seed: int, request: Request) -> str:
    """The text with which the writer answers `request.meta`: `step`, `source` (the id of the wanted translation), the
    texts of the `original`, `lang` to write in, `from`, the `order` in which options are shown, `attempt`."""
    meta = request.meta or {}
    step, source, lang = str(meta.get("step")), str(meta.get("source", "")), str(meta.get("lang") or "en")
    told = telling(translations, seed, step, source)
    chinese = lang.startswith("zh")
    if told is Telling.REFUSED:
        return _REFUSAL[chinese]
    if told is Telling.LOST or (told is Telling.PROSE and not int(str(meta.get("attempt") or 0))):
        return _PROSE[chinese]
    original = _texts(meta.get("original"))
    planted = planted_translation(translations, seed, source, len(original) - 1)
    if step == TRANSLATE:
        origin = str(meta.get("from") or "")
        texts = _faulty(translated(original, origin, lang), original, planted.fault, seed, source, chinese=chinese)
    else:
        texts = [_reworded(text, seed, source, chinese=chinese) for text in original]
        if planted.slips:
            texts[0] = _another(seed, source, chinese=chinese)[0]
        elif not planted.mended:
            texts = _faulty(texts, original, planted.fault, seed, source, chinese=chinese)
    order = meta.get("order")
    places = [int(str(option)) for option in order] if isinstance(order, list | tuple) else range(len(texts) - 1)
    said: dict[str, object] = {"text": texts[0]}
    if len(texts) > 1:
        said["options"] = {str(place): texts[1 + option] for place, option in enumerate(places, start=1)}
    return json.dumps(said, ensure_ascii=False)


def _texts(said: object) -> list[str]:
    return [str(text) for text in said] if isinstance(said, list | tuple) and said else [""]


# -- translations -----------------------------------------------------------------------------------------------------


def translated(texts: Sequence[str], origin: str, lang: str) -> list[str]:
    """The texts in `lang` where the writer has them, else signs."""
    known = _starter(origin, lang)
    return [known.get(text) or _retold(text, lang) or _signs(text, lang) for text in texts]


@cache
def _starter(origin: str, lang: str) -> Mapping[str, str]:
    """Texts of the starter set in one language, with what they are in the other."""
    from axiometer.records.importers.starter import LANGUAGES, starter_items

    if origin == lang or origin not in LANGUAGES or lang not in LANGUAGES:
        return {}
    pairs: dict[str, str] = {}
    for one, other in zip(starter_items((origin,)), starter_items((lang,)), strict=True):
        pairs[one.prompt] = other.prompt
        pairs.update((ours.text, theirs.text) for ours, theirs in zip(one.options, other.options, strict=True))
    return pairs


def _retold(text: str, lang: str) -> str | None:
    """A dilemma of the writer's own in the other language; None where it is none."""
    if lang not in ("zh", "en"):
        return None
    source, target = (ENGLISH, CHINESE) if lang == "zh" else (CHINESE, ENGLISH)
    for pattern, template in _forms(chinese=lang == "en"):
        match = pattern.fullmatch(text)
        if match is not None:
            return template.format(
                **{gap: _filled(gap, said, source, target) for gap, said in match.groupdict().items()}
            )
    return None


@cache
def _forms(*, chinese: bool) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Sentences of the writer in one language, with the templates of the other."""
    ours, theirs = (CHINESE, ENGLISH) if chinese else (ENGLISH, CHINESE)
    forms = [(ours.scene, theirs.scene), (ours.side, theirs.side), ("{third}", "{third}")]
    forms += [
        (ours.side + ours.longer, theirs.side + theirs.longer),
        (ours.side + ours.judging, theirs.side + theirs.judging),
    ]
    return tuple((re.compile(_pattern(form, ours)), other) for form, other in forms)


_GAPS: Final = ("when", "who", "news", "limit", "act", "act", "third")
"""Gaps that the pools of `Words` fill."""
_GAP = re.compile(r"\\\{(\w+)\\\}")


def _pattern(form: str, words: Words) -> str:
    def group(gap: re.Match[str]) -> str:
        name = gap[1]
        if name == "place":
            choices: Sequence[str] = tuple(words.places.values())
        elif name in _GAPS:
            choices = words.pools[_GAPS.index(name)]
        else:
            return f"(?P<{name}>.+?)"
        return f"(?P<{name}>{'|'.join(re.escape(choice) for choice in choices)})"

    return _GAP.sub(group, re.escape(form))


def _filled(gap: str, said: str, source: Words, target: Words) -> str:
    """What fills a gap in the other language. Matters are words of the rules, which the writer cannot translate: an
    English one stays, for a Chinese one stands a word of a list."""
    if gap == "place":
        return target.places[next(key for key, place in source.places.items() if place == said)]
    if gap in _GAPS:
        pool = _GAPS.index(gap)
        return target.pools[pool][source.pools[pool].index(said)]
    if said in source.same_matters:
        return target.same_matters[source.same_matters.index(said)]
    return _MATTERS[whole(len(_MATTERS), "matter", said)] if target is ENGLISH else said


def _signs(text: str, lang: str) -> str:
    """The bytes of a text as signs: Chinese characters, or syllables. Reversible, and no translation."""
    if lang.startswith("zh"):
        return "〔译〕" + "".join(chr(0x4E00 + byte) for byte in text.encode())
    return "[tr] " + " ".join(f"{_ONSETS[byte >> 4]}{_RHYMES[byte & 15]}" for byte in text.encode())


# -- faults -----------------------------------------------------------------------------------------------------------


def _faulty(
    texts: Sequence[str],
    original: Sequence[str],
    fault: TranslationFault | None,
    seed: int,
    source: str,
    *,
    chinese: bool,
) -> list[str]:
    """The texts with the fault, as a translator into this language makes it, or one that tells what it finds."""
    found = list(texts)
    options = len(found) - 1
    one = 1 + whole(options, seed, "faulty option", source) if options else 0
    two = 1 + one % options if options else 0
    match fault:
        case TranslationFault.EXCHANGED:
            found[one], found[two] = found[two], found[one]
        case TranslationFault.NEGATED:
            found[one] = _negated(found[one], chinese=chinese)
        case TranslationFault.NUMBER:
            found[0] = _renumbered(found[0], chinese=chinese)
        case TranslationFault.UNTRANSLATED:
            found[one] = original[one]
        case TranslationFault.SUMMARY:
            found[0] = _summary(found[0])
        case TranslationFault.SAME:
            found[two] = found[one]
        case TranslationFault.OTHER:
            found[0] = _another(seed, source, chinese=chinese)[0]
        case TranslationFault.ECHO:
            found[0] = _ECHO[chinese] + found[0]
        case TranslationFault.DECLINED:
            found[0] = _REFUSAL[chinese]
    return found


def _negated(text: str, *, chinese: bool) -> str:
    """Without its negation, or with one where it has none."""
    if chinese:
        if "不" in text:
            return text.replace("不", "", 1)
        return f"你不{text[1:]}" if text.startswith("你") else f"不{text}"
    if " not " in text:
        return text.replace(" not ", " ", 1)
    if text.startswith("You "):
        return f"You do not {text[4:]}"
    return f"Do not {text[:1].lower()}{text[1:]}"


def _renumbered(text: str, *, chinese: bool) -> str:
    number = re.search(r"\d+", text)
    if number is None:
        return text + _ONE_TOO_MANY[chinese]
    return f"{text[: number.start()]}{int(number.group()) + 1}{text[number.end() :]}"


def _summary(text: str) -> str:
    """The first sentence, or where there is but one its first half."""
    first = re.match(r".+?(?:[。！？]|[.!?](?=\s))", text, re.DOTALL)
    return text[: len(text) // 2] if first is None or first.end() > len(text) // 2 else first.group()


@cache
def _scenes(lang: str) -> tuple[tuple[str, ...], ...]:
    from axiometer.records.importers.starter import starter_items

    return tuple((item.prompt, *(option.text for option in item.options)) for item in starter_items((lang,)))


def _another(seed: int, source: str, *, chinese: bool) -> tuple[str, ...]:
    """Texts of a starter item, the same one in both languages."""
    pool = _scenes("zh" if chinese else "en")
    return pool[whole(len(pool), seed, "another", source)]


def _reworded(text: str, seed: int, source: str, *, chinese: bool) -> str:
    """With some words exchanged for like ones: nobody translates back word for word."""
    for word, like in _LIKE_ZH if chinese else _LIKE_EN:
        if uniform(seed, "reworded", source, word) < _EXCHANGED_WORDS:
            text = text.replace(word, like) if chinese else re.sub(rf"\b{word}\b", like, text)
    return text


# -- words ------------------------------------------------------------------------------------------------------------

_EXCHANGED_WORDS = 0.7
_LIKE_EN: Final = (
    *(("whole", "entire"), ("house", "home"), ("asks", "requests"), ("says", "states"), ("wants", "wishes")),
    *(("begins", "starts"), ("needs", "requires"), ("keep", "hold on to"), ("give", "hand"), ("people", "persons")),
    *(("money", "cash"), ("big", "large"), ("children", "kids"), ("often", "frequently"), ("quickly", "fast")),
    *(("tell", "inform"), ("stay", "remain"), ("leave", "put"), ("hospital", "clinic"), ("street", "road")),
)
_LIKE_ZH: Final = (
    *(("今天", "今日"), ("但", "可是"), ("大家", "众人"), ("一直", "始终"), ("希望", "盼望"), ("孩子", "小孩")),
    *(("因为", "由于"), ("东西", "物品"), ("所有", "全部"), ("房子", "屋子"), ("马上", "立刻"), ("一起", "一同")),
    *(("办法", "法子"), ("告诉", "告知"), ("以前", "从前"), ("非常", "十分"), ("晚上", "夜里"), ("帮忙", "相助")),
)
_MATTERS: Final = (
    *("money", "time", "friends", "work", "rest", "family", "order", "trust", "rules", "help", "peace", "promises"),
    *("honour", "safety", "health", "school", "custom", "thanks", "praise", "truth"),
)
_ONSETS = "bdfghjklmnprstvz"
_RHYMES = ("a", "e", "i", "o", "u", "an", "en", "in", "on", "un", "ar", "er", "ir", "or", "ur", "y")
_ECHO = ("Here is the translation: ", "以下是译文：")
_ONE_TOO_MANY = (" There are 3 of them.", "一共有3个人。")
_REFUSAL = ("I'm sorry, but I can't help with that request.", "抱歉，我无法协助完成这个请求。")
_PROSE = ("This text is not easy to put into other words.", "这段文字不容易换一种说法。")
