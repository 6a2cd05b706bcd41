"""How simulated respondents answer freely: the option's own words in sentences, hedges, refusals, and words that speak
of something else. `judge_words` reads them back."""

from __future__ import annotations

from axiometer.models.draws import whole

# {text}: the option that is taken, {other}: another one.
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "zh": {
        "choose": (
            "我的看法是：{text}。这一点在我看来更有分量。",
            "各方都有自己的理由。权衡之后，我还是认为：{text}。",
            "可以用一句话来说：{text}。具体怎么落实，可以再商量。",
            "有人主张“{other}”，这种说法站不住脚。我认为：{text}。",
            "我不同意“{other}”这种说法。",
        ),
        "both": ("两方面都成立：{text}；同时，{other}。", "我看两点都要：一是{text}，二是{other}。"),
        "evade": (
            "这取决于具体情况，很难一概而论，各方的考虑都有道理。",
            "这个问题没有简单的答案，要看时间、地点和当事人的处境。",
        ),
        "refuse": ("抱歉，我无法回答这个问题。", "对不起，我不能对此发表看法。"),
        "rubbish": ("今天天气不错，适合出门散步，记得带伞。", "说到这里，我想起一道家常菜的做法，先切葱花。"),
    },
    "en": {
        "choose": (
            "My view is this: {text}. That weighs more for me.",
            "There are reasons on every side. On balance I would still say: {text}.",
            "It can be put in one sentence: {text}. How to go about it can be discussed.",
            'Some say "{other}", and I think they are wrong. I would say: {text}.',
            'I do not agree with those who say: "{other}".',
        ),
        "both": (
            "Two things hold at once: {text}; and at the same time: {other}.",
            "I would want both. First: {text}. Second: {other}.",
        ),
        "evade": (
            "It depends on the circumstances; there are good reasons on each side.",
            "There is no simple answer: much turns on the time, the place and the people concerned.",
        ),
        "refuse": ("I'm sorry, but I can't answer this question.", "Sorry, I am unable to give an opinion on this."),
        "rubbish": (
            "The weather is pleasant today, and a walk would do no harm; take an umbrella.",
            "That reminds me of a recipe: one begins by chopping an onion.",
        ),
    },
    "fr": {
        "choose": (
            "Mon avis est le suivant : {text}. C'est ce qui pèse le plus à mes yeux.",
            "Il y a des raisons de chaque côté. Tout bien pesé, je dirais : {text}.",
            "Cela tient en une phrase : {text}. La manière de s'y prendre peut se discuter.",
            "Certains disent « {other} », et je pense qu'ils ont tort. Je dirais : {text}.",
            "Je ne suis pas d'accord avec ceux qui disent : « {other} ».",
        ),
        "both": (
            "Les deux sont vrais : {text} ; et en même temps : {other}.",
            "Je voudrais les deux. D'abord : {text}. Ensuite : {other}.",
        ),
        "evade": (
            "Cela dépend des circonstances ; il y a de bonnes raisons de part et d'autre.",
            "Il n'y a pas de réponse simple : tout tient au moment, au lieu et aux personnes.",
        ),
        "refuse": (
            "Désolé, je ne peux pas répondre à cette question.",
            "Je regrette, je ne suis pas en mesure de répondre à cette question.",
        ),
        "rubbish": (
            "Il fait beau aujourd'hui, une promenade ferait du bien ; prenez un parapluie.",
            "Cela me rappelle une recette : on commence par émincer un oignon.",
        ),
    },
    "de": {
        "choose": (
            "Ich sehe es so: {text}. Das wiegt für mich schwerer.",
            "Es gibt Gründe auf allen Seiten. Unter dem Strich würde ich sagen: {text}.",
            "Es lässt sich in einem Satz sagen: {text}. Über das Wie kann man reden.",
            "Manche sagen „{other}“, und ich halte das für falsch. Ich würde sagen: {text}.",
            "Ich stimme denen nicht zu, die sagen: „{other}“.",
        ),
        "both": (
            "Beides gilt: {text}; und zugleich: {other}.",
            "Ich möchte beides. Erstens: {text}. Zweitens: {other}.",
        ),
        "evade": (
            "Das kommt auf die Umstände an; es gibt auf beiden Seiten gute Gründe.",
            "Eine einfache Antwort gibt es nicht: viel hängt von Zeit, Ort und Beteiligten ab.",
        ),
        "refuse": (
            "Es tut mir leid, diese Frage kann ich nicht beantworten.",
            "Leider kann ich diese Frage nicht beantworten.",
        ),
        "rubbish": (
            "Das Wetter ist heute schön, ein Spaziergang täte gut; nehmen Sie einen Schirm mit.",
            "Da fällt mir ein Rezept ein: Man schneidet zuerst eine Zwiebel.",
        ),
    },
}
_ENDS = " .。!！?？;；,，"


def free_phrase(kind: str, lang: str, text: str, other: str, *scene: object) -> str:
    """A free answer of `kind` (choose, both, evade, refuse, rubbish) in `lang`, in English where we have no words.
    `text` is the option taken, `other` another one; which words are taken is a hash of `scene`."""
    words = _WORDS.get(lang.split("-")[0].lower(), _WORDS["en"])[kind]
    return words[whole(len(words), "free", *scene)].format(text=text.strip(_ENDS), other=other.strip(_ENDS))
