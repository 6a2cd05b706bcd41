"""The rows that travel between the steps: a scene that is wanted, one that was written, the item that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from axiometer.models.draws import uniform, whole
from axiometer.records.corpus_rows import RulePair
from axiometer.records.ids import content_id
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item

ThemeNames: TypeAlias = Mapping[str, Mapping[str, str]]
"""What themes are called: by id, then by language."""

SOURCE: Final = "dilemmas"
THEMES_SOURCE: Final = "themes"
SETTINGS: Final = (
    *("family", "work", "school", "neighbours", "friends", "shop", "hospital", "street", "journey", "club"),
    *("council", "internet"),
)
"""Where scenes play, so that several of one pair differ: names of settings, in words in the prompts."""


@dataclass(frozen=True, slots=True)
class SceneRequest:
    """A scene that is wanted for a pair; `number` counts the pair's from 1.

    `turned`: the model is shown rule B first, so that neither rule is always the first one. `lang` is the item's,
    `rules_lang` the rules' own (that of rule A, where they are in two). `text` holds both rules, for people who read
    rejects. Where two rule sets are set against each other, `theme` is what both rules are about, with its names by
    language, and the positions are the names of the sets.
    """

    id: str
    parent_ids: tuple[str, ...]
    pair: str
    number: int
    lang: str
    rules_lang: str
    setting: str
    turned: bool
    rule_a: str
    rule_b: str
    text_a: str
    text_b: str
    values_a: tuple[str, ...]
    values_b: tuple[str, ...]
    framework: str | None
    kind: str | None
    text: str
    theme: str | None = None
    theme_names: dict[str, str] = field(default_factory=dict)
    position_a: str | None = None
    position_b: str | None = None

    def theme_in(self, lang: str) -> str:
        """What the theme is called in a prompt in `lang`; empty where there is none."""
        return "" if self.theme is None else self.theme_names.get(lang) or self.theme

    @property
    def shown(self) -> tuple[str, str]:
        """Both rules in the order in which the writing model sees them."""
        return (self.text_b, self.text_a) if self.turned else (self.text_a, self.text_b)


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene that was written. `side_a` fits rule A of what was asked, whatever order the model saw."""

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    side_a: str
    side_b: str
    irrelevant: str
    asked: SceneRequest

    @property
    def reversed_sides(self) -> bool:
        """Whether the checking model sees the side of rule B first; drawn apart from the order of the rules."""
        return uniform("sides", self.id) < 0.5


def scene_requests(
    pair: RulePair, scenes: int, lang: str | None, seed: int, themes: ThemeNames | None = None
) -> list[SceneRequest]:
    """The scenes that are wanted for a pair, each in another setting as long as there are some."""
    names = (themes or {}).get(pair.theme or "", {})
    first = whole(len(SETTINGS), seed, "setting", pair.id)
    return [
        SceneRequest(
            id=content_id("scene-request", pair.id, number, lang, seed),
            parent_ids=(pair.id,),
            pair=pair.id,
            number=number,
            lang=lang or pair.lang,
            rules_lang=pair.lang,
            setting=SETTINGS[(first + number - 1) % len(SETTINGS)],
            turned=uniform(seed, "turned", pair.id, number) < 0.5,
            rule_a=pair.rule_a,
            rule_b=pair.rule_b,
            text_a=pair.text_a,
            text_b=pair.text_b,
            values_a=pair.values_a,
            values_b=pair.values_b,
            framework=pair.framework,
            kind=pair.kind,
            text=f"{pair.text_a}\n{pair.text_b}",
            theme=pair.theme,
            theme_names=dict(names),
            position_a=pair.position_a,
            position_b=pair.position_b,
        )
        for number in range(1, scenes + 1)
    ]


def make_scene(asked: SceneRequest, scene: str, first: str, second: str, irrelevant: str) -> Scene:
    """What was written; `first` and `second` are the sides in the order in which the rules were shown."""
    side_a, side_b = (second, first) if asked.turned else (first, second)
    found = content_id("scene", asked.id, scene, side_a, side_b, irrelevant)
    return Scene(found, (asked.id,), asked.lang, scene, side_a, side_b, irrelevant, asked)


def make_dilemma(scene: Scene, writer: str, checker: str) -> Item:
    """The item: each side expresses its rule and the rule's values, the third option nothing. Clusters: both rules.

    Where the rules are of two sets that are set against each other, each side expresses its set's position, too.
    """
    asked = scene.asked
    themed = asked.position_a is not None and asked.position_b is not None
    meta = {
        "pair": asked.pair,
        "pair_kind": asked.kind or "not scored",
        "scene": str(asked.number),
        "setting": asked.setting,
        "rule_a": asked.text_a,
        "rule_b": asked.text_b,
        "written_by": writer,
        "checked_by": checker,
        **_theme(asked),
    }
    expressed_a = _expressed(asked.position_a, asked.rule_a, asked.values_a, asked.framework)
    expressed_b = _expressed(asked.position_b, asked.rule_b, asked.values_b, asked.framework)
    return make_item(
        kind=ItemKind.THEME if themed else ItemKind.DILEMMA,
        lang=scene.lang,
        prompt=scene.text,
        options=(
            Option(scene.side_a, Role.SIDE, expressed_a),
            Option(scene.side_b, Role.SIDE, expressed_b),
            Option(scene.irrelevant, Role.DISTRACTOR),
        ),
        clusters=(asked.rule_a, asked.rule_b),
        source=THEMES_SOURCE if themed else SOURCE,
        framework=asked.framework,
        parent_ids=(scene.id, asked.pair, asked.rule_a, asked.rule_b),
        meta=meta,
    )


def _theme(asked: SceneRequest) -> dict[str, str]:
    """The theme and its names: `theme` is its id, `theme_en` and `theme_zh` are for people."""
    if asked.theme is None:
        return {}
    names = {f"theme_{lang}": name for lang, name in asked.theme_names.items()}
    return {"theme": asked.theme, **names}


def _expressed(
    position: str | None, rule: str, values: tuple[str, ...], framework: str | None
) -> tuple[Expression, ...]:
    """Values mean nothing without their framework."""
    known = dict.fromkeys(values) if framework is not None else {}
    return (
        *(() if position is None else (Expression(ExpressionKind.POSITION, position, 1),)),
        *(Expression(ExpressionKind.VALUE, value, 1) for value in known),
        Expression(ExpressionKind.RULE, rule, 1),
    )
