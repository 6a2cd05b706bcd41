"""What a phrase that names a speaker says of it: a government, the outlet, a person or a group, or nobody known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from axiometer.build.statements.extraction.lexicon import Voices, even, language, voices
from axiometer.records.corpus_rows import Attribution

_LONGEST_ROLE: Final = 80
_ADVERB: Final = 3  # characters that may stand between who writes and the verb (我们始终认为)
_WORD = r"[A-ZÀ-ÖØ-Þ]\w+(?:[’'-]\w+)*"
_PARTICLE = r"(?:de|du|van|von|zu|la|le|al|bin|[A-Z]\.)"
_RUN = re.compile(rf"(?<![^\W_]){_WORD}(?:\s+(?:{_PARTICLE}\s+)?{_WORD})+")
_ALONE = re.compile(_WORD)
_CAPITAL_PARTICLES: Final = frozenset({"Le", "La", "De", "Du", "Van", "Von", "Zu", "Al", "El"})
_PLACED = re.compile(r"(?:^|\s)(?:of|at|on|in|from|near|à|de|du|des|aux|au|en|aus|bei|im|am)\s+$")
_SPACED = re.compile(r"\s+")
_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章"
    "鲁岳翟殷詹申耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳佟穆"
)
_TWO_SURNAMES: Final = "欧阳|司马|上官|诸葛|司徒|慕容"
_BEFORE_NAME: Final = "员师长授民者人工家士任记东妇农生医商匠友夫板主机户客手傅"  # how words for what somebody is end
_AFTER_NAME: Final = "说把对在的从向给也则表坦直告回写认指强拒每用将已就是为和与都又还正却摇笑想看曾常去今则，、（"
_ZH_NAME = re.compile(
    f"(?:^|(?<=[^\u4e00-\u9fff])|(?<=[{_BEFORE_NAME}]))"
    f"((?:{_TWO_SURNAMES}|[{_SURNAMES}])(?:[\u4e00-\u9fff]{{2}}|[\u4e00-\u9fff]))(?=$|[{_AFTER_NAME}]|[^\u4e00-\u9fff])"
)

_ZH_FULL = re.compile(f"(?:(?:{_TWO_SURNAMES})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{2}})")


@dataclass(frozen=True, slots=True)
class Speaker:
    attribution: Attribution
    name: str | None
    role: str | None
    evidence: str


def speaker_of(phrase: str, lists: Voices, lang: str) -> Speaker | None:
    """Who `phrase` is; None where it names no speaker that is known for one.

    The words between commas are looked at one after the other, those that begin like a place or a time (in, at) last; a
    name is followed by what its bearer is (`role`). Who is named speaks as a person, whatever the office; an office
    without a name speaks for its government.
    """
    parts = _parts(phrase, lists, lang)
    for i, part in enumerate(parts):
        plain = even(part)
        own = lists.own.search(plain)
        body = lists.offices.search(plain) or lists.government.search(plain)
        name = name_in(part, lists, lang)
        if name is not None and not _names_body(name, lists) and (own is None or own.start() > 0):
            role = _without(part, name) or (parts[i + 1] if i + 1 < len(parts) else "")
            return Speaker(Attribution.QUOTED, name, role[:_LONGEST_ROLE] or None, part)
        if own is not None and body is not None and body.start() < own.start():
            own = None  # a body that tells the outlet
        if own is not None or _ends_with(lists.we, plain):
            return Speaker(Attribution.OUTLET, None, None, part)
        group = lists.organisations.search(plain)
        if body is not None and (group is None or body.start() <= group.start()):
            return Speaker(Attribution.GOVERNMENT, None, part[:_LONGEST_ROLE], part)
        if lists.vague.search(plain) is not None:
            return Speaker(Attribution.UNKNOWN, None, None, part)
        if group is not None:
            return Speaker(Attribution.QUOTED, part[:_LONGEST_ROLE], None, part)
    return None


def _ends_with(pattern: re.Pattern[str], plain: str) -> bool:
    """Whether a phrase ends with one of the words of a list: the subject right before its verb."""
    return any(len(plain[match.end() :].strip()) <= _ADVERB for match in pattern.finditer(plain))


def names_body(speaker: str, lang: str) -> bool:
    """Whether a speaker's name is that of a public body by the lists of its language, and no person's."""
    code = language(lang)
    if code is None:
        return False
    found = speaker_of(speaker, voices(code), code)
    return found is not None and found.attribution is Attribution.GOVERNMENT and found.name is None


def meant(phrase: str, before: str, lists: Voices, lang: str) -> Speaker | None:
    """Whom a pronoun, or a surname alone, means: the last name or government body before it; nobody known where there
    is none. None where the phrase holds neither."""
    names = [(match.start(), name) for match, name in _names(before, lists, lang) if not _names_body(name, lists)]
    pronoun = lists.pronouns.search(even(phrase))
    alone = _ALONE.fullmatch(" ".join(phrase.split()).strip(" ,"))
    if pronoun is None and alone is not None and lang != "zh":
        full = next((name for _, name in reversed(names) if name.split()[-1] == alone.group()), None)
        return None if full is None else Speaker(Attribution.QUOTED, full, None, f"{alone.group()} ({full})")
    if pronoun is None:
        return None
    said = pronoun.group()
    bodies = [(match.start(), before[slice(*match.span())]) for match in lists.government.finditer(even(before))]
    if bodies and (not names or bodies[-1][0] > names[-1][0]):
        return Speaker(Attribution.GOVERNMENT, None, bodies[-1][1], f"{said} ({bodies[-1][1]})")
    if names:
        return Speaker(Attribution.QUOTED, names[-1][1], None, f"{said} ({names[-1][1]})")
    return Speaker(Attribution.UNKNOWN, None, None, said)


def name_in(phrase: str, lists: Voices, lang: str) -> str | None:
    """The first name of a person in a phrase, by its form, without a title or what its bearer is before it."""
    return next((name for _, name in _names(phrase, lists, lang)), None)


def _names(phrase: str, lists: Voices, lang: str) -> Iterator[tuple[re.Match[str], str]]:
    if lang == "zh":
        yield from _chinese(phrase, lists)
        return
    for match in _RUN.finditer(phrase):
        words = _SPACED.split(match.group())
        while len(words) > 1 and lists.no_name.fullmatch(even(words[0])) is not None:
            words = words[1:]
        named = [word for word in words if word[0].isupper() and word not in _CAPITAL_PARTICLES]
        if len(named) > 2:  # what its bearer is stands before a name, and has a capital at the start
            words = _last_two(words)
        if len(words) > 1 and _PLACED.search(phrase, 0, match.start()) is None:
            yield match, " ".join(words)


def _chinese(phrase: str, lists: Voices) -> Iterator[tuple[re.Match[str], str]]:
    found = [(match, match[1]) for match in _ZH_NAME.finditer(phrase)]
    for role in lists.roles.finditer(phrase):
        match = _ZH_FULL.match(phrase, role.end())
        if match is not None and not any(start.start(1) == match.start() for start, _ in found):
            found.append((match, match.group()))
    for match, name in sorted(found, key=lambda each: each[0].end()):
        if lists.no_name.match(name) is None:
            yield match, name


def _last_two(words: list[str]) -> list[str]:
    """The last two words with a capital, with what stands between them."""
    capitals = [
        i
        for i, word in enumerate(words)
        if word[0].isupper() and not word.endswith(".") and word not in _CAPITAL_PARTICLES
    ]
    return words[capitals[-2] :] if len(capitals) > 1 else words


def _names_body(name: str, lists: Voices) -> bool:
    plain = even(name)
    return lists.government.search(plain) is not None or lists.organisations.search(plain) is not None


def _parts(phrase: str, lists: Voices, lang: str) -> list[str]:
    """What stands between commas, places and times last."""
    separator = r"[，、]" if lang == "zh" else r",\s|,$"
    parts = [" ".join(part.split()).strip("\"'“”‘’«»「」,，") for part in re.split(separator, phrase)]
    found = [part for part in parts if re.search(r"\w", part)]
    aside = [part for part in found if lists.aside.match(even(part)) is not None]
    return [part for part in found if part not in aside] + aside


def _without(part: str, name: str) -> str:
    return " ".join(part.replace(name, " ").split()).strip(" ,，、")
