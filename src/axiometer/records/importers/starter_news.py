"""Statements of the starter news as items (S and its reverse, both written by us), and a planted position.

`starter-news`: an item for each planted statement of the texts that are no copies: the issue's question, S, and RS.
They are what `build statements` is to find; RS is written by hand, by us, and stands in no text. The position is that
of the nation's texts; where they contradict each other the view of most independent texts keeps that name, and other
views have the outlet's name with it.

`planted-position`: everyday matters on which one side is for one rule for all,
the other for everyone's own choice. Made of templates, held by nobody; it shows whether tuning can teach a position
at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from axiometer.errors import InputError
from axiometer.records.ids import content_id
from axiometer.records.importers.accounting import Imported, ImportOptions
from axiometer.records.importers.navab_fields import CONSTRUCTED
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, make_item
from axiometer.starter import data
from axiometer.starter.news import NATIONS, News, NewsText, PlantedStatement, load_news

SOURCE: Final = "axiometer starter news v1, Apache-2.0"
PLANTED: Final = "axiometer planted position v1, Apache-2.0"
_STOPS: Final = (".", "!", "?", "。", "！", "？", "…")
_NOTES: Final = (
    "texts, statements and reverses were written for this project; outlets and persons are invented",
    "reverse statements (RS) are constructed: nobody said them",
)


def news_items(nations: tuple[str, ...] = NATIONS) -> list[Item]:
    """The statements of these nations' texts as items, in the order of the texts. Raises `InputError` for others."""
    unknown = [nation for nation in nations if nation not in NATIONS]
    if unknown:
        raise InputError(
            "the starter news has no nation {name!r}", mend="one of {known}", name=unknown[0], known=", ".join(NATIONS)
        )
    items = [
        _item(news, text, said)
        for news in map(load_news, nations)
        for text in news.texts
        if text.copy_of is None
        for said in text.statements
    ]
    return list({item.id: item for item in items}.values())


def planted_items(lang: str | None = None) -> list[Item]:
    """The planted position, in en and zh under one `parallel_id`, or in one of them."""
    content = _planted()
    langs = tuple(content["position"])
    if lang is not None and lang not in langs:
        raise InputError("it has no language {lang!r}", mend="one of {known}", lang=lang, known=", ".join(langs))
    return [
        _planted_item(content, number, one)
        for number in range(len(content["topics"]))
        for one in (langs if lang is None else (lang,))
    ]


def _item(news: News, text: NewsText, said: PlantedStatement) -> Item:
    issue = news.issues[said.issue]
    position = f"{news.nation} news"
    if issue.dominant and said.stance != issue.dominant:
        position = f"{position}, another view: {text.outlet}"
    elif not issue.dominant:
        position = f"{position}, divided: {text.outlet}"
    meta = {
        "constructed": CONSTRUCTED,
        "attribution": said.attribution,
        "nation": news.nation,
        "outlet": text.outlet,
        "date": text.date.isoformat(),
        "topic": issue.topic,
        "stance": f"{said.stance:+d}",
    }
    if said.role is not None:
        meta["role"] = said.role
    return make_item(
        kind=ItemKind.STATEMENT,
        lang=news.lang,
        prompt=issue.question,
        options=(
            Option(_sentence(said.text), expresses=_taking(position, 1)),
            Option(_sentence(said.reversed_text), expresses=_taking(position, -1)),
        ),
        clusters=(f"starter-news/{news.nation}/{said.issue}", f"starter-news/{text.id}"),
        source=SOURCE,
        parent_ids=(content_id("row", f"{news.nation}.yaml", said.id),),
        meta=meta,
    )


def _planted() -> Mapping[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content: Mapping[str, Any] = yaml.load((data() / "planted_position.yaml").read_text("utf-8"), Loader=loader)
    return content


def _planted_item(content: Mapping[str, Any], number: int, lang: str) -> Item:
    topic = content["topics"][number][("en", "zh").index(lang)]
    forms = content["forms"]
    form = {name: words.format(topic=topic) for name, words in forms[number % len(forms)][lang].items()}
    position = str(content["position"]["en"])
    return make_item(
        kind=ItemKind.STATEMENT,
        lang=lang,
        prompt=form["question"],
        options=(
            Option(form["rule"], expresses=_taking(position, 1)),
            Option(form["own"], expresses=_taking(position, -1)),
        ),
        clusters=(f"planted-position/{number}",),
        source=PLANTED,
        parallel_id=f"planted-position/{number}",
        parent_ids=(content_id("row", "planted_position.yaml", number),),
        meta={"constructed": "both", "topic": topic},
    )


def _taking(position: str, polarity: int) -> tuple[Expression, ...]:
    return (Expression(ExpressionKind.POSITION, position, polarity),)


def _sentence(words: str) -> str:
    """Words taken out of a sentence, as a sentence."""
    closed = words if words.endswith(_STOPS) else words + ("。" if _is_chinese(words) else ".")
    return closed[0].upper() + closed[1:]


def _is_chinese(words: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in words)


@dataclass(frozen=True, slots=True)
class _Shipped:
    """An `Importer` of what ships with Axiometer."""

    name: str
    describe: Mapping[str, str]
    planted: bool
    needs_file: bool = False
    gives_run: bool = False

    def read(self, path: Path | None, options: ImportOptions) -> Imported:
        if path is not None:
            raise InputError("the format {name} takes no file", file=path, name=self.name)
        if self.planted:
            items = planted_items(options.lang)
            return Imported(items, [], [], len(items), len(items), ("made of templates, held by nobody",))
        items = news_items(NATIONS if options.nation is None else tuple(options.nation.replace(" ", "").split(",")))
        if options.lang is not None:
            items = [item for item in items if item.lang == options.lang]
        return Imported(items, [], [], len(items), len(items), _NOTES)


starter_news = _Shipped(
    "starter-news",
    {
        "en": "statements of the starter news with reverses written by us (no file; --nation cn, us, uk, fr, de)",
        "zh": "自带新闻中的陈述及我们手写的反向陈述（无需文件；--nation cn、us、uk、fr、de）",
    },
    planted=False,
)
planted_position = _Shipped(
    "planted-position",
    {
        "en": "a planted position made of templates, to try `align` with (no file; --lang en or zh)",
        "zh": "由模板生成的预设立场，用于试用 `align`（无需文件；--lang en 或 zh）",
    },
    planted=True,
)
