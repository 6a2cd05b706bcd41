"""What a simulated model says when it names a topic, tags a text, or says whether a subject touches values (the steps
of `build.statements.subjects`). Pure functions.

Of the starter news it says what is planted there, with faults at the shares of `Subjects`; of other texts, the words
that stand in them most, and that words like `should` touch values.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from axiometer.models.draws import uniform, whole
from axiometer.models.protocols import Request
from axiometer.models.writer_extraction import OUGHT
from axiometer.models.writer_news import text_of
from axiometer.models.writer_profile_topics import Subjects

LABEL: Final = "topic-label"
TAG: Final = "text-tag"
SCREEN: Final = "subject-screen"
STEPS: Final = (LABEL, TAG, SCREEN)

_LANGS: Final = ("zh", "en", "fr", "de")
# The starter's topics: names in zh, en, fr, de; the first of each is the topic's own, others mean the same.
_NAMES: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "business": ("商业", "business news/business", "économie d’entreprise/entreprises", "Wirtschaft/Unternehmen"),
    "city": ("城市治理/城市管理", "city government/cities", "ville/politique urbaine", "Stadt/Stadtpolitik"),
    "courts": ("司法/法院", "courts/justice", "justice/tribunaux", "Justiz/Gerichte"),
    "culture": ("文化/文化政策", "culture/cultural policy", "culture/politique culturelle", "Kultur/Kulturpolitik"),
    "defence": ("国防/国防政策", "defence/defence policy", "défense/politique de défense", "Verteidigung/Wehrpolitik"),
    "democracy": ("选举/选举制度", "elections/electoral law", "élections/droit électoral", "Wahlen/Wahlrecht"),
    "environment": (
        "环境/环境保护",
        "environment/environmental policy",
        "environnement/écologie",
        "Umwelt/Umweltpolitik",
    ),
    "family": ("家庭/家庭政策", "family/family policy", "famille/politique familiale", "Familie/Familienpolitik"),
    "food": ("饮食/美食", "food/recipes", "cuisine/recettes", "Essen/Rezepte"),
    "gardening": ("园艺/花园", "gardening/gardens", "jardinage/jardins", "Garten/Gartenarbeit"),
    "health": ("医疗/医疗卫生", "health/health care", "santé/politique de santé", "Gesundheit/Gesundheitspolitik"),
    "housing": ("住房/住房政策", "housing/housing policy", "logement/politique du logement", "Wohnen/Wohnungspolitik"),
    "markets": ("市场行情/行情", "markets/stock markets", "marchés/bourse", "Börse/Märkte"),
    "migration": ("移民/移民政策", "migration/migration policy", "migration/immigration", "Migration/Einwanderung"),
    "notices": ("公告/通知", "notices/public notices", "annonces/avis", "Hinweise/Bekanntmachungen"),
    "roads": ("道路通行/路况", "roads/road works", "routes/travaux routiers", "Straßen/Straßenbau"),
    "schools": ("教育/学校教育", "schools/school policy", "école/politique scolaire", "Schule/Schulpolitik"),
    "sport": ("体育/体育比赛", "sport/sports", "sport/sports", "Sport/Sportergebnisse"),
    "statistics": ("统计/统计数据", "statistics/figures", "statistiques/chiffres", "Statistik/Zahlen"),
    "technology": ("科技/科技政策", "technology/technology policy", "technologie/numérique", "Technik/Digitalpolitik"),
    "transport": ("交通/公共交通", "transport/public transport", "transports/transports publics", "Verkehr/Nahverkehr"),
    "weather": ("天气/天气预报", "weather/weather forecast", "météo/prévisions météo", "Wetter/Wettervorhersage"),
    "work": ("劳动/劳动权益", "work/labour rights", "travail/droit du travail", "Arbeit/Arbeitsrecht"),
}
_SAME: Final = {"sports": "sport", "defense": "defence"}
_PROSE: Final = ("These texts are worth a closer look.", "这些文章值得细看。")
_REFUSED: Final = ("I'm sorry, but I can't help with that.", "抱歉，我无法协助完成这个请求。")
_TOUCHES: Final = {
    True: ("Its texts say what ought to be done.", "其中的文章讲到应当怎样做。"),
    False: ("Its texts only report.", "其中的文章只是报道消息。"),
}
_WORDS: Final = re.compile(r"[^\W\d_]{4,}")
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]{2}")


def answer(shares: Subjects, seed: int, request: Request) -> str:
    """The text with which the model answers `request.meta`: `step`, `source` (the row), `lang`, `attempt`, and of a
    topic `keywords` and `examples`, of a text `text` and `known` tags, of a subject `label` and `examples`."""
    meta = request.meta or {}
    step, source, again = str(meta.get("step")), str(meta.get("source")), bool(int(str(meta.get("attempt") or 0)))
    lang = _language(str(meta.get("lang") or "en"))
    draw = uniform(seed, "call", step, source, meta.get("round"))
    if draw < shares.refused:
        return _REFUSED[lang == "zh"]
    if draw < shares.refused + shares.lost or (not again and draw < shares.refused + shares.lost + shares.prose):
        return _PROSE[lang == "zh"]
    if step == LABEL:
        said: dict[str, object] = {"label": _label(shares, seed, source, lang, meta)}
    elif step == TAG:
        said = {"tags": _tags(shares, seed, source, lang, meta)}
    else:
        touches = _touches(shares, seed, source, lang, _texts(meta, "examples"))
        said = {"reason": _TOUCHES[touches][lang == "zh"], "touches": touches}
    return json.dumps(said, ensure_ascii=False)


def planted_topic(passage: str) -> str | None:
    """The topic that is planted in a starter text, by its British name; None for another passage."""
    known = text_of(passage)
    return None if known is None else _SAME.get(known[1].topic, known[1].topic)


def names_of(topic: str, lang: str) -> list[str]:
    """What a starter topic is called, its own name first."""
    return _NAMES[topic][_LANGS.index(lang)].split("/")


def _label(shares: Subjects, seed: int, source: str, lang: str, meta: Mapping[str, object]) -> str:
    topics = [topic for topic in map(planted_topic, _texts(meta, "examples")) if topic is not None]
    if not topics:
        return (", " if lang != "zh" else "、").join(_texts(meta, "keywords")[:2]) or "?"
    topic = Counter(topics).most_common(1)[0][0]
    if uniform(seed, "mislabelled", source) < shares.mislabelled:
        topic = _another(topic, seed, source)
    return names_of(topic, lang)[0]


def _tags(shares: Subjects, seed: int, source: str, lang: str, meta: Mapping[str, object]) -> list[str]:
    passage = str(meta.get("text", ""))
    topic = planted_topic(passage)
    if topic is None:
        return _frequent(passage, lang)
    if uniform(seed, "mistagged", source) < shares.mistagged:
        topic = _another(topic, seed, source)
    names = names_of(topic, lang)
    known = _texts(meta, "known")
    in_use = [tag for tag in known if tag in names]
    if in_use:
        return in_use[:1]
    varied = uniform(seed, "varied", source) < shares.varied
    return [names[-1].upper() if uniform(seed, "case", source) < shares.varied else names[-1]] if varied else names[:1]


def _touches(shares: Subjects, seed: int, source: str, lang: str, examples: Sequence[str]) -> bool:
    known = [found[1] for found in map(text_of, examples) if found is not None]
    if known:
        truth = any(text.statements for text in known)
    else:
        truth = any(OUGHT[lang].search(example) for example in examples)
    return uniform(seed, "missed", source) >= shares.missed if truth else uniform(seed, "alarm", source) < shares.alarms


def _another(topic: str, seed: int, source: str) -> str:
    others = [each for each in _NAMES if each != topic]
    return others[whole(len(others), seed, "another", source)]


def _frequent(passage: str, lang: str) -> list[str]:
    """The two words that stand in a passage most; of equal ones the first."""
    found = Counter((_CHINESE if lang == "zh" else _WORDS).findall(passage.lower()))
    return [word for word, _ in found.most_common(2)] or ["?"]


def _texts(meta: Mapping[str, object], name: str) -> list[str]:
    said = meta.get(name)
    return [str(each) for each in said] if isinstance(said, list | tuple) else []


def _language(code: str) -> str:
    base = code.lower().split("-")[0]
    return base if base in _LANGS else "en"
