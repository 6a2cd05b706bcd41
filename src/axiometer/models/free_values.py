"""How simulated respondents answer a question without options: one sentence of our own that endorses, opposes or only
mentions a value, or one that speaks of none. `planted` says which it was."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from axiometer.models.draws import uniform, whole
from axiometer.starter.polarity import load_stance_sentences
from axiometer.starter.questions import FRAMEWORK

MENTIONED: Final = 0.15
"""Share of answers that only mention their value."""

_GENERAL: Final = {
    "zh": (
        "这个问题可以从几个角度来看，先把情况了解清楚再说。",
        "我会先列一张清单，写下有哪些办法，再一样一样地试。",
        "通常分三步：先看现状，再看有什么条件，最后安排时间。",
        "这要看天气、路程和手头的东西，先做好准备再出发。",
    ),
    "en": (
        "There are several ways to look at this; one would first find out how things stand.",
        "I would make a list of what could be done and try one thing after another.",
        "It usually takes three steps: see where things are, see what is at hand, and set a date.",
        "That depends on the weather, the distance and the tools; one gets ready first and then sets out.",
    ),
}


class Planted(NamedTuple):
    """What an answer says of one value: `stance` is `endorse`, `oppose` or `mention`."""

    value: str
    stance: str


def planted(text: str) -> Planted | None:
    """What a simulated respondent's free answer to a question without options says of which value; None where it speaks
    of none (a general sentence, a refusal, words that are beside the matter)."""
    return _by_text().get(text.strip())


def free_candidates(named: Sequence[str], framework: str | None) -> tuple[str, ...]:
    """The values that a respondent's free answers may be about: those that are named in its profile, and all that we
    have sentences for where its framework is theirs, or none."""
    known = tuple(_topics()) if framework in (None, FRAMEWORK) else ()
    return tuple(dict.fromkeys((*known, *named)))


def topic_of(names: Sequence[str]) -> str | None:
    """The first of `names` (a value and what stands above it) that there are sentences for; None without any."""
    return next((name for name in names if name in _topics()), None)


def drawn_value(utilities: Mapping[str, float], temperature: float, *scene: object) -> str | None:
    """The value that an answer is about: drawn by a softmax of the utilities, by a hash of `scene`."""
    if not utilities:
        return None
    top = max(utilities.values())
    weights = {value: math.exp((utility - top) / temperature) for value, utility in utilities.items()}
    point = uniform("value", *scene) * sum(weights.values())
    for value, weight in weights.items():
        if point < weight:
            return value
        point -= weight
    return max(weights, key=lambda value: weights[value])


def drawn_stance(utility: float, temperature: float, *scene: object) -> str:
    """`mention` with the probability `MENTIONED`, else `endorse` with that with which the respondent would agree to an
    option that endorses the value, or `oppose`."""
    if uniform("mention", *scene) < MENTIONED:
        return "mention"
    return "endorse" if uniform("stance", *scene) < 1 / (1 + math.exp(-utility / temperature)) else "oppose"


def value_sentence(topic: str | None, stance: str, lang: str, *scene: object) -> str:
    """A sentence that takes `stance` to the value `topic`, or a general one without a topic: in Chinese where `lang` is
    Chinese, else in English. Which of them is a hash of `scene`."""
    words = "zh" if lang.split("-")[0].lower() == "zh" else "en"
    sentences = _GENERAL[words] if topic is None else _topics()[topic][words, stance]
    return sentences[whole(len(sentences), "sentence", *scene)]


@cache
def _topics() -> Mapping[str, Mapping[tuple[str, str], tuple[str, ...]]]:
    """Value -> (language, stance) -> sentences; those held out are about other matters and are left out."""
    found: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {}
    for each in load_stance_sentences():
        if not each.held_out:
            own = found.setdefault(each.topic, {})
            own[each.lang, each.stance] = (*own.get((each.lang, each.stance), ()), each.text)
    return found


@cache
def _by_text() -> Mapping[str, Planted]:
    return {each.text: Planted(each.topic, each.stance) for each in load_stance_sentences() if not each.held_out}
