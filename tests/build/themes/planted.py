"""Two rule sets about six themes with a planted difference of style: A speaks in long obligations, B in short
prohibitions; a part of either speaks as the other does."""

from __future__ import annotations

from pathlib import Path

from axiometer.models.draws import uniform, whole
from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.records.tables import write_rows

OVERLAP = 0.3
"""Share of either set that speaks in the other's style."""

_MATTERS = {
    "en": {
        "surrogacy": ["surrogacy for payment", "egg donation", "IVF embryos", "surrogate mothers", "sperm donors"],
        "drugs": ["smoking weed", "selling cocaine", "drug tests", "heroin addicts", "marijuana"],
        "prejudice": ["racist jokes", "stereotypes", "discrimination at work", "bigotry", "sexist remarks"],
        "firearms": ["gun licences", "handguns at home", "rifles for hunters", "ammunition", "shooting ranges"],
        "politics": ["voting", "political parties", "protests", "government offices", "elections"],
        "suicide": ["suicidal thoughts", "suicide notes", "assisted dying", "self-harm", "euthanasia"],
    },
    "zh": {
        "surrogacy": ["有偿代孕", "捐卵", "试管婴儿", "代孕中介", "捐精"],
        "drugs": ["吸食大麻", "贩毒", "戒毒", "吸毒人员", "海洛因"],
        "prejudice": ["种族歧视", "刻板印象", "地域歧视", "对外地人的偏见", "性别偏见"],
        "firearms": ["持枪许可", "家中藏枪", "猎枪", "弹药", "射击场"],
        "politics": ["投票", "政党", "游行示威", "政府机关", "选举"],
        "suicide": ["自杀念头", "遗书", "安乐死", "自残", "轻生"],
    },
}
_PLACES = {
    "en": ["in the village", "at school", "among friends", "in the family", "at work", "on the internet", "abroad"],
    "zh": ["在村里", "在学校", "在朋友之间", "在家中", "在单位", "在网络上", "在外地"],
}
_WHO = {
    "en": ["parents", "teachers", "doctors", "neighbours", "officials", "students", "reporters", "judges", "nurses"],
    "zh": ["父母", "教师", "医生", "邻居", "干部", "学生", "记者", "法官", "护士"],
}
_LONG = {
    "en": "{who} should take the time to talk about {matter} {place} patiently and openly with everybody concerned",
    "zh": "{who}应当花时间{place}就{matter}同每一个有关的人耐心而坦率地谈一谈，并把各方意见都记下来",
}
_SHORT = {"en": "{who} must not ignore {matter} {place}", "zh": "{who}{place}不得无视{matter}"}
_PLAIN = {"en": "One should greet {who} {place}", "zh": "{place}应当问候{who}"}


def rules(lang: str, side: str, each: int) -> list[Rule]:
    """So many rules of each theme, and as many together of none."""
    found: dict[str, Rule] = {}
    for theme, matters in _MATTERS[lang].items():
        for number in range(each):
            seed = (lang, side, theme, number)
            long = (side == "a") != (uniform("overlap", *seed) < OVERLAP)
            words = (_LONG if long else _SHORT)[lang].format(
                who=_drawn(_WHO[lang], "who", *seed),
                matter=_drawn(matters, "matter", *seed),
                place=_drawn(_PLACES[lang], "place", *seed),
            )
            rule = make_rule(lang=lang, text=words, origin=side)
            found[rule.id] = rule
    for number in range(each):
        words = _PLAIN[lang].format(
            who=_drawn(_WHO[lang], "who", side, number), place=_drawn(_PLACES[lang], "place", side, number)
        )
        rule = make_rule(lang=lang, text=words, origin=side)
        found[rule.id] = rule
    return list(found.values())


def write_sets(folder: Path, each: int = 30, langs: tuple[str, str] = ("en", "en")) -> tuple[Path, Path]:
    """Both sets as tables `cvc.parquet` and `social.parquet`."""
    paths = (folder / "cvc.parquet", folder / "social.parquet")
    for path, side, lang in zip(paths, ("a", "b"), langs, strict=True):
        write_rows(rules(lang, side, each), Rule, path)
    return paths


def _drawn(pool: list[str], *seed: object) -> str:
    return pool[whole(len(pool), *seed)]
