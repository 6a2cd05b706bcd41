"""Words of a simulated model that writes triples, in zh, en, fr and de: frames for paraphrases and twins, faults, and
rules by which a statement that nobody planted is turned round. English for other languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """frames, twins: affirming and denying; a place is left for a side. number, reason, longer: what a fault adds to a
    reverse; named: a name; untrue: a second denial. overt, covert: questions that lean, {0} the question, {1} the
    statement. asks_more: finds questions that are none of yes or no; asking: one about a claim."""

    person: str
    somebody: str
    frames: tuple[str, str]
    twins: tuple[str, str]
    number: str
    named: str
    reason: str
    untrue: str
    longer: str
    overt: str
    covert: str
    asks_more: re.Pattern[str]
    asking: str
    refusal: str
    prose: str
    verdict: str


_ENGLISH: Final = Words(
    person="this person",
    somebody="Mr Harlow",
    frames=("It is right to say: {}", "It is wrong to say: {}"),
    twins=("This holds: {}", "This does not hold: {}"),
    number=" in 37 cases.",
    named=", says {}.",
    reason=", given costs.",
    untrue="Untrue: {}",
    longer=" and so on for everybody who has anything to do with it",
    overt="Isn't it plain that the answer to this is yes: {0}",
    covert="With so much lost already: {0}",
    asks_more=re.compile(r"^(?:why|how|what|who|which|when|where)\b", re.I),
    asking="Is it right to say this: {}?",
    refusal="I'm sorry, but I can't help with that request.",
    prose="This statement is worth thinking about.",
    verdict="Both sides take the question up.",
)
_WORDS: Final[Mapping[str, Words]] = {
    "en": _ENGLISH,
    "zh": Words(
        person="此人",
        somebody="李先生",
        frames=("这样说是对的：{}", "这样说是错的：{}"),
        twins=("这个说法成立：{}", "这个说法不成立：{}"),
        number="，37例。",
        named="，{}说。",
        reason="，太费钱。",
        untrue="并非：{}",
        longer="，对所有与此事有关的人来说都是如此",
        overt="难道答案不显然是肯定的吗：{0}",
        covert="在已经失去这么多之后，{0}",
        asks_more=re.compile("为什么|为何|怎么|怎样|如何|什么|谁|哪"),
        asking="“{}”，这样说是否正确？",
        refusal="抱歉，我无法协助完成这个请求。",
        prose="这句陈述值得想一想。",
        verdict="两句话都回答了问题。",
    ),
    "fr": Words(
        person="cette personne",
        somebody="M. Harlot",
        frames=("Il est juste de dire : {}", "Il est faux de dire : {}"),
        twins=("Cela est vrai : {}", "Cela n’est pas vrai : {}"),
        number=" dans 37 cas.",
        named=", dit {}.",
        reason=", vu le coût.",
        untrue="Il est faux de dire : {}",
        longer=" et ainsi de suite pour tous ceux que cela touche de près ou de loin",
        overt="N’est-il pas clair que oui : {0}",
        covert="Après tant de pertes : {0}",
        asks_more=re.compile(r"^(?:pourquoi|comment|que|qui|quel|quelle|quand|où|combien)\b", re.I),
        asking="Est-il juste de dire ceci : {} ?",
        refusal="Désolé, je ne peux pas vous aider avec cette demande.",
        prose="Cette phrase mérite réflexion.",
        verdict="Les deux phrases répondent à la question.",
    ),
    "de": Words(
        person="diese Person",
        somebody="Herr Harloff",
        frames=("Es ist richtig zu sagen: {}", "Es ist falsch zu sagen: {}"),
        twins=("Das stimmt: {}", "Das stimmt nicht: {}"),
        number=" in 37 Fällen.",
        named=", sagt {}.",
        reason=", der Kosten wegen.",
        untrue="Falsch ist: {}",
        longer=" und so weiter für alle, die damit auch nur entfernt zu tun haben",
        overt="Ist es nicht klar, dass ja: {0}",
        covert="Nach so vielen Verlusten: {0}",
        asks_more=re.compile(r"^(?:warum|wieso|wie|was|wer|wen|welche\w*|wann|wo)\b", re.I),
        asking="Ist es richtig zu sagen: {}?",
        refusal="Es tut mir leid, dabei kann ich nicht helfen.",
        prose="Über diesen Satz kann man nachdenken.",
        verdict="Beide Sätze beantworten die Frage.",
    ),
}

Rules = Sequence[tuple[str, str]]
_FROM_LEFT: Final[Mapping[str, tuple[Rules, str]]] = {
    "en": (
        (
            (r"\bshould not\b", "should"),
            (r"\bought not to\b", "ought to"),
            (r"\bmust not\b", "must"),
            (r"\bshould\b", "should not"),
            (r"\bought to\b", "ought not to"),
            (r"\bmust\b", "must not"),
            (r"\bunjust\b", "just"),
            (r"\bunfair\b", "fair"),
            (r"\bwrong\b", "right"),
            (r"\bright\b(?! to)", "wrong"),
            (r"\bis right to\b", "is wrong to"),
            (r"\bsupports?\b", "reject"),
            (r"\b(is|are|was|were|will) not\b", r"\1"),
            (r"\b(is|are|was|were|will)\b", r"\1 not"),
        ),
        "It is untrue that {}",
    ),
    "zh": (
        (
            ("不(应当|应该|应|该|能|宜)", r"\1"),
            ("不得", "可以"),
            ("不必", "必须"),
            ("(应当|应该)", r"不\1"),
            ("必须", "不必"),
            ("禁止", "允许"),
            ("允许", "禁止"),
            ("支持", "反对"),
            ("反对", "支持"),
            ("可以", "不可以"),
            ("是对的", "是错的"),
            ("是错的", "是对的"),
            ("不是", "是"),
            ("(?<![但还就都可总])是", "不是"),
        ),
        "并非{}",
    ),
    "fr": (
        (
            (r"\bne (doit|doivent|devrait|devraient|devait|faut|sont) pas\b", r"\1"),
            (r"\bn['’](est|était|a) pas\b", r"\1"),
            (r"\binjuste\b", "juste"),
            (r"\b(doit|doivent|devrait|devraient|devait|faut)\b", r"ne \1 pas"),
            (r"\bjuste\b", "injuste"),
            (r"\b(est|était)\b", r"n’\1 pas"),
            (r"\bsont\b", "ne sont pas"),
        ),
        "Il est faux de dire : {}",
    ),
    "de": (
        (
            (r"\b(nicht|keineswegs) ", ""),
            (r"\bkein(e|en|em|er|es)?\b", r"ein\1"),
            (r"\bungerecht\b", "gerecht"),
            (r"\bfalsch\b", "richtig"),
            (r"\brichtig\b", "falsch"),
            (r"\b(sollte|sollten|soll|sollen|solle|muss|müssen|müsse|darf|dürfen|dürfe|ist|sind|sei)\b", r"\1 nicht"),
        ),
        "Falsch ist: {}",
    ),
}


def words_in(lang: str) -> Words:
    return _WORDS.get(lang.lower()[:2], _ENGLISH)


def reversed_by_rule(text: str, lang: str) -> str:
    """A statement turned round at the first of its language's words that can be, else by a denial of the whole."""
    rules, otherwise = _FROM_LEFT.get(lang.lower()[:2], _FROM_LEFT["en"])
    for pattern, turned in rules:
        changed, count = re.subn(pattern, turned, text, count=1, flags=re.I)
        if count:
            return changed[:1].upper() + changed[1:] if text[:1].isupper() else changed
    return otherwise.format(text)
