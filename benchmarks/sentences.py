"""Short Chinese sentences of a seeded grammar, all different, of the lengths that rules have."""

from __future__ import annotations

import random

_WHO = """
人们 老师 邻居 官员 孩子 父母 朋友 工人 医生 商家 领导 同事 学生 司机 记者 军人 村民 律师 老板
志愿者
""".split()  # noqa: SIM905
_OUGHT = """
应当 不应当 最好 可以 不可以 理应 有责任 没有必要
""".split()  # noqa: SIM905
_HOW = """
主动 耐心地 公开地 及时 如实 尽力 谨慎地 平等地 悄悄 无偿 依法 大胆 按时 认真 坦率地 无条件地
""".split()  # noqa: SIM905
_DO = """
帮助 照顾 监督 举报 尊重 批评 支持 保护 原谅 关心 提醒 鼓励 奖励 劝阻 拒绝 陪伴 赔偿 信任 隐瞒 劝说
感谢 资助 接纳 安慰 质疑 迁就 纪念 服从 教育 挽留
""".split()  # noqa: SIM905
_WHOM = """
生病的同事 失业的邻居 年老的亲人 犯错的下属 迷路的孩子 外来的工人 残疾的同学 贫困的家庭 受灾的乡亲
年轻的学徒 孤独的老人 违约的客户 落后的班级 受伤的路人 新来的住户 离异的朋友 退休的教师 欠债的亲戚
沉默的多数 少数民族的同胞 信教的室友 守夜的门卫 远行的游客 受骗的顾客 失信的伙伴
""".split()  # noqa: SIM905
_WHEN = """
在困难的时候 在别人看不见时 在利益受损时 在公共场合 在意见不合时 在紧要关头 在节日里 在工作之余
在法律没有规定时 在家人反对时 在资源不足时 在真相不明时 在众人围观时 在分手以后 在灾难之后
在升职之前
""".split()  # noqa: SIM905


def sentences(count: int, seed: int = 0) -> list[str]:
    """`count` different sentences of 10 to 30 characters."""
    draw = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        when = draw.choice(_WHEN) if draw.random() < 0.6 else ""
        how = draw.choice(_HOW) if draw.random() < 0.7 else ""
        act = f"{draw.choice(_WHO)}{draw.choice(_OUGHT)}{when}{how}{draw.choice(_DO)}{draw.choice(_WHOM)}"
        if draw.random() < 0.3:
            act += f"而不是{draw.choice(_DO)}他们"
        found[act] = None
    return list(found)
