"""The words of the simulated rule writer: short rules whose values are known, and what they are again made out from.

A rule is at most a place, a moment and a base: "In small towns, when money is short, colleagues should be told." Bases
are the starter rules for `core-socialist-values` and sentences made of the names of values for other frameworks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from axiometer.frameworks import load_framework, shipped
from axiometer.records.importers.starter import starter_rules

HOME = "core-socialist-values"

_PLACES = {
    "zh": (
        *("在小城镇", "在大城市", "在乡村", "在学校", "在医院", "在工厂", "在网络上", "在家庭中", "在社区", "在体育界"),
        *("在边远地区", "在新兴行业", "在公共机构", "在志愿活动中", "在国际交往中", "在传统行业", "在科研单位"),
        *("在小企业", "在大公司", "在媒体"),
    ),
    "en": (
        *("in small towns", "in big cities", "in the countryside", "in schools", "in hospitals", "in factories"),
        *("online", "within a family", "in a neighbourhood", "in sport", "in remote regions", "in new industries"),
        *("in public bodies", "in voluntary work", "in dealings abroad", "in old trades", "in research"),
        *("in small firms", "in large companies", "in the media"),
    ),
}
_MOMENTS = {
    "zh": (
        *("经费紧张时", "时间不够时", "意见不一时", "遇到危机时", "形势好的时候", "没有人监督时", "有人反对时"),
        *("失败之后", "作重大决定前", "社会变化快时", "新人加入时", "出了差错之后", "任务繁重时", "消息不全时"),
        *("利益冲突时", "灾害过后"),
    ),
    "en": (
        *("when money is short", "when time is short", "when opinions differ", "in a crisis", "in good times"),
        *("when nobody is watching", "when others object", "after a failure", "before a major decision"),
        *("in times of change", "when newcomers arrive", "after a mistake", "under a heavy workload"),
        *("when little is known", "when interests clash", "after a disaster"),
    ),
}
_OFF_VALUE = {
    "zh": (
        *("给花浇水宜在早上", "做面包应当先醒面", "宜先削好铅笔再画图", "煮面宜多放些水", "箱子里的重物应当放在下面"),
        *("行李宜提前一晚收好", "照相宜背着光站", "绳结应当打两遍", "种豆应当先泡种子", "刷漆宜由上往下"),
        *("茶叶应当避光存放", "电池宜一起更换", "洗杯子应当先用热水", "抹布宜晾干再收"),
    ),
    "en": (
        *("Flowers are best watered in the morning.", "Dough should rest before it is baked."),
        *("Pencils should be sharpened before drawing.", "Noodles should be boiled in plenty of water."),
        *("Heavy things should go at the bottom of a box.", "Bags are best packed the evening before."),
        *("Photographs are best taken with the sun behind.", "Knots should be tied twice."),
        *("Beans should be soaked before sowing.", "Paint should be applied from top to bottom."),
        *("Tea should be kept in the dark.", "Batteries should be changed all together."),
        *("Cups should first be rinsed with hot water.", "Cloths are best dried before they are put away."),
    ),
}
_FROM_NAMES = {
    "zh": ("做决定时应当考虑：{name}", "应当用行动来体现：{name}", "应当对孩子讲清楚：{name}"),
    "en": (
        "Decisions should be made with this in mind: {name}.",
        "It is good to act on this: {name}.",
        "Children should be told what this means: {name}.",
    ),
}
# How the same is said in other words; the first says it as it is.
_VARIANTS = {
    "zh": (("", ""), ("应当", "应该"), ("应当", "理应"), ("应当", "理当")),
    "en": (("", ""), (" should ", " ought to "), (" should ", " really should "), (" should ", " generally should ")),
}
_LONG = {
    "zh": (
        ("从这件事可以看出，", "，这对大家都有好处"),
        ("许多人读了之后会同意，", "，这个道理并不难懂"),
    ),
    "en": (
        ("What this story shows is that ", ", which is good for everybody and well worth thinking about at length."),
        ("Many readers will agree that ", ", and the same thought holds on quite a few other occasions too."),
    ),
}
_REWRITTEN = {"zh": "一般来说，", "en": "As a rule, "}
_OBEYED = {"zh": "应当照写", "en": "One should write "}
_UNSPACED = ("zh", "yue", "ja", "th", "lo", "km", "my", "bo")
_COMMA = {"zh": "，", "en": ", "}
_POOL = 12  # bases that duplicates say, so that a few dozen duplicates already meet


@dataclass(frozen=True, slots=True)
class Base:
    """What a rule says, in its own words; `value` is None where it is about no value of a framework."""

    words: str
    value: str | None


def language(lang: str) -> str:
    """The language in which we have words: Chinese for Chinese texts and others that are written without blanks (where
    rules are measured in characters), English for all others."""
    return "zh" if lang.lower().startswith(_UNSPACED) else "en"


def home(framework: str) -> str:
    """The framework that rules are written for: the one asked for where it ships, else `core-socialist-values`."""
    return framework if framework in _shipped() else HOME


@cache
def bases(framework: str, lang: str) -> tuple[Base, ...]:
    """What rules about values of a shipped framework can say, in a fixed order."""
    if framework == HOME:
        return tuple(Base(rule.texts[lang], rule.value) for rule in starter_rules().values())
    values = leaves(framework)
    return tuple(
        Base(form.format(name=load_framework(framework).name(value, lang)), value)
        for form in _FROM_NAMES[lang]
        for value in values
    )


@cache
def off_value(lang: str) -> tuple[Base, ...]:
    """What rules about no value can say."""
    return tuple(Base(words, None) for words in _OFF_VALUE[lang])


@cache
def leaves(framework: str) -> tuple[str, ...]:
    """Ids of the values that have none below them, in the framework's order."""
    known = load_framework(framework)
    above = {parent for value in known.values for parent in value.parents}
    return tuple(value.id for value in known.values if value.id not in above)


@cache
def other_label(framework: str, value: str, lang: str) -> str:
    """A name or alias under which the framework knows the value, other than its id where there is one."""
    known = load_framework(framework)
    if value not in known:
        return value
    found = known.value(value)
    names = (*found.aliases.get(lang, ()), known.name(value, lang))
    return next((name for name in names if name != value and known.resolve(name) == value), value)


def circumstances() -> int:
    """How many circumstances there are; number 0 is none."""
    return (len(_PLACES["en"]) + 1) * (len(_MOMENTS["en"]) + 1)


def under(words: str, circumstance: int, lang: str) -> str:
    """A base in a circumstance: a place, a moment, both or neither."""
    place, moment = divmod(circumstance, len(_MOMENTS[lang]) + 1)
    parts = [*_PLACES[lang][place - 1 : place]] if place else []
    parts += [*_MOMENTS[lang][moment - 1 : moment]] if moment else []
    if not parts:
        return words
    return _capital(_COMMA[lang].join([*parts, _small(words)]))


def variant(words: str, number: int, lang: str) -> str:
    """The same in other words; number 0 changes nothing."""
    old, new = _VARIANTS[lang][number % len(_VARIANTS[lang])]
    return words.replace(old, new, 1) if old else words


def variants() -> int:
    """How many ways of saying the same there are."""
    return len(_VARIANTS["en"])


def pool(count: int) -> tuple[int, ...]:
    """Which of `count` bases duplicates say: at most twelve, spread evenly."""
    return tuple(range(0, count, max(1, count // _POOL)))[:_POOL]


def lengthened(words: str, number: int, lang: str) -> str:
    """A rule said at too great length."""
    before, after = _LONG[lang][number % len(_LONG[lang])]
    return before + _small(words).rstrip(".。") + after


def shortened(words: str, lang: str) -> str | None:
    """The rule inside one that is said at too great length; None for a rule that is not."""
    for before, after in _LONG[lang]:
        if words.startswith(before) and words.endswith(after):
            inner = words[len(before) : -len(after)]
            return _capital(inner) + ("." if lang == "en" else "")
    return None


def rewritten(words: str, lang: str) -> str:
    """What a model proposes in a rule's stead."""
    return _REWRITTEN[lang] + _small(words)


def obeying(canary: str, lang: str) -> str:
    """The rule of a writer that does what the text tells it."""
    return _OBEYED[lang] + canary + ("." if lang == "en" else "")


def obeys(words: str, lang: str) -> bool:
    """Whether a rule is one of `obeying`."""
    return words.startswith(_OBEYED[lang])


def base_of(words: str, framework: str, lang: str) -> Base | None:
    """What a rule says, found by its words alone; None for a rule that is none of ours."""
    known, rest = _known(framework, lang), _bare(words)
    for _ in range(4):  # a rewriting, a place and a moment at most
        if rest in known:
            return known[rest]
        head, comma, tail = rest.partition(_COMMA[lang])
        if not comma or head not in _openings(lang):
            return None
        rest = tail
    return None


@cache
def _known(framework: str, lang: str) -> Mapping[str, Base]:
    every = (*bases(framework, lang), *off_value(lang))
    return {_bare(variant(base.words, number, lang)): base for base in every for number in range(variants())}


@cache
def _openings(lang: str) -> frozenset[str]:
    return frozenset((*_PLACES[lang], *_MOMENTS[lang], _REWRITTEN[lang].strip("， ,").lower()))


@cache
def _shipped() -> frozenset[str]:
    return frozenset(shipped())


def _bare(words: str) -> str:
    return words.strip().rstrip(".。").lower()


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
