"""Short synthetic documents of planted topics, in English and Chinese: words drawn by a seed, no grammar.

A document takes most of its words from its topic, some from the two topics beside it (so vocabularies overlap), some
from a background that all share. A share of the documents is noise: words of all topics, of no topic in particular.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

# topic: English words | Chinese words. Topics that stand beside each other overlap in what they are about.
_LISTS: Final = """
transport: bus railway fare cycle lane ticket platform tram commuter junction speed traffic road driver timetable
| 公交 铁路 票价 自行车 车道 车票 站台 电车 通勤 路口 车速 交通 道路 司机 时刻表
housing: rent tenant landlord mortgage flat estate eviction building plot apartment roof neighbour deposit lease storey
| 房租 租户 房东 房贷 公寓 小区 搬迁 楼房 地块 住宅 屋顶 邻居 押金 租约 楼层
planning: permit zoning square skyline construction demolition architect pavement council masterplan bridge facade
  crane district surveyor
| 许可 规划 广场 天际线 施工 拆除 建筑师 人行道 市政 总图 桥梁 立面 吊车 城区 测量员
water: river reservoir sewage pipe flood drought dam irrigation leak tap pollution groundwater estuary pump rainfall
| 河流 水库 污水 水管 洪水 干旱 水坝 灌溉 漏水 水龙头 污染 地下水 河口 水泵 降雨
energy: wind turbine solar coal grid nuclear reactor battery gas heating electricity emission carbon fuel pylon
| 风电 涡轮机 太阳能 煤炭 电网 核能 反应堆 电池 燃气 供暖 电力 排放 碳 燃料 铁塔
farming: harvest wheat cattle tractor orchard fertiliser soil barn dairy pesticide crop shepherd grain subsidy seed
| 收割 小麦 牛群 拖拉机 果园 化肥 土壤 谷仓 乳业 农药 庄稼 牧羊人 粮食 补贴 种子
wildlife: wolf forest habitat badger meadow bird nesting poaching species conservation reserve butterfly hunting
  hedgehog wetland
| 狼 森林 栖息地 獾 草地 鸟类 筑巢 偷猎 物种 保护 保护区 蝴蝶 狩猎 刺猬 湿地
health: hospital nurse patient surgery vaccine doctor clinic ward diagnosis therapy ambulance infection dentist pharmacy
  symptom
| 医院 护士 病人 手术 疫苗 医生 诊所 病房 诊断 治疗 救护车 感染 牙医 药房 症状
ageing: pension retirement carer dementia elderly nursing grandparent frail inheritance hospice wheelchair widow
  loneliness longevity annuity
| 养老金 退休 护理员 失智 老人 养老 祖父母 体弱 遗产 临终关怀 轮椅 寡妇 孤独 长寿 年金
family: marriage divorce childcare toddler custody adoption parent maternity sibling birth nursery cradle stepfather
  household upbringing
| 婚姻 离婚 托儿 幼儿 抚养权 收养 父母 产假 兄妹 出生 托儿所 摇篮 继父 家庭 养育
schools: pupil teacher classroom exam homework curriculum headmaster lesson uniform playground textbook tutor truancy
  spelling grade
| 学生 教师 教室 考试 作业 课程 校长 上课 校服 操场 课本 家教 逃学 拼写 成绩
universities: lecture campus degree professor tuition thesis research laboratory scholarship graduate faculty seminar
  plagiarism enrolment dormitory
| 讲座 校园 学位 教授 学费 论文 研究 实验室 奖学金 毕业生 院系 研讨会 抄袭 招生 宿舍
technology: algorithm software robot privacy smartphone encryption server hacker data chip app password surveillance
  automation browser
| 算法 软件 机器人 隐私 手机 加密 服务器 黑客 数据 芯片 应用 密码 监控 自动化 浏览器
media: newspaper journalist broadcast editor headline licence censorship columnist podcast documentary rumour
  subscription reporter newsroom caption
| 报纸 记者 广播 编辑 标题 许可费 审查 专栏 播客 纪录片 谣言 订阅 通讯员 编辑部 图注
arts: museum painting orchestra theatre sculpture gallery opera poet exhibition curator violin novel ballet canvas
  rehearsal
| 博物馆 绘画 乐团 剧院 雕塑 画廊 歌剧 诗人 展览 策展人 小提琴 小说 芭蕾 画布 排练
religion: church mosque prayer priest temple pilgrimage bishop sermon faith monastery ritual scripture fasting hymn
  shrine
| 教堂 清真寺 祈祷 神父 寺庙 朝圣 主教 布道 信仰 修道院 仪式 经文 斋戒 圣歌 神龛
sport: football stadium referee goalkeeper league marathon coach striker medal tournament swimmer penalty racket fixture
  sprinter
| 足球 体育场 裁判 守门员 联赛 马拉松 教练 前锋 奖牌 锦标赛 泳将 点球 球拍 赛程 短跑
tourism: hotel beach passport cruise souvenir airport guidebook resort sightseeing luggage campsite hostel itinerary
  visa flight
| 酒店 海滩 护照 游轮 纪念品 机场 旅游指南 度假村 观光 行李 营地 旅舍 行程 签证 航班
migration: asylum refugee border detention deportation smuggler citizenship integration newcomer resettlement camp
  interpreter quota undocumented diaspora
| 庇护 难民 边境 拘留 遣返 蛇头 国籍 融入 新移民 安置 难民营 口译员 配额 无证 侨民
courts: judge prison sentence jury verdict lawyer probation theft burglar appeal witness trial parole defendant
  prosecutor
| 法官 监狱 判决 陪审团 裁决 律师 缓刑 盗窃 窃贼 上诉 证人 庭审 假释 被告 检察官
defence: soldier missile navy conscription barracks submarine airbase general treaty tank recruit veteran drone frigate
  armour
| 士兵 导弹 海军 征兵 兵营 潜艇 空军基地 将军 条约 坦克 新兵 老兵 无人机 护卫舰 装甲
elections: ballot voter candidate campaign parliament coalition referendum constituency polling turnout senator
  manifesto minister majority recount
| 选票 选民 候选人 竞选 议会 联盟 公投 选区 投票站 投票率 参议员 宣言 部长 多数 重新计票
work: wage strike union overtime employer factory apprentice redundancy shift payroll contract foreman unemployment
  bargaining workplace
| 工资 罢工 工会 加班 雇主 工厂 学徒 裁员 轮班 薪酬 合同 工头 失业 谈判 车间
finance: bank inflation interest shares investor tax bond budget loan currency dividend stock deficit broker audit
| 银行 通胀 利息 股份 投资者 税收 债券 预算 贷款 货币 股息 股票 赤字 经纪人 审计
"""
_BACKGROUND_LISTS: Final = """
en: year week people plan decision report question number reason meeting public local national change problem result
  month place group official morning statement proposal debate support cost time part case side
| 今年 本周 人们 计划 决定 报告 问题 数量 原因 会议 公众 当地 全国 变化 难题 结果 月份 地方 团体 官员 上午 声明 提案
  讨论 支持 费用 时间 部分 情况 方面
"""
OWN, BESIDE, BACKGROUND = 0.4, 0.2, 0.4
"""Shares of a document's words: of its topic, of the two topics beside it, of the background."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document and the topic that it was drawn from, None for noise."""

    lang: str
    text: str
    topic: str | None


def _lists(lists: str) -> dict[str, dict[str, list[str]]]:
    """Words by topic and language."""
    found: dict[str, dict[str, list[str]]] = {}
    name, lang = "", ""
    for line in lists.strip().splitlines():
        if ":" in line:
            name, _, rest = line.partition(":")
            lang, found[name] = "en", {"en": [], "zh": []}
        elif line.startswith("|"):
            lang, rest = "zh", line[1:]
        else:
            rest = line
        found[name][lang].extend(rest.split())
    return found


TOPICS: Final = _lists(_LISTS)
_BACKGROUND: Final = _lists(_BACKGROUND_LISTS)["en"]


def documents(count: int, noise: float = 0.1, seed: int = 0, langs: tuple[str, ...] = ("en", "zh")) -> list[Document]:
    """`count` documents of 8 to 24 words, languages in turn; sizes of topics differ by up to four times."""
    draw = random.Random(seed)
    names = list(TOPICS)
    weights = [draw.uniform(0.5, 2.0) for _ in names]
    found = []
    for number in range(count):
        lang = langs[number % len(langs)]
        place = draw.choices(range(len(names)), weights)[0]
        noisy = draw.random() < noise
        words = [_word(draw, lang, names, place, noisy=noisy) for _ in range(draw.randint(8, 24))]
        text = ("" if lang == "zh" else " ").join(words)
        found.append(Document(lang, text + ("。" if lang == "zh" else "."), None if noisy else names[place]))
    return found


def _word(draw: random.Random, lang: str, names: list[str], place: int, *, noisy: bool) -> str:
    point = draw.random()
    if point < BACKGROUND:
        return draw.choice(_BACKGROUND[lang])
    if noisy:
        return draw.choice(TOPICS[draw.choice(names)][lang])
    if point < BACKGROUND + BESIDE:
        beside = names[(place + draw.choice((-1, 1))) % len(names)]
        return draw.choice(TOPICS[beside][lang])
    return draw.choice(TOPICS[names[place]][lang])
