"""The rows that travel between the steps: a scene that is wanted, one that was written, the item that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from axiometer.models.draws import uniform, whole
from axiometer.records.corpus_rows import RulePair
from axiometer.records.ids import content_id
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item

SOURCE: Final = "dilemmas"
SETTINGS: Final = (
    *("family", "work", "school", "neighbours", "friends", "shop", "hospital", "street", "journey", "club"),
    *("council", "internet"),
)
"""Where scenes play, so that several of one pair differ: names of settings, in words in the prompts."""


@dataclass(frozen=True, slots=True)
class SceneRequest:
    """A scene that is wanted for a pair; `number` counts the pair's from 1.

    `turned`: the model is shown rule B first, so that neither rule is always the first one. `lang` is the item's,
    `rules_lang` the rules' own. `text` holds both rules, for people who read rejects.
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


def scene_requests(pair: RulePair, scenes: int, lang: str | None, seed: int) -> list[SceneRequest]:
    """The scenes that are wanted for a pair, each in another setting as long as there are some."""
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
        )
        for number in range(1, scenes + 1)
    ]


def make_scene(asked: SceneRequest, scene: str, first: str, second: str, irrelevant: str) -> Scene:
    """What was written; `first` and `second` are the sides in the order in which the rules were shown."""
    side_a, side_b = (second, first) if asked.turned else (first, second)
    found = content_id("scene", asked.id, scene, side_a, side_b, irrelevant)
    return Scene(found, (asked.id,), asked.lang, scene, side_a, side_b, irrelevant, asked)


def make_dilemma(scene: Scene, writer: str, checker: str) -> Item:
    """The item: each side expresses its rule and the rule's values, the third option nothing. Clusters: both rules."""
    asked = scene.asked
    meta = {
        "pair": asked.pair,
        "pair_kind": asked.kind or "not scored",
        "scene": str(asked.number),
        "setting": asked.setting,
        "rule_a": asked.text_a,
        "rule_b": asked.text_b,
        "written_by": writer,
        "checked_by": checker,
    }
    return make_item(
        kind=ItemKind.DILEMMA,
        lang=scene.lang,
        prompt=scene.text,
        options=(
            Option(scene.side_a, Role.SIDE, _expressed(asked.rule_a, asked.values_a, asked.framework)),
            Option(scene.side_b, Role.SIDE, _expressed(asked.rule_b, asked.values_b, asked.framework)),
            Option(scene.irrelevant, Role.DISTRACTOR),
        ),
        clusters=(asked.rule_a, asked.rule_b),
        source=SOURCE,
        framework=asked.framework,
        parent_ids=(scene.id, asked.pair, asked.rule_a, asked.rule_b),
        meta=meta,
    )


def _expressed(rule: str, values: tuple[str, ...], framework: str | None) -> tuple[Expression, ...]:
    """Values mean nothing without their framework."""
    known = dict.fromkeys(values) if framework is not None else {}
    return (
        *(Expression(ExpressionKind.VALUE, value, 1) for value in known),
        Expression(ExpressionKind.RULE, rule, 1),
    )
