"""Whether a rule says yes or no: embeddings hardly see negation, and a rule is no duplicate of its opposite.

Counts words that turn a judgement round (negations, prohibitions, words of disapproval) and takes the parity, so that
"it is wrong not to help" stands with "one should help". A coarse guard, in Chinese and English alone: other languages
have one polarity. It can keep two wordings of one rule apart; it never makes one of two.
"""

from __future__ import annotations

import re
from typing import Final

AGREEING: Final = 0
OPPOSED: Final = 1

# Words that hold a negating character and negate nothing.
_ZH_PLAIN = re.compile(
    "不得不|不断|不仅|不但|不管|不论|不只|不久|不同|不过|不妨|不如|不少|不止|不由|不时|不然|要不|了不起|差不多|对不起|"
    "忍不住|非常|没关系|没收|未来|未成年|未婚|别人|别的|别处|别墅|分别|特别|区别|级别|性别|告别|个别|差别|鉴别|辨别|送别|"
    "无论|无私|无偿|无数|无障碍|无家可归|毫无保留|错过|错峰|错落"
)
_ZH = re.compile(
    "不|没|勿|莫|未|别|无须|无需|无权|无理|无礼|禁止|严禁|杜绝|反对|拒绝|避免|制止|停止|切忌|忌|休要|"
    "错|可耻|可恶|恶劣|有害|过分|自私|失礼|粗鲁|缺德|丢脸|糟糕|坏事|该罚|受罚"
)
_EN = re.compile(
    r"\b(?:not|no|never|nobody|none|neither|nor|without|cannot|refrain|avoid|refuse|forbidden|prohibited|banned|oppose|"
    r"wrong|bad|rude|mean|cruel|unkind|unfair|unjust|unacceptable|unethical|unwise|immoral|improper|inappropriate|"
    r"impolite|inconsiderate|dishonest|dishonourable|dishonorable|disrespectful|shameful|selfish|harmful|foolish|"
    r"irresponsible|reckless|disgraceful|terrible|awful|unreasonable|unnecessary)\b|n['’]t\b",
    re.IGNORECASE,
)


def polarity(text: str, lang: str) -> int:
    """`OPPOSED` where an odd number of words turns the judgement round, else `AGREEING`."""
    if lang.startswith("zh"):
        return len(_ZH.findall(_ZH_PLAIN.sub("", text))) % 2
    if lang.startswith("en"):
        return len(_EN.findall(text)) % 2
    return AGREEING
