"""Rows of the tables from which items are built: texts, rules, pairs of rules, statements, and labels by people."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from axiometer.records.ids import content_id


class RuleLabel(IntEnum):
    """How a rule stands to a framework: it conflicts with it (in a corpus then only as a rewritten rule), it does not
    concern it, it fits it."""

    REWRITE = -1
    IRRELEVANT = 0
    KEEP = 1


class SceneCondition(StrEnum):
    """Whether a scene was written with a rule before it."""

    WITH_RULES = "with rules"
    WITHOUT_RULES = "without rules"


class Attribution(StrEnum):
    """Whose view a statement gives."""

    GOVERNMENT = "government"
    OUTLET = "outlet"
    QUOTED = "quoted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Text:
    """A source text, or a piece of a long one. `source` is the file and row that it came from; `date` is ISO 8601, as
    precise as it is known; pieces of one document share their one parent id."""

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    source: str
    outlet: str | None = None
    nation: str | None = None
    date: str | None = None
    url: str | None = None
    meta: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A judgement and an action. `values` are framework ids at the most specific level known; `label` is a `RuleLabel`.

    `origin` names an imported set, or the step and model that wrote the rule. `rewritten_from` is the id of the rule
    that this one replaces; with label -1 it says what the framework would have instead, and is no evidence about what
    the source text says. `meta` holds an imported set's own labels under keys that begin with `imported.`.
    """

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    values: tuple[str, ...]
    framework: str | None
    label: int | None
    rewritten_from: str | None
    origin: str
    text_id: str | None = None
    meta: dict[str, str] = field(default_factory=dict)

    @property
    def is_evidence(self) -> bool:
        """Whether the rule may count as evidence about its source text: a rule turned round by a model may not."""
        return self.label != RuleLabel.REWRITE


def make_text(
    *,
    lang: str,
    text: str,
    source: str,
    parent_ids: tuple[str, ...] = (),
    outlet: str | None = None,
    nation: str | None = None,
    date: str | None = None,
    url: str | None = None,
    meta: dict[str, str] | None = None,
) -> Text:
    """A `Text` whose id is the hash of its language and words: equal texts have equal ids, whatever their source."""
    return Text(content_id("text", lang, text), parent_ids, lang, text, source, outlet, nation, date, url, meta or {})


def make_rule(
    *,
    lang: str,
    text: str,
    origin: str,
    parent_ids: tuple[str, ...] = (),
    values: tuple[str, ...] = (),
    framework: str | None = None,
    label: int | None = None,
    rewritten_from: str | None = None,
    text_id: str | None = None,
    meta: dict[str, str] | None = None,
) -> Rule:
    """A `Rule` whose id is the hash of its language, its words and its source text: labels do not change it."""
    return Rule(
        id=content_id("rule", lang, text, text_id),
        parent_ids=parent_ids,
        lang=lang,
        text=text,
        values=values,
        framework=framework,
        label=label,
        rewritten_from=rewritten_from,
        origin=origin,
        text_id=text_id,
        meta=meta or {},
    )


@dataclass(frozen=True, slots=True)
class RulePair:
    """Two rules of one language that may conflict, with their words and values; `rule_a` is the smaller id.

    `similarity` is a cosine, `band` the lower end of the band of cosines that the pair was drawn from, `inclusion` the
    probability with which it was drawn (None: not at random). The contradictions are in [0, 1], one per direction
    (None: not scored); `method` is who scored them, `kind` what the pair is taken for (contradiction, tension or
    neither), `confidence` how sure that is (low, normal). Where two rule sets are set against each other, `theme` is
    what both rules are about, `position_a` and `position_b` are the names of the sets, and `lang_b` is the second
    rule's language where it is another one.
    """

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    rule_a: str
    rule_b: str
    text_a: str
    text_b: str
    values_a: tuple[str, ...]
    values_b: tuple[str, ...]
    framework: str | None
    similarity: float | None
    band: float | None = None
    inclusion: float | None = None
    contradiction_ab: float | None = None
    contradiction_ba: float | None = None
    kind: str | None = None
    method: str | None = None
    confidence: str | None = None
    theme: str | None = None
    position_a: str | None = None
    position_b: str | None = None
    lang_b: str | None = None


@dataclass(frozen=True, slots=True)
class GeneratedScene:
    """A scene that a model wrote for a value, by itself or with a rule before it.

    `condition` says which (`SceneCondition`); `number` counts the scenes of a value and condition from 1, so that the
    two conditions are paired; `rule` is the id of the rule that was shown. `model` is who wrote it. The first parent is
    the call's request, which scenes of one list share; then comes the rule. `quotes` is what it quotes of its rule,
    `names_value` whether it says the value's own name.
    """

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    value: str
    framework: str
    condition: str
    number: int
    rule: str | None
    model: str
    quotes: str | None = None
    names_value: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A view taken in a text, on its way from the text to an item; what later steps find out is None before them.

    `start`, `end`: the span of the words it rests on in the text `text_id`, in characters; `verbatim`: the statement is
    that span; `context`: the passage around it. `document` is the id of the whole text where `text_id` is a piece.
    `question` is the neutral question that it answers, `stance` how: +1 yes, -1 no. `doubt` says where the patterns and
    the model did not agree on the attribution. `source_group` is one id for all copies of one source; `issue_group` is
    the id of the statements on one issue; `position` names the corpus whose view it is (see `build.statements`).
    """

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    text_id: str
    document: str
    start: int
    end: int
    verbatim: bool
    context: str
    topic: str | None = None
    outlet: str | None = None
    nation: str | None = None
    date: str | None = None
    source: str | None = None
    question: str | None = None
    stance: int | None = None
    attribution: Attribution | None = None
    speaker: str | None = None
    role: str | None = None
    doubt: str | None = None
    source_group: str | None = None
    issue_group: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Triple:
    """A statement with its question and its reverse, before they become items. `reversed_text` is constructed: nobody
    said it, and it is shown as such everywhere. `shown` is the statement without names of persons; `paraphrase` and
    `reversed_paraphrase` are both in other words of the same model; `affirmed` and `negated` are twins that differ in
    their denial alone, and either may take the statement's side (`triples.rows.denial_is_original`).

    `said` are the statement's own words, `stance` how they answer the question (+1 yes, -1 no); `names` are those of
    persons that must stand in nothing that is shown."""

    id: str
    parent_ids: tuple[str, ...]
    statement: str
    lang: str
    question: str
    shown: str
    reversed_text: str
    paraphrase: str | None = None
    reversed_paraphrase: str | None = None
    affirmed: str | None = None
    negated: str | None = None
    said: str = ""
    stance: int | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """What one person said about one subject in one task. `time` is ISO 8601 in UTC."""

    id: str
    parent_ids: tuple[str, ...]
    rater: str
    task: str
    subject: str
    value: str
    time: str
