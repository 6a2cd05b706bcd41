"""Answers in a form that machines read: JSON keys, `\\boxed{}`, `<answer>` tags, ticked boxes (`[x] B`)."""

from __future__ import annotations

import re

# Blanks stand for underscores, which folding has turned into them.
_STRONG = (
    r"final ?answer|answer|final ?choice|choice|selected(?: ?option| ?choice)?|chosen(?: ?option)?|decision|verdict"
    r"|pick|答案|最终答案|选择|最终选择|回答|我的选择|réponse(?: finale)?|reponse|choix|décision|antwort|auswahl"
    r"|wahl|entscheidung|stance|position|agreement|立场|态度|haltung"
)
_WEAK = r"option|selection|letter|response|result|output|选项|结果|lettre|buchstabe|ergebnis|résultat"
_VALUE = r"\"((?:[^\"\\\n]|\\.){0,400})\"|'([^'\n]{0,400})'|\[([^\]\n]{0,200})\]|([A-Za-z])(?![A-Za-z])"
_JSON = re.compile(
    rf"[\"'{{,\s](?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK}))[\"']?\s{{0,4}}:\s{{0,4}}(?:{_VALUE})", re.IGNORECASE
)
_BOXED = re.compile(r"\\boxed\s{0,3}\{((?:[^{}]|\{[^{}]{0,200}\}){1,400})\}")
_MACRO = re.compile(r"\\[a-z]{2,12}(?=\s{0,2}\{)")
_TAGGED = re.compile(
    r"<(?P<tag>answer|final ?answer|choice|final|antwort|réponse|答案|选择)>(?P<inner>[^<]{1,400})(?:</|\Z)",
    re.IGNORECASE,
)
_CHECKED = re.compile(r"(?:\A|\n)[ >-]{0,8}\[[xX✓]\] ?([^\[\n]{1,200})")


def stated_answers(text: str) -> list[str]:
    """What a reply (plain, not tidied) states as its answer in such a form; the strongest form alone, last one last."""
    boxed = [_MACRO.sub("", match).strip("{}$ ") for match in _BOXED.findall(text)] if "\\boxed" in text else []
    if boxed:
        return boxed[-1:]
    tagged = [match.group("inner") for match in _TAGGED.finditer(text)] if "<" in text else []
    if tagged:
        return tagged[-1:]
    if "{" not in text:
        return _CHECKED.findall(text) if "[x]" in text or "[X]" in text or "[✓]" in text else []
    strong: list[str] = []
    weak: list[str] = []
    for match in _JSON.finditer(text):
        value = next((group for group in match.groups()[2:] if group is not None), "")
        (strong if match.group("strong") else weak).append(value)
    return strong[-1:] or weak
