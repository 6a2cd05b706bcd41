"""How simulated respondents put an answer into words, so that the parser has something real to read."""

from __future__ import annotations

_PLAIN = ("{letter}", "{letter}.", "({letter})")

_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "zh": {
        "choose": (
            "我选择{letter}，因为在这种情况下它更合适。",
            "答案：{letter}",
            "选项{letter}。{text}",
            "**{letter}**",
            "{letter}。{text}",
        ),
        "refuse": ("抱歉，我无法回答这个问题。", "对不起，我不能替当事人做这样的选择。"),
        "evade": ("这取决于具体情况，两种做法都有道理。", "很难一概而论，要看各方的想法。"),
        "rubbish": ("天气不错，祝你今天顺利。", "……"),
        "agree": ("同意", "同意。", "我同意这种做法。"),
        "disagree": ("不同意", "不同意。", "我不同意这种做法。"),
    },
    "en": {
        "choose": (
            "I would choose {letter}, because it fits the situation better.",
            "Answer: {letter}",
            "Option {letter}: {text}",
            "**{letter}**",
            "{letter}. {text}",
        ),
        "refuse": (
            "I'm sorry, but I can't answer this question.",
            "Sorry, I am unable to make this choice for anyone.",
        ),
        "evade": ("It depends on the circumstances; both have good reasons.", "That is hard to say in general."),
        "rubbish": ("The weather is pleasant today.", "..."),
        "agree": ("Agree", "Agree.", "I agree."),
        "disagree": ("Disagree", "Disagree.", "I disagree."),
    },
    "fr": {
        "choose": ("Je choisis {letter}.", "Réponse : {letter}", "Option {letter} : {text}", "**{letter}**"),
        "refuse": ("Désolé, je ne peux pas répondre à cette question.",),
        "evade": ("Cela dépend des circonstances.",),
        "rubbish": ("Il fait beau aujourd'hui.", "..."),
        "agree": ("D'accord", "D'accord.", "Je suis d'accord."),
        "disagree": ("Pas d'accord", "Pas d'accord.", "Je ne suis pas d'accord."),
    },
    "de": {
        "choose": ("Ich wähle {letter}.", "Antwort: {letter}", "Option {letter}: {text}", "**{letter}**"),
        "refuse": ("Es tut mir leid, diese Frage kann ich nicht beantworten.",),
        "evade": ("Das kommt auf die Umstände an.",),
        "rubbish": ("Das Wetter ist heute schön.", "..."),
        "agree": ("Stimme zu", "Stimme zu.", "Ich stimme zu."),
        "disagree": ("Stimme nicht zu", "Stimme nicht zu.", "Ich stimme nicht zu."),
    },
}


def phrase(kind: str, lang: str, letter: str, text: str, uniform: float, chatty: float) -> str:
    """An answer of `kind` in `lang` (English where we have no words). `uniform` in [0, 1) picks the phrasing; a share
    `chatty` of the choices comes in a sentence, the rest as a bare letter."""
    words = _WORDS.get(lang, _WORDS["en"])[kind]
    if kind == "choose":
        if uniform >= chatty:
            return _PLAIN[int(uniform * 997) % len(_PLAIN)].format(letter=letter)
        words_of_choice = words[int(uniform * 997) % len(words)]
        return words_of_choice.format(letter=letter, text=text)
    return words[int(uniform * 997) % len(words)]
