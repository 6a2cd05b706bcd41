"""What a phrase that names a speaker says of it: a government, the outlet, a person or a group, or nobody known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from axiometer.build.statements.extraction.lexicon import Voices, even
from axiometer.records.corpus_rows import Attribution

_LONGEST_ROLE: Final = 80
_CAPITALISES_NOUNS: Final = frozenset({"de"})
_WORD = r"[A-ZÀ-ÖØ-Þ]\w+(?:[’'-]\w+)*"
_NAME = re.compile(rf"(?<![^\W_]){_WORD}(?:\s+(?:(?:de|du|van|von|zu|la|le|al|[A-Z]\.)\s+)?{_WORD})+")
_SINGLE = re.compile(rf"(?<=[\w,]\s){_WORD}")
_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章"
    "鲁岳翟殷詹申耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳"
)
_TWO_SURNAMES: Final = "欧阳|司马|上官|诸葛|司徒|慕容"
_BEFORE_NAME: Final = "员师长授民者人工家士任记东妇农生医商匠友夫"  # how words for what somebody is end
_ZH_NAME = re.compile(
    f"(?:^|(?<=[^\u4e00-\u9fff])|(?<=[{_BEFORE_NAME}]))((?:{_TWO_SURNAMES}|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}})$"
)


@dataclass(frozen=True, slots=True)
class Speaker:
    attribution: Attribution
    name: str | None
    role: str | None
    evidence: str


def speaker_of(phrase: str, before: str, lists: Voices, lang: str) -> Speaker | None:
    """Who `phrase` is; None where it is no speaker. `before`: the words before it, for a pronoun's sake."""
    said = " ".join(phrase.split()).strip("\"'“”‘’«»「」")
    plain = even(said)
    if not said:
        return None
    own = lists.own.search(plain)
    if own is not None:
        return Speaker(Attribution.OUTLET, None, None, own.group())
    name = name_in(said, lang)
    body = lists.government.search(plain)
    if body is not None:
        role = said if name is None else " ".join(said.replace(name, " ").split()).strip(" ,，")
        return Speaker(Attribution.GOVERNMENT, name, role[:_LONGEST_ROLE] or None, said)
    if name is not None:
        role = " ".join(said.replace(name, " ").split()).strip(" ,，、")
        return Speaker(Attribution.QUOTED, name, role[:_LONGEST_ROLE] or None, said)
    vague = lists.vague.search(plain)
    if vague is not None:
        return Speaker(Attribution.UNKNOWN, None, None, said)
    group = lists.organisations.search(plain)
    if group is not None:
        return Speaker(Attribution.QUOTED, said[:_LONGEST_ROLE], None, said)
    if lists.pronouns.fullmatch(plain) is not None or lists.pronouns.match(plain) is not None:
        return _meant(before, lists, lang, said)
    return None


def name_in(phrase: str, lang: str) -> str | None:
    """The last name of a person in a phrase, by its form."""
    if lang == "zh":
        match = _ZH_NAME.search(phrase.rstrip("也还则就又再都曾"))
        return None if match is None else match[1]
    found = _NAME.findall(phrase)
    if found:
        return str(found[-1])
    if lang in _CAPITALISES_NOUNS:
        return None
    single = _SINGLE.findall(phrase)
    return str(single[-1]) if single else None


def _meant(before: str, lists: Voices, lang: str, said: str) -> Speaker:
    """Whom a pronoun means: the last name before it, else the last government body, else nobody known."""
    name = name_in(before, lang) if lang != "zh" else None
    if name is not None:
        return Speaker(Attribution.QUOTED, name, None, f"{said} ({name})")
    bodies = list(lists.government.finditer(even(before)))
    if bodies:
        role = before[slice(*bodies[-1].span())]
        return Speaker(Attribution.GOVERNMENT, None, role, f"{said} ({role})")
    return Speaker(Attribution.UNKNOWN, None, None, said)
