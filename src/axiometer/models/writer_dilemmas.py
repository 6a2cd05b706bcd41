"""What a simulated rule writer writes and says of dilemmas (the steps `dilemma-write` and `dilemma-check`): scenes from
templates of our own, with faults planted at known shares. Pure functions.

What is planted in a scene is drawn from the id of its request alone, so both steps know it, whoever wrote the scene.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from axiometer.models.draws import uniform, weighted, whole
from axiometer.models.protocols import Request
from axiometer.models.writer_profile import Dilemmas

WRITE: Final = "dilemma-write"
CHECK: Final = "dilemma-check"
STEPS: Final = (WRITE, CHECK)


class SceneFault(StrEnum):
    """What is wrong with a scene. Those up to `third` only a reader can see, the others the words themselves show."""

    TURNED = "turned"
    MISFIT = "misfit"
    COMPATIBLE = "compatible"
    IMPOSSIBLE = "impossible"
    UNREALISTIC = "unrealistic"
    NAMED_RIGHT = "named_right"
    UNEVEN = "uneven"
    THIRD = "third"
    LONG_SIDE = "long_side"
    JUDGING = "judging"
    QUOTED = "quoted"
    SAME = "same"
    COPIED = "copied"


READ_ONLY: Final = tuple(SceneFault)[: list(SceneFault).index(SceneFault.THIRD) + 1]
"""Faults that the check can see and no filter can."""
_SOUND: Final = "sound"
_COPIES: Final = 3  # scenes that copies repeat


@dataclass(frozen=True, slots=True)
class PlantedScene:
    """What is planted for a scene that is wanted. overlooked: the check does not see the fault; alarmed: it sees one
    where there is none (`unrealistic`)."""

    fault: SceneFault | None
    overlooked: bool
    alarmed: bool


class Telling(StrEnum):
    """How a call is answered: in the form asked for, in words first and then so, in words both times, or declined."""

    PLAIN = "plain"
    PROSE = "prose"
    LOST = "lost"
    REFUSED = "refused"


def planted_scene(dilemmas: Dilemmas, seed: int, source: str) -> PlantedScene:
    """What is planted for the scene of the request with the id `source`."""
    shares = {str(fault): float(getattr(dilemmas, fault)) for fault in SceneFault}
    drawn = weighted({**shares, _SOUND: max(0.0, 1.0 - sum(shares.values()))}, seed, "fault", source)
    fault = None if drawn == _SOUND else SceneFault(drawn)
    overlooked = fault in READ_ONLY and uniform(seed, "overlooked", source) < dilemmas.overlooked
    alarmed = fault not in READ_ONLY and uniform(seed, "alarmed", source) < dilemmas.alarms
    return PlantedScene(fault, overlooked, alarmed)


def telling(dilemmas: Dilemmas, seed: int, step: str, source: str) -> Telling:
    """How the call of a step about a scene is answered."""
    point = uniform(seed, "telling", step, source)
    for told, share in ((Telling.REFUSED, dilemmas.refused), (Telling.LOST, dilemmas.lost)):
        if point < share:
            return told
        point -= share
    return Telling.PROSE if point < dilemmas.prose else Telling.PLAIN


def answer(dilemmas: Dilemmas, seed: int, request: Request) -> str:
    """The text with which the writer answers `request.meta`: `step`, `source` (the id of the request for the scene),
    the rules `first` and `second` as they are shown, `setting`, `lang`, `attempt`, and in a check `crossed`."""
    meta = request.meta or {}
    step, source = str(meta.get("step")), str(meta.get("source", ""))
    chinese = str(meta.get("lang") or "en").startswith("zh")
    told = telling(dilemmas, seed, step, source)
    if told is Telling.REFUSED:
        return _REFUSAL[chinese]
    if told is Telling.LOST or (told is Telling.PROSE and not int(str(meta.get("attempt") or 0))):
        return _PROSE[chinese]
    planted = planted_scene(dilemmas, seed, source)
    if step == WRITE:
        first, second = str(meta.get("first", "")), str(meta.get("second", ""))
        said = _scene(planted.fault, seed, source, (first, second), str(meta.get("setting")), chinese=chinese)
    else:
        said = _checked(planted, source, crossed=bool(meta.get("crossed")), chinese=chinese)
    return json.dumps(said, ensure_ascii=False)


# -- writing ----------------------------------------------------------------------------------------------------------


def _scene(
    fault: SceneFault | None, seed: int, source: str, rules: tuple[str, str], setting: str, *, chinese: bool
) -> dict[str, object]:
    words = CHINESE if chinese else ENGLISH
    copied = fault is SceneFault.COPIED
    key = ("copy", whole(_COPIES, seed, "copy", source)) if copied else ("own", source)
    drawn = [pool[whole(len(pool), seed, number, *key)] for number, pool in enumerate(words.pools)]
    when, who, news, limit, first_act, second_act, third = drawn
    place = words.places["street" if copied else setting]
    matters = words.same_matters if copied else tuple(_matter(rule, seed, source, chinese=chinese) for rule in rules)
    scene = words.scene.format(
        when=when, who=who, news=news, limit=limit, place=place, one=matters[0], other=matters[1]
    )
    sides = [
        words.side.format(act=act, matter=matter, who=who, left=left)
        for act, matter, left in ((first_act, matters[0], matters[1]), (second_act, matters[1], matters[0]))
    ]
    if fault is SceneFault.LONG_SIDE:
        sides[0] += words.longer
    elif fault is SceneFault.JUDGING:
        sides[1] += words.judging
    elif fault is SceneFault.QUOTED:
        scene += words.quoting.format(rule=rules[0])
    elif fault is SceneFault.SAME:
        sides[1] = sides[0]
    elif fault is SceneFault.TURNED:
        sides.reverse()
    return {"scene": scene, "side_1": sides[0], "side_2": sides[1], "irrelevant": third}


def _matter(rule: str, seed: int, source: str, *, chinese: bool) -> str:
    """A word or two out of a rule, so that scenes are about their rules: never a run that would quote it."""
    if chinese:
        plain = _NOT_A_MATTER_ZH.sub("", rule)
        size = max(1, min(4, len(plain) // 2))
        start = whole(max(1, len(plain) - size + 1), seed, "matter", source, rule)
        return plain[start : start + size] or "此事"
    found = [word.lower() for word in _WORDS.findall(rule) if word.lower() not in _NOT_A_MATTER]
    return found[whole(len(found), seed, "matter", source, rule)] if found else "this matter"


# -- checking ---------------------------------------------------------------------------------------------------------


def _checked(planted: PlantedScene, source: str, *, crossed: bool, chinese: bool) -> dict[str, object]:
    fault = None if planted.overlooked else planted.fault
    own = ("2", "1") if crossed else ("1", "2")
    fits = own[::-1] if fault is SceneFault.TURNED else ("both", own[1]) if fault is SceneFault.MISFIT else own
    return {
        "reason": _REASON[chinese].format(number=whole(1_000, "reason", source)),
        "realistic": fault is not SceneFault.UNREALISTIC and not planted.alarmed,
        "possible": fault is not SceneFault.IMPOSSIBLE,
        "exclusive": fault is not SceneFault.COMPATIBLE,
        "side_1_fits": fits[0],
        "side_2_fits": fits[1],
        "even": fault is not SceneFault.UNEVEN,
        "none_named_right": fault is not SceneFault.NAMED_RIGHT,
        "irrelevant": fault is not SceneFault.THIRD,
    }


# -- words ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences with gaps, and what fills them: when, who, news, limit, first act, second act, third option."""

    scene: str
    side: str
    longer: str
    judging: str
    quoting: str
    same_matters: tuple[str, str]
    places: Mapping[str, str]
    pools: tuple[tuple[str, ...], ...]


_REFUSAL = ("I'm sorry, but I can't help with that request.", "抱歉，我无法协助完成这个请求。")
_PROSE = ("These two rules are worth thinking about.", "这两条准则值得想一想。")
_REASON = ("It is a choice like case {number} of the kind.", "这是第 {number} 种这样的取舍。")
_WORDS = re.compile(r"[A-Za-z]{4,14}")
_NOT_A_MATTER = frozenset(
    re.findall(
        "[a-z]+",
        "should must ought never always wrong right correct good better best rude mean when what that this those these "
        "with from into than then they them their your have been being some more most much very just only also even "
        "wrongly rightly correctly morally ethically unethical immoral irresponsible irresponsibly course thing choice "
        "choose virtuous virtuously rule side option others without other where which while whom whose about",
    )
)
_NOT_A_MATTER_ZH = re.compile(
    r"应当|应该|理应|理当|不应|不该|不对|正确|错误|明智|理所当然|不道德|不负责任|准则|做法|选项|[\W_]+"
)

ENGLISH = Words(
    scene=(
        "{when}, {place}, {who} turns to you about {one}, and {news}. You had promised yourself to look after {other}, "
        "and there is no time for two things. {limit}"
    ),
    side="You {act} over {matter} and leave {left} aside today.",
    longer=(
        " You also write down in a long letter what happened, whom it touches, and how it could all have gone another "
        "way had anybody asked in time."
    ),
    judging=" It is the correct one.",
    quoting=' A note on the wall reads: "{rule}"',
    same_matters=("money", "time"),
    places={
        "family": "at the kitchen table of your parents",
        "work": "in the office where you work",
        "school": "in the corridor of the school",
        "neighbours": "on the stairs of your house",
        "friends": "at a friend's birthday",
        "shop": "between the shelves of a shop",
        "hospital": "in the waiting room of a surgery",
        "street": "at a busy crossing",
        "journey": "in a crowded night train",
        "club": "after the practice of your choir",
        "council": "at the meeting of the town council",
        "internet": "in a group chat",
    },
    pools=(
        (
            *("Early on Monday", "Late at night", "On the last day of the month", "During a thunderstorm"),
            *("Just before lunch", "On your first free weekend", "An hour before the election", "At harvest time"),
            *("On a frosty morning", "After the funeral", "While the lights are out", "In the middle of the holidays"),
        ),
        (
            *("your cousin", "an old teacher", "the caretaker", "a colleague from another department", "your landlord"),
            *("a nurse", "the driver", "a child whom you know", "the treasurer", "your former coach", "a stranger"),
            *("the oldest member", "your sister", "an apprentice", "the baker", "a reporter"),
        ),
        (
            *("the roof is leaking", "a bill has gone missing", "two people have already left in anger"),
            *("somebody has been taken ill", "the keys are with somebody else", "a letter has come from abroad"),
            *("the dog has run away", "the list has one name too many", "everybody is waiting for the soup"),
            *("the machine has stopped", "a photograph is going round", "the bridge is closed"),
        ),
        (
            *("The bus leaves in ten minutes.", "They want to hear from you before dark.", "The phone keeps ringing."),
            *(
                "Nobody else is there to be asked.",
                "The form has to be handed in at noon.",
                "The door is closing.",
            ),
            *("The others look at you.", "Your battery is nearly empty."),
        ),
        ("stay and help", "speak up", "stand firm", "take your turn", "give way", "sign your name"),
        ("stay and help", "speak up", "stand firm", "take your turn", "give way", "sign your name"),
        (
            *("You tie your shoelaces and look at the clouds.", "You put your umbrella into the other hand."),
            *("You count the tiles on the floor for a while.", "You hum a tune that you heard this morning."),
            *("You fold an old newspaper into a paper boat.", "You drink a glass of water by the window."),
        ),
    ),
)
CHINESE = Words(
    scene="{when}，{place}，{who}为了“{one}”来找你，而且{news}。你本来打算顾及“{other}”，可是时间只够做一件事。{limit}",
    side="你{act}，顾“{matter}”，今天先放下“{left}”。",
    longer="你还写了一封长信，把事情的经过、牵涉到哪些人、当初要是有人及时问一声又会怎样，都一一记了下来。",
    judging="这是正确的。",
    quoting="墙上的纸条写着：“{rule}”。",
    same_matters=("钱", "时间"),
    places={
        "family": "在父母家的饭桌旁",
        "work": "在你上班的办公室里",
        "school": "在学校的走廊上",
        "neighbours": "在你家的楼道里",
        "friends": "在朋友的生日会上",
        "shop": "在商店的货架之间",
        "hospital": "在诊所的候诊室里",
        "street": "在热闹的十字路口",
        "journey": "在拥挤的夜车上",
        "club": "在合唱团排练之后",
        "council": "在居民会议上",
        "internet": "在一个群聊里",
    },
    pools=(
        (
            *("星期一清早", "深夜", "月底最后一天", "雷雨当中", "午饭前", "难得的休息日", "投票前一小时", "收割时节"),
            *("一个下霜的早晨", "葬礼之后", "停电的时候", "假期过了一半"),
        ),
        (
            *("你的表弟", "一位老教师", "看门人", "别的部门的同事", "房东", "一位护士", "司机", "一个认识的孩子"),
            *("管账的人", "从前的教练", "一个陌生人", "年纪最大的成员", "你的妹妹", "一个学徒", "面包师", "一名记者"),
        ),
        (
            *("屋顶正在漏水", "一张账单不见了", "已经有两个人生气走了", "有人病倒了", "钥匙在别人手里"),
            *("从国外来了一封信", "狗跑丢了", "名单上多出一个名字", "大家都在等那锅汤", "机器停了"),
            *("有张照片正在流传", "桥封了"),
        ),
        (
            *("班车十分钟后就开。", "他们天黑前要听你的答复。", "电话响个不停。", "没有别人可以商量。"),
            *("表格中午就要交。", "门马上要关了。", "别人都看着你。", "你的手机快没电了。"),
        ),
        ("留下来帮忙", "开口说话", "坚持不动", "轮到自己就上", "退后一步", "签下名字"),
        ("留下来帮忙", "开口说话", "坚持不动", "轮到自己就上", "退后一步", "签下名字"),
        (
            *("你系好鞋带，抬头看看天上的云。", "你把雨伞换到另一只手里拿着。", "你数了一会儿地上的砖有几块。"),
            *("你哼起早上听到的一支曲子。", "你把一张旧报纸折成了小纸船。", "你在窗边慢慢喝了一杯水。"),
        ),
    ),
)
