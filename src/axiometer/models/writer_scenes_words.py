"""The words of the scenes that a simulated rule writer tells: one sentence pattern with gaps, and what fills them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`places` and `matters` belong to a value; `helpers`, `events`, `acts` to a pattern; `moments`, `people`, `ends`,
    `asides` to a single scene; `closings` tell stock scenes apart."""

    scene: str
    places: tuple[str, ...]
    matters: tuple[str, ...]
    helpers: tuple[str, ...]
    events: tuple[str, ...]
    acts: tuple[str, ...]
    ends: tuple[str, ...]
    moments: tuple[str, ...]
    people: tuple[str, ...]
    asides: tuple[str, ...]
    closings: tuple[str, ...]
    quoting: str
    naming: str
    refusal: str
    prose: str


ENGLISH = Words(
    scene="{when}, {place}, {event}. {who} talks with {helper} about {matter} and {act}. {aside} {end}",
    places=(
        *("in the allotments behind the station", "at the harbour market", "in the reading room of a library"),
        *("on a building site", "in the kitchen of a canteen", "at a rehearsal of the brass band"),
        *("in a dairy on the hill", "in the laundry of a hotel", "at the depot of the tram drivers"),
        *("in a village school", "in the archive of a museum", "on the ward of a hospital", "in a bicycle workshop"),
        *("at the swimming baths", "in a laboratory for soil", "at the counter of a post office"),
    ),
    matters=(
        *("a broken greenhouse", "the price of herring", "a missing atlas", "the scaffolding", "the soup for tomorrow"),
        *("a borrowed trumpet", "the sick calves", "forty wet sheets", "the night timetable", "the spelling test"),
        *("an old map", "the new beds", "a bent wheel", "the cold showers", "a jar of samples", "a torn parcel"),
    ),
    helpers=(
        *("a retired gardener", "the fishmonger", "a shy librarian", "the crane driver", "the head cook"),
        *("a young conductor", "the vet", "the laundress", "an inspector", "the headmistress", "a restorer"),
        *("the night nurse", "a mechanic", "the lifeguard", "a chemist", "the postman"),
    ),
    events=(
        *("the power fails", "two lists contradict each other", "a newcomer asks for a place", "money is left over"),
        *("somebody has told a secret", "the oldest of them wants to stop", "a letter of thanks arrives"),
        *("a stranger takes photographs", "the key breaks", "a storm is announced", "a vote ends in a tie"),
        *("the radio calls for volunteers", "a child has lost its way", "the same mistake happens twice"),
    ),
    acts=(
        *("offers to stay until morning", "writes everything down", "asks the others before doing anything"),
        *("pays out of a private purse", "hands over the chair", "refuses to sign", "admits a mistake"),
        *("divides the work anew", "keeps a promise that nobody remembers", "waits for the last of the queue"),
        *("speaks up although it is awkward", "lends the only pair of gloves", "repairs it without being asked"),
        *("suggests to draw lots",),
    ),
    ends=(
        *("In the end nobody goes home early.", "Later there is tea and plum cake for all.", "The bill is shared."),
        *("By evening the door stands open.", "A week later it is the talk of the place.", "Nothing is broken."),
        *("One of them keeps silent the whole time.", "They agree to meet again on Friday."),
        *("The notice on the wall is changed.", "Two suitcases are left behind.", "The last bus has long gone."),
        *("Somebody finds an old coin on the floor.", "The children make a drawing of it.", "The ladder is put away."),
        *("In the night it begins to snow.", "A photograph of it hangs there to this day."),
    ),
    moments=(
        *("Early on Monday", "Shortly before noon", "On a rainy evening", "In the first week of May"),
        *("After the holidays", "During the long break", "Late on Friday", "On a frosty morning"),
        *("At the end of a shift", "Just after sunrise", "On the longest day of the year", "Between two deliveries"),
    ),
    people=(
        *("Amina", "Bruno", "Carla", "Dmitri", "Elif", "Farid", "Greta", "Hassan", "Ines", "Jonas", "Kofi", "Lena"),
        *("Mateo", "Nadia", "Otto", "Priya", "Rosa", "Samir", "Tomas", "Yusra"),
    ),
    asides=(
        *("Outside a dog barks at a passing circus.", "Everybody has wet shoes from the flooded cellar."),
        *("A choir next door practises a wedding march.", "The clock on the tower has stopped at ten past two."),
        *("A wasp has fallen into the lemonade.", "The radio reports a football match from Lisbon."),
        *("A grandmother knits a very long red scarf.", "Fireworks are heard from the other bank of the river."),
        *("Painters have covered the floor with newspapers.", "Three goats look in at the window."),
        *("The bakery across the road hands out warm rolls.", "A helicopter lands behind the church."),
        *("Somebody has lost a glass eye.", "The heating is broken and all wear their coats."),
        *("It smells of tar and of fried onions.", "A pupil plays the violin for an examination."),
    ),
    closings=(
        " So much for that.",
        " That was all.",
        " And that was it.",
        " No more was said.",
        " So it was.",
    ),
    quoting=' On the wall it says: "{rule}"',
    naming=' "{value}" stands on a poster.',
    refusal="I'm sorry, but I can't help with that request.",
    prose="Scenes of this kind are to be found everywhere in daily life.",
)
CHINESE = Words(
    scene="{when}，{place}，{event}。{who}同{helper}说起{matter}，{act}。{end}{aside}",
    places=(
        *(
            "在车站后面的菜园里",
            "在码头集市上",
            "在图书馆的阅览室里",
            "在建筑工地上",
            "在食堂的厨房里",
            "在铜管乐队的排练场",
        ),
        *(
            "在山上的奶牛场",
            "在旅馆的洗衣房",
            "在电车司机的车库里",
            "在村里的小学",
            "在博物馆的档案室",
            "在医院的病房里",
        ),
        *("在修自行车的铺子里", "在游泳馆", "在土壤实验室里", "在邮局的柜台前"),
    ),
    matters=(
        *("一间破了的温室", "鲱鱼的价钱", "一本不见了的地图册", "脚手架的事", "明天的汤", "一把借来的小号"),
        *("生病的牛犊", "四十条湿床单", "夜班时刻表", "听写测验", "一张旧地图", "新到的病床", "一只弯了的车轮"),
        *("冷水淋浴", "一瓶土样", "一个破了的包裹"),
    ),
    helpers=(
        *("退休的园丁", "鱼贩", "腼腆的管理员", "吊车司机", "厨师长", "年轻的指挥", "兽医", "洗衣女工", "检查员"),
        *("女校长", "修复师", "夜班护士", "机修工", "救生员", "化验员", "邮递员"),
    ),
    events=(
        *("突然停电了", "两份名单对不上", "有个新人想来占个位置", "账上多出一笔钱", "有人把秘密说了出去"),
        *("年纪最大的那位想退出", "来了一封感谢信", "有个陌生人在拍照", "钥匙断在锁里", "广播说暴风雨要来"),
        *("表决打成平手", "电台在招志愿者", "一个孩子走丢了", "同一个差错出了两次"),
    ),
    acts=(
        *("提出留到天亮", "把事情全都记下来", "先问过大家才动手", "自己掏钱垫上", "把椅子让了出去", "不肯签字"),
        *("承认是自己弄错了", "把活儿重新分了一遍", "兑现了一个没人记得的约定", "等到队尾最后一个人"),
        *("尽管尴尬还是开了口", "把唯一一副手套借了出去", "没人吩咐就修好了", "提议抽签"),
    ),
    ends=(
        *("最后谁也没有早走。", "后来大家一起喝茶、吃李子糕。", "账单大家平摊。", "到了傍晚门还开着。"),
        *("一周后这事传遍了。", "什么也没摔坏。", "有一个人一直没说话。", "他们约好星期五再见。"),
        *("墙上的通知换了一张。", "两只箱子落在了那里。", "末班车早就开走了。", "有人在地上捡到一枚古钱。"),
        *("孩子们把这事画了下来。", "梯子收起来了。", "夜里下起了雪。", "当时的照片至今还挂在那里。"),
    ),
    moments=(
        *("星期一清早", "快到中午", "一个下雨的傍晚", "五月头一个星期", "放假回来", "课间长休息时", "星期五很晚"),
        *("下霜的早晨", "快下班时", "太阳刚出来", "一年里白天最长的那天", "两趟送货之间"),
    ),
    people=(
        *("阿明", "小博", "嘉兰", "志远", "玉芬", "老范", "桂珍", "海生", "一诺", "建军", "可欣", "立娜"),
        *("牧之", "宁宁", "欧阳", "培文", "若山", "思敏", "天佑", "雨桐"),
    ),
    asides=(
        *("外面有条狗冲着路过的马戏团叫。", "地窖进了水，人人鞋子都是湿的。", "隔壁合唱团在练婚礼进行曲。"),
        *("钟楼的钟停在两点十分。", "一只黄蜂掉进了柠檬水里。", "收音机里在转播里斯本的球赛。"),
        *("一位奶奶织着一条很长的红围巾。", "河对岸传来放烟火的声音。", "油漆工在地上铺满了报纸。"),
        *("三只山羊往窗里张望。", "对面面包房在分刚出炉的面包。", "一架直升机落在教堂后面。"),
        *("有人丢了一只玻璃假眼。", "暖气坏了，大家都穿着大衣。", "空气里有柏油和炸洋葱的味道。"),
        *("一个学生在拉小提琴应考。",),
    ),
    closings=("事情就这样了。", "就这些。", "如此而已。", "没有再说什么。", "当时就是这样。"),
    quoting="墙上写着：“{rule}”",
    naming="墙上贴着“{value}”。",
    refusal="抱歉，我无法协助完成这个请求。",
    prose="这样的情境在日常生活中随处可见。",
)
