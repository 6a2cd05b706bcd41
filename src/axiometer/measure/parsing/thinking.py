"""A reply without its thinking: reasoning blocks as models and chat templates write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = r"think|thinking|thoughts?|reasoning(?: content)?|reflection|analysis|scratchpad|seed:think|inner monologue"
_MARK = re.compile(
    rf"<(?P<close>/)?(?:{_NAME})\s{{0,3}}>"
    r"|\[(?P<close2>/)?THINK\]"
    r"|◁(?P<close3>/)?think▷"
    r"|<\|(?:(?P<open4>START)|(?P<close4>END))[ ]THINKING\|>"
    r"|<\|begin of thought\|>|(?P<close5><\|end of thought\|>)",
    re.IGNORECASE,
)
_QUICK = re.compile(r"[<\[◁](?=[/|a-zA-Z])")
# Channels of the Harmony format: the last one called final is the answer.
_FINAL_CHANNEL = re.compile(r"<\|channel\|>\s{0,3}final\b[^<]{0,40}<\|message\|>")
_OTHER_CHANNEL = re.compile(r"<\|channel\|>\s{0,3}(?:analysis|commentary)\b")


@dataclass(frozen=True, slots=True)
class Thought:
    """`answer` is what stands outside the reasoning; `seen`: there was some, `open`: it never ended."""

    answer: str
    seen: bool = False
    open: bool = False


def without_thinking(text: str) -> Thought:
    """What a reply (plain) says outside its reasoning blocks. A closing mark without an opening one ends reasoning that
    began before the reply (chat templates put the opening mark into the prompt)."""
    if not _QUICK.search(text):
        return Thought(text)
    channels = list(_FINAL_CHANNEL.finditer(text))
    if channels:
        return Thought(text[channels[-1].end() :], seen=True)
    if _OTHER_CHANNEL.search(text):
        return Thought("", seen=True, open=True)
    kept: list[str] = []
    inside, position, seen = False, 0, False
    for mark in _MARK.finditer(text):
        seen = True
        closes = any(mark.group(name) for name in ("close", "close2", "close3", "close4", "close5"))
        if not closes and not inside:
            kept.append(text[position : mark.start()])
        elif closes and not inside:
            kept.clear()
        inside, position = not closes, mark.end()
    if not inside:
        kept.append(text[position:])
    return Thought("\n".join(part for part in kept if part.strip()) if seen else text, seen, inside)
