"""What a simulated model says when it is asked for the value statements of a text, whether they are positions, on what
question, and whose they are (the steps of `build.statements.extraction`). Pure functions.

Of the starter news it says what is planted there, with faults at the shares of `Extraction`; of other texts, that
sentences with words like `should` are statements.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from axiometer.models.draws import uniform, whole
from axiometer.models.protocols import Request
from axiometer.models.writer_news import Known, folded, statement_of, text_of
from axiometer.models.writer_profile_news import Extraction
from axiometer.starter.news import NATIONS, NewsText, load_news

EXTRACT: Final = "statement-extract"
POSITIONS: Final = "statement-value-or-fact"
ATTRIBUTE: Final = "statement-attribute"
STEPS: Final = (EXTRACT, POSITIONS, ATTRIBUTE)

_PROSE = {"zh": "这段文字值得细读。", "en": "There is much to be said about this passage."}
_REFUSED = {"zh": "抱歉，我无法协助完成这个请求。", "en": "I'm sorry, but I can't help with that."}
_SENTENCE = re.compile(r"[^.!?。！？]+[.!?。！？]*[”’」』»\"]?")
OUGHT: Final[Mapping[str, re.Pattern[str]]] = {
    "zh": re.compile("应当|应该|必须|不得|不应|不该|可以|理应|值得|支持|反对|不能|需要|要求"),
    "en": re.compile(r"\b(?:should|ought|must|may not|wrong|right to|deserve|support|oppose|duty)\b", re.I),
    "fr": re.compile(r"\b(?:doi(?:t|vent)|devrai(?:t|ent)|faut|faudrait|inacceptable|injuste|juste)\b", re.I),
    "de": re.compile(r"\b(?:soll(?:te|ten|en)?|muss|müssen|darf|dürfen|falsch|richtig|gehört|gehören)\b", re.I),
}
# (what denies, what stands in its place where nothing is denied)
_DENIALS: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "zh": (
        *(("不应当", "应当"), ("不应该", "应该"), ("不应", "应"), ("不该", "该"), ("不得", "可以"), ("不能", "能")),
        *(("不必", "必须"), ("不要", "要"), ("不可", "可"), ("反对", "支持")),
    ),
    "en": ((" not ", " "), (" never ", " "), (" cannot ", " can "), (" no ", " a "), ("n’t ", " "), ("n't ", " ")),
    "fr": ((" ne doit pas ", " doit "), (" ne doivent pas ", " doivent "), (" ne devrait pas ", " devrait ")),
    "de": ((" nicht ", " "), (" keine ", " eine "), (" kein ", " ein "), (" keinen ", " einen ")),
}
_NE_PAS: Final = re.compile(r"(?<!\w)n(?:e |['’])(\w+) pas(?!\w)")
_ASKED: Final = {
    "zh": "对于“{words}”这一主张，应当赞同吗？",
    "en": "Should one agree that {words}?",
    "fr": "Faut-il être d’accord avec ceci : {words} ?",
    "de": "Soll man dem zustimmen: {words}?",
}
_REWORDED: Final = {
    "zh": "您是否赞成“{words}”？",
    "en": "Would it be right to say that {words}?",
    "fr": "Serait-il juste de dire ceci : {words} ?",
    "de": "Wäre es richtig zu sagen: {words}?",
}
_NAMES: Final = {"zh": "石门市", "en": "Port Quillfeather", "fr": "Saint-Corvin", "de": "in Quellenrode"}
_SPEAKERS: Final = {
    "zh": "欧阳千帆",
    "en": "Ottoline Fairbrass",
    "fr": "Ursule Montbrison",
    "de": "Hedda Achterberg",
}
_REASONS: Final = {
    "zh": ("看原句的措辞。", "段落里是这样写的。", "依据上下文。", "句子本身说得很清楚。"),
    "en": ("By its own words.", "As the passage has it.", "From the context.", "The sentence says so."),
}
_CAPITAL = re.compile(r"(?<=[\w,] )[A-ZÀ-Þ][\w’'-]+")
_DIGITS = re.compile(r"\d+")
_WHOSE: Final = ("government", "outlet", "quoted", "unknown")


def answer(shares: Extraction, seed: int, request: Request) -> str:
    """The text with which the model answers `request.meta`: `step`, `source` (the row), `lang`, `text`, `context` and
    `attempt`."""
    meta = request.meta or {}
    step, source, again = str(meta.get("step")), str(meta.get("source")), bool(int(str(meta.get("attempt") or 0)))
    lang = _language(str(meta.get("lang") or "en"))
    spoken = "zh" if lang == "zh" else "en"
    draw = uniform(seed, "call", step, source)
    if draw < shares.refused:
        return _REFUSED[spoken]
    if draw < shares.refused + shares.lost or (not again and draw < shares.refused + shares.lost + shares.prose):
        return _PROSE[spoken]
    text, context = str(meta.get("text", "")), str(meta.get("context", ""))
    if step == EXTRACT:
        said = _extracted(shares, seed, text, lang, again=again)
        return json.dumps({"statements": said}, ensure_ascii=False)
    found = _position(shares, seed, text, lang) if step == POSITIONS else _whose(shares, seed, text, context, lang)
    reason = _REASONS[spoken][whole(len(_REASONS[spoken]), seed, "reason", step, source)]
    return json.dumps({"reason": reason, **found}, ensure_ascii=False)


# -- extract ----------------------------------------------------------------------------------------------------------


def _extracted(shares: Extraction, seed: int, text: str, lang: str, *, again: bool) -> list[dict[str, str]]:
    """What is listed of a text: its statements but those omitted, some of its reports, and invented ones."""
    known = text_of(text)
    if known is None:
        planted = [each for each in _sentences(text) if OUGHT[lang].search(each)]
        facts: Sequence[str] = ()
    else:
        planted, facts = _planted(known[1], text)
    found: list[dict[str, str]] = []
    honest = again and uniform(seed, "mended", text) < shares.mended
    for words in planted:
        if uniform(seed, "invented", text, words) < shares.invented and not honest:
            found.append({"words": words, "statement": _altered(words, lang, seed)})
        if uniform(seed, "omitted", text, words) < shares.omitted:
            continue
        dressed = uniform(seed, "dressed", text, words) < shares.dressed
        said = _dressed(words, lang) if dressed else words
        found.append({"words": said, "statement": said})
    for fact in facts:
        if uniform(seed, "fact", text, fact) < shares.facts:
            found.append({"words": fact, "statement": fact})
    return found


def _planted(news: NewsText, passage: str) -> tuple[list[str], list[str]]:
    """The statements and reports of a starter text that stand in the piece of it that is shown."""
    there = folded(passage)
    statements = [each.text for each in news.statements if folded(each.text) in there]
    return statements, [fact for fact in news.facts if folded(fact) in there]


def _altered(words: str, lang: str, seed: int) -> str:
    """A statement with another number, without or with a denial, or with a name that the text does not have."""
    ways = [_renamed(words, lang), _denied(words, lang)]
    number = _DIGITS.search(words)
    if number is not None:
        ways.append(words[: number.start()] + str(int(number.group()) * 3 + 7) + words[number.end() :])
    changed = [way for way in ways if way is not None and folded(way) != folded(words)]
    return changed[whole(len(changed), seed, "altered", words)]


def _renamed(words: str, lang: str) -> str:
    name = _NAMES[lang]
    if lang == "zh":
        return f"{name}{words}"
    there = _CAPITAL.search(words)
    if there is not None and lang != "de":
        return words[: there.start()] + name + words[there.end() :]
    body = words.rstrip(".!?")
    return f"{body} {name}{words[len(body) :]}" if lang == "de" else f"{body} in {name}{words[len(body) :]}"


def _denied(words: str, lang: str) -> str | None:
    """The words without their first denial, or with one where they have a place for it."""
    affirmed = affirmative(words, lang)
    if affirmed != words:
        return affirmed
    for denied, plain in _DENIALS[lang]:
        if plain.strip() and len(plain.strip()) > 1 and plain in words:
            return words.replace(plain, denied, 1)
    places = {"en": ("should", "must", "ought"), "fr": (), "de": ("soll", "sollte", "muss", "darf"), "zh": ()}
    for place in places[lang]:
        if f" {place} " in words:
            return words.replace(f" {place} ", f" {place} {'not' if lang == 'en' else 'nicht'} ", 1)
    return None


def affirmative(words: str, lang: str) -> str:
    """The words without their first denial, by simple rules; as they are where they have none."""
    if _language(lang) == "fr":
        return _NE_PAS.sub(r"\1", words, count=1)
    for denied, plain in _DENIALS[_language(lang)]:
        if denied in words:
            return words.replace(denied, plain, 1)
    return words


def _dressed(words: str, lang: str) -> str:
    """The same words with other white space and quotation marks."""
    if lang == "zh":
        return f"「{words.rstrip('。')}」"
    return '"' + words.replace("’", "'").replace(" ", "  ", 2) + '"'


# -- value or fact ----------------------------------------------------------------------------------------------------


def _position(shares: Extraction, seed: int, text: str, lang: str) -> dict[str, str]:
    known = statement_of(text)
    if known is not None:
        if uniform(seed, "missed", text) < shares.missed:
            return {"kind": "fact", "question": "", "answer": "no"}
        stance = known.statement.stance if folded(known.statement.text) == folded(text) else -known.statement.stance
        return _asked(shares, seed, text, _question(known, lang), known.issue.claim, stance, lang)
    report = folded(text) in _facts() or OUGHT[lang].search(text) is None
    if report and uniform(seed, "believed", text) >= shares.believed:
        return {"kind": "fact", "question": "", "answer": "no"}
    core = affirmative(text, lang)
    return _asked(shares, seed, text, _form(_ASKED, core, lang), core, 1 if core == text else -1, lang)


def _asked(
    shares: Extraction, seed: int, text: str, question: str, claim: str, stance: int, lang: str
) -> dict[str, str]:
    if uniform(seed, "reworded", text) < shares.reworded:
        question = _form(_REWORDED, claim, lang)
    if uniform(seed, "turned", text) < shares.turned:
        stance = -stance
    return {"kind": "position", "question": question, "answer": "yes" if stance > 0 else "no"}


def _question(known: Known, lang: str) -> str:
    """The planted question; the claim as one where it is answered by more than yes or no."""
    question = known.issue.question
    return _form(_ASKED, known.issue.claim, lang) if lang == "zh" and re.search("谁|哪|什么", question) else question


def _form(forms: Mapping[str, str], words: str, lang: str) -> str:
    body = words.strip().strip('“”‘’「」"').rstrip(".。!！?？ ")
    return forms[lang].format(words=body[:1].lower() + body[1:] if lang in ("en", "fr") else body)


# -- attribution ------------------------------------------------------------------------------------------------------


def _whose(shares: Extraction, seed: int, text: str, context: str, lang: str) -> dict[str, str]:
    known = statement_of(text)
    said = _spoken(context) if known is None else _planted_voice(known)
    if uniform(seed, "imagined", text) < shares.imagined:
        return {"whose": "quoted", "speaker": _SPEAKERS[lang], "role": ""}
    if uniform(seed, "misattributed", text) < shares.misattributed:
        others = [each for each in _WHOSE if each not in (said["whose"], "quoted")]
        return {"whose": others[whole(len(others), seed, "whose", text)], "speaker": "", "role": ""}
    return said


def _planted_voice(known: Known) -> dict[str, str]:
    said = known.statement
    return {"whose": said.attribution, "speaker": said.speaker or "", "role": said.role or ""}


_SAID = re.compile(r"(?:said|says|a déclaré|dit|estime|sagte|sagt)\s+([A-ZÀ-Þ]\w+(?:\s+[A-ZÀ-Þ]\w+)?)")
_SAYS = re.compile(r"([A-ZÀ-Þ]\w+\s+[A-ZÀ-Þ]\w+)\s+(?:said|says|a déclaré|estime|sagte|sagt)")


def _spoken(context: str) -> dict[str, str]:
    """Whose words are in a text that is not ours: a name beside a verb of saying, or the outlet."""
    match = _SAID.search(context) or _SAYS.search(context)
    if match is not None:
        return {"whose": "quoted", "speaker": match[1], "role": ""}
    return {"whose": "outlet", "speaker": "", "role": ""}


# -- texts ------------------------------------------------------------------------------------------------------------


def _sentences(text: str) -> list[str]:
    return [said for match in _SENTENCE.finditer(text) if len(folded(said := match.group().strip())) > 5]


def _language(lang: str) -> str:
    code = lang.lower().partition("-")[0]
    return code if code in OUGHT else "en"


@cache
def _facts() -> frozenset[str]:
    return frozenset(folded(fact) for nation in NATIONS for text in load_news(nation).texts for fact in text.facts)
